"""What a run may use, and whether it is used up."""

from pathlib import Path

from distilabel_selfinstruct.analysis.short_context import remedy_of
from distilabel_selfinstruct.config import Price, RunConfig
from distilabel_selfinstruct.config.pricing import PRICED_TOKENS
from distilabel_selfinstruct.journal.spending import SpendingLimits, SpentAmount, TokenPrice, start_spending
from distilabel_selfinstruct.journal.stop_file import raise_limit
from distilabel_selfinstruct.records import RESUME
from distilabel_selfinstruct.running.progress import Progress


def limit_spending(state: Path, config: RunConfig, progress: Progress) -> None:
    """Have the steps of a run that starts keep its limits on tokens and cost, with what it has used before."""
    direct, batched = {}, {}
    for stage, model in config.models.items():
        if price := config.prices.get(model):
            direct[stage.value], batched[stage.value] = token_price(price), token_price(price.in_batches)
    used = SpentAmount(progress.input_tokens + progress.output_tokens, config.cost(progress.tokens) or 0.0)
    start_spending(state, SpendingLimits(config.max_tokens, config.max_cost, direct, batched), used)


def token_price(price: Price) -> TokenPrice:
    """What a token costs at a price for a million."""
    cached = price.input if price.cached_input is None else price.cached_input
    return TokenPrice(price.input / PRICED_TOKENS, cached / PRICED_TOKENS, price.output / PRICED_TOKENS)


SECONDS_TO_FINISH = 30
"""How long requests in flight are waited for when `max_minutes` is reached, whatever the server does."""


def used_up(config: RunConfig, progress: Progress, failures_before: int = 0) -> str:
    """Which limit of the run is reached and how the run is resumed, in sentences; empty if none is.

    Limits other than that on requests are checked twenty times a second. Those on tokens and cost are kept by the steps
    as well, which reserve what their requests in flight may use (see `limit_spending`). `failures_before` are those of
    earlier attempts at the run.
    """
    spent = config.cost(progress.tokens)
    if config.max_tokens is not None and progress.input_tokens + progress.output_tokens >= config.max_tokens:
        return raise_limit("max_tokens", f"{config.max_tokens:,}")
    if config.max_cost is not None and spent is not None and spent >= config.max_cost:
        return raise_limit("max_cost", f"{config.max_cost:g}")
    if config.max_minutes is not None and progress.elapsed >= 60 * config.max_minutes:
        return f"`max_minutes` ({config.max_minutes:g}) was reached. {RESUME}"
    if config.max_failures is not None and progress.failures - failures_before > config.max_failures:
        last = progress.last_failure
        stages = [stage for stage, counts in progress.stages.items() if counts.last_failure == last]
        said = f"`max_failures` ({config.max_failures}) was exceeded. The last failure was: {last.rstrip('.')}."
        return f"{said} {remedy_of(stages[0], last)}" if stages else f"{said} {RESUME}"
    return ""


def is_overdue(config: RunConfig, progress: Progress) -> bool:
    """Whether the requests in flight when `max_minutes` was reached have had their time: the run ends without them."""
    return config.max_minutes is not None and is_past(60 * config.max_minutes, progress)


def is_past(since: float | None, progress: Progress) -> bool:
    """Whether requests that were in flight at a time, in seconds since the start, have had their time to finish."""
    return since is not None and progress.elapsed >= since + SECONDS_TO_FINISH
