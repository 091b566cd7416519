"""YAML of people and strangers, read within bounds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from distilabel_selfinstruct.files.packaged import is_packaged

_MOST_CHARACTERS = 1_000_000
_MOST_VALUES = 100_000
_DEEPEST = 50

# Ten times as fast, where PyYAML has it. A deeply nested text crashes it, so it reads no texts of others.
_OwnLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(path: Path) -> Any:
    """The value in a YAML file in UTF-8, which may be a packaged one.

    Raises:
        OSError: the file cannot be read.
        ValueError: as by `parse_yaml`.
    """
    text = path.read_text(encoding="utf-8")
    return yaml.load(text, _OwnLoader) if is_packaged(path) else parse_yaml(text)  # noqa: S506 - a safe one


def parse_yaml(text: str) -> Any:
    """The value in a YAML text.

    Aliases make one value stand in many places, and aliases of aliases make a small text grow without bound for whoever
    walks through it. So the values are counted as often as they stand.

    Raises:
        ValueError: the text is not YAML, or is too long, too deep or too large. The message says what is wrong, as the
            end of a sentence.
    """
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"it has more than {_MOST_CHARACTERS:,} characters")
    try:
        value = yaml.safe_load(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    for number, _ in enumerate(_values(value, 0)):
        if number > _MOST_VALUES:
            raise ValueError(f"it has more than {_MOST_VALUES:,} values, aliases included")
    return value


def _values(value: Any, depth: int) -> Iterator[Any]:
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    yield value
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _values(name, depth + 1)
            yield from _values(part, depth + 1)
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from _values(part, depth + 1)
