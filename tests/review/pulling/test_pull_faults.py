"""Pulls that cannot be: one sentence, and nothing lost; and reading page by page while records go."""

import socket

import pytest

from distilabel_selfinstruct.errors import ArgillaError, InputFileError, OutputFileError, RunFolderError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.locks import lock
from distilabel_selfinstruct.review.argilla import responses
from distilabel_selfinstruct.review.argilla.progress import TransferProgress
from distilabel_selfinstruct.review.pulling.pull import pull_decisions
from distilabel_selfinstruct.review.pushing.push import push_for_review
from tests.review.people import GOOD, connected, instance, statuses


def test_a_server_that_cannot_be_reached_is_one_sentence(review):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    review.client.api.http_client.base_url = f"http://127.0.0.1:{port}"
    with pytest.raises(ArgillaError, match=r"cannot be reached \(.*\): check the address") as raised:
        review.pull()
    assert "\n" not in str(raised.value)


def test_the_key_of_an_annotator_is_refused_with_the_remedy(unchanged_review):
    with (
        connected(unchanged_review.server.url, unchanged_review.server.rater("anna")[2]) as client,
        pytest.raises(ArgillaError, match="use the API key of an owner, or of an admin"),
    ):
        pull_decisions(unchanged_review.run, client=client)


def test_a_folder_without_a_run_is_refused(unchanged_review, tmp_path):
    with pytest.raises(RunFolderError, match=r"holds no run: run\.json is missing"):
        pull_decisions(tmp_path, client=unchanged_review.client)


def test_a_damaged_ratings_file_is_refused_and_left_as_it_is(unchanged_review):
    unchanged_review.path.mkdir()
    (unchanged_review.path / "ratings.jsonl").write_text("{\n", encoding="utf-8")
    with pytest.raises(InputFileError, match="line 1"):
        unchanged_review.pull()
    assert (unchanged_review.path / "ratings.jsonl").read_text(encoding="utf-8") == "{\n"


@pytest.mark.parametrize("content", ["{", "[]", '{"datasets": [1]}', '{"datasets": [{}]}'])
def test_a_damaged_description_of_the_push_is_refused(unchanged_review, content):
    unchanged_review.path.mkdir()
    (unchanged_review.path / "push.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"push.json is damaged"):
        unchanged_review.pull()


@pytest.mark.parametrize("content", ["{", "[]", '{"other_answers": [{}]}'])
def test_a_damaged_summary_of_the_last_pull_is_refused(unchanged_review, content):
    unchanged_review.path.mkdir()
    (unchanged_review.path / "pull.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"pull.json is damaged .*: repair or remove it"):
        unchanged_review.pull()


def test_two_pulls_into_one_folder_do_not_meet(unchanged_review):
    unchanged_review.path.mkdir()
    with lock(unchanged_review.path / "lock"), pytest.raises(RunFolderError, match="in use by another process"):
        unchanged_review.pull()


def test_a_folder_that_cannot_be_written_is_one_sentence(unchanged_review):
    unchanged_review.path.write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputFileError, match="Cannot write to"):
        unchanged_review.pull()


def test_rows_without_usable_texts_are_left_out_and_counted(unchanged_review):
    jsonl.write(unchanged_review.run / "instances.jsonl", [*unchanged_review.rows, {"instruction": "no output"}])
    result = unchanged_review.pull()
    assert len(unchanged_review.written("decisions.jsonl")) == 4
    assert "Rows of the run without usable texts, which nobody can rate: 1." in result.summary.notes


def test_progress_is_reported(unchanged_review):
    seen = []
    unchanged_review.pull(on_progress=seen.append)
    assert seen == [TransferProgress(4, 4)]


@pytest.mark.parametrize("error", [ValueError, TypeError, OSError])
def test_an_error_of_the_callers_own_callback_is_not_blamed_on_the_server_or_the_disk(unchanged_review, error):
    def on_progress(_):
        raise error("mine")

    with pytest.raises(error, match="mine"):
        unchanged_review.pull(on_progress=on_progress)
    with pytest.raises(error, match="mine"):
        push_for_review(unchanged_review.run, client=unchanged_review.client, on_progress=on_progress)


def test_a_dataset_is_read_page_by_page(review, monkeypatch):
    monkeypatch.setattr(responses, "PAGE", 3)
    review.answer("anna", dict.fromkeys(range(4), GOOD))
    seen = []
    review.pull(on_progress=seen.append)
    assert seen == [TransferProgress(3, 4), TransferProgress(4, 4)]
    assert statuses(review) == ["kept"] * 4


def test_no_answer_is_missed_when_a_record_is_deleted_between_two_pages(review, monkeypatch):
    monkeypatch.setattr(responses, "PAGE", 2)
    review.answer("anna", {2: GOOD, 3: GOOD})
    pages = []

    def delete_after_the_first_page(progress):
        pages.append(progress.done)
        if len(pages) == 1:  # the third record moves up to the first page, which was read already
            review.delete_record(0)

    review.pull(on_progress=delete_after_the_first_page)
    assert statuses(review) == ["undecided", "undecided", "kept", "kept"]


def test_a_dataset_that_never_stays_the_same_is_an_error(review, monkeypatch):
    monkeypatch.setattr(responses, "PAGE", 1)
    more = [instance(number) for number in range(10, 20)]
    review.add_dataset(f"{review.name}-more", rows=more)
    review.rows = more
    left = list(range(10))
    with pytest.raises(ArgillaError, match="are being deleted: pull again when that is done"):
        review.pull(
            datasets=[f"{review.name}-more"],
            on_progress=lambda progress: (
                review.delete_record(left.pop(0), dataset=1) if progress.done % 3 == 1 else None
            ),
        )
