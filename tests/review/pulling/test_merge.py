"""Answers on the server and answers pulled before, put together: nothing that was rated is ever lost."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.ratings.answers import Rating
from distilabel_selfinstruct.review.argilla.responses import Response, utc
from distilabel_selfinstruct.review.pulling.merge import (
    UNKNOWN_QUESTION,
    UNKNOWN_RECORD,
    UNKNOWN_VALUE,
    Merged,
    OtherAnswer,
    RatedTask,
    merge,
)

TASKS = {"r1": RatedTask("Name a color.", False), "r2": RatedTask("Is it red?", True)}


def at(minute: int) -> str:
    return f"2026-01-01T10:{minute:02}:00.000000+00:00"


def response(
    record: str = "r1",
    rater: str = "anna",
    status: str = "submitted",
    begun: int = 0,
    minute: int = 1,
    **values: object,
) -> Response:
    return Response(record, rater, status, values, at(begun), at(minute))


def rating(
    question: str = "overall", value: str = "A", minute: int = 1, rater: str = "anna", record: str = "r1"
) -> Rating:
    task = TASKS[record]
    return Rating(record, task.instruction, rater, question, value, at(minute), task.is_classification)


def answers(merged: Merged) -> list[tuple[str, str, str, str]]:
    return [(rating.record, rating.rater, rating.question, rating.value) for rating in merged.ratings]


def test_each_answer_of_a_submitted_response_becomes_a_rating():
    merged = merge(TASKS, [response("r2", overall="B", comment="  fine ")])
    assert merged.ratings == (
        Rating("r2", "Is it red?", "anna", "overall", "B", at(1), True, at(0)),
        Rating("r2", "Is it red?", "anna", "comment", "  fine ", at(1), True, at(0)),
    )


def test_drafts_and_discarded_responses_are_no_ratings():
    merged = merge(TASKS, [response(status="draft", overall="A"), response("r2", status="discarded", overall="A")])
    assert merged == Merged((), (), (), 0)


def test_ratings_are_in_the_order_of_rows_raters_and_questions():
    merged = merge(
        TASKS, [response("r2", "ben", overall="A"), response("r2", comment="x", overall="A"), response(overall="A")]
    )
    assert [(rating.record, rating.rater, rating.question) for rating in merged.ratings] == [
        ("r1", "anna", "overall"), ("r2", "anna", "overall"), ("r2", "anna", "comment"), ("r2", "ben", "overall")
    ]  # fmt: skip


def test_a_changed_answer_takes_the_place_of_the_one_pulled_before():
    merged = merge(TASKS, [response(minute=5, overall="D")], [rating(value="A")])
    assert answers(merged) == [("r1", "anna", "overall", "D")]
    assert merged.replaced == (rating(value="A"),)


def test_an_answer_that_its_rater_left_empty_later_is_no_longer_in_force():
    before = [rating(), rating("corrected_output", "red")]
    merged = merge(TASKS, [response(minute=5, overall="A")], before)
    assert answers(merged) == [("r1", "anna", "overall", "A")]
    assert merged.replaced == (rating("corrected_output", "red"),)


def test_the_same_answer_submitted_once_more_is_not_counted_as_replaced():
    assert merge(TASKS, [response(minute=5, overall="A")], [rating()]).replaced == ()


def test_an_answer_that_is_gone_from_the_server_is_kept_and_counted():
    merged = merge(TASKS, [], [rating(), rating("comment", "fine")])
    assert (merged.ratings, merged.num_gone) == ((rating(), rating("comment", "fine")), 2)


def test_an_answer_about_a_row_that_is_gone_from_the_run_is_kept():
    assert merge({}, [], [rating()]).ratings == (rating(),)


def test_a_new_answer_about_a_row_that_is_gone_from_the_run_is_a_rating_when_its_text_is_known_from_before():
    assert merge({}, [response(rater="ben", overall="C")], [rating()]).ratings == (
        rating(),
        replace(rating(value="C", rater="ben"), begun_at=at(0)),
    )


def test_a_response_that_was_taken_back_is_no_longer_in_force():
    for status in ("draft", "discarded"):
        merged = merge(TASKS, [response(status=status, minute=5, overall="A")], [rating()])
        assert (merged.ratings, merged.replaced) == ((), (rating(),))


def test_a_draft_in_another_dataset_takes_nothing_back():
    merged = merge(TASKS, [response(status="draft", begun=3, minute=5, overall="D")], [rating()])
    assert (merged.ratings, merged.num_gone) == ((rating(),), 1)


def test_an_older_response_does_not_take_the_place_of_a_newer_answer():
    merged = merge(TASKS, [response(minute=1, overall="D")], [rating(minute=5)])
    assert answers(merged) == [("r1", "anna", "overall", "A")]


@given(st.integers(0, 9), st.integers(0, 9), st.sampled_from(["submitted", "draft", "discarded"]))
def test_a_changed_response_counts_whatever_the_clock_of_the_server_says(before, now, status):
    pulled = merge(TASKS, [response(begun=3, minute=before, overall="A")]).ratings
    merged = merge(TASKS, [response(status=status, begun=3, minute=now, overall="D")], pulled)
    assert answers(merged) == ([("r1", "anna", "overall", "D")] if status == "submitted" else [])
    assert merged.replaced == pulled


def test_of_a_rater_who_answers_in_two_datasets_the_newer_answer_counts():
    merged = merge(TASKS, [response(minute=5, overall="B"), response(minute=2, overall="A")])
    assert answers(merged) == [("r1", "anna", "overall", "B")]


def test_a_submitted_response_counts_beside_a_newer_draft_in_another_dataset():
    merged = merge(TASKS, [response(minute=2, overall="A"), response(status="draft", minute=5, overall="B")])
    assert answers(merged) == [("r1", "anna", "overall", "A")]


def test_answers_that_are_no_ratings_are_kept_apart_with_the_reason():
    given_answers = [
        response(mood="good", overall="E"),
        response("r2", valid_task=1, comment="yes"),
        response("r9", overall="A"),
    ]
    merged = merge(TASKS, given_answers)
    assert answers(merged) == [("r2", "anna", "comment", "yes")]
    assert [(other.question, other.value, other.why) for other in merged.other] == [
        ("mood", "good", UNKNOWN_QUESTION),
        ("overall", "E", UNKNOWN_VALUE),
        ("valid_task", 1, UNKNOWN_VALUE),
        ("overall", "A", UNKNOWN_RECORD),
    ]


def test_other_answers_pulled_before_stay_until_they_can_be_ratings():
    known = OtherAnswer("r9", "anna", "overall", "A", at(1), UNKNOWN_RECORD)
    assert merge(TASKS, [], earlier_other=[known]).other == (known,)
    merged = merge({"r9": RatedTask("Say hi.", False)}, [response("r9", overall="A")], earlier_other=[known])
    assert (answers(merged), merged.other) == ([("r9", "anna", "overall", "A")], ())


RESPONSES = st.lists(
    st.builds(
        lambda record, rater, status, minute, overall: response(record, rater, status, 0, minute, overall=overall),
        st.sampled_from(["r1", "r2"]), st.sampled_from(["anna", "ben"]),
        st.sampled_from(["submitted", "submitted", "draft"]), st.integers(0, 59), st.sampled_from("ABCD"),
    )
)  # fmt: skip


@given(RESPONSES)
def test_pulling_again_changes_nothing(responses):
    once = merge(TASKS, responses)
    again = merge(TASKS, responses, once.ratings, once.other)
    assert (again.ratings, again.replaced, again.num_gone) == (once.ratings, (), 0)


@given(st.lists(RESPONSES, max_size=4))
def test_every_answer_that_was_ever_pulled_is_in_force_replaced_or_given_again(pulls):
    ratings: tuple[Rating, ...] = ()
    replaced: list[Rating] = []
    ever: set[Rating] = set()
    for responses in pulls:
        merged = merge(TASKS, responses, ratings)
        ratings = merged.ratings
        replaced += merged.replaced
        ever |= set(ratings)
    kept = {(rating.record, rating.rater, rating.question, rating.value) for rating in (*ratings, *replaced)}
    assert {(rating.record, rating.rater, rating.question, rating.value) for rating in ever} == kept


def test_the_servers_times_get_their_zone_and_sort_as_texts():
    times = ["2026-11-22T14:03:00", "2026-11-22T14:03:00.500000", "2026-11-22T14:03:01Z", "2026-11-22T16:03:02+02:00"]
    shown = [utc(time) for time in times]
    assert shown == sorted(shown)
    assert shown[0] == "2026-11-22T14:03:00.000000+00:00"
    assert shown[3] == "2026-11-22T14:03:02.000000+00:00"


def test_a_time_that_cannot_be_read_is_kept_as_it_is():
    assert utc("yesterday") == "yesterday"
