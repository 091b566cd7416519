"""The decisions of a review are written, read and put beside the rows of a run."""

import json

import pytest

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import CORRECTED_OUTPUT, OVERALL, Rating, record_id
from distilabel_selfinstruct.ratings.decision_file import (
    StoredDecision,
    parse_included,
    read_decisions,
    with_decisions,
    write_decisions,
)
from distilabel_selfinstruct.ratings.decisions import DecisionRule, DecisionStatus, decide

GOOD, FIXED, BAD = (
    {"instruction": f"Name {word}.", "input": "", "output": "x", "request": 1} for word in ("one", "two", "three")
)
ANSWERS = ((GOOD, OVERALL, "A"), (FIXED, CORRECTED_OUTPUT, "better"), (BAD, OVERALL, "D"))


def identity(row):
    return record_id(row["instruction"], row["input"], row["output"])


@pytest.fixture
def path(tmp_path):
    ratings = [Rating(identity(row), row["instruction"], "anna", question, value) for row, question, value in ANSWERS]
    write_decisions(tmp_path / "decisions.jsonl", decide([GOOD, FIXED, BAD], ratings, DecisionRule()))
    return tmp_path / "decisions.jsonl"


def test_what_is_written_is_read(path):
    assert read_decisions(path) == {
        identity(GOOD): StoredDecision(DecisionStatus.KEPT, "x", detail="1 of 1 rater accepts."),
        identity(FIXED): StoredDecision(
            DecisionStatus.KEPT, "better", True, "1 of 1 rater accepts; 1 with this corrected output."
        ),
        identity(BAD): StoredDecision(
            DecisionStatus.DROPPED, "x", detail="0 of 1 rater accepts; against: overall: D (1)."
        ),
    }


def test_the_file_has_the_columns_of_the_rows_and_the_output_as_it_was(path):
    row = list(jsonl.read(path))[1]
    assert FIXED.items() - {("output", "x")} <= row.items()
    assert (row["output"], row["original_output"], row["record"]) == ("better", "x", identity(FIXED))


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "{}",
        json.dumps({"record": "a", "verdict": "maybe", "output": ""}),
        json.dumps({"record": "a", "verdict": "unreviewed", "output": ""}),
        json.dumps({"record": 1, "verdict": "kept", "output": ""}),
        json.dumps({"record": "a", "verdict": "kept"}),
    ],
)
def test_a_line_that_holds_no_decision_is_named(path, line):
    with path.open("a") as stream:
        stream.write(line + "\n")
    with pytest.raises(InputFileError, match=r"decisions\.jsonl, line 4: the line .*selfinstruct review pull"):
        read_decisions(path)


def test_a_row_that_the_review_does_not_know_is_undecided(path):
    changed = {**GOOD, "output": "y"}
    found = list(with_decisions([GOOD, changed], read_decisions(path)))
    assert [(row, record) for row, record, _ in found] == [(GOOD, identity(GOOD)), (changed, identity(changed))]
    assert [decision.status for _, _, decision in found] == ["kept", "undecided"]
    assert found[1][2].output == "y"


def test_without_a_review_all_rows_are_unreviewed():
    assert [decision for _, _, decision in with_decisions([GOOD], None)] == [
        StoredDecision(DecisionStatus.UNREVIEWED, "x")
    ]


def test_decisions_to_include_are_in_one_order_and_each_once():
    assert parse_included(["dropped", "undecided", "dropped"]) == ("undecided", "dropped")
    with pytest.raises(ConfigError, match="include is 'kept': use undecided or dropped"):
        parse_included(["kept"])
