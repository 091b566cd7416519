"""How a run ended, and why: one status and one reason."""

from dataclasses import dataclass

from distilabel_selfinstruct.analysis.short_context import remedy_of
from distilabel_selfinstruct.journal.run_records import RunRecords
from distilabel_selfinstruct.records import MODEL_STAGES, Reason, RequestStatus, RunStatus, Stage
from distilabel_selfinstruct.running.progress import Progress


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended. `reason` says why, with the remedy where there is one, in sentences."""

    status: RunStatus
    reason: str


def ending_of(records: RunRecords, stopped: str, progress: Progress | None = None, *, has_problems: bool) -> Ending:
    """Judge a run.

    Args:
        records: what it made.
        stopped: why its steps were asked to stop; empty if they were not.
        progress: what its requests used; None where that is not known.
        has_problems: whether a step failed or rows were lost.
    """
    if has_problems:
        return Ending(RunStatus.FAILED, stopped or records.stop_reason)
    if stopped and not is_all_answered(records):  # a limit that the last request reached keeps nothing back
        return Ending(RunStatus.STOPPED, " ".join(filter(None, (stopped, not_asked(records)))))
    if reason := (only_thoughts(progress) if progress else "") or shortfall(records):
        return Ending(RunStatus.STOPPED, reason)
    return Ending(RunStatus.FINISHED, records.stop_reason)


def is_all_answered(records: RunRecords) -> bool:
    """Whether all that a run wanted to ask was answered, and made into rows."""
    counts = [records.requests[stage] for stage in MODEL_STAGES]
    is_answered = all(count[RequestStatus.ANSWERED] == count.total() for count in counts)
    return bool(records.stop_reason) and is_answered and set(records.num_results.values()) == {len(records.tasks)}


def not_asked(records: RunRecords) -> str:
    """Which stages had no turn with all of their instructions, as a sentence; empty if there is none."""
    counts = {stage: records.requests[stage][RequestStatus.NOT_SENT] for stage in MODEL_STAGES[1:]}
    listed = [
        f"{stage.value} about {count:,} of {records.num_results[stage]:,} instructions"
        for stage, count in counts.items()
        if count
    ]
    return f"Not asked yet: {', '.join(listed)}." if listed else ""


def only_thoughts(progress: Progress) -> str:
    """Why a run made little whose model only thought, with the remedy; empty if most answers hold text."""
    for stage in MODEL_STAGES:
        counts = progress.stages[stage]
        answered = counts.requests - counts.failed
        if 2 * counts.only_thoughts > answered:
            return (
                f"{counts.only_thoughts:,} of {answered:,} answers of {stage.value} ended inside the model's thoughts "
                "and hold nothing else. Start over (`fresh`) with more room for thoughts (`thinking_tokens`), with "
                "`thinking=off`, or with another model."
            )
    return ""


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
            last = _last_failure(records, stage)
            return f"{counted}. The last failure was: {last}. {remedy_of(stage, last)}"
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
