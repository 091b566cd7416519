"""Files and folders that are written whole or not at all, whenever the process that writes them ends."""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_LONGEST_NAME = 255
"""Bytes of a file name, on most file systems."""

_MOVED = ".moved.json"
"""Within a scratch folder in the target: the names of what is moved from there to the target, one by one."""

_SCRATCH = ".partial-"

_SHOWN = 40
"""Characters of a name within a longer one: 160 bytes at most."""


def write(path: str | os.PathLike[str], text: str, *, private: bool = False) -> None:
    """Write a file beside the target, then replace the target with it.

    With `private` only its owner may read it. The encoding is UTF-8. Lone surrogates, which UTF-8 cannot hold, become
    question marks.

    Raises:
        OSError: the file cannot be written. The target is as it was.
    """

    def write_text(partial: Path) -> None:
        if private:
            partial.touch(mode=0o600)
        partial.write_text(text, encoding="utf-8", errors="replace", newline="\n")

    write_all({Path(path): write_text})


def write_all(writers: Mapping[Path, Callable[[Path], object]]) -> None:
    """Write several files beside their targets, and replace the targets when all of them are complete and on disk.

    Args:
        writers: for each target, a function that writes its content to the path it is given.

    Raises:
        Exception: whatever a writer raises. All targets are as they were, and nothing lies beside them.
    """
    partials = {target: partial_of(target) for target in writers}
    try:
        for target, write_to in writers.items():
            write_to(partials[target])
        for partial in partials.values():
            if partial.is_file():
                _sync(partial)
        for target, partial in partials.items():
            partial.replace(target)
        for folder in {target.parent for target in writers}:
            _sync(folder)
    finally:
        for partial in partials.values():
            partial.unlink(missing_ok=True)


def partial_of(target: Path) -> Path:
    """The file beside a target to which it is written first. A name as long as file systems take has one too."""
    name = target.name + ".partial"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(target.name)).hexdigest() + ".partial"
    return target.with_name(name)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder to write files to, which take their place in the target when all is done.

    The target must be free (see `is_free`). If something fails, nothing lies in it, and the next try can have it. What
    a killed process has moved there the next try removes.

    Raises:
        OSError: the target or the folder that it is to stand in cannot be written.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_dir():  # somebody may stand in it, so it stays
        for remains in _remains(folder):
            remove(remains)
        scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=folder))
    else:
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name[:_SHOWN]}.partial-", dir=folder.parent))
    try:
        yield scratch
        if folder.is_dir():
            names = sorted(path.name for path in scratch.iterdir())
            write(scratch / _MOVED, json.dumps(names))
            for name in names:
                (scratch / name).replace(folder / name)
        else:
            scratch.chmod(0o777 & ~_umask())
            scratch.replace(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def is_free(folder: Path) -> bool:
    """Whether a folder can be written to as a new one: it does not exist, or holds only remains of a killed process."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    remains = {path.name for path in _remains(folder)}
    return all(path.name.startswith(_SCRATCH) or path.name in remains for path in folder.iterdir())


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _remains(folder: Path) -> list[Path]:
    """What processes that were killed while they moved files to a folder have left there, scratch folders last."""
    moved: dict[Path, None] = {}
    scratches = []
    for scratch in folder.glob(f"{_SCRATCH}*"):
        try:
            names = json.loads((scratch / _MOVED).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        scratches.append(scratch)
        held = {path.name for path in folder.iterdir()}  # so that no name leads out of the folder
        moved |= {folder / name: None for name in names if isinstance(name, str) and name in held}
    return [*moved, *scratches]


def _sync(path: Path) -> None:
    """Have the content of a file, or the names in a folder, on disk. File systems that cannot do it are left alone."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
