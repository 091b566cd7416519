"""Tasks of Super-NaturalInstructions are read from a clone or a folder, and put as the reference puts them."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.evaluation import PromptOptions, TaskPrompt, evaluate, read_scored, task_prompts
from distilabel_selfinstruct.evaluation.definitions import ShownExample, TaskFacts
from distilabel_selfinstruct.evaluation.gpt2 import Encoding, gpt2_encoding
from distilabel_selfinstruct.evaluation.scored_tasks import ScoredTask
from distilabel_selfinstruct.evaluation.superni import SuperNISource, superni_source
from distilabel_selfinstruct.evaluation.task_prompts import superni_prompt
from distilabel_selfinstruct.files import jsonl

RECORDINGS = Path(os.environ.get("SELFINSTRUCT_RECORDINGS", ""), "superni")


def task_file(name: str, count: int) -> dict[str, object]:
    return {
        "Definition": [f"Do {name}."],
        "Categories": ["Title Generation"],
        "Positive Examples": [{"input": "a", "output": "b", "explanation": "so"}],
        "Negative Examples": [{"input": "a", "output": "z"}],
        "Instances": [{"id": f"{name}-{n}", "input": f"in {n}", "output": [f"out {n}", "b"]} for n in range(count)],
    }


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "natural:instructions"
    (folder / "tasks").mkdir(parents=True)
    (folder / "splits" / "default").mkdir(parents=True)
    for split, names in (("test", ["task2_b", "task1_a"]), ("train", ["task3_c"])):
        (folder / "splits" / "default" / f"{split}_tasks.txt").write_text("\n".join(names) + "\n")
        for name in names:
            (folder / "tasks" / f"{name}.json").write_text(json.dumps(task_file(name, 130)))
    return folder


def test_a_clone_gives_the_first_100_instances_of_each_test_task(clone: Path) -> None:
    for source in (clone, f"superni:{clone}", f"superni:{clone}:test", f"superni:{clone}:test:100"):
        tasks, skipped = read_scored(source)
        assert skipped == ()
        assert [one.id for one in tasks] == [f"{name}-{n}" for name in ("task2_b", "task1_a") for n in range(100)]
    first = tasks[0]
    assert (first.instruction, first.input, first.references) == ("Do task2_b.", "in 0", ("out 0", "b"))
    assert (first.name, first.category) == ("task2_b", "title_generation")
    assert len(read_scored(f"superni:{clone}:train")[0]) == 130
    assert [one.id for one in read_scored(f"superni:{clone}:train:2")[0]] == ["task3_c-0", "task3_c-1"]


def test_the_baselines_are_scored_from_a_clone(clone: Path) -> None:
    result = evaluate([], f"superni:{clone}:5", baselines=["copy-input", "copy-demo"])
    assert [scores.metrics.num_tasks for scores in result.files] == [10, 10]
    assert result.files[1].metrics.overall.rouge_l == 100.0
    assert result.files[0].metrics.overall.exact_match == 0.0


def test_a_folder_with_definitions_and_instances_is_read_and_one_with_other_tasks_is_left_to_the_reader(
    tmp_path: Path,
) -> None:
    jsonl.write(tmp_path / "my_tasks.jsonl", [{"id": "s", "instruction": "Say.", "input": "", "output": "x"}])
    assert [one.instruction for one in read_scored(tmp_path)[0]] == ["Say."]
    definition = {name: value for name, value in task_file("task7_d", 0).items() if name != "Instances"}
    jsonl.write(tmp_path / "ni_tasks.jsonl", [{"Task": "task7_d", **definition}])
    rows = [{"id": str(number), "Task": "task7_d", "input": f"in {number}", "output": "b"} for number in range(3)]
    jsonl.write(tmp_path / "ni_rows.jsonl", rows)
    for source in (tmp_path, f"superni:{tmp_path}"):
        tasks, _ = read_scored(source)
        assert [(one.id, one.name, one.references) for one in tasks] == [
            (str(number), "task7_d", ("b",)) for number in range(3)
        ]
    assert len(read_scored(f"superni:{tmp_path}:2")[0]) == 2


@given(
    st.text("ab:/1 ", min_size=1),
    st.sampled_from([None, "test", "train"]),
    st.none() | st.integers(1, 10**6),
)
def test_split_and_number_are_read_from_the_end(folder: str, split: str | None, most: int | None) -> None:
    folder = f"{folder}/x"  # a last part that is neither
    text = ":".join(["superni", folder, *([split] if split else []), *([str(most)] if most else [])])
    known = split or "test"
    assert superni_source(text) == SuperNISource(Path(folder), known, most or (100 if known == "test" else None))


def test_a_source_without_a_folder_and_a_folder_without_tasks_are_named(tmp_path: Path, clone: Path) -> None:
    with pytest.raises(ConfigError, match="names no tasks"):
        read_scored("superni::test:100")
    with pytest.raises(InputFileError, match="is no clone of natural-instructions"):
        read_scored(f"superni:{tmp_path}")
    with pytest.raises(InputFileError, match=r"There is no folder .*nowhere: check the path"):
        read_scored(f"superni:{tmp_path / 'nowhere'}")
    (clone / "tasks" / "task1_a.json").unlink()
    with pytest.raises(InputFileError, match=r"task1_a\.json"):
        read_scored(clone)


WORDS = Encoding(
    lambda text: [ord(sign) for sign in text], lambda numbers: "".join(map(chr, numbers))
)  # a token for each sign


@given(st.integers(1, 400), st.text("ab. ", min_size=1), st.lists(st.text("cd?"), max_size=3))
def test_a_prompt_is_never_longer_than_its_limit_and_examples_go_before_the_input(
    limit: int, given_text: str, outputs: list[str]
) -> None:
    examples = tuple(ShownExample("e", output) for output in outputs)
    task = ScoredTask(("d", "i"), "Do it", given_text, ("x",), facts=TaskFacts("Do it", positive=examples))
    options = PromptOptions(TaskPrompt.SUPERNI, positive_examples=3, max_prompt_tokens=limit)
    whole = superni_prompt(task, replace(options, positive_examples=0), None)
    cut = superni_prompt(task, options, WORDS)
    assert len(cut) <= max(limit, 0)
    if len(whole) > limit:
        assert cut == whole[:limit]
    else:
        assert cut.startswith("Definition: Do it.\n\n")
        assert cut.endswith(whole.removeprefix("Definition: Do it.\n\n"))


def test_a_prompt_that_may_be_too_long_needs_a_tokenizer_or_no_limit() -> None:
    tasks = [ScoredTask(("d", "i"), "Do it", "word " * 300, ("x",))]
    with pytest.raises(ConfigError, match="1 of 1 prompts may have more than 1,024 tokens"):
        task_prompts(tasks, PromptOptions(TaskPrompt.SUPERNI))
    (prompt,) = task_prompts(tasks, PromptOptions(TaskPrompt.SUPERNI, max_prompt_tokens=0))
    assert prompt.endswith("word.\nOutput:")


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="SELFINSTRUCT_RECORDINGS does not name a folder of recordings")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("zero_shot", {}),
        ("pos2", {"positive_examples": 2}),
        ("pos2_neg2_expl", {"positive_examples": 2, "negative_examples": 2, "explanations": True}),
    ],
)
def test_the_prompts_are_those_of_the_reference(name: str, shown: dict[str, int]) -> None:
    pytest.importorskip("tokenizers")
    tasks, _ = read_scored(f"superni:{RECORDINGS}")
    by_id = {task.id: task for task in tasks}
    expected = list(jsonl.read(RECORDINGS / "superni_test_23x100.prompts.expected.jsonl"))
    assert by_id.keys() == {row["id"] for row in expected}
    encoding = gpt2_encoding(RECORDINGS / "gpt2_tokenizer")
    options = PromptOptions(TaskPrompt.SUPERNI, **shown)
    some = [row for number, row in enumerate(expected) if number % 25 == 0 or row[f"{name}_truncated"]]
    for row in some:  # all 2,300 agree; these take seconds
        made = superni_prompt(by_id[row["id"]], options, encoding)
        assert hashlib.sha256(made.encode()).hexdigest() == row[f"{name}_sha256"], row["id"]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="SELFINSTRUCT_RECORDINGS does not name a folder of recordings")
def test_the_prompts_of_the_252_tasks_are_those_that_were_published() -> None:
    folder = RECORDINGS.parent / "self_instruct"
    tasks, _ = read_scored(folder / "user_oriented_instructions_252.jsonl")
    published = [row["prompt"] for row in jsonl.read(folder / "predictions" / "davinci.jsonl")]
    assert task_prompts(tasks, PromptOptions()) == published
