"""The files of a batch: a request in each line of what is uploaded, an answer in each line of what is downloaded."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.files import jsonl

CHAT_URL, COMPLETIONS_URL = "/v1/chat/completions", "/v1/completions"
"""What a line asks, on any server: the path is that of OpenAI, whatever the base URL is."""

UNSENT_CODES = frozenset({"batch_expired", "batch_cancelled"})
"""Codes of the error file for requests that were never answered, since their batch ended before their turn."""


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """The most requests and bytes of one batch. The defaults are OpenAI's."""

    requests: int = 50_000
    size: int = 200_000_000


@dataclass(frozen=True, slots=True)
class BatchLine:
    """What became of one request: the HTTP status and the body of its response, or the error in place of one."""

    custom_id: str
    status: int | None
    body: Any
    code: str = ""
    message: str = ""

    @property
    def is_unsent(self) -> bool:
        """Whether the batch ended before the request had its turn."""
        return self.code in UNSENT_CODES


def request_line(custom_id: str, model: str, body: Mapping[str, Any]) -> bytes:
    """The line of a request, with the newline.

    Args:
        custom_id: the name by which its answer is found.
        model: the name of the model on the server.
        body: the other fields of the request, with `prompt` or `messages`.
    """
    url = COMPLETIONS_URL if "prompt" in body else CHAT_URL
    row = {"custom_id": custom_id, "method": "POST", "url": url, "body": {"model": model, **body}}
    return (jsonl.dumps(row) + "\n").encode()


def request_bodies(content: bytes, count: int) -> dict[str, dict[str, Any]]:
    """The bodies of the requests in an uploaded file, without the model's name, by `custom_id` and in order.

    Args:
        content: the file.
        count: how many requests it was made of.

    Raises:
        ValueError: the content is not what was uploaded.
    """
    read = [jsonl.parse(line).value for line in content.splitlines()]
    rows = [row for row in read if isinstance(row.get("custom_id"), str) and isinstance(row.get("body"), dict)]
    if not len(rows) == len(read) == count:
        raise ValueError(f"it does not hold {count:,} requests")
    return {row["custom_id"]: {name: value for name, value in row["body"].items() if name != "model"} for row in rows}


def split(sizes: Sequence[int], limits: BatchLimits) -> Iterator[slice]:
    """Which lines go into one batch each, in order: as many as the limits allow, and at least one."""
    start = used = 0
    for index, size in enumerate(sizes):
        if index > start and (index - start == limits.requests or used + size > limits.size):
            yield slice(start, index)
            start, used = index, 0
        used += size
    if start < len(sizes):
        yield slice(start, len(sizes))


def read_lines(content: bytes) -> Iterator[BatchLine]:
    """The lines of a downloaded file; what is no answer to anything is passed over."""
    for raw in content.removeprefix(codecs.BOM_UTF8).split(b"\n"):
        row = jsonl.parse(raw).value if raw.strip() else {}
        if isinstance(row.get("custom_id"), str):
            yield _line(row)


def _line(row: Mapping[str, Any]) -> BatchLine:
    response, error = row.get("response"), row.get("error")
    response = response if isinstance(response, Mapping) else {}
    error = error if isinstance(error, Mapping) else {"message": error} if isinstance(error, str) else {}
    status = response.get("status_code")
    is_status = isinstance(status, int) and not isinstance(status, bool)
    return BatchLine(
        row["custom_id"],
        status if is_status else None,
        response.get("body"),
        code=str(error.get("code") or ""),
        message=str(error.get("message") or ""),
    )
