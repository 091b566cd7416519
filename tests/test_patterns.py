"""No pattern tries two ways to share the same letters: on a long line of them it would take hours.

Texts come from models, servers and strangers. Two repetitions without bound that may take the same letter, with nothing
between them that must be there, try every division of a run of such letters before they give up.
"""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import distilabel_selfinstruct
from distilabel_selfinstruct.languages import MarkerWords, pack_names
from distilabel_selfinstruct.parsing.marker_lines import MarkerReader
from distilabel_selfinstruct.parsing.reader import reader_of

parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

ROOMS = ("analysis", "evaluation", "filters", "formatting", "parsing", "prompts", "reading", "seeds", "words.py")
OTHERS = ("llms/failures.py", "llms/reading_answers.py", "llms/refusals.py", "llms/retry_after.py", "addresses.py")

LETTERS = " \t\n\u3000aZé가字1_-*#>.,:;!?\"'`|[](){}<>/\\=+~^$@&%…"
"""Stands for all letters: of each class that patterns tell apart, at least one."""

MANY = 50
"""A repetition with a bound below this one is none: what it tries is few."""

Letters = frozenset[str]

States = frozenset[tuple[Letters, Letters]]
"""Where one may be in a pattern: the letters of a repetition before that all parts since take as well, and those for
which it contends with the last part.
"""

CATEGORIES = {"SPACE": str.isspace, "DIGIT": str.isdigit, "WORD": lambda letter: letter.isalnum() or letter == "_"}


def letters_of(code: str, value: Any) -> Letters | None:
    """Which of `LETTERS` a part takes that takes one letter; None for other parts."""
    if code == "LITERAL":
        return frozenset({chr(value)})
    if code == "NOT_LITERAL":
        return frozenset(LETTERS) - {chr(value)}
    if code == "ANY":
        return frozenset(LETTERS) - {"\n"}
    if code != "IN":
        return None
    taken: set[str] = set()
    for kind, held in value:
        if str(kind) == "LITERAL":
            taken.add(chr(held))
        elif str(kind) == "RANGE":
            taken |= {letter for letter in LETTERS if held[0] <= ord(letter) <= held[1]}
        elif str(kind) == "CATEGORY":
            name = str(held).removeprefix("CATEGORY_")
            is_in = CATEGORIES[name.removeprefix("NOT_")]
            taken |= {letter for letter in LETTERS if bool(is_in(letter)) is not name.startswith("NOT_")}
    return frozenset(LETTERS) - taken if str(value[0][0]) == "NEGATE" else frozenset(taken)


class ContendError(Exception):
    """Two repetitions may take these letters, and a part after them may fail."""


def passed(parts: Sequence[Any], states: States) -> States:
    """The states after the parts of a pattern. A group that may repeat is passed at most twice.

    Raises:
        ContendError: two repetitions contend.
    """
    for kind, value in parts:
        code = str(kind)
        if code == "SUBPATTERN":
            states = passed(value[3], states)
        elif code == "BRANCH":
            states = frozenset().union(*(passed(branch, states) for branch in value[1]))
        elif code.endswith("_REPEAT"):
            states = repeated(*value, states)
        elif code == "AT" and "END" in str(value):
            states = taken_once(frozenset(), states)
        elif code in {"ASSERT", "ASSERT_NOT", "AT"}:
            refuse_contended(states)
        else:
            states = taken_once(letters_of(code, value) or frozenset(), states)
    return states


def refuse_contended(states: States) -> None:
    """A part that may fail is reached."""
    for _, contended in states:
        if contended:
            raise ContendError("".join(sorted(contended)))


def taken_once(letters: Letters, states: States) -> States:
    refuse_contended(states)
    return frozenset((common & letters, frozenset()) for common, _ in states)


def repeated(least: int, most: int, parts: Sequence[Any], states: States) -> States:
    letters = letters_of(str(parts[0][0]), parts[0][1]) if len(parts) == 1 else None
    if letters is None:
        once = passed(parts, states)
        twice = passed(parts, once) if most > 1 else frozenset()
        return once | twice | (frozenset() if least else states)
    once = taken_once(letters, states)
    if most >= MANY:
        once |= {(letters, common & letters) for common, _ in states}
    return once if least else once | states


def shared_letters(pattern: "re.Pattern[str]") -> str:
    """Letters for which two repetitions contend, if there are any; none where nothing after them can fail."""
    try:
        passed(list(parser.parse(pattern.pattern, pattern.flags)), frozenset({(frozenset(), frozenset())}))
    except ContendError as found:
        return str(found)
    return ""


def patterns_in(held: object, depth: int = 0) -> Iterator["re.Pattern[str]"]:
    if isinstance(held, re.Pattern):
        if isinstance(held.pattern, str):
            yield held
    elif depth < 4 and isinstance(held, dict | list | tuple | set | frozenset):
        for part in held.values() if isinstance(held, dict) else held:
            yield from patterns_in(part, depth + 1)
    elif depth < 4 and type(held).__module__.startswith("distilabel_selfinstruct") and not isinstance(held, type):
        names = [*getattr(held, "__dict__", ()), *getattr(type(held), "__slots__", ())]
        for name in names:
            yield from patterns_in(getattr(held, name, None), depth + 1)


def modules() -> Iterator[ModuleType]:
    root = Path(distilabel_selfinstruct.__file__).parent
    for name in (*ROOMS, *OTHERS):
        for path in sorted((root / name).rglob("*.py")) if not name.endswith(".py") else [root / name]:
            parts = path.relative_to(root).with_suffix("").parts
            yield importlib.import_module(".".join(("distilabel_selfinstruct", *parts)).removesuffix(".__init__"))


def test_no_two_repetitions_contend_for_the_same_letters() -> None:
    found = {(pattern.pattern, pattern.flags): pattern for module in modules() for pattern in patterns_in(vars(module))}
    readers = [pattern for language in pack_names() for pattern in patterns_in(reader_of(language))]
    every = (*found.values(), *readers)
    assert {pattern.pattern: letters for pattern in every if (letters := shared_letters(pattern))} == {}
    assert len(found) > 50


def test_words_of_a_stranger_make_no_pattern_in_which_repetitions_contend() -> None:
    odd = ("a" + " " * 40 + "b", "a" + "_" * 40 + "b", "- - - -", "x - _ y", "(a*)*b", "[", "\\")
    words = MarkerWords(task=odd, example=odd, input=odd, output=odd, answer=odd, class_label=odd, prefixes=odd)
    reader = MarkerReader(words)
    assert not any(map(shared_letters, patterns_in(reader)))
    # Many optional blanks in a row would be tried in all combinations, and this would not end.
    assert all(reader.marker_of(f"a{blanks}c: x") is None for blanks in (" " * 200, "_" * 200, "- " * 100))


@pytest.mark.parametrize(
    "pattern", [r"a *\d{0,3} *:", r"\}\s*,?\s*(?=x)", r"[ \t]*#?[ \t]*$", r"\w+(?:-? *)?[a-z]+:", r"(?:\s*,?)*\s*;"]
)
def test_repetitions_that_contend_are_found(pattern: str) -> None:
    assert shared_letters(re.compile(pattern)) != ""


@pytest.mark.parametrize(
    "pattern", [r"a *(?:\d{1,3} *)?:", r"\s*,\s*x", r"[ \t]*x{0,3}\S*", r" {0,3}\d{0,3} {0,3}:", r"\s*(.*)"]
)
def test_repetitions_that_do_not_contend_are_not_found(pattern: str) -> None:
    assert shared_letters(re.compile(pattern)) == ""
