"""A server on this machine that speaks the part of the OpenAI API that this package uses, faults included.

What it answers is decided by a function from `Asked` to `Reply`, or by a list of replies in the order of arrival (the
last one repeats). It keeps what it was asked and how many requests it held at the same time.
"""

import contextlib
import json
import platform
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests import leaks

platform.processor()  # it starts a process once; the client asks for it with its first request

KEY = leaks.KEY

COMPLETIONS = "/v1/completions"
CHAT = "/v1/chat/completions"
MODELS = "/v1/models"


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    path: str
    body: dict[str, Any]
    key: str

    @property
    def prompt(self) -> str:
        """The completion prompt, or the content of the last message."""
        return str(self.body["messages"][-1]["content"] if self.path == CHAT else self.body["prompt"])


@dataclass(frozen=True)
class Reply:
    """What to answer. `choices` are texts with finish reasons; `raw` is sent in place of JSON.

    `message` has further fields of each choice's message, or of the choice itself for a completion. `counts` is told in
    place of `usage`, which is what was really served. `{key}` in `error` stands for the key of the request.
    `error_body` is the whole body of an error. `drip` is how many seconds pass between two bytes of the body.
    """

    choices: tuple[tuple[Any, str | None], ...] = ()
    usage: tuple[int, int] | None = (7, 3)
    status: int = 200
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    raw: str | None = None
    content_type: str = "application/json"
    seconds: float = 0.0
    drip: float = 0.0
    connection_drops: bool = False
    message: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, Any] | None = None
    error_body: Any = None


def text(content: Any, finish_reason: str | None = "stop", usage: tuple[int, int] | None = (7, 3)) -> Reply:
    return Reply(choices=((content, finish_reason),), usage=usage)


