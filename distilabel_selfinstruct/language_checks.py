"""Whether a language pack works: its files, its words, and above all that what it writes is read back exactly."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.filters import filter_instruction, instruction_rules
from distilabel_selfinstruct.formatting.templates import templates_of
from distilabel_selfinstruct.languages import Pack, load_pack
from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.prompts import PromptSet, default_decoding, load_prompts, prompt_text
from distilabel_selfinstruct.records import Completion, Instance, Stage
from distilabel_selfinstruct.seeds.lint import lint_seed_tasks
from distilabel_selfinstruct.words import wrong_script


@dataclass(frozen=True, slots=True)
class PackFinding:
    """What is wrong with a pack: an error, or a warning that leaves it usable."""

    severity: Literal["error", "warning"]
    location: str
    fault: str
    remedy: str


_DECORATIONS = ("plain", "bold", "heading", "full-width colon")
"""How models write markers; each must be read."""

_CHAT_SLOTS = {
    "instruction_generation": ("examples", "first", "last"),
    "classification": ("examples", "instruction"),
    "input_first": ("examples", "instruction"),
    "output_first": ("examples", "instruction"),
}


def check_pack(language: str | os.PathLike[str]) -> list[PackFinding]:
    """All that is wrong with a pack.

    Args:
        language: the tag of a packaged language, or a folder.
    """
    try:
        pack = load_pack(language)
    except ConfigError as error:
        return [PackFinding("error", "locale.yaml", str(error).rstrip("."), "Repair it.")]
    findings = list(_leftovers(pack))
    findings += _contradictions(pack)
    try:
        prompts = load_prompts(pack.folder) if pack.has_prompts else None
        templates_of(str(pack.folder))
    except ConfigError as error:
        return [*findings, PackFinding("error", "prompts or templates", str(error).rstrip("."), "Repair it.")]
    if prompts is None:
        findings.append(PackFinding("error", "prompts.yaml", "it is missing", "Copy it from the English pack."))
    else:
        findings += _slots(prompts)
        findings += _round_trip(pack, prompts)
        findings += _stop_sequences(prompts)
        findings += _scripts(pack, prompts)
    findings += _tests(pack)
    findings += _seeds(pack)
    return findings


def _leftovers(pack: Pack) -> Iterator[PackFinding]:
    for path in sorted(pack.folder.rglob("*")):
        if path.is_file() and path.suffix in {".yaml", ".jsonl", ".md"}:
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                yield PackFinding("error", path.name, "it is not UTF-8", "Save it as UTF-8.")
                continue
            if path.suffix == ".yaml" and "TODO" in text:
                yield PackFinding("error", path.name, "a TODO is left", "Do it, and remove the word.")


def _contradictions(pack: Pack) -> Iterator[PackFinding]:
    kinds = ("example", "input", "output", "answer", "class_label")
    words = {kind: {word.casefold() for word in getattr(pack.own_markers, kind)} for kind in kinds}
    for one, other in combinations(kinds, 2):
        for word in sorted(words[one] & words[other]):
            yield PackFinding(
                "error", f"markers.{one}", f"{word!r} is a marker of {other} too", "Keep it in one of the two."
            )


def _slots(prompts: PromptSet) -> Iterator[PackFinding]:
    for section, slots in _CHAT_SLOTS.items():
        for name, text in prompts.words[section].items():
            if not name.startswith("chat"):
                continue
            for slot in slots:
                if f"{{{slot}}}" not in text:
                    yield PackFinding(
                        "error", f"prompts.yaml, {section}.{name}", f"{{{slot}}} is missing", "Put it where it belongs."
                    )


def _round_trip(pack: Pack, prompts: PromptSet) -> Iterator[PackFinding]:
    """What the pack would have a model write, read back."""
    language = str(pack.folder)
    marker = prompts.markers
    for decoration in _DECORATIONS:
        for is_classification, examples in (
            (False, prompts.input_first_examples),
            (True, prompts.output_first_examples),
        ):
            for instruction, instances in examples:
                text = _written(instances, marker, decoration, is_classification=is_classification)
                read = read_instances(
                    Completion(text, "stop"),
                    is_classification=is_classification,
                    instruction=instruction,
                    language=language,
                )
                if read.kept != instances:
                    file = "output_first.jsonl" if is_classification else "input_first.jsonl"
                    got = json.dumps([[one.input, one.output] for one in read.kept], ensure_ascii=False)[:160]
                    yield PackFinding(
                        "error",
                        f"{file}, {instruction[:40]!r}, {decoration}",
                        f"it is read back as {got}",
                        "Choose markers that are no words of the text, or another example.",
                    )
    for word, wanted in ((marker["yes"], True), (marker["no"], False)):
        for text in (word, f"{word}.", f"**{word}**", f" {word}\n"):
            verdict = read_classification(Completion(text, "stop"), language=language).is_classification
            if verdict is not wanted:
                yield PackFinding(
                    "error", "verdict", f"{text!r} is read as {verdict}", "Use a word that no other answer contains."
                )


def _written(
    instances: tuple[Instance, ...], marker: dict[str, str], decoration: str, *, is_classification: bool
) -> str:
    def field(name: str, text: str) -> str:
        written = {
            "plain": f"{marker[name]}: {text}",
            "bold": f"**{marker[name]}:** {text}",
            "heading": f"### {marker[name]}\n{text}",
            "full-width colon": f"{marker[name]}\uff1a{text}",
        }
        return written[decoration]

    def numbered(number: int) -> str:
        name = f"{marker['example']} {number}"
        return {"bold": f"**{name}**", "heading": f"## {name}"}.get(decoration, name)

    lines: list[str] = []
    for number, one in enumerate(instances, 1):
        if is_classification:
            lines += [field("label", one.output), one.input]
        else:
            lines += [numbered(number), field("input", one.input)] if one.input else []
            lines.append(field("output", one.output))
    return "\n".join(lines)


def _stop_sequences(prompts: PromptSet) -> Iterator[PackFinding]:
    stop = default_decoding(Stage.INSTANCE_GENERATION, markers=prompts.markers).stop
    for instruction, instances in (*prompts.input_first_examples, *prompts.output_first_examples):
        for one in instances:
            for text in stop:
                if text in one.input + "\n" + one.output:
                    yield PackFinding(
                        "error",
                        f"the example {instruction[:40]!r}",
                        f"it holds the stop sequence {text!r}, which ends an answer",
                        "Write it without.",
                    )


def _scripts(pack: Pack, prompts: PromptSet) -> Iterator[PackFinding]:
    examples = (*prompts.input_first_examples, *prompts.output_first_examples)
    shown = [text for text, _ in prompts.classification_examples] + [text for text, _ in examples]
    foreign = [text for text in shown if wrong_script(text, pack.scripts)]
    rules = instruction_rules("default", str(pack.folder))
    if len(foreign) > len(shown) // 10:
        yield PackFinding(
            "error", "the examples", f"{len(foreign)} of {len(shown)} are in another script", "Replace them."
        )
    for text in shown:
        rejection = filter_instruction(text, rules)
        if rejection is not None:
            yield PackFinding(
                "warning",
                f"the example {text[:40]!r}",
                f"our rules drop it: {rejection.reason.value}",
                "Reword it.",
            )
    question = prompt_text(prompts.classification(shown[0], form="chat"))
    for word in ("Task:", "Input:", "Output:"):
        if pack.language != "en" and word in question:
            yield PackFinding("error", "prompts.yaml", f"it holds the English {word}", "Use {task}, {input}, {output}.")


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
    for number, row in enumerate(rows, 1):
        try:
            got = _read_test(row, str(pack.folder))
        except (KeyError, TypeError) as error:
            yield PackFinding("error", f"tests.jsonl, row {number}", f"it lacks {error}", "Compare the Korean pack.")
            continue
        if got != row["expected"]:
            shown = json.dumps(got, ensure_ascii=False)[:160]
            yield PackFinding(
                "error",
                f"tests.jsonl, row {number}",
                f"{row['text'][:60]!r} is read as {shown}",
                "Add the missing words to locale.yaml, or correct what is expected.",
            )


def _read_test(row: dict[str, Any], language: str) -> Any:
    for name in ("text", "stage"):
        if not isinstance(row[name], str):
            raise TypeError(f"a text under {name}")
    completion = Completion(row["text"], row.get("finish_reason", "stop"))
    if row["stage"].startswith("instruction"):
        return list(read_instructions(completion, language=language).kept)
    if row["stage"] == "classification":
        return read_classification(completion, language=language).is_classification
    read = read_instances(
        completion,
        is_classification=bool(row.get("is_classification")),
        instruction=row.get("instruction", ""),
        language=language,
    )
    return [[one.input, one.output] for one in read.kept]


def _seeds(pack: Pack) -> Iterator[PackFinding]:
    if not pack.seed_file.is_file():
        yield PackFinding("warning", "seed_tasks.jsonl", "it is missing", "Write at least 12 seed tasks.")
        return
    threshold = pack.threshold(pack.tokenizer)
    limit = 0.7 if threshold is None else threshold
    for finding in lint_seed_tasks(pack.seed_file, language=pack.language, max_rouge_l=limit):
        location = f"seed_tasks.jsonl, line {finding.line} {finding.field}".rstrip()
        severity: Literal["error", "warning"] = "error" if finding.severity == "error" else "warning"
        yield PackFinding(severity, location, finding.message.rstrip("."), finding.remedy)
