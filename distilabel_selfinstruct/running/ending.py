"""How a run ended, and why: one status and one reason."""

from dataclasses import dataclass

from distilabel_selfinstruct.journal.run_records import RunRecords
from distilabel_selfinstruct.records import MODEL_STAGES, RESUME, Reason, RequestStatus, RunStatus, Stage


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended. `reason` says why, with the remedy where there is one, in sentences."""

    status: RunStatus
    reason: str


def ending_of(records: RunRecords, stopped: str, *, has_problems: bool) -> Ending:
    """Judge a run.

    Args:
        records: what it made.
        stopped: why its steps were asked to stop; empty if they were not.
        has_problems: whether a step failed or rows were lost.
    """
    if has_problems:
        return Ending(RunStatus.FAILED, stopped or records.stop_reason)
    if reason := stopped or shortfall(records):
        return Ending(RunStatus.STOPPED, reason)
    return Ending(RunStatus.FINISHED, records.stop_reason)


def shortfall(records: RunRecords) -> str:
    """Why a run that came to its end did not do its work; empty if it did.

    A stage did not do its work if it got answers to less than half of its requests, or if nothing came of them.
    """
    for stage in MODEL_STAGES:
        counts = records.requests[stage]
        answered = counts[RequestStatus.ANSWERED]
        asked = answered + counts[RequestStatus.FAILED]
        if 2 * answered < asked:
            counted = f"{stage.value} got answers to {answered} of {asked} requests"
            return f"{counted}. The last failure was: {_last_failure(records, stage)}. {RESUME}"
    if not records.tasks:
        return records.stop_reason
    if not records.num_instances:
        return (
            f"None of the {len(records.tasks)} instructions has an instance. See the reasons in what was dropped, and "
            "try another model or prompt form."
        )
    return ""


def _last_failure(records: RunRecords, stage: Stage) -> str:
    failures = [
        rejection.detail
        for rejection in records.rejections
        if rejection.stage == stage.value and rejection.reason is Reason.FAILED_REQUEST
    ]
    return failures[-1].rstrip(".") if failures else "not recorded"
