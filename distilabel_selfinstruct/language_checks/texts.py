"""The few-shot examples of a pack: their script, our rules, the stop sequences."""

import re
from collections.abc import Iterator, Sequence

from distilabel_selfinstruct.language_checks.finding import PackFinding
from distilabel_selfinstruct.languages import Pack
from distilabel_selfinstruct.parsing.filters import filter_instances, filter_instruction, instruction_rules
from distilabel_selfinstruct.prompts import PromptSet, collapse_whitespace, default_decoding, prompt_text
from distilabel_selfinstruct.records import Instance, Stage
from distilabel_selfinstruct.words import wrong_script

# Letters of another script inside a word of Hangul: what models leave when they slip into Chinese or Japanese.
_MIXED_WORD = re.compile("[\uac00-\ud7a3]+[\u3040-\u30ff\u4e00-\u9fff]+|[\u3040-\u30ff\u4e00-\u9fff]+[\uac00-\ud7a3]+")

# The share of texts that may be in another script.
_FOREIGN = 0.1
_FOREIGN_OUTPUTS = 0.2


def check_examples(pack: Pack, prompts: PromptSet) -> Iterator[PackFinding]:
    """Faults of the examples that prompts show."""
    examples = (*prompts.input_first_examples, *prompts.output_first_examples)
    shown = [text for text, _ in prompts.classification_examples] + [text for text, _ in examples]
    yield from check_script(pack, "the examples", shown, [one for _, instances in examples for one in instances])
    rules = instruction_rules("default", str(pack.folder))
    for text in shown:
        rejection = filter_instruction(collapse_whitespace(text), rules)
        if rejection is not None:
            fault = f"our rules drop it: {rejection.reason.value}"
            yield PackFinding("warning", f"the example {text[:40]!r}", fault, "Reword it.")
    for text, instances in examples:
        yield from check_instances(pack, f"the example {text[:40]!r}", text, instances)
    stop = default_decoding(Stage.INSTANCE_GENERATION, markers=prompts.markers).stop
    for text, instances in examples:
        held = "\n".join(f"{one.input}\n{one.output}" for one in instances)
        for sequence in stop:
            if sequence in held:
                fault = f"it holds the stop sequence {sequence!r}, which ends an answer"
                yield PackFinding("error", f"the example {text[:40]!r}", fault, "Write it without.")
    question = prompt_text(prompts.classification(shown[0], form="chat"))
    for word in ("Task:", "Input:", "Output:"):
        if pack.language != "en" and word in question:
            yield PackFinding("error", "prompts.yaml", f"it holds the English {word}", "Use {task}, {input}, {output}.")


def check_instances(
    pack: Pack, location: str, instruction: str, instances: Sequence[Instance]
) -> Iterator[PackFinding]:
    """Instances that our rules would drop."""
    for rejection in filter_instances(instances, instruction=instruction, language=str(pack.folder)).rejected:
        fault = f"our rules drop an instance: {rejection.reason.value}"
        yield PackFinding("warning", location, fault, "Reword it, or the filters drop what a model writes after it.")


def check_script(
    pack: Pack, location: str, instructions: Sequence[str], instances: Sequence[Instance]
) -> Iterator[PackFinding]:
    """Texts in another script than the language's, and words of two scripts."""
    foreign = [text for text in instructions if wrong_script(text, pack.scripts)]
    if len(foreign) > _FOREIGN * len(instructions):
        fault = f"{len(foreign)} of {len(instructions)} are in another script, as {foreign[0][:40]!r}"
        yield PackFinding("error", location, fault, "Replace them.")
    outputs = [one.output for one in instances]
    untranslated = [text for text in outputs if wrong_script(text, pack.scripts)]
    if len(untranslated) > _FOREIGN_OUTPUTS * len(outputs):
        fault = f"{len(untranslated)} of {len(outputs)} outputs are in another script, as {untranslated[0][:40]!r}"
        yield PackFinding("error", location, fault, "Write the outputs in the language too.")
    if "HANGUL" in pack.scripts:
        for text in (*instructions, *outputs, *(one.input for one in instances)):
            mixed = _MIXED_WORD.search(text)
            if mixed:
                fault = f"{mixed[0]!r} in {text[:40]!r} is a word of two scripts"
                yield PackFinding("warning", location, fault, "Write it in one, or in brackets.")
