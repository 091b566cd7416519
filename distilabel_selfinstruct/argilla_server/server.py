"""Starts and stops the Argilla server, which runs in a separate process."""

import errno
import json
import os
import selectors
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from distilabel_selfinstruct.argilla_server.environment import OnProgress, ensure_environment
from distilabel_selfinstruct.argilla_server.home import (
    WORKSPACE,
    Account,
    Credentials,
    Home,
    ServerAddress,
    unique_names,
)
from distilabel_selfinstruct.argilla_server.plain_environment import plain_environment
from distilabel_selfinstruct.errors import ArgillaServerError, ConfigError, writing

DEFAULT_PORT = 6900

_LOOPBACK = "127.0.0.1"
_SECONDS_TO_START = 180.0
_SECONDS_TO_STOP = 15.0
_NUM_LAST_LINES = 5

# The folder goes to the end of the path, so that no module of ours hides one of the server's. `-I` keeps out the user's
# variables and packages; `-B` writes no bytecode of another Python into this package.
_START = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module('embedded', run_name='__main__')"


@dataclass
class RunningServer:
    """A server that runs until `stop`, or until this process ends in any way.

    Use it in a `with` statement. `new_accounts` are the accounts that did not exist before this start.
    """

    url: str
    home: Path
    accounts: tuple[Account, ...]
    new_accounts: tuple[Account, ...]
    _process: "subprocess.Popen[bytes]" = field(repr=False)
    _home: Home = field(repr=False)
    _lock: int = field(repr=False)

    @property
    def api_key(self) -> str:
        """The key of the owner."""
        return self.accounts[0].api_key

    @property
    def passwords(self) -> dict[str, str]:
        """The password of each account."""
        return {account.username: account.password for account in self.accounts}

    @property
    def pid(self) -> int:
        """The number of the server's process."""
        return self._process.pid

    def wait(self) -> None:
        """Wait until the server's process ends.

        Raises:
            ArgillaServerError: always, because the server must not end by itself.
        """
        self._process.wait()
        raise ArgillaServerError(f"The Argilla server ended by itself. {_last_lines(self._home)}", self.url)

    def stop(self) -> None:
        """Stop the server. Only its data stays in the home. A second call does nothing."""
        _end(self._process)
        if self._lock >= 0:
            self._home.clear()
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    home: str | os.PathLike[str] | None = None,
    port: int = DEFAULT_PORT,
    raters: Sequence[str] = (),
    on_progress: OnProgress = print,
) -> RunningServer:
    """Start the server on the loopback address of this machine, and wait until it answers.

    The first start installs the server (see `environment`). The start makes the accounts of the owner and of the
    raters, if they do not exist.

    Args:
        home: folder for the server's data, made if need be; by default `DEFAULT_HOME`.
        port: port to listen on; 0 takes any free port.
        raters: names of the raters.
        on_progress: is told what takes long, one sentence at a time.

    Raises:
        ConfigError: a name or the port cannot be used.
        InputFileError, OutputFileError: the home holds other files or damaged credentials, or cannot be written.
        ArgillaServerError: the server cannot be installed or started, another one runs in the home, or the port is in
            use.
    """
    names = unique_names(raters)
    folder = Home(home)
    listener = _listen(port)
    try:
        python = ensure_environment(on_progress)
        lock = folder.hold()
        on_progress("Starting the Argilla server.")
        try:
            before = folder.saved_credentials()
            credentials = folder.credentials(names)
            process = _launch(python, folder, listener, lock, credentials)
            url = f"http://{_LOOPBACK}:{listener.getsockname()[1]}"
            try:
                _wait_until_ready(process, folder)
                folder.write_address(ServerAddress(url, process.pid))
            except BaseException:
                _end(process)
                raise
        except BaseException:
            folder.clear()
            os.close(lock)
            raise
    finally:
        listener.close()  # the server has inherited it
    known = before.accounts if before else ()
    new = tuple(account for account in credentials.accounts if account not in known)
    return RunningServer(url, folder.path, credentials.accounts, new, process, folder, lock)


def _listen(port: int) -> socket.socket:
    """A listening socket. It is opened first, so that nothing slow is done if the port is in use."""
    if not 0 <= port <= 65535:  # noqa: PLR2004 - the highest port
        raise ConfigError(f"There is no port {port}: use one from 1 to 65535, or 0 for any free one.")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_LOOPBACK, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        reason = "another program uses it" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        raise ArgillaServerError(
            f"Cannot listen on port {port}: {reason}. Choose another with --port, or --port 0 for any free one."
        ) from error
    return listener


def _launch(
    python: Path, home: Home, listener: socket.socket, lock: int, credentials: Credentials
) -> "subprocess.Popen[bytes]":
    order = {
        "home": str(home.path),
        "listener": listener.fileno(),
        "secret_key": credentials.secret_key,
        "workspace": WORKSPACE,
        "accounts": [asdict(account) for account in credentials.accounts],
    }
    with writing(home.path):
        home.temporary.mkdir(mode=0o700)
        log = os.open(home.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [str(python), "-I", "-B", "-c", _START, str(Path(__file__).parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=home.path,
            # At each start the server leaves a copy of its page in a temporary folder; `Home.clear` removes it.
            env={**plain_environment(), "TMPDIR": str(home.temporary)},
            pass_fds=(listener.fileno(), lock),  # the server inherits the lock, so the home is free only when it ends
            start_new_session=True,  # Ctrl-C must not reach the server: this process stops it
        )
    finally:
        os.close(log)
    try:
        assert process.stdin is not None  # noqa: S101 - for the type checker: it was asked for
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass  # the process has ended; `_wait_until_ready` says why
    except BaseException:
        _end(process)
        raise
    return process


def _wait_until_ready(process: "subprocess.Popen[bytes]", home: Home) -> None:
    assert process.stdout is not None  # noqa: S101 - for the type checker: it was asked for
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        readable = selector.select(_SECONDS_TO_START)
    line = process.stdout.readline() if readable else b""
    answer = json.loads(line) if line.strip() else {}
    if answer.get("ready"):
        return
    if "error" in answer:
        raise ArgillaServerError(str(answer["error"]))
    what = "did not start" if readable else f"did not answer within {_SECONDS_TO_START:.0f} seconds"
    raise ArgillaServerError(f"The Argilla server {what}. {_last_lines(home)}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Close the server's standard input, which tells it to stop. If it does not stop, kill it."""
    if process.stdin is not None and not process.stdin.closed:
        with suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _last_lines(home: Home) -> str:
    try:
        lines = [line.strip() for line in home.log.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        lines = []
    text = " / ".join([line for line in lines if line][-_NUM_LAST_LINES:])
    return f"Its log ends with: {text or 'nothing'} (the whole log is {home.log})."
