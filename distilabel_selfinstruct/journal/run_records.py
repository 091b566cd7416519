"""What the journals of a run hold in the end: its tasks, and all that was dropped on the way."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from distilabel_selfinstruct.errors import JournalError, reading
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.run_layout import END, STEP_REJECTIONS, STEP_RESULTS
from distilabel_selfinstruct.journal.replicas import merged, merged_results, readable_rows
from distilabel_selfinstruct.journal.rows import read_rows
from distilabel_selfinstruct.records import (
    MODEL_STAGES,
    GeneratedTask,
    Instance,
    Reason,
    RecordedRejection,
    RequestStatus,
    Row,
    Stage,
)

_ADMITTED = ("instruction", "nearest_instruction", "nearest_rouge_l", "request", "model_name")
"""What the first stage says of a task."""

_REJECTION = tuple(field.name for field in fields(RecordedRejection))
"""What a rejection in a file holds."""


@dataclass(frozen=True, slots=True)
class RunRecords:
    """The records of a run, whether it is complete or not.

    `num_results` counts, by stage, what the stage has finished; `requests`, by stage, how its requests ended.
    `stop_reason` is why the loop of the first stage ended, as a sentence; empty while it has not.
    """

    tasks: tuple[GeneratedTask, ...]
    rejections: tuple[RecordedRejection, ...]
    num_results: dict[Stage, int]
    requests: dict[Stage, Counter[RequestStatus]]
    stop_reason: str

    @property
    def num_instances(self) -> int:
        """How many instances all tasks have."""
        return sum(len(task.instances) for task in self.tasks)


def read_run(state: Path, *, is_working: bool = False) -> RunRecords:
    """Put the records together from what each stage has in its journal, in the order of the first stage.

    Args:
        state: the folder of the journals.
        is_working: leave out lines that cannot be read, since a process may be writing them.

    Raises:
        JournalError: a line is damaged, or lacks a field.
    """
    num_results: dict[Stage, int] = {}
    statuses: dict[Stage, Counter[str]] = {}

    read = readable_rows if is_working else read_rows

    def results(stage: Stage) -> list[Row]:
        rows = merged_results(state, stage.value, STEP_RESULTS, read)
        num_results[stage] = len(rows)
        statuses[stage] = Counter(row["status"] for row in rows if stage in MODEL_STAGES[1:])
        return rows

    # Of each stage only what is needed is kept: the rows of all of them are more than a large run has memory for.
    results(Stage.INSTANCE_GENERATION)
    types = {task: row["is_classification"] for task, row in _by_task(results(Stage.CLASSIFICATION))}
    instances = {
        task: tuple(Instance(**instance) for instance in row["instances"])
        for task, row in _by_task(results(Stage.INSTANCE_FILTERING))
    }
    tasks = tuple(
        GeneratedTask(
            **{name: row[name] for name in _ADMITTED},
            is_classification=types.get(task),
            instances=instances.get(task, ()),
        )
        for task, row in _by_task(results(Stage.INSTRUCTION_GENERATION))
    )
    ends = list(read(state / Stage.INSTRUCTION_GENERATION.value / END))
    return RunRecords(
        tasks=tasks,
        rejections=tuple(journaled_rejections(state)),
        num_results={stage: num_results[stage] for stage in Stage},
        requests={
            Stage.INSTRUCTION_GENERATION: _counts(ends[-1]["requests"] if ends else {}),
            **{stage: _counts(statuses[stage]) for stage in MODEL_STAGES[1:]},
        },
        stop_reason=ends[-1]["reason"] if ends else "",
    )


def journaled_rejections(state: Path) -> Iterator[RecordedRejection]:
    """What the stages dropped, as their journals have it, in the order of the stages and of their requests.

    Raises:
        JournalError: a line is no rejection.
    """
    for stage in Stage:
        yield from merged(state, stage.value, STEP_REJECTIONS, read_rejections, lambda rejection: rejection.request)


def _by_task(rows: Iterable[Row]) -> Iterator[tuple[tuple[str, int], Row]]:
    """The rows of a stage with their instruction, and which of the equal instructions it is, counted from 0.

    Each stage has its rows in the order of the first one, so this finds the row of the same task in each of them.
    """
    seen: Counter[str] = Counter()
    for row in rows:
        yield (row["instruction"], seen[row["instruction"]]), row
        seen[row["instruction"]] += 1


def rejection_row(rejection: RecordedRejection) -> Row:
    """The row of a rejection in a file."""
    return {**{name: getattr(rejection, name) for name in _REJECTION}, "reason": rejection.reason.value}


def read_rejections(path: str | os.PathLike[str]) -> Iterator[RecordedRejection]:
    """The rejections in a file; none where there is no file. A last line that is still being written is left out.

    Raises:
        JournalError: a line is no rejection; the message names the line and what is wrong with it.
    """
    if not Path(path).exists():
        return
    with reading(path):
        is_torn = not Path(path).read_bytes().endswith(b"\n")
    lines = list(jsonl.scan(path))
    for line in lines[:-1] if is_torn else lines:
        row, fault = line.value, line.fault
        if not fault and not (fault := _rejection_fault(row)):
            yield RecordedRejection(**{**row, "reason": Reason(row["reason"])})
        else:
            raise JournalError(f"{os.fspath(path)}, line {line.number}: the line {fault}. Repair or remove it.", path)


def _rejection_fault(row: Row) -> str:
    """Why an object is no rejection, to be read after "the line"; empty if it is one."""
    if missing := [name for name in _REJECTION if name not in row]:
        return f"is no rejection: it lacks {', '.join(missing)}"
    if unknown := sorted(row.keys() - set(_REJECTION)):
        return f"is no rejection: it has the unknown field {unknown[0]!r}"
    known = [reason.value for reason in Reason]
    return "" if row["reason"] in known else f"is no rejection: it has the unknown reason {row['reason']!r:.60}"


def _counts(by_name: Mapping[str, int]) -> Counter[RequestStatus]:
    return Counter({RequestStatus(name): count for name, count in by_name.items()})
