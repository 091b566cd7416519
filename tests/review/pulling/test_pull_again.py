"""Pulling again loses nothing, whatever raters and owners have done to the server since."""

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import read_ratings
from distilabel_selfinstruct.review.pulling.pull import pull_decisions
from tests.review.people import GOOD, WORKSPACE, WRONG, answers, connected, statuses


def test_pulling_again_changes_nothing(review):
    review.answer("anna", {0: GOOD, 1: WRONG})
    review.pull()
    before = {name: (review.path / name).read_bytes() for name in ("ratings.jsonl", "decisions.jsonl")}
    review.pull()
    assert {name: (review.path / name).read_bytes() for name in before} == before
    assert not (review.path / "replaced_ratings.jsonl").exists()


def test_a_changed_answer_replaces_and_the_earlier_one_is_kept_apart(review):
    review.answer("anna", {0: WRONG})
    review.pull()
    review.answer("anna", {0: GOOD})
    result = review.pull()
    assert (0, "anna", "overall", "A") in answers(review)
    replaced = read_ratings(review.path / "replaced_ratings.jsonl")
    assert [(rating.question, rating.value) for rating in replaced] == [("output_correct", "no"), ("overall", "D")]
    assert "Answers pulled before that their rater has changed or taken back: 2." in result.summary.notes


def test_a_response_that_its_rater_discards_later_no_longer_decides(review):
    review.answer("anna", {0: GOOD})
    review.pull()
    review.answer("anna", {0: GOOD}, status="discarded")
    review.pull()
    assert statuses(review)[0] == "undecided"
    assert len(read_ratings(review.path / "replaced_ratings.jsonl")) == 4


def test_answers_about_a_deleted_record_are_kept_and_counted(review):
    review.answer("anna", {0: GOOD, 1: WRONG})
    review.pull()
    before = answers(review)
    review.delete_record(1)
    result = review.pull()
    assert answers(review) == before
    summary = review.summary()
    assert (summary["gone"], summary["deleted_records"], summary["missing_records"]) == (4, 1, 1)
    assert "Answers that were pulled before and are kept, though Argilla no longer has them: 4." in result.summary.notes


def test_a_record_that_was_pushed_and_deleted_unrated_is_counted(review):
    review.says_pushed(None)
    review.delete_record(2)
    result = review.pull()
    assert "Records that were pushed or rated and are no longer in Argilla: 1." in result.summary.notes


def test_answers_of_a_deleted_user_are_kept_under_their_name(review):
    dora, dora_key = review.new_rater()
    review.answer(dora.username, {0: GOOD}, api_key=dora_key)
    review.pull()
    dora.delete()
    review.pull()
    assert (0, dora.username, "overall", "A") in answers(review)
    assert review.summary()["gone"] == 4


def test_the_answers_of_a_user_whom_this_key_cannot_see_are_kept_under_their_id(review):
    dora, dora_key = review.new_rater()
    review.answer(dora.username, {0: GOOD}, api_key=dora_key)
    dora.remove_from_workspace(review.client.workspaces(WORKSPACE))
    with connected(review.server.url, review.new_admin_key()) as client:
        result = pull_decisions(review.run, client=client)
    assert {rater for _, rater, _, _ in answers(review)} == {f"user-{dora.id}"}
    assert review.summary()["unknown_users"] == [str(dora.id)]
    assert "Raters without a user account, called user-<id>: 1." in result.summary.notes


def test_a_name_that_was_known_is_used_when_this_key_can_no_longer_see_the_user(review):
    dora, dora_key = review.new_rater()
    review.answer(dora.username, {0: GOOD}, api_key=dora_key)
    review.pull()
    dora.remove_from_workspace(review.client.workspaces(WORKSPACE))
    with connected(review.server.url, review.new_admin_key()) as client:
        pull_decisions(review.run, client=client)
    assert {rater for _, rater, _, _ in answers(review)} == {dora.username}


def test_a_row_that_left_the_run_keeps_its_answers(review):
    review.answer("anna", {0: GOOD})
    review.pull()
    jsonl.write(review.run / "instances.jsonl", review.rows[1:])
    review.pull()
    assert (0, "anna", "overall", "A") in answers(review)
    assert review.summary()["unknown_records"] == 1


def test_answers_about_an_unknown_record_are_kept_in_the_summary(review):
    review.answer("anna", {0: GOOD})
    jsonl.write(review.run / "instances.jsonl", review.rows[1:])
    result = review.pull()
    assert answers(review) == []
    assert [answer["why"] for answer in review.summary()["other_answers"]] == ["unknown record"] * 4
    assert "Answers that do not count (unknown record), kept in pull.json: 4." in result.summary.notes
