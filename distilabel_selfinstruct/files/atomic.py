"""Text files that are written whole or not at all, whenever the process that writes them ends."""

import os
from pathlib import Path


def write(path: str | os.PathLike[str], text: str) -> None:
    """Write a file beside the target, then replace the target with it.

    The encoding is UTF-8. Lone surrogates, which UTF-8 cannot hold, become question marks.

    Raises:
        OSError: the file cannot be written. The target is as it was.
    """
    target = Path(path)
    partial = target.with_name(target.name + ".partial")
    partial.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    partial.replace(target)
