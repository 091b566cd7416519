"""`locale.yaml`, the words and values of a pack: read and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.yaml_text import parse_yaml
from distilabel_selfinstruct.languages.marker_words import MarkerWords
from distilabel_selfinstruct.languages.pack import Pack

LOCALE_FILE = "locale.yaml"

_MARKERS = ("task", "example", "input", "output", "answer", "class_label")


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
    markers = _markers(fields)
    tokenizer = fields.mapping("tokenizer")
    thresholds = fields.mapping("max_rouge_l")
    if not all(_is_number(value) and 0 <= value <= 1 for value in thresholds.values()):
        raise fields.fault("max_rouge_l", "give each tokenizer a number from 0 to 1")
    per_token = fields.held.get("characters_per_token", 4)
    if not _is_number(per_token) or per_token <= 0:
        raise fields.fault("characters_per_token", "make it a number above 0")
    min_stem = tokenizer.get("min_stem", 2)
    if not isinstance(min_stem, int) or min_stem < 1:
        raise fields.fault("tokenizer.min_stem", "make it a whole number from 1")
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
        forbidden_words=tuple(
            word["word"] if isinstance(word, dict) else word for word in fields.held.get("forbidden_words") or ()
        ),
    )


def _markers(fields: "_Fields") -> MarkerWords:
    known = (*_MARKERS, "prefixes", "needs_number")
    unknown = sorted(fields.mapping("markers").keys() - set(known))
    if unknown:
        raise fields.fault(f"markers.{unknown[0]}", f"the kinds of markers are {', '.join(known)}")
    return MarkerWords(
        **{name: fields.words(f"markers.{name}", required=name in _MARKERS and name != "answer") for name in known}
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
        if not all(isinstance(word, str) and word.strip() for word in value):
            raise self.fault(name, "put each word in quotation marks, and none that is empty")
        return tuple(value)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A group of fields; empty where it is missing."""
        value = self._get(name)
        if value is not None and not isinstance(value, dict):
            raise self.fault(name, "make it a group of fields")
        return value or {}

    def fault(self, name: str, remedy: str) -> ConfigError:
        """The error about a field."""
        return ConfigError(f"The language pack {self.path} has {self._get(name)!r} under {name}: {remedy}.")

    def _get(self, name: str) -> object:
        value: Any = self.held
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
