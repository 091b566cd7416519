"""Answers that people gave in a real Argilla come back and decide."""

import socket

import argilla as rg
import pytest

from distilabel_selfinstruct import jsonl
from distilabel_selfinstruct.decisions import DecisionRule
from distilabel_selfinstruct.errors import InputFileError, ReviewError, RunFolderError
from distilabel_selfinstruct.journal import lock
from distilabel_selfinstruct.ratings import QUESTIONS, read_ratings
from distilabel_selfinstruct.review import responses
from distilabel_selfinstruct.review.pull import pull
from tests.review.people import GOOD, WORKSPACE, WRONG, connected, identity, instance, reviews


@pytest.fixture
def new_review(argilla_server, tmp_path):
    with reviews(argilla_server, tmp_path) as make:
        yield make


@pytest.fixture
def review(new_review):
    return new_review([instance(number) for number in range(4)])


def answers(review):
    """What the ratings file holds, in short: row number, rater, question, value."""
    numbers = {identity(row): number for number, row in enumerate(review.rows)}
    ratings = read_ratings(review.path / "ratings.jsonl")
    return [(numbers.get(one.record), one.rater, one.question, one.value) for one in ratings]


def verdicts(review):
    return [row["verdict"] for row in review.written("decisions.jsonl")]


def test_submitted_answers_are_written_as_they_were_given(review):
    review.answer("anna", {0: {**GOOD, "comment": "  Fine,\n<b>really</b> – ok. "}})
    pull(review.client, review.run)
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
    pull(review.client, review.run)
    rating = read_ratings(review.path / "ratings.jsonl")[0]
    assert (rating.instruction, rating.is_classification) == ("Name the opposite of word 1.", True)
    assert rating.updated_at.endswith("+00:00")
    assert rating.updated_at <= review.summary()["pulled_at"].replace("+00:00", ".999999+00:00")


def test_drafts_and_discarded_responses_are_counted_and_decide_nothing(review):
    review.answer("anna", {0: GOOD})
    review.answer("anna", {1: WRONG, 2: WRONG}, status="draft")
    review.answer("anna", {3: WRONG}, status="discarded")
    pull(review.client, review.run)
    summary = review.summary()
    assert (summary["submitted"], summary["drafts"], summary["discarded"]) == (1, 2, 1)
    assert verdicts(review) == ["kept", "undecided", "undecided", "undecided"]


def test_each_row_has_a_verdict_with_its_reason_and_all_its_columns(review):
    review.answer("anna", {0: GOOD, 1: WRONG})
    pull(review.client, review.run)
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
    pull(review.client, review.run)
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
    for accept, verdict in (("any", "kept"), ("all", "dropped"), ("majority", "dropped")):
        pull(review.client, review.run, DecisionRule(accept=accept))
        assert verdicts(review)[0] == verdict
    pull(review.client, review.run, DecisionRule(accept="any", min_raters=3))
    assert verdicts(review)[0] == "undecided"
    assert review.summary()["rule"]["min_raters"] == 3


def test_texts_with_script_come_back_exact_because_they_are_never_read_back(new_review):
    payload = "<img src=x onerror=alert(1)> & &lt;b&gt; \u2028 é"
    review = new_review([instance(0, instruction=payload, input=payload, output=payload)])
    review.answer("anna", {0: GOOD})
    pull(review.client, review.run)
    row = review.written("decisions.jsonl")[0]
    assert (row["instruction"], row["input"], row["output"]) == (payload, payload, payload)
    assert read_ratings(review.path / "ratings.jsonl")[0].instruction == payload


# --- pulling again


def test_pulling_again_changes_nothing(review):
    review.answer("anna", {0: GOOD, 1: WRONG})
    pull(review.client, review.run)
    before = {name: (review.path / name).read_bytes() for name in ("ratings.jsonl", "decisions.jsonl")}
    pull(review.client, review.run)
    assert {name: (review.path / name).read_bytes() for name in before} == before
    assert not (review.path / "replaced_ratings.jsonl").exists()


