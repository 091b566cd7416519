import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import (
    ANSWERS,
    COMMENT,
    OVERALL,
    QUESTIONS,
    VALID_TASK,
    Rating,
    instant,
    latest_answers,
    read_ratings,
    record_id,
    write_ratings,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
RATINGS = st.sampled_from(QUESTIONS).flatmap(
    lambda question: st.builds(
        Rating,
        record=TEXTS,
        instruction=TEXTS,
        rater=TEXTS,
        question=st.just(question),
        value=st.sampled_from(ANSWERS[question]) if question in ANSWERS else TEXTS,
        updated_at=TEXTS | st.datetimes().map(lambda time: time.isoformat()),
        is_classification=st.booleans(),
    )
)
ANSWER = Rating("0" * 32, "Name a colour.", "anna", VALID_TASK, "yes", "2026-01-01T10:00:00")


@given(st.lists(RATINGS, max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory, ratings):
    path = tmp_path_factory.mktemp("ratings") / "review" / "ratings.jsonl"
    write_ratings(path, ratings)
    assert read_ratings(path) == ratings


@given(TEXTS, TEXTS, TEXTS)
def test_a_record_id_is_32_hexadecimal_digits_of_the_texts(instruction, input, output):
    identity = record_id(instruction, input, output)
    assert len(identity) == 32
    assert set(identity) <= set("0123456789abcdef")
    assert identity == record_id(instruction, input, output)


@given(st.tuples(TEXTS, TEXTS, TEXTS), st.tuples(TEXTS, TEXTS, TEXTS))
def test_other_texts_have_another_record_id(one, other):
    assert (record_id(*one) == record_id(*other)) == (one == other)


def test_the_border_between_texts_counts():
    assert len({record_id("ab", "", "c"), record_id("a", "b", "c"), record_id("", "ab", "c")}) == 3


def test_a_record_id_stays_what_it_is():
    # Argilla holds these ids: another way to make them would lose all ratings.
    assert record_id("Name the opposite.", "Wort: früh", "late") == "4e062af6dd17ac87eb3acdbc4e765d84"


@given(st.text(), st.text(), st.text())
def test_an_instance_keeps_its_record_id_when_it_is_written_and_read(tmp_path_factory, instruction, input, output):
    path = tmp_path_factory.mktemp("ratings") / "instances.jsonl"
    jsonl.write(path, [{"instruction": instruction, "input": input, "output": output}])
    row = next(jsonl.read(path))
    assert record_id(row["instruction"], row["input"], row["output"]) == record_id(instruction, input, output)


def test_a_file_that_fails_while_it_is_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "ratings.jsonl"
    write_ratings(path, [ANSWER])

    def failing():
        yield ANSWER
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_ratings(path, failing())
    assert read_ratings(path) == [ANSWER]


def test_time_and_task_type_may_be_missing(tmp_path):
    row = {"record": "1", "instruction": "Do.", "rater": "anna", "question": COMMENT, "value": "Fine."}
    jsonl.write(tmp_path / "ratings.jsonl", [row])
    assert read_ratings(tmp_path / "ratings.jsonl") == [Rating("1", "Do.", "anna", COMMENT, "Fine.")]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"record": None}, "'record' is None and must be a text."),
        ({"value": 1}, "'value' is 1 and must be a text."),
        ({"updated_at": None}, "'updated_at' is None and must be a text."),
        ({"is_classification": "false"}, "'is_classification' is 'false' and must be true or false."),
        ({"question": "fluency"}, "'question' is 'fluency' and must be one of valid_task, input_appropriate"),
        ({"value": "maybe"}, "'value' of valid_task is 'maybe' and must be one of yes, no."),
        ({"question": OVERALL, "value": "E"}, "'value' of overall is 'E' and must be one of A, B, C, D."),
    ],
)
def test_a_line_that_is_no_answer_is_named(tmp_path, change, fault):
    path = tmp_path / "ratings.jsonl"
    row = {"record": "1", "instruction": "Do.", "rater": "anna", "question": VALID_TASK, "value": "yes", **change}
    path.write_text("\n" + json.dumps(row))
    with pytest.raises(InputFileError) as caught:
        read_ratings(path)
    assert str(caught.value).startswith(f"{path}, line 2: {fault}")


def test_a_line_that_is_no_json_is_named(tmp_path):
    path = tmp_path / "ratings.jsonl"
    path.write_text("{")
    with pytest.raises(InputFileError, match=r"line 1: the line is not JSON .* Repair or remove it\."):
        read_ratings(path)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-01-01T10:00:00", "2026-01-01T10:00:01"),
        ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00.5Z"),
        ("2026-01-01T10:00:00.5", "2026-01-01T10:00:00.51Z"),
        ("2026-01-01T10:00:00+02:00", "2026-01-01T09:00:00"),
        ("", "2026-01-01"),
        ("yesterday", "1970-01-01T00:00:00z"),
        ("0001-01-01T00:00:00+14:00", "2026-01-01"),
    ],
)
def test_the_latest_of_several_answers_counts(earlier, later):
    first, second = replace(ANSWER, updated_at=earlier), replace(ANSWER, updated_at=later, value="no")
    for one, other in ((first, second), (replace(first, value="no"), replace(second, value="yes"))):
        assert list(latest_answers([one, other]).values()) == list(latest_answers([other, one]).values()) == [other]


def test_of_equally_late_answers_the_worse_counts():
    for question, better, worse in ((VALID_TASK, "yes", "no"), (OVERALL, "B", "D")):
        answers = [replace(ANSWER, question=question, value=value) for value in (better, worse)]
        assert [rating.value for rating in latest_answers(answers).values()] == [worse]
        assert [rating.value for rating in latest_answers(answers[::-1]).values()] == [worse]


def test_answers_of_others_and_to_other_questions_stay():
    others = [replace(ANSWER, rater="ben"), replace(ANSWER, record="1"), replace(ANSWER, question=COMMENT)]
    assert set(latest_answers([ANSWER, *others]).values()) == {ANSWER, *others}


def test_answers_that_are_not_known_are_left_out():
    assert latest_answers([replace(ANSWER, question="fluency"), replace(ANSWER, value="maybe")]) == {}


@given(st.text())
def test_any_text_is_a_time_or_the_beginning_of_time(text):
    assert instant(replace(ANSWER, updated_at=text)).tzinfo is not None
