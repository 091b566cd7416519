"""No pattern tries two ways to share the same letters: on a long line of them it would take hours.

Texts come from models, servers and strangers. Two repetitions without bound that may take the same letter, with nothing
between them that must be there, try every division of a run of such letters before they give up.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import distilabel_selfinstruct
from distilabel_selfinstruct.languages import MarkerWords, pack_names
from distilabel_selfinstruct.languages.pattern_time import contended_letters
from distilabel_selfinstruct.parsing.marker_lines import MarkerReader
from distilabel_selfinstruct.parsing.reader import reader_of

ROOMS = ("analysis", "evaluation", "filters", "formatting", "parsing", "prompts", "reading", "seeds", "words.py")
OTHERS = ("llms/failures.py", "llms/reading_answers.py", "llms/refusals.py", "llms/retry_after.py", "addresses.py")


def shared_letters(pattern: "re.Pattern[str]") -> str:
    return contended_letters(pattern.pattern, pattern.flags)


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
