"""A section of a report."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of the page. `plots`, `tables` and `folded` are pairs of a name and a caption.

    `folded` tables are long and start closed. `left_out` says why the part is missing; empty if it is not.
    """

    name: str
    title: str
    paragraphs: tuple[str, ...] = ()
    plots: tuple[tuple[str, str], ...] = ()
    tables: tuple[tuple[str, str], ...] = ()
    folded: tuple[tuple[str, str], ...] = ()
    left_out: str = ""
