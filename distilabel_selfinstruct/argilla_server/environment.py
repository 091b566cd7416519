"""The environment that the Argilla server runs in: made on first use, shared by all homes.

The server needs releases of pydantic, httpx and typer that distilabel does not work with, so that it gets a virtual
environment of its own, with the packages of `requirements.txt` in the releases that were tested, for Python 3.10 to
3.13. Only wheels are installed: nothing is built, and no code of a package runs while it is installed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from distilabel_selfinstruct.argilla_server.folders import cache_folder, plain_environment
from distilabel_selfinstruct.errors import ArgillaServerError

SERVER_VERSION = "2.8.0"

REQUIREMENTS = Path(__file__).parent / "requirements.txt"

Report = Callable[[str], object]

_COMPLETE = ".complete"
_SECONDS_BETWEEN_REPORTS = 5.0
_NUM_LAST_LINES = 4


def ensure_environment(report: Report = print) -> Path:
    """The Python of the server's environment. It is made if it is not there; a half-made one is made anew.

    Args:
        report: is told how far it is, a sentence at a time; nothing if it is there.

    Raises:
        ArgillaServerError: it cannot be made; the message ends with what the installer said.
    """
    folder = environment_folder()
    if _is_complete(folder):
        return _python(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.with_name(f"{folder.name}.lock"), report):
            if not _is_complete(folder):
                shutil.rmtree(folder, ignore_errors=True)
                _make(folder, report)
                (folder / _COMPLETE).touch()
    except OSError as error:
        raise ArgillaServerError(
            f"Cannot make the environment of the Argilla server in {folder}: {error.strerror or error}."
        ) from error
    return _python(folder)


def environment_folder() -> Path:
    """Where the environment is: other requirements give another folder."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    return cache_folder() / f"argilla-server-{SERVER_VERSION}-{digest}"


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _is_complete(folder: Path) -> bool:
    # The Python it was made with can be gone: then the link leads nowhere.
    return (folder / _COMPLETE).exists() and os.access(_python(folder), os.X_OK)


@contextmanager
def _locked(path: Path, report: Report) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Another process is installing the Argilla server: waiting for it.")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _make(folder: Path, report: Report) -> None:
    place = str(folder.parent).replace(str(Path.home()), "~", 1)
    report(f"Installing the Argilla server {SERVER_VERSION}, once: about 600 MB in {place}.")
    said: deque[str] = deque(maxlen=_NUM_LAST_LINES)
    for commands in _ways(folder):
        if all(_run(command, said, report) for command in commands):
            return
        shutil.rmtree(folder, ignore_errors=True)
    raise ArgillaServerError(
        "Cannot install the Argilla server: it needs a connection to a package index, or one that pip is configured "
        f"for. The installer ended with: {' / '.join(said) or 'nothing said.'}"
    )


def _ways(folder: Path) -> Iterator[list[list[str]]]:
    """The commands that make the environment: uv's if it is there, which takes seconds; else, or if it fails, pip's."""
    beside = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    uv = shutil.which("uv", path=beside)
    requirements = ["--only-binary", ":all:", "--requirement", str(REQUIREMENTS)]
    if uv:
        yield [
            [uv, "venv", "--quiet", "--no-project", "--no-config", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--python", str(_python(folder)), "--compile-bytecode", *requirements],
        ]
    yield [
        [sys.executable, "-m", "venv", str(folder)],
        [str(_python(folder)), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off",
         *requirements],
    ]  # fmt: skip


def _run(command: list[str], said: deque[str], report: Report) -> bool:
    """Run an installer; `said` keeps its last lines. Of pip, which takes a minute, it is reported how far it is."""
    num_packages = len({line.partition("==")[0] for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines()})
    num_collected, reported = 0, time.monotonic()
    with subprocess.Popen(  # noqa: S603 - our own command
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=plain_environment(for_installer=True),
    ) as process:
        try:
            for line in process.stdout or ():
                if line.strip():
                    said.append(line.strip())
                is_collecting = line.startswith(("Collecting ", "Processing "))
                num_collected += is_collecting
                if line.startswith("Installing collected"):
                    report(f"Fetched all; unpacking {num_collected} packages.")
                elif is_collecting and time.monotonic() - reported > _SECONDS_BETWEEN_REPORTS:
                    report(f"Fetched {num_collected} of about {num_packages} packages.")
                    reported = time.monotonic()
        except BaseException:
            process.kill()  # else leaving the block would wait for it
            raise
    return process.returncode == 0
