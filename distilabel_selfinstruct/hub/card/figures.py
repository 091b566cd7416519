"""The report on what is published, and its figures as files of the repository."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.analysis import acceptance_periods, count_rejections
from distilabel_selfinstruct.errors import MissingExtraError
from distilabel_selfinstruct.hub.rows.selection import Selection
from distilabel_selfinstruct.hub.rows.source import Row, Source
from distilabel_selfinstruct.ratings.answers import Rating
from distilabel_selfinstruct.report import Report, ReportSource, build_report
from distilabel_selfinstruct.report.review import summarize_review
from distilabel_selfinstruct.report.sections import sections

FOLDER = "figures"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the card: its file, what it shows, and what is to be said about it, a text per paragraph."""

    path: str
    caption: str
    paragraphs: tuple[str, ...]


def describe(source: Source, selection: Selection, ratings: Iterable[Rating]) -> Report:
    """The report on the published rows. What was dropped and how many were admitted is that of the whole run.

    Args:
        source: the run.
        selection: what of it is published.
        ratings: those of the run, under the raters' public names.
    """
    rejections = [_only(row, "stage", "reason", "request") for row in source.rejections()]
    published = ReportSource(
        name="published",
        instructions=[_only(row, "instruction", "is_classification") for row in selection.instructions()],
        instances=[_instance(row) for row in selection.instances()],
        config=source.config,
        description={"inputs": dict(source.hashes)},
    )
    return replace(
        build_report(published),
        rejections=count_rejections(rejections),
        acceptance=acceptance_periods([_only(row, "request") for row in source.instructions()], rejections),
        review=summarize_review(answers) if (answers := list(ratings)) else None,
    )


def draw(report: Report, folder: Path) -> tuple[tuple[Figure, ...], str]:
    """Write the report's figures to `folder/figures`; the figures, and why there are none."""
    try:
        pictures = report.plots("png")
    except MissingExtraError as error:
        return (), f"The card has no figures. {error}"
    (folder / FOLDER).mkdir()
    figures = []
    for section in sections(report):
        for name, caption in section.plots:
            if name in pictures:
                path = f"{FOLDER}/{name}.png"
                (folder / path).write_bytes(pictures[name])
                figures.append(Figure(path, caption, section.paragraphs))
    return tuple(figures), ""


def _instance(row: Row) -> Row:
    return {
        "input": "",
        "is_classification": False,
        **_only(row, "instruction", "input", "output", "is_classification"),
    }


def _only(row: Row, *columns: str) -> dict[str, Any]:
    return {column: row[column] for column in columns if column in row}
