"""The words of a pack: that none contradicts another, that no pattern takes long, and that its tests are read."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.language_checks.finding import PackFinding
from distilabel_selfinstruct.languages import Pack, WordKind
from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.records import Completion, Stage

FEWEST_TESTS = 20
"""Texts of each stage that a pack should have in its `tests.jsonl`."""

_CONTRARY = (
    (WordKind.YES, WordKind.NO),
    (WordKind.RIGHT, WordKind.WRONG),
    (WordKind.IS_TASK, WordKind.IS_NO_TASK),
    (WordKind.YES, WordKind.WRONG),
    (WordKind.NO, WordKind.RIGHT),
)

_STAGES = (Stage.INSTRUCTION_GENERATION, Stage.CLASSIFICATION, Stage.INSTANCE_GENERATION)

# Seconds for all patterns of a pack on texts that are made to be slow.
_PATIENCE = 10

_TIMED = """
import json, re, sys
for number, pattern in enumerate(json.load(sys.stdin)):
    compiled = re.compile(pattern, re.IGNORECASE)
    for part in (*dict.fromkeys(pattern), "a ", "no "):
        compiled.search(part * 2000 + "!")
    print(number, flush=True)
"""


def check_words(pack: Pack) -> Iterator[PackFinding]:
    """Faults of `locale.yaml`, `patterns.yaml` and `tests.jsonl`."""
    yield from _shared_markers(pack)
    yield from _contradictions(pack)
    yield from _slow_patterns(pack)
    yield from _tests(pack)


def _shared_markers(pack: Pack) -> Iterator[PackFinding]:
    kinds = ("example", "input", "output", "answer", "class_label")
    words = {kind: {word.casefold() for word in getattr(pack.own_markers, kind)} for kind in kinds}
    for one, other in combinations(kinds, 2):
        for word in sorted(words[one] & words[other]):
            yield PackFinding(
                "error", f"markers.{one}", f"{word!r} is a marker of {other} too", "Keep it in one of the two."
            )


def _contradictions(pack: Pack) -> Iterator[PackFinding]:
    for one, other in _CONTRARY:
        words = [{word.casefold() for word in pack.words(kind)} for kind in (one, other)]
        for word in sorted(words[0] & words[1]):
            yield PackFinding("error", one.value, f"{word!r} is in {other.value} too", "Keep it in one of the two.")


def _slow_patterns(pack: Pack) -> Iterator[PackFinding]:
    patterns = [(kind, pattern) for kind, held in pack.lists.items() for pattern in held.patterns]
    if not patterns:
        return
    request = json.dumps([pattern for _, pattern in patterns])
    command = [sys.executable, "-I", "-c", _TIMED]
    try:
        subprocess.run(command, input=request, capture_output=True, text=True, timeout=_PATIENCE, check=True)  # noqa: S603 - our own program
    except subprocess.TimeoutExpired as error:
        done = error.stdout.decode() if isinstance(error.stdout, bytes) else error.stdout or ""
        kind, pattern = patterns[min(len(done.split()), len(patterns) - 1)]
        fault = f"{pattern[:60]!r} takes longer than {_PATIENCE} s on some text of 2,000 letters"
        yield PackFinding("error", f"patterns.yaml, {kind.value}", fault, "Bound what it repeats, as in {0,40}.")


def _tests(pack: Pack) -> Iterator[PackFinding]:
    path = pack.file("tests.jsonl")
    if path is None:
        yield PackFinding("warning", "tests.jsonl", "it is missing", "Add texts that the pack must read.")
        return
    try:
        rows = list(jsonl.read(path))
    except InputFileError as error:
        yield PackFinding("error", "tests.jsonl", str(error).rstrip("."), "Repair it.")
        return
    counts: Counter[str] = Counter()
    for number, row in enumerate(rows, 1):
        try:
            counts[row["stage"]] += 1
            got, wanted = read_test(row, str(pack.folder)), row["expected"]
        except (KeyError, TypeError, ValueError) as error:
            yield PackFinding("error", f"tests.jsonl, row {number}", f"it lacks {error}", "Compare the Korean pack.")
            continue
        if got != wanted:
            shown = json.dumps(got, ensure_ascii=False)[:160]
            yield PackFinding(
                "error",
                f"tests.jsonl, row {number}",
                f"{row['text'][:60]!r} is read as {shown}",
                "Add the missing words to locale.yaml, or correct what is expected.",
            )
    for stage in _STAGES:
        if counts[stage.value] < FEWEST_TESTS:
            fault = f"it has {counts[stage.value]} texts of {stage.value}"
            yield PackFinding("warning", "tests.jsonl", fault, f"Have {FEWEST_TESTS} or more of each stage.")


def read_test(row: dict[str, Any], language: str) -> Any:
    """What is read in the text of a test row, in the form in which `expected` says it.

    Raises:
        KeyError: the row lacks a field.
        ValueError: its stage is none.
    """
    for name in ("text", "stage"):
        if not isinstance(row[name], str):
            raise TypeError(f"a text under {name}")
    completion = Completion(row["text"], row.get("finish_reason", "stop"))
    stage = Stage(row["stage"])
    if stage is Stage.INSTRUCTION_GENERATION:
        return list(read_instructions(completion, language=language).kept)
    if stage is Stage.CLASSIFICATION:
        return read_classification(completion, language=language).is_classification
    read = read_instances(
        completion,
        is_classification=bool(row.get("is_classification")),
        instruction=row.get("instruction", ""),
        language=language,
    )
    return [[one.input, one.output] for one in read.kept]
