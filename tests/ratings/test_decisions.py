import json
import random
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.ratings.answers import (
    COMMENT,
    CORRECTED_OUTPUT,
    INPUT_APPROPRIATE,
    OUTPUT_CORRECT,
    OVERALL,
    OVERALL_RATINGS,
    QUALITY_QUESTIONS,
    VALID_TASK,
    Rating,
    record_id,
)
from distilabel_selfinstruct.ratings.decisions import (
    REVIEWED,
    Decision,
    DecisionReason,
    DecisionRule,
    DecisionStatus,
    decide,
)

ROW = {"instruction": "Name the opposite.", "input": "early", "output": "lat", "model_name": "m"}
RECORD = record_id(ROW["instruction"], ROW["input"], ROW["output"])


def says(rater, updated_at="2026-01-01T10:00:00", record=RECORD, **answers):
    return [Rating(record, ROW["instruction"], rater, name, value, updated_at) for name, value in answers.items()]


def decided(*answers, **options) -> Decision:
    """The decision on one row, from the answers of anna, ben, carl and dora."""
    raters = ("anna", "ben", "carl", "dora")[: len(answers)]
    ratings = [rating for rater, given_ in zip(raters, answers, strict=True) for rating in says(rater, **given_)]
    return decide([ROW], ratings, DecisionRule(**options))[0]


YES, NO = {VALID_TASK: "yes"}, {VALID_TASK: "no"}


def outcome(decision):
    return decision.status, decision.reason


def test_a_row_without_ratings_is_undecided():
    decision = decided()
    assert outcome(decision) == ("undecided", "not_rated")
    assert (decision.detail, decision.num_raters) == ("No rater has voted.", 0)
    assert (decision.record, decision.output, decision.corrected, decision.row) == (RECORD, "lat", False, ROW)


def test_a_comment_alone_is_no_vote():
    decision = decided({COMMENT: "Hm."}, {COMMENT: "Spelling.", CORRECTED_OUTPUT: " "})
    assert outcome(decision) == ("undecided", "not_rated")
    assert decision.detail == "No rater has voted; 2 wrote only a text."
    assert decided(YES, {COMMENT: "Hm."}).num_raters == 1


def test_too_few_votes_leave_a_row_undecided():
    decision = decided(YES, min_raters=2)
    assert outcome(decision) == ("undecided", "too_few_raters")
    assert decision.detail == "1 of the 2 raters needed have voted; 1 of 1 rater accepts."


@pytest.mark.parametrize("question", QUALITY_QUESTIONS)
def test_a_no_to_any_question_rejects(question):
    everything_else = {**dict.fromkeys(QUALITY_QUESTIONS, "yes"), OVERALL: "A"}
    decision = decided({**everything_else, question: "no"})
    assert outcome(decision) == ("dropped", "not_accepted")
    assert decision.detail == f"0 of 1 rater accepts; against: {question}: no (1)."
    assert outcome(decided(everything_else)) == ("kept", "accepted")


@pytest.mark.parametrize("worst", OVERALL_RATINGS)
@pytest.mark.parametrize("rating", OVERALL_RATINGS)
def test_an_overall_rating_worse_than_the_worst_rejects(rating, worst):
    decision = decided({OVERALL: rating}, worst_rating=worst)
    assert decision.status == ("kept" if rating <= worst else "dropped")


def test_what_was_not_answered_counts_neither_way():
    assert outcome(decided({OVERALL: "A"})) == outcome(decided({OUTPUT_CORRECT: "yes"})) == ("kept", "accepted")


@pytest.mark.parametrize(
    ("votes", "accept", "expected"),
    [
        ((YES, YES, NO), "majority", ("kept", "accepted")),
        ((YES, NO, NO), "majority", ("dropped", "not_accepted")),
        ((YES, NO), "majority", ("dropped", "tie")),
        ((YES, YES, NO), "all", ("dropped", "not_accepted")),
        ((YES, NO), "all", ("dropped", "not_accepted")),
        ((YES, YES, YES), "all", ("kept", "accepted")),
        ((YES, NO, NO), "any", ("kept", "accepted")),
        ((NO, NO, NO), "any", ("dropped", "not_accepted")),
    ],
)
def test_the_rule_says_how_many_must_accept(votes, accept, expected):
    assert outcome(decided(*votes, accept=accept)) == expected


def test_the_detail_counts_votes_and_the_answers_against_the_row():
    decision = decided({**NO, OVERALL: "D"}, {**NO, OVERALL: "C"}, YES)
    assert decision.detail == "1 of 3 raters accepts; against: overall: C (1), overall: D (1), valid_task: no (2)."
    assert decision.num_raters == 3


def test_a_corrected_output_replaces_the_original():
    decision = decided({VALID_TASK: "yes", OUTPUT_CORRECT: "no", OVERALL: "C", CORRECTED_OUTPUT: " late\n"})
    assert outcome(decision) == ("kept", "corrected")
    assert (decision.output, decision.corrected, decision.row["output"]) == ("late", True, "lat")
    assert decision.detail == "1 of 1 rater accepts; 1 with this corrected output."


