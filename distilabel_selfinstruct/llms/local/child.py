"""A server in a child process: started on a free port of this machine with a random key, ended with this process."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.llms.local.server_log import ServerLog

LOOPBACK = "127.0.0.1"
SECONDS_TO_LOAD = 3600.0
SECONDS_TO_END = 5.0
SECONDS_BETWEEN_LOOKS = 0.05
SECONDS_TO_ANSWER = 5.0
SECONDS_TO_CRASH = 1.0

_WATCHED = Path(__file__).parents[1] / "engines" / "watched.py"


@dataclass(frozen=True, slots=True)
class ModelAddress:
    """Where a server of ours listens, up to and including `/v1`, and its key."""

    url: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerProgram:
    """How the server of an engine is started.

    Attributes:
        title: what it serves, for messages.
        command: the command, given the port.
        key_variable: the environment variable in which it finds its key.
        environment: further variables.
    """

    title: str
    command: Callable[[int], list[str]]
    key_variable: str
    environment: dict[str, str] = field(default_factory=dict)


class ChildServer:
    """A server that runs from `start` to `stop`, and no longer than this process.

    Its standard input stays open and empty as long as this process lives: its end, however it comes, ends the server.
    The key is in the server's environment, which only this user may read, and nowhere else. The port is this user's
    from `start` to `stop`, whether the server listens or loads its model: a program of someone else in its place would
    be sent the key and the prompts.

    Args:
        program: what to start. It must listen with SO_REUSEPORT, as it shares the port with this process.
    """

    def __init__(self, program: ServerProgram) -> None:
        key = secrets.token_urlsafe(32)
        self.title = program.title
        self.log = ServerLog(key)
        self.is_stopping = False
        self._program = program
        self._port = 0
        self._reservation: socket.socket | None = None
        self._seconds_to_load = SECONDS_TO_LOAD
        self._key = key
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    @property
    def address(self) -> ModelAddress:
        """Where it listens. It stays the same when the server is started again."""
        return ModelAddress(f"http://{LOOPBACK}:{self._port}/v1", self._key)

    @property
    def pid(self) -> int:
        """The number of the process, which is also that of its group."""
        return self._running.pid

    def start(self, seconds: float = SECONDS_TO_LOAD) -> None:
        """Start the server, and wait until it answers.

        Args:
            seconds: for how long it is waited for, also when it is started again.

        Raises:
            ModelError: it ended before it answered, and the message has the last lines of its log; or it did not answer
                in time.
        """
        self._seconds_to_load = seconds
        self._reservation = _reserved_port()
        self._port = self._reservation.getsockname()[1]
        try:
            self._start()
        except BaseException:
            self._reservation.close()
            raise

    def start_again(self) -> None:
        """Start the server at the same address, after it ended.

        Raises:
            ModelError: the server ended before it answered, or another program has taken its port.
        """
        _end(self._running)  # what it started may live on and hold the port
        self._start()

    @property
    def status(self) -> int | None:
        """The exit status of the server, as `wait` gives it; None while it runs. One that crashes has a moment."""
        try:
            return self._running.wait(SECONDS_TO_CRASH)
        except subprocess.TimeoutExpired:
            return None

    def wait(self) -> int:
        """Wait until the server ends. Returns its exit status; from 128 on, 128 and the number of a signal."""
        return self._running.wait()

    def stop(self) -> None:
        """End the server and all that it started. A second call does nothing."""
        with self._lock:
            self.is_stopping = True
            process = self._process
        if process is not None:
            _end(process)
        if self._reservation is not None:
            self._reservation.close()
        self.log.close()

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise ModelError(f"{self.title} is not served: start the server first.")
        return self._process

    def _start(self) -> None:
        program = self._program
        if not _is_silent(self._port):
            raise ModelError(
                f"{self.title} cannot be served: another program of yours listens at {LOOPBACK}:{self._port}. End it."
            )
        self.log.begin()
        with self._lock:
            if self.is_stopping:
                return
            process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, str(_WATCHED), str(os.getpid()), *program.command(self._port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.environment, program.key_variable: self._key},
                start_new_session=True,  # Ctrl-C must not reach it: this process stops it
            )
            self._process = process
        reader = Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        try:
            self._wait_until_ready(process, reader)
        except BaseException:
            _end(process)
            raise

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdout is not None:
            with process.stdout as lines:
                for line in lines:
                    self.log.write(line)

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", reader: Thread) -> None:
        started = time.monotonic()
        while time.monotonic() - started < self._seconds_to_load:
            if process.poll() is not None:
                reader.join(SECONDS_TO_END)
                raise ModelError(
                    f"{self.title} cannot be served: the server {how_ended(process.returncode)} before it answered. "
                    f"{self.log.cause}"
                )
            if _answers(self.address):
                return
            time.sleep(SECONDS_BETWEEN_LOOKS)
        waited = self._seconds_to_load / 60
        raise ModelError(f"{self.title} cannot be served: it was not loaded in {waited:g} minutes. {self.log.ending}")


def how_ended(status: int) -> str:
    """How a process ended, in words."""
    number = status - 128 if status > 128 else -status  # noqa: PLR2004 - as shells count signals
    if number <= 0:
        return f"ended with status {status}"
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"ended with status {status}"
    hint = ", as when memory is short" if name == "SIGKILL" else ""
    return f"was ended by {name}{hint}"


def _answers(address: ModelAddress) -> bool:
    """Whether the server has loaded its model and takes the key."""
    request = Request(f"{address.url}/models", headers={"Authorization": f"Bearer {address.key}"})  # noqa: S310
    opener = build_opener(ProxyHandler({}))  # a proxy cannot reach this machine's own addresses
    try:
        with opener.open(request, timeout=SECONDS_TO_ANSWER) as response:
            return "data" in json.load(response)
    except HTTPError as error:
        error.close()
        return False
    except (OSError, ValueError):
        return False


def _is_silent(port: int) -> bool:
    """Whether nobody listens at a port; one who is about to end gets a moment.

    A program of the same user may share the port if it wants to. It would get some of the prompts, and the key.
    """
    started = time.monotonic()
    while time.monotonic() - started < SECONDS_TO_END:
        try:
            socket.create_connection((LOOPBACK, port), SECONDS_TO_ANSWER).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            pass
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return False


def _reserved_port() -> socket.socket:
    """A socket that is bound to a free port and never listens.

    While it is open, only sockets of the same user can be bound to the port, and only with SO_REUSEPORT.
    """
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind((LOOPBACK, 0))
    return reserved


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and its group, gently at first."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, how)
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            continue
        break
    _close_input(process)


def _close_input(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
