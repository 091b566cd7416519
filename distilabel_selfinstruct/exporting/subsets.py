"""Subsets of a dataset, counted in generated instructions: how much data is worth (paper, figure 7)."""

from collections.abc import Iterable, Sequence

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.formatting import FormatOptions, checked_example
from distilabel_selfinstruct.records import Rejection, Row

SEEDS = "seeds"
"""The subset without a generated instruction; the paper calls it 175."""

ALL = "all"


def parse_sizes(sizes: Iterable[int | str]) -> tuple[int | str, ...]:
    """The sizes of subsets: `seeds`, `all`, or a number of instructions. Texts may hold several, with commas between.

    Raises:
        ConfigError: something else is asked for.
    """
    parsed: dict[int | str, None] = {}
    for text in (part.strip() for size in sizes for part in str(size).split(",")):
        if text not in {SEEDS, ALL} and not (text.isascii() and text.isdigit() and int(text) > 0):
            raise ConfigError(
                f"{text!r} in `instructions` is no size of a subset: give a number of instructions, {SEEDS} or {ALL}."
            )
        parsed[int(text) if text.isdigit() else text] = None
    return tuple(parsed)


class Subsets:
    """The generated rows, with their instructions in an order that only the seed and their texts decide.

    A subset of N has the rows of the first N of them, so each is part of every larger one. Instructions of which no row
    can be exported are not counted.
    """

    def __init__(self, rows: Sequence[Row], options: FormatOptions) -> None:
        self._rows = [(row, checked_example(row, options)) for row in rows]
        found = {example.instruction for _, example in self._rows if not isinstance(example, Rejection)}
        ranked = sorted(found, key=lambda text: (options.random("subset", text).random(), text))
        self._rank = {instruction: rank for rank, instruction in enumerate(ranked)}

    @property
    def num_instructions(self) -> int:
        """How many instructions can be counted."""
        return len(self._rank)

    def count(self, size: int | str) -> int:
        """The number of generated instructions in a subset.

        Raises:
            ConfigError: there are fewer.
        """
        count = {SEEDS: 0, ALL: self.num_instructions}.get(str(size), size)
        if int(count) > self.num_instructions:
            raise ConfigError(
                f"`instructions` asks for {int(count):,} instructions, and there are {self.num_instructions:,}: "
                f"give smaller numbers, or {ALL}."
            )
        return int(count)

    def rows(self, size: int | str) -> list[Row]:
        """The rows of a subset, in the order in which they came."""
        count = self.count(size)
        return [
            row
            for row, example in self._rows
            if not isinstance(example, Rejection) and self._rank[example.instruction] < count
        ]
