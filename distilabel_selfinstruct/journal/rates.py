"""So much a minute: a limit on the pace, kept by all steps of a run together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from distilabel_selfinstruct.files.shared_files import are_leased, exclusively

SECONDS = 60.0


@dataclass
class _Turn:
    """When the next may pass: the time of day, as seconds since 1970 in UTC."""

    at: float = 0.0


class Rate:
    """Lets through so much a minute, evenly.

    What was let through puts off the next by its share of a minute. When the next may pass is all there is to know,
    and steps in other processes share it in a file. Times of day are seconds since 1970 in UTC.

    Args:
        per_minute: how much may pass in a minute.
        path: the file that is shared; None for a limit of this step alone.
    """

    def __init__(self, per_minute: int, path: Path | None) -> None:
        self._seconds_each = SECONDS / per_minute
        self._path = path
        self._is_leased = path is not None and are_leased(path.parent)
        self._own = _Turn()

    def take(self, amount: float, wall: float) -> float:
        """Let an amount through if it may pass now. Returns 0, or for how many seconds it must wait.

        An amount of more than a minute's share passes too, and puts off what comes after it for longer.
        """
        with self._turn() as turn:
            if turn.at > wall:
                return turn.at - wall
            turn.at = wall + amount * self._seconds_each
            return 0.0

    def correct(self, amount: float) -> None:
        """Add to what was let through, or take away from it, now that the amount is known."""
        with self._turn() as turn:
            turn.at += amount * self._seconds_each

    @contextmanager
    def _turn(self) -> Iterator[_Turn]:
        if self._path is None:
            yield self._own
            return
        with exclusively(self._path, by_lease=self._is_leased) as stream:
            before = _time_in(stream.read())
            turn = _Turn(before)
            yield turn
            if turn.at != before:
                stream.seek(0)
                stream.truncate()
                stream.write(repr(turn.at).encode())


def _time_in(content: bytes) -> float:
    try:
        return float(content)
    except ValueError:
        return 0.0
