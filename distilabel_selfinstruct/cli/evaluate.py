"""`selfinstruct evaluate`: answers of models against references."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from distilabel_selfinstruct.evaluation import Evaluation

HELP = "Score answers of models against references: ROUGE-L and exact match, as in section 4.3 of the paper."


def evaluate(
    predictions: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Answers: rows with instruction, input and output; a file for each model."),
    ],
    references: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Rows with the same tasks. A reference, or a list of them, is under output, or under instances as in "
            "seed tasks.",
        ),
    ],
    column: Annotated[str, typer.Option(help="The column of the answers.")] = "output",
    reference_column: Annotated[str, typer.Option(help="The column of the references.")] = "output",
    tokenizer: Annotated[
        Literal["rouge_score", "unicode"],
        typer.Option(help="rouge_score: with its stemmer, ASCII only. unicode: letters of all scripts, no stemmer."),
    ] = "rouge_score",
) -> None:
    """Print a table: ROUGE-L and exact match from 0 to 100, means over the tasks that have an answer."""
    from rich import get_console
    from rich.table import Table
    from rich.text import Text

    from distilabel_selfinstruct.evaluation import evaluate as evaluate_files

    console = get_console()
    with console.status("scoring") as status:
        result = evaluate_files(
            predictions,
            references,
            column=column,
            reference_column=reference_column,
            tokenizer=tokenizer,
            on_progress=lambda file: status.update(f"scoring {Path(file).name}"),
        )
    table = Table(title=f"Against {result.num_tasks:,} tasks with references", title_justify="left")
    table.add_column("answers", overflow="fold")
    for heading in ("tasks", "ROUGE-L", "exact match"):
        table.add_column(heading, justify="right")
    stems = [Path(scores.file).stem for scores in result.files]
    for scores, stem in zip(result.files, stems, strict=True):
        label = stem if len(set(stems)) == len(stems) else scores.file
        figures = (f"{scores.num_tasks:,}", f"{100 * scores.rouge_l:.2f}", f"{100 * scores.exact_match:.2f}")
        table.add_row(Text(label), *figures)
    console.print(table)
    for text in _notes(result):
        console.print(text, highlight=False, soft_wrap=True, markup=False)


def _notes(result: "Evaluation") -> Iterator[str]:
    for scores in result.files:
        if scores.num_unanswered:
            yield f"{scores.file} has no answer to {scores.num_unanswered:,} tasks; they are not counted."
        if scores.num_unknown:
            yield f"{scores.file} answers {scores.num_unknown:,} tasks without a reference; they are not counted."
