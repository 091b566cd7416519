"""`locale.yaml`, the words and values of a pack: read and checked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from textwrap import shorten
from typing import Any

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.yaml_text import parse_yaml
from distilabel_selfinstruct.languages.expressions import GAP
from distilabel_selfinstruct.languages.marker_words import MarkerWords
from distilabel_selfinstruct.languages.pack import Pack
from distilabel_selfinstruct.languages.pattern_file import read_patterns
from distilabel_selfinstruct.languages.word_kinds import ForbiddenWord, WordKind, WordList

LOCALE_FILE = "locale.yaml"

_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}")

_MOST_WORDS, _LONGEST_WORD = 1000, 100
"""Patterns are made of the words."""

_SHOWN = 200
"""Characters of a value that a message shows."""

_MARKERS = ("task", "example", "input", "output", "answer", "class_label")
_MARKER_LISTS = (*_MARKERS, "prefixes", "needs_number")

_OTHER_FIELDS = frozenset(
    {
        "language",
        "name",
        "extends",
        "scripts",
        "word_boundaries",
        "words.count",
        "words.per_word",
        "characters_per_token",
        "list.bullets",
        "list.enumerators",
        "list.letters",
        "verdict.not_followed_by",
        "forbidden_words",
        "openers_allowed",
        "tokenizer.name",
        "tokenizer.min_stem",
        "tokenizer.library",
        "tokenizer.particles",
        "max_rouge_l",
        "verb_noun.method",
    }
)
"""The names of fields that hold no list of words of a kind. Those of groups with names of their own end a name."""

# Each stands for a part of a sentence, so that many of them take long to look for.
_MOST_GAPS = 2


def read_locale(folder: Path, digest: str, english: MarkerWords | None) -> Pack:
    """The pack in a folder.

    Args:
        folder: where its files are.
        digest: SHA-256 of its files.
        english: the markers of English, which are read beside its own; None for English itself.

    Raises:
        ConfigError: `locale.yaml` cannot be read, or lacks or misspells something. The message names it.
    """
    path = folder / LOCALE_FILE
    try:
        held = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"Cannot read the language pack {path}: {error}.") from error
    fields = _Fields(path, held)
    fields.refuse_unknown()
    markers = _markers(fields)
    blocked = fields.mapping("verdict.not_followed_by")
    tokenizer = fields.mapping("tokenizer")
    thresholds = fields.mapping("max_rouge_l")
    if not all(_is_number(value) and 0 <= value <= 1 for value in thresholds.values()):
        raise fields.fault("max_rouge_l", "give each tokenizer a number from 0 to 1")
    per_token = fields.held.get("characters_per_token", 4)
    if not _is_number(per_token) or per_token <= 0:
        raise fields.fault("characters_per_token", "make it a number above 0")
    min_stem = tokenizer.get("min_stem", 2)
    if not isinstance(min_stem, int) or isinstance(min_stem, bool) or min_stem < 1:
        raise fields.fault("tokenizer.min_stem", "make it a whole number from 1")
    if not _TAG.fullmatch(fields.text("language")):
        raise fields.fault("language", "make it a BCP-47 tag, such as da")
    return Pack(
        language=fields.text("language"),
        name=fields.text("name"),
        folder=folder,
        digest=digest,
        own_markers=markers,
        markers=markers.joined_to(english) if english else markers,
        yes=fields.words("verdict.yes", required=True)[0],
        no=fields.words("verdict.no", required=True)[0],
        tokenizer=str(tokenizer.get("name", "unicode")),
        particles=fields.words("tokenizer.particles"),
        min_stem=min_stem,
        max_rouge_l=dict(thresholds),
        characters_per_token=float(per_token),
        scripts=frozenset(fields.words("scripts")),
        word_boundaries=fields.truth("word_boundaries", default=True),
        lists=_lists(fields, folder),
        not_followed_by={word: fields.words(f"verdict.not_followed_by.{word}") for word in blocked},
        forbidden_words=_forbidden(fields),
        openers_allowed=fields.words("openers_allowed"),
        letters=fields.held_text("list.letters"),
    )


def _lists(fields: "_Fields", folder: Path) -> dict[WordKind, WordList]:
    patterns = read_patterns(folder)
    lists = {kind: WordList(fields.words(kind.value), patterns.get(kind, ())) for kind in WordKind}
    for kind, held in lists.items():
        for word in held.words:
            if word.count(GAP) > _MOST_GAPS:
                raise fields.fault(kind.value, f"{word!r} has more than {_MOST_GAPS} of {GAP}: split it")
    return {kind: held for kind, held in lists.items() if held != WordList()}


def _forbidden(fields: "_Fields") -> tuple[ForbiddenWord, ...]:
    found = tuple(_each_forbidden(fields))
    fields.refuse_many("forbidden_words", [one.word for one in found])
    return found


def _each_forbidden(fields: "_Fields") -> Iterator[ForbiddenWord]:
    for number, held in enumerate(fields.items("forbidden_words")):
        if isinstance(held, str) and held.strip():
            yield ForbiddenWord(held)
            continue
        word = _Fields(fields.path, held) if isinstance(held, dict) else None
        if word is None or word.held.keys() - {"word", "not_before", "not_after"}:
            raise fields.fault(
                "forbidden_words", f"write item {number + 1} as a word, or as word, not_before, not_after"
            )
        yield ForbiddenWord(word.text("word"), word.words("not_before"), word.words("not_after"))


def _markers(fields: "_Fields") -> MarkerWords:
    return MarkerWords(
        **{
            name: fields.words(f"markers.{name}", required=name in _MARKERS and name != "answer")
            for name in _MARKER_LISTS
        }
    )


class _Fields:
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

    def held_text(self, name: str) -> str:
        """A text that may be missing; then it is empty."""
        return "" if self._get(name) is None else self.text(name)

    def refuse_unknown(self) -> None:
        """Refuse names that nothing reads: they are misspelled.

        Raises:
            ConfigError: there is one. The message names it and the nearest known name.
        """
        known = {*_OTHER_FIELDS, *(kind.value for kind in WordKind), *(f"markers.{name}" for name in _MARKER_LISTS)}
        for name in self._names(self.held, ""):
            if name in known or any(name.startswith(f"{group}.") for group in _OTHER_FIELDS):
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


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
