"""The words that models put before a task and its number, in some languages."""

from collections.abc import Sequence

from distilabel_selfinstruct.languages import Pack, WordKind
from distilabel_selfinstruct.languages.expressions import NEVER, any_of, either


def task_words(packs: Sequence[Pack]) -> str:
    """A pattern for "Task", "Instruction" and the like. Words that are words of other lists too are left out."""
    return any_of(either(_task_words(pack)) for pack in packs)


def other_list_words(packs: Sequence[Pack]) -> str:
    """A pattern for words before the numbers of other lists too: "Question 3:"."""
    return any_of(either(_other_words(pack)) for pack in packs)


def next_words(packs: Sequence[Pack]) -> str:
    """A pattern for what may stand before the word for a task: "Next"."""
    return any_of(either(pack.words(WordKind.NEXT)) for pack in packs)


def number_signs(packs: Sequence[Pack]) -> str:
    """A pattern for signs before a number: "No"."""
    return any_of(either(pack.words(WordKind.BEFORE_NUMBER)) for pack in packs)


def counters(packs: Sequence[Pack]) -> str:
    """A pattern for counters after a number; one that matches nothing for none."""
    found = [*(pack.list_of(WordKind.AFTER_NUMBER) for pack in packs)]
    return any_of(any_of([*one.patterns, either(one.words)]) for one in found)


def letters(packs: Sequence[Pack]) -> tuple[str, ...]:
    """What numbers the items of a list in place of digits, in order, by language."""
    return tuple(pack.letters for pack in packs if pack.letters)


def _task_words(pack: Pack) -> list[str]:
    markers = pack.own_markers
    other = {*markers.needs_number, *markers.example}
    return [word for word in dict.fromkeys((*pack.words(WordKind.LIST_WORDS), *markers.task)) if word not in other]


def _other_words(pack: Pack) -> list[str]:
    known = set(_task_words(pack))
    listed = (*pack.words(WordKind.LIST_WORDS), *pack.words(WordKind.OTHER_LIST_WORDS), *pack.own_markers.needs_number)
    return [word for word in dict.fromkeys(listed) if word not in known]


__all__ = ["NEVER", "counters", "letters", "next_words", "number_signs", "other_list_words", "task_words"]
