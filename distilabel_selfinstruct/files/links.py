"""Files of a run folder that lead out of it. A folder from a stranger may hold links to files of its reader."""

from collections.abc import Iterable
from pathlib import Path

from distilabel_selfinstruct.errors import RunFolderError


def refuse_links(folder: Path, names: Iterable[str], because: str) -> None:
    """Refuse a run folder in which one of these files is a link, or lies in a folder that is one.

    Args:
        folder: the folder of the run.
        names: paths within it; they need not exist.
        because: why links cannot be used, as the middle of a sentence.

    Raises:
        RunFolderError: one is; the message names the link.
    """
    for name in names:
        path = folder
        for part in Path(name).parts:
            path /= part
            if path.is_symlink():
                raise RunFolderError(
                    f"{path} is a link to {path.readlink()}, and {because}: put what it leads to in its place.", path
                )


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a file lies in a folder, also after all links in its path are followed."""
    return path.resolve().is_relative_to(folder.resolve()) and not path.is_symlink()