def test_a_corrected_output_alone_is_a_vote():
    assert outcome(decided({CORRECTED_OUTPUT: "late"})) == ("kept", "corrected")


def test_a_corrected_output_does_not_repair_task_or_input():
    for question in (VALID_TASK, INPUT_APPROPRIATE):
        decision = decided({question: "no", CORRECTED_OUTPUT: "late"})
        assert (*outcome(decision), decision.output, decision.corrected) == ("dropped", "not_accepted", "lat", False)


@pytest.mark.parametrize("text", ["", " \n", "lat", " lat\n"])
def test_a_blank_or_unchanged_text_is_no_correction(text):
    assert outcome(decided({OUTPUT_CORRECT: "no", CORRECTED_OUTPUT: text})) == ("dropped", "not_accepted")
    decision = decided({OUTPUT_CORRECT: "yes", CORRECTED_OUTPUT: text})
    assert (*outcome(decision), decision.corrected) == ("kept", "accepted", False)


def test_whitespace_around_the_original_is_not_corrected():
    row = {**ROW, "output": "lat\n"}
    record = record_id(row["instruction"], row["input"], row["output"])
    decision = decide([row], says("anna", record=record, corrected_output="lat", overall="A"))[0]
    assert (*outcome(decision), decision.output) == ("kept", "accepted", "lat\n")


def test_corrections_are_not_used_on_request():
    rejecting = {OUTPUT_CORRECT: "no", CORRECTED_OUTPUT: "late"}
    assert outcome(decided(rejecting, use_corrections=False)) == ("dropped", "not_accepted")
    assert outcome(decided({CORRECTED_OUTPUT: "late"}, use_corrections=False)) == ("undecided", "not_rated")
    decision = decided({**YES, CORRECTED_OUTPUT: "late"}, use_corrections=False)
    assert (*outcome(decision), decision.output) == ("kept", "accepted", "lat")


def test_the_correction_of_a_rater_who_rejects_the_row_is_not_used():
    decision = decided(YES, YES, {**NO, CORRECTED_OUTPUT: "late"})
    assert (*outcome(decision), decision.output) == ("kept", "accepted", "lat")


def test_of_different_corrections_the_most_frequent_is_used():
    ratings = [
        *says("anna", "2026-01-01", corrected_output="tardy"),
        *says("ben", "2026-01-02", corrected_output="late"),
        *says("carl", "2026-01-03", corrected_output="late "),
    ]
    decision = decide([ROW], ratings)[0]
    assert (*outcome(decision), decision.output) == ("kept", "corrected_differently", "late")
    assert decision.detail == "3 of 3 raters accept; 2 different corrected outputs, the most frequent is used."


def test_of_equally_frequent_corrections_the_earliest_is_used():
    ratings = [
        *says("anna", "2026-01-01T10:00:01", corrected_output="late"),
        *says("ben", "2026-01-01T09:59:59.5Z", corrected_output="tardy"),
    ]
    for order in (ratings, ratings[::-1]):
        decision = decide([ROW], order)[0]
        assert (*outcome(decision), decision.output) == ("kept", "corrected_differently", "tardy")
        assert "2 different corrected outputs, the earliest of the most frequent is used" in decision.detail


def test_the_latest_answer_of_a_rater_counts():
    ratings = [*says("anna", "2026-01-02", overall="A"), *says("anna", "2026-01-01", overall="D")]
    assert decide([ROW], ratings)[0].status == decide([ROW], ratings[::-1])[0].status == "kept"
    blank = says("anna", "2026-01-03", corrected_output="")
    assert not decide([ROW], [*says("anna", "2026-01-02", corrected_output="late", overall="A"), *blank])[0].corrected


def test_answers_that_are_not_known_are_no_vote():
    assert outcome(decided({OVERALL: "E", "fluency": "yes", VALID_TASK: "maybe"})) == ("undecided", "not_rated")


def test_every_row_gets_its_decision_in_order():
    rows = [{**ROW, "output": output} for output in ("a", "b", "a")]
    ratings = says("anna", record=record_id(ROW["instruction"], ROW["input"], "a"), overall="A")
    assert [decision.status for decision in decide(rows, ratings)] == ["kept", "undecided", "kept"]
    assert [decision.row for decision in decide(rows, ratings)] == rows
    assert decide([], ratings) == []


@pytest.mark.parametrize("row", [{}, {"instruction": "Do.", "output": None}, {**ROW, "input": 5}])
def test_a_row_without_its_texts_is_named(row):
    with pytest.raises(InputFileError, match="Row 2 cannot be decided on: instruction, input and output must be"):
        decide([ROW, row], [])


def test_a_missing_input_is_an_empty_one():
    row = {"instruction": "Name a colour.", "output": "red"}
    ratings = says("anna", record=record_id("Name a colour.", "", "red"), overall="A")
    assert [decision.status for decision in decide([row, {**row, "input": None}], ratings)] == ["kept", "kept"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"accept": "most"}, "accept is 'most': give one of majority, all, any."),
        ({"min_raters": 0}, "min_raters is 0: it must be 1 or more."),
        ({"worst_rating": "E"}, "worst_rating is 'E': use one of A, B, C, D."),
    ],
)
def test_a_rule_that_cannot_work_is_refused(options, message):
    with pytest.raises(ConfigError) as caught:
        DecisionRule(**options)
    assert str(caught.value) == message


