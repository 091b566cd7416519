"""Waiting for a server that works on batches: calls that survive its bad hours, and an end when a run has to stop."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.journal.stop_file import is_limit_to_raise
from distilabel_selfinstruct.llms.batch.server import NoBatchError
from distilabel_selfinstruct.llms.clock import Clock
from distilabel_selfinstruct.llms.transport.client import may_pass
from distilabel_selfinstruct.llms.transport.errors import APIStatusError, AuthenticationError, PermissionDeniedError
from distilabel_selfinstruct.records import RESUME

SECONDS_BETWEEN_LOOKS = 0.2
"""How often a wait looks whether the run was asked to stop."""

FIRST_POLL, LONGEST_POLL, POLL_GROWTH = 0.5, 60.0, 1.3
"""Seconds until a batch is looked at again: small ones are done within seconds, large ones take hours."""

FIRST_RETRY, LONGEST_RETRY = 5.0, 60.0
"""Seconds until a call that failed is tried again."""

NO_ENDPOINTS = "Leave out `batch`, or choose a server that has OpenAI's endpoints for files and batches."
OTHER_MODEL = f"Check the model and the address. {RESUME}"

_Result = TypeVar("_Result")


class BatchStopError(Exception):
    """The batches of a step must not be waited for. `reason` is the sentence for the one who started the run."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BatchCalls:
    """Calls of a server, each tried until it is answered, refused, or must not be waited for.

    Args:
        journal: says when to stop, and is told of failures.
        clock: the time.
        patience: for how many seconds a call is tried that fails in ways that may pass.
        said_by: the words of a server in an error, without keys.
    """

    def __init__(
        self, journal: StepJournal, clock: Clock, patience: float, said_by: Callable[[Exception], str]
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._patience = patience
        self._said_by = said_by

    async def answered(self, what: str, call: Callable[[], Awaitable[_Result]], remedy: str = NO_ENDPOINTS) -> _Result:
        """What a call returns.

        Args:
            what: what the server is asked to do, as in "take a batch".
            call: asks it once.
            remedy: what to do where the server knows nothing of what it is asked about, as a sentence.

        Raises:
            BatchStopError: the server refuses, or answers nothing for too long, or the run was asked to stop.
        """
        started, wait = self._clock.now(), FIRST_RETRY
        while True:
            try:
                return await call()
            except Exception as error:  # whatever a client raises
                said = self._said_by(error).rstrip(".")
                if not may_pass(error):
                    reason = refusal(f"{self._journal.step}: the server", what, error, said, remedy)
                    raise BatchStopError(reason) from error
                if self._clock.now() + wait - started > self._patience:
                    raise BatchStopError(
                        f"{self._journal.step}: the server could not be asked to {what}. The last failure was: "
                        f"{said}. {RESUME}"
                    ) from error
                text = f"Could not ask the server to {what}, and tries again: {said}."
                self._journal.record_note(Note(NoteKind.WAITING, "batch", text))
            await self.wait(wait)
            wait = min(LONGEST_RETRY, 2 * wait)

    async def wait(self, seconds: float) -> None:
        """Wait so long. At a limit of what the run may use, what was sent is within it, and is waited for.

        Raises:
            BatchStopError: the run was asked to stop meanwhile for another reason, or not to wait.
        """
        until = self._clock.now() + seconds
        while True:
            reason = self._journal.stop_reason
            if reason and (not is_limit_to_raise(reason) or self._journal.is_abandoned):
                raise BatchStopError(reason)
            left = until - self._clock.now()
            if left <= 0:
                return
            await self._clock.sleep(min(left, SECONDS_BETWEEN_LOOKS))


def is_missing(error: Exception) -> bool:
    """Whether a server says that it has no such endpoint, batch or file."""
    return isinstance(error, NoBatchError) or (
        isinstance(error, APIStatusError) and error.status_code in (404, 405, 501)
    )


def refusal(who: str, what: str, error: Exception, said: str, remedy: str = NO_ENDPOINTS) -> str:
    """A sentence that says what a server refuses, and one with the remedy.

    Args:
        who: the server, as the subject of the sentence.
        what: what it was asked to do.
        error: what its client raised.
        said: the server's words.
        remedy: what to do where the server knows nothing of what it is asked about.
    """
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        remedy = f"Set a key that may do that. {RESUME}"
    elif not is_missing(error):
        remedy = f"Leave out `batch`, or try again later. {RESUME}"
    return f"{who} refuses to {what}: {said}. {remedy}"
