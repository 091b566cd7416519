"""Stage 3: from a response to instances, as the model gave them (paper, section 2.2, tables 7 and 8).

What an instance must be like to be kept is the filters' business; here every part of the text ends up in an
instance or among the rejected.
"""

from dataclasses import replace

from distilabel_selfinstruct.parsing.cleaning import plain, tidy, unread, without_thinking
from distilabel_selfinstruct.parsing.echo import own_task, without_prompt
from distilabel_selfinstruct.parsing.fences import without_outer_fences
from distilabel_selfinstruct.parsing.filters.asked import asks_for_writing
from distilabel_selfinstruct.parsing.filters.placeholders import without_placeholder
from distilabel_selfinstruct.parsing.filters.refusals import is_refusal
from distilabel_selfinstruct.parsing.input_first import input_first, is_dialogue
from distilabel_selfinstruct.parsing.marker_lines import Kind
from distilabel_selfinstruct.parsing.markers import Section, sections
from distilabel_selfinstruct.parsing.output_first import output_first
from distilabel_selfinstruct.parsing.reader import Reader, reader_of
from distilabel_selfinstruct.parsing.reference import strict_instances
from distilabel_selfinstruct.parsing.remarks import ends_with_colon, is_heading
from distilabel_selfinstruct.parsing.turns import first_turn
from distilabel_selfinstruct.parsing.unknown_markers import unknown_markers
from distilabel_selfinstruct.records import Completion, Instance, Mode, Parsed, Reason, Rejection
from distilabel_selfinstruct.words import encodable


def parse_instances(
    completion: Completion,
    *,
    is_classification: bool,
    mode: Mode = "default",
    instruction: str = "",
    prompt: str | None = None,
    language: str = "en",
) -> Parsed[Instance]:
    """The instances of one response, in order, before any rule has looked at them.

    Markers of `language` (a BCP-47 tag or the folder of a pack) and of English are read.
    `instruction` and `prompt`, if known, tell an echo of the prompt from the answer (default mode). Of a
    response that ran out of tokens, the last instance goes, as in the reference.
    """
    missing = unread(completion)
    if missing:
        return Parsed(rejected=(missing,))
    text = encodable(completion.text or "")
    if mode == "strict":
        return strict_instances(text, is_classification=is_classification, truncated=completion.truncated)

    reader = reader_of(language)
    text, echoed = without_prompt(plain(text), plain(prompt or ""))
    text, unfinished = without_thinking(first_turn(text))
    if unfinished:
        echoed += (Rejection(unfinished.strip(), Reason.TRUNCATED, "reasoning without an end"),)
    text, beside, cut = own_task(text, instruction, reader.task_lines)
    text = without_outer_fences(
        text,
        stands_outside=lambda line: _may_stand_outside(line, reader),
        begins_content=lambda line: reader.markers.marker_of(line) is not None,
    )
    found, remarks = _answer(text, reader, is_classification=is_classification)
    truncated = completion.truncated and not cut and not unfinished
    parsed = _read(found, reader, is_classification=is_classification, instruction=instruction, truncated=truncated)
    kept = tuple(replace(one, input=without_placeholder(one.input, language)) for one in parsed.kept)
    rejected = (*echoed, *beside, *remarks, *parsed.rejected)
    if not kept and not rejected:
        rejected = (Rejection(encodable(completion.text or ""), Reason.NO_INSTANCE, "no text between the markers"),)
    return Parsed(kept, rejected)


def _may_stand_outside(line: str, reader: Reader) -> bool:
    """True for a line that may stand beside a fence that holds the format: a remark, or the number of an example."""
    marker = reader.markers.marker_of(line)
    return (marker is not None and marker.kind is Kind.EXAMPLE) or reader.remarks.stands_outside(line)


def _answer(text: str, reader: Reader, *, is_classification: bool) -> tuple[tuple[Section, ...], list[Rejection]]:
    """The sections of a response without what a chat model says before and after them."""
    rejected: list[Rejection] = []
    found = list(sections(tidy(text), reader.markers, reader.remarks, is_classification=is_classification))
    marked = len(found) > 1 or any(section.kind is not Kind.LEAD for section in found)
    if found and found[0].kind is Kind.LEAD:
        lead, remark = _split_opening(found[0].text, reader, before_markers=marked)
        if remark:
            rejected.append(Rejection(remark, Reason.PREAMBLE, "opening remark"))
        found[0] = Section(Kind.LEAD, lead)
        if not lead:
            del found[0]
    if found:
        body, closing = reader.remarks.split_closing(found[-1].text)
        if closing:
            rejected.append(Rejection(closing, Reason.PREAMBLE, "closing remark"))
            found[-1] = replace(found[-1], text=tidy(body))
    return tuple(found), rejected


def _split_opening(text: str, reader: Reader, *, before_markers: bool) -> tuple[str, str]:
    """The text and the remark before it.

    Before markers, a line that addresses the asker, or a last one that leads in to them, is a remark. Of a
    text without markers, only a first line that does both is; the rest is the answer and stays.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    first = lines[0] if lines else ""
    if not before_markers:
        if len(lines) > 1 and reader.remarks.opens_a_chat(first) and ends_with_colon(first):
            return text.lstrip().partition("\n")[2].strip("\n"), first.strip()
        return text, ""
    remarks = 0
    while remarks < len(lines) and (reader.remarks.is_remark(lines[remarks]) or is_heading(lines[remarks])):
        remarks += 1
    if remarks == len(lines) - 1 and reader.remarks.introduces(lines[-1]):
        remarks += 1
    if not remarks:
        return text, ""
    return "\n".join(lines[remarks:]), "\n".join(lines[:remarks])


def _read(
    found: tuple[Section, ...],
    reader: Reader,
    *,
    is_classification: bool,
    instruction: str,
    truncated: bool,
) -> Parsed[Instance]:
    kinds = {section.kind for section in found}
    if not found:
        return Parsed()
    if Kind.LABEL in kinds and (is_classification or Kind.OUTPUT not in kinds):
        return output_first(found, reader.markers, truncated=truncated)
    if kinds != {Kind.LEAD}:
        return input_first(found, instruction, reader.language, truncated=truncated)
    text = found[0].text
    rejection = _no_answer(text, reader.language, is_classification=is_classification, instruction=instruction)
    if truncated:
        rejection = Rejection(text, Reason.TRUNCATED)
    # Departure: the reference loses every response without a marker; a task without input is often answered
    # directly.
    return Parsed(rejected=(rejection,)) if rejection else Parsed(kept=(Instance("", text),))


def _no_answer(text: str, language: str, *, is_classification: bool, instruction: str) -> Rejection | None:
    """Why a text without markers is no output for the task; None when it looks like one."""
    if is_classification and is_refusal(text, language):
        return Rejection(text, Reason.REFUSAL, "a refusal")
    if is_dialogue(text) and not asks_for_writing(instruction, language):
        return Rejection(text, Reason.EMPTY_OUTPUT, "a dialogue without an answer")
    words = unknown_markers(text, instruction, language)
    if words:
        return Rejection(text, Reason.UNKNOWN_MARKERS, ", ".join(words))
    return Rejection(text, Reason.NO_INSTANCE, "no Class label:") if is_classification else None
