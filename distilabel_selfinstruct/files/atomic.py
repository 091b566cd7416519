"""Text files that are there whole or not at all, whenever the process that writes them ends."""

import os
from pathlib import Path


def write(path: str | os.PathLike[str], text: str) -> None:
    """Write a file beside it, and put that in the place of the one that was there.

    The encoding is UTF-8; lone surrogates, which it cannot hold, become question marks.

    Raises:
        OSError: it cannot be written. The file that was there is as it was.
    """
    target = Path(path)
    partial = target.with_name(target.name + ".partial")
    partial.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    partial.replace(target)
