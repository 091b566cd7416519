"""The answers of a model to the tasks that are scored, and answers that anyone can make without a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from statistics import fmean

from typing_extensions import Unpack

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.evaluation.scored_tasks import ScoredTask
from distilabel_selfinstruct.evaluation.tasks import Task, open_answers, task_of
from distilabel_selfinstruct.reading import ReadingArguments, SkippedRow, Source
from distilabel_selfinstruct.reading.columns import lookup
from distilabel_selfinstruct.records import TOOL_CALLS, Row, is_cut_off, is_refused


class Baseline(str, Enum):
    """An answer without a model: the input as it is, or the output of the task's first positive example."""

    COPY_INPUT = "copy-input"
    COPY_DEMO = "copy-demo"


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """How answers look before they are scored.

    `ended` is the share, from 0 to 100, of those that ended by themselves, among the answers whose `finish_reason` is
    known: neither cut off at a limit nor refused. `mean_tokens` is of those whose `output_tokens` are known. Both are
    None if nothing is known. Words are what white space separates.
    """

    num_answers: int
    num_empty: int
    ended: float | None
    mean_tokens: float | None
    mean_words: float


@dataclass(slots=True)
class Answers:
    """The answer to each task, by its index in the list of tasks.

    `finish_reasons` and `tokens` are as far as they are known. `num_unknown` counts the tasks that are answered and
    have no reference.
    """

    by_index: dict[int, str] = field(default_factory=dict)
    finish_reasons: dict[int, str] = field(default_factory=dict)
    tokens: dict[int, int] = field(default_factory=dict)
    num_unknown: int = 0
    skipped: tuple[SkippedRow, ...] = ()

    @property
    def facts(self) -> AnswerFacts:
        """How the answers look."""
        texts, reasons = self.by_index.values(), self.finish_reasons.values()
        ended = [not (is_cut_off(reason) or is_refused(reason) or reason == TOOL_CALLS) for reason in reasons]
        return AnswerFacts(
            num_answers=len(texts),
            num_empty=sum(not text.strip() for text in texts),
            ended=100.0 * fmean(ended) if ended else None,
            mean_tokens=fmean(self.tokens.values()) if self.tokens else None,
            mean_words=fmean(len(text.split()) for text in texts) if texts else 0.0,
        )

    def note(self, index: int, row: Row) -> None:
        """Keep what a row says of how its answer ended."""
        reason, tokens = lookup(row, "finish_reason"), lookup(row, "output_tokens")
        tokens = lookup(row, "tokens") if tokens is None else tokens
        if isinstance(reason, str) and reason:
            self.finish_reasons.setdefault(index, reason)
        if isinstance(tokens, int) and not isinstance(tokens, bool):
            self.tokens.setdefault(index, tokens)


def read_answers(
    source: Source, tasks: Sequence[ScoredTask], column: str | None = None, **reading: Unpack[ReadingArguments]
) -> Answers:
    """The answers in a file. A row belongs to the task with its id or, without one, with its instruction and input.

    A row without an answer is skipped in silence. A row that answers a task differently from one before is left out.

    Raises:
        InputFileError: the source cannot be read, lacks a column, or has no row that can be used.
    """
    rows = open_answers(source, column, reading, others=("id",))
    by_id = {one.id: index for index, one in enumerate(tasks) if one.id}
    by_task: dict[Task, list[int]] = {}
    for index, one in enumerate(tasks):
        by_task.setdefault(one.task, []).append(index)
    answers = Answers()
    location_of: dict[int | Task, str] = {}
    text_of: dict[int | Task, str] = {}
    for read in rows.read():
        for row in read.rows:
            answer, task, id_ = row.get("output"), task_of(row), str(lookup(row, "id") or "")
            keys: Sequence[int | Task] = [by_id[id_]] if id_ in by_id else by_task.get(task, ()) if task else ()
            if not keys and task is None:
                rows.skip(read, "has no instruction")
            elif answer is not None:
                keys = keys or ([task] if task else ())
                first = keys[0]
                if text_of.setdefault(first, answer).strip() != answer.strip():
                    rows.skip(read, f"answers the same task as {location_of[first]}, and differently")
                    continue
                for key in keys:
                    location_of.setdefault(key, read.location)
                    text_of.setdefault(key, answer)
                    if isinstance(key, int):
                        answers.note(key, row)
    rows.require_usable(len(text_of))
    answers.by_index = {key: text for key, text in text_of.items() if isinstance(key, int)}
    answers.num_unknown = len(text_of) - len(answers.by_index)
    answers.skipped = tuple(rows.skipped)
    return answers


def baseline_answers(baseline: Baseline, tasks: Sequence[ScoredTask]) -> Mapping[int, str]:
    """The answers of a baseline.

    Raises:
        ConfigError: no task has an example to copy.
    """
    if baseline is Baseline.COPY_INPUT:
        return {index: one.input for index, one in enumerate(tasks)}
    demos = {index: one.facts.demo for index, one in enumerate(tasks) if one.facts and one.facts.demo is not None}
    if not demos:
        raise ConfigError(
            "No task has a positive example for the baseline copy-demo: name the file of the definitions with "
            "`definitions`."
        )
    return demos
