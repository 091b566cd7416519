"""The folder of an Argilla server, with its database and the credentials of its users."""

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

from distilabel_selfinstruct.errors import ArgillaServerError, ConfigError, InputFileError, writing
from distilabel_selfinstruct.files.user_folders import data_folder

DEFAULT_HOME = data_folder(os.environ) / "argilla"
"""The home that is used if the user names none."""

WORKSPACE = "selfinstruct"
"""The workspace that all accounts belong to."""

OWNER = "owner"

MARKER = "home.json"
"""The file that says that a folder is a home: nothing is ever deleted in a folder without it."""

_KIND = "home of an Argilla server of distilabel-selfinstruct"
_FORMAT = 1

_SECONDS_TO_LOCK = 0.5

_USERNAME = re.compile(r"\w[\w.@+-]{0,63}")
"""Argilla accepts any text, but spaces and commas get lost in options, and a name must be readable in a table."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a person. `role` is `owner` or `annotator`."""

    username: str
    role: str
    password: str
    api_key: str

    def __repr__(self) -> str:
        return f"Account({self.username!r}, {self.role!r})"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """The address of a server, and the number of its process."""

    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """The accounts of a home, the owner's first, and the secret that signs session tokens."""

    secret_key: str
    accounts: tuple[Account, ...]

    def __repr__(self) -> str:
        return f"Credentials({self.accounts!r})"

    @property
    def owner(self) -> Account:
        """The account with all rights."""
        return self.accounts[0]


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names of raters, each once.

    Raises:
        ConfigError: one cannot be a user name, or is the owner's.
    """
    for name in names:
        if not _USERNAME.fullmatch(name):
            raise ConfigError(
                f"{name!r} cannot be the name of a rater: use 1 to 64 letters and digits, and after the first also "
                "any of _ . @ + -, as in --raters anna,ben."
            )
        if name == OWNER:
            raise ConfigError(f"{name!r} cannot be the name of a rater: it is the owner's, so choose another.")
    return tuple(dict.fromkeys(names))


class Home:
    """The paths of a home, and what the files hold.

    Args:
        path: the folder; it need not exist. By default `DEFAULT_HOME`.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = Path(path if path is not None else DEFAULT_HOME).expanduser().absolute()
        self.credentials_file = self.path / "credentials.json"
        self.server_file = self.path / "server.json"
        self.log = self.path / "server.log"
        self._marker = self.path / MARKER
        self.temporary = self.path / "tmp"
        self._lock = self.path / "lock"

    def hold(self) -> int:
        """Make the folder, lock it, and remove the files that an earlier server left behind.

        Returns:
            The descriptor of the lock. The lock ends when all processes that inherited it have closed it.

        Raises:
            OutputFileError: the folder cannot be written.
            InputFileError: the folder holds other files.
            ArgillaServerError: a server runs in it.
        """
        with writing(self.path, "Choose another folder with --home."):
            # The lock comes first and the marker next, so that another start is not taken for other files.
            there = set(self.path.iterdir()) if self.path.exists() else set()
            if there - {self._lock, self._marker.with_suffix(".partial")}:
                self._require_marker()
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if not _lock_within(descriptor, _SECONDS_TO_LOCK):
            os.close(descriptor)
            raise self._in_use()
        try:
            if not self._marker.exists():
                _write_private(self._marker, {"kind": _KIND, "format": _FORMAT})
            self.clear()
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _require_marker(self) -> None:
        marker = _read(self._marker) or {}
        if marker.get("kind") != _KIND:
            raise InputFileError(
                f"{self.path} holds other files than an Argilla server's ({MARKER} does not say that they are): choose "
                "a new or an empty folder.",
                self.path,
            )
        if marker.get("format") != _FORMAT:
            raise InputFileError(
                f"{self.path} is the home of a server of another version ({MARKER} has the format "
                f"{marker.get('format')!r}): use that version, or choose another --home.",
                self.path,
            )

    @property
    def is_held(self) -> bool:
        """Whether a server runs here, or starts or stops."""
        try:
            descriptor = os.open(self._lock, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _lock_within(descriptor, 0, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def clear(self) -> None:
        """Remove the files that exist only while a server runs."""
        self.server_file.unlink(missing_ok=True)
        shutil.rmtree(self.temporary, ignore_errors=True)

    def credentials(self, raters: Sequence[str] = ()) -> Credentials:
        """The credentials of this home, with an account for each of the raters. Missing ones are made.

        Raises:
            InputFileError: the file with the credentials is damaged.
            OutputFileError: the file with the credentials cannot be written.
        """
        saved = self.saved_credentials() or Credentials(secrets.token_hex(32), (_new_account(OWNER, "owner"),))
        known = {account.username for account in saved.accounts}
        new = tuple(_new_account(name, "annotator") for name in raters if name not in known)
        credentials = Credentials(saved.secret_key, (*saved.accounts, *new))
        _write_private(self.credentials_file, asdict(credentials))
        return credentials

    def saved_credentials(self) -> Credentials | None:
        """The credentials in the file of this home; None if there is no file.

        Raises:
            InputFileError: the file is damaged.
        """
        content = _read(self.credentials_file)
        if content is None:
            return None
        try:
            accounts = (Account(**content["accounts"][0]), *(Account(**account) for account in content["accounts"][1:]))
            return Credentials(content["secret_key"], accounts)
        except (KeyError, IndexError, TypeError) as error:
            raise InputFileError(
                f"{self.credentials_file} is damaged: delete it, and the next start makes new passwords.",
                self.credentials_file,
            ) from error

    def write_address(self, address: ServerAddress) -> None:
        """Write down the address of the server that runs here, so that others find it.

        Raises:
            OutputFileError: the file cannot be written.
        """
        _write_private(self.server_file, asdict(address))

    def server_address(self) -> ServerAddress | None:
        """The address of the server that runs here, or that ran here when it was killed; None if there is none."""
        content = _read(self.server_file) or {}
        url, pid = content.get("url"), content.get("pid")
        return ServerAddress(url, pid) if isinstance(url, str) and isinstance(pid, int) else None

    def _in_use(self) -> ArgillaServerError:
        address = self.server_address()
        if address is None:
            return ArgillaServerError(
                f"An Argilla server starts or stops in {self.path}: wait a moment, or choose another --home."
            )
        return ArgillaServerError(
            f"An Argilla server already runs in {self.path} (process {address.pid}, {address.url}): use it, stop it, "
            "or choose another --home.",
            address.url,
        )


def _lock_within(descriptor: int, seconds: float, kind: int = fcntl.LOCK_EX) -> bool:
    """Try to take a lock for some seconds. `Home.is_held` takes it for an instant, so one attempt is not enough."""
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
    """The JSON object in a file; None if there is no file, and an empty object if it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _write_private(path: Path, content: dict[str, Any]) -> None:
    """Write a file that only its owner may read. It appears complete or not at all."""
    partial = path.with_suffix(".partial")
    with writing(path):
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            json.dump(content, stream, indent=2)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
