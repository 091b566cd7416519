"""Many rows in a format. Each is written once or rejected with a reason, in an order that only the seed decides."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.formatting.examples import Example, read_example
from distilabel_selfinstruct.formatting.formats import FormatOptions, format_example
from distilabel_selfinstruct.records import Reason, Rejection, Row


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not trained on, as it came, and its number from 0."""

    number: int
    row: Mapping[str, Any]
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class Formatted:
    """What became of the rows. `train` and `test` hold shuffled rows in the format; no instruction is in both."""

    train: tuple[Row, ...]
    test: tuple[Row, ...]
    rejected: tuple[RejectedRow, ...]

    @property
    def reasons(self) -> Counter[str]:
        """How many rows were rejected for each reason."""
        return Counter(rejected.rejection.reason.value for rejected in self.rejected)


def format_row(row: Mapping[str, Any], options: FormatOptions) -> Row | Rejection:
    """A row in the format, or the reason why it cannot be trained on. Only the three texts are read."""
    example = checked_example(row, options)
    return example if isinstance(example, Rejection) else format_example(example, options)


def format_rows(rows: Iterable[Mapping[str, Any]], options: FormatOptions, *, test_fraction: float = 0.0) -> Formatted:
    """All rows in the format.

    The order of the rows that go in changes neither their wording nor the order in which they come out. Of rows with
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

    def sort_key(example: Example) -> float:
        return options.random("order", example.instruction, example.input, example.output).random()

    parts: dict[bool, list[Row]] = {False: [], True: []}
    for example in sorted(examples, key=sort_key):
        in_test = options.random("split", example.instruction).random() < test_fraction
        parts[in_test].append(format_example(example, options))
    return Formatted(tuple(parts[False]), tuple(parts[True]), tuple(rejected))


def checked_example(row: Mapping[str, Any], options: FormatOptions) -> Example | Rejection:
    """The example in a row, if it can be written in this format.

    A text that holds the end of text is rejected: a model that is trained on it would stop in the middle.
    """
    example = read_example(row, as_reference=options.reads_as_reference, language=options.language)
    end = options.end_of_text
    if isinstance(example, Rejection) or options.format != "self-instruct" or options.mode == "strict" or not end:
        return example
    for column, text in (("instruction", example.instruction), ("input", example.input), ("output", example.output)):
        if end in text:
            return Rejection(text, Reason.UNREADABLE, f"{column} holds {end}")
    return example
