"""A linter for seed files: it finds what would spoil the prompts, or the evaluation of the tuned model."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import shorten

from typing_extensions import Unpack

from distilabel_selfinstruct.parsing.filters import filter_instruction, instruction_rules
from distilabel_selfinstruct.prompts import collapse_whitespace
from distilabel_selfinstruct.reading import ReadingArguments, open_rows, summary
from distilabel_selfinstruct.records import SeedTask
from distilabel_selfinstruct.seeds.tasks import SeedFinding, scan_seed_tasks
from distilabel_selfinstruct.similarity import NoveltyIndex, resolve_tokenizer
from distilabel_selfinstruct.words import escape_controls

MIN_SEED_TASKS = 8
"""As many tasks as a prompt shows. A pool needs many more to vary its prompts; the paper has 175."""

FEW_SEED_TASKS = 50

BALANCED_SHARE = (0.05, 0.5)
"""The share of classification tasks that needs no warning, from and to. The paper's seeds have 15%."""

Numbered = tuple[int, SeedTask]


def lint_seed_tasks(
    path: str | os.PathLike[str],
    *,
    against: str | os.PathLike[str] | None = None,
    max_rouge_l: float = 0.7,
    language: str = "en",
    **reading: Unpack[ReadingArguments],
) -> Iterator[SeedFinding]:
    """Everything to repair in a seed file, in the order of its lines. Findings about the whole file come last.

    Args:
        path: the seed file (see `scan_seed_tasks`).
        against: a file or dataset with instructions, such as an evaluation set, that the seeds must not overlap with.
        max_rouge_l: ROUGE-L above which two instructions are near-duplicates.
        language: chooses the words that the rules reject.
        **reading: how the seed file is read (see `reading.ReadOptions`).

    Raises:
        InputFileError: a file cannot be opened, or has no instructions.
    """
    lines = scan_seed_tasks(path, language, **reading)
    unit = lines[0].unit if lines else "line"
    # White space and a colon at the end are not what a prompt shows, and not what the rules see of a new instruction.
    tasks = [
        (line.number, replace(line.task, instruction=collapse_whitespace(line.task.instruction)))
        for line in lines
        if line.task
    ]
    findings = [finding for line in lines for finding in line.findings]
    findings += _rejected_by_rules(tasks, language)
    findings += _near_duplicates(tasks, max_rouge_l, language, unit)
    findings += _control_characters(tasks)
    if against is not None:
        findings += _overlaps(tasks, against, max_rouge_l, language)
    yield from sorted(findings, key=lambda finding: finding.line)
    yield from _as_a_whole([task for _, task in tasks], num_lines=len(lines))


def _rejected_by_rules(tasks: Sequence[Numbered], language: str) -> Iterator[SeedFinding]:
    rules = instruction_rules("default", language)
    for number, task in tasks:
        rejection = filter_instruction(task.instruction, rules)
        if rejection is not None:
            detail = f" ({rejection.detail})" if rejection.detail else ""
            message = f"the filters would reject this instruction: {rejection.reason.value}{detail}"
            remedy = "Reword it: the filters would drop what the model writes after its example."
            yield SeedFinding(number, "instruction", "warning", message, remedy)


def _near_duplicates(tasks: Sequence[Numbered], max_rouge_l: float, language: str, unit: str) -> Iterator[SeedFinding]:
    index = NoveltyIndex(max_rouge_l, resolve_tokenizer("auto", language))
    line_of: dict[str, int] = {}
    for number, task in tasks:
        result = index.admit(task.instruction)
        if result.nearest is not None and not result.admitted:
            message = f"ROUGE-L {result.nearest.rouge_l:.2f} with {unit} {line_of[result.nearest.text]}"
            remedy = "Replace one of the two with another kind of task."
            yield SeedFinding(number, "instruction", "warning", message, remedy)
        line_of.setdefault(task.instruction, number)


def _control_characters(tasks: Sequence[Numbered]) -> Iterator[SeedFinding]:
    for number, task in tasks:
        texts = [("instruction", task.instruction)]
        for index, instance in enumerate(task.instances):
            texts += [(f"instances[{index}].{name}", getattr(instance, name)) for name in ("input", "output")]
        for field, text in texts:
            if (shown := escape_controls(text)) != text:
                message = f"it holds characters that cannot be seen: {shorten(shown, 60, placeholder='...')}"
                yield SeedFinding(number, field, "warning", message, "Remove them: models see them in the prompts.")


def _overlaps(
    tasks: Sequence[Numbered], against: str | os.PathLike[str], max_rouge_l: float, language: str
) -> Iterator[SeedFinding]:
    index = NoveltyIndex(max_rouge_l, resolve_tokenizer("auto", language))
    location_of: dict[str, str] = {}
    rows = open_rows(against).require("instruction")
    for read in rows.read(several=True):
        text = read.rows[0].get("instruction") if read.rows else None
        if not text:
            rows.skip(read, "has no instruction")
            continue
        index.add(text)
        location_of.setdefault(text, read.location)
    rows.require_usable(len(location_of))
    if rows.skipped:
        yield SeedFinding(0, "", "warning", summary(rows.skipped).rstrip("."), "Nothing was compared with them.")
    for number, task in tasks:
        nearest = next(iter(index.nearest(task.instruction, 1)), None)
        if nearest is not None and nearest.rouge_l > max_rouge_l:
            message = f"ROUGE-L {nearest.rouge_l:.2f} with {location_of[nearest.text]} of {os.fspath(against)}"
            remedy = "Replace the task, or the evaluation will test the model on what its prompts showed."
            yield SeedFinding(number, "instruction", "warning", message, remedy)


def _as_a_whole(tasks: Sequence[SeedTask], num_lines: int) -> Iterator[SeedFinding]:
    if not num_lines:
        yield SeedFinding(0, "", "error", "the file holds no seed tasks", "Put one JSON object on each line.")
        return
    if len(tasks) < MIN_SEED_TASKS:
        message = f"there are {len(tasks)} readable seed tasks and a prompt shows {MIN_SEED_TASKS}"
        yield SeedFinding(0, "", "error", message, f"Add at least {MIN_SEED_TASKS - len(tasks)} more.")
    elif len(tasks) < FEW_SEED_TASKS:
        message = f"there are only {len(tasks)} seed tasks"
        remedy = "Add more, because the prompts will be much alike. The paper has 175."
        yield SeedFinding(0, "", "warning", message, remedy)
    if tasks:
        share = sum(task.is_classification for task in tasks) / len(tasks)
        low, high = BALANCED_SHARE
        if not low <= share <= high:
            message = f"{share:.0%} of the tasks are classification tasks"
            remedy = f"Aim for {low:.0%} to {high:.0%}. The paper's seeds have 15%."
            yield SeedFinding(0, "is_classification", "warning", message, remedy)
