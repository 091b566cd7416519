"""Starts argilla-server with its page, its job queue and its worker in this one process.

The parent process writes one line of JSON to standard input (see `Order`) and keeps the pipe open. When the pipe is
closed, because the parent wants to stop the server or has died, the server stops. It answers with one line of JSON on
standard output: `{"ready": true}` when it serves, or `{"error": "…"}` if it cannot. All else goes to standard error.
"""

import asyncio
import json
import os
import socket
import sys
import threading
import warnings
from dataclasses import dataclass
from typing import Any

from . import imports
from .server_version import UnfitServerError, require_patched_version

SECONDS_TO_STOP = 10.0
"""If the server does not stop within this time, it is ended."""


@dataclass(frozen=True)
class Order:
    """The data for a start: a home that exists, the descriptor of a listening socket, and the accounts.

    Each account is a dictionary with `username`, `role`, `password` and `api_key`.
    """

    home: str
    listener: int
    secret_key: str
    workspace: str
    accounts: list[dict[str, str]]


def main() -> None:
    """Read an order, start, and serve until standard input closes."""
    order = Order(**json.loads(sys.stdin.buffer.readline()))
    # From here on, prints go to standard error: only the answer may go to standard output.
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        require_patched_version()
        serve(order, answer)
    except UnfitServerError as error:
        _say(answer, {"error": str(error)})
        sys.exit(1)


def serve(order: Order, answer: Any) -> None:
    """Run the server until it stops."""
    os.umask(0o077)
    listener = socket.socket(fileno=order.listener)
    _configure(order, listener.getsockname()[1])
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # of the server itself

    with imports.fast():
        from . import accounts, content_policy, database, engine, jobs, page_scripts, shares, speed

        engine.register()
        import argilla_server
        import uvicorn

    jobs.connect_queues()
    speed.apply()
    shares.apply()
    database.prepare()
    database.migrate()
    asyncio.run(accounts.ensure(order.accounts, order.workspace))
    worker = jobs.start_worker()

    class AnsweringServer(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                _say(answer, {"ready": True})

        async def shutdown(self, sockets: Any = None) -> None:
            await super().shutdown(sockets)
            await database.disconnect()

    app = content_policy.guarded(page_scripts.with_changed_scripts(argilla_server.app))
    # `log_config=None`: otherwise uvicorn sets up more loggers beside the server's.
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3, timeout_keep_alive=75)
    server = AnsweringServer(config)
    threading.Thread(target=_stop_when_input_closes, args=(server,), daemon=True, name="input").start()
    server.run(sockets=[listener])
    worker.finish(seconds=SECONDS_TO_STOP / 2)
    database.settle()


def _configure(order: Order, port: int) -> None:
    """Set the environment variables that the server reads when it is imported."""
    os.environ.update(
        {
            "ARGILLA_HOME_PATH": order.home,
            "ARGILLA_SEARCH_ENGINE": "embedded",
            "ARGILLA_CORS_ORIGINS": json.dumps([f"http://127.0.0.1:{port}", f"http://localhost:{port}"]),
            "ARGILLA_AUTH_SECRET_KEY": order.secret_key,
            # By default the server reads `.oauth.yaml` from the current folder.
            "ARGILLA_AUTH_OAUTH_CFG": os.path.join(order.home, "oauth.yaml"),  # noqa: PTH118 - a value, not a file
            "ARGILLA_DATABASE_SQLITE_TIMEOUT": "30",
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
    )


def _stop_when_input_closes(server: Any) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    server.should_exit = True
    timer = threading.Timer(SECONDS_TO_STOP, os._exit, args=(1,))
    timer.daemon = True
    timer.start()


def _say(answer: Any, message: dict[str, Any]) -> None:
    answer.write(json.dumps(message) + "\n")
    answer.flush()
