"""Answers that people gave in a real Argilla come back and decide."""

from distilabel_selfinstruct.ratings.answers import read_ratings
from distilabel_selfinstruct.ratings.decisions import DecisionRule
from tests.review.people import GOOD, WRONG, answers, identity, instance, statuses


def test_submitted_answers_are_written_as_they_were_given(review):
    review.answer("anna", {0: {**GOOD, "comment": "  Fine,\n<b>really</b> – ok. "}})
    review.pull()
    assert answers(review) == [
        (0, "anna", "valid_task", "yes"),
        (0, "anna", "input_appropriate", "yes"),
        (0, "anna", "output_correct", "yes"),
        (0, "anna", "overall", "A"),
        (0, "anna", "comment", "  Fine,\n<b>really</b> – ok. "),
    ]


def test_a_rating_holds_the_instruction_its_kind_and_the_time_of_the_answer(new_review):
    review = new_review([instance(1, is_classification=True)])
    review.answer("ben", {0: GOOD})
    review.pull()
    rating = read_ratings(review.path / "ratings.jsonl")[0]
    assert (rating.instruction, rating.is_classification) == ("Name the opposite of word 1.", True)
    assert rating.updated_at.endswith("+00:00")
    assert rating.updated_at <= review.summary()["pulled_at"].replace("+00:00", ".999999+00:00")


def test_drafts_and_discarded_responses_are_counted_and_decide_nothing(review):
    review.answer("anna", {0: GOOD})
    review.answer("anna", {1: WRONG, 2: WRONG}, status="draft")
    review.answer("anna", {3: WRONG}, status="discarded")
    review.pull()
    summary = review.summary()
    assert (summary["submitted"], summary["drafts"], summary["discarded"]) == (1, 2, 1)
    assert statuses(review) == ["kept", "undecided", "undecided", "undecided"]


def test_each_row_has_a_decision_with_its_reason_and_all_its_columns(review):
    review.answer("anna", {0: GOOD, 1: WRONG})
    review.pull()
    rows = review.written("decisions.jsonl")
    assert [(row["verdict"], row["reason"], row["num_raters"]) for row in rows[:3]] == [
        ("kept", "accepted", 1),
        ("dropped", "not_accepted", 1),
        ("undecided", "not_rated", 0),
    ]
    for row, original in zip(rows, review.rows, strict=True):
        assert {**original, "original_output": original["output"]}.items() <= row.items()
        assert row["record"] == identity(original)


def test_a_corrected_output_takes_the_place_of_the_original(review):
    review.answer("anna", {0: {**WRONG, "corrected_output": "right"}})
    review.pull()
    row = review.written("decisions.jsonl")[0]
    assert (row["verdict"], row["output"], row["original_output"], row["corrected"]) == (
        "kept",
        "right",
        "opposite 0",
        True,
    )


def test_the_rule_decides(review):
    review.answer("anna", {0: GOOD})
    review.answer("ben", {0: WRONG})
    for accept, status in (("any", "kept"), ("all", "dropped"), ("majority", "dropped")):
        review.pull(DecisionRule(accept=accept))
        assert statuses(review)[0] == status
    review.pull(DecisionRule(accept="any", min_raters=3))
    assert statuses(review)[0] == "undecided"
    assert review.summary()["rule"]["min_raters"] == 3


def test_texts_with_script_come_back_exact_because_they_are_never_read_back(new_review):
    payload = "<img src=x onerror=alert(1)> & &lt;b&gt; \u2028 é"
    review = new_review([instance(0, instruction=payload, input=payload, output=payload)])
    review.answer("anna", {0: GOOD})
    review.pull()
    row = review.written("decisions.jsonl")[0]
    assert (row["instruction"], row["input"], row["output"]) == (payload, payload, payload)
    assert read_ratings(review.path / "ratings.jsonl")[0].instruction == payload


def test_a_pull_says_why_no_second_person_can_rate(review):
    review.answer("anna", {0: GOOD, 1: GOOD})
    [note] = review.pull(DecisionRule(min_raters=2)).notes
    assert note == (
        f"2 rows have fewer than 2 raters, and a record of the dataset {review.name!r} leaves the queues of all when 1 "
        "have answered: push again with `min_submitted=2`, and it comes back to the others."
    )
    assert review.pull(DecisionRule(min_raters=1)).notes == ()
