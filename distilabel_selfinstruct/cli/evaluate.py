"""`selfinstruct evaluate`: answers of models against references."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from distilabel_selfinstruct.cli.reading_options import (
    ROWS,
    ColumnMap,
    Delimiter,
    Encoding,
    Split,
    StrictRows,
    reading_arguments,
)
from distilabel_selfinstruct.cli.screen import cell, say, show, warn, working

if TYPE_CHECKING:
    from distilabel_selfinstruct.evaluation import Evaluation

HELP = "Score answers of models against references: ROUGE-L and exact match, as in section 4.3 of the paper."


def evaluate(
    predictions: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Rows with tasks and answers: a file or dataset for each model."),
    ],
    references: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Rows with the same tasks, and for each a reference, a list of them, or instances as in seed tasks.",
        ),
    ],
    column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The column of the answers.", rich_help_panel=ROWS)
    ] = None,
    reference_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The column of the references.", rich_help_panel=ROWS)
    ] = None,
    columns: ColumnMap = None,
    reference_columns: Annotated[
        list[str] | None,
        typer.Option("--reference-map", metavar="NAME=COLUMN,...", help="As --map.", rich_help_panel=ROWS),
    ] = None,
    tokenizer: Annotated[
        Literal["auto", "rouge_score", "unicode"],
        typer.Option(
            help="rouge_score: with its stemmer, ASCII only. unicode: letters of all scripts, no stemmer. auto: by the "
            "script of the references."
        ),
    ] = "auto",
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Print a table: ROUGE-L and exact match from 0 to 100, means over the tasks that have an answer."""
    from rich import get_console

    from distilabel_selfinstruct.cli.tables import PlainTable
    from distilabel_selfinstruct.evaluation import evaluate as evaluate_files
    from distilabel_selfinstruct.reading import parse_columns, summary

    console = get_console()
    with working(console, "scoring") as tell:
        result = evaluate_files(
            predictions,
            references,
            column=column,
            reference_column=reference_column,
            reference_columns=parse_columns(reference_columns or ()),
            tokenizer=tokenizer,
            on_progress=lambda file: tell(f"scoring {Path(file).name}"),
            **reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows),
        )
    table = PlainTable(title=f"Against {result.num_tasks:,} tasks with references", title_justify="left")
    table.add_column("answers", overflow="fold")
    for heading in ("tasks", "ROUGE-L", "exact match"):
        table.add_column(heading, justify="right")
    stems = [Path(scores.file).stem for scores in result.files]
    for scores, stem in zip(result.files, stems, strict=True):
        label = stem if len(set(stems)) == len(stems) else scores.file
        figures = (f"{scores.num_tasks:,}", f"{100 * scores.rouge_l:.2f}", f"{100 * scores.exact_match:.2f}")
        table.add_row(cell(label), *figures)
    show(console, table)
    for text in _notes(result):
        say(text)
    for skipped in (result.skipped, *(scores.skipped for scores in result.files)):
        warn(summary(skipped))


def _notes(result: "Evaluation") -> Iterator[str]:
    for scores in result.files:
        if scores.num_unanswered:
            yield f"{scores.file} has no answer to {scores.num_unanswered:,} tasks; they are not counted."
        if scores.num_unknown:
            yield f"{scores.file} answers {scores.num_unknown:,} tasks without a reference; they are not counted."
