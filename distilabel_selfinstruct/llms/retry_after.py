"""How long a server asks to wait, in the headers of its answer: all the forms that servers use."""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")
_MILLISECONDS = re.compile(r"(\d+(?:\.\d+)?)ms")
_SECONDS_OF_UNITS = (86_400, 3600, 60, 1)

EPOCH_FROM = 1_000_000_000
"""A number of seconds from which on it is a point in time, not a duration: 2001 as a time, 31 years as a duration."""

KINDS = ("requests", "tokens", "input-tokens", "output-tokens", "")
PREFIXES = ("x-ratelimit", "anthropic-ratelimit", "ratelimit")

# x-ratelimit-reset-requests, anthropic-ratelimit-requests-reset, x-ratelimit-reset
_NAMES = tuple(
    (f"{prefix}-{kind}-reset", f"{prefix}-{kind}-remaining")
    if prefix.startswith("anthropic")
    else (f"{prefix}-reset-{kind}".rstrip("-"), f"{prefix}-remaining-{kind}".rstrip("-"))
    for prefix in PREFIXES
    for kind in KINDS
)
"""The headers with the reset and with the rest of each limit."""


def seconds_to_wait(headers: Mapping[str, str], wall: float) -> float | None:
    """How long a server that refuses a request asks to wait; None if it does not say, or nothing that makes sense.

    Read in this order: `retry-after-ms` (milliseconds), `retry-after` (seconds, with or without
    units, or a point in time by the server's own clock),
    and the reset of that rate limit which is used up (`x-ratelimit-reset-requests` and its like).

    Args:
        headers: of the answer; names in lower case, or in a mapping that ignores case.
        wall: the time of day, as seconds since 1970 in UTC.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None and milliseconds / 1000 < EPOCH_FROM:
        return milliseconds / 1000
    seconds = _duration(headers.get("retry-after"), _date(headers.get("date")) or wall)
    if seconds is not None:
        return seconds
    resets = _resets(headers, wall)
    used_up = [reset for remaining, reset in resets if remaining is None or remaining <= 0]
    return max(used_up, default=None) if used_up else min((reset for _, reset in resets), default=None)


def seconds_until_reset(headers: Mapping[str, str], wall: float) -> float:
    """How long to wait after an answer that used up a rate limit, by its headers; 0 if none is used up."""
    return max(
        (reset for remaining, reset in _resets(headers, wall) if remaining is not None and remaining <= 0), default=0
    )


def _resets(headers: Mapping[str, str], wall: float) -> list[tuple[float | None, float]]:
    """What remains of each rate limit, None if that is not said, and the seconds until it is whole again."""
    found = []
    for reset, remaining in _NAMES:
        if reset in headers:
            seconds = _duration(headers[reset], wall)
            if seconds is not None:
                found.append((_number(headers.get(remaining)), seconds))
    return found


def _duration(text: str | None, wall: float) -> float | None:
    """Seconds in `1.5`, `20ms`, `6m0s`, `1h2m3s`, a time since 1970 or a date; None for more than any server means."""
    seconds = _seconds(text, wall)
    return seconds if seconds is not None and seconds < EPOCH_FROM else None


def _seconds(text: str | None, wall: float) -> float | None:
    number = _number(text)
    if number is not None:
        return max(0.0, number - wall) if number >= EPOCH_FROM else number
    if not text or not text.strip():
        return None
    text = text.strip().lower()
    if matched := _MILLISECONDS.fullmatch(text):
        return float(matched[1]) / 1000
    if matched := _DURATION.fullmatch(text):
        return sum(
            float(count) * unit for count, unit in zip(matched.groups(), _SECONDS_OF_UNITS, strict=True) if count
        )
    return _until(text, wall)


def _number(text: str | None) -> float | None:
    """A finite number from 0 on; None for anything else."""
    try:
        number = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(text: str, wall: float) -> float | None:
    date = _date(text)
    return None if date is None else max(0.0, date - wall)


def _date(text: str | None) -> float | None:
    """Seconds since 1970 of a date as in HTTP or in ISO 8601; None if it is no date."""
    if not text:
        return None
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        try:
            date = datetime.fromisoformat(text.strip().upper().replace("Z", "+00:00"))
        except ValueError:
            return None
    try:
        return (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp()
    except (OverflowError, ValueError):
        return None
