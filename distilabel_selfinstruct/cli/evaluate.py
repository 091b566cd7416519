"""`selfinstruct evaluate`: answers of models against references."""

import json
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
from distilabel_selfinstruct.cli.screen import say, show, warn, working

if TYPE_CHECKING:
    from distilabel_selfinstruct.evaluation import Evaluation


def evaluate(
    predictions: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Rows with tasks and answers: a file or dataset for each model."),
    ] = None,
    references: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Rows with the same tasks, and for each a reference, a list of them, or instances as in seed tasks; "
            "or superni:FOLDER[:test|:train][:100]. Default: the column references of the first file of answers.",
        ),
    ] = None,
    definitions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Task definitions of Super-NaturalInstructions: Task, Definition, Categories, Positive Examples.",
        ),
    ] = None,
    copy_input: Annotated[
        bool, typer.Option("--copy-input", help="Score as well what copies the input of each task.")
    ] = False,
    copy_demo: Annotated[
        bool, typer.Option("--copy-demo", help="Score as well what copies the output of the first positive example.")
    ] = False,
    track: Annotated[
        Literal["default", "xlingual", "unicode"] | None,
        typer.Option(
            help="default: stems of ASCII words. xlingual: tokens of GPT-2. unicode: words of all scripts. When "
            "omitted, the script of the references decides between default and unicode."
        ),
    ] = None,
    tokenizer_path: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The folder with vocab.json and merges.txt of GPT-2, for xlingual."),
    ] = None,
    missing: Annotated[
        Literal["zero", "skip"], typer.Option(help="Whether a task without an answer counts as 0 or is skipped.")
    ] = "zero",
    cut: Annotated[
        Literal["first-sentence", "first-line", "first-paragraph", "before-echo", "128-words"] | None,
        typer.Option(
            help="Score only this part of each answer, to compare with numbers made so. first-sentence: all before "
            "the first full stop. before-echo: all before a line that begins with Input:, Output: or Task:."
        ),
    ] = None,
    trained_on: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="What a model was trained on, a run, rows or a folder of finetune: say how many rows hold texts of "
            "the tasks.",
        ),
    ] = None,
    random_seed: Annotated[int, typer.Option(help="Fixes the resamples from which intervals are.")] = 42,
    lm_eval: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write a task for lm-evaluation-harness that gives the same figures to this new folder, whose name is "
            "that of the task.",
        ),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures to this file.")
    ] = None,
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
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Print tables: means from 0 to 100 over all tasks and, where tasks have a name or a category, by these.

    The intervals hold 95% of 10,000 resamples of the tasks. The differences are paired, and from the first file.
    """
    from rich import get_console

    from distilabel_selfinstruct.cli.evaluation_tables import score_tables
    from distilabel_selfinstruct.errors import writing
    from distilabel_selfinstruct.evaluation import Baseline, Cut, MissingAnswers, Track
    from distilabel_selfinstruct.evaluation import evaluate as evaluate_files
    from distilabel_selfinstruct.files import atomic
    from distilabel_selfinstruct.reading import parse_columns, summary

    console = get_console()
    if json_file is not None:
        _require_replaceable(json_file)
    with working(console, "scoring") as tell:
        result = evaluate_files(
            predictions or [],
            references,
            definitions=definitions,
            baselines=[*[Baseline.COPY_INPUT] * copy_input, *[Baseline.COPY_DEMO] * copy_demo],
            column=column,
            reference_column=reference_column,
            reference_columns=parse_columns(reference_columns or ()),
            track=Track(track) if track else None,
            tokenizer_path=tokenizer_path,
            missing=MissingAnswers(missing),
            cut=Cut(cut) if cut else None,
            random_seed=random_seed,
            lm_eval=lm_eval,
            on_progress=lambda file: tell(f"scoring {Path(file).name}"),
            **reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows),
        )
    if json_file is not None:
        with writing(json_file):
            atomic.write(json_file, json.dumps(result.to_json(), indent=1, ensure_ascii=False) + "\n")
    if result.files:
        show(console, *score_tables(result))
    if lm_eval is not None:
        say(f"A task for lm-evaluation-harness is in {lm_eval}.")
    for text in _notes(result, missing):
        say(text)
    tasks = references or next(iter(predictions or ()), None)
    if trained_on is not None and tasks is not None:
        from distilabel_selfinstruct.finetuning.contamination import find_contamination
        from distilabel_selfinstruct.finetuning.training_set import trained_rows

        say(find_contamination(trained_rows(trained_on), [tasks]).sentence)
    for skipped in (result.skipped, *(scores.skipped for scores in result.files)):
        warn(summary(skipped))


def _require_replaceable(path: Path) -> None:
    """Refuse, before anything is scored, a file that cannot be written or that holds something else than figures."""
    from distilabel_selfinstruct.errors import OutputFileError, writing

    if not path.parent.is_dir():
        raise OutputFileError(f"Cannot write to {path}: there is no folder {path.parent}.", path)
    with writing(path):
        if not path.exists():
            path.touch()
            path.unlink()
            return
        with path.open("r+b") as stream:
            content = stream.read()
    try:
        held = json.loads(content)
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict) or not all(isinstance(figures, dict) for figures in held.values()):
        raise OutputFileError(f"{path} holds something else than figures of evaluate: give another `json` file.", path)


def _notes(result: "Evaluation", missing: str) -> Iterator[str]:
    from distilabel_selfinstruct.files.run_rows import unfinished_predictions

    how = "count as 0" if missing == "zero" else "are not counted"
    for scores in result.files:
        if scores.num_unanswered:
            unfinished = unfinished_predictions(Path(scores.file))
            yield f"{scores.file} has no answer to {scores.num_unanswered:,} tasks; they {how}. {unfinished}".rstrip()
        if scores.num_unknown:
            yield f"{scores.file} answers {scores.num_unknown:,} tasks without a reference; they are not counted."
