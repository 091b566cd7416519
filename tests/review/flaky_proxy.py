"""A proxy before a real server that fails as servers do: busy, broken, or gone in the middle of an answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

Fault = Callable[[str, str, bytes], int | None]
"""Of method, path and body: the status to answer with, 0 to hang up, None to pass the request on."""


@contextmanager
def flaky_proxy(target: str, fault: Fault) -> Iterator[str]:
    """The address of a proxy to `target`."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status = fault(self.command, self.path, body)
            if status == 0:
                self.close_connection = True
                return
            if status is not None:
                self.reply(status, b'{"detail": "on purpose"}', "application/json")
                return
            headers = {
                name: self.headers[name] for name in ("x-argilla-api-key", "content-type") if name in self.headers
            }
            answer = client.request(self.command, target + self.path, content=body, headers=headers)
            self.reply(answer.status_code, answer.content, answer.headers.get("content-type", ""))

        def reply(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            if status != 204:
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            if status != 204:
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with httpx.Client(timeout=60) as client, ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