def test_a_changed_answer_replaces_and_the_earlier_one_is_kept_apart(review):
    review.answer("anna", {0: WRONG})
    pull(review.client, review.run)
    review.answer("anna", {0: GOOD})
    result = pull(review.client, review.run)
    assert (0, "anna", "overall", "A") in answers(review)
    replaced = read_ratings(review.path / "replaced_ratings.jsonl")
    assert [(one.question, one.value) for one in replaced] == [("output_correct", "no"), ("overall", "D")]
    assert "Answers pulled before that their rater has changed or taken back: 2." in result.notes


def test_a_response_that_its_rater_discards_later_no_longer_decides(review):
    review.answer("anna", {0: GOOD})
    pull(review.client, review.run)
    review.answer("anna", {0: GOOD}, status="discarded")
    pull(review.client, review.run)
    assert verdicts(review)[0] == "undecided"
    assert len(read_ratings(review.path / "replaced_ratings.jsonl")) == 4


def test_answers_about_a_deleted_record_are_kept_and_counted(review):
    review.answer("anna", {0: GOOD, 1: WRONG})
    pull(review.client, review.run)
    before = answers(review)
    review.delete_record(1)
    result = pull(review.client, review.run)
    assert answers(review) == before
    summary = review.summary()
    assert (summary["gone"], summary["deleted_records"], summary["missing_records"]) == (4, 1, 1)
    assert "Answers pulled before and gone from Argilla since, kept: 4." in result.notes


def test_a_record_that_was_pushed_and_deleted_unrated_is_counted(review):
    review.says_pushed(None)
    review.delete_record(2)
    result = pull(review.client, review.run)
    assert "Records that were pushed or rated and are no longer in Argilla: 1." in result.notes


def test_answers_of_a_deleted_user_are_kept_under_their_name(review):
    dora, dora_key = review.new_rater()
    review.answer(dora.username, {0: GOOD}, api_key=dora_key)
    pull(review.client, review.run)
    dora.delete()
    pull(review.client, review.run)
    assert (0, dora.username, "overall", "A") in answers(review)
    assert review.summary()["gone"] == 4


def test_the_answers_of_a_user_whom_this_key_cannot_see_are_kept_under_their_id(review):
    dora, dora_key = review.new_rater()
    review.answer(dora.username, {0: GOOD}, api_key=dora_key)
    dora.remove_from_workspace(review.client.workspaces(WORKSPACE))
    with connected(review.server.url, review.new_admin_key()) as client:
        result = pull(client, review.run)
    assert {rater for _, rater, _, _ in answers(review)} == {f"user-{dora.id}"}
    assert review.summary()["unknown_users"] == [str(dora.id)]
    assert "Raters without a user account, called user-<id>: 1." in result.notes


def test_a_name_that_was_known_is_used_when_this_key_can_no_longer_see_the_user(review):
    dora, dora_key = review.new_rater()
    review.answer(dora.username, {0: GOOD}, api_key=dora_key)
    pull(review.client, review.run)
    dora.remove_from_workspace(review.client.workspaces(WORKSPACE))
    with connected(review.server.url, review.new_admin_key()) as client:
        pull(client, review.run)
    assert {rater for _, rater, _, _ in answers(review)} == {dora.username}


def test_a_row_that_left_the_run_keeps_its_answers(review):
    review.answer("anna", {0: GOOD})
    pull(review.client, review.run)
    jsonl.write(review.run / "instances.jsonl", review.rows[1:])
    pull(review.client, review.run)
    assert (0, "anna", "overall", "A") in answers(review)
    assert review.summary()["unknown_records"] == 1


def test_answers_about_an_unknown_record_are_kept_in_the_summary(review):
    review.answer("anna", {0: GOOD})
    jsonl.write(review.run / "instances.jsonl", review.rows[1:])
    result = pull(review.client, review.run)
    assert answers(review) == []
    assert [one["why"] for one in review.summary()["other_answers"]] == ["unknown record"] * 4
    assert "Answers that count for nothing (unknown record), kept in pull.json: 4." in result.notes


