"""Folders that come with the package, by name. A name is not a path: a folder of the user cannot hide one of them."""

from functools import cache
from importlib import resources
from pathlib import Path


def packaged_names(kind: str) -> tuple[str, ...]:
    """The names of all packaged folders of a kind, sorted."""
    return tuple(sorted(path.name for path in _folder(kind).iterdir() if path.is_dir() and path.name[0].isalnum()))


def packaged_folder(kind: str, name: str) -> Path | None:
    """The packaged folder with a name; None if there is none. `./demo` and `demo/` are paths, and name none."""
    return _folder(kind) / name if name in packaged_names(kind) else None


def packaged_file(kind: str, name: str) -> Path:
    """A file that lies beside the packaged folders of a kind."""
    return _folder(kind) / name


def is_packaged(path: Path) -> bool:
    """Whether a file comes with the package: it is our own, and tests have looked at it."""
    return path.is_relative_to(_package())


def _folder(kind: str) -> Path:
    return _package() / kind


@cache
def _package() -> Path:
    return Path(str(resources.files("distilabel_selfinstruct")))
