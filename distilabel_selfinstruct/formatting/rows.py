"""Many rows in a format: each written once, or rejected with a reason; in an order that the seed alone decides."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.formatting.examples import Example, Row, read_example
from distilabel_selfinstruct.formatting.formats import FormatOptions, format_example
from distilabel_selfinstruct.records import Reason, Rejection


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not trained on: as it came, with its number from 0."""

    number: int
    row: Mapping[str, Any]
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class Formatted:
    """What became of the rows. `train` and `test` hold rows in the format, shuffled; no instruction is in both."""

    train: tuple[Row, ...]
    test: tuple[Row, ...]
    rejected: tuple[RejectedRow, ...]

    @property
    def reasons(self) -> Counter[str]:
        """How many rows were rejected for each reason."""
        return Counter(one.rejection.reason.value for one in self.rejected)


def format_row(row: Mapping[str, Any], options: FormatOptions) -> Row | Rejection:
    """One row in the format, or why it cannot be trained on. Other columns than the three texts are left out."""
    example = checked_example(row, options)
    return example if isinstance(example, Rejection) else format_example(example, options)


def format_rows(rows: Iterable[Mapping[str, Any]], options: FormatOptions, *, test_fraction: float = 0.0) -> Formatted:
    """All rows in the format.

    The same rows in another order, or in parts, are worded alike and stand in the same relative order. Of rows with
    equal texts the first is kept.

    Args:
        rows: with `instruction`, `input` and `output`.
        options: the format.
        test_fraction: the probability, from 0 to 1, that an instruction goes to `test` with all of its rows.
    """
    examples: dict[Example, None] = {}
    rejected: list[RejectedRow] = []
    for number, row in enumerate(rows):
        example = checked_example(row, options)
        if not isinstance(example, Rejection) and example in examples:
            example = Rejection(example.output, Reason.DUPLICATE)
        if isinstance(example, Rejection):
            rejected.append(RejectedRow(number, row, example))
        else:
            examples[example] = None

    def place(example: Example) -> float:
        return options.random("order", example.instruction, example.input, example.output).random()

    parts: dict[bool, list[Row]] = {False: [], True: []}
    for example in sorted(examples, key=place):
        in_test = options.random("split", example.instruction).random() < test_fraction
        parts[in_test].append(format_example(example, options))
    return Formatted(tuple(parts[False]), tuple(parts[True]), tuple(rejected))


def checked_example(row: Mapping[str, Any], options: FormatOptions) -> Example | Rejection:
    """The example in a row, if it can be written in this format.

    The end of the text must stand at the end only: a trainer would stop in the middle of a row, or never learn to.
    """
    example = read_example(row, allow_empty_output=options.allows_empty_output)
    end = options.end_of_text
    if isinstance(example, Rejection) or options.format != "self-instruct" or options.mode == "strict" or not end:
        return example
    for column, text in (("instruction", example.instruction), ("input", example.input), ("output", example.output)):
        if end in text:
            return Rejection(text, Reason.UNREADABLE, f"{column} holds {end}")
    return example
