"""Training tasks of Super-NaturalInstructions, and examples that PromptSource made, as rows to train on."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.converting.quotas import quotas
from distilabel_selfinstruct.errors import ConfigError, InputFileError, OutputFileError, writing
from distilabel_selfinstruct.evaluation.superni import SuperNISource, superni_source, superni_tasks
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.reading import open_rows, stem
from distilabel_selfinstruct.reading.columns import lookup
from distilabel_selfinstruct.records import Row

PROMPTSOURCE = "promptsource"
"""Stands before files of examples that PromptSource made."""

_PROMPTS = ("inputs_pretokenized", "inputs", "prompt", "source")
_ANSWERS = ("targets_pretokenized", "targets", "completion", "target")
_TEMPLATES = ("template", "template_name", "config", "config_name", "task")

FileName = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Converted:
    """The file that was written: a sample of `num_rows` of `num_rows_in_all` rows, of all `num_tasks` tasks."""

    file: Path
    num_rows: int
    num_rows_in_all: int
    num_tasks: int


@checks_arguments
def convert(
    sources: Sequence[str],
    output: FileName,
    *,
    rows: int | None = None,
    random_seed: int = 42,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Converted:
    """Write rows with `task`, `instruction`, `input` and `output`, in an order that only the seed decides.

    Of tasks of Super-NaturalInstructions, the first definition is the instruction, and one of the references is the
    output, as when Tk-Instruct was trained. Of examples that PromptSource made, the whole prompt is the instruction;
    each template is a task. Every task is in the sample, and as many rows of each as of any other that has so many.

    Args:
        sources: "superni:FOLDER:train", a clone of natural-instructions; or "promptsource" and the files with the
            examples, each with a column for its template or else a file for each template.
        output: the new file.
        rows: how many rows to take; all by default.
        random_seed: fixes which rows are taken, which reference, and the order.
        on_progress: is called with the name of each task that is read.

    Raises:
        ConfigError: the sources are neither, or there are more tasks than `rows`.
        InputFileError: a file cannot be read.
        OutputFileError: the file exists, or cannot be written.
    """
    file = Path(output)
    if file.exists():
        raise OutputFileError(f"{file} exists: choose another name with `output`.", file)
    read = _reader(sources)
    sizes: Counter[str] = Counter()
    for task, found in read():
        on_progress(task)
        sizes[task] += sum(1 for _ in found)
    taken = quotas(sizes, rows)
    if not taken:
        raise InputFileError(f"{' '.join(sources)} has no rows to train on.")
    chosen = {
        task: frozenset(Random(f"{random_seed}:{task}").sample(range(sizes[task]), count))
        for task, count in taken.items()
    }
    seen: Counter[str] = Counter()
    kept: list[Row] = []
    for task, found in read():
        on_progress(task)
        for instruction, given, outputs in found:
            number, seen[task] = seen[task], seen[task] + 1
            if number in chosen.get(task, ()):
                answer = Random(f"{random_seed}:{task}:{number}").choice(outputs)
                kept.append({"task": task, "instruction": instruction, "input": given, "output": answer})
    Random(random_seed).shuffle(kept)
    with writing(file):
        jsonl.write(file, kept)
    return Converted(file, len(kept), sizes.total(), len(taken))


_Example = tuple[str, str, Sequence[str]]
"""An instruction, its input, and its references."""

_Tasks = Callable[[], Iterator[tuple[str, Iterable[_Example]]]]
"""Reads the examples of all tasks, from the start each time it is called."""


def _reader(sources: Sequence[str]) -> _Tasks:
    first = sources[0] if sources else ""
    if first == PROMPTSOURCE and len(sources) > 1:
        return lambda: _promptsource(sources[1:])
    source = superni_source(first)
    if len(sources) != 1 or source is None:
        raise ConfigError(
            f"{' '.join(sources)!r} names nothing to convert: write superni:FOLDER:train, or {PROMPTSOURCE} and files."
        )
    return lambda: _superni(source)


def _superni(source: SuperNISource) -> Iterator[tuple[str, Iterable[_Example]]]:
    for task in superni_tasks(source):
        instruction = task.facts.instruction.strip()
        usable = ((one.input, [text for text in one.references if text.strip()]) for one in task.instances)
        yield task.name, [(instruction, given, outputs) for given, outputs in usable if outputs]


def _promptsource(files: Sequence[str]) -> Iterator[tuple[str, Iterable[_Example]]]:
    stems = [stem(Path(file)) for file in files]
    names = stems if len(set(stems)) == len(files) else files
    for file, name in zip(files, names, strict=True):
        rows = open_rows(file, quiet=True)
        num_usable = 0
        for row in rows.originals():
            original = row.original if isinstance(row.original, dict) else {}
            prompt, answer, template = (_first(original, names) for names in (_PROMPTS, _ANSWERS, _TEMPLATES))
            if not prompt or not answer:
                rows.skip(row, f"has no {'answer' if prompt else 'prompt'}")
                continue
            num_usable += 1
            yield template or name, [(prompt, "", [answer])]
        rows.require_usable(num_usable)


def _first(row: Row, names: Iterable[str]) -> str:
    """The first text under one of these names, without white space around it; empty if there is none."""
    for name in names:
        value = lookup(row, name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""
