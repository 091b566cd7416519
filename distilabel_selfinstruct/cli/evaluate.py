"""`selfinstruct evaluate`: answers of models against references."""

from pathlib import Path
from typing import Annotated, Literal

import typer

HELP = "Score answers of models against references: ROUGE-L and exact match, as in section 4.3 of the paper."


def evaluate(
    predictions: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Answers: rows with instruction, input and output; a file a model."),
    ],
    references: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Rows with the same tasks and a reference or a list of them under output, or with instances as seed "
            "tasks have them.",
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

    from distilabel_selfinstruct.errors import InputFileError
    from distilabel_selfinstruct.evaluation import answers_of, references_of, score
    from distilabel_selfinstruct.files.tables import read_rows
    from distilabel_selfinstruct.similarity import TOKENIZERS

    wanted = references_of(read_rows(references), reference_column, references)
    given = {file: answers_of(read_rows(file), column, file) for file in predictions}
    stems = [Path(file).stem for file in given]
    labels = dict(zip(given, stems if len(set(stems)) == len(stems) else given, strict=True))
    console = get_console()
    table = Table(title=f"Against {len(wanted):,} tasks with references", title_justify="left")
    table.add_column("answers", overflow="fold")
    for heading in ("tasks", "ROUGE-L", "exact match"):
        table.add_column(heading, justify="right")
    notes = []
    with console.status("scoring") as status:
        for file, answers in given.items():
            status.update(f"scoring {Path(file).name}")
            scores = score(answers, wanted, None if tokenizer == "rouge_score" else TOKENIZERS[tokenizer])
            if scores.rouge_l is None or scores.exact_match is None:
                raise InputFileError(
                    f"{file} answers none of the tasks of {references}: instruction and input must be the same."
                )
            table.add_row(
                Text(labels[file]),
                f"{scores.num_tasks:,}",
                f"{100 * scores.rouge_l:.2f}",
                f"{100 * scores.exact_match:.2f}",
            )
            if scores.num_unanswered:
                notes.append(f"{file} leaves {scores.num_unanswered:,} tasks without an answer; they are not counted.")
            if scores.num_unknown:
                notes.append(f"{file} answers {scores.num_unknown:,} tasks without a reference; they are not counted.")
    console.print(table)
    for text in notes:
        console.print(text, highlight=False, soft_wrap=True, markup=False)
