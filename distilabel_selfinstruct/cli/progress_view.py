"""How far a run is, in a few lines or in one."""

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar

from distilabel_selfinstruct.cli.screen import cell
from distilabel_selfinstruct.cli.tables import PlainTable
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.pricing import in_dollars
from distilabel_selfinstruct.running.batches import batches_in_flight
from distilabel_selfinstruct.running.progress import Progress
from distilabel_selfinstruct.words import escape_controls

SHOWN_FAILURE = 160
"""Characters of a failure in a line; the journal has it whole."""


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


def progress_line(config: RunConfig, progress: Progress) -> str:
    """The state of a run in one line."""
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


def used_in_words(config: RunConfig, progress: Progress) -> str:
    """The time, the tokens and the money that a run took, and what failed."""
    used = f"{progress.elapsed:.0f} s, {_tokens(progress)}{_cost(config, progress)}"
    if progress.failures or progress.retries:
        used += f", {progress.failures} requests failed, {progress.retries} retried"
    if not progress.failures:
        return f"{used}."
    return f"{used}. The last failure was: {shown_failure(progress.last_failure)}"


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
