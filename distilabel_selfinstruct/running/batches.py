"""The batches of a run that a server works on: what is said of them, and what must not be paid twice."""

from datetime import datetime
from pathlib import Path

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.journal.batch_ledger import BatchState, open_batches
from distilabel_selfinstruct.running.progress import Progress


def _in_words(step: str, state: BatchState) -> str:
    """How far a batch is, as in "batch_1 of classification: 3 of 24 done, since 14:03"."""
    failed = f", {state.failed:,} of them failed" if state.failed else ""
    since = datetime.fromtimestamp(state.began).astimezone()
    day = "" if since.date() == datetime.now().astimezone().date() else f"{since:%Y-%m-%d} "
    done = state.answered + state.failed
    return f"{state.batch_id} of {step}: {done:,} of {state.requests:,} done{failed}, since {day}{since:%H:%M}"


def batches_in_flight(progress: Progress) -> str:
    """How far each batch is that a server works on; empty if there are none."""
    return "; ".join(_in_words(stage.value, state) for stage, state in progress.in_flight)


def batches_in_words(state_dir: Path) -> str:
    """The open batches of a run, one after the other; empty if there are none.

    Raises:
        JournalError: the record of a step's batches is damaged.
    """
    return "; ".join(_in_words(step, state) for step, states in open_batches(state_dir).items() for state in states)


def refuse_to_pay_twice(state_dir: Path) -> None:
    """Find out before a run is resumed without batches whether a server works on some of it.

    Raises:
        RunFolderError: it does.
        JournalError: the record of a step's batches is damaged.
    """
    if said := batches_in_words(state_dir):
        raise RunFolderError(
            f"{state_dir} has batches that a server works on ({said}): give `batch` to fetch their answers, or "
            "`fresh` to start over and pay again.",
            state_dir,
        )
