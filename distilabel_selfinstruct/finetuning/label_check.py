"""Whether a model is trained on exactly what it is to say: each completion and the end token, and nothing is cut.

This fails without a word: a trainer cuts long rows, and with them the end; a tokenizer merges the end of a prompt with
the beginning of a completion, or knows none of the characters. The loss looks healthy all the same.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.finetuning.tokenizing import IGNORED, TokenizedRow
from distilabel_selfinstruct.records import Row

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class UnfitRow:
    """A row that would not be trained on whole: its number from 1, its text, and what is wrong with it."""

    number: int
    row: Row
    fault: str


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """What a trainer made of the rows. Tokens are counted in one pass over them."""

    num_rows: int
    num_tokens: int
    num_trained_tokens: int
    longest: int
    unfit: tuple[UnfitRow, ...]


def check_labels(
    rows: Sequence[Row],
    tokenized: Iterable[TokenizedRow],
    decode: Callable[[Sequence[int]], str],
    end: tuple[int, str],
    max_tokens: int | None,
) -> LabelCheck:
    """Compare what a trainer made of each row with the row.

    Args:
        rows: with the texts `prompt` and `completion`.
        tokenized: what the trainer gives to the model for each row.
        decode: from tokens to their text, special tokens included.
        end: the end token and its text.
        max_tokens: how many tokens the model can read; None if there is no limit.
    """
    unfit: list[UnfitRow] = []
    num_tokens = num_trained = longest = 0
    for number, (row, given) in enumerate(zip(rows, tokenized, strict=True), 1):
        tokens, labels = given.tokens, given.labels
        num_tokens += len(tokens)
        num_trained += sum(label != IGNORED for label in labels)
        longest = max(longest, len(tokens))
        if fault := _fault(row, tokens, labels, decode, end, max_tokens):
            unfit.append(UnfitRow(number, row, fault))
    return LabelCheck(len(rows), num_tokens, num_trained, longest, tuple(unfit))


def shown(unfit: UnfitRow) -> str:
    """A row in a message: its number, its beginning, and its fault."""
    text = " ".join(_text(unfit.row["prompt"]).split())
    return f"row {unfit.number} ({text[:_SHOWN]!r}{'…' if len(text) > _SHOWN else ''}) {unfit.fault}"


def _fault(
    row: Row,
    tokens: Sequence[int],
    labels: Sequence[int],
    decode: Callable[[Sequence[int]], str],
    end: tuple[int, str],
    max_tokens: int | None,
) -> str:
    if max_tokens is not None and len(tokens) > max_tokens:
        return f"has {len(tokens):,} tokens, and the model reads {max_tokens:,}"
    start = next((index for index, label in enumerate(labels) if label != IGNORED), len(labels))
    if list(labels[start:]) != list(tokens[start:]) or len(labels) != len(tokens):
        return "is trained on in part of its completion only"
    if start == len(tokens) or tokens[-1] != end[0]:
        return f"does not end with the end token {end[1]}"
    if end[0] in tokens[start:-1]:
        return f"has the end token {end[1]} within its completion"
    before, whole = decode(tokens[:start]), decode(tokens)
    if not _same(whole[len(before) :], row["completion"] + end[1]) or not whole.startswith(before):
        return f"is trained on {whole[len(before) :][:_SHOWN]!r} instead of its completion"
    if not _same(before[-len(row["prompt"]) :], row["prompt"]) and not _ends_with(before, row["prompt"]):
        return "has another prompt after it was made into tokens"
    return ""


def _same(text: str, wanted: str) -> bool:
    """Whether two texts are equal; some tokenizers compose characters (NFC)."""
    return text == wanted or unicodedata.normalize("NFC", text) == unicodedata.normalize("NFC", wanted)


def _ends_with(text: str, wanted: str) -> bool:
    return unicodedata.normalize("NFC", text).endswith(unicodedata.normalize("NFC", wanted))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
