"""`selfinstruct review status`: who has rated how much, how far they agree, and how good the data is."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli import screen
from distilabel_selfinstruct.cli.review.bars import transfer_bar
from distilabel_selfinstruct.cli.review.options import ApiKey, ApiUrl, Datasets, Folder, Home, Workspace

if TYPE_CHECKING:
    from distilabel_selfinstruct.cli.tables import PlainTable
    from distilabel_selfinstruct.ratings.agreement import Estimate, QuestionAgreement
    from distilabel_selfinstruct.ratings.table_2 import Quality
    from distilabel_selfinstruct.review.status import DatasetProgress, RaterProgress

MAX_PAIRS = 6
"""The pairs of four raters. More would fill the screen with a table that says little."""


def status(
    folder: Folder,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no server; show the last pull.")] = False,
    dataset: Datasets = None,
    workspace: Workspace = None,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    home: Home = None,
) -> None:
    """Show the state of the review of the run in DIR. Nothing is written."""
    from rich import get_console

    from distilabel_selfinstruct.errors import MissingExtraError
    from distilabel_selfinstruct.ratings import agreement
    from distilabel_selfinstruct.ratings.table_2 import quality
    from distilabel_selfinstruct.review import status as review
    from distilabel_selfinstruct.review.argilla.connection import open_client

    console = get_console()
    if offline:
        state = review.offline_status(folder)
    else:
        with (
            open_client(api_url=api_url, api_key=api_key, home=home) as client,
            transfer_bar(console, "Reading") as on_progress,
        ):
            state = review.status(
                folder, datasets=dataset or (), workspace=workspace, client=client, on_progress=on_progress
            )

    line = partial(screen.line, console)
    for progress in state.datasets:
        line(dataset_line(progress))
    for note in state.notes:
        line(note)
    screen.show(console)
    screen.show(console, raters_table(state.raters))
    screen.show(console)
    if not state.ratings:
        line("Nobody has submitted an answer yet.")
        return
    answered = quality(state.ratings)
    if any(count.rated for count in (answered.valid_task, answered.input_appropriate, answered.output_correct)):
        screen.show(console, quality_table(answered))  # a comparison of models has other questions
        screen.show(console)
    try:
        questions = [question for question in agreement.agreement_by_question(state.ratings) if question.num_items]
    except MissingExtraError as error:
        line(str(error))
        return
    screen.show(console, agreement_table(questions))
    num_pairs = max((len(question.pairs) for question in questions), default=0)
    if 0 < num_pairs <= MAX_PAIRS:
        screen.show(console)
        screen.show(console, pairs_table(questions))
    elif num_pairs:
        line(f"Cohen's κ and ρ are means over {num_pairs:,} pairs of raters.")


def dataset_line(dataset: "DatasetProgress") -> str:
    """How many records of a dataset are complete, in a sentence."""
    answers = "1 answer" if dataset.min_submitted == 1 else f"{dataset.min_submitted} answers"
    return f"{dataset.name}: {dataset.completed:,} of {dataset.records:,} records are complete ({answers} each)."


def raters_table(raters: "Sequence[RaterProgress]") -> "PlainTable":
    """What each rater has done, and what is left for them."""
    from distilabel_selfinstruct.cli.tables import PlainTable

    table = PlainTable(title="Raters", title_justify="left")
    several = len({rater.dataset for rater in raters}) > 1
    table.add_column("rater", overflow="fold")
    if several:
        table.add_column("dataset", overflow="fold")
    for heading in ("submitted", "drafts", "discarded", "left"):
        table.add_column(heading, justify="right")
    for rater in raters:
        counts = (rater.submitted, rater.drafts, rater.discarded, rater.left)
        names = (rater.rater, rater.dataset) if several else (rater.rater,)
        table.add_row(*map(screen.cell, names), *("-" if count is None else f"{count:,}" for count in counts))
    if not raters:
        table.add_row("nobody yet", *["-"] * 4)
    return table


def quality_table(quality: "Quality") -> "PlainTable":
    """Table 2 of the paper for the rows that were rated so far, beside the paper's own shares."""
    from distilabel_selfinstruct.cli.tables import PlainTable
    from distilabel_selfinstruct.ratings.table_2 import PAPER

    table = PlainTable(title="Quality (Table 2 of the paper)", title_justify="left")
    table.add_column("the majority says yes to")
    table.add_column("yes", justify="right")
    table.add_column("rated", justify="right")
    table.add_column("share", justify="right")
    table.add_column("paper", justify="right", style="dim")
    for name, count, paper in (
        ("a valid task", quality.valid_task, PAPER.valid_task),
        ("an appropriate input", quality.input_appropriate, PAPER.input_appropriate),
        ("a correct output", quality.output_correct, PAPER.output_correct),
        ("all three", quality.all_valid, PAPER.all_valid),
    ):
        table.add_row(name, f"{count.yes:,}", f"{count.rated:,}", _share(count.share), _share(paper.share))
    return table


