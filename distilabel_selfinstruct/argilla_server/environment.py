"""The environment of the Argilla server: it is made on first use, and all homes share it.

The server needs releases of pydantic, httpx and typer that distilabel does not work with. Therefore it has a separate
virtual environment, with the packages of `requirements.txt` in the tested releases, for Python 3.10 to 3.13. Only
wheels are installed: nothing is built, and no code of a package runs while it is installed.
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

from distilabel_selfinstruct.argilla_server.plain_environment import plain_environment
from distilabel_selfinstruct.errors import ArgillaServerError, writing
from distilabel_selfinstruct.files.user_folders import cache_folder

SERVER_VERSION = "2.8.0"

REQUIREMENTS = Path(__file__).parent / "requirements.txt"

OnProgress = Callable[[str], object]
"""Is told the progress, one sentence at a time."""

_COMPLETE = ".complete"
_SECONDS_BETWEEN_REPORTS = 5.0
_NUM_LAST_LINES = 4


def ensure_environment(on_progress: OnProgress = print) -> Path:
    """The Python of the server's environment. The environment is made if it is missing or incomplete.

    Args:
        on_progress: is told the progress of an installation.

    Raises:
        ArgillaServerError: the server cannot be installed; the message ends with the last lines of the installer.
        OutputFileError: the folder of the environment cannot be written.
    """
    folder = environment_folder()
    if _is_complete(folder):
        return _python(folder)
    with _locked(folder.with_name(f"{folder.name}.lock"), on_progress):
        if not _is_complete(folder):
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, on_progress)
            with writing(folder):
                (folder / _COMPLETE).touch()
    return _python(folder)


def environment_folder() -> Path:
    """The folder of the environment. Other requirements give another folder."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    return cache_folder(os.environ) / f"argilla-server-{SERVER_VERSION}-{digest}"


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _is_complete(folder: Path) -> bool:
    # The Python of the environment is a link, which is broken if that Python was uninstalled.
    return (folder / _COMPLETE).exists() and os.access(_python(folder), os.X_OK)


@contextmanager
def _locked(path: Path, on_progress: OnProgress) -> Iterator[None]:
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("w", encoding="utf-8")
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_progress("Another process is installing the Argilla server: waiting for it.")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _make(folder: Path, on_progress: OnProgress) -> None:
    parent = str(folder.parent).replace(str(Path.home()), "~", 1)
    on_progress(f"Installing the Argilla server {SERVER_VERSION}, once: about 600 MB in {parent}.")
    last_lines: deque[str] = deque(maxlen=_NUM_LAST_LINES)
    for commands in _installers(folder):
        if all(_run(command, last_lines, on_progress) for command in commands):
            return
        shutil.rmtree(folder, ignore_errors=True)
    raise ArgillaServerError(
        "Cannot install the Argilla server: check the connection to the package index, or the index that pip is "
        f"configured for. The installer ended with: {' / '.join(last_lines) or 'no message'}"
    )


def _installers(folder: Path) -> Iterator[list[list[str]]]:
    """The commands of each installer: first uv if there is one, which takes seconds, and then pip, if uv fails."""
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


def _run(command: list[str], last_lines: deque[str], on_progress: OnProgress) -> bool:
    """Run an installer, and whether it succeeded. Only pip, which takes a minute, has a progress to tell."""
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
                    last_lines.append(line.strip())
                is_collecting = line.startswith(("Collecting ", "Processing "))
                num_collected += is_collecting
                if line.startswith("Installing collected"):
                    on_progress(f"Fetched all packages; unpacking {num_collected}.")
                elif is_collecting and time.monotonic() - reported > _SECONDS_BETWEEN_REPORTS:
                    on_progress(f"Fetched {num_collected} of about {num_packages} packages.")
                    reported = time.monotonic()
        except BaseException:
            process.kill()  # otherwise the end of the block would wait for it
            raise
    return process.returncode == 0
