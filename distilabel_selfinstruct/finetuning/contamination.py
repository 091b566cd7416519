"""Whether the rows that a model is trained on hold the texts that it will be scored on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.evaluation.contamination import evaluation_texts
from distilabel_selfinstruct.reading import stem

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Contamination:
    """What was compared, and how many rows hold a text of it. `sentence` says so, with an example."""

    against: tuple[str, ...]
    digest: str
    num_rows: int
    num_contaminated: int
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """For `finetune.json`."""
        return {
            "against": list(self.against),
            "texts_sha256": self.digest,
            "num_rows": self.num_rows,
            "num_contaminated": self.num_contaminated,
        }


def find_contamination(rows: Iterable[Mapping[str, Any]], sources: Sequence[str]) -> Contamination:
    """Compare rows with the tasks of evaluations.

    Args:
        rows: with `instruction`, `input` and `output`.
        sources: where the tasks are (see `evaluation_texts`).

    Raises:
        InputFileError: a source cannot be read.
    """
    texts, held = evaluation_texts(sources), list(rows)
    found = list(texts.overlaps(held))
    names = tuple(stem(Path(source)) for source in sources)
    where = " and ".join(names)
    if not found:
        return Contamination(names, texts.digest, len(held), 0, f"No row holds a text of {where}.")
    first = found[0]
    shown = " ".join(str(held[first.number][first.column]).split())[:_SHOWN]
    sentence = (
        f"{len(found):,} of {len(held):,} rows hold texts of {where}, so a score there is of what the model has seen; "
        f"the first, by its {first.column}: {shown!r} ({first.detail[:_SHOWN]})."
    )
    return Contamination(names, texts.digest, len(held), len(found), sentence)
