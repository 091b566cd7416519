"""Which lines of a response are its markers: decided by the format of the response as a whole.

Every line that looks like a marker is a candidate. A candidate counts where the format expects a marker of its kind
and it is written as the earlier ones of that kind. Inside an output, where answers hold all sorts of lines, a
difference in writing makes it text; before the output of an example has come, it does not matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from distilabel_selfinstruct.parsing.candidates import Candidate, candidates_in
from distilabel_selfinstruct.parsing.marker_lines import Kind, Marker, MarkerReader, Style
from distilabel_selfinstruct.parsing.remarks import Remarks


def markers_of_the_format(
    lines: Sequence[str], fenced: Sequence[bool], reader: MarkerReader, remarks: Remarks, *, is_classification: bool
) -> list[Marker | None]:
    """For each line its marker, if it has one that belongs to the response's format.

    Args:
        lines: the response.
        fenced: for each line, whether it lies in a code fence.
        reader: knows the markers.
        remarks: knows what chat models say before an answer.
        is_classification: whether class labels are expected, so that `Output:` is text where there are some.
    """
    candidates = candidates_in(lines, fenced, reader, remarks)
    kinds = {candidate.marker.kind for candidate in candidates}
    labelled = Kind.LABEL in kinds and (is_classification or Kind.OUTPUT not in kinds)
    scan = _Labels() if labelled else _Examples(_firmly_numbered(candidates), _is_quiz(candidates))
    markers: list[Marker | None] = [None] * len(lines)
    for candidate in candidates:
        if scan.takes(candidate):
            markers[candidate.line] = candidate.marker
    return markers


def _firmly_numbered(candidates: Sequence[Candidate]) -> bool:
    """True for a response that begins with "Example 1" and has at least two such lines: only they begin an example."""
    first = next(iter(candidates), None)
    if first is None or first.marker.kind is not Kind.EXAMPLE or first.marker.number is None or not first.at_start:
        return False
    alike = [one for one in candidates if one.marker.number and one.marker.style == first.marker.style]
    return len([one for one in alike if one.marker.kind is Kind.EXAMPLE]) > 1


def _is_quiz(candidates: Sequence[Candidate]) -> bool:
    """True for a text with several answers and nothing else of a format: they are its own."""
    kinds = [candidate.marker.kind for candidate in candidates]
    return kinds.count(Kind.ANSWER) > 1 and not {Kind.INPUT, Kind.EXAMPLE} & set(kinds)


@dataclass(slots=True)
class _Labels:
    """Class labels with inputs above or below them."""

    styles: dict[Kind, Style] = field(default_factory=dict)
    last: Kind | None = None

    def takes(self, candidate: Candidate) -> bool:
        """Whether the candidate counts."""
        marker = candidate.marker
        alike = self.styles.get(marker.kind, marker.style) == marker.style
        if marker.kind is Kind.LABEL:
            taken = alike
        elif marker.kind is Kind.INPUT:
            after_label = candidate.follows_directly or Kind.INPUT in self.styles
            taken = alike and (self.last in {None, Kind.EXAMPLE} or (self.last is Kind.LABEL and after_label))
        elif marker.kind is Kind.ANSWER:
            # A field of the input, whose name goes as that of `Input:` does.
            return self.last is not None and marker.style.is_plain and marker.name != "Result"
        else:
            taken = marker.kind is Kind.EXAMPLE and (candidate.headed is not None or self.last is None)
        if taken:
            self.styles.setdefault(marker.kind, marker.style)
            self.last = marker.kind
        return taken


@dataclass(slots=True)
class _Examples:
    """Examples of an input and an output, numbered or not."""

    firmly_numbered: bool
    is_quiz: bool
    styles: dict[Kind, Style] = field(default_factory=dict)
    example: Candidate | None = None
    has_input: bool = False
    has_output: bool = False
    has_answer: bool = False
    output_is_empty: bool = False
    inner_input: bool = False
    begins_with_example: bool = False

    def takes(self, candidate: Candidate) -> bool:
        """Whether the candidate counts; if it does, the example at hand changes."""
        kind = candidate.marker.kind
        if not self._may_begin(candidate):
            return False
        taken = self._was_cut(candidate) or {
            Kind.EXAMPLE: self._takes_example,
            Kind.INPUT: self._takes_input,
            Kind.OUTPUT: self._takes_output,
            Kind.ANSWER: self._takes_answer,
            Kind.LABEL: self._takes_label,
        }[kind](candidate)
        self.inner_input = not taken and kind is Kind.INPUT
        if taken:
            self._enter(candidate)
        else:
            self.output_is_empty = False
        return taken

    def _was_cut(self, candidate: Candidate) -> bool:
        """True for a last marker before whose text a stop sequence or a limit came."""
        marker = candidate.marker
        if not candidate.is_last or candidate.has_text or not marker.style.is_plain:
            return False
        return marker.kind is Kind.EXAMPLE or marker.style.has_colon or candidate.follows_blank

    def _may_begin(self, candidate: Candidate) -> bool:
        """False for a first candidate that is too far inside a text, or too plain, to begin the format."""
        if self.styles or candidate.at_start:
            return True
        return candidate.marker.style.case != "lower" and not candidate.is_code

    def _enter(self, candidate: Candidate) -> None:
        marker = candidate.marker
        if not self.styles:
            self.begins_with_example = marker.kind is Kind.EXAMPLE
        self.styles.setdefault(marker.kind, marker.style)
        if marker.kind is Kind.EXAMPLE:
            self.example = candidate
            inline = candidate.inline_field
            if inline:
                self.styles.setdefault(inline.kind, inline.style)
            self.has_input = inline is not None and inline.kind is Kind.INPUT
            self.has_output = candidate.holds_output or (inline is not None and inline.kind is Kind.OUTPUT)
            self.has_answer = self.output_is_empty = False
        elif marker.kind is Kind.INPUT:
            self.has_input, self.has_output, self.has_answer = True, candidate.holds_output, False
            self.output_is_empty = False
        elif marker.kind is Kind.ANSWER:
            self.has_answer = True
        else:
            self.has_output = True
            self.output_is_empty = not candidate.has_text

    def _takes_example(self, candidate: Candidate) -> bool:
        number = candidate.marker.number
        if not self.styles:
            return candidate.at_start or (candidate.has_field and (number is not None or candidate.headed is not None))
        inside = self.has_output or self.has_answer
        has_own_field = any(candidate.field_follows(kind, style) for kind, style in self.styles.items())
        if self.begins_with_example:
            before = self.example.marker.number if self.example else None
            # Numbers do not fall, but some models call each pair "Example 1".
            in_order = (number is None) == (before is None) and (number or 0) >= (before or 0)
            if in_order and self._alike(candidate):
                return True
            return has_own_field and (number is not None or self._heads_own_field(candidate))
        if not inside:
            return candidate.headed is not None
        # An example inside an output explains it, unless the format continues below it: its fields follow directly,
        # or, in a response without inputs, an input without its marker and then an output.
        if Kind.INPUT in self.styles:
            return self._heads_own_field(candidate)
        return has_own_field and number is not None and not candidate.is_titled

    def _heads_own_field(self, candidate: Candidate) -> bool:
        headed = candidate.headed
        return headed is not None and self.styles.get(headed.kind) == headed.style

    def _alike(self, candidate: Candidate) -> bool:
        before = self.example
        return before is not None and (
            candidate.marker.style == before.marker.style and candidate.is_titled == before.is_titled
        )

    def _takes_input(self, candidate: Candidate) -> bool:
        style = self.styles.get(Kind.INPUT)
        if not (self.has_output or self.has_answer):
            return not self.has_input or candidate.marker.style == style
        if self.firmly_numbered:
            return False
        if style is not None:
            return candidate.marker.style == style
        # The first example had no input: a later one begins after a blank line, and is written as the output was.
        outputs = self.styles.get(Kind.OUTPUT) or self.styles.get(Kind.ANSWER)
        return (candidate.follows_blank or self.begins_with_example) and candidate.marker.style == outputs

    def _takes_output(self, candidate: Candidate) -> bool:
        style = self.styles.get(Kind.OUTPUT)
        if self.has_output and self.output_is_empty:
            return not candidate.marker.style.item
        if self.has_output and self.inner_input:
            return False  # it belongs to an input of the text's own
        if self.has_output:
            return style is not None and _is_written_as(candidate.marker.style, style)
        wanted = style or (self.styles.get(Kind.INPUT) if self.has_input else None)
        is_plain = candidate.marker.style.is_plain
        return wanted is None or is_plain or candidate.marker.style == wanted or not candidate.output_follows(wanted)

    def _takes_answer(self, candidate: Candidate) -> bool:
        """A stand-in counts only where no `Output:` came first, nor one with a text comes after it."""
        if self.has_output or self.has_answer or self.is_quiz or candidate.output_with_text_follows:
            return False
        in_example = self.has_input or self.example is not None
        return in_example or candidate.at_start or candidate.marker.name.lower() != "result"

    def _takes_label(self, candidate: Candidate) -> bool:
        del candidate
        return not self.has_output and not self.has_answer


def _is_written_as(style: Style, earlier: Style) -> bool:
    """True for the same writing, and for plain "Output:" after "Expected Output:", which outranks it."""
    if style == earlier:
        return True
    unprefixed = replace(earlier, prefix="", case=style.case)
    return bool(earlier.prefix) and style.case != "lower" and style == unprefixed
