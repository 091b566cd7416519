"""The report as a page: one file that loads nothing else and runs no script."""

import base64
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from distilabel_selfinstruct import __version__
from distilabel_selfinstruct.languages import Texts, tag_of, texts_of
from distilabel_selfinstruct.reporting.contents import Report
from distilabel_selfinstruct.reporting.rows import Table, tables
from distilabel_selfinstruct.reporting.section import ReportSection
from distilabel_selfinstruct.reporting.sections import headline, sections

TEMPLATE = "report.html"

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
    title: str
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
    language = report.run.language if report.run else "en"
    texts = texts_of(language)
    pictures = report.plots("svg", texts)
    found = tables(report, texts)
    return environment.get_template(TEMPLATE).render(
        name=report.name,
        language=tag_of(language),
        title=texts.say("report.page.title", name=report.name),
        subtitle=texts.say("report.page.subtitle"),
        browse=texts.say("report.page.browse"),
        parts_label=texts.say("report.page.parts"),
        left_out=texts.say("report.page.left_out"),
        footer=texts.say("report.page.footer", version=__version__),
        headline=headline(report, texts),
        entries_page=entries_page,
        parts=[
            PagePart(
                section,
                texts.say(f"report.titles.{section.name}"),
                tuple(
                    PageFigure(_address(pictures[name]), texts.say(f"report.plots.{name}"))
                    for name in section.plots
                    if name in pictures
                ),
                _tables(section.tables, found, texts),
                _tables(section.folded, found, texts),
            )
            for section in sections(report, texts)
        ],
    )


def _tables(wanted: tuple[str, ...], found: dict[str, Table], texts: Texts) -> tuple[CaptionedTable, ...]:
    return tuple((name, texts.say(f"report.tables.{name}"), found[name]) for name in wanted if name in found)


def _address(picture: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode("ascii")
