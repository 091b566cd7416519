"""How far a review is, as the functions say and as the commands show it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.ratings.answers import Rating
from distilabel_selfinstruct.review.status import RaterProgress, offline_status, status
from tests import processes
from tests.review.people import GOOD, WRONG, Review, instance, reviews

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def new_review(argilla_server, tmp_path_factory):
    with reviews(argilla_server, tmp_path_factory.mktemp("reviews")) as make:
        yield lambda **options: make([instance(number) for number in range(6)], **options)


@pytest.fixture(scope="module")
def review(new_review):
    """Two answers each are wanted. Tests only read it."""
    made = new_review(min_submitted=2)
    made.answer("anna", {0: GOOD, 1: GOOD, 2: WRONG})
    made.answer("anna", {3: GOOD}, status="draft")
    made.answer("anna", {4: GOOD}, status="discarded")
    made.answer("ben", {0: GOOD, 1: WRONG, 2: WRONG})
    return made


def progress_by_rater(review: Review, **options: Any) -> dict[str, RaterProgress]:
    return {progress.rater: progress for progress in status(review.run, **options, client=review.client).raters}


def test_the_responses_of_each_rater_are_counted(review):
    anna = progress_by_rater(review)["anna"]
    assert (anna.submitted, anna.drafts, anna.discarded) == (3, 1, 1)


def test_left_is_what_argilla_still_shows_to_the_rater(review):
    raters = progress_by_rater(review)
    # Three records are complete; anna has discarded one of the others, ben none.
    assert (raters["anna"].left, raters["ben"].left, raters["carl"].left) == (2, 3, 3)


def test_a_rater_of_the_workspace_who_has_done_nothing_is_there(review):
    assert progress_by_rater(review)["carl"] == RaterProgress(review.name, "carl", 0, 0, 0, 3)


def test_records_are_complete_when_enough_people_have_submitted_them(review):
    (dataset,) = status(review.run, client=review.client).datasets
    assert (dataset.records, dataset.completed, dataset.min_submitted) == (6, 3, 2)


def test_only_the_rater_of_an_assigned_dataset_is_asked(new_review):
    review = new_review()
    review.add_dataset(f"{review.name}-ben", rows=review.rows[:2])
    review.says_pushed("anna", "ben")
    raters = status(review.run, client=review.client).raters
    assert [(progress.rater, progress.left) for progress in raters] == [("anna", 6), ("ben", 2)]


def test_the_ratings_are_those_of_a_pull_and_nothing_is_written(review, new_review):
    other = new_review()
    other.answer("anna", {0: GOOD})
    ratings = status(other.run, client=other.client).ratings
    assert not other.path.exists()
    assert other.pull().ratings == ratings


def test_answers_pulled_before_and_gone_since_still_count(new_review):
    review = new_review()
    review.answer("anna", {0: GOOD})
    review.pull()
    review.delete_record(0)
    state = status(review.run, client=review.client)
    assert [rating.value for rating in state.ratings] == ["yes", "yes", "yes", "A"]
    assert "Answers that were pulled before and are kept, though Argilla no longer has them: 4." in state.notes


def test_without_a_server_the_last_pull_is_shown(new_review):
    review = new_review()
    review.answer("anna", {0: GOOD, 1: WRONG})
    review.pull()
    state = offline_status(review.run)
    assert state.raters == (RaterProgress("", "anna", 2),)
    assert isinstance(state.ratings[0], Rating)


def test_without_a_server_and_a_pull_the_remedy_is_named(new_review, tmp_path):
    review = new_review()
    with pytest.raises(RunFolderError, match="get the ratings with selfinstruct review pull"):
        offline_status(review.run)
    with pytest.raises(RunFolderError, match="holds no run"):
        offline_status(tmp_path)


# --- the commands


def selfinstruct(server: Any, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return processes.run(
        [sys.executable, "-m", "distilabel_selfinstruct", "review", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={
            **os.environ,
            "COLUMNS": "80",
            "ARGILLA_API_URL": server.url,
            "ARGILLA_API_KEY": server.api_key,
            **environment,
        },
    )


@pytest.fixture(scope="module")
def shown(review):
    done = selfinstruct(review.server, "status", review.run)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def cells(text: str, first: str) -> list[str]:
    """The cells of the row of a table that begins with this text."""
    line = next(line for line in text.splitlines() if line.startswith(f"│ {first}"))
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_the_command_shows_progress_per_rater(shown, review):
    assert f"{review.name}: 3 of 6 records are complete (2 answers each)." in shown
    assert cells(shown, "anna ") == ["anna", "3", "1", "1", "2"]


def test_the_command_shows_table_2_beside_the_papers(shown):
    # Of three items rated by two people, one found wrong by both and one by half of them.
    assert cells(shown, "a correct output") == ["a correct output", "1", "3", "33%", "58%"]
    assert cells(shown, "all three") == ["all three", "1", "3", "33%", "54%"]
    assert cells(shown, "a valid task")[-2:] == ["100%", "92%"]


def test_the_command_shows_agreement_beside_the_papers(shown):
    assert cells(shown, "output correct")[:3] == ["output correct", "3", "67%"]
    assert cells(shown, "overall binary")[-1] == "κ 0.75"
    assert "anna, ben" in shown


def test_everything_fits_into_80_columns(shown):
    assert max(len(line) for line in shown.splitlines() if "│" in line) <= 80


def test_without_the_extra_the_command_says_so_and_shows_the_rest(review, tmp_path):
    # A package of this name that cannot be imported, as if it were not installed.
    for name in ("statsmodels", "scipy", "krippendorff"):
        (tmp_path / f"{name}.py").write_text("raise ImportError", encoding="utf-8")
    done = selfinstruct(review.server, "status", review.run, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "needs an extra: pip install 'distilabel-selfinstruct[analysis]'" in done.stdout
    assert "a correct output" in done.stdout


def test_the_command_shows_the_last_pull_without_a_server(new_review):
    review = new_review()
    review.answer("anna", {0: GOOD})
    review.pull()
    done = selfinstruct(review.server, "status", review.run, "--offline", ARGILLA_API_URL="http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert cells(done.stdout, "anna ") == ["anna", "1", "-", "-", "-"]


def test_the_command_says_that_nobody_has_answered(new_review):
    review = new_review()
    done = selfinstruct(review.server, "status", review.run)
    assert done.returncode == 0, done.stderr
    assert "Nobody has submitted an answer yet." in done.stdout


def test_the_pull_command_shows_what_it_decided_and_where_it_is(new_review):
    review = new_review()
    review.answer("anna", {0: GOOD, 1: WRONG})
    done = selfinstruct(review.server, "pull", review.run)
    assert (done.returncode, done.stderr) == (0, "")
    assert cells(done.stdout, "kept") == ["kept", "accepted", "1"]
    assert cells(done.stdout, "undecided") == ["undecided", "not_rated", "4"]
    assert f"Ratings: {review.path / 'ratings.jsonl'} (2 answers, a line for each question)" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if "│" in line) <= 80


def test_the_pull_command_takes_the_rule(new_review):
    review = new_review()
    review.answer("anna", {0: {**WRONG, "corrected_output": "right"}})
    options = ("--accept", "all", "--min-raters", 1, "--worst-rating", "c", "--no-corrections")
    done = selfinstruct(review.server, "pull", review.run, *options)
    assert done.returncode == 0, done.stderr
    assert review.summary()["rule"] == {
        "accept": "all", "min_raters": 1, "worst_rating": "C", "use_corrections": False
    }  # fmt: skip
    assert cells(done.stdout, "dropped") == ["dropped", "not_accepted", "1"]


@pytest.mark.parametrize("command", ["pull", "status"])
def test_a_fault_is_one_sentence_and_exit_1(review, command):
    done = selfinstruct(review.server, command, review.run, "--dataset", "not-there")
    assert done.returncode == 1
    assert done.stderr.startswith("selfinstruct: Argilla at http://127.0.0.1")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr + done.stdout


def test_a_rule_that_cannot_work_is_one_sentence(review):
    done = selfinstruct(review.server, "pull", review.run, "--worst-rating", "E")
    assert (done.returncode, done.stderr) == (1, "selfinstruct: worst_rating is 'E': use one of A, B, C, D.\n")
