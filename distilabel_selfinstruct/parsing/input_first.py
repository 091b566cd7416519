"""Instances of tasks that are no classification: `Example i`, `Input:`, `Output:` (paper, table 7)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from distilabel_selfinstruct.parsing.filters.asked import asks_for_writing
from distilabel_selfinstruct.parsing.marker_lines import Kind
from distilabel_selfinstruct.parsing.markers import Section
from distilabel_selfinstruct.parsing.unknown_markers import translated_markers
from distilabel_selfinstruct.records import Instance, Parsed, Reason, Rejection

# "Word: Happy": a field of the model's own naming.
_OWN_FIELD = re.compile(r"(?:\*\*)?([^\W\d_][\w' -]{0,30}):(?:\*\*)?[ \t]*(.*)")

# "Speaker 1: …", "- Agent: …", "A: …": the turns of a dialogue.
_TURN = re.compile(r"[ \t]*(?:[-\u2013\u2014*][ \t]*)?(?:\*\*)?([A-Z][\w.']{0,20}(?: \w{1,12})?)(?:\*\*)?:")

# The names of turns end in an index, or are a single letter: "Speaker 2", "Person B", "A".
_INDEXED_NAME = re.compile(r"(?:.* )?(?:\d{1,2}|[A-Z])")

_FIELDS_OF_A_PAIR = 2


@dataclass(slots=True)
class _Block:
    """One example on its way: what stood before its markers, and after each of them."""

    title: str = ""
    lead: str = ""
    input: str | None = None
    outputs: list[str] = field(default_factory=list)
    answered: bool = False

    @property
    def results(self) -> list[str]:
        """What the block gives as output."""
        return [output for output in self.outputs if output] or self.outputs[:1]

    @property
    def given(self) -> str:
        """What the block gives as input."""
        parts = [self.lead, self.input] if self.input else [self.title, self.lead]
        return "\n".join(part for part in parts if part)

    @property
    def text(self) -> str:
        """All that the block holds."""
        return "\n".join(part for part in (self.title, self.lead, self.input, *self.outputs) if part)


def input_first(
    found: Sequence[Section], instruction: str, language: str = "en", *, truncated: bool
) -> Parsed[Instance]:
    """Read the sections of a response with at least one marker, example by example.

    The last example of a response that ran out of tokens goes, whatever it holds.
    """
    blocks = [block for block in _blocks(found) if block.text or block.outputs]
    with_outputs = any(block.results for block in blocks)
    cut = [blocks.pop()] if truncated and blocks else []
    parsed = _with_outputs(blocks) if with_outputs else _without_outputs(blocks, instruction, language)
    dropped = (Rejection(block.text, Reason.TRUNCATED) for block in cut)
    return Parsed(parsed.kept, (*parsed.rejected, *dropped))


def is_dialogue(text: str) -> bool:
    """True for a text of nothing but turns: an input without its output, unless a dialogue was asked for."""
    lines = [line for line in text.split("\n") if line.strip()]
    names = [found[1] for found in map(_TURN.match, lines) if found]
    indexed = sum(_INDEXED_NAME.fullmatch(name) is not None for name in names)
    return len(names) == len(lines) > 1 and indexed == len(names)


def _blocks(found: Iterable[Section]) -> list[_Block]:
    block = _Block()
    blocks = [block]

    def begin() -> _Block:
        blocks.append(_Block())
        return blocks[-1]

    for section in found:
        if section.kind is Kind.EXAMPLE:
            block = begin()
            block.title, block.lead = section.title, section.text
        elif section.kind is Kind.LEAD:
            block.lead = section.text
        elif section.kind is Kind.INPUT:
            if block.answered or block.input:
                block = begin()
            block.input = section.text
        else:
            if section.text and block.answered and not (block.input or block.lead or block.title):
                # A second output without input is a second instance; the reference loses it.
                block = begin()
            block.outputs.append(section.text)
            block.answered = block.answered or bool(section.text)
    return blocks


def _with_outputs(blocks: Sequence[_Block]) -> Parsed[Instance]:
    """Read examples of which at least one has an output."""
    kept: list[Instance] = []
    rejected: list[Rejection] = []
    for block in blocks:
        if not block.results:
            # The reference takes such a block, whole, for an output.
            rejected.append(Rejection(block.text, Reason.EMPTY_OUTPUT, "an example without Output:"))
            continue
        output, *others = block.results
        kept.append(Instance(block.given, output))
        if block.input and block.title:
            rejected.append(Rejection(block.title, Reason.UNREADABLE, "the title of an example"))
        # Two outputs for one input contradict each other; the first stands, as in the reference.
        rejected += [
            Rejection(other, Reason.CONFLICTING_OUTPUT, "a second Output: of one example")
            for other in others
            if other != output
        ]
    return Parsed(tuple(kept), tuple(rejected))


def _without_outputs(blocks: Sequence[_Block], instruction: str, language: str) -> Parsed[Instance]:
    """Read examples that none has `Output:`: fields of the model's own naming, or answers as they are."""
    words = translated_markers("\n".join(block.text for block in blocks))
    if words:
        detail = ", ".join(words)
        return Parsed(rejected=tuple(Rejection(block.text, Reason.UNKNOWN_MARKERS, detail) for block in blocks))
    pairs = _own_pairs([block.text for block in blocks])
    if pairs:
        return Parsed(tuple(pairs))
    kept: list[Instance] = []
    rejected: list[Rejection] = []
    for block in blocks:
        if block.input is not None:
            rejected.append(Rejection(block.text, Reason.EMPTY_OUTPUT, "Input: without Output:"))
        elif is_dialogue(block.text) and not asks_for_writing(instruction, language):
            rejected.append(Rejection(block.text, Reason.EMPTY_OUTPUT, "a dialogue without an answer"))
        else:
            kept.append(Instance("", block.text))
    return Parsed(tuple(kept), tuple(rejected))


def _own_pairs(texts: Sequence[str]) -> list[Instance]:
    """Instances of examples that all consist of the same two fields: "Word: Happy", "Antonym: Sad".

    The first is the input, the second the output. Names alike in their first word ("Speaker 1", "Speaker 2",
    "Goal for this year", "Goal for next year") make no such pair.
    """
    if len(texts) <= 1:
        return []
    names: set[tuple[str, ...]] = set()
    pairs = []
    for text in texts:
        lines = [line for line in text.split("\n") if line.strip()]
        fields = [found for found in map(_OWN_FIELD.fullmatch, lines) if found]
        if len(lines) != _FIELDS_OF_A_PAIR or len(fields) != _FIELDS_OF_A_PAIR:
            return []
        names.add(tuple(found[1] for found in fields))
        pairs.append(Instance(lines[0].strip(), fields[1][2].strip()))
    first, second = next(iter(names))
    return pairs if len(names) == 1 and first.split()[0] != second.split()[0] else []
