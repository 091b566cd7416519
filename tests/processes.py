"""Processes of tests: `popen` and `run` are those of `subprocess`, but a Python starts in hundredths of a second.

It comes out of a fork server of the test run, which has imported the host and this package once. It is a process
like any other, with one difference: strings have the hashes that they have in the server. Where that matters, or what
is imported when, a test uses `subprocess`. Where it matters only what is imported of this package, of the host and of
the libraries of Hugging Face, `imported="libraries"` is faster.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from tests.shared import Description, shared

ROOT = Path(__file__).parents[1]
READ_AT_START = ("HF_", "HOME", "HUGGING", "LANG", "LC_", "LD_", "MPL", "NUMBA_", "OMP_", "PYTHON", "XDG_")
"""How the names of variables begin that Python, or what it imports, reads once."""
READ_LATER = ("HF_TOKEN", "PYTHONPATH", "PYTHONWARNINGS")
READ_BY_LIBRARIES = ("LANG", "LC_", "LD_", "OMP_", "PYTHON")
"""How the names begin of those that Python and `fork_server.LIBRARIES` read."""

Imported = Literal["package", "host-alone", "libraries"]


class _Session:
    """What a test run has while it shares fork servers."""

    def __init__(self, folder: Path) -> None:
        self.environment = dict(os.environ)
        self.held = ExitStack()
        self._folder = folder
        self._sockets: dict[tuple[str, ...], str] = {}
        self._lock = Lock()  # a test may start processes from several threads

    def socket(self, *options: str) -> str:
        """The address of a fork server with the options, which is started for the first process."""
        with self._lock:
            if options not in self._sockets:
                folder = self._folder / "-".join(["fork-server", *options])
                server = shared(folder, lambda: self._fork_server(folder / "log.txt", options))
                self._sockets[options] = self.held.enter_context(server)["socket"]
            return self._sockets[options]

    @contextmanager
    def _fork_server(self, log: Path, options: tuple[str, ...]) -> Iterator[Description]:
        paths = [str(ROOT), *filter(None, [self.environment.get("PYTHONPATH")])]
        with tempfile.TemporaryDirectory() as folder:  # the path of a socket must be short
            command = [sys.executable, str(ROOT / "tests" / "fork_server.py"), f"{folder}/socket", *options]
            with (
                log.open("wb") as printed,
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=printed,
                    env={**self.environment, "PYTHONPATH": os.pathsep.join(paths)},
                    start_new_session=True,
                ) as server,
            ):
                assert server.stdout is not None
                assert server.stdout.readline() == b"ready\n", log.read_text(errors="replace")
                yield {"socket": f"{folder}/socket"}


_session: _Session | None = None


@contextmanager
def fork_servers_in(folder: Path) -> Iterator[None]:
    """Meanwhile processes come out of fork servers; test processes that name the same folder share them."""
    global _session  # noqa: PLW0603 - helpers in all folders start processes, with and without pytest
    _session = _Session(folder)
    try:
        with _session.held:
            yield
    finally:
        _session = None


def popen(
    command: Sequence[object],
    *,
    cwd: object = None,
    env: Mapping[str, str] | None = None,
    imported: Imported = "package",
    **options: Any,
) -> "subprocess.Popen[Any]":
    """As `subprocess.Popen`. A process of a fork server has a session of its own, whether that is wanted or not.

    `imported`: what is imported already: this package and the host; the host alone, which this package has not
    repaired; or only libraries that read no variable that a test sets.
    """
    arguments = [str(argument) for argument in command]
    environment = dict(os.environ if env is None else env)
    job = _job(arguments, environment, imported) if _session else None
    if _session is None or job is None:
        return subprocess.Popen(arguments, cwd=cwd, env=env, **options)  # type: ignore[call-overload, no-any-return]
    address = _session.socket(*[f"--{imported}"] * (imported != "package"))
    return _Forked(address, {**job, "cwd": str(cwd or Path.cwd()), "env": environment}, arguments, **options)


def run(
    command: Sequence[object],
    *,
    capture_output: bool = False,
    input: Any = None,
    timeout: float | None = None,
    check: bool = False,
    **options: Any,
) -> "subprocess.CompletedProcess[Any]":
    """As `subprocess.run`."""
    if capture_output:
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    if input is not None:
        options["stdin"] = subprocess.PIPE
    with popen(command, **options) as process:
        try:
            output, errors = process.communicate(input, timeout)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL) if isinstance(process, _Forked) else process.kill()
            raise
    done = subprocess.CompletedProcess(process.args, process.returncode, output, errors)
    if check:
        done.check_returncode()
    return done


def _job(arguments: list[str], environment: dict[str, str], imported: Imported) -> dict[str, Any] | None:
    """What the fork server is asked for; None if it cannot do that."""
    assert _session is not None
    if not sys.platform.startswith("linux") or arguments[0] != sys.executable:
        return None
    prefixes = READ_BY_LIBRARIES if imported == "libraries" else READ_AT_START
    if _read_at_start(environment, prefixes) != _read_at_start(_session.environment, prefixes):
        return None
    rest, warnings = arguments[1:], []
    while rest[:1] == ["-W"]:
        warnings.append(rest[1])
        rest = rest[2:]
    kind = {"-m": "module", "-c": "code"}.get(rest[0], "script")
    if kind != "script":
        rest = rest[1:]
    elif rest[0].startswith("-"):
        return None
    return {"kind": kind, "what": rest[0], "arguments": rest[1:], "warnings": warnings}


def _read_at_start(environment: Mapping[str, str], prefixes: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(prefixes) and name not in READ_LATER}


class _Forked(subprocess.Popen):  # type: ignore[type-arg]
    """A process that is a child of the fork server, which tells how it ends."""

    def __init__(self, address: str, job: dict[str, Any], command: list[str], **options: Any) -> None:
        self._address, self._job = address, job
        super().__init__(command, **options)

    def _execute_child(self, *arguments: Any) -> None:
        sys.audit("subprocess.Popen", self.args[0], self.args, self._job["cwd"], self._job["env"])
        pipes = arguments[10:16]
        streams = [number if pipe == -1 else pipe for number, pipe in enumerate((pipes[0], pipes[3], pipes[5]))]
        content = json.dumps(self._job).encode()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self._address)
            socket.send_fds(connection, [len(content).to_bytes(8, "big")], streams)
            connection.sendall(content)
            self._reports = connection.makefile("rb", buffering=0)
        self._close_pipe_fds(*pipes)
        self.pid = int(self._reports.readline())
        self._child_created = True

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        self._look(0)
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        self._look(timeout)
        if self.returncode is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self.returncode

    def _look(self, seconds: float | None) -> None:
        """Wait so long for the end of the process."""
        if self.returncode is None and select.select([self._reports], [], [], seconds)[0]:
            self.returncode = int(self._reports.readline() or -signal.SIGKILL)  # nothing: the server was killed
            self._reports.close()
