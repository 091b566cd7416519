"""The novelty index as a file: its texts in order, from which all else is built again.

Format 2, UTF-8: the first line is a JSON object (`format`, `version`, `max_rouge_l`, `tokenizer`,
`num_texts`, `num_tokens`, and last `sha256` of the line without it and of all that follows), then a line per text: a
JSON string. It is written beside the old file and then replaces it, so that a reader sees the old file or the new one.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ConfigError, InputFileError, reading
from distilabel_selfinstruct.similarity.tokenizers import TOKENIZERS, Tokenizer

FORMAT = "distilabel-selfinstruct novelty index"
VERSION = 2


@dataclass(frozen=True, slots=True)
class SavedIndex:
    """What a file says, its checksum verified. `num_tokens` is over all texts."""

    max_rouge_l: float
    tokenizer: str | Tokenizer
    texts: list[str]
    num_tokens: int


def save(path: Path, max_rouge_l: float, tokenizer: str | Tokenizer, texts: Sequence[str], num_tokens: int) -> None:
    """Write the file, replacing the one that stood there only when all is written."""
    body = "".join(json.dumps(text) + "\n" for text in texts).encode()
    header = {
        "format": FORMAT,
        "version": VERSION,
        "max_rouge_l": max_rouge_l,
        "tokenizer": _name(tokenizer),
        "num_texts": len(texts),
        "num_tokens": num_tokens,
    }
    header["sha256"] = _checksum(header, body)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(json.dumps(header).encode() + b"\n" + body)
    unfinished.replace(path)


def load(path: Path, tokenizer: str | Tokenizer | None = None) -> SavedIndex:
    """Read the file and verify its header and checksum.

    Args:
        path: the file.
        tokenizer: the tokenizer that the index was made with; needed only if it is not one of `TOKENIZERS`.

    Raises:
        InputFileError: the file is missing, damaged, or of another format.
        ConfigError: the tokenizer is not the one that the index was made with, or is needed and missing.
    """
    with reading(path):
        first, _, body = path.read_bytes().partition(b"\n")
    header = _header(path, first)
    if first != json.dumps(header).encode() or header.pop("sha256", None) != _checksum(header, body):
        raise InputFileError(f"{path} is damaged: its checksum differs; restore it, or build the index again.", path)
    texts = [json.loads(line) for line in body.splitlines()]
    if tokenizer is None:
        tokenizer = header["tokenizer"]
        if tokenizer not in TOKENIZERS:
            raise ConfigError(f"{path} was made with the tokenizer {tokenizer!r}: give that function to load().")
    elif _name(tokenizer) != header["tokenizer"]:
        raise ConfigError(f"{path} was made with the tokenizer {header['tokenizer']!r}, not {_name(tokenizer)!r}.")
    return SavedIndex(header["max_rouge_l"], tokenizer, texts, header["num_tokens"])


def verify_num_tokens(path: Path, saved: SavedIndex, num_tokens: int) -> None:
    """Refuse an index whose texts are cut into another number of tokens than when it was saved.

    Raises:
        ConfigError: they are; the decisions would differ.
    """
    if num_tokens != saved.num_tokens:
        raise ConfigError(
            f"{path} held {saved.num_tokens} tokens when saved and its texts now give {num_tokens}: "
            f"the tokenizer {_name(saved.tokenizer)!r} has changed, so build the index again."
        )


def _checksum(header: dict[str, Any], body: bytes) -> str:
    """The SHA-256 of the first line, without its own, and of the texts."""
    return hashlib.sha256(json.dumps(header).encode() + b"\n" + body).hexdigest()


def _header(path: Path, line: bytes) -> dict[str, Any]:
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputFileError(f"{path} is not a novelty index: use a file that NoveltyIndex.save wrote.", path)
    if header.get("version") != VERSION:
        raise InputFileError(
            f"{path} has version {header.get('version')!r} of the format and this release reads {VERSION}: "
            "use the release that wrote it.",
            path,
        )
    return header


def _name(tokenizer: str | Tokenizer) -> str:
    if isinstance(tokenizer, str):
        return tokenizer
    for name, function in TOKENIZERS.items():
        if tokenizer is function:
            return name
    named = tokenizer if hasattr(tokenizer, "__qualname__") else type(tokenizer)
    return f"{named.__module__}.{named.__qualname__}"
