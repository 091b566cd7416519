"""A report as two files: a page for people and figures for programs."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import Unpack

from distilabel_selfinstruct.analysis.verb_noun import Parser
from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import MissingExtraError, writing
from distilabel_selfinstruct.files import atomic, run_layout
from distilabel_selfinstruct.reading import ReadingArguments, SkippedRow, Source, write_skipped
from distilabel_selfinstruct.reporting.build import OnProgress, build_report
from distilabel_selfinstruct.reporting.contents import Report
from distilabel_selfinstruct.reporting.page import to_html
from distilabel_selfinstruct.reporting.sources import read_source


@dataclass(frozen=True, slots=True)
class ReportResult:
    """The report, and where its page and its figures were written.

    `page` is None where the extra `analysis` is not installed; `note` says so then, and is else empty. `skipped` are
    the rows that could not be used; if there are any, `skipped_file` lists them.
    """

    report: Report
    page: Path | None
    figures: Path
    skipped: tuple[SkippedRow, ...] = ()
    skipped_file: Path | None = None
    note: str = ""


@checks_arguments
def report(
    source: Source,
    output: str | os.PathLike[str] | None = None,
    *,
    seed_tasks: str | os.PathLike[str] | None = None,
    parser: Parser = "auto",
    on_progress: OnProgress = lambda _: None,
    **reading: Unpack[ReadingArguments],
) -> ReportResult:
    """Describe a run or other rows, and write `report.html` and `report.json`.

    Without matplotlib (the extra `analysis`) only `report.json` is written, and a page of an earlier report stays.

    Args:
        source: the folder of a run, or a file or dataset (see `reading.open_rows`).
        output: the folder to write to. The default is the folder of the run, or the working folder for other rows.
        seed_tasks: the seed file, if it is not that of the run.
        parser: what finds verbs and nouns (see `count_verb_nouns`).
        on_progress: is called with the name of each part that takes time, before the part is made.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        SelfInstructError: the rows cannot be read, or an option cannot work.
        OutputFileError: the folder cannot be written.
    """
    on_progress("reading")
    rows = read_source(source, **reading)
    built = build_report(rows, seed_tasks=seed_tasks, parser=parser, on_progress=on_progress)
    on_progress("drawing")
    folder = Path(output) if output is not None else rows.folder or Path()
    browsed = run_layout.ENTRIES_PAGE if (folder / run_layout.ENTRIES_PAGE).is_file() else ""
    page, note = _page(built, browsed)
    figures = json.dumps(built.to_json(), indent=2, ensure_ascii=False) + "\n"
    page_file, figures_file = folder / run_layout.REPORT_PAGE, folder / run_layout.REPORT_FIGURES
    with writing(folder, "Give another output folder."):
        folder.mkdir(parents=True, exist_ok=True)
        if page is not None:
            atomic.write(page_file, page)
        atomic.write(figures_file, figures)
        listed = write_skipped(folder, rows.skipped) if rows.folder is None else None
    return ReportResult(built, None if page is None else page_file, figures_file, rows.skipped, listed, note)


def _page(report: Report, entries_page: str) -> tuple[str | None, str]:
    """The page, or None and what is missing to make it."""
    try:
        return to_html(report, entries_page=entries_page), ""
    except MissingExtraError as error:
        return None, f"There is no page, only the figures for programs. {error}"
