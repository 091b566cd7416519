"""Names that stand for raters: the same for a person each time a run is published, and a secret of the run's folder."""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.ratings.answers import COMMENT, CORRECTED_OUTPUT, Rating, instant

FILE = "raters.json"
"""Who is who, in the run's `review` folder, for the user's eyes only. It is never published."""


def pseudonyms(folder: Path, raters: Iterable[str]) -> dict[str, str]:
    """A name such as `rater-1` for each rater, from the folder's file; new raters are added to it.

    The numbers follow a salted hash, so that they tell nothing about the order of names or of accounts.

    Raises:
        RunFolderError: the file is damaged or cannot be written.
    """
    path = folder / FILE
    known = _read(path)
    new = set(raters) - known["raters"].keys()
    if new:
        known["salt"] = known["salt"] or secrets.token_hex(16)
        by_hash = sorted(new, key=lambda name: hashlib.sha256(f"{known['salt']}{name}".encode()).hexdigest())
        for number, name in enumerate(by_hash, len(known["raters"]) + 1):
            known["raters"][name] = f"rater-{number}"
        _write(path, known)
    names: dict[str, str] = known["raters"]
    return names


def public_ratings(ratings: Iterable[Rating], names: dict[str, str], published: set[str]) -> Iterator[dict[str, Any]]:
    """The ratings as rows for anyone, in an order that does not depend on the raters' names.

    A comment keeps its text, but for the names of raters in it. Of an instance that is not published, the answers stay,
    so that agreement can be computed; its instruction, comments and corrected outputs do not.

    Args:
        ratings: as they were given.
        names: from `pseudonyms`.
        published: the records of the instances that are published.
    """
    somebody = re.compile(
        r"\b(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")\b", re.IGNORECASE
    )
    folded = {name.casefold(): stands_for for name, stands_for in names.items()}
    rows = []
    for rating in ratings:
        is_published = rating.record in published
        if not is_published and rating.question in (COMMENT, CORRECTED_OUTPUT):
            continue
        value = rating.value
        if rating.question == COMMENT and names:
            value = somebody.sub(lambda match: folded.get(match[0].casefold(), "rater"), value)
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


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"salt": "", "raters": {}}
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        return {"salt": str(known["salt"]), "raters": {str(name): str(of) for name, of in known["raters"].items()}}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunFolderError(
            f"{path}, which says what raters are called in public, is damaged: mend it, or remove it to give new names."
        ) from error


def _write(path: Path, known: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    try:
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise RunFolderError(f"Cannot write {path}: {error.strerror or error}.") from error
