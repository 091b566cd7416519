"""What `selfinstruct run` shows: a live view on a terminal, plain lines elsewhere, and the tables at the end."""

import time
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING

from rich import get_console
from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from typing_extensions import Self

from distilabel_selfinstruct.analysis import PAPER, Statistics
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.ratings.feedback import load_feedback
from distilabel_selfinstruct.records import RecordedRejection, RunStatus
from distilabel_selfinstruct.running.budget import cost
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.progress import Progress

if TYPE_CHECKING:
    from distilabel_selfinstruct.running.runner import RunResult

SECONDS_BETWEEN_LINES = 10.0


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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live.is_started:
            self._live.stop()

    def update(self, progress: Progress) -> None:
        """Show the progress now, or on plain output if some time has passed since the last line."""
        if not self._announced:
            self._announced = True
            self._announce()
        if self._console.is_terminal:
            self._live.update(progress_view(self._config, progress))
        elif time.monotonic() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            self._console.print(_line(progress), highlight=False, soft_wrap=True)

    def _used(self, progress: Progress) -> str:
        return f"{progress.elapsed:.0f} s, {_tokens(progress)}{_cost(self._config, progress)}{_trouble(progress)}."

    def _announce(self) -> None:
        # Only now is it known that the run could start.
        provider, _, model = self._config.llm.partition(":")
        if provider == "recorded":
            self._console.print(f"Replaying the recording [bold]{model}[/]: no model is asked.", highlight=False)
        if said := self._feedback.summary(classification_only=self._config.classification_only):
            self._console.print(said, highlight=False, soft_wrap=True)
        if self._console.is_terminal:
            self._live.start()

    def show_result(self, result: "RunResult") -> None:
        """The final tables, and where the files are."""
        if not self._console.is_terminal:
            self._console.print(_line(result.progress), highlight=False, soft_wrap=True)
        self._console.print()
        self._console.print(statistics_table(result.statistics))
        self._console.print()
        self._console.print(rejections_table(result.rejections))
        self._console.print()
        folder = RunFolder(result.folder)
        for text in (
            f"Stopped: {result.stop_reason}" if result.status is RunStatus.STOPPED else result.stop_reason,
            self._used(result.progress),
            f"Dataset: {folder.dataset} (datasets.load_from_disk)",
            f"Rows: {folder.instances}, {folder.instructions}",
            f"What was dropped and why: {folder.rejections}",
        ):
            self._console.print(text, highlight=False, soft_wrap=True, markup=False)


def statistics_table(statistics: Statistics) -> Table:
    """Table 1 of the paper for a run, beside the paper's own figures."""
    table = Table(title="The dataset (Table 1 of the paper)", title_justify="left")
    table.add_column("statistic")
    table.add_column("this run", justify="right")
    table.add_column("paper", justify="right", style="dim")
    for name, this, paper in (
        ("instructions", statistics.instructions, PAPER.instructions),
        ("  classification", statistics.classification_instructions, PAPER.classification_instructions),
        (
            "  non-classification",
            statistics.non_classification_instructions,
            PAPER.non_classification_instructions,
        ),
        ("  not asked", statistics.unasked_instructions, PAPER.unasked_instructions),
        ("instances", statistics.instances, PAPER.instances),
        ("  with empty input", statistics.instances_with_empty_input, PAPER.instances_with_empty_input),
        ("mean instruction length (words)", statistics.instruction_length, PAPER.instruction_length),
        ("mean non-empty input length (words)", statistics.input_length, PAPER.input_length),
        ("mean output length (words)", statistics.output_length, PAPER.output_length),
    ):
        if this or paper:
            table.add_row(name, _number(this), _number(paper))
    return table


def rejections_table(rejections: Iterable[RecordedRejection]) -> Table:
    """How much was dropped, by stage and rule."""
    table = Table(title="Dropped, by rule", title_justify="left")
    table.add_column("stage")
    table.add_column("reason")
    table.add_column("count", justify="right")
    counts: dict[str, Counter[str]] = {}
    for rejection in rejections:
        counts.setdefault(rejection.stage, Counter())[rejection.reason.value] += 1
    for stage, reasons in counts.items():
        ranked = sorted(((count, reason) for reason, count in reasons.items()), reverse=True)
        for number, (count, reason) in enumerate(ranked, 1):
            table.add_row(stage if number == 1 else "", reason, str(count), end_section=number == len(ranked))
    if not counts:
        table.add_row("", "nothing", "0")
    return table


def progress_view(config: RunConfig, progress: Progress, *, timed: bool = True) -> RenderableType:
    """The state of a run in a few lines. `timed`: with the time since it was started, and what is left."""
    bar = ProgressBar(total=progress.wanted, completed=progress.admitted, width=50)
    facts = Table.grid(padding=(0, 2))
    facts.add_row("admitted", f"{progress.admitted} of {progress.wanted}", bar)
    facts.add_row("acceptance", _share(progress.acceptance_rate), _dropped(progress))
    facts.add_row("stages", f"classified {progress.classified}", _later_stages(progress))
    facts.add_row("requests", str(sum(progress.requests.values())), f"{_tokens(progress)}{_cost(config, progress)}")
    if progress.failures or progress.retries:
        facts.add_row("trouble", f"failed {progress.failures}", f"retried {progress.retries}")
    if timed:
        facts.add_row("elapsed", shown_time(progress.elapsed), f"left {shown_time(progress.seconds_left)}")
    return Group(facts)


def _line(progress: Progress) -> str:
    return (
        f"admitted {progress.admitted}/{progress.wanted} | acceptance {_share(progress.acceptance_rate)} | "
        f"{_later_stages(progress)} | {_dropped(progress)} | {_tokens(progress)} | {shown_time(progress.elapsed)} | "
        f"left {shown_time(progress.seconds_left)}"
    )


def _later_stages(progress: Progress) -> str:
    return f"answered {progress.answered}, filtered {progress.filtered}, instances {progress.instances}"


def _dropped(progress: Progress) -> str:
    common = ", ".join(f"{reason} {count}" for reason, count in progress.rejections.most_common(4))
    return f"dropped: {common or 'nothing yet'}"


def _tokens(progress: Progress) -> str:
    if not progress.input_tokens + progress.output_tokens:
        return "tokens not counted by the model"
    return f"{progress.input_tokens:,} tokens in, {progress.output_tokens:,} out"


def _cost(config: RunConfig, progress: Progress) -> str:
    spent = cost(config, progress.input_tokens, progress.output_tokens)
    return "" if spent is None else f", cost {spent:,.2f}"


def _trouble(progress: Progress) -> str:
    if not progress.failures and not progress.retries:
        return ""
    return f", {progress.failures} requests failed, {progress.retries} retries"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def shown_time(seconds: float | None) -> str:
    """Seconds as M:SS or H:MM:SS; a dash for None."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.1f}"
