"""The report on the published rows, and its figures as files of the repository."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from distilabel_selfinstruct.analysis import acceptance_periods, count_rejections
from distilabel_selfinstruct.errors import MissingExtraError
from distilabel_selfinstruct.hub.rows.published_rows import PublishedRows
from distilabel_selfinstruct.hub.rows.source import Source
from distilabel_selfinstruct.languages import Texts
from distilabel_selfinstruct.ratings.answers import Rating
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.reporting import Report, ReportSource, build_report
from distilabel_selfinstruct.reporting.plots import font_to_install, numbered_words
from distilabel_selfinstruct.reporting.review import summarize_ratings
from distilabel_selfinstruct.reporting.sections import sections
from distilabel_selfinstruct.reporting.sources import run_facts

FOLDER = "figures"

_WITHOUT_WORDS = (
    "No font here has all letters of the figures, so they have numbers or English words in place of some: install "
    "{font}, or another font with the letters of the language, for the words themselves."
)


@dataclass(frozen=True, slots=True)
class CardFigure:
    """A figure of the card: its file, its caption, and the paragraphs about it.

    `numbers` are numbers that stand in the picture for words, with the words, where no font here can draw them.
    """

    path: str
    caption: str
    paragraphs: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...] = ()


def describe(source: Source, published: PublishedRows, ratings: Iterable[Rating]) -> Report:
    """The report on the published rows. What it says about rejections and acceptance is about the whole run.

    Args:
        source: the run.
        published: its published rows.
        ratings: the ratings of the run, with the pseudonyms of the raters.
    """
    rejections = [_only(row, "stage", "reason", "request") for row in source.rejections()]
    answers = list(ratings)
    report = build_report(
        ReportSource(
            name="published",
            instructions=[_only(row, "instruction", "is_classification") for row in published.instructions()],
            instances=[_instance(row) for row in published.instances()],
            config=source.config,
            run=run_facts(source.config, {}) if source.config else None,
            seed_tasks_hash=source.hashes.get("seed_tasks", ""),
        )
    )
    return replace(
        report,
        rejections=count_rejections(rejections),
        acceptance=acceptance_periods([_only(row, "request") for row in source.instructions()], rejections),
        review=summarize_ratings(answers) if answers else None,
    )


def draw(report: Report, folder: Path, texts: Texts) -> tuple[tuple[CardFigure, ...], str]:
    """Write the figures of the report to `folder/figures`.

    Returns the figures, and a note if there are none or if they lack words for want of a font.
    """
    try:
        pictures = report.plots("png", texts)
    except MissingExtraError as error:
        return (), f"The card has no figures. {error}"
    (folder / FOLDER).mkdir()
    figures = []
    for section in sections(report, texts):
        for name in section.plots:
            if name in pictures:
                path = f"{FOLDER}/{name}.png"
                (folder / path).write_bytes(pictures[name])
                numbers = _numbers(report, texts) if name == "verb_noun" else ()
                figures.append(CardFigure(path, texts.say(f"report.plots.{name}"), section.paragraphs, numbers))
    font = font_to_install((word for figure in figures for _, word in figure.numbers), texts) if figures else ""
    return tuple(figures), _WITHOUT_WORDS.format(font=font) if font else ""


def _numbers(report: Report, texts: Texts) -> tuple[tuple[str, str], ...]:
    return tuple(numbered_words(report.verb_nouns, texts)) if report.verb_nouns else ()


def _instance(row: Row) -> Row:
    return {
        "input": "",
        "is_classification": False,
        **_only(row, "instruction", "input", "output", "is_classification"),
    }


def _only(row: Row, *columns: str) -> Row:
    return {column: row[column] for column in columns if column in row}
