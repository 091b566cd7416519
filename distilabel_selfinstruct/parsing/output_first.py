"""Instances of classification tasks: `Class label:` and, below it, an input with that label (paper, table 8).

The label comes first so that the model does not favour one label; the paper found that input-first prompts
did.
"""

from collections.abc import Sequence

from distilabel_selfinstruct.parsing.marker_lines import Kind, MarkerReader
from distilabel_selfinstruct.parsing.markers import Section
from distilabel_selfinstruct.records import Instance, Parsed, Reason, Rejection

_DECORATION = ("**", "__", "`")
"""Marks that only format a label. Quotation marks and a full stop may belong to it and stay."""


def output_first(found: Sequence[Section], reader: MarkerReader, *, truncated: bool) -> Parsed[Instance]:
    """Read the sections of a response with at least one `Class label:`.

    The last instance of a response that ran out of tokens goes.
    """
    parsed = _input_then_label(found, reader) if _inputs_come_first(found) else _label_then_input(found, reader)
    if not truncated or not parsed.kept:
        return parsed
    return Parsed(parsed.kept[:-1], (*parsed.rejected, Rejection(parsed.kept[-1].text, Reason.TRUNCATED)))


def _label_then_input(found: Sequence[Section], reader: MarkerReader) -> Parsed[Instance]:
    kept: list[Instance] = []
    rejected: list[Rejection] = []
    for section in found:
        if section.kind is Kind.LABEL:
            kept.append(_labelled(section.text, reader))
        elif section.kind in {Kind.INPUT, Kind.ANSWER} and kept:
            last = kept[-1]
            kept[-1] = Instance("\n".join(part for part in (last.input, section.text) if part), last.output)
        elif section.text:
            rejected.append(Rejection(section.text, Reason.UNREADABLE, "text without a class label"))
    return Parsed(tuple(kept), tuple(rejected))


def _labelled(text: str, reader: MarkerReader) -> Instance:
    label, _, rest = text.partition("\n")
    inline = reader.inline_input.search(label)
    if inline:
        rest = f"{label[inline.end() :]}\n{rest}"
        label = label[: inline.start()]
    return Instance(input=rest.strip(), output=_undecorated(label.strip()).strip())


def _undecorated(label: str) -> str:
    # Not by a pattern: one that ends in `$` is tried again from each mark of a long line of them.
    start, end = 0, len(label)
    while label.startswith(_DECORATION, start):
        start += 1 if label[start] == "`" else 2
    while end > start and label.endswith(_DECORATION, start, end):
        end -= 1 if label[end - 1] == "`" else 2
    return label[start:end]


def _inputs_come_first(found: Sequence[Section]) -> bool:
    """True where each input stands above its label: an input comes first, and nothing after the last label.

    Read label first, such a response would give every label the input of the next.
    """
    ordered = [section for section in found if section.kind in {Kind.INPUT, Kind.LABEL}]
    return ordered[0].kind is Kind.INPUT and ordered[-1].kind is Kind.LABEL and "\n" not in ordered[-1].text


def _input_then_label(found: Sequence[Section], reader: MarkerReader) -> Parsed[Instance]:
    kept: list[Instance] = []
    rejected: list[Rejection] = []
    given: str | None = None
    for section in found:
        if section.kind is Kind.LABEL:
            label = _labelled(section.text, reader)
            if label.input:
                rejected.append(Rejection(label.input, Reason.UNREADABLE, "text after the class label"))
            kept.append(Instance(given or "", label.output))
            given = None
        elif section.kind is Kind.INPUT:
            if given:
                rejected.append(Rejection(given, Reason.EMPTY_OUTPUT, "Input: without Class label:"))
            given = section.text
        elif section.text:
            rejected.append(Rejection(section.text, Reason.UNREADABLE, "text without a class label"))
    return Parsed(tuple(kept), tuple(rejected))