# --- datasets


def changed_settings(*names):
    yes_no = [rg.LabelQuestion(name=name, labels=["yes", "no"]) for name in names if name in QUESTIONS]
    other = [rg.RatingQuestion(name=name, values=[1, 2, 3]) for name in names if name not in QUESTIONS]
    fields = [rg.TextField(name, required=name == "instruction") for name in ("instruction", "input", "output")]
    return rg.Settings(fields=fields, questions=[*yes_no, *other])


def test_changed_questions_are_reported_and_their_answers_kept(new_review):
    review = new_review([instance(0)], settings=changed_settings("valid_task", "mood"))
    review.answer("anna", {0: {"valid_task": "yes", "mood": 3}})
    result = pull(review.client, review.run)
    assert answers(review) == [(0, "anna", "valid_task", "yes")]
    (other,) = review.summary()["other_answers"]
    assert (other["rater"], other["question"], other["value"]) == ("anna", "mood", 3)
    assert review.summary()["datasets"][0]["unknown_questions"] == ["mood"]
    assert "does not ask input_appropriate" in result.notes[0]
    assert "also asks mood" in result.notes[0]


def test_a_dataset_that_asks_nothing_of_ours_is_refused(new_review):
    review = new_review([instance(0)], settings=changed_settings("mood"))
    with pytest.raises(ReviewError, match="asks mood and none of our questions"):
        pull(review.client, review.run)


def test_the_datasets_that_were_pushed_are_read_and_put_together(review):
    review.add_dataset(f"{review.name}-ben", rows=review.rows[2:])
    review.says_pushed(None, "ben")
    review.answer("anna", {0: GOOD})
    review.answer("ben", {3: GOOD}, dataset=1)
    pull(review.client, review.run)
    assert verdicts(review) == ["kept", "undecided", "undecided", "kept"]
    assert [one["rater"] for one in review.summary()["datasets"]] == [None, "ben"]


def test_a_deleted_dataset_of_several_is_reported_and_its_answers_stay(review):
    review.add_dataset(f"{review.name}-ben", rows=review.rows[2:])
    review.says_pushed(None, "ben")
    review.answer("ben", {3: GOOD}, dataset=1)
    pull(review.client, review.run)
    review.datasets[1].delete()
    result = pull(review.client, review.run)
    assert verdicts(review)[3] == "kept"
    assert any("is no longer in Argilla" in note for note in result.notes)
    assert review.summary()["deleted_datasets"] == [
        {"name": f"{review.name}-ben", "workspace": WORKSPACE, "rater": "ben"}
    ]


def test_it_is_an_error_when_no_dataset_is_left_and_nothing_is_touched(review):
    review.answer("anna", {0: GOOD})
    pull(review.client, review.run)
    before = answers(review)
    review.datasets[0].delete()
    with pytest.raises(ReviewError, match=f"holds no dataset '{review.name}' in workspace 'selfinstruct'"):
        pull(review.client, review.run)
    assert answers(review) == before


def test_a_dataset_can_be_named_and_the_others_count_as_not_looked_at(review):
    review.add_dataset(f"{review.name}-second", rows=review.rows[2:])
    review.says_pushed(None, None)
    review.answer("anna", {0: GOOD})
    review.answer("ben", {3: GOOD}, dataset=1)
    pull(review.client, review.run)
    pull(review.client, review.run, names=[f"{review.name}-second"])
    assert verdicts(review) == ["kept", "undecided", "undecided", "kept"]
    assert review.summary()["gone"] == 0


# --- faults


def test_a_server_that_cannot_be_reached_is_one_sentence(review):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    review.client.api.http_client.base_url = f"http://127.0.0.1:{port}"
    with pytest.raises(ReviewError, match=r"cannot be reached \(.*\): check the address") as raised:
        pull(review.client, review.run)
    assert "\n" not in str(raised.value)


