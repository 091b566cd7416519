"""Who gave which answer: chosen, shuffled and kept so that nothing but the key tells."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, InputFileError, RunFolderError
from distilabel_selfinstruct.ratings.answers import record_id
from distilabel_selfinstruct.review.comparing.key import is_named_in, make_key, read_key, write_key

TASKS = st.tuples(st.sampled_from(["Sort.", "Add.", "Name it.", "Löse."]), st.sampled_from(["", "1 2"]))
ANSWERS = st.dictionaries(TASKS, st.sampled_from(["", "yes", "no", "ж"]), min_size=1, max_size=8)
BY_MODEL = st.dictionaries(st.sampled_from(["base", "tuned", "best"]), ANSWERS, min_size=2)
SEEDS = st.integers(0, 5)


def numbered(count, **answers):
    """Tasks with an answer of each model, made by a function of the number."""
    return {
        model: {(f"Task {number}.", ""): answer(number) for number in range(count)} for model, answer in answers.items()
    }


@given(BY_MODEL, SEEDS)
def test_every_answer_is_there_once_with_all_that_gave_it(answers, seed):
    key = make_key(answers, random_seed=seed, incomplete=True)
    wanted = {(*task, text, model) for model, given_ in answers.items() for task, text in given_.items()}
    found = [
        (answer.instruction, answer.input, answer.output, model) for answer in key.answers for model in answer.models
    ]
    assert sorted(found) == sorted(wanted)
    assert len({answer.record for answer in key.answers}) == len(key.answers)
    for answer in key.answers:
        assert answer.record == record_id(answer.instruction, answer.input, answer.output)


@given(BY_MODEL, SEEDS, st.data())
def test_the_order_does_not_depend_on_the_models_their_names_or_the_order_of_files_and_rows(answers, seed, data):
    models = list(answers)
    renamed = dict(zip(models, data.draw(st.permutations(models)), strict=True))
    changed = {renamed[model]: dict(reversed(answers[model].items())) for model in reversed(models)}
    key, other = (make_key(files, random_seed=seed, incomplete=True) for files in (answers, changed))
    assert [answer.row for answer in key.answers] == [answer.row for answer in other.answers]


@given(BY_MODEL, SEEDS, st.integers(1, 4))
def test_a_larger_sample_holds_the_smaller_one(answers, seed, size):
    small, large = (make_key(answers, random_seed=seed, sample=number, incomplete=True) for number in (size, size + 1))
    assert small.num_tasks <= size
    assert {answer.record for answer in small.answers} <= {answer.record for answer in large.answers}


def test_no_position_in_the_order_tells_the_model():
    key = make_key(numbered(300, base=lambda number: f"base {number}", tuned=lambda number: f"tuned {number}"))
    indexes = [index for index, answer in enumerate(key.answers) if answer.models == ("base",)]
    # The mean of 300 of the indexes 0 to 599, drawn at random, is 299.5 with a standard deviation of 7.1.
    assert abs(sum(indexes) / 300 - 299.5) < 5 * 7.1
    first = {answer.task: answer.models for answer in reversed(key.answers)}
    assert 100 < sum(models == ("base",) for models in first.values()) < 200


def test_another_seed_gives_another_order_and_sample():
    answers = numbered(50, base=str, tuned=lambda number: f"it is {number}")
    first, other = (make_key(answers, random_seed=seed, sample=20) for seed in (1, 2))
    assert {answer.task for answer in first.answers} != {answer.task for answer in other.answers}


def test_equal_answers_are_one_record_of_both_models():
    key = make_key(numbered(2, base=lambda _: "yes", tuned=lambda number: "yes" if number else "no"))
    assert sorted(answer.models for answer in key.answers) == [("base",), ("base", "tuned"), ("tuned",)]
    assert (key.num_tasks, key.num_shared) == (2, 1)
    assert len(key.records["base"]) == len(key.records["tuned"]) == 2


def test_tasks_that_not_all_answer_are_left_out_and_counted():
    answers = numbered(5, base=str, tuned=str)
    del answers["tuned"]["Task 3.", ""]
    key = make_key(answers)
    assert (key.num_tasks, key.num_left_out, key.missing) == (4, 1, {"base": 0, "tuned": 1})
    assert make_key(answers, incomplete=True).num_tasks == 5


def test_models_without_a_common_task_are_refused():
    with pytest.raises(
        InputFileError, match=r"There is no task that all models answer \(base answers 1, tuned answers 1\)"
    ):
        make_key({"base": {("Sort.", ""): "x"}, "tuned": {("Add.", ""): "x"}})


def test_one_model_is_no_comparison():
    with pytest.raises(ConfigError, match="needs two models or more, not 1"):
        make_key({"base": {("Sort.", ""): "x"}})


@given(BY_MODEL, SEEDS)
def test_a_key_is_read_as_it_was_written(tmp_path_factory, answers, seed):
    folder = tmp_path_factory.mktemp("key") / "new"
    key = make_key(answers, random_seed=seed, sample=3, incomplete=True)
    write_key(folder, key)
    assert read_key(folder) == key


def test_the_key_says_that_it_is_not_for_raters(tmp_path):
    write_key(tmp_path, make_key(numbered(1, base=str, tuned=str)))
    assert json.loads((tmp_path / "comparison.json").read_text())["note"].startswith(
        "Which model gave which answer. Do not"
    )


@pytest.mark.parametrize("content", ["{", "[]", '{"models": ["x"]}', '{"models": 1, "answers": [{}]}', "\xff"])
def test_a_damaged_key_is_named(tmp_path, content):
    (tmp_path / "comparison.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(RunFolderError, match=r"comparison\.json is damaged"):
        read_key(tmp_path)


@pytest.mark.parametrize(
    ("model", "text", "named"),
    [
        ("gpt-4", "I am GPT-4.", True),
        ("gpt-4", "gpt 4", True),
        ("gpt-4", "gpt-40", False),
        ("base", "a database", False),
        ("Qwen2.5-7B", "As qwen2 5 7b I think", True),
        ("??", "what??", True),
        ("??", "what?", False),
    ],
)
def test_a_model_is_named_by_its_words_whatever_stands_between_them(model, text, named):
    assert is_named_in(model, text) is named
