"""What a run used: requests, tokens, time and money."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from distilabel_selfinstruct.config import RunConfig, Tokens
from distilabel_selfinstruct.errors import RunFolderError, reading
from distilabel_selfinstruct.files.run_layout import COMPLETIONS
from distilabel_selfinstruct.records import Row, Stage


@dataclass(frozen=True, slots=True)
class StageUsage:
    """The requests of a stage. `seconds` is their mean time, or 0 if the journal has no times.

    `cached_tokens` are those of `input_tokens` that the server had in its cache, `reasoning_tokens` those of
    `output_tokens` that were thoughts. `in_batches` has what is at the price of batches.
    """

    stage: str
    requests: int = 0
    failed: int = 0
    retries: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    in_batches: Tokens = field(default_factory=Tokens)


@dataclass(frozen=True, slots=True)
class Usage:
    """All stages of a run, in their order. `cost` is in US dollars, or None if a price is not known.

    `unreadable` counts lines of the journals that could not be read: they are damaged, or still being written.
    """

    stages: tuple[StageUsage, ...]
    cost: float | None
    unreadable: int = 0

    @property
    def total(self) -> StageUsage:
        """All stages together."""
        requests = sum(stage.requests for stage in self.stages)
        seconds = sum(stage.seconds * stage.requests for stage in self.stages)
        return StageUsage(
            stage="all",
            requests=requests,
            failed=sum(stage.failed for stage in self.stages),
            retries=sum(stage.retries for stage in self.stages),
            input_tokens=sum(stage.input_tokens for stage in self.stages),
            output_tokens=sum(stage.output_tokens for stage in self.stages),
            seconds=seconds / requests if requests else 0.0,
            cached_tokens=sum(stage.cached_tokens for stage in self.stages),
            reasoning_tokens=sum(stage.reasoning_tokens for stage in self.stages),
        )


def read_usage(state: Path, config: RunConfig) -> Usage | None:
    """Add up the journals in the state folder of a run; None if it has no journals.

    Raises:
        RunFolderError: a journal cannot be read.
    """
    sums: dict[str, StageUsage] = {}
    unreadable = 0
    files = sorted(state.glob(f"*/{COMPLETIONS}"))
    for file in files:
        for row in _rows(file):
            if row is None:
                unreadable += 1
                continue
            stage = str(row.get("stage"))
            sums[stage] = _with_request(sums.get(stage, StageUsage(stage)), row)
    if not files:
        return None
    order = [stage.value for stage in Stage]
    stages = sorted(sums.values(), key=lambda usage: order.index(usage.stage) if usage.stage in order else len(order))
    tokens = {
        Stage(usage.stage): replace(
            usage.in_batches, input=usage.input_tokens, output=usage.output_tokens, cached=usage.cached_tokens
        )
        for usage in stages
        if usage.stage in order
    }
    return Usage(tuple(stages), config.cost(tokens), unreadable)


def _with_request(usage: StageUsage, row: Row) -> StageUsage:
    requests, in_batches = usage.requests + 1, usage.in_batches
    if row.get("batch"):
        counts = ("input_tokens", "output_tokens", "cached_tokens")
        in_batches = in_batches.with_batched(*(row.get(name) or 0 for name in counts))
    return StageUsage(
        stage=usage.stage,
        requests=requests,
        failed=usage.failed + bool(row.get("error")),
        retries=usage.retries + (row.get("retries") or 0),
        input_tokens=usage.input_tokens + (row.get("input_tokens") or 0),
        output_tokens=usage.output_tokens + (row.get("output_tokens") or 0),
        seconds=usage.seconds + ((row.get("seconds") or 0.0) - usage.seconds) / requests,
        cached_tokens=usage.cached_tokens + (row.get("cached_tokens") or 0),
        reasoning_tokens=usage.reasoning_tokens + (row.get("reasoning_tokens") or 0),
        in_batches=in_batches,
    )


def _rows(path: Path) -> Iterator[Row | None]:
    """The rows of a journal, a line at a time because it can be large; None for a line without a row."""
    with reading(path, RunFolderError), path.open("rb") as stream:
        for line in stream:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            yield row if isinstance(row, dict) else None
