"""The seed tasks of a pack: their form, our rules, and what they overlap with."""

import os
from collections.abc import Iterator

from distilabel_selfinstruct.errors import SeedTaskError
from distilabel_selfinstruct.language_checks.finding import PackFinding, Severity
from distilabel_selfinstruct.language_checks.texts import check_instances, check_script
from distilabel_selfinstruct.languages import Pack
from distilabel_selfinstruct.prompts import PromptSet, collapse_whitespace
from distilabel_selfinstruct.records import SeedTask
from distilabel_selfinstruct.reporting.languages import identify_languages
from distilabel_selfinstruct.seeds.lint import lint_seed_tasks
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from distilabel_selfinstruct.similarity import NoveltyIndex

USUAL_LIMIT = 0.7
"""The highest ROUGE-L that counts as new where the pack has measured none."""

# The share of classification tasks, and of tasks with an input, that keeps both kinds alive in the pool.
_CLASSIFICATION = (0.05, 0.4)
_WITH_INPUT = (0.3, 0.9)

# Languages are mistaken in a few short texts of a hundred.
_OTHER_LANGUAGE = 0.15


def check_seeds(
    pack: Pack, prompts: PromptSet | None, against: str | os.PathLike[str] | None = None
) -> Iterator[PackFinding]:
    """Faults of the seed tasks.

    Args:
        pack: whose seeds.
        prompts: of the pack, if it has some: seeds must not repeat what they show.
        against: instructions that the seeds must not overlap with.
    """
    if not pack.seed_file.is_file():
        yield PackFinding("warning", "seed_tasks.jsonl", "it is missing", "Write at least 12 seed tasks.")
        return
    threshold = pack.threshold(pack.tokenizer)
    limit = USUAL_LIMIT if threshold is None else threshold
    for finding in lint_seed_tasks(pack.seed_file, against=against, language=str(pack.folder), max_rouge_l=limit):
        line = f", line {finding.line}" if finding.line else ""  # 0: the whole file
        location = f"seed_tasks.jsonl{line} {finding.field}".rstrip()
        severity: Severity = "error" if finding.severity == "error" else "warning"
        yield PackFinding(severity, location, finding.message.rstrip("."), finding.remedy)
    try:
        tasks = load_seed_tasks(pack.seed_file, str(pack.folder))
    except SeedTaskError:
        return  # the lines above say why
    instances = [one for task in tasks for one in task.instances]
    yield from check_script(pack, "seed_tasks.jsonl", [task.instruction for task in tasks], instances)
    for task in tasks:
        yield from check_instances(pack, f"seed_tasks.jsonl, {task.id}", task.instruction, task.instances)
    yield from _shares(tasks)
    yield from _language(pack, tasks)
    if prompts is not None:
        yield from _repeats(pack, prompts, tasks, limit)


def _shares(tasks: tuple[SeedTask, ...]) -> Iterator[PackFinding]:
    kinds = (
        ("are classification tasks", sum(task.is_classification for task in tasks), _CLASSIFICATION),
        ("have an input", sum(any(one.input for one in task.instances) for task in tasks), _WITH_INPUT),
    )
    for name, count, (least, most) in kinds:
        if not least <= count / len(tasks) <= most:
            fault = f"{count} of {len(tasks)} {name}"
            yield PackFinding("warning", "seed_tasks.jsonl", fault, f"Have {least:.0%} to {most:.0%}.")


def _language(pack: Pack, tasks: tuple[SeedTask, ...]) -> Iterator[PackFinding]:
    found = identify_languages([task.instruction for task in tasks])
    if found.by != "language":
        return  # by script, which is checked already
    own = pack.language.partition("-")[0]
    other = {code: count for code, count in found.counts if code not in {own, "none"}}
    if sum(other.values()) > _OTHER_LANGUAGE * found.identified:
        named = ", ".join(f"{count} {code}" for code, count in other.items())
        fault = f"a library takes {sum(other.values())} of {found.identified} for other languages: {named}"
        yield PackFinding("warning", "seed_tasks.jsonl", fault, "Read them: are they translated in full?")


def _repeats(pack: Pack, prompts: PromptSet, tasks: tuple[SeedTask, ...], limit: float) -> Iterator[PackFinding]:
    index = NoveltyIndex(limit, pack.tokenizer)
    shown = (*prompts.classification_examples, *prompts.input_first_examples, *prompts.output_first_examples)
    for text, _ in shown:
        index.add(collapse_whitespace(text))
    for task in tasks:
        nearest = next(iter(index.nearest(collapse_whitespace(task.instruction), 1)), None)
        if nearest is not None and nearest.rouge_l > limit:
            fault = f"it is nearly the example {nearest.text[:60]!r} of the prompts"
            yield PackFinding("warning", f"seed_tasks.jsonl, {task.id}", fault, "Reword it, or replace one of the two.")
