"""What a run may use, and whether it is used up."""

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.running.progress import Progress


def used_up(config: RunConfig, progress: Progress, failures_before: int = 0) -> str:
    """Which limit of the run is reached, as a sentence; empty if none is.

    Limits other than that on requests are checked twenty times a second. Requests in flight when one is reached are
    finished and counted, so a run uses more by up to `max_in_flight` requests of each stage. `failures_before` are
    those of earlier attempts at the run.
    """
    spent = config.cost(progress.tokens)
    if config.max_tokens is not None and progress.input_tokens + progress.output_tokens >= config.max_tokens:
        return f"max_tokens ({config.max_tokens:,}) was reached."
    if config.max_cost is not None and spent is not None and spent >= config.max_cost:
        return f"max_cost ({config.max_cost:g}) was reached."
    if config.max_minutes is not None and progress.elapsed >= 60 * config.max_minutes:
        return f"max_minutes ({config.max_minutes:g}) was reached."
    if config.max_failures is not None and progress.failures - failures_before > config.max_failures:
        return f"max_failures ({config.max_failures}) was exceeded. The last failure was: {progress.last_failure}"
    return ""