def test_the_key_of_an_annotator_is_refused_with_the_remedy(review):
    with (
        connected(review.server.url, review.server.rater("anna")[2]) as client,
        pytest.raises(ReviewError, match="use the API key of an owner, or of an admin"),
    ):
        pull(client, review.run)


def test_a_folder_without_a_run_is_refused(review, tmp_path):
    with pytest.raises(RunFolderError, match=r"holds no finished run: instances.jsonl is missing"):
        pull(review.client, tmp_path)


def test_a_damaged_ratings_file_is_refused_and_left_as_it_is(review):
    review.path.mkdir()
    (review.path / "ratings.jsonl").write_text("{\n", encoding="utf-8")
    with pytest.raises(InputFileError, match="line 1"):
        pull(review.client, review.run)
    assert (review.path / "ratings.jsonl").read_text(encoding="utf-8") == "{\n"


@pytest.mark.parametrize("content", ["{", "[]", '{"datasets": [1]}', '{"datasets": [{}]}'])
def test_a_damaged_description_of_the_push_is_refused(review, content):
    review.path.mkdir()
    (review.path / "push.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"push.json is damaged"):
        pull(review.client, review.run)


@pytest.mark.parametrize("content", ["{", "[]", '{"other_answers": [{}]}'])
def test_a_damaged_summary_of_the_last_pull_is_refused(review, content):
    review.path.mkdir()
    (review.path / "pull.json").write_text(content, encoding="utf-8")
    with pytest.raises(ReviewError, match=r"pull.json is damaged .*: mend or remove it"):
        pull(review.client, review.run)


def test_two_pulls_into_one_folder_do_not_meet(review):
    review.path.mkdir()
    with lock(review.path / "lock"), pytest.raises(RunFolderError, match="in use by another process"):
        pull(review.client, review.run)


def test_a_folder_that_cannot_be_written_is_one_sentence(review):
    review.path.write_text("in the way", encoding="utf-8")
    with pytest.raises(RunFolderError, match="Cannot write to"):
        pull(review.client, review.run)


def test_rows_without_usable_texts_are_left_out_and_counted(review):
    jsonl.write(review.run / "instances.jsonl", [*review.rows, {"instruction": "no output"}])
    result = pull(review.client, review.run)
    assert len(review.written("decisions.jsonl")) == 4
    assert "Rows of the run without usable texts, which cannot be rated: 1." in result.notes


def test_progress_is_reported(review):
    seen = []
    pull(review.client, review.run, report=lambda done, total: seen.append((done, total)))
    assert seen == [(4, 4)]


def test_a_dataset_is_read_page_by_page(review, monkeypatch):
    monkeypatch.setattr(responses, "PAGE", 3)
    review.answer("anna", dict.fromkeys(range(4), GOOD))
    seen = []
    pull(review.client, review.run, report=lambda done, total: seen.append((done, total)))
    assert seen == [(3, 4), (4, 4)]
    assert verdicts(review) == ["kept"] * 4


def test_no_answer_is_missed_when_a_record_is_deleted_between_two_pages(review, monkeypatch):
    monkeypatch.setattr(responses, "PAGE", 2)
    review.answer("anna", {2: GOOD, 3: GOOD})
    pages = []

    def delete_after_the_first_page(done, total):
        pages.append(done)
        if len(pages) == 1:  # the third record moves up to the first page, which was read already
            review.delete_record(0)

    pull(review.client, review.run, report=delete_after_the_first_page)
    assert verdicts(review) == ["undecided", "undecided", "kept", "kept"]


def test_a_dataset_that_never_stays_the_same_is_an_error(review, monkeypatch):
    monkeypatch.setattr(responses, "PAGE", 1)
    more = [instance(number) for number in range(10, 20)]
    review.add_dataset(f"{review.name}-more", rows=more)
    review.rows = more
    left = list(range(10))
    with pytest.raises(ReviewError, match="are being deleted: pull again when that is done"):
        pull(
            review.client,
            review.run,
            names=[f"{review.name}-more"],
            report=lambda done, total: review.delete_record(left.pop(0), dataset=1) if done % 3 == 1 else None,
        )
