"""From a completion to its final result: parsed, and every rule applied that needs nothing else.

What needs more comes later: the novelty of an instruction needs the pool, the cut to five instances a random
state.
"""

from collections.abc import Collection

from distilabel_selfinstruct.parsing import (
    Classification,
    parse_classification,
    parse_instances,
    parse_instructions,
)
from distilabel_selfinstruct.parsing.filters import Rule, filter_instances, filter_instruction, instruction_rules
from distilabel_selfinstruct.records import Completion, Instance, Mode, Parsed, Reason


def read_instructions(
    completion: Completion,
    *,
    mode: Mode = "default",
    language: str = "en",
    rules: tuple[Rule, ...] | None = None,
    prompt: str | None = None,
) -> Parsed[str]:
    """The instructions of one response that may be compared with the pool.

    `rules` replaces the table of `mode` and `language`; `prompt` is what the model was sent, if echoes of it
    are to be recognized.
    """
    table = instruction_rules(mode, language) if rules is None else rules
    parsed = parse_instructions(completion, mode, prompt, language)
    kept, rejected = [], list(parsed.rejected)
    for instruction in parsed.kept:
        rejection = filter_instruction(instruction, table)
        if rejection is None:
            kept.append(instruction)
        else:
            rejected.append(rejection)
    return Parsed(tuple(kept), tuple(rejected))


def read_classification(
    completion: Completion, *, mode: Mode = "default", prompt: str | None = None, language: str = "en"
) -> Classification:
    """Whether the task is a classification task; None when the answer does not say."""
    return parse_classification(completion, mode, prompt, language)


def read_instances(
    completion: Completion,
    *,
    is_classification: bool,
    instruction: str = "",
    mode: Mode = "default",
    prompt: str | None = None,
    shown: frozenset[Instance] = frozenset(),
    disabled: Collection[Reason] = (),
    language: str = "en",
) -> Parsed[Instance]:
    """The valid instances of one response, before `filters.limit_instances` cuts them to five.

    `shown` are the instances that the prompt has shown as examples (`prompts.PromptSet.shown_instances`), if copies
    of them are to be recognized. Rules whose reason is in `disabled` are skipped.
    """
    parsed = parse_instances(
        completion,
        is_classification=is_classification,
        mode=mode,
        instruction=instruction,
        prompt=prompt,
        language=language,
    )
    filtered = filter_instances(
        parsed.kept, mode, instruction=instruction, shown=shown, disabled=disabled, language=language
    )
    return Parsed(filtered.kept, (*parsed.rejected, *filtered.rejected))
