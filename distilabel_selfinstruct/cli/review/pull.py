"""`selfinstruct review pull`: what people answered, and what it decides."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from distilabel_selfinstruct.cli.review.bars import reading_bar
from distilabel_selfinstruct.cli.review.options import ApiKey, ApiUrl, Datasets, Folder, Home, Workspace
from distilabel_selfinstruct.ratings.decisions import Accept

if TYPE_CHECKING:
    from rich.table import Table

    from distilabel_selfinstruct.review.pulling.pull import PullResult

HELP = "Get the ratings of a run from Argilla, and decide which rows to keep. What was rated is never lost."

RULE = "When a row is kept"


def pull(
    folder: Folder,
    accept: Annotated[
        Accept, typer.Option(help="How many of its raters must accept it.", rich_help_panel=RULE)
    ] = "majority",
    min_raters: Annotated[
        int, typer.Option(min=1, help="How many must have rated it; before that it is undecided.", rich_help_panel=RULE)
    ] = 1,
    worst_rating: Annotated[
        str, typer.Option(metavar="A|B|C|D", help="The worst overall rating that accepts.", rich_help_panel=RULE)
    ] = "B",
    corrections: Annotated[
        bool,
        typer.Option(
            "--corrections/--no-corrections",
            help="Whether an output that a rater corrected takes the place of the original.",
            rich_help_panel=RULE,
        ),
    ] = True,
    dataset: Datasets = None,
    workspace: Workspace = None,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    home: Home = None,
) -> None:
    """Write DIR/review/ratings.jsonl, decisions.jsonl and pull.json, and say what they hold."""
    from rich import get_console

    from distilabel_selfinstruct.ratings.decisions import DecisionRule
    from distilabel_selfinstruct.review.argilla.connection import connect
    from distilabel_selfinstruct.review.pulling.pull import pull as pull_run

    rule = DecisionRule(accept, min_raters, worst_rating.upper(), corrections)
    client = connect(api_url, api_key, home)
    console = get_console()
    with reading_bar(console) as report:
        result = pull_run(client, folder, rule, names=tuple(dataset or ()), workspace=workspace, report=report)
    console.print(datasets_table(result.description["datasets"]))
    console.print()
    console.print(decisions_table(result))
    console.print()
    written = result.folder
    for text in (
        *result.notes,
        f"Ratings: {written.ratings} ({len(result.merged.ratings):,} answers)",
        f"Decisions: {written.decisions}",
        f"What else there is to know: {written.pulled}",
    ):
        console.print(text, highlight=False, soft_wrap=True, markup=False)


def datasets_table(datasets: Sequence[dict[str, Any]]) -> "Table":
    """What was read, by dataset, as `pull.json` has it."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Read from Argilla", title_justify="left")
    table.add_column("dataset", overflow="fold")
    for heading in ("records", "complete", "submitted", "drafts", "discarded"):
        table.add_column(heading, justify="right")
    for dataset in datasets:
        counts = [dataset[name] for name in ("records", "completed", "submitted", "drafts", "discarded")]
        table.add_row(Text(dataset["name"]), *(f"{count:,}" for count in counts))
    return table


def decisions_table(result: "PullResult") -> "Table":
    """How many rows got which verdict, and why."""
    from rich.table import Table

    table = Table(title="Decided", title_justify="left")
    table.add_column("verdict")
    table.add_column("reason")
    table.add_column("rows", justify="right")
    counts = Counter((decision.verdict, decision.reason) for decision in result.decisions)
    for verdict in ("kept", "dropped", "undecided"):
        ranked = sorted(((count, reason) for (of, reason), count in counts.items() if of == verdict), reverse=True)
        for place, (count, reason) in enumerate(ranked):
            last = place == len(ranked) - 1
            table.add_row("" if place else verdict, reason, f"{count:,}", end_section=last)
    return table
