"""What the two modes make of recorded model responses: `python -m tests.parity.report`.

The recordings, third-party data, lie in the folder named by SELFINSTRUCT_RECORDINGS. Two tables: how often
strict mode equals the reference, run by run; and for each way in which the reference misreads real
responses, how often that happens in strict and in default mode.
"""

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.parsing import parse_instructions
from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.records import Completion, Instance, Mode, Parsed, Reason

VARIABLE = "SELFINSTRUCT_RECORDINGS"

# The runs that are not in English, by a part of their folder's name.
LANGUAGES = {"korean": "ko"}

REFERENCE_MARKER = re.compile(r"Example\s?\d*\.?|Output\s*(?:\d+\s*)?:|Class label:")
FIELD = re.compile(r"(?:Input|Output)\s*(?:\d+\s*)?:")
OUTPUT = re.compile(r"Output\s*(?:\d+\s*)?:")
EXAMPLE_LINE = re.compile(r"^Example\s?\d*[.:]?", re.MULTILINE)
EXAMPLE_IN_SENTENCE = re.compile(r"\w+ Example\b[^\n:]*")
TASK_LINE = re.compile(r"(?:^|\n)\s*Task\s*:")
GLUED = re.compile(r"[.?!]\s+\d{1,3}(?:\s?\.(?=\s)|$)")
NUMBER = re.compile(r"^\s*(\d+)\s?\. ", re.MULTILINE)
HEADER = "come up with a series of tasks"


