"""The list of our files in a repository: it tells them from others, and those as we wrote them from edited ones."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct import __version__

NAME = "selfinstruct.json"
"""The manifest's own name. A repository that has it was made here."""

MADE_BY = "distilabel-selfinstruct"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file's content: its size in bytes, its SHA-256 (what large files are known by) and its git blob hash."""

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
    """Write the manifest of the files that the folder holds. It must be the last file written there.

    Args:
        folder: the repository's folder.
        hashes: SHA-256 of what the dataset was made from, by name.
    """
    content = {
        "made_by": MADE_BY,
        "version": __version__,
        "made_from": dict(hashes),
        "files": {path: asdict(print_) for path, print_ in fingerprints(folder).items()},
    }
    (folder / NAME).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(text: str) -> dict[str, Fingerprint] | None:
    """The files that a manifest lists; None if it is none of ours."""
    try:
        content: Any = json.loads(text)
        if content["made_by"] != MADE_BY:
            return None
        return {str(path): Fingerprint(**print_) for path, print_ in content["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
