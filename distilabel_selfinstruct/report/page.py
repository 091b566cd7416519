"""The report as a page: one file that asks for nothing else, and runs no script."""

import base64
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from distilabel_selfinstruct import __version__
from distilabel_selfinstruct.report.report import Report
from distilabel_selfinstruct.report.rows import Table, tables
from distilabel_selfinstruct.report.sections import headline, sections

TEMPLATE = "report.html"


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in the page: its address, which holds the whole picture, and what it shows."""

    address: str
    shown: str


def to_html(report: Report) -> str:
    """The page. All texts of the data are escaped.

    Raises:
        MissingExtraError: matplotlib is not installed (the extra `analysis`).
    """
    environment = Environment(
        loader=PackageLoader("distilabel_selfinstruct.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pictures = report.plots("svg")
    found = tables(report)
    return environment.get_template(TEMPLATE).render(
        name=report.name,
        version=__version__,
        headline=headline(report),
        parts=[
            {
                "section": section,
                "figures": [
                    Figure(_address(pictures[name]), shown) for name, shown in section.plots if name in pictures
                ],
                "tables": _tables(section.tables, found),
                "folded": _tables(section.folded, found),
            }
            for section in sections(report)
        ],
    )


def _tables(wanted: tuple[tuple[str, str], ...], found: dict[str, Table]) -> list[tuple[str, str, Table]]:
    return [(name, caption, found[name]) for name, caption in wanted if name in found]


def _address(picture: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode("ascii")
