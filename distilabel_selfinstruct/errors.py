"""Every exception this package raises, in one tree. A class says what happened, and carries the data of it.

SelfInstructError
├── ConfigError                 an option, an attribute of a step or a configuration has a value that cannot work
│   ├── MissingExtraError       an optional dependency is not installed (`feature`, `extra`)
│   └── MissingKeyError         an API key is not set (`provider`, `variable`)
├── FileError                   a file or folder cannot be used (`path`)
│   ├── InputFileError          it cannot be read, or holds something else than it must
│   │   ├── MissingColumnError  it lacks a column (`fault`)
│   │   ├── SeedTaskError       a seed file holds too few or malformed tasks
│   │   └── RecordingError      a recording is not there, malformed, or asked for what it cannot answer
│   ├── OutputFileError         it cannot be written
│   └── RunFolderError          it holds no run, another run, or one that must not be replaced
│       ├── FolderInUseError    another process works in it (`holder`)
│       └── JournalError        a record of a journal is damaged
├── ServerError                 a server cannot be reached, refuses, or breaks the promise of its API (`url`)
│   ├── ModelError              the server of a model
│   ├── ArgillaError            Argilla, or a dataset there that is not what was pushed
│   │   └── ArgillaServerError  the embedded Argilla server cannot be installed, started or found
│   └── HubError                the Hugging Face Hub
├── PublishError                a dataset is not fit to be published
└── PipelineError               distilabel ended a pipeline without all of its rows

Each message is one sentence that names the value, where it stood and the remedy. It names an option in backticks, as
in `overwrite` or `license=other`; the command shows the flag instead. What a model answers is never
an exception: it is kept, or rejected with a `records.Reason`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class SelfInstructError(Exception):
    """Base class: `except SelfInstructError` catches whatever a user can put right."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Errors of worker processes arrive whole, whatever their constructors take."""
        return _restored, (type(self), self.args, self.__dict__)


class ConfigError(SelfInstructError):
    """An option, an attribute of a step or a configuration has a value that cannot work."""


class MissingExtraError(ConfigError):
    """An optional dependency is needed and not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra: pip install 'distilabel-selfinstruct[{extra}]'.")
        self.feature = feature
        self.extra = extra


class MissingKeyError(ConfigError):
    """A hosted model was asked for and the variable that holds its API key is not set."""

    def __init__(self, provider: str, variable: str) -> None:
        super().__init__(f"The provider {provider!r} needs an API key: set the environment variable {variable}.")
        self.provider = provider
        self.variable = variable


class FileError(SelfInstructError):
    """A file or folder cannot be used. `path` is the one; empty where the fault is in rows from elsewhere."""

    def __init__(self, message: str, path: str | os.PathLike[str] = "") -> None:
        super().__init__(message)
        self.path = os.fspath(path)


class InputFileError(FileError):
    """A file cannot be read, or holds something else than it must."""


class MissingColumnError(InputFileError):
    """No column of a file is known to hold what is needed. `fault` says which, without the remedy."""

    def __init__(self, fault: str, remedy: str, path: str | os.PathLike[str] = "") -> None:
        super().__init__(f"{fault}: {remedy}.", path)
        self.fault = fault


class SeedTaskError(InputFileError):
    """A seed file is unreadable, or holds too few or malformed tasks."""


class RecordingError(InputFileError):
    """A recording of completions is unreadable, or is asked for what it does not hold."""


class OutputFileError(FileError):
    """A file or folder cannot be written, as when the disk is full."""


class RunFolderError(FileError):
    """A folder holds no run, another run, or one that must not be replaced."""


class FolderInUseError(RunFolderError):
    """Another process works in the folder. `holder` is its process number, empty if it is not known."""

    def __init__(self, message: str, path: str | os.PathLike[str] = "", holder: str = "") -> None:
        super().__init__(message, path)
        self.holder = holder


class JournalError(RunFolderError):
    """A record of a journal is damaged."""


class ServerError(SelfInstructError):
    """A server cannot be reached, refuses, or breaks the promise of its API. `url` is its address, without secrets."""

    def __init__(self, message: str, url: str = "") -> None:
        super().__init__(message)
        self.url = url


class ModelError(ServerError):
    """No answer can be had from a model: a wrong address, key or name. Found before the first request is paid."""


class ArgillaError(ServerError):
    """Argilla cannot be reached or refuses, or a dataset there is not what was pushed."""


class ArgillaServerError(ArgillaError):
    """The embedded Argilla server cannot be installed, started or found."""


class HubError(ServerError):
    """The Hugging Face Hub cannot be reached or refuses, or a repository there must not be replaced."""


class PublishError(SelfInstructError):
    """A dataset is not fit to be published: it lacks something, or nobody has reviewed it."""


class PipelineError(SelfInstructError):
    """A distilabel pipeline ended early or with fewer rows than went in."""


@contextmanager
def reading(path: str | os.PathLike[str], kind: type[FileError] = InputFileError) -> Iterator[None]:
    """Turn an `OSError` inside into one sentence that names the file.

    Raises:
        FileError: of the given kind.
    """
    try:
        yield
    except OSError as error:
        raise kind(f"Cannot read {os.fspath(path)}: {error.strerror or error}.", path) from error


@contextmanager
def writing(path: str | os.PathLike[str], remedy: str = "") -> Iterator[None]:
    """Turn an `OSError` inside into one sentence that names the file and, if it is given, the remedy.

    Raises:
        OutputFileError: something inside could not be written.
    """
    try:
        yield
    except OSError as error:
        sentence = f"Cannot write to {os.fspath(path)}: {error.strerror or error}."
        raise OutputFileError(f"{sentence} {remedy}".rstrip(), path) from error


def _restored(kind: type[SelfInstructError], args: tuple[Any, ...], state: dict[str, Any]) -> SelfInstructError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
