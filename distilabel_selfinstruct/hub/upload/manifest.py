"""The list of our files in a repository. It shows which files are ours, and which of them people have edited."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct import __version__

NAME = "selfinstruct.json"
"""The name of the manifest. Repositories of this package have it."""

MADE_BY = "distilabel-selfinstruct"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The content of a file: its size in bytes, its SHA-256 (the name of large files) and its git blob hash."""

    size: int
    sha256: str
    blob: str


def fingerprint(path: Path) -> Fingerprint:
    """The fingerprint of a file, read in blocks."""
    size = path.stat().st_size
    sha256, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            sha256.update(block)
            blob.update(block)
    return Fingerprint(size, sha256.hexdigest(), blob.hexdigest())


def fingerprints(folder: Path) -> dict[str, Fingerprint]:
    """The fingerprints of all files in a folder, by path with `/`, sorted."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): fingerprint(path) for path in paths}


def write_manifest(folder: Path, hashes: Mapping[str, str]) -> None:
    """Write the manifest of the files in a folder. It must be the last file that is written.

    Args:
        folder: the folder of the repository.
        hashes: SHA-256 of the files that the dataset was made from, by name.
    """
    content = {
        "made_by": MADE_BY,
        "version": __version__,
        "made_from": dict(hashes),
        "files": {path: asdict(found) for path, found in fingerprints(folder).items()},
    }
    (folder / NAME).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(text: str) -> dict[str, Fingerprint] | None:
    """The files in a manifest; None if the text is not a manifest of this package."""
    try:
        content: Any = json.loads(text)
        if content["made_by"] != MADE_BY:
            return None
        return {str(path): Fingerprint(**fields) for path, fields in content["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
