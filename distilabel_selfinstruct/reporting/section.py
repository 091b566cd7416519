"""A section of a report."""

from dataclasses import dataclass

from distilabel_selfinstruct.languages import Texts
from distilabel_selfinstruct.reporting.contents import Report


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of the page.

    Its name, and the names of its `plots`, `tables` and `folded` tables, are those of their titles and captions in the
    texts of a language.
    `folded` tables are long and start closed. `advice` is for whoever made the dataset, and of no use to its readers.
    `left_out` says why the part is missing; empty if it is not.
    """

    name: str
    paragraphs: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    left_out: str = ""


def why_left_out(report: Report, part: str, texts: Texts) -> str:
    """Why a report lacks a part; empty if nothing says so."""
    missing = report.left_out.get(part)
    return missing.say(texts) if missing else ""
