"""What a run may spend, kept by all of its steps together: what was used, and what requests in flight may use.

A request is sent only while what was used, together with what is reserved for the requests in flight, is below the
limits. So the last request alone can pass a limit, however many are in flight.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.files import atomic
from distilabel_selfinstruct.files.run_layout import SPENDING
from distilabel_selfinstruct.files.shared_files import are_leased, exclusively
from distilabel_selfinstruct.journal.stop_file import raise_limit


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """What a token costs in US dollars: of the input, of the input from the server's cache, of the output."""

    input: float = 0.0
    cached: float = 0.0
    output: float = 0.0


@dataclass(frozen=True, slots=True)
class SpentAmount:
    """An amount of tokens and of US dollars."""

    tokens: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class SpendingLimits:
    """The most tokens and US dollars of a run, None for no limit; the prices are by step, directly and in batches."""

    max_tokens: int | None
    max_cost: float | None
    prices: Mapping[str, TokenPrice]
    batch_prices: Mapping[str, TokenPrice]


def start_spending(state: Path, limits: SpendingLimits, used: SpentAmount) -> None:
    """Keep the limits of a run that starts, and what it has used before; nothing where there are none."""
    path = state / SPENDING
    if limits.max_tokens is None and limits.max_cost is None:
        path.unlink(missing_ok=True)
        return
    atomic.write(path, json.dumps({"limits": asdict(limits), "used": asdict(used), "in_flight": 0}))


class Spending:
    """What one step reserves and uses.

    Args:
        path: the file that all steps share.
        step: the name of the step, for its prices.
    """

    def __init__(self, path: Path, step: str) -> None:
        self._path = path
        self._is_leased = are_leased(path.parent)
        with self._kept() as kept:
            limits: dict[str, Any] = kept["limits"]
        self._max_tokens: int | None = limits["max_tokens"]
        self._max_cost: float | None = limits["max_cost"]
        self._price = TokenPrice(**limits["prices"].get(step, {}))
        self._batch_price = TokenPrice(**limits["batch_prices"].get(step, {}))

    def reserve(self, input_tokens: float, output_tokens: float, *, in_batch: bool) -> SpentAmount | None:
        """Reserve what a request may use; None if it must wait until others are back, or for good (see `reached`)."""
        amount = self._amount(input_tokens, output_tokens, 0, in_batch=in_batch)
        with self._kept() as kept:
            if self._limit_reached(SpentAmount(**kept["used"])):
                return None
            _add(kept, amount)
            kept["in_flight"] += 1
        return amount

    def settle(
        self,
        reserved: SpentAmount | None,
        input_tokens: int,
        output_tokens: int,
        cached_tokens: int,
        *,
        in_batch: bool = False,
    ) -> None:
        """Put what a request used in the place of what was reserved for it; None if nothing was."""
        used = self._amount(input_tokens, output_tokens, cached_tokens, in_batch=in_batch)
        with self._kept() as kept:
            _add(kept, used)
            if reserved is not None:
                _add(kept, SpentAmount(-reserved.tokens, -reserved.cost))
                kept["in_flight"] -= 1

    def reached(self) -> str:
        """Which limit is reached, and the remedy, in sentences; empty while there is room or something in flight."""
        with self._kept() as kept:
            return "" if kept["in_flight"] else self._limit_reached(SpentAmount(**kept["used"]))

    def _limit_reached(self, used: SpentAmount) -> str:
        if self._max_tokens is not None and used.tokens >= self._max_tokens:
            return raise_limit("max_tokens", f"{self._max_tokens:,}")
        if self._max_cost is not None and used.cost >= self._max_cost:
            return raise_limit("max_cost", f"{self._max_cost:g}")
        return ""

    def _amount(
        self, input_tokens: float, output_tokens: float, cached_tokens: float, *, in_batch: bool
    ) -> SpentAmount:
        price = self._batch_price if in_batch else self._price
        cached = min(cached_tokens, input_tokens)
        cost = (input_tokens - cached) * price.input + cached * price.cached + output_tokens * price.output
        return SpentAmount(input_tokens + output_tokens, cost)

    @contextmanager
    def _kept(self) -> Iterator[dict[str, Any]]:
        """What is kept, to be read or changed while no other step does."""
        with exclusively(self._path, by_lease=self._is_leased) as stream:
            before = stream.read()
            kept = json.loads(before)
            yield kept
            after = json.dumps(kept).encode()
            if after != before:
                stream.seek(0)
                stream.write(after)
                stream.truncate()


def _add(kept: dict[str, Any], amount: SpentAmount) -> None:
    used = SpentAmount(**kept["used"])
    # Sums and differences of floats leave a remainder, which must not count as room or as use.
    cost = round(used.cost + amount.cost, 12)
    kept["used"] = asdict(replace(used, tokens=used.tokens + amount.tokens, cost=cost))
