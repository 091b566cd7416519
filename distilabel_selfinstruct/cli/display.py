"""What `selfinstruct run` shows: a live view on a terminal, plain lines elsewhere, and the tables at the end."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from rich import get_console
from rich.live import Live
from typing_extensions import Self

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.notes import NotesOnScreen
from distilabel_selfinstruct.cli.progress_view import progress_line, progress_view, used_in_words
from distilabel_selfinstruct.cli.run_tables import rejections_table, statistics_table
from distilabel_selfinstruct.cli.screen import line, show
from distilabel_selfinstruct.cli.show import show_entries
from distilabel_selfinstruct.cli.unknown_markers import unknown_markers_note
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.languages import find_pack, texts_of
from distilabel_selfinstruct.ratings.feedback import load_feedback
from distilabel_selfinstruct.records import RunStatus, Stage
from distilabel_selfinstruct.reporting.entries import entry_of_task
from distilabel_selfinstruct.running.batches import batches_in_flight
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.progress import Progress

if TYPE_CHECKING:
    from distilabel_selfinstruct.running.runner import RunResult

SECONDS_BETWEEN_LINES = 10.0

SHOWN_TASKS = 3
"""How many tasks are shown at the end, each with its first texts."""

SHOWN_TEXT = 300
"""Characters of each of these texts."""


class RunDisplay:
    """Shows the progress of a run. The host logs to the same console, above the live view."""

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._feedback = load_feedback(config.human_feedback)
        # The host's log handler prints to rich's global console; a live view on it keeps both readable.
        self._console = get_console()
        self._live = Live(console=self._console, refresh_per_second=4, transient=True)
        self._last_line = 0.0
        self._announced = False
        self._notes = NotesOnScreen()
        self._said_last = ""
        self._num_failures_shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live.is_started:
            self._live.stop()

    def tell(self, text: str) -> None:
        """Show a sentence about what is done before the start."""
        self._say(text, style="dim")

    def update(self, progress: Progress) -> None:
        """Show the progress now, or on plain output if some time has passed since the last line."""
        if not self._announced:
            self._announced = True
            self._announce(progress)
        self._say_notes(self._notes.due(progress))
        if self._console.is_terminal:
            self._live.update(progress_view(self._config, progress))
            return
        failed_first = progress.failures > 0 and not self._num_failures_shown
        if failed_first or time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self._num_failures_shown = progress.failures
            self._say_line(progress)

    def _say_line(self, progress: Progress) -> None:
        """A line about the progress, unless it was the last one that was said."""
        if (line := progress_line(self._config, progress)) != self._said_last:
            self._said_last = line
            self._say(line)

    def _say_notes(self, notes: Iterable[str]) -> None:
        for text in notes:
            self._say(text, style="yellow")

    def _say(self, text: str, style: str | None = None) -> None:
        line(self._console, text, style)

    def _announce(self, progress: Progress) -> None:
        # Only now is it known that the run could start.
        recordings = sorted({llm.partition(":")[2] for llm in self._config.llms.values() if _is_recorded(llm)})
        if recordings:
            where = "" if all(map(_is_recorded, self._config.llms.values())) else " there"
            self._say(f"Replaying the recording {', '.join(recordings)}: no model is asked{where}.")
        if said := self._feedback.summary(classification_only=self._config.classification_only):
            self._say(said)
        if progress.reused:
            self._say(f"{progress.reused:,} answers on disk are reused.")
        if self._console.is_terminal:
            self._live.start()

    def show_result(self, result: "RunResult") -> None:
        """The final tables, and where the files are."""
        self._say_notes(self._notes.due(result.progress, is_over=True))
        if not self._console.is_terminal:
            self._say_line(result.progress)
        show(self._console)
        if result.is_preview:
            show_entries(self._console, map(entry_of_task, result.tasks))
        else:
            show(self._console, statistics_table(result.statistics))
            show(self._console)
        show(self._console, rejections_table(result.rejections))
        show(self._console)
        if not result.is_preview:
            self._show_first_rows(result)
        for text in (
            _end(result),
            _in_flight(result.progress),
            used_in_words(self._config, result.progress),
            *(_after_preview(self._config, result) if result.is_preview else _files(RunFolder(result.folder))),
            _unknown_markers(self._config, result),
            *_hints(self._config, result),
        ):
            if text:
                self._say(text)

    def _show_first_rows(self, result: "RunResult") -> None:
        """A few tasks with their instances, as a first look."""
        shown = [entry for entry in map(entry_of_task, result.tasks[: SHOWN_TASKS * 10]) if entry.texts][:SHOWN_TASKS]
        if shown:
            self._say("The first rows:")
            show_entries(self._console, (replace(entry, texts=entry.texts[:2]) for entry in shown), longest=SHOWN_TEXT)


def _files(folder: RunFolder) -> tuple[str, ...]:
    return (
        f"Dataset: {folder.dataset} (datasets.load_from_disk)",
        f"Rows: {folder.instances}, {folder.instructions}",
        f"What was dropped and why: {folder.rejections}",
        f"More of what it made: selfinstruct show {folder.path}",
    )


def _after_preview(config: RunConfig, result: "RunResult") -> tuple[str, ...]:
    if result.status is RunStatus.STOPPED:
        return ()
    kept = f"Only the journal was kept, in {RunFolder(result.folder).state}."
    rest = (
        f"The same command without --preview makes all {config.num_instructions:,} instructions and asks nothing twice."
    )
    return f"{kept} {rest}", "To try other options, run the preview again with them and --fresh."


def _hints(config: RunConfig, result: "RunResult") -> Iterator[str]:
    """What the language's pack says after a run; nothing in English."""
    pack, texts = find_pack(config.language), texts_of(config.language)
    if pack is not None and not pack.read_by:
        yield texts.find("hints.unread_pack")
    if result.is_preview and result.status is not RunStatus.STOPPED:
        return
    keys = ("resume",) if result.status is RunStatus.STOPPED else ("look", "review", "export")
    yield from (texts.find(f"hints.{key}", output=str(result.folder)) for key in keys)


def _unknown_markers(config: RunConfig, result: "RunResult") -> str:
    num_responses = result.progress.stages[Stage.INSTANCE_GENERATION].requests
    return unknown_markers_note(result.rejections, result.folder, texts_of(config.language), num_responses)


def _end(result: "RunResult") -> str:
    reason = with_flags(result.stop_reason)
    return f"Stopped: {reason}" if result.status is RunStatus.STOPPED else reason


def _in_flight(progress: Progress) -> str:
    batches = batches_in_flight(progress)
    return f"The server works on: {batches}. The same command fetches the answers." if batches else ""


def _is_recorded(llm: str) -> bool:
    return llm.startswith("recorded:")
