"""Start and stop the Argilla server, in a process of its own."""

import errno
import json
import os
import selectors
import socket
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from distilabel_selfinstruct.argilla_server.environment import ensure_environment
from distilabel_selfinstruct.argilla_server.folders import plain_environment
from distilabel_selfinstruct.argilla_server.home import WORKSPACE, Account, Credentials, Home, check_raters
from distilabel_selfinstruct.errors import ArgillaServerError

DEFAULT_PORT = 6900

_LOOPBACK = "127.0.0.1"
_SECONDS_TO_START = 180.0
_SECONDS_TO_STOP = 15.0
_NUM_LAST_LINES = 5

# The folder goes to the end of the path, so that no module of ours stands before one of the server's; `-I` keeps the
# user's variables and packages out, `-B` keeps bytecode of another Python out of this package.
_START = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module('embedded', run_name='__main__')"


@dataclass
class RunningServer:
    """A server that runs until `stop`, or until this process ends, however it ends.

    Use it in a `with` statement. `new_accounts` are those that this start made.
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
            ArgillaServerError: it ended by itself, which it should not.
        """
        self._process.wait()
        raise ArgillaServerError(f"The Argilla server ended by itself. {_last_lines(self._home)}")

    def stop(self) -> None:
        """Stop the server. What was rated is in its home; nothing else is left. A second call does nothing."""
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
    report: Callable[[str], object] = print,
) -> RunningServer:
    """Start the server on this machine's own address, and wait until it answers.

    The first start installs it (see `environment`). The owner's account, and one for each rater, are there afterwards.

    Args:
        home: folder for its data, made if needed; by default `DEFAULT_HOME`.
        port: where to listen; 0 takes any free port.
        raters: names of annotators who shall have an account.
        report: is told what takes long, a sentence at a time.

    Raises:
        ArgillaServerError: a name cannot be used, the server cannot be installed or started, another one runs in the
            home, or the port is taken.
    """
    names = check_raters(raters)
    place = Home(home)
    listener = _listen(port)
    try:
        python = ensure_environment(report)
        lock = place.hold()
        report("Starting the Argilla server.")
        try:
            before = place.saved_credentials()
            credentials = place.credentials(names)
            process = _launch(python, place, listener, lock, credentials)
            url = f"http://{_LOOPBACK}:{listener.getsockname()[1]}"
            try:
                _wait_until_ready(process, place)
                place.describe_server(url, process.pid)
            except BaseException:
                _end(process)
                raise
        except BaseException:
            place.clear()
            os.close(lock)
            raise
    finally:
        listener.close()  # the server has it
    known = before.accounts if before else ()
    new = tuple(account for account in credentials.accounts if account not in known)
    return RunningServer(url, place.path, credentials.accounts, new, process, place, lock)


def _listen(port: int) -> socket.socket:
    """A listening socket, so that a port that is taken is found before anything slow is done."""
    if not 0 <= port <= 65535:  # noqa: PLR2004 - the highest port there is
        raise ArgillaServerError(f"There is no port {port}: use one from 1 to 65535, or 0 for any free one.")
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
    python: Path, place: Home, listener: socket.socket, lock: int, credentials: Credentials
) -> "subprocess.Popen[bytes]":
    place.temporary.mkdir(mode=0o700)
    order = {
        "home": str(place.path),
        "listener": listener.fileno(),
        "secret_key": credentials.secret_key,
        "workspace": WORKSPACE,
        "accounts": [asdict(account) for account in credentials.accounts],
    }
    log = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [str(python), "-I", "-B", "-c", _START, str(Path(__file__).parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=place.path,
            # The server copies its page to a temporary folder at each start and leaves it there: `Home.clear` does not.
            env={**plain_environment(), "TMPDIR": str(place.temporary)},
            pass_fds=(listener.fileno(), lock),  # with the lock, the home is free only when the server is gone
            start_new_session=True,  # Ctrl-C reaches this process, which stops the server in order
        )
    finally:
        os.close(log)
    try:
        assert process.stdin is not None  # noqa: S101 - for the type checker: it was asked for
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass  # it is gone; waiting for its answer says why
    except BaseException:
        _end(process)
        raise
    return process


def _wait_until_ready(process: "subprocess.Popen[bytes]", place: Home) -> None:
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
    raise ArgillaServerError(f"The Argilla server {what}. {_last_lines(place)}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Close the server's standard input, which tells it to stop; kill it if it does not."""
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


def _last_lines(place: Home) -> str:
    try:
        lines = [line.strip() for line in place.log.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        lines = []
    said = " / ".join([line for line in lines if line][-_NUM_LAST_LINES:])
    return f"It ended with: {said or 'nothing said'} (all of it is in {place.log})."