@dataclass(frozen=True)
class Run:
    """One folder of recordings."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def language(self) -> str:
        return next((tag for part, tag in LANGUAGES.items() if part in self.name), "en")

    @cached_property
    def instruction_rows(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return self._rows("instruction_responses")

    @cached_property
    def classification_rows(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return self._rows("classification_answers")

    @cached_property
    def instance_rows(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return self._rows("instance_responses")

    def _rows(self, name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        given, expected = (self.folder / f"{name}{end}" for end in (".jsonl", ".expected.jsonl"))
        if not given.exists():
            return []
        return list(zip(_read(given), _read(expected), strict=True))


def recorded_runs(folder: str) -> list[Run]:
    """The runs in a folder of recordings."""
    return [Run(path) for path in sorted((Path(folder) / "recorded_runs").iterdir()) if path.is_dir()]


def instructions(run: Run, row: dict[str, Any], mode: Mode) -> Parsed[str]:
    """What a mode keeps of a stage 1 response."""
    return read_instructions(_completion(row, "text"), mode=mode, language=run.language)


def verdict(row: dict[str, Any], mode: Mode) -> bool | None:
    """What a mode reads in a stage 2 answer."""
    return read_classification(_completion(row, "answer"), mode=mode).is_classification


def instances(row: dict[str, Any], mode: Mode) -> Parsed[Instance]:
    """What a mode keeps of a stage 3 response."""
    return read_instances(
        _completion(row, "raw_text"),
        is_classification=row["is_classification"],
        instruction=row["instruction"],
        mode=mode,
    )


def parity(run: Run) -> dict[str, tuple[int, int]]:
    """For each stage, how many responses strict mode reads as the reference does, of how many."""
    equal_instructions = sum(
        list(instructions(run, row, "strict").kept) == expected["reference_parsed"]
        for row, expected in run.instruction_rows
    )
    equal_verdicts = sum(
        verdict(row, "strict") == expected["reference_is_classification"] for row, expected in run.classification_rows
    )
    equal_instances = sum(
        {(one.input, one.output) for one in instances(row, "strict").kept}
        == {tuple(pair) for pair in expected["reference_instances"]}
        for row, expected in run.instance_rows
    )
    return {
        "instructions": (equal_instructions, len(run.instruction_rows)),
        "verdicts": (equal_verdicts, len(run.classification_rows)),
        "instances": (equal_instances, len(run.instance_rows)),
    }


def misreadings(run: Run, mode: Mode) -> Counter[str]:
    """How often a mode makes each mistake of the reference."""
    found: Counter[str] = Counter()
    for row, _ in run.instruction_rows:
        found.update(_instruction_misreadings(run, row, mode))
    for row, _ in run.classification_rows:
        answer = (row["answer"] or "").strip().lower()
        if verdict(row, mode) is False and not answer.startswith("no"):
            found['"Yes." read as no' if answer.startswith("yes") else "neither yes nor no read as no"] += 1
    for row, _ in run.instance_rows:
        found.update(_instance_misreadings(row, mode))
    return found


CLASSES = (
    '"Yes." read as no',
    "neither yes nor no read as no",
    "a response without markers lost whole",
    'a colon left after "Example:"',
    '"Input:" or "Output:" left inside',
    'a second "Output:" lost',
    '"Example" in a sentence splits it',
    'an example without "Output:" kept whole as output',
    "a preamble or header taken for an instruction",
    "dropped for a first character not ASCII",
    "dropped by the count of words between spaces",
    "two items, or an item and a number, glued together",
    "lower-cased after the first letter",
    'the next "Task:" left in an instance',
)


def _instruction_misreadings(run: Run, row: dict[str, Any], mode: Mode) -> Iterator[str]:
    parsed = instructions(run, row, mode)
    text = row["text"] or ""
    first = NUMBER.search(text)
    restarts = first is not None and int(first[1]) < 10
    candidates = parse_instructions(_completion(row, "text"), mode).kept
    for place, candidate in enumerate(candidates):
        header = candidate.lower().startswith(HEADER)
        yield from ["a preamble or header taken for an instruction"] * (
            header or (place == 0 and restarts and candidate.endswith((":", "\uff1a")))
        )
    for rejection in parsed.rejected:
        if rejection.reason in {Reason.STARTS_WITH_NON_ASCII, Reason.WRONG_SCRIPT}:
            yield "dropped for a first character not ASCII"
        if rejection.reason is Reason.TOO_SHORT and not rejection.text.isascii():
            yield "dropped by the count of words between spaces"
    collapsed = " ".join(text.split())
    for kept in parsed.kept:
        if GLUED.search(kept):
            yield "two items, or an item and a number, glued together"
        if kept[1:] not in collapsed and kept[1:].lower() in collapsed.lower():
            yield "lower-cased after the first letter"


def _instance_misreadings(row: dict[str, Any], mode: Mode) -> Iterator[str]:
    parsed = instances(row, mode)
    for one in parsed.kept:
        if one.input.startswith(":") or (one.output.startswith(":") and not one.input):
            yield 'a colon left after "Example:"'
        if FIELD.search(one.text):
            yield '"Input:" or "Output:" left inside'
        if TASK_LINE.search(one.text):
            yield 'the next "Task:" left in an instance'
    if not row["is_classification"]:
        yield from _input_first_misreadings(row["raw_text"] or "", parsed)


def _input_first_misreadings(text: str, parsed: Parsed[Instance]) -> Iterator[str]:
    if text.strip() and not REFERENCE_MARKER.search(text) and not parsed.kept:
        yield "a response without markers lost whole"
    accounted = [side for one in parsed.kept for side in (one.input, one.output)]
    accounted += [rejection.text for rejection in parsed.rejected if rejection.detail]
    blocks = [block.strip() for block in EXAMPLE_LINE.split(text)]
    for output in _second_outputs(blocks):
        if not _holds(accounted, output):
            yield 'a second "Output:" lost'
    outputs_alone = {_bare(one.output) for one in parsed.kept if not one.input}
    for block in blocks:
        if len(blocks) > 1 and block and not OUTPUT.search(block) and _bare(block) in outputs_alone:
            yield 'an example without "Output:" kept whole as output'
    for sentence in EXAMPLE_IN_SENTENCE.findall(text):
        if parsed.kept and not _holds(accounted, sentence.strip()):
            yield '"Example" in a sentence splits it'


def _second_outputs(blocks: Iterable[str]) -> Iterator[str]:
    """The first line of each output but the first in an example."""
    for block in blocks:
        for later in OUTPUT.split(block)[2:]:
            first_line = later.strip().split("\n")[0].strip()
            if first_line:
                yield first_line


def differences(run: Run) -> Iterator[str]:
    """Each thing that strict mode keeps and default mode does not keep as it is."""
    for row, _ in run.instruction_rows:
        strict, default = instructions(run, row, "strict"), instructions(run, row, "default")
        kept = {text.casefold() for text in default.kept}
        for text in strict.kept:
            if text.casefold() not in kept:
                yield _difference(row, text, default)
    for row, _ in run.instance_rows:
        strict_instances, default_instances = instances(row, "strict"), instances(row, "default")
        for one in strict_instances.kept:
            if one not in default_instances.kept:
                yield _difference(row, one.text, default_instances)


def _difference(row: dict[str, Any], text: str, now: Parsed[str] | Parsed[Instance]) -> str:
    kept = " | ".join(repr(one if isinstance(one, str) else (one.input, one.output))[:120] for one in now.kept)
    why = ", ".join(sorted({f"{one.reason.value} ({one.detail})" for one in now.rejected}))
    shown = f"strict  {text[:160]!r}", f"default {kept or 'nothing'}", f"dropped {why or 'nothing'}"
    return "\n    ".join((row["id"], *shown))


def _bare(text: str) -> str:
    # Less the colon that strict mode leaves.
    return text.lstrip(":").strip()


def _holds(texts: Iterable[str], part: str) -> bool:
    return any(part in text for text in texts)


def _completion(row: dict[str, Any], field: str) -> Completion:
    return Completion(row[field], row.get("finish_reason"))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def main(write: Callable[[str], object] = sys.stdout.write) -> None:
    """Print the tables; with `--differences`, also what default mode keeps differently."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise SystemExit(f"Set {VARIABLE} to the folder that holds recorded_runs/.")
    runs = recorded_runs(folder)
    _write_parity(runs, write)
    _write_misreadings(runs, write)
    if "--differences" in sys.argv[1:]:
        write("\nKept in strict mode, and differently or not in default mode\n\n")
        for run in runs:
            for difference in differences(run):
                write(f"{difference}\n")


