"""Rows to push, and what the server has of them. What a rater does goes over HTTP, as from the page."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import argilla as rg
import httpx

from distilabel_selfinstruct.files import jsonl
from tests.review.people import GOOD, Row, instance


def rows(count: int, **changes: Any) -> list[Row]:
    return [instance(number, **changes) for number in range(count)]


def a_run(folder: Path, content: list[Row]) -> Path:
    run = folder / f"run-{uuid4().hex[:8]}"
    run.mkdir()
    jsonl.write(run / "instances.jsonl", content)
    return run


def dataset_id(client: rg.Argilla, name: str) -> str:
    return next(str(dataset.id) for dataset in client.api.datasets.list() if dataset.name == name)


def records(client: rg.Argilla, name: str) -> list[dict[str, Any]]:
    """The records of a dataset as the server has them, with responses."""
    url = f"/api/v1/datasets/{dataset_id(client, name)}/records"
    found: list[dict[str, Any]] = []
    while True:
        page = client.http_client.get(url, params={"include": "responses", "limit": 1000, "offset": len(found)})
        items = page.json()["items"]
        found += items
        if not items:
            return found


def answer(argilla_server: Any, rater: str, record: str, values: dict[str, str] | None = None) -> None:
    """The rater submits an answer about a record, given by the server's id."""
    item = {
        "record_id": record,
        "status": "submitted",
        "values": {question: {"value": value} for question, value in (values or GOOD).items()},
    }
    reply = httpx.post(
        f"{argilla_server.url}/api/v1/me/responses/bulk",
        json={"items": [item]},
        headers={"X-Argilla-Api-Key": argilla_server.rater(rater)[2]},
        timeout=60,
    )
    reply.raise_for_status()
    assert not reply.json()["items"][0].get("error")