def refused(message: str, param: str | None = None, code: str | None = None, status: int = 400) -> Reply:
    """A refusal of a parameter in the form of OpenAI's."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return Reply(status=status, error_body={"error": error})


def rate_limited(retry_after: float | None = None, **headers: str) -> Reply:
    """Too many requests; `headers` with underscores for hyphens."""
    given = {} if retry_after is None else {"Retry-After": str(retry_after)}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=429, error="Rate limit reached", headers={**given, **named})


def server_error() -> Reply:
    return Reply(status=500, error="The server had an error")


def unknown_model(model: str) -> Reply:
    return Reply(status=404, error=f"The model {model!r} does not exist")


def overloaded() -> Reply:
    return Reply(status=503, error="The server is overloaded")


def too_long() -> Reply:
    """A refusal of one prompt."""
    return Reply(status=400, error="This model's maximum context length is 2048 tokens")


def invalid_key() -> Reply:
    """A refusal that repeats the key, as those of some servers do."""
    return Reply(status=401, error="Incorrect API key provided: {key}.")


def malformed_json() -> Reply:
    return Reply(raw='{"id": "1", "choices": [{"te')


def web_page() -> Reply:
    return Reply(raw="<html><body>It works!</body></html>", content_type="text/html")


def no_choices() -> Reply:
    return Reply()


def dropped_connection() -> Reply:
    return Reply(connection_drops=True, usage=None)


def dripping(reply: Reply, seconds: float) -> Reply:
    """A byte every so many seconds: no pause is long, the whole takes for ever."""
    return replace(reply, drip=seconds)


def slow(reply: Reply, seconds: float) -> Reply:
    return replace(reply, seconds=seconds)


FAULTS = {
    "rate limited": (rate_limited(0.05), "RateLimitError"),
    "server error": (server_error(), "InternalServerError"),
    "too long a prompt": (too_long(), "BadRequestError"),
    "invalid key": (invalid_key(), "AuthenticationError"),
    "unknown model": (unknown_model("small"), "NotFoundError"),
    "malformed JSON": (malformed_json(), "BrokenAnswerError: the answer cannot be read"),
    "web page": (web_page(), "is no OpenAI-compatible API"),
    "no choices": (no_choices(), "BrokenAnswerError: the answer holds no choices"),
    "dropped connection": (dropped_connection(), "APIConnectionError"),
}
"""All that can be wrong with an answer, with what the error of a request says when it lasts."""


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # connections beyond it would wait for a second


class LocalOpenAIServer:
    """The server; use it in a `with` statement.

    Args:
        answer: what to answer.
        models: the list of models, as JSON; None for a server that has none.
    """

    def __init__(
        self, answer: Callable[[Asked], Reply] | Sequence[Reply], *, models: dict[str, Any] | None = None
    ) -> None:
        self.models = models
        self.asked: list[Asked] = []
        self.tokens_served = (0, 0)
        self.most_at_a_time = 0
        self._at_a_time = 0
        self._lock = threading.Lock()
        self._answer = answer if callable(answer) else self._in_order(answer)
        self._server = _Listening(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        """The base URL, up to and including `/v1`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> "LocalOpenAIServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _in_order(self, replies: Sequence[Reply]) -> Callable[[Asked], Reply]:
        return lambda _: replies[min(len(self.asked), len(replies)) - 1]

    def _reply_to(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            self._at_a_time += 1
            self.most_at_a_time = max(self.most_at_a_time, self._at_a_time)
            reply = self._answer(asked)
            if reply.status == 200 and reply.usage is not None and reply.raw is None:
                self.tokens_served = tuple(map(sum, zip(self.tokens_served, reply.usage, strict=True)))
        time.sleep(reply.seconds)
        with self._lock:
            self._at_a_time -= 1
        return reply

    def _list_models(self, path: str) -> tuple[int, str]:
        if path == MODELS and self.models is not None:
            return 200, json.dumps(self.models)
        return 404, _error(f"Invalid URL (GET {path})")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, body = server._list_models(self.path)
                self._send(status, body, {"Content-Type": "application/json"})

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path not in (COMPLETIONS, CHAT):
                    self._send(404, _error(f"Invalid URL (POST {self.path})"), {})
                    return
                key = (self.headers["Authorization"] or "").removeprefix("Bearer ")
                asked = Asked(self.path, json.loads(content), key)
                reply = server._reply_to(asked)
                if reply.connection_drops:
                    self.close_connection = True
                    return
                headers = {"Content-Type": reply.content_type, **reply.headers}
                self._send(reply.status, _body(asked, reply), headers, reply.drip)

            def _send(self, status: int, body: str, headers: dict[str, str], drip: float = 0.0) -> None:
                content = body.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                # A connection per request: none is left open, on either side, when a test ends.
                self.send_header("Connection", "close")
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # whoever asked does not wait any more
                    for part in _parts(content, drip):
                        self.wfile.write(part)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


def _body(asked: Asked, reply: Reply) -> str:
    if reply.raw is not None:
        return reply.raw
    if reply.status == 200:
        return json.dumps(_completion(asked, reply))
    if reply.error_body is not None:
        return json.dumps(reply.error_body)
    return _error(reply.error.replace("{key}", asked.key))


def _parts(content: bytes, drip: float) -> Iterator[bytes]:
    """The whole, or a byte every so many seconds."""
    if not drip:
        yield content
        return
    for byte in content:
        yield bytes([byte])
        time.sleep(drip)


def _error(message: str) -> str:
    return json.dumps({"error": {"message": message, "type": "error", "param": None, "code": None}})


def _completion(asked: Asked, reply: Reply) -> dict[str, Any]:
    is_chat = asked.path == CHAT
    choices = [
        {
            "index": index,
            "finish_reason": finish_reason,
            "logprobs": None,
            **(
                {"message": {"role": "assistant", "content": content, **reply.message}}
                if is_chat
                else {"text": content, **reply.message}
            ),
        }
        for index, (content, finish_reason) in enumerate(reply.choices)
    ]
    answer: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion" if is_chat else "text_completion",
        "created": 0,
        "model": asked.body["model"],
        "choices": choices,
    }
    if reply.counts is not None:
        answer["usage"] = reply.counts
    elif reply.usage is not None:
        prompt, completion = reply.usage
        answer["usage"] = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
    return answer
