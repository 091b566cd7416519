"""On the embedded server, raters see nobody else's answers and rate nobody else's share. The owner sees all."""

from uuid import uuid4

import httpx
import pytest

from distilabel_selfinstruct.review.pulling.pull import pull_decisions
from distilabel_selfinstruct.review.pushing import push
from distilabel_selfinstruct.review.pushing.options import PushOptions
from tests.review.people import GOOD
from tests.review.pushes import a_run, answer, dataset_id, records, rows

pytestmark = pytest.mark.process


class Shares:
    """A run of three rows, one of them rated by both anna and ben, who have a share each."""

    def __init__(self, server, folder):
        self.server = server
        self.name = f"shares-{uuid4().hex[:6]}"
        self.run = a_run(folder, rows(3))
        push.push_for_review(
            self.run,
            dataset=self.name,
            client=server.client(),
            options=PushOptions(raters=("anna", "ben"), shared=1),
        )

    def dataset(self, rater):
        return dataset_id(self.server.client(), f"{self.name}-{rater}")

    def records(self, rater):
        return records(self.server.client(), f"{self.name}-{rater}")

    def as_rater(self, rater, method, path, **options):
        headers = {"X-Argilla-Api-Key": self.server.rater(rater)[2]}
        return httpx.request(method, f"{self.server.url}/api/v1/{path}", headers=headers, timeout=60, **options)


@pytest.fixture(scope="module")
def shares(argilla_server, tmp_path_factory):
    return Shares(argilla_server, tmp_path_factory.mktemp("shares"))


def test_a_rater_lists_their_own_share_and_not_that_of_another(shares):
    listed = shares.as_rater("anna", "GET", "me/datasets").json()["items"]
    names = [dataset["name"] for dataset in listed]
    assert f"{shares.name}-anna" in names
    assert f"{shares.name}-ben" not in names
    owner = [dataset.name for dataset in shares.server.client().api.datasets.list()]
    assert {f"{shares.name}-anna", f"{shares.name}-ben"} <= set(owner)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "datasets/{dataset}", None),
        ("GET", "datasets/{dataset}/questions", None),
        ("GET", "datasets/{dataset}/users/progress", None),
        ("POST", "me/datasets/{dataset}/records/search?include=responses", {}),
        ("POST", "datasets/{dataset}/records/search?include=responses", {}),
        ("GET", "datasets/{dataset}/records?include=responses", None),
        ("GET", "records/{record}", None),
        ("GET", "records/{record}/suggestions", None),
        ("POST", "records/{record}/responses", {"status": "submitted", "values": {"overall": {"value": "D"}}}),
    ],
)
def test_the_share_of_another_rater_is_refused(shares, method, path, body):
    path = path.format(dataset=shares.dataset("ben"), record=shares.records("ben")[0]["id"])
    assert shares.as_rater("anna", method, path, json=body).status_code == httpx.codes.FORBIDDEN
    assert not shares.records("ben")[0]["responses"]


def test_answers_sent_together_to_the_share_of_another_rater_are_refused_and_the_own_ones_taken(shares):
    values = {question: {"value": value} for question, value in GOOD.items()}
    items = [
        {"record_id": shares.records(rater)[-1]["id"], "status": "submitted", "values": values}
        for rater in ("ben", "anna")
    ]
    [foreign, own] = shares.as_rater("anna", "POST", "me/responses/bulk", json={"items": items}).json()["items"]
    assert foreign["error"]
    assert not own["error"]


def test_a_dataset_for_everybody_shows_a_rater_their_own_answers_only(argilla_server, tmp_path):
    name = f"all-{uuid4().hex[:6]}"
    push.push_for_review(a_run(tmp_path, rows(1)), dataset=name, client=argilla_server.client())
    [record] = records(argilla_server.client(), name)
    for rater, grade in (("anna", "A"), ("ben", "D")):
        answer(argilla_server, rater, record["id"], {**GOOD, "overall": grade})
    for rater, grade in (("anna", "A"), ("ben", "D"), ("carl", None)):
        headers = {"X-Argilla-Api-Key": argilla_server.rater(rater)[2]}
        seen = httpx.get(f"{argilla_server.url}/api/v1/records/{record['id']}", headers=headers, timeout=60).json()
        grades = [response["values"]["overall"]["value"] for response in seen["responses"]]
        assert grades == ([grade] if grade else [])
        assert seen["fields"]["instruction"]
        assert "run" not in (seen["metadata"] or {})
    [after] = records(argilla_server.client(), name)
    assert len(after["responses"]) == 2  # looking deleted nothing
    assert after["metadata"] == record["metadata"]


def test_a_pull_names_the_people_who_answered_in_the_share_of_another(shares, argilla_server):
    # As on a server that does not keep shares apart: the owner may answer everywhere.
    answer(argilla_server, "owner", shares.records("ben")[0]["id"])
    result = pull_decisions(shares.run, client=argilla_server.client())
    said = f"The dataset '{shares.name}-ben' was pushed for ben, and owner answered there too."
    assert any(note.startswith(said) for note in result.summary.notes)
