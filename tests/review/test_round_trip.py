"""The full circle: rows are pushed, people answer, the answers come back and decide."""

from typing import Any

import httpx
import pytest

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import read_ratings
from distilabel_selfinstruct.ratings.decisions import DecisionRule, DecisionStatus
from distilabel_selfinstruct.ratings.feedback import load_feedback
from distilabel_selfinstruct.ratings.table_2 import Count, quality
from distilabel_selfinstruct.review.folder.push_file import read_pushed
from distilabel_selfinstruct.review.pulling.pull import pull_decisions
from distilabel_selfinstruct.review.pushing.options import PushOptions
from distilabel_selfinstruct.review.pushing.push import push_for_review
from distilabel_selfinstruct.review.status import status
from tests.review.people import GOOD, WRONG, connected, identity, instance

ROWS = [instance(number, is_classification=number % 3 == 0) for number in range(12)]


@pytest.fixture
def client(argilla_server):
    with connected(argilla_server.url, argilla_server.api_key) as client:
        yield client


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "circle"
    folder.mkdir()
    jsonl.write(folder / "instances.jsonl", ROWS)
    return folder


@pytest.fixture(autouse=True)
def clean(client, run):
    """The folder has the same name in each test, and with it the dataset."""
    yield
    for dataset in client.api.datasets.list():
        if dataset.name.startswith(f"selfinstruct-{run.name}"):
            client.api.datasets.delete(dataset.id)


def answer(client: Any, server: Any, rater: str, dataset: str, answers: dict[str, dict[str, str]]) -> None:
    """The rater submits, with their own key, answers by record; what others have is not theirs to see."""
    found = next(found for found in client.api.datasets.list() if found.name == dataset)
    page = client.api.http_client.get(f"/api/v1/datasets/{found.id}/records", params={"limit": 1000}).json()
    ids = {record["external_id"]: record["id"] for record in page["items"]}
    items = [
        {
            "record_id": ids[record],
            "status": "submitted",
            "values": {question: {"value": value} for question, value in values.items()},
        }
        for record, values in answers.items()
    ]
    reply = httpx.post(
        f"{server.url}/api/v1/me/responses/bulk",
        json={"items": items},
        headers={"X-Argilla-Api-Key": server.rater(rater)[2]},
        timeout=60,
    )
    assert reply.status_code == 200, reply.text
    assert not [item for item in reply.json()["items"] if item.get("error")]


def statuses(run: Any) -> dict[str, str]:
    return {row["record"]: row["verdict"] for row in jsonl.read(run / "review" / "decisions.jsonl")}


def test_what_two_raters_say_comes_back_and_decides(argilla_server, client, run):
    push_for_review(run, client=client)
    first, second, third = map(identity, ROWS[:3])
    dataset = "selfinstruct-circle"
    answer(client, argilla_server, "anna", dataset, {first: GOOD, second: GOOD, third: WRONG})
    answer(client, argilla_server, "ben", dataset, {first: GOOD, second: WRONG, third: WRONG})
    pull_decisions(run, client=client)
    decided = statuses(run)
    assert (decided[first], decided[second], decided[third]) == ("kept", "dropped", "dropped")
    assert set(list(decided.values())[3:]) == {"undecided"}
    assert quality(read_ratings(run / "review" / "ratings.jsonl")).all_valid == Count(1, 3)


def test_raters_with_datasets_of_their_own_are_put_together(argilla_server, client, run):
    push_for_review(run, PushOptions(raters=("anna", "ben"), shared=4), client=client)
    pushed = read_pushed(run)
    for dataset in pushed.datasets:
        answer(client, argilla_server, dataset.rater, dataset.name, dict.fromkeys(dataset.records, GOOD))
    assert [(progress.rater, progress.submitted, progress.left) for progress in status(run, client=client).raters] == [
        ("anna", 8, 0),
        ("ben", 8, 0),
    ]
    result = pull_decisions(run, client=client)
    assert result.summary.notes == ()
    assert set(statuses(run).values()) == {"kept"}
    raters = [row["num_raters"] for row in jsonl.read(run / "review" / "decisions.jsonl")]
    assert sorted(raters) == [1] * 8 + [2] * 4


