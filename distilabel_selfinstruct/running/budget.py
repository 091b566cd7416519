"""What a run may use, and whether it is used up."""

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.journal.stop_file import raise_limit
from distilabel_selfinstruct.records import RESUME
from distilabel_selfinstruct.running.progress import Progress

SECONDS_TO_FINISH = 30
"""How long requests in flight are waited for when `max_minutes` is reached, whatever the server does."""


def used_up(config: RunConfig, progress: Progress, failures_before: int = 0) -> str:
    """Which limit of the run is reached and how the run is resumed, in sentences; empty if none is.

    Limits other than that on requests are checked twenty times a second. Requests in flight when one is reached are
    finished and counted, so a run uses more by as many requests of each stage. `failures_before` are those of earlier
    attempts at the run.
    """
    spent = config.cost(progress.tokens)
    if config.max_tokens is not None and progress.input_tokens + progress.output_tokens >= config.max_tokens:
        return raise_limit("max_tokens", f"{config.max_tokens:,}")
    if config.max_cost is not None and spent is not None and spent >= config.max_cost:
        return raise_limit("max_cost", f"{config.max_cost:g}")
    if config.max_minutes is not None and progress.elapsed >= 60 * config.max_minutes:
        return f"max_minutes ({config.max_minutes:g}) was reached. {RESUME}"
    if config.max_failures is not None and progress.failures - failures_before > config.max_failures:
        last = progress.last_failure.rstrip(".")
        return f"max_failures ({config.max_failures}) was exceeded. The last failure was: {last}. {RESUME}"
    return ""


def is_overdue(config: RunConfig, progress: Progress) -> bool:
    """Whether the requests in flight when `max_minutes` was reached have had their time: the run ends without them."""
    return config.max_minutes is not None and progress.elapsed >= 60 * config.max_minutes + SECONDS_TO_FINISH
