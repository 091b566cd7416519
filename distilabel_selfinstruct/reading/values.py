"""Values of a file as texts, and how a value is shown in a message."""

import ast
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from textwrap import shorten
from typing import Any

from distilabel_selfinstruct.words import encodable


def text_of(value: object) -> str | None:
    """A value as a text; None for nothing.

    Numbers, truth values and dates are written out, a list with one text is that text, and a response as the servers of
    models send it is the text in it.

    Raises:
        ValueError: the value is no text. The message says what it is, as the end of a sentence.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, int | float | Decimal | date | time):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return _text_in(value)
    if isinstance(value, list) and len(value) == 1:
        return text_of(value[0])
    if isinstance(value, list) and not value:
        return None
    raise ValueError(f"is {show(value)}, not a text")


def texts_of(value: object) -> str | list[str] | None:
    """A text, or several of them in a list.

    Raises:
        ValueError: the value is neither.
    """
    if isinstance(value, list) and len(value) > 1:
        texts = [text_of(part) for part in value]
        if all(text is not None for text in texts):
            return [text for text in texts if text is not None]
    return text_of(value)


def objects_of(value: object) -> list[Mapping[str, Any]] | None:
    """A list of objects, in whatever form a file has it: JSON or Python in a text, or an object of columns.

    None if the value is no such list.
    """
    value = nested(value)
    if isinstance(value, Mapping) and value and all(isinstance(part, list) for part in value.values()):
        return [dict(zip(value, row, strict=False)) for row in zip(*value.values(), strict=False)]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes) and value:
        parts = [part for part in value if isinstance(part, Mapping)]
        return parts if len(parts) == len(value) else None
    return None


def nested(value: object) -> object:
    """The list or object that a text holds as JSON or as Python writes it; any other value as it is."""
    if not isinstance(value, str) or value.strip()[:1] not in {"[", "{"}:
        return value
    return _parsed(ast.literal_eval, _parsed(json.loads, value))


def _parsed(parse: Callable[[str], object], value: object) -> object:
    try:
        return parse(value.strip()) if isinstance(value, str) else value
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return value


def encodable_value(value: Any) -> Any:
    """A JSON value without half characters (see `encodable`), in whatever part of it they are."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, Mapping):
        return {encodable_value(name): encodable_value(part) for name, part in value.items()}
    if isinstance(value, list):
        return [encodable_value(part) for part in value]
    return value


def show(value: object) -> str:
    """A value in a message, cut where it is long."""
    return shorten(repr(value), 60, placeholder="...")


def _text_in(value: Mapping[str, Any]) -> str | None:
    choices = value.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], Mapping):
        return _text_in(choices[0])
    for name in ("text", "content", "value", "message"):
        if isinstance(value.get(name), str | Mapping | list):
            return text_of(value[name])
    raise ValueError(f"is {show(dict(value))}, not a text")
