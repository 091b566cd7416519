"""The endpoints of a server for files and batches, in the dialect of OpenAI."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from distilabel_selfinstruct.llms.transport.answer import HttpAnswer
from distilabel_selfinstruct.llms.transport.client import ServerClient, encoded

_IN_WORK = frozenset({"validating", "in_progress", "finalizing", "cancelling"})
_OVER = frozenset({"completed", "failed", "expired", "cancelled"})

TOO_MUCH_QUEUED = "token_limit_exceeded"
"""OpenAI's code for a batch that is refused since too many tokens wait already."""

_MOST_PAGES = 50

_MOST_BYTES = 4 << 30
"""Of the answers of a batch: it has 50,000 of them at most."""


class NoBatchError(ValueError):
    """What answers at the address of a batch or file is none."""


@dataclass(frozen=True, slots=True)
class RemoteBatch:
    """A batch as the server describes it.

    `status` is the server's word. `answered` and `failed` count requests. The names of the two files are empty where
    there is none. `faults` are sentences about a batch that was refused, with the code of the first one.
    """

    batch_id: str
    status: str
    input_file_id: str = ""
    output_file_id: str = ""
    error_file_id: str = ""
    answered: int = 0
    failed: int = 0
    fault_code: str = ""
    faults: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing will become of it any more."""
        return self.status in _OVER or (self.status not in _IN_WORK and bool(self.output_file_id or self.error_file_id))


class BatchServer:
    """Uploads files, makes batches and looks at them: each call is one try, and the caller repeats it.

    After a batch could not be made it may be there all the same: sent again, there would be two.

    Every method raises what the client raises, and `NoBatchError` if the answer is something else.
    """

    def __init__(self, client: ServerClient) -> None:
        self._client = client

    async def upload(self, content: bytes, name: str) -> str:
        """Upload the requests of a batch. Returns the name of the file on the server."""
        boundary = token_hex(16)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/jsonl\r\n\r\n"
        )
        form = b"".join((head.encode(), content, f"\r\n--{boundary}--\r\n".encode()))
        kind = f"multipart/form-data; boundary={boundary}"
        return _text(_object(await self._client.ask("POST", "/files", form, kind)), "id", required=True)

    async def create(self, file_id: str, endpoint: str) -> RemoteBatch:
        """Make a batch of an uploaded file."""
        body = {"input_file_id": file_id, "endpoint": endpoint, "completion_window": "24h"}
        return _batch(_object(await self._client.ask("POST", "/batches", encoded(body))))

    async def find(self, file_id: str) -> RemoteBatch | None:
        """The batch that was made of an uploaded file, if there is one among the last few thousand."""
        after: dict[str, Any] = {}
        for _ in range(_MOST_PAGES):
            page = _object(await self._client.get("/batches", limit=100, **after))
            rows = page.get("data")
            batches = [_batch(row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
            if found := next((batch for batch in batches if batch.input_file_id == file_id), None):
                return found
            if not batches or page.get("has_more") is not True:
                return None
            after = {"after": batches[-1].batch_id}
        return None

    async def check(self) -> None:
        """Ask for the last batch, to see whether the server knows of batches at all."""
        _object(await self._client.get("/batches", limit=1))

    async def look(self, batch_id: str) -> RemoteBatch:
        """A batch as it is now."""
        return _batch(_object(await self._client.get(f"/batches/{batch_id}")))

    async def download(self, file_id: str) -> bytes:
        """The content of a file."""
        return (await self._client.get(f"/files/{file_id}/content", most_bytes=_MOST_BYTES)).body


def _object(answer: HttpAnswer) -> Mapping[str, Any]:
    try:
        body = json.loads(answer.text)
    except ValueError as error:
        raise NoBatchError("the answer is no JSON") from error
    if not isinstance(body, Mapping):
        raise NoBatchError("the answer is no JSON object")
    return body


def _batch(row: Mapping[str, Any]) -> RemoteBatch:
    counts, errors = row.get("request_counts"), row.get("errors")
    counts = counts if isinstance(counts, Mapping) else {}
    listed = errors.get("data") if isinstance(errors, Mapping) else errors
    faults = [fault for fault in listed if isinstance(fault, Mapping)] if isinstance(listed, list) else []
    return RemoteBatch(
        batch_id=_text(row, "id", required=True),
        status=_text(row, "status", required=True).lower(),
        input_file_id=_text(row, "input_file_id"),
        output_file_id=_text(row, "output_file_id"),
        error_file_id=_text(row, "error_file_id"),
        answered=_count(counts, "completed"),
        failed=_count(counts, "failed"),
        fault_code=_text(faults[0], "code") if faults else "",
        faults=tuple(map(_fault, faults)),
    )


def _fault(fault: Mapping[str, Any]) -> str:
    line = fault.get("line")
    where = f" (line {line})" if isinstance(line, int) else ""
    return f"{(_text(fault, 'message') or _text(fault, 'code') or 'no reason').rstrip('.')}{where}"


def _text(row: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    value = row.get(name)
    if isinstance(value, str) and (value or not required):
        return value
    if required:
        raise NoBatchError(f"the answer has no {name}")
    return ""


def _count(row: Mapping[str, Any], name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
