"""Runs, datasets and raters for the tests of a review. What a rater does goes over HTTP, as from the page."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import argilla as rg
import httpx

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import read_ratings, record_id
from distilabel_selfinstruct.ratings.decisions import DecisionRule
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.review.argilla.connection import connect
from distilabel_selfinstruct.review.argilla.settings import load_settings
from distilabel_selfinstruct.review.folder.push_file import Pushed, PushedDataset, record_push
from distilabel_selfinstruct.review.pulling.pull import PullResult, pull_decisions

WORKSPACE = "selfinstruct"

GOOD = {"valid_task": "yes", "input_appropriate": "yes", "output_correct": "yes", "overall": "A"}
WRONG = {**GOOD, "output_correct": "no", "overall": "D"}


def instance(number: int, **changes: Any) -> Row:
    row = {
        "instruction": f"Name the opposite of word {number}.",
        "input": f"word {number}",
        "output": f"opposite {number}",
        "is_classification": False,
        "nearest_instruction": "",
        "nearest_rouge_l": 0.0,
        "request": number,
        "model_name": "demo",
    }
    return {**row, **changes}


def identity(row: Row) -> str:
    return record_id(row["instruction"], row["input"], row["output"])


@contextmanager
def connected(url: str, api_key: str) -> Iterator[rg.Argilla]:
    """A client whose connections are closed at the end; left to the garbage collector they give warnings."""
    client = connect(url, api_key)
    try:
        yield client
    finally:
        client.api.http_client.close()


class Review:
    """A run of some rows whose Argilla dataset holds them all."""

    def __init__(self, server: Any, folder: Path, rows: Iterable[Row], **options: Any) -> None:
        self.server = server
        self.client = connect(server.url, server.api_key)
        self.rows = list(rows)
        self.run = folder / f"run-{uuid4().hex[:8]}"
        self.run.mkdir()
        jsonl.write(self.run / "instances.jsonl", self.rows)
        self.datasets: list[rg.Dataset] = []
        self.add_dataset(f"selfinstruct-{self.run.name}", **options)

    def close(self) -> None:
        self.client.api.http_client.close()

    def pull(self, rule: DecisionRule | None = None, **options: Any) -> PullResult:
        return pull_decisions(self.run, rule, client=self.client, **options)

    @property
    def path(self) -> Path:
        return self.run / "review"

    @property
    def name(self) -> str:
        return str(self.datasets[0].name)

    def add_dataset(
        self,
        name: str,
        *,
        settings: rg.Settings | None = None,
        min_submitted: int = 1,
        rows: Iterable[Row] | None = None,
    ) -> rg.Dataset:
        dataset = rg.Dataset(
            name=name,
            workspace=WORKSPACE,
            settings=settings or load_settings(client=self.client, min_submitted=min_submitted),
            client=self.client,
        ).create()
        rows = self.rows if rows is None else list(rows)
        fields = ("instruction", "input", "output")
        dataset.records.log([rg.Record(id=identity(row), fields={name: row[name] for name in fields}) for row in rows])
        self.datasets.append(dataset)
        return dataset

    def says_pushed(self, *raters: str | None) -> None:
        """Write `push.json` for the datasets; each was assigned to the rater at its place."""
        datasets = tuple(
            PushedDataset(str(dataset.name), WORKSPACE, rater, "", tuple(self.server_ids(number)))
            for number, (dataset, rater) in enumerate(zip(self.datasets, raters, strict=True))
        )
        record_push(self.run, Pushed(self.server.url, datasets, {"settings": "instances"}, {}))

    def server_ids(self, dataset: int = 0) -> dict[str, str]:
        """The server's own ids of the records, by ours."""
        page = self.client.api.http_client.get(
            f"/api/v1/datasets/{self.datasets[dataset].id}/records", params={"limit": 1000}
        )
        return {record["external_id"]: record["id"] for record in page.json()["items"]}

    def answer(
        self,
        rater: str,
        answers: Mapping[int, Mapping[str, Any]],
        *,
        status: str = "submitted",
        dataset: int = 0,
        api_key: str | None = None,
    ) -> None:
        """The rater answers about the rows of these numbers."""
        ids = self.server_ids(dataset)
        items = [
            {
                "record_id": ids[identity(self.rows[number])],
                "status": status,
                "values": {question: {"value": value} for question, value in values.items()},
            }
            for number, values in answers.items()
        ]
        reply = httpx.post(
            f"{self.server.url}/api/v1/me/responses/bulk",
            json={"items": items},
            headers={"X-Argilla-Api-Key": api_key or self.server.rater(rater)[2]},
            timeout=60,
        )
        reply.raise_for_status()
        assert not [item["error"] for item in reply.json()["items"] if item.get("error")]

    def new_rater(self) -> tuple[rg.User, str]:
        """A person who can be deleted, and their key."""
        return self._new_user("annotator")

    def new_admin_key(self) -> str:
        """The key of somebody who sees only the people of this workspace."""
        return self._new_user("admin")[1]

    def _new_user(self, role: str) -> tuple[rg.User, str]:
        user = rg.User(username=f"{role}-{uuid4().hex[:8]}", password="password-new", role=role, client=self.client)
        user.create()
        user.add_to_workspace(self.client.workspaces(WORKSPACE))
        users = self.client.api.http_client.get("/api/v1/users").json()["items"]
        return user, next(account["api_key"] for account in users if account["username"] == user.username)

    def delete_record(self, number: int, dataset: int = 0) -> None:
        identity_there = self.server_ids(dataset)[identity(self.rows[number])]
        self.client.api.http_client.delete(f"/api/v1/records/{identity_there}").raise_for_status()

    def written(self, name: str) -> list[Row]:
        """The rows of a file in the review folder; none if it is not there."""
        path = self.path / name
        return list(jsonl.read(path)) if path.exists() else []

    def summary(self) -> Row:
        return dict(json.loads((self.path / "pull.json").read_text(encoding="utf-8")))


@contextmanager
def reviews(server: Any, folder: Path) -> Iterator[Callable[..., Review]]:
    """Makes reviews on the server, and closes their connections at the end."""
    made: list[Review] = []

    def make(rows: Iterable[Row], **options: Any) -> Review:
        made.append(Review(server, folder, rows, **options))
        return made[-1]

    try:
        yield make
    finally:
        for review in made:
            review.close()


def answers(review: Review) -> list[tuple[int | None, str, str, str]]:
    """The answers in the ratings file, in short: row number, rater, question, value."""
    numbers = {identity(row): number for number, row in enumerate(review.rows)}
    ratings = read_ratings(review.path / "ratings.jsonl")
    return [(numbers.get(rating.record), rating.rater, rating.question, rating.value) for rating in ratings]


def statuses(review: Review) -> list[str]:
    """The status of each row."""
    return [row["verdict"] for row in review.written("decisions.jsonl")]