def test_a_sample_leaves_the_other_rows_undecided_without_a_note(argilla_server, client, run):
    push_for_review(run, PushOptions(sample=5), client=client)
    (dataset,) = read_pushed(run).datasets
    answer(client, argilla_server, "anna", dataset.name, dict.fromkeys(dataset.records, GOOD))
    result = pull_decisions(run, client=client)
    assert result.summary.notes == ()
    assert result.summary.missing_records == 7
    assert sorted(statuses(run).values()) == ["kept"] * 5 + ["undecided"] * 7


def test_a_python_user_needs_no_client(argilla_server, client, run, monkeypatch):
    monkeypatch.setenv("ARGILLA_API_URL", argilla_server.url)
    monkeypatch.setenv("ARGILLA_API_KEY", argilla_server.api_key)
    pushed = push_for_review(str(run), PushOptions(sample=2, min_submitted=1))
    assert (pushed.created, pushed.url) == (2, argilla_server.url)
    answer(client, argilla_server, "anna", "selfinstruct-circle", dict.fromkeys(pushed.datasets[0].records, GOOD))
    assert [dataset.completed for dataset in status(str(run)).datasets] == [2]
    result = pull_decisions(str(run), DecisionRule(accept="all"))
    assert sum(decision.status == DecisionStatus.KEPT for decision in result.decisions) == 2
    assert (len(result.ratings), result.summary.ratings) == (8, 8)


def test_pushing_again_keeps_the_answers(argilla_server, client, run):
    push_for_review(run, client=client)
    answer(client, argilla_server, "anna", "selfinstruct-circle", {identity(ROWS[0]): GOOD})
    pull_decisions(run, client=client)
    push_for_review(run, client=client)
    result = pull_decisions(run, client=client)
    assert (result.summary.gone, result.summary.notes) == (0, ())
    assert statuses(run)[identity(ROWS[0])] == "kept"


def test_answers_to_the_questions_of_a_comparison_come_back_without_a_note(argilla_server, client, run):
    push_for_review(run, PushOptions(settings="comparison"), client=client)
    answer(client, argilla_server, "anna", "selfinstruct-circle", {identity(ROWS[0]): {"overall": "D"}})
    assert pull_decisions(run, client=client).summary.notes == ()
    assert statuses(run)[identity(ROWS[0])] == "dropped"


def test_pulled_ratings_are_the_feedback_of_the_next_run(argilla_server, client, run):
    push_for_review(run, client=client)
    answer(client, argilla_server, "anna", "selfinstruct-circle", {identity(ROWS[0]): GOOD, identity(ROWS[1]): WRONG})
    pull_decisions(run, client=client)
    feedback = load_feedback(run)
    assert feedback.endorsed == ((ROWS[0]["instruction"], True),)
    assert feedback.banned == (ROWS[1]["instruction"],)


def test_texts_with_script_keep_their_identity_through_the_circle(argilla_server, client, run):
    payload = "<img src=x onerror=alert(1)> \"'&amp; \u202e {{ x }} `$(id)`"
    jsonl.write(run / "instances.jsonl", [instance(0, instruction=payload, input=payload, output=payload)])
    push_for_review(run, client=client)
    row = next(jsonl.read(run / "instances.jsonl"))
    answer(client, argilla_server, "anna", "selfinstruct-circle", {identity(row): {**GOOD, "comment": payload}})
    pull_decisions(run, client=client)
    (decision,) = jsonl.read(run / "review" / "decisions.jsonl")
    assert (decision["instruction"], decision["input"], decision["output"]) == (payload, payload, payload)
    assert payload in {rating.value for rating in read_ratings(run / "review" / "ratings.jsonl")}
