"""`selfinstruct review compare`: people rate the answers of several models without knowing which model gave them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from distilabel_selfinstruct.cli.review.bars import transfer_bar
from distilabel_selfinstruct.cli.review.options import WHERE, ApiKey, ApiUrl, Datasets, Home, Workspace
from distilabel_selfinstruct.cli.screen import line, show, warn
from distilabel_selfinstruct.errors import ConfigError, MissingExtraError, writing
from distilabel_selfinstruct.files import atomic, run_layout

if TYPE_CHECKING:
    from distilabel_selfinstruct.ratings.comparison import Comparison
    from distilabel_selfinstruct.review.comparing.comparison import ComparisonPush

PUSH_HELP = "Send the answers of several models to Argilla, in random order and without names."
PULL_HELP = "Get the ratings from Argilla, and count the letters by model. No rating is ever lost."

WHAT, WHO = "What", "Who"

MAX_FAILURES = 5

MAX_PAIRS = 10
"""The pairs of five models. All pairs are in results.json."""

app = typer.Typer(no_args_is_help=True)


@app.command("push", help=PUSH_HELP)
def push(
    answers: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=FILE",
            help="A model and its answers: rows with instruction, input and output. Repeat for each model.",
            rich_help_panel=WHAT,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder that keeps which model gave which answer.",
            rich_help_panel=WHAT,
        ),
    ],
    column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The column of the answers.", rich_help_panel=ROWS)
    ] = None,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
    sample: Annotated[
        int | None, typer.Option(min=1, help="Compare on only this many tasks.", rich_help_panel=WHAT)
    ] = None,
    random_seed: Annotated[int, typer.Option(help="Fixes the sample and the order.", rich_help_panel=WHAT)] = 42,
    incomplete: Annotated[
        bool,
        typer.Option(
            "--incomplete", help="Also compare on tasks that some models do not answer.", rich_help_panel=WHAT
        ),
    ] = False,
    tasks: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Compare on these tasks only, such as the paper's 252: rows with references, or seed tasks.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    show_reference: Annotated[
        bool,
        typer.Option(
            "--show-reference",
            help="Show raters a right answer, as in the paper: that of --tasks or, without it, of the first file.",
            rich_help_panel=WHAT,
        ),
    ] = False,
    settings: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="What raters see and answer, as `review settings copy` makes it.", rich_help_panel=WHAT
        ),
    ] = "comparison",
    raters: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="As in anna,ben: each rates every answer, in a dataset of their own. Default: one dataset for all.",
            rich_help_panel=WHO,
        ),
    ] = "",
    min_submitted: Annotated[
        int | None, typer.Option(min=1, help="How many people rate each answer. Default: 1.", rich_help_panel=WHO)
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Default: comparison- and the folder's name.", rich_help_panel=WHERE),
    ] = None,
    workspace: Annotated[str, typer.Option(metavar="NAME", rich_help_panel=WHERE)] = "selfinstruct",
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    home: Home = None,
) -> None:
    """Push, and say what was sent and where people rate it."""
    from rich import get_console

    from distilabel_selfinstruct.evaluation import answers_of
    from distilabel_selfinstruct.reading import summary
    from distilabel_selfinstruct.review.argilla.connection import open_client
    from distilabel_selfinstruct.review.comparing.comparison import CompareOptions, push_comparison
    from distilabel_selfinstruct.review.comparing.tasks import only, references_of

    reading = reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows)
    by_model = {}
    for model, file in _models(answers).items():
        by_model[model], skipped = answers_of(file, column, **reading)
        warn(summary(skipped))
    known = None
    if tasks is not None or show_reference:
        known, skipped = references_of(tasks if tasks is not None else next(iter(_models(answers).values())))
        warn(summary(skipped))
    if tasks is not None and known is not None:
        by_model = {model: only(given, known, model) for model, given in by_model.items()}
    options = CompareOptions(
        sample=sample,
        random_seed=random_seed,
        incomplete=incomplete,
        min_submitted=min_submitted,
        raters=tuple(name.strip() for name in raters.split(",") if name.strip()),
        workspace=workspace,
        settings=settings,
    )
    console = get_console()
    with (
        open_client(api_url=api_url, api_key=api_key, home=home) as client,
        transfer_bar(console, "Sending") as on_progress,
    ):
        result = push_comparison(
            output,
            by_model,
            options,
            references=known if show_reference else None,
            dataset=dataset,
            client=client,
            on_progress=on_progress,
        )
    for text in pushed_lines(output, result):
        line(console, text)


@app.command("pull", help=PULL_HELP)
def pull(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the comparison.")],
    dataset: Datasets = None,
    workspace: Workspace = None,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    home: Home = None,
) -> None:
    """Write DIR/results.json, DIR/figure-6.svg and DIR/review/ratings.jsonl, and show the results."""
    from rich import get_console

    from distilabel_selfinstruct.cli.review.compare_tables import models_table, pairs_table, raters_table
    from distilabel_selfinstruct.cli.review.pull import datasets_table
    from distilabel_selfinstruct.cli.review.status import agreement_table
    from distilabel_selfinstruct.review.argilla.connection import open_client
    from distilabel_selfinstruct.review.comparing.comparison import pull_comparison

    console = get_console()
    with (
        open_client(api_url=api_url, api_key=api_key, home=home) as client,
        transfer_bar(console, "Reading") as on_progress,
    ):
        result = pull_comparison(
            folder, datasets=dataset or (), workspace=workspace, client=client, on_progress=on_progress
        )
    tables = [datasets_table(result.summary.datasets), models_table(result.comparison)]
    if len(result.comparison.raters) > 1:
        tables.append(raters_table(result.comparison.raters))
    pairs = result.comparison.pairs
    if len(pairs) <= MAX_PAIRS:
        tables.append(pairs_table(pairs))
    if any(question.num_shared_items for question in result.agreement):
        tables.append(agreement_table(result.agreement))
    for table in tables:
        show(console, table)
        show(console)
    for text in (
        *result.notes,
        *drawn(result.comparison, result.files.figure),
        f"Results: {result.files.results}",
        f"Ratings: {result.files.ratings} ({result.summary.ratings:,} answers)",
    ):
        line(console, text)


def drawn(comparison: "Comparison", file: Path) -> Sequence[str]:
    """Draw Figure 6 into a file if anything was rated. Returns what to say of it."""
    from distilabel_selfinstruct.reporting.plots import draw_ratings

    rated = {model.model: model.counts for model in comparison.models if model.ratings}
    if not rated:
        return []
    try:
        picture = draw_ratings(rated).decode()
    except MissingExtraError as error:
        return [str(error)]
    with writing(file):
        atomic.write(file, picture)
    return [f"Figure 6: {file}"]


def pushed_lines(folder: Path, result: "ComparisonPush") -> Sequence[str]:
    """What a push did, in sentences."""
    key, pushed = result.key, result.pushed
    lines = [
        f"{key.num_tasks:,} tasks, {len(key.models)} models, {len(key.answers):,} different answers.",
        f"{pushed.created:,} records are new in Argilla, {pushed.already_there:,} were there before.",
    ]
    if key.num_left_out:
        lacking = ", ".join(f"{model} lacks {count:,}" for model, count in key.missing.items() if count)
        lines.append(f"{key.num_left_out:,} tasks are not answered by all ({lacking}): --incomplete adds them.")
    if key.num_shared:
        lines.append(f"{key.num_shared:,} answers equal another model's: each is rated once and counts for both.")
    if key.num_naming:
        lines.append(f"{key.num_naming:,} answers name one of the models, so raters may guess who gave them.")
    lines += [f"An answer could not be sent: {failure.reason}." for failure in pushed.failed[:MAX_FAILURES]]
    if len(pushed.failed) > MAX_FAILURES:
        lines.append(f"… and {len(pushed.failed) - MAX_FAILURES:,} more; see {folder / run_layout.PUSHED}.")
    return [
        *lines,
        *(
            f"{dataset.rater} rates: {dataset.url}" if dataset.rater else f"Rate: {dataset.url}"
            for dataset in pushed.datasets
        ),
        f"Which model gave which answer (not for raters): {folder / 'comparison.json'}",
        f"After people have rated: selfinstruct review compare pull {folder}",
    ]


def _models(answers: Sequence[str]) -> dict[str, str]:
    """The file of each model, from the values of `--answers`."""
    files: dict[str, str] = {}
    for text in answers:
        model, _, file = text.partition("=")
        if not model.strip() or not file:
            raise ConfigError(f"--answers is {text!r} and must be NAME=FILE: the model, and the file of its answers.")
        if model.strip() in files:
            raise ConfigError(f"--answers names the model {model.strip()!r} twice: give each model one file.")
        files[model.strip()] = file
    return files
