"""Whether a task is a classification task, as files say it: a truth value, a number, or a word."""

import math
from textwrap import shorten

_YES = frozenset({"yes", "y", "true", "t", "1", "1.0"})
_NO = frozenset({"no", "n", "false", "f", "0", "0.0"})
_NOT_SAID = frozenset({"", "none", "null", "nan", "n/a", "na"})

_MARKS = " \t\r\n.!'\"`*"


def read_task_type(value: object) -> bool | None:
    """What a file says under `is_classification`; None if it does not say.

    The rule: a text is what it says. "No", "false" and "0" are false, "Yes", "TRUE" and "1" are true, in any case and
    with white space or a full stop around them, as in the reference's own files (" No").

    Raises:
        ValueError: it says something else. The message is the end of a sentence about the row.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, int | float) and value in {0, 1}:
        return bool(value)
    if isinstance(value, str):
        word = value.strip(_MARKS).casefold()
        if word in _YES or word in _NO:
            return word in _YES
        if word in _NOT_SAID:
            return None
    raise ValueError(f"has {shorten(repr(value), 60, placeholder='...')} under is_classification, not true or false")


def task_type_of(value: object) -> bool | None:
    """True or False for a value that says so; None for what says nothing, such as a row that was never asked."""
    try:
        return read_task_type(value)
    except ValueError:
        return None


def is_classification_task(value: object) -> bool:
    """True only for a value that says so: what a step makes of a row that it must not refuse."""
    try:
        return bool(read_task_type(value))
    except ValueError:
        return False
