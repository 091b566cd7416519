"""`selfinstruct review compare`: people rate the answers of several models without knowing whose they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli.review.bars import reading_bar, sending_bar
from distilabel_selfinstruct.cli.review.options import WHERE, ApiKey, ApiUrl, Datasets, Home, Workspace
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files import run_layout

if TYPE_CHECKING:
    from rich.table import Table

    from distilabel_selfinstruct.ratings.comparison import Comparison, PairResult, Share
    from distilabel_selfinstruct.review.comparing.key import ComparisonKey
    from distilabel_selfinstruct.review.pushing.push import PushResult

HELP = "Compare models: people rate their answers from A to D and do not see whose they are (paper, section 4.4)."
PUSH_HELP = "Send the answers of several models to the same tasks to Argilla, in random order and without names."
PULL_HELP = "Get the letters from Argilla, and count them by model. What was rated is never lost."

WHAT = "What"

SHOWN_FAILURES = 5

MAX_PAIRS = 10
"""Of five models. All pairs are in results.json."""

app = typer.Typer(no_args_is_help=True)


@app.command("push", help=PUSH_HELP)
def push(
    answers: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=FILE",
            help="A model and its answers: rows with instruction, input and output. Give it for each model.",
            rich_help_panel=WHAT,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Where to keep who gave which answer.", rich_help_panel=WHAT
        ),
    ],
    column: Annotated[str, typer.Option(help="The column of the answers.", rich_help_panel=WHAT)] = "output",
    sample: Annotated[int | None, typer.Option(min=1, help="Only this many tasks.", rich_help_panel=WHAT)] = None,
    seed: Annotated[int, typer.Option(help="Fixes the sample and the order of sending.", rich_help_panel=WHAT)] = 42,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Take also tasks that not all models answer.", rich_help_panel=WHAT)
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
    """Push, say what happened, and where to go on."""
    from rich import get_console

    from distilabel_selfinstruct.evaluation import answers_of
    from distilabel_selfinstruct.files.tables import read_rows
    from distilabel_selfinstruct.review.argilla.connection import connect
    from distilabel_selfinstruct.review.comparing.comparison import CompareOptions, push_comparison

    given = {model: answers_of(read_rows(file), column, file) for model, file in _models(answers).items()}
    options = CompareOptions(sample, seed, incomplete, min_submitted, workspace)
    console = get_console()
    client = connect(api_url, api_key, home)
    with sending_bar(console) as watch:
        key, result = push_comparison(output, client, given, options, dataset=dataset, watch=watch)
    for text in pushed_lines(output, key, result):
        console.print(text, highlight=False, markup=False, soft_wrap=True)


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
    from distilabel_selfinstruct.review.argilla.connection import connect
    from distilabel_selfinstruct.review.comparing.comparison import pull_comparison

    client = connect(api_url, api_key, home)
    console = get_console()
    with reading_bar(console) as report:
        results = pull_comparison(client, folder, names=tuple(dataset or ()), workspace=workspace, report=report)
    tables = [datasets_table(results.description["datasets"]), models_table(results.comparison)]
    pairs = results.comparison.pairs
    if len(pairs) <= MAX_PAIRS:
        tables.append(pairs_table(pairs))
    if any(question.num_shared_items for question in results.agreement):
        tables.append(agreement_table(results.agreement))
    for table in tables:
        console.print(table)
        console.print()
    for text in (
        *results.notes,
        f"Results: {results.folder.results}",
        f"Ratings: {results.folder.ratings} ({results.description['ratings']:,} answers)",
    ):
        console.print(text, highlight=False, soft_wrap=True, markup=False)


def pushed_lines(folder: Path, key: "ComparisonKey", result: "PushResult") -> Sequence[str]:
    """What a push did, in sentences."""
    lines = [
        f"{key.num_tasks:,} tasks, {len(key.models)} models, {len(key.answers):,} different answers.",
        f"{result.created:,} records are new in Argilla, {result.already_there:,} were there.",
    ]
    if key.num_left_out:
        lacking = ", ".join(f"{model} lacks {count:,}" for model, count in key.missing.items() if count)
        lines.append(f"{key.num_left_out:,} tasks are not answered by all ({lacking}): --incomplete takes them too.")
    if key.num_shared:
        lines.append(f"{key.num_shared:,} answers say the same as another model's: rated once, counted for both.")
    if key.num_telling:
        lines.append(f"{key.num_telling:,} answers name one of the models, which may tell a rater whose they are.")
    lines += [f"An answer could not be sent: {failure.reason}." for failure in result.failed[:SHOWN_FAILURES]]
    if len(result.failed) > SHOWN_FAILURES:
        lines.append(f"… and {len(result.failed) - SHOWN_FAILURES:,} more; see {folder / run_layout.PUSHED}.")
    return [
        *lines,
        f"Rate: {result.datasets[0].url}",
        f"Who gave which answer, not for raters: {folder / 'comparison.json'}",
        f"When people have rated: selfinstruct review compare pull {folder}",
    ]


def models_table(comparison: "Comparison") -> "Table":
    """The letters of each model: how many, and their shares; and the share that is acceptable, with its interval."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Answers by rating (Figure 6 of the paper)", title_justify="left")
    table.add_column("model", overflow="fold")
    table.add_column("answers\nrated", justify="right")
    table.add_column("ratings", justify="right")
    for letter in "ABCD":
        table.add_column(letter, justify="right")
    table.add_column("A or B (95%)", justify="right", no_wrap=True)
    for one in comparison.models:
        letters = [f"{one.counts[letter]:,}\n{_percent(one.shares[letter])}" for letter in "ABCD"]
        rated = f"{one.rated_answers:,}\nof {one.answers:,}"
        table.add_row(
            Text(one.model), rated, f"{one.ratings:,}", *letters, _with_interval(one.acceptable), end_section=True
        )
    return table


def pairs_table(pairs: "Sequence[PairResult]") -> "Table":
    """How often the first of two models was rated better, equal and worse on the same task."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Two models on the same task", title_justify="left")
    table.add_column("first", overflow="fold")
    table.add_column("second", overflow="fold")
    for heading in ("first is\nbetter", "equal", "second is\nbetter"):
        table.add_column(heading, justify="right")
    for pair in pairs:
        counts = (pair.wins, pair.ties, pair.losses)
        table.add_row(Text(pair.first), Text(pair.second), *(f"{count:,}" for count in counts))
    return table


def _models(answers: Sequence[str]) -> dict[str, str]:
    """The file of each model, as named on the command line."""
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