def agreement_table(questions: "Sequence[QuestionAgreement]") -> "PlainTable":
    """How far the raters agree on each question, beside the agreement of the paper's two raters."""
    from distilabel_selfinstruct.cli.tables import PlainTable

    table = PlainTable(title="Agreement of raters", title_justify="left")
    table.add_column("question", no_wrap=True)
    # Two lines each, so that the table fits into 80 columns: Cohen's, Fleiss', Krippendorff's and Spearman's.
    for heading in ("rated\ntwice", "equal", "Cohen\nκ", "Fleiss\nκ", "alpha\nα", "rho\nρ"):
        table.add_column(heading, justify="right")
    table.add_column("paper", justify="right", style="dim")
    reasons: dict[str, None] = {}
    for question in questions:
        alpha = question.alpha_ordinal or question.alpha_nominal
        table.add_row(
            question.question.replace("_", " "),
            f"{question.num_shared_items:,}",
            _share(question.percent.value),
            *(_figure(estimate) for estimate in (question.mean_kappa, question.fleiss_kappa, alpha, question.mean_rho)),
            _paper(question),
        )
        if question.percent.value is None and question.percent.note:
            reasons[question.percent.note] = None
    table.caption = " ".join(reasons) or None
    table.caption_justify = "left"
    return table


def pairs_table(questions: "Sequence[QuestionAgreement]") -> "PlainTable":
    """Cohen's kappa of each pair of raters with its 95% interval, and the weighted kappa for the letters A to D."""
    from distilabel_selfinstruct.cli.tables import PlainTable

    table = PlainTable(title="Pairs of raters", title_justify="left")
    table.add_column("raters", overflow="fold")
    table.add_column("question")
    table.add_column("items", justify="right")
    table.add_column("Cohen's κ (95%)", justify="right")
    table.add_column("quadratic κ", justify="right")
    for question in questions:
        for index, pair in enumerate(question.pairs):
            table.add_row(
                screen.cell(f"{pair.first}, {pair.second}"),
                "" if index else question.question.replace("_", " "),
                f"{pair.kappa.num_items:,}",
                _with_interval(pair.kappa),
                _figure(pair.quadratic_kappa) if pair.quadratic_kappa else "",
                end_section=index == len(question.pairs) - 1,
            )
    return table


def _with_interval(estimate: "Estimate") -> str:
    if estimate.lower is None or estimate.upper is None:
        return _figure(estimate)
    return f"{_figure(estimate)} ({estimate.lower:.2f} to {estimate.upper:.2f})"


def _figure(estimate: "Estimate | None") -> str:
    return "-" if estimate is None or estimate.value is None else f"{estimate.value:.2f}"


def _paper(question: "QuestionAgreement") -> str:
    paper = question.paper
    if paper is None:
        return ""
    return f"κ {paper.kappa:.2f}" + ("" if paper.rho is None else f"\nρ {paper.rho:.2f}")


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
