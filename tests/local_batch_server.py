"""`LocalOpenAIServer` with OpenAI's endpoints for files and batches.

A batch is answered when it is looked at: nothing happens between two looks. What becomes of each batch is decided by
its `Fate`. Requests in batches are answered by the same function as those that are asked directly.
"""

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests.local_openai_server import Asked, LocalOpenAIServer, Reply, _body

FILES, BATCHES = "/v1/files", "/v1/batches"


@dataclass(frozen=True)
class Fate:
    """What becomes of a batch.

    It stays in progress for so many `looks`, and until `released` if that is given; then it ends as `status`, with the
    first `answers` of its requests answered (None: all). `fault` is the code of a refusal. `drops`: the connection
    breaks after it was made.
    """

    looks: int = 1
    status: str = "completed"
    answers: int | None = None
    fault: str = ""
    released: threading.Event | None = None
    drops: bool = False


@dataclass
class Job:
    """A batch on the server."""

    id: str
    input_file_id: str
    endpoint: str
    fate: Fate
    requests: list[dict[str, Any]]
    looks: int = 0
    files: tuple[str | None, str | None] | None = None
    counts: tuple[int, int] = (0, 0)


class LocalBatchServer(LocalOpenAIServer):
    """The server; use it in a `with` statement.

    Args:
        answer: what to answer.
        fates: what becomes of each batch, in the order in which they are made; the last one repeats.
        has_batches: whether it knows of files and batches at all.
    """

    def __init__(
        self,
        answer: Callable[[Asked], Reply] | Sequence[Reply],
        *fates: Fate,
        has_batches: bool = True,
    ) -> None:
        self.fates = fates or (Fate(),)
        self.has_batches = has_batches
        self.files: dict[str, bytes] = {}
        self.jobs: list[Job] = []
        self.asked_directly: list[Asked] = []
        self.batched: list[Asked] = []
        self.looked = threading.Condition()
        super().__init__(answer)

    def wait_for_look(self, number: int, looks: int = 1) -> None:
        """Return when the batch, counted from 1, has been looked at so often."""
        with self.looked:
            assert self.looked.wait_for(
                lambda: len(self.jobs) >= number and self.jobs[number - 1].looks >= looks, timeout=120
            )

    def _reply_to(self, asked: Asked) -> Reply:
        self.asked_directly.append(asked)
        return super()._reply_to(asked)

    def get(self, path: str) -> tuple[int, Any]:
        if path == BATCHES:
            return 200, {"object": "list", "data": [_described(job) for job in reversed(self.jobs)], "has_more": False}
        if content := re.fullmatch(rf"{FILES}/([^/]+)/content", path):
            found = self.files.get(content[1])
            return (404, _fault("No such File object")) if found is None else (200, found)
        job = next((job for job in self.jobs if path == f"{BATCHES}/{job.id}"), None)
        return (404, _fault("No batch found")) if job is None else (200, self._look(job))

    def post(self, path: str, headers: Mapping[str, str], content: bytes) -> tuple[int, Any]:
        if path == FILES:
            message = BytesParser().parsebytes(b"Content-Type: " + headers["Content-Type"].encode() + b"\n\n" + content)
            parts = {_name(part): part.get_payload(decode=True) for part in message.get_payload()}
            assert parts["purpose"] == b"batch"
            file_id = f"file-{len(self.files) + 1}"
            self.files[file_id] = parts["file"]
            return 200, {"id": file_id, "object": "file", "purpose": "batch", "bytes": len(parts["file"])}
        body = json.loads(content)
        assert body["completion_window"] == "24h"
        requests = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        assert {request["url"] for request in requests} == {body["endpoint"]}
        assert len({request["custom_id"] for request in requests}) == len(requests)
        fate = self.fates[min(len(self.jobs), len(self.fates) - 1)]
        job = Job(f"batch_{len(self.jobs) + 1}", body["input_file_id"], body["endpoint"], fate, requests)
        self.jobs.append(job)
        return (0 if fate.drops else 200), _described(job)

    def _look(self, job: Job) -> dict[str, Any]:
        with self.looked:
            job.looks += 1
            is_held = job.fate.released is not None and not job.fate.released.is_set()
            if job.looks > job.fate.looks and not is_held and job.files is None:
                self._work(job)
            self.looked.notify_all()
        return _described(job)

    def _work(self, job: Job) -> None:
        """Answer what the fate of the batch allows."""
        answered, failed = [], []
        for number, request in enumerate(job.requests if not job.fate.fault else ()):
            if job.fate.answers is not None and number >= job.fate.answers:
                error = {"code": f"batch_{job.fate.status}", "message": "This request could not be executed."}
                failed.append({"custom_id": request["custom_id"], "response": None, "error": error})
                continue
            asked = Asked(request["url"], request["body"], "")
            self.batched.append(asked)
            reply = LocalOpenAIServer._reply_to(self, asked)
            body = json.loads(_body(asked, reply))
            row = {"custom_id": request["custom_id"], "error": None}
            row["response"] = {"status_code": reply.status, "request_id": "1", "body": body}
            (answered if reply.status == 200 else failed).append(row)
        names: list[str | None] = []
        for rows in (answered, failed):
            name = f"file-{len(self.files) + 1}" if rows else None
            if name:
                # In any order, as on OpenAI's servers.
                self.files[name] = "".join(json.dumps(row) + "\n" for row in reversed(rows)).encode()
            names.append(name)
        job.files, job.counts = (names[0], names[1]), (len(answered), len(failed))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server, base = self, super()._handler()

        class Handler(base):  # type: ignore[misc, valid-type]
            def do_GET(self) -> None:  # noqa: N802
                path = urlsplit(self.path).path
                if server.has_batches and path.startswith((FILES, BATCHES)):
                    self.answer(*server.get(path))
                else:
                    super().do_GET()

            def do_POST(self) -> None:  # noqa: N802
                if server.has_batches and self.path in (FILES, BATCHES):
                    content = self.rfile.read(int(self.headers["Content-Length"]))
                    self.answer(*server.post(self.path, self.headers, content))
                elif self.path in (FILES, BATCHES):
                    self.rfile.read(int(self.headers["Content-Length"]))
                    self.answer(404, _fault(f"Invalid URL (POST {self.path})"))
                else:
                    super().do_POST()

            def answer(self, status: int, body: Any) -> None:
                if not status:
                    self.close_connection = True
                    return
                text = body.decode() if isinstance(body, bytes) else json.dumps(body)
                self._send(status, text, {"Content-Type": "application/json"})

        return Handler


def _name(part: Message) -> str:
    return str(part.get_param("name", header="content-disposition"))


def _fault(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


def _described(job: Job) -> dict[str, Any]:
    is_over = job.files is not None
    completed, failed = job.counts
    status = job.fate.status if is_over else "in_progress"
    fault = {"code": job.fate.fault, "message": f"The batch is refused: {job.fate.fault}.", "line": 1}
    return {
        "id": job.id,
        "object": "batch",
        "endpoint": job.endpoint,
        "completion_window": "24h",
        "created_at": 0,
        "status": status,
        "input_file_id": job.input_file_id,
        "output_file_id": job.files[0] if job.files else None,
        "error_file_id": job.files[1] if job.files else None,
        "errors": {"object": "list", "data": [fault]} if is_over and job.fate.fault else None,
        "request_counts": {"total": len(job.requests), "completed": completed, "failed": failed},
    }
