"""The options of every command that reads a user's rows, declared once."""

from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.screen import warn

if TYPE_CHECKING:
    from distilabel_selfinstruct.reading import ReadingArguments

ROWS = "How rows are read"

Include = Annotated[
    list[str] | None,
    typer.Option(metavar="DECISION", help="After a review: also the `undecided` or `dropped` rows. Repeatable."),
]

InstructionColumn = Annotated[
    str | None,
    typer.Option("--column", metavar="NAME", help="The column of the instructions.", rich_help_panel=ROWS),
]

ColumnMap = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="NAME=COLUMN,...",
        help="Which column is which, as in instruction=question,output=response. Default: by their names.",
        rich_help_panel=ROWS,
    ),
]

Split = Annotated[str | None, typer.Option(help="Which split of a dataset.", rich_help_panel=ROWS)]

Delimiter = Annotated[
    str | None,
    typer.Option(
        metavar="CHAR", help="What separates the fields of a CSV file. Default: detected.", rich_help_panel=ROWS
    ),
]

Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="Encoding of a text file. Default: detected.", rich_help_panel=ROWS)
]

StrictRows = Annotated[
    bool,
    typer.Option(
        "--strict-rows", help="Stop at a row that cannot be used instead of omitting it.", rich_help_panel=ROWS
    ),
]


def reading_arguments(
    columns: list[str] | None,
    split: str | None,
    delimiter: str | None,
    encoding: str | None,
    *,
    strict_rows: bool,
    column: str | None = None,
) -> "ReadingArguments":
    """The options as the arguments of a function. What the rows are read as goes to standard error.

    `column` is the column of the instructions, for commands whose `--column` means that.
    """
    from distilabel_selfinstruct.reading import parse_columns

    mapping = parse_columns(columns or ())
    if column:
        mapping.setdefault("instruction", column)
    return {
        "columns": mapping,
        "split": split,
        "delimiter": delimiter,
        "encoding": encoding,
        "strict_rows": strict_rows,
        "on_note": lambda note: warn(with_flags(note)),
    }
