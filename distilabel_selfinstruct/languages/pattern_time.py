"""Which regular expressions can take very long: those that try several ways to share the same letters.

Two repetitions without bound that may take the same letter, with nothing between them that must be there, try every
division of a run of such letters before they give up. A repetition of anything but one letter may try even more.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

PARSER: Any = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
"""What reads regular expressions: it has no public name."""

_LETTERS = " \t\n\u3000aZé가字1_-*#>.,:;!?\"'`|[](){}<>/\\=+~^$@&%…"
"""Stands for all letters: of each class that patterns tell apart, at least one."""

A_FEW = 8
"""What is no single letter may be repeated so often: each time, there may be several ways to go on."""

MANY = 50
"""A repetition with a bound below this one is none: what it tries is few."""

_Letters = frozenset[str]

_States = frozenset[tuple[_Letters, _Letters]]
"""Where one may be in a pattern: the letters of a repetition before that all parts since take as well, and those for
which it contends with the last part.
"""

_CATEGORIES = {"SPACE": str.isspace, "DIGIT": str.isdigit, "WORD": lambda letter: letter.isalnum() or letter == "_"}


def _letters_of(code: str, value: Any) -> _Letters | None:
    """Which of `_LETTERS` a part takes that takes one letter; None for other parts."""
    if code == "LITERAL":
        return frozenset({chr(value)})
    if code == "NOT_LITERAL":
        return frozenset(_LETTERS) - {chr(value)}
    if code == "ANY":
        return frozenset(_LETTERS) - {"\n"}
    if code != "IN":
        return None
    taken: set[str] = set()
    for kind, held in value:
        if str(kind) == "LITERAL":
            taken.add(chr(held))
        elif str(kind) == "RANGE":
            taken |= {letter for letter in _LETTERS if held[0] <= ord(letter) <= held[1]}
        elif str(kind) == "CATEGORY":
            name = str(held).removeprefix("CATEGORY_")
            is_in: Callable[[str], bool] = _CATEGORIES[name.removeprefix("NOT_")]
            taken |= {letter for letter in _LETTERS if bool(is_in(letter)) is not name.startswith("NOT_")}
    return frozenset(_LETTERS) - taken if str(value[0][0]) == "NEGATE" else frozenset(taken)


class _ContendError(Exception):
    """Two repetitions may take these letters, and a part after them may fail."""


def _passed(parts: Sequence[Any], states: _States) -> _States:
    """The states after the parts of a pattern. A group that may repeat is passed at most twice.

    Raises:
        _ContendError: two repetitions contend.
    """
    for kind, value in parts:
        code = str(kind)
        if code == "SUBPATTERN":
            states = _passed(value[3], states)
        elif code == "BRANCH":
            states = frozenset(state for branch in value[1] for state in _passed(branch, states))
        elif code.endswith("_REPEAT"):
            least, most, body = value
            states = _repeated(least, most, body, states)
        elif code == "AT" and "END" in str(value):
            states = _taken_once(frozenset(), states)
        elif code in {"ASSERT", "ASSERT_NOT", "AT"}:
            _refuse_contended(states)
        else:
            states = _taken_once(_letters_of(code, value) or frozenset(), states)
    return states


def _refuse_contended(states: _States) -> None:
    """A part that may fail is reached."""
    for _, contended in states:
        if contended:
            raise _ContendError("".join(sorted(contended)))


def _taken_once(letters: _Letters, states: _States) -> _States:
    _refuse_contended(states)
    return frozenset((common & letters, frozenset()) for common, _ in states)


def _repeated(least: int, most: int, parts: Sequence[Any], states: _States) -> _States:
    letters = _letters_of(str(parts[0][0]), parts[0][1]) if len(parts) == 1 else None
    if letters is None:
        once = _passed(parts, states)
        twice = _passed(parts, once) if most > 1 else frozenset()
        return once | twice | (frozenset() if least else states)
    once = _taken_once(letters, states)
    if most >= MANY:
        once |= {(letters, common & letters) for common, _ in states}
    return once if least else once | states


def contended_letters(pattern: str, flags: int) -> str:
    """_Letters for which two repetitions of a pattern contend; empty if there are none, or nothing after them can fail.

    Args:
        pattern: a regular expression.
        flags: those of `re` that it is compiled with.
    """
    try:
        _passed(list(PARSER.parse(pattern, flags)), frozenset({(frozenset(), frozenset())}))
    except _ContendError as found:
        return str(found)
    return ""


def repeats_more_than_letters(pattern: str, flags: int) -> bool:
    """Whether anything but one letter is repeated more than a few times, as in `(?:a|aa)+`."""
    return any(_letters_of(*part) is None for part in _repeated_parts(PARSER.parse(pattern, flags)))


def _repeated_parts(parsed: Any) -> Iterator[tuple[str, Any]]:
    """Each part that is repeated more than a few times."""
    for kind, value in parsed:
        if str(kind).endswith("_REPEAT") and value[1] > A_FEW:
            yield from ((str(part), held) for part, held in value[2])
        for inner in _inside(value):
            yield from _repeated_parts(inner)


def _inside(value: Any) -> Iterator[Any]:
    """The patterns inside the argument of a part."""
    if isinstance(value, PARSER.SubPattern):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _inside(one)
