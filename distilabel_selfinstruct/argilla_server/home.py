"""The folder where an Argilla server keeps its database and the credentials of its users."""

import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.argilla_server.folders import data_folder
from distilabel_selfinstruct.errors import ArgillaServerError

DEFAULT_HOME = data_folder() / "argilla"
"""Where the server lives unless told otherwise."""

WORKSPACE = "selfinstruct"
"""The workspace of all accounts."""

OWNER = "owner"

_SECONDS_FOR_A_GLANCE = 0.5

_USERNAME = re.compile(r"\w[\w.@+-]{0,63}")
"""Argilla takes any text; white space and commas get lost on the way, and a name must be readable in a table."""


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may sign in. `role` is `owner` or `annotator`."""

    username: str
    role: str
    password: str
    api_key: str

    def __repr__(self) -> str:
        return f"Account({self.username!r}, {self.role!r})"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The accounts of a home, the owner first, and the secret that signs session tokens."""

    secret_key: str
    accounts: tuple[Account, ...]

    def __repr__(self) -> str:
        return f"Credentials({self.accounts!r})"

    @property
    def owner(self) -> Account:
        """The account that may do everything."""
        return self.accounts[0]


def check_raters(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each once.

    Raises:
        ArgillaServerError: one cannot be a user name, or is the owner's.
    """
    for name in names:
        if not _USERNAME.fullmatch(name):
            raise ArgillaServerError(
                f"{name!r} cannot be the name of a rater: use 1 to 64 letters, digits and any of _ . @ + - after "
                "the first, as in --raters anna,ben."
            )
        if name == OWNER:
            raise ArgillaServerError(f"{name!r} cannot be the name of a rater: the owner's account has it.")
    return tuple(dict.fromkeys(names))


class Home:
    """Paths in a home, and what is written there.

    Args:
        path: the folder. It need not exist.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = Path(path if path is not None else DEFAULT_HOME).expanduser().absolute()
        self.credentials_file = self.path / "credentials.json"
        self.server_file = self.path / "server.json"
        self.log = self.path / "server.log"
        self.temporary = self.path / "tmp"
        self._lock = self.path / "lock"

    def hold(self) -> int:
        """Make the folder, take its lock, and clear away what an earlier server left.

        Returns:
            The descriptor of the lock. It is let go when all processes that inherited it have closed it.

        Raises:
            ArgillaServerError: the folder cannot be used, holds something else, or a server runs in it.
        """
        try:
            if self.path.exists() and not self._lock.exists() and any(self.path.iterdir()):
                raise ArgillaServerError(
                    f"{self.path} holds something that is no home of an Argilla server: give a new or an empty folder."
                )
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ArgillaServerError(
                f"Cannot use {self.path} as home of the Argilla server: {error.strerror or error}."
            ) from error
        if not _lock_within(descriptor, _SECONDS_FOR_A_GLANCE):
            os.close(descriptor)
            raise ArgillaServerError(self._in_use())
        self.clear()
        return descriptor

    @property
    def is_held(self) -> bool:
        """Whether a server runs here, or is about to."""
        try:
            descriptor = os.open(self._lock, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _lock_within(descriptor, 0, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def clear(self) -> None:
        """Remove what is there only while a server runs."""
        self.server_file.unlink(missing_ok=True)
        shutil.rmtree(self.temporary, ignore_errors=True)

    def credentials(self, raters: Sequence[str] = ()) -> Credentials:
        """The credentials of this home, made up where they are missing, with an account for each of the raters.

        Raises:
            ArgillaServerError: the file with the credentials is damaged or cannot be written.
        """
        saved = self.saved_credentials() or Credentials(secrets.token_hex(32), (_new_account(OWNER, "owner"),))
        known = {account.username for account in saved.accounts}
        new = tuple(_new_account(name, "annotator") for name in raters if name not in known)
        credentials = Credentials(saved.secret_key, (*saved.accounts, *new))
        _write_private(self.credentials_file, asdict(credentials))
        return credentials

    def saved_credentials(self) -> Credentials | None:
        """The credentials that were written here.

        Raises:
            ArgillaServerError: the file is damaged.
        """
        content = _read(self.credentials_file)
        if content is None:
            return None
        try:
            accounts = (Account(**content["accounts"][0]), *(Account(**account) for account in content["accounts"][1:]))
            return Credentials(content["secret_key"], accounts)
        except (KeyError, IndexError, TypeError) as error:
            raise ArgillaServerError(
                f"{self.credentials_file} is damaged: delete it, and the next start makes new passwords."
            ) from error

    def describe_server(self, url: str, pid: int) -> None:
        """Let others find the server that runs here."""
        _write_private(self.server_file, {"url": url, "pid": pid})

    def server_description(self) -> dict[str, Any] | None:
        """The `url` and `pid` of the server that runs here, or ran when it was killed."""
        content = _read(self.server_file)
        return content if content and {"url", "pid"} <= content.keys() else None

    def _in_use(self) -> str:
        description = self.server_description()
        if description is None:
            return f"An Argilla server is being started or stopped in {self.path}: wait a moment, or give another home."
        return (
            f"An Argilla server runs in {self.path} already: process {description['pid']}, {description['url']}. Use "
            "it, stop it, or give another home."
        )


def _lock_within(descriptor: int, seconds: float, kind: int = fcntl.LOCK_EX) -> bool:
    """Try to take a lock. Whoever looks whether it is held holds it for an instant, so that once is not enough."""
    deadline = time.monotonic() + seconds
    while not (taken := _lock_now(descriptor, kind)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return taken


def _lock_now(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _new_account(username: str, role: str) -> Account:
    return Account(username, role, password=secrets.token_urlsafe(12), api_key=secrets.token_urlsafe(32))


def _read(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None if there is no such file, and an empty one if it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write_private(path: Path, content: dict[str, Any]) -> None:
    """Write a file that only its owner may read; it appears complete or not at all."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            json.dump(content, stream, indent=2)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError as error:
        raise ArgillaServerError(f"Cannot write {path}: {error.strerror or error}.") from error
