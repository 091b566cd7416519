"""The report as a page: one file that loads nothing else and runs no script."""

import base64
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from distilabel_selfinstruct import __version__
from distilabel_selfinstruct.languages import tag_of, texts_of
from distilabel_selfinstruct.reporting.contents import Report
from distilabel_selfinstruct.reporting.rows import Table, tables
from distilabel_selfinstruct.reporting.section import ReportSection
from distilabel_selfinstruct.reporting.sections import headline, sections

TEMPLATE = "report.html"

_FOOTER = "Made by distilabel-selfinstruct {version}. Programs find the same figures in report.json."

CaptionedTable = tuple[str, str, Table]
"""The name of a table, its caption and the table."""


@dataclass(frozen=True, slots=True)
class PageFigure:
    """A picture on the page. Its address holds the whole picture; the caption says what it shows."""

    address: str
    caption: str


@dataclass(frozen=True, slots=True)
class PagePart:
    """A section with its pictures and tables. Folded tables start closed."""

    section: ReportSection
    figures: tuple[PageFigure, ...]
    tables: tuple[CaptionedTable, ...]
    folded: tuple[CaptionedTable, ...]


def to_html(report: Report, *, entries_page: str = "") -> str:
    """The page as HTML. All texts of the data are escaped.

    Args:
        report: what the page shows.
        entries_page: the name of a page beside it on which all rows can be browsed; empty for none.

    Raises:
        MissingExtraError: matplotlib is not installed (the extra `analysis`).
    """
    environment = Environment(
        loader=PackageLoader("distilabel_selfinstruct.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pictures = report.plots("svg")
    language = report.run.language if report.run else "en"
    texts = texts_of(language)
    found = tables(report)
    return environment.get_template(TEMPLATE).render(
        name=report.name,
        language=tag_of(language),
        title=texts.say("report.page.title", "{name}: report", name=report.name),
        subtitle=texts.say("report.page.subtitle"),
        left_out=texts.say("report.page.left_out", "Left out."),
        footer=texts.say("report.page.footer", _FOOTER, version=__version__),
        headline=headline(report, texts),
        entries_page=entries_page,
        parts=[
            PagePart(
                section,
                tuple(
                    PageFigure(_address(pictures[name]), caption) for name, caption in section.plots if name in pictures
                ),
                _tables(section.tables, found),
                _tables(section.folded, found),
            )
            for section in sections(report, texts)
        ],
    )


def _tables(wanted: tuple[tuple[str, str], ...], found: dict[str, Table]) -> tuple[CaptionedTable, ...]:
    return tuple((name, caption, found[name]) for name, caption in wanted if name in found)


def _address(picture: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode("ascii")
