"""Code fences. The rule: a fence belongs to the text, unless it wraps the whole response."""

import re
from collections.abc import Callable

# A line that opens or closes a code fence.
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[\w+-]*[ \t]*$")

_A_PAIR = 2


def is_fence(line: str) -> bool:
    """True for a line that opens or closes a code fence."""
    return _FENCE.match(line) is not None


def fenced_lines(lines: list[str]) -> list[bool]:
    """For each line, whether it lies in a code fence; an unclosed fence holds nothing."""
    inside = [False] * len(lines)
    opened: int | None = None
    for index, line in enumerate(lines):
        if not is_fence(line):
            continue
        if opened is None:
            opened = index
        else:
            inside[opened : index + 1] = [True] * (index + 1 - opened)
            opened = None
    return inside


def without_outer_fences(
    text: str, *, stands_outside: Callable[[str], bool], begins_content: Callable[[str], bool]
) -> str:
    """The text without the fences that wrap it; a text that no fence wraps as it is.

    A fence wraps a response if nothing stands outside it. Fences that all hold the format that was asked for wrap
    it too if only remarks and the like stand outside them.

    Args:
        text: the response.
        stands_outside: says of a line outside whether it may stand there, as a remark may.
        begins_content: says of the first line inside whether the format begins there.
    """
    lines = text.strip().split("\n")
    fences = [index for index, line in enumerate(lines) if is_fence(line)]
    if not fences:
        return text
    # The fence of a response that was cut off is not closed, and one may hold others: the last then closes the first.
    nested = len(fences) > _A_PAIR and fences[0] == 0 and lines[fences[1]].strip("`~ \t") != ""
    bounds = [fences[0], fences[-1]] if nested else fences
    if len(bounds) % 2:
        bounds = [*bounds, len(lines)]
    pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
    held = {index for opened, closed in pairs for index in range(opened, closed + 1)}
    outside = [line for index, line in enumerate(lines) if index not in held and line.strip()]
    whole = not outside and bounds == [0, len(lines) - 1]
    formatted = all(begins_content(_first_text(lines[opened + 1 : closed])) for opened, closed in pairs)
    if whole or (formatted and all(map(stands_outside, outside))):
        return "\n".join(line for index, line in enumerate(lines) if index not in bounds)
    return text


def _first_text(lines: list[str]) -> str:
    return next((line for line in lines if line.strip()), "")
