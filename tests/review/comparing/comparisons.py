"""Answers of two models, raters of them over HTTP, and what comes of it."""

from pathlib import Path
from typing import Any

import httpx

from distilabel_selfinstruct.review.folder.push_file import read_pushed

MODELS = ("zebrafish-7b", "Okapi_instruct")


def two_models(count=4):
    """Answers of two models to some tasks; to the first task they are the same."""
    first, second = MODELS
    tasks = [
        (f"Name the opposite of word {number}.", f"word {number}" if number % 2 else "") for number in range(count)
    ]
    return {
        first: {task: f"opposite {number}" for number, task in enumerate(tasks)},
        second: {task: f"{'opposite' if not number else 'contrary'} {number}" for number, task in enumerate(tasks)},
    }


def get(server: Any, rater: str, path: str) -> Any:
    """What the server gives a rater."""
    headers = {"X-Argilla-Api-Key": server.rater(rater)[2]}
    if path.endswith("/search"):
        reply = httpx.post(
            f"{server.url}/api/v1{path}?include=responses&limit=1000", json={}, headers=headers, timeout=60
        )
    else:
        reply = httpx.get(f"{server.url}/api/v1{path}", headers=headers, timeout=60)
    return reply.json()


def dataset_id(folder: Path) -> str:
    pushed = read_pushed(folder)
    assert pushed is not None
    return pushed.datasets[0].url.split("/dataset/")[1].split("/")[0]


def seen(server: Any, rater: str, folder: Path) -> list[dict[str, Any]]:
    """The records in the order in which the page shows them to a rater."""
    found = get(server, rater, f"/me/datasets/{dataset_id(folder)}/records/search")
    return [item["record"] for item in found["items"]]


def rate(server: Any, rater: str, folder: Path, letters: dict[str, str], *, status: str = "submitted") -> None:
    """The rater gives letters to the answers with these texts, which must differ between tasks."""
    items = [
        {
            "record_id": record["id"],
            "status": status,
            "values": {"overall": {"value": letters[record["fields"]["output"]]}},
        }
        for record in seen(server, rater, folder)
        if record["fields"]["output"] in letters
    ]
    assert len(items) == len(letters)
    reply = httpx.post(
        f"{server.url}/api/v1/me/responses/bulk",
        json={"items": items},
        headers={"X-Argilla-Api-Key": server.rater(rater)[2]},
        timeout=60,
    )
    reply.raise_for_status()
    assert not [item["error"] for item in reply.json()["items"] if item.get("error")]


def counts(results):
    return {
        result.model: "".join(letter * count for letter, count in result.counts.items())
        for result in results.comparison.models
    }
