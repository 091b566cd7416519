"""`selfinstruct review pull`: get the answers of raters, and decide on each row."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.review.bars import transfer_bar
from distilabel_selfinstruct.cli.review.options import ApiKey, ApiUrl, Datasets, Folder, Home, Workspace
from distilabel_selfinstruct.cli.screen import cell, line, show
from distilabel_selfinstruct.ratings.decisions import REVIEWED, Accept, DecisionRule

if TYPE_CHECKING:
    from distilabel_selfinstruct.cli.tables import PlainTable
    from distilabel_selfinstruct.ratings.decisions import Decision
    from distilabel_selfinstruct.review.pulling.summary import DatasetSummary

RULE = "When a row is kept"

DEFAULTS = DecisionRule()


def pull(
    folder: Folder,
    accept: Annotated[
        Accept, typer.Option(help="How many of its raters must accept a row.", rich_help_panel=RULE)
    ] = DEFAULTS.accept,
    min_raters: Annotated[
        int,
        typer.Option(min=1, help="How many must have rated a row; before that it is undecided.", rich_help_panel=RULE),
    ] = DEFAULTS.min_raters,
    worst_rating: Annotated[
        str,
        typer.Option(
            metavar="A|B|C|D", help="The worst overall rating that still accepts a row.", rich_help_panel=RULE
        ),
    ] = DEFAULTS.worst_rating,
    corrections: Annotated[
        bool,
        typer.Option(
            "--corrections/--no-corrections",
            help="Whether a corrected output replaces the original.",
            rich_help_panel=RULE,
        ),
    ] = DEFAULTS.use_corrections,
    dataset: Datasets = None,
    workspace: Workspace = None,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    home: Home = None,
) -> None:
    """Write DIR/review/ratings.jsonl, decisions.jsonl and pull.json, and show what they hold."""
    from rich import get_console

    from distilabel_selfinstruct.review.argilla.connection import open_client
    from distilabel_selfinstruct.review.pulling.pull import pull_decisions

    rule = DecisionRule(
        accept=accept, min_raters=min_raters, worst_rating=worst_rating.upper(), use_corrections=corrections
    )
    console = get_console()
    with (
        open_client(api_url=api_url, api_key=api_key, home=home) as client,
        transfer_bar(console, "Reading") as on_progress,
    ):
        result = pull_decisions(
            folder, rule, datasets=dataset or (), workspace=workspace, client=client, on_progress=on_progress
        )
    answers = len({(rating.record, rating.rater) for rating in result.ratings})
    show(console, datasets_table(result.summary.datasets))
    show(console)
    show(console, decisions_table(result.decisions))
    show(console)
    for text in (
        *map(with_flags, result.notes),
        f"Ratings: {result.files.ratings} ({answers:,} answers, a line for each question)",
        f"Decisions: {result.files.decisions}",
        f"All counts: {result.files.pulled}",
    ):
        line(console, text)


def datasets_table(datasets: "Sequence[DatasetSummary]") -> "PlainTable":
    """The records and responses of each dataset."""
    from distilabel_selfinstruct.cli.tables import PlainTable

    table = PlainTable(title="Read from Argilla", title_justify="left")
    table.add_column("dataset", overflow="fold")
    for heading in ("records", "complete", "submitted", "drafts", "discarded"):
        table.add_column(heading, justify="right")
    for dataset in datasets:
        counts = (dataset.records, dataset.completed, dataset.submitted, dataset.drafts, dataset.discarded)
        table.add_row(cell(dataset.name), *(f"{count:,}" for count in counts))
    return table


def decisions_table(decisions: "Sequence[Decision]") -> "PlainTable":
    """How many rows have each decision and each reason, the most frequent reason first."""
    from distilabel_selfinstruct.cli.tables import PlainTable

    table = PlainTable(title="Decisions", title_justify="left")
    table.add_column("decision")
    table.add_column("reason")
    table.add_column("rows", justify="right")
    for status in REVIEWED:
        reasons = Counter(decision.reason for decision in decisions if decision.status == status)
        ranked = sorted(((count, reason) for reason, count in reasons.items()), reverse=True)
        for index, (count, reason) in enumerate(ranked):
            is_last = index == len(ranked) - 1
            table.add_row("" if index else str(status), str(reason), f"{count:,}", end_section=is_last)
    return table
