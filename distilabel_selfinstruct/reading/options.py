"""How a user's rows are read: the options that every command and function shares, declared once."""

import codecs
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from typing_extensions import TypedDict

from distilabel_selfinstruct.arguments import check_fields
from distilabel_selfinstruct.errors import ConfigError

MAPPABLE = ("instruction", "input", "output", "is_classification", "instances", "conversations", "id", "name")
"""The columns of this package that a column of a file can be read as."""


def ignore_note(note: str) -> None:
    """Say nothing."""


class ReadingArguments(TypedDict, total=False):
    """The keyword arguments of functions that read a user's rows. See `ReadOptions`."""

    split: str | None
    columns: Mapping[str, str] | None
    delimiter: str | None
    encoding: str | None
    strict_rows: bool
    on_note: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class OptionNames:
    """What options of a reader are called where its user gives them, for messages; None where nobody can give them.

    `output` is the option by which the column of the outputs was named, if another than `columns` was.
    """

    columns: str | None = "columns"
    column: str | None = "column"
    split: str | None = "split"
    encoding: str | None = "encoding"
    output: str | None = None


NO_OPTIONS = OptionNames(columns=None, column=None, split=None, encoding=None)
"""For files beside the one that the options of a command are about."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How rows are read.

    Attributes:
        split: which split of a dataset. By default it is the only one, or `train`.
        columns: which column of the file is which of this package: `{"instruction": "question"}`. A dot leads into a
            struct: `{"output": "response.text"}`. The others are found by their names.
        delimiter: what stands between the fields of a CSV file: a character, or `tab`. By default it is found.
        encoding: the encoding of a text file. By default it is found.
        strict_rows: raise an error at the first row that cannot be used. By default it is left out.
        on_note: is told, in a sentence, as what the rows are read.
        names: what the options are called in messages.

    Raises:
        ConfigError: an option cannot work.
    """

    split: str | None = None
    columns: Mapping[str, str] | None = None
    delimiter: str | None = None
    encoding: str | None = None
    strict_rows: bool = False
    on_note: Callable[[str], None] = field(default=ignore_note)
    names: OptionNames = field(default_factory=OptionNames)

    def __post_init__(self) -> None:
        check_fields(self)
        for name in self.columns or ():
            if name not in MAPPABLE:
                raise ConfigError(f"No column can be read as {name!r}: use one of {', '.join(MAPPABLE)}.")
        if self.delimiter in {"tab", "\\t"}:
            object.__setattr__(self, "delimiter", "\t")
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise ConfigError(f"The delimiter is {self.delimiter!r}: give one character, or 'tab'.")
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError:
                raise ConfigError(
                    f"There is no encoding {self.encoding!r}: give one that Python knows, such as cp1252."
                ) from None


def parse_columns(pairs: Iterable[str]) -> dict[str, str]:
    """The columns in texts such as "instruction=question,output=response".

    Raises:
        ConfigError: a part is not of the form NAME=COLUMN, or a name stands twice.
    """
    columns: dict[str, str] = {}
    for pair in (part for text in pairs for part in text.split(",")):
        name, separator, column = (part.strip() for part in pair.partition("="))
        if not (name and separator and column):
            raise ConfigError(f"`columns` has {pair!r}: write NAME=COLUMN, as in instruction=question,output=response.")
        if columns.setdefault(name, column) != column:
            raise ConfigError(f"`columns` names {name} twice ({columns[name]} and {column}): keep one.")
    return columns
