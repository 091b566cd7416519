"""What a review lets through."""

from typing import Any

from distilabel_selfinstruct.formatting.reviewed_rows import ReviewedRows, apply_decisions
from distilabel_selfinstruct.ratings.answers import CORRECTED_OUTPUT, OVERALL, Rating, record_id
from distilabel_selfinstruct.ratings.decision_file import StoredDecision
from distilabel_selfinstruct.ratings.decisions import DecisionRule, decide
from tests.formatting.builders import Row, a_row, some_rows

KEPT, FIXED, DROPPED, OPEN = (a_row(f"Task {name}.", request=3) for name in ("kept", "fixed", "dropped", "open"))
ROWS = [KEPT, FIXED, DROPPED, OPEN]


def a_rating(row: Row, question: str, value: str) -> Rating:
    record = record_id(row["instruction"], row["input"], row["output"])
    return Rating(record, row["instruction"], "anna", question, value, "2026-01-01T00:00:00Z")


def stored() -> dict[str, StoredDecision]:
    ratings = [
        a_rating(KEPT, OVERALL, "A"),
        a_rating(FIXED, CORRECTED_OUTPUT, "warm"),
        a_rating(DROPPED, OVERALL, "D"),
    ]
    decisions = decide(ROWS, ratings, DecisionRule())
    return {made.record: StoredDecision(made.status, made.output, made.corrected, made.detail) for made in decisions}


def reviewed(*include: Any, rows: list[Row] = ROWS) -> ReviewedRows:
    return apply_decisions(rows, stored(), include)


def test_kept_rows_pass_and_corrected_outputs_replace_those_of_the_model() -> None:
    result = reviewed()
    assert result.rows == (KEPT, {**FIXED, "output": "warm"})
    assert result.num_corrected == 1


def test_the_others_are_left_out_with_the_reviews_words() -> None:
    left_out = reviewed().left_out
    assert [(left.row, left.status) for left in left_out] == [(DROPPED, "dropped"), (OPEN, "undecided")]
    assert left_out[0].detail == "0 of 1 rater accepts; against: overall: D (1)."


def test_other_decisions_can_be_included() -> None:
    assert reviewed("undecided").rows == (KEPT, {**FIXED, "output": "warm"}, OPEN)
    assert reviewed("dropped", "undecided").left_out == ()


def test_all_rows_are_counted_by_decision() -> None:
    assert reviewed().counts == {"kept": 2, "dropped": 1, "undecided": 1}


def test_a_row_that_the_review_does_not_know_is_undecided() -> None:
    result = reviewed(rows=[*ROWS, *some_rows(3)])
    assert result.counts["undecided"] == 4
    assert result.left_out[-1].detail == "The review has no decision on it."


def test_a_row_whose_texts_changed_since_is_undecided_and_the_decision_counted() -> None:
    result = reviewed(rows=[{**KEPT, "output": "icy"}])
    assert (result.rows, result.counts, result.num_unknown) == ((), {"undecided": 1}, 4)
