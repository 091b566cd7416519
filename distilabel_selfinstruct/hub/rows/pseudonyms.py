"""Pseudonyms of raters. They stay the same whenever a run is published; only the run's folder has the names."""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from distilabel_selfinstruct.errors import RunFolderError, reading, writing
from distilabel_selfinstruct.files import atomic
from distilabel_selfinstruct.ratings.answers import COMMENT, CORRECTED_OUTPUT, Rating, instant
from distilabel_selfinstruct.records import Row

FILE = "raters.json"
"""The names and pseudonyms, in the folder `review` of the run. This file is never published."""


def pseudonyms(folder: Path, raters: Iterable[str]) -> dict[str, str]:
    """A pseudonym such as `rater-1` for each rater, from the file in the folder. New raters are added to the file.

    The numbers follow a salted hash, so they tell nothing about the order of names or of accounts.

    Raises:
        RunFolderError: the file is damaged or cannot be read.
        OutputFileError: the file cannot be written.
    """
    path = folder / FILE
    known = _read(path)
    new = set(raters) - known.raters.keys()
    if not new:
        return known.raters
    salt = known.salt or secrets.token_hex(16)
    by_hash = sorted(new, key=lambda name: hashlib.sha256(f"{salt}{name}".encode()).hexdigest())
    numbered = {name: f"rater-{number}" for number, name in enumerate(by_hash, len(known.raters) + 1)}
    known = _Pseudonyms(salt, {**known.raters, **numbered})
    _write(path, known)
    return known.raters


def public_ratings(ratings: Iterable[Rating], names: dict[str, str], published: set[str]) -> Iterator[Row]:
    """The ratings as rows for anyone, in an order that does not depend on the names of the raters.

    In comments, pseudonyms replace the names of raters. For an instance that is not published only the answers remain,
    so that agreement can be computed; its instruction, comments and corrected outputs are omitted.

    Args:
        ratings: all ratings of the run.
        names: from `pseudonyms`.
        published: the records of the instances that are published.
    """
    any_name = re.compile("|".join(map(_as_word, sorted(filter(None, names), key=len, reverse=True))), re.IGNORECASE)
    folded = {name.casefold(): pseudonym for name, pseudonym in names.items()}
    rows = []
    for rating in ratings:
        is_published = rating.record in published
        if not is_published and rating.question in (COMMENT, CORRECTED_OUTPUT):
            continue
        value = rating.value
        if rating.question == COMMENT and any_name.pattern:
            value = any_name.sub(lambda match: folded.get(match[0].casefold(), "rater"), value)
        moment = instant(rating)
        rows.append(
            {
                "record": rating.record,
                "instruction": rating.instruction if is_published else "",
                "is_classification": rating.is_classification,
                "rater": names[rating.rater],
                "question": rating.question,
                "value": value,
                "date": moment.date().isoformat() if moment.year > 1 else "",
            }
        )
    yield from sorted(rows, key=lambda row: (row["record"], row["rater"], row["question"], row["date"], row["value"]))


def _as_word(name: str) -> str:
    """A pattern for the name as a word of its own. Where it begins or ends with a symbol, the symbol is the border."""
    before, after = (r"(?<!\w)" if name[0].isalnum() else ""), (r"(?!\w)" if name[-1].isalnum() else "")
    return f"{before}{re.escape(name)}{after}"


@dataclass(frozen=True, slots=True)
class _Pseudonyms:
    """The content of the file: the pseudonyms by name, and the salt of their order."""

    salt: str
    raters: dict[str, str]


def _read(path: Path) -> _Pseudonyms:
    if not path.exists():
        return _Pseudonyms("", {})
    with reading(path, RunFolderError):
        content = path.read_bytes()
    try:
        known = json.loads(content)
        raters = {str(name): str(pseudonym) for name, pseudonym in known["raters"].items()}
        return _Pseudonyms(str(known["salt"]), raters)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunFolderError(
            f"{path}, which has the pseudonyms of the raters, is damaged: repair it, or remove it to give new ones.",
            path,
        ) from error


def _write(path: Path, known: _Pseudonyms) -> None:
    def write_private(partial: Path) -> None:
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(asdict(known), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    with writing(path):
        atomic.write_all({path: write_private})
