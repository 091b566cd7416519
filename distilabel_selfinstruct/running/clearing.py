"""What a run may remove in its folder: what runs of this package wrote there, and nothing else."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.files.links import refuse_links
from distilabel_selfinstruct.formatting.formats import Format

_OURS = "distilabel-selfinstruct"

_TAG = f"Signature: 8a477f597d28d172789f06886806bc55\n# What distilabel needs while a run of {_OURS} works.\n"

_EXPORTS = tuple(
    f"{run_layout.EXPORT}/{name}{part}.jsonl" for name in get_args(Format) for part in ("", ".test", ".rejected")
)


def refuse_linked_folders(folder: Path) -> None:
    """Check that what a run reads, writes and removes in its folder is in its folder.

    Raises:
        RunFolderError: a folder there is a link to another one.
    """
    inner = (run_layout.STATE, run_layout.CACHE, run_layout.DATASET, run_layout.EXPORT, run_layout.REVIEW)
    within = (str(path.relative_to(folder)) for path in folder.glob(f"{run_layout.STATE}/**/*"))
    refuse_links(folder, (*inner, *within), "a run works in its own folder only")


def refuse_to_clear(folder: Path) -> None:
    """Check that a run of this package is in the folder, and that nobody has been asked what it is worth.

    Raises:
        RunFolderError: it is not, or somebody has.
    """
    try:
        versions = json.loads((folder / run_layout.DESCRIPTION).read_text(encoding="utf-8"))["versions"]
        is_ours = isinstance(versions[_OURS], str)
    except (ValueError, TypeError, KeyError, RecursionError):
        is_ours = False
    if not is_ours:
        raise RunFolderError(
            f"{folder / run_layout.DESCRIPTION} does not say that {_OURS} wrote it, so nothing there is replaced: "
            "give another output folder.",
            folder,
        )
    if said := what_people_said(folder):
        raise RunFolderError(
            f"{said} says what people think of the run in {folder}, or that they are asked, so it is not replaced: "
            f"move the folder {run_layout.REVIEW} elsewhere first, or give another output folder.",
            said,
        )


def what_people_said(folder: Path) -> Path | None:
    """The file that has ratings or decisions of the run, or says where it was pushed to be rated; None if none does."""
    # Decisions may have been made by hand; without ratings they would still apply to the new rows.
    names = (run_layout.RATINGS, run_layout.DECISIONS, run_layout.PUSHED)
    return next((folder / name for name in names if (folder / name).exists()), None)


def remove_run(folder: Path) -> None:
    """Remove the files that a run wrote, and the folders that are empty then.

    Raises:
        OSError: a file cannot be removed.
    """
    remove_cache(folder)
    for path in _matching(folder, (*run_layout.OF_A_RUN, *_EXPORTS)):
        path.unlink()
    for path in _matching(folder, run_layout.FOLDERS_OF_A_RUN):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def make_cache(folder: Path) -> None:
    """Make the folder that the host needs, empty.

    Raises:
        RunFolderError: a folder of this name holds something else.
        OSError: it cannot be made.
    """
    cache = folder / run_layout.CACHE
    remove_cache(folder)
    if cache.exists():
        raise RunFolderError(f"{cache} holds something that no run wrote: move it elsewhere.", cache)
    cache.mkdir()
    (cache / run_layout.CACHE_TAG).write_text(_TAG, encoding="utf-8")


def remove_cache(folder: Path) -> None:
    """Remove what only the host needed, if we made it."""
    cache = folder / run_layout.CACHE
    if (cache / run_layout.CACHE_TAG).exists() or (cache.is_dir() and not any(cache.iterdir())):
        shutil.rmtree(cache, ignore_errors=True)


def _matching(folder: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(folder.glob(pattern))
