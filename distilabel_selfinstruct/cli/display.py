"""What `selfinstruct run` shows: a live view on a terminal, plain lines elsewhere, and the tables at the end."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from rich import get_console
from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from typing_extensions import Self

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.notes import NotesOnScreen
from distilabel_selfinstruct.cli.run_tables import rejections_table, statistics_table
from distilabel_selfinstruct.cli.screen import cell, line, show
from distilabel_selfinstruct.cli.show import show_entries
from distilabel_selfinstruct.cli.tables import PlainTable
from distilabel_selfinstruct.cli.unknown_markers import unknown_markers_note
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.pricing import in_dollars
from distilabel_selfinstruct.languages import find_pack, texts_of
from distilabel_selfinstruct.ratings.feedback import load_feedback
from distilabel_selfinstruct.records import RunStatus, Stage
from distilabel_selfinstruct.reporting.entries import entry_of_task
from distilabel_selfinstruct.running.batches import batches_in_flight
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.progress import Progress
from distilabel_selfinstruct.words import escape_controls

if TYPE_CHECKING:
    from distilabel_selfinstruct.running.runner import RunResult

SECONDS_BETWEEN_LINES = 10.0

SHOWN_TASKS = 3
"""How many tasks are shown at the end, each with its first texts."""

SHOWN_TEXT = 300
"""Characters of each of these texts."""

SHOWN_FAILURE = 160
"""Characters of a failure in a line; the journal has it whole."""


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
        if (line := _line(self._config, progress)) != self._said_last:
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
            _used(self._config, result.progress),
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


def progress_view(config: RunConfig, progress: Progress, *, timed: bool = True) -> RenderableType:
    """The state of a run in a few lines. `timed`: with the time since it was started, and what is left."""
    bar = ProgressBar(total=progress.wanted, completed=progress.admitted, width=50)
    facts = PlainTable.grid(padding=(0, 2))
    facts.add_row("admitted", f"{progress.admitted} of {progress.wanted}", bar)
    facts.add_row("acceptance", _share(progress.acceptance_rate), _dropped(progress))
    facts.add_row("stages", f"classified {progress.classified}", _later_stages(progress))
    facts.add_row("requests", f"{progress.requests:,}", f"{_tokens(progress)}{_cost(config, progress)}")
    if batches := batches_in_flight(progress):
        facts.add_row("batches", cell(batches))
    if progress.failures or progress.retries:
        last = cell(f"last: {shown_failure(progress.last_failure)}" if progress.failures else "")
        facts.add_row("failed", f"{progress.failures}, retried {progress.retries}", last)
    if progress.refused:
        facts.add_row("refused", f"{progress.refused:,}", "the server limits requests")
    if timed:
        facts.add_row("elapsed", shown_time(progress.elapsed), f"left {shown_time(progress.seconds_left)}")
    return Group(facts)


def _line(config: RunConfig, progress: Progress) -> str:
    failed = f"retried {progress.retries} | " if progress.retries and not progress.failures else ""
    if progress.failures:
        failed = f"failed {progress.failures} (last: {shown_failure(progress.last_failure)}) | "
    batches = f"{batches} | " if (batches := batches_in_flight(progress)) else ""
    return (
        f"{batches}admitted {progress.admitted}/{progress.wanted} | acceptance {_share(progress.acceptance_rate)} | "
        f"classified {progress.classified}, {_later_stages(progress)} | {_dropped(progress)} | {failed}"
        f"{_tokens(progress)}{_cost(config, progress)} | {shown_time(progress.elapsed)} | "
        f"left {shown_time(progress.seconds_left)}"
    )


def _used(config: RunConfig, progress: Progress) -> str:
    used = f"{progress.elapsed:.0f} s, {_tokens(progress)}{_cost(config, progress)}"
    if progress.failures or progress.retries:
        used += f", {progress.failures} requests failed, {progress.retries} retries"
    if not progress.failures:
        return f"{used}."
    return f"{used}. The last failure was: {shown_failure(progress.last_failure)}"


def _is_recorded(llm: str) -> bool:
    return llm.startswith("recorded:")


def shown_failure(error: str) -> str:
    """A failure on one line, shortened."""
    line = escape_controls(" ".join(error.split()))
    return line if len(line) <= SHOWN_FAILURE else f"{line[: SHOWN_FAILURE - 1]}…"


def _later_stages(progress: Progress) -> str:
    return f"answered {progress.answered}, filtered {progress.filtered}, instances {progress.instances}"


def _dropped(progress: Progress) -> str:
    common = ", ".join(f"{reason} {count}" for reason, count in progress.rejections.most_common(4))
    return f"dropped: {common or 'nothing yet'}"


def _tokens(progress: Progress) -> str:
    if not progress.input_tokens + progress.output_tokens:
        return "tokens not counted" if progress.uncounted else "no tokens yet"
    cached = f" ({progress.cached_tokens:,} cached)" if progress.cached_tokens else ""
    thoughts = f" ({progress.reasoning_tokens:,} of thoughts)" if progress.reasoning_tokens else ""
    uncounted = f", not counted in {progress.uncounted:,} answers" if progress.uncounted else ""
    return f"{progress.input_tokens:,} tokens in{cached}, {progress.output_tokens:,} out{thoughts}{uncounted}"


def _cost(config: RunConfig, progress: Progress) -> str:
    spent = config.cost(progress.tokens)
    assumed = " (batches taken at half price)" if config.assumes_half_price(progress.tokens) else ""
    return "" if spent is None else f", cost {in_dollars(spent)}{assumed}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def shown_time(seconds: float | None) -> str:
    """Seconds as M:SS or H:MM:SS; a dash for None."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
