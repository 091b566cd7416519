"""The tables of `selfinstruct review compare pull`."""

from collections.abc import Sequence

from distilabel_selfinstruct.cli.screen import cell
from distilabel_selfinstruct.cli.tables import PlainTable
from distilabel_selfinstruct.ratings.comparison import Comparison, PairResult, RaterResult, Share


def models_table(comparison: Comparison) -> PlainTable:
    """The letters of each model with their shares, and the share of A and B with its interval."""
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


def raters_table(raters: Sequence[RaterResult]) -> PlainTable:
    """The letters that each rater gave to each model. The paper shows those of one."""
    table = PlainTable(title="Answers by rater", title_justify="left")
    table.add_column("rater", overflow="fold")
    table.add_column("model", overflow="fold")
    for letter in "ABCD":
        table.add_column(letter, justify="right")
    table.add_column("A or B (95%)", justify="right", no_wrap=True)
    for rater in raters:
        for index, result in enumerate(rater.models):
            table.add_row(
                "" if index else cell(rater.rater),
                cell(result.model),
                *(f"{result.counts[letter]:,}" for letter in "ABCD"),
                _with_interval(result.acceptable),
                end_section=index == len(rater.models) - 1,
            )
    return table


def pairs_table(pairs: Sequence[PairResult]) -> PlainTable:
    """How often the first of two models was rated better than, equal to and worse than the second."""
    table = PlainTable(title="Two models on the same task", title_justify="left")
    table.add_column("first", overflow="fold")
    table.add_column("second", overflow="fold")
    for heading in ("first is\nbetter", "equal", "second is\nbetter"):
        table.add_column(heading, justify="right")
    for pair in pairs:
        counts = (pair.wins, pair.ties, pair.losses)
        table.add_row(cell(pair.first), cell(pair.second), *(f"{count:,}" for count in counts))
    return table


def _with_interval(share: Share) -> str:
    if share.lower is None or share.upper is None:
        return _percent(share.value)
    return f"{_percent(share.value)} ({share.lower:.0%} to {share.upper:.0%})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