def test_decisions_are_ready_for_json():
    decision = json.loads(json.dumps(asdict(decided(YES))))
    assert (decision["status"], decision["reason"], decision["row"]) == ("kept", "accepted", ROW)


@pytest.mark.parametrize("member", [*DecisionStatus, *DecisionReason])
def test_statuses_and_reasons_are_their_values_in_any_text(member):
    assert f"{member}" == f"{member:s}" == str(member) == member.value


# All answers of a few raters to a few rows, and all rules.

ROWS = [{**ROW, "output": output} for output in ("lat", "late", "tardy")]
CHOICES = [(question, value) for question in QUALITY_QUESTIONS for value in ("yes", "no")]
CHOICES += [(OVERALL, letter) for letter in OVERALL_RATINGS] + [(COMMENT, "Hm.")]
CHOICES += [(CORRECTED_OUTPUT, text) for text in ("", "lat", "late", "tardy")]
RATINGS = st.lists(
    st.builds(
        lambda row, rater, choice, minute: Rating(
            record_id(row["instruction"], row["input"], row["output"]),
            row["instruction"], rater, *choice, f"2026-01-01T10:0{minute}:00",
        ),
        st.sampled_from([*ROWS, {**ROW, "output": "unknown"}]),
        st.sampled_from(["anna", "ben", "carl"]),
        st.sampled_from(CHOICES),
        st.integers(0, 2),
    ),
    max_size=30,
)  # fmt: skip
RULES = st.builds(
    DecisionRule,
    accept=st.sampled_from(["majority", "all", "any"]),
    min_raters=st.integers(1, 4),
    worst_rating=st.sampled_from(OVERALL_RATINGS),
    use_corrections=st.booleans(),
)


def kept(ratings, rule):
    return {number for number, decision in enumerate(decide(ROWS, ratings, rule)) if decision.status == "kept"}


def undecided(ratings, rule):
    return {number for number, decision in enumerate(decide(ROWS, ratings, rule)) if decision.status == "undecided"}


@given(RATINGS, RULES, st.randoms(use_true_random=False))
def test_the_order_of_the_ratings_changes_nothing(ratings, rule, chance: random.Random):
    shuffled = chance.sample(ratings, len(ratings))
    assert decide(ROWS, shuffled, rule) == decide(ROWS, ratings, rule)


@given(RATINGS, RULES)
def test_every_row_has_a_status_with_a_fitting_reason(ratings, rule):
    reasons = {
        "kept": {"accepted", "corrected", "corrected_differently"},
        "dropped": {"not_accepted", "tie"},
        "undecided": {"too_few_raters", "not_rated"},
    }
    assert set().union(*reasons.values()) == set(DecisionReason)
    assert reasons.keys() == set(REVIEWED)
    decisions = decide(ROWS, ratings, rule)
    assert len(decisions) == len(ROWS)
    for row, decision in zip(ROWS, decisions, strict=True):
        assert decision.reason in reasons[decision.status]
        assert decision.row == row
        assert decision.detail.endswith(".")
        assert decision.corrected == decision.reason.value.startswith("corrected") == (decision.output != row["output"])
        assert (decision.status == "undecided") == (decision.num_raters < rule.min_raters)


@given(RATINGS, RULES)
def test_all_is_stricter_than_majority_and_majority_than_any(ratings, rule):
    by_all, by_most, by_any = (kept(ratings, replace(rule, accept=accept)) for accept in ("all", "majority", "any"))
    assert by_all <= by_most <= by_any


@given(RATINGS, RULES, st.integers(1, 4))
def test_asking_for_more_raters_decides_fewer_rows_and_changes_no_other(ratings, rule, more):
    stricter = replace(rule, min_raters=rule.min_raters + more)
    assert undecided(ratings, rule) <= undecided(ratings, stricter)
    assert kept(ratings, stricter) == kept(ratings, rule) - undecided(ratings, stricter)


@given(RATINGS, RULES)
def test_a_higher_standard_keeps_fewer_rows(ratings, rule):
    by_letter = [kept(ratings, replace(rule, worst_rating=letter)) for letter in OVERALL_RATINGS]
    assert all(stricter <= milder for stricter, milder in pairwise(by_letter))


@given(RATINGS, RULES)
def test_corrections_only_add_to_what_is_kept(ratings, rule):
    without = kept(ratings, replace(rule, use_corrections=False))
    assert without <= kept(ratings, replace(rule, use_corrections=True))


@given(RATINGS, RULES)
def test_ratings_of_other_rows_change_nothing(ratings, rule):
    records = {decision.record for decision in decide(ROWS, [])}
    known = [rating for rating in ratings if rating.record in records]
    assert decide(ROWS, known, rule) == decide(ROWS, ratings, rule)
