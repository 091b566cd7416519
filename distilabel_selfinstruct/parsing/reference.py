"""What the paper's reference implementation reads in a completion, rule for rule: the strict mode.

Three functions, one a stage. They are kept apart from the default readers so that each can be read against
the paper (appendix A) alone. Two things differ from the reference and neither changes what is kept: the order
of the response is preserved (it shuffles through a set), and the patterns are written so that no text makes
them quadratic.
"""

import re

from distilabel_selfinstruct.records import Instance, Parsed, Reason, Rejection

# The number of the next list item; only a number, a dot and a space at a line's start count.
_NEXT_ITEM = re.compile(r"\n\d+\s?\. ")

# "Example 1", "Example", "Example2." anywhere, inside a sentence too.
_EXAMPLE = re.compile(r"Example\s?\d*\.?")

# "Output:", "Output 2:" anywhere. `(?:\d+\s*)?` reads as `\d*\s*` would, without its backtracking.
_OUTPUT = re.compile(r"Output\s*(?:\d+\s*)?:")

# The same for "Input:".
_INPUT = re.compile(r"Input\s*(?:\d+\s*)?:")

_CLASS_LABEL = "Class label:"

_YES = frozenset({"Yes", "yes", "YES"})


def strict_instructions(text: str, *, truncated: bool) -> Parsed[str]:
    """Split the rest of a numbered list (paper, table 5). A response that ran out of tokens is lost whole."""
    collapsed = (" ".join(item.split()).capitalize() for item in _NEXT_ITEM.split(text))
    items = tuple(item for item in collapsed if item)
    if truncated:
        return Parsed(rejected=tuple(Rejection(item, Reason.TRUNCATED) for item in items))
    return Parsed(kept=items)


def strict_classification(text: str) -> bool:
    """Yes is yes; every other answer counts as no."""
    return text.strip() in _YES


def strict_instances(text: str, *, is_classification: bool, truncated: bool) -> Parsed[Instance]:
    """Read worked examples: output first for classification, else input first (paper, tables 7 and 8)."""
    instances = _output_first(text) if is_classification else _input_first(text)
    if not instances:
        return Parsed(rejected=(Rejection(text, Reason.NO_INSTANCE),))
    if truncated:
        return Parsed(tuple(instances[:-1]), (Rejection(instances[-1].text, Reason.TRUNCATED),))
    return Parsed(tuple(instances))


def _output_first(text: str) -> list[Instance]:
    instances = []
    for block in text.split(_CLASS_LABEL)[1:]:
        label, _, rest = block.strip().partition("\n")
        instances.append(Instance(input=rest.strip(), output=label.strip()))
    return instances


def _input_first(text: str) -> list[Instance]:
    text = text.strip()
    if _EXAMPLE.search(text):
        blocks = (block.strip() for block in _EXAMPLE.split(text))
        return [_input_and_output(block) for block in blocks if block]
    if _OUTPUT.search(text):
        return [_input_and_output(text)]
    return []


def _input_and_output(block: str) -> Instance:
    # What follows a second "Output:" is lost: one of the misreadings that the default mode puts right.
    before, *after = _OUTPUT.split(block)
    if after:
        given, answer = before.strip(), after[0].strip()
    else:
        given, answer = "", block.strip()
    answer = _INPUT.split(answer, maxsplit=1)[0].strip()
    leading = _INPUT.match(given)
    if leading:
        given = given[leading.end() :]
    return Instance(input=given.strip(), output=answer)