def _write_parity(runs: list[Run], write: Callable[[str], object]) -> None:
    write("Strict mode equals the reference (responses read alike / responses)\n\n")
    write(f"{'run':24}{'instructions':>14}{'verdicts':>12}{'instances':>12}\n")
    equal: Counter[str] = Counter()
    responses: Counter[str] = Counter()
    for run in runs:
        cells = parity(run)
        equal.update({stage: cell[0] for stage, cell in cells.items()})
        responses.update({stage: cell[1] for stage, cell in cells.items()})
        write(f"{run.name:24}{_cells(list(cells.values()))}\n")
    write(f"{'all':24}{_cells([(equal[stage], responses[stage]) for stage in responses])}\n")


def _write_misreadings(runs: list[Run], write: Callable[[str], object]) -> None:
    write("\nMisreadings, strict -> default\n\n")
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for run in runs:
        strict, default = misreadings(run, "strict"), misreadings(run, "default")
        strict.update(_kept(run, "strict"))
        default.update(_kept(run, "default"))
        write(f"{run.name}\n")
        for name in (*CLASSES, *KEPT):
            if strict[name] or default[name]:
                write(f"    {name:54}{strict[name]:>6} -> {default[name]}\n")
        before += strict
        after += default
    write("all\n")
    for name in (*CLASSES, *KEPT):
        write(f"    {name:54}{before[name]:>6} -> {after[name]}\n")


KEPT = ("(kept: instructions)", "(kept: instances)")


def _kept(run: Run, mode: Mode) -> Counter[str]:
    kept_instructions = sum(len(instructions(run, row, mode).kept) for row, _ in run.instruction_rows)
    kept_instances = sum(len(instances(row, mode).kept) for row, _ in run.instance_rows)
    return Counter(dict(zip(KEPT, (kept_instructions, kept_instances), strict=True)))


def _cells(pairs: list[tuple[int, int]]) -> str:
    shown = [f"{equal}/{responses}" if responses else "-" for equal, responses in pairs]
    return "".join(f"{cell:>{width}}" for cell, width in zip(shown, (14, 12, 12), strict=True))


if __name__ == "__main__":
    main()
