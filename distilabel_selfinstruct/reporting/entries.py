"""What a run holds, as entries to look at: tasks with instances, rejections, and prompts with their completions."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.run_rows import no_run, run_file
from distilabel_selfinstruct.journal.replicas import replica_folders
from distilabel_selfinstruct.journal.run_records import journaled_rejections, read_rejections, read_run
from distilabel_selfinstruct.prompts import PromptSet, load_prompts, prompt_text
from distilabel_selfinstruct.records import MODEL_STAGES, GeneratedTask, Reason, RecordedRejection, Row, Stage

EntryText = tuple[str, str]
"""What a text is, in a word, and the text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to look at.

    `kind` is `task`, `rejection` or `request`. `reasons` are those for which something of it was dropped.
    `is_classification` is None where it is not known. `texts` come from a model: whatever shows them escapes them.
    """

    kind: str
    title: str
    stage: str
    reasons: tuple[str, ...]
    is_classification: bool | None
    texts: tuple[EntryText, ...]

    def holds(self, text: str) -> bool:
        """Whether a text stands in it, in capitals or not."""
        wanted = text.casefold()
        return any(wanted in found.casefold() for found in (self.title, *(text for _, text in self.texts)))


def tasks_of(folder: Path) -> Iterator[Entry]:
    """Each instruction of a run, with its instances, in the order of the run: of its files, or else of its journals.

    Raises:
        RunFolderError: there is no run, or its rows are gone.
        InputFileError: a file of the rows is damaged.
    """
    description, _ = described_run(folder)
    instructions, instances = folder / run_layout.INSTRUCTIONS, folder / run_layout.INSTANCES
    if not (instructions.exists() and instances.exists()) and run_layout.REGENERATION not in description:
        yield from map(entry_of_task, read_run(folder / run_layout.STATE, is_working=True).tasks)
        return
    for name in (run_layout.INSTRUCTIONS, run_layout.INSTANCES):
        run_file(folder, name)
    of_task: dict[str, list[Row]] = defaultdict(list)
    for row in jsonl.read(instances):
        of_task[row["instruction"]].append(row)
    for row in jsonl.read(instructions):
        found = of_task.pop(row["instruction"], [])
        pairs = [(str(instance["input"] or ""), str(instance["output"] or "")) for instance in found]
        yield _task(row["instruction"], row.get("is_classification"), pairs)


def entry_of_task(task: GeneratedTask) -> Entry:
    """A task that a run made, with its instances."""
    return _task(task.instruction, task.is_classification, [(one.input, one.output) for one in task.instances])


def _task(instruction: str, is_classification: bool | None, pairs: Iterable[tuple[str, str]]) -> Entry:  # noqa: FBT001
    named = (text for pair in pairs for text in zip(("input", "output"), pair, strict=True))
    texts = tuple((name, text) for name, text in named if text)
    return Entry("task", instruction, Stage.INSTANCE_FILTERING.value, (), is_classification, texts)


def rejections_of(folder: Path) -> Iterator[Entry]:
    """Everything that a run has dropped so far.

    Raises:
        RunFolderError: there is no run.
        JournalError: a line is damaged.
    """
    instructions = folder / run_layout.INSTRUCTIONS
    rows = jsonl.read(instructions) if instructions.exists() else ()
    task_types = {row["instruction"]: row.get("is_classification") for row in rows}
    for rejection in recorded_rejections(folder):
        yield Entry(
            "rejection",
            rejection.instruction or rejection.text,
            rejection.stage,
            (rejection.reason.value,),
            task_types.get(rejection.instruction),
            (("dropped", rejection.text), ("because", _because(rejection)), ("request", str(rejection.request))),
        )


def recorded_rejections(folder: Path) -> list[RecordedRejection]:
    """The rejections of a run: of its file, or of its journals while it works.

    Raises:
        RunFolderError: there is no run.
        JournalError: a line is damaged.
    """
    written = folder / run_layout.REJECTIONS
    if written.exists():
        return list(read_rejections(written))
    if not (folder / run_layout.DESCRIPTION).exists():
        raise no_run(folder)
    return list(journaled_rejections(folder / run_layout.STATE))


def requests_of(folder: Path, stage: Stage) -> Iterator[Entry]:
    """The requests of a stage that have ended: the prompt, the completion, and what was dropped of it.

    Prompts of the later stages are made again, as the run made them. Lines of the journal that are damaged or still
    being written are left out.

    Raises:
        RunFolderError: there is no run, or it is of another version.
        JournalError: a rejection is damaged.
    """
    _, config = described_run(folder)
    dropped: dict[int, list[RecordedRejection]] = defaultdict(list)
    for rejection in recorded_rejections(folder):
        if rejection.stage == stage.value:
            dropped[rejection.request].append(rejection)
    prompts = load_prompts(config.prompts, config.language)
    journals = replica_folders(folder / run_layout.STATE, stage.value)
    for row in (row for journal in journals for row in _readable(journal / run_layout.COMPLETIONS)):
        number = row.get("request")
        rejected = dropped.get(number, []) if isinstance(number, int) else []
        texts = [("prompt", _prompt(row, stage, config, prompts))]
        if row.get("reasoning"):
            texts.append(("thoughts", str(row["reasoning"])))
        answer = ("completion", row["text"]) if isinstance(row.get("text"), str) else ("failed", str(row.get("error")))
        texts += [answer, *((f"dropped ({_because(rejection)})", rejection.text) for rejection in rejected)]
        yield Entry(
            "request",
            f"request {number}" + (f": {row['instruction']}" if row.get("instruction") else ""),
            stage.value,
            tuple(dict.fromkeys(rejection.reason.value for rejection in rejected)),
            row.get("is_classification") if stage is Stage.INSTANCE_GENERATION else None,
            tuple(texts),
        )


def entries(folder: Path, *, stage: Stage | None = None, reason: Reason | None = None) -> Iterator[Entry]:
    """What to look at: tasks; with a reason what was dropped for it; with a stage that asks a model its requests.

    Args:
        folder: the folder of the run.
        stage: only what is of this stage; for filtering, what it has dropped.
        reason: only what was dropped for this reason.

    Raises:
        RunFolderError, InputFileError, JournalError: as in the functions of the single kinds.
    """
    if reason is not None or stage is Stage.INSTANCE_FILTERING:
        found: Iterable[Entry] = rejections_of(folder)
        return (
            entry
            for entry in found
            if (reason is None or reason.value in entry.reasons) and (stage is None or stage.value == entry.stage)
        )
    return requests_of(folder, stage) if stage in MODEL_STAGES else tasks_of(folder)


def _prompt(row: Row, stage: Stage, config: RunConfig, prompts: PromptSet) -> str:
    if row.get("prompt") is not None:
        return prompt_text(row["prompt"])
    form = config.for_stage(stage).effective_prompt_form
    instruction = str(row.get("instruction"))
    if stage is Stage.CLASSIFICATION:
        return prompt_text(prompts.classification(instruction, form=form))
    asked = prompts.instances(instruction, is_classification=bool(row.get("is_classification")), form=form)
    return prompt_text(asked)


def _because(rejection: RecordedRejection) -> str:
    return f"{rejection.reason.value}: {rejection.detail}" if rejection.detail else rejection.reason.value


def _readable(path: Path) -> Iterator[Row]:
    if not path.exists():
        return
    with path.open("rb") as stream:
        for line in stream:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(row, dict):
                yield row
