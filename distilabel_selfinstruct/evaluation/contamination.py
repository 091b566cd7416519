"""Whether texts are those of an evaluation: a model that is trained on them is scored on what it has seen.

An instruction is compared by exact ROUGE-L, as with the pool. Inputs are long, and parts of them give them away: so
many words in a row that no two people write them by chance (the 13 of GPT-3's authors, arXiv 2005.14165, appendix C).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.evaluation.scored_tasks import read_scored
from distilabel_selfinstruct.reading import NO_OPTIONS
from distilabel_selfinstruct.records import Instance, Parsed, Reason, Rejection
from distilabel_selfinstruct.similarity import NoveltyIndex, Tokenizer, get_tokenizer

NUM_WORDS = 13
"""Words in a row that two texts do not share by chance."""

MAX_ROUGE_L = 0.7
"""Above this, two instructions are the same task, as for the pool."""

_WORDS_TOKENIZER = "unicode"


@dataclass(frozen=True, slots=True)
class Overlap:
    """A row that holds a text of an evaluation: its number from 0, the column, and what was found in it."""

    number: int
    column: str
    detail: str


class EvaluationTexts:
    """The instructions and inputs of evaluations, to compare others with.

    Args:
        instructions: each counts once.
        inputs: each counts once. Those with fewer than `NUM_WORDS` words are left out: they say nothing.
        max_rouge_l: the highest ROUGE-L with an instruction at which another one is a task of its own.
        tokenizer: of ROUGE-L.
    """

    def __init__(
        self,
        instructions: Iterable[str],
        inputs: Iterable[str] = (),
        *,
        max_rouge_l: float = MAX_ROUGE_L,
        tokenizer: str | Tokenizer = "rouge_score",
    ) -> None:
        self._max_rouge_l = max_rouge_l
        self.instructions = tuple(dict.fromkeys(text.strip() for text in instructions if text.strip()))
        self.inputs = tuple(dict.fromkeys(text.strip() for text in inputs if text.strip()))
        # Every text is in the index, those alike too: `extend` asks nothing.
        self._index = NoveltyIndex(max_rouge_l, tokenizer)
        self._index.extend(self.instructions)
        self._exact = frozenset(map(_normalized, self.instructions))
        self._words = get_tokenizer(_WORDS_TOKENIZER)
        self._runs = {hash(run) for text in (*self.instructions, *self.inputs) for run in self._runs_of(text)}

    @property
    def digest(self) -> str:
        """The SHA-256 of all texts."""
        lines = "\0".join([*self.instructions, "", *self.inputs])
        return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()

    def in_instruction(self, text: str) -> str | None:
        """What in an instruction is of an evaluation: the nearest one with its ROUGE-L, or words; None if nothing."""
        if self.instructions:
            nearest = self._index.nearest(text, 1)[0]
            if nearest.rouge_l > self._max_rouge_l or _normalized(text) in self._exact:
                return f"ROUGE-L {nearest.rouge_l:.3f} with: {nearest.text}"
        return self.in_text(text)

    def in_text(self, text: str) -> str | None:
        """The first words in a row that a text shares with an evaluation; None if it shares none."""
        for run in self._runs_of(text):
            if hash(run) in self._runs:
                return f"{NUM_WORDS} words in a row: {' '.join(run)}"
        return None

    def screen(self, instances: Sequence[Instance]) -> Parsed[Instance]:
        """Instances without those whose input or output holds a text of an evaluation."""
        kept, rejected = [], []
        for instance in instances:
            detail = self.in_text(instance.input) or self.in_text(instance.output)
            if detail is None:
                kept.append(instance)
            else:
                rejected.append(Rejection(instance.text, Reason.CONTAMINATED, detail))
        return Parsed(tuple(kept), tuple(rejected))

    def overlaps(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Overlap]:
        """The rows that hold a text of an evaluation, by their instruction, their input or their output."""
        known: dict[str, str | None] = {}
        for number, row in enumerate(rows):
            instruction = str(row.get("instruction") or "")
            if instruction not in known:
                known[instruction] = self.in_instruction(instruction)
            found = {"instruction": known[instruction]}
            found |= {name: self.in_text(str(row.get(name) or "")) for name in ("input", "output")}
            column = next((name for name, detail in found.items() if detail is not None), None)
            if column is not None:
                yield Overlap(number, column, found[column] or "")

    def _runs_of(self, text: str) -> Iterator[tuple[str, ...]]:
        words = self._words(text)
        for start in range(len(words) - NUM_WORDS + 1):
            yield tuple(words[start : start + NUM_WORDS])


def evaluation_texts(
    sources: Iterable[str], *, max_rouge_l: float = MAX_ROUGE_L, tokenizer: str | Tokenizer = "rouge_score"
) -> EvaluationTexts:
    """The texts of evaluations in files.

    Args:
        sources: rows with instructions and inputs, seed tasks such as the paper's 252, or tasks of
            Super-NaturalInstructions (see `evaluation.superni_source`).
        max_rouge_l: see `EvaluationTexts`.
        tokenizer: of ROUGE-L.

    Raises:
        InputFileError: a source cannot be read, or has no instruction.
    """
    read = (read_scored(source, unscored=True, names=NO_OPTIONS)[0] for source in sources)
    found = [(one.instruction, one.input) for tasks in read for one in tasks]
    instructions, inputs = zip(*found, strict=True) if found else ((), ())
    return EvaluationTexts(instructions, inputs, max_rouge_l=max_rouge_l, tokenizer=tokenizer)


def _normalized(text: str) -> str:
    return " ".join(text.split()).casefold()
