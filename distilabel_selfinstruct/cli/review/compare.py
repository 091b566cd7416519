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
from distilabel_selfinstruct.cli.screen import cell, line, show, warn
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files import run_layout

if TYPE_CHECKING:
    from distilabel_selfinstruct.cli.tables import PlainTable
    from distilabel_selfinstruct.ratings.comparison import Comparison, PairResult, Share
    from distilabel_selfinstruct.review.comparing.comparison import ComparisonPush

HELP = "Compare models: people rate their answers from A to D and do not see which model gave them (section 4.4)."
PUSH_HELP = "Send the answers of several models to Argilla, in random order and without names."
PULL_HELP = "Get the ratings from Argilla, and count the letters by model. No rating is ever lost."

WHAT = "What"

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
    min_submitted: Annotated[
        int | None, typer.Option(min=1, help="How many people rate each answer. Default: 1.", rich_help_panel=WHAT)
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

    reading = reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows)
    by_model = {}
    for model, file in _models(answers).items():
        by_model[model], skipped = answers_of(file, column, **reading)
        warn(summary(skipped))
    options = CompareOptions(
        sample=sample, random_seed=random_seed, incomplete=incomplete, min_submitted=min_submitted, workspace=workspace
    )
    console = get_console()
    with (
        open_client(api_url=api_url, api_key=api_key, home=home) as client,
        transfer_bar(console, "Sending") as on_progress,
    ):
        result = push_comparison(output, by_model, options, dataset=dataset, client=client, on_progress=on_progress)
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
    """Write DIR/results.json and DIR/review/ratings.jsonl, and show the results."""
    from rich import get_console

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
        f"Results: {result.files.results}",
        f"Ratings: {result.files.ratings} ({result.summary.ratings:,} answers)",
    ):
        line(console, text)


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
        f"Rate: {pushed.datasets[0].url}",
        f"Which model gave which answer (not for raters): {folder / 'comparison.json'}",
        f"After people have rated: selfinstruct review compare pull {folder}",
    ]


def models_table(comparison: "Comparison") -> "PlainTable":
    """The letters of each model with their shares, and the share of A and B with its interval."""
    from distilabel_selfinstruct.cli.tables import PlainTable

    table = PlainTable(title="Answers by rating (Figure 6 of the paper)", title_justify="left")
    table.add_column("model", overflow="fold")
    table.add_column("answers\nrated", justify="right")
    table.add_column("ratings", justify="right")
    for letter in "ABCD":
        table.add_column(letter, justify="right")
    table.add_column("A or B (95%)", justify="right", no_wrap=True)
    for result in comparison.models:
        letters = [f"{result.counts[letter]:,}\n{_percent(result.shares[letter])}" for letter in "ABCD"]
        rated, ratings = f"{result.rated_answers:,}\nof {result.answers:,}", f"{result.ratings:,}"
        acceptable = _with_interval(result.acceptable)
        table.add_row(cell(result.model), rated, ratings, *letters, acceptable, end_section=True)
    return table


def pairs_table(pairs: "Sequence[PairResult]") -> "PlainTable":
    """How often the first of two models was rated better than, equal to and worse than the second."""
    from distilabel_selfinstruct.cli.tables import PlainTable

    table = PlainTable(title="Two models on the same task", title_justify="left")
    table.add_column("first", overflow="fold")
    table.add_column("second", overflow="fold")
    for heading in ("first is\nbetter", "equal", "second is\nbetter"):
        table.add_column(heading, justify="right")
    for pair in pairs:
        counts = (pair.wins, pair.ties, pair.losses)
        table.add_row(cell(pair.first), cell(pair.second), *(f"{count:,}" for count in counts))
    return table


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


def _with_interval(share: "Share") -> str:
    if share.lower is None or share.upper is None:
        return _percent(share.value)
    return f"{_percent(share.value)} ({share.lower:.0%} to {share.upper:.0%})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
