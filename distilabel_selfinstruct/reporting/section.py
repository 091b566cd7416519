"""A section of a report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of the page. `plots`, `tables` and `folded` are pairs of a name and a caption.

    `folded` tables are long and start closed. `advice` is for whoever made the dataset, and of no use to its readers.
    `left_out` says why the part is missing; empty if it is not.
    """

    name: str
    title: str
    paragraphs: tuple[str, ...] = ()
    plots: tuple[tuple[str, str], ...] = ()
    tables: tuple[tuple[str, str], ...] = ()
    folded: tuple[tuple[str, str], ...] = ()
    advice: tuple[str, ...] = ()
    left_out: str = ""


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 pair", "1,200 pairs"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
