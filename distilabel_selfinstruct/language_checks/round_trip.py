"""What a pack would have a model write, read back: every example, in both prompt forms and in all decorations."""

import json
from collections.abc import Iterator, Sequence

from distilabel_selfinstruct.language_checks.finding import PackFinding
from distilabel_selfinstruct.languages import Pack
from distilabel_selfinstruct.parsing import parse_instructions
from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances
from distilabel_selfinstruct.prompts import PromptForm, PromptSet, collapse_whitespace
from distilabel_selfinstruct.records import Completion, Instance

_DECORATIONS = ("plain", "bold", "heading", "full-width colon")
"""How models write markers; each must be read."""

_FORMS: tuple[PromptForm, ...] = ("completion", "chat")

# The prompt shows eight tasks and ends in the number of the ninth.
_NINTH = 9
_IN_A_LIST = 3


def check_round_trip(pack: Pack, prompts: PromptSet) -> Iterator[PackFinding]:
    """Examples that are read as something else than they say."""
    if not prompts.classification_examples:
        yield PackFinding("error", "classification.jsonl", "it has no examples", "Write some, for yes and for no.")
        return
    yield from _lists(pack, prompts)
    yield from _verdicts(pack, prompts)
    yield from _instances(pack, prompts)


def _lists(pack: Pack, prompts: PromptSet) -> Iterator[PackFinding]:
    shown = (*prompts.classification_examples, *prompts.input_first_examples, *prompts.output_first_examples)
    tasks = [collapse_whitespace(text) for text, _ in shown]
    for form in _FORMS:
        for decoration in _DECORATIONS:
            for start in range(0, len(tasks), _IN_A_LIST):
                some = tasks[start : start + _IN_A_LIST]
                written = "\n".join(_numbered(number, task, decoration) for number, task in enumerate(some, _NINTH))
                if form == "completion" and decoration == "plain":
                    written = written.removeprefix(f"{_NINTH}.")
                read = parse_instructions(Completion(written, "stop"), language=str(pack.folder)).kept
                if [text.casefold() for text in read] != [text.casefold() for text in some]:
                    yield _misread(f"a list of examples, {decoration}, {form} form, {some[0][:30]!r} and on", read)


def _numbered(number: int, task: str, decoration: str) -> str:
    return {
        "plain": f"{number}. {task}",
        "bold": f"**{number}.** {task}",
        "heading": f"### {number}. {task}",
        "full-width colon": f"{number}\uff0e{task}",
    }[decoration]


def _verdicts(pack: Pack, prompts: PromptSet) -> Iterator[PackFinding]:
    next_task = f"\n\n{prompts.markers['task']}: {prompts.classification_examples[0][0]}\n"
    for word, wanted in ((prompts.markers["yes"], True), (prompts.markers["no"], False)):
        for text in (word, f"{word}.", f"{word}!", f"**{word}**", f'"{word}"', f" {word}\n", word + next_task):
            verdict = read_classification(Completion(text, "stop"), language=str(pack.folder)).is_classification
            if verdict is not wanted:
                yield PackFinding(
                    "error", "verdict", f"{text!r} is read as {verdict}", "Use a word that no other answer contains."
                )


def _instances(pack: Pack, prompts: PromptSet) -> Iterator[PackFinding]:
    kinds = ((False, prompts.input_first_examples), (True, prompts.output_first_examples))
    # A base model goes on with a task of its own.
    next_task = f"\n\n{prompts.markers['task']}: {prompts.classification_examples[0][0]}\n"
    for form in _FORMS:
        for decoration in _DECORATIONS:
            for is_classification, examples in kinds:
                for instruction, instances in examples:
                    text = written(instances, prompts.markers, decoration, is_classification=is_classification)
                    read = read_instances(
                        Completion(text + (next_task if form == "completion" else ""), "stop"),
                        is_classification=is_classification,
                        instruction=instruction,
                        language=str(pack.folder),
                    )
                    if read.kept != instances:
                        file = "output_first.jsonl" if is_classification else "input_first.jsonl"
                        got = [[one.input, one.output] for one in read.kept]
                        yield _misread(f"{file}, {instruction[:40]!r}, {decoration}, {form} form", got)


def _misread(location: str, read: Sequence[object]) -> PackFinding:
    shown = json.dumps(read, ensure_ascii=False)[:160]
    remedy = "Choose words that are no words of the text, or another example."
    return PackFinding("error", location, f"it is read back as {shown}", remedy)


def written(instances: Sequence[Instance], marker: dict[str, str], decoration: str, *, is_classification: bool) -> str:
    """Instances as a model would write them with the markers of a pack."""

    def field(name: str, text: str) -> str:
        return {
            "plain": f"{marker[name]}: {text}",
            "bold": f"**{marker[name]}:** {text}",
            "heading": f"### {marker[name]}\n{text}",
            "full-width colon": f"{marker[name]}\uff1a{text}",
        }[decoration]

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
