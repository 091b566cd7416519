"""The fields of a file of a language pack, by dotted names, with errors that name them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from math import inf
from pathlib import Path
from textwrap import shorten
from typing import Any

from distilabel_selfinstruct.errors import ConfigError

_MOST_WORDS, _LONGEST_WORD = 1000, 100
"""Patterns are made of the words."""

_SHOWN = 200
"""Characters of a value that a message shows."""


class Fields:
    """The fields of the file, by dotted names."""

    def __init__(self, path: Path, held: object) -> None:
        self.path = path
        if not isinstance(held, dict):
            raise ConfigError(f"The language pack {path} holds no fields: copy those of the English pack.")
        self.held: dict[str, Any] = held

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self._get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(name, "fill it in with a text")
        return value

    def words(self, name: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of words."""
        value = self._get(name)
        if value is None and not required:
            return ()
        if not isinstance(value, list) or (required and not value):
            raise self.fault(name, "make it a list of words")
        words = [word for word in value if isinstance(word, str) and word.strip()]
        if len(words) < len(value):
            raise self.fault(name, "put each word in quotation marks, and none that is empty")
        self.refuse_many(name, words)
        return tuple(words)

    def refuse_many(self, name: str, words: Sequence[str]) -> None:
        """Refuse so many or so long words that their pattern would take long to make and to use."""
        if len(words) > _MOST_WORDS or max(map(len, words), default=0) > _LONGEST_WORD:
            raise self.fault(name, f"give at most {_MOST_WORDS:,} words of at most {_LONGEST_WORD} letters")

    def items(self, name: str) -> list[object]:
        """A list of anything; empty where it is missing."""
        value = self._get(name)
        if value is not None and not isinstance(value, list):
            raise self.fault(name, "make it a list")
        return value or []

    def truth(self, name: str, *, default: bool) -> bool:
        """A truth value."""
        value = self._get(name)
        if value is not None and not isinstance(value, bool):
            raise self.fault(name, "make it true or false")
        return default if value is None else value

    def number(self, name: str, default: float, *, most: float = inf) -> float:
        """A number above 0."""
        value = self._get(name)
        if value is None:
            return default
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most:
            raise self.fault(name, f"make it a number above 0{'' if most == inf else f', at most {most:g}'}")
        return float(value)

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """One of some words."""
        value = self._get(name)
        if value is None:
            return default
        if value not in choices:
            raise self.fault(name, f"use one of {', '.join(choices)}")
        return str(value)

    def held_text(self, name: str) -> str:
        """A text that may be missing; then it is empty."""
        return "" if self._get(name) in (None, "") else self.text(name)

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Refuse names that nothing reads: they are misspelled.

        Args:
            known: the dotted names. Those of groups whose fields have names of their own stand for all of them.

        Raises:
            ConfigError: there is one. The message names it and the nearest known name.
        """
        for name in self._names(self.held, ""):
            if name in known or any(name.startswith(f"{group}.") for group in known):
                continue
            near = get_close_matches(name, known, n=1)
            remedy = f"the nearest one is {near[0]}" if near else "remove it"
            raise self.fault(name, f"nothing reads this field; {remedy}")

    def _names(self, held: Mapping[Any, Any], prefix: str) -> Iterator[str]:
        for name, value in held.items():
            if isinstance(value, dict) and value:
                yield from self._names(value, f"{prefix}{name}.")
            else:
                yield f"{prefix}{name}"

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A group of fields; empty where it is missing."""
        value = self._get(name)
        if value is not None and not isinstance(value, dict):
            raise self.fault(name, "make it a group of fields")
        return value or {}

    def fault(self, name: str, remedy: str) -> ConfigError:
        """The error about a field."""
        held = shorten(repr(self._get(name)), _SHOWN, placeholder="...")
        return ConfigError(f"The language pack {self.path} has {held} under {name}: {remedy}.")

    def _get(self, name: str) -> object:
        value: Any = self.held
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value
