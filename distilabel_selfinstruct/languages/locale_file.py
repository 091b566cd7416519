"""`locale.yaml`, the words and values of a pack: read and checked."""

import re
from collections.abc import Iterator
from pathlib import Path

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.yaml_text import load_yaml
from distilabel_selfinstruct.languages.expressions import GAP
from distilabel_selfinstruct.languages.fields import Fields
from distilabel_selfinstruct.languages.marker_words import MarkerWords
from distilabel_selfinstruct.languages.pack import VERB_NOUN_METHODS, Pack, SeedStyle
from distilabel_selfinstruct.languages.pattern_file import read_patterns
from distilabel_selfinstruct.languages.word_kinds import ForbiddenWord, WordKind, WordList

LOCALE_FILE = "locale.yaml"

TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
"""A BCP-47 tag: "ko", "pt-BR"."""

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
        "about.license",
        "about.written_by",
        "about.read_by",
        "style.rare_endings",
        "style.most_rare_endings",
        "style.rare_words",
        "style.most_rare_words",
        "style.wanted_endings",
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
        held = load_yaml(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"Cannot read the language pack {path}: {error}.") from error
    fields = Fields(path, held)
    known = {*_OTHER_FIELDS, *(kind.value for kind in WordKind), *(f"markers.{name}" for name in _MARKER_LISTS)}
    fields.refuse_unknown(known)
    markers = _markers(fields)
    blocked = fields.mapping("verdict.not_followed_by")
    tokenizer = fields.mapping("tokenizer")
    thresholds = fields.mapping("max_rouge_l")
    if not all(_is_share(value) for value in thresholds.values()):
        raise fields.fault("max_rouge_l", "give each tokenizer a number from 0 to 1")
    min_stem = tokenizer.get("min_stem", 2)
    if not isinstance(min_stem, int) or isinstance(min_stem, bool) or min_stem < 1:
        raise fields.fault("tokenizer.min_stem", "make it a whole number from 1")
    if not TAG.fullmatch(fields.text("language")):
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
        characters_per_token=fields.number("characters_per_token", 4),
        scripts=frozenset(fields.words("scripts")),
        word_boundaries=fields.truth("word_boundaries", default=True),
        lists=_lists(fields, folder),
        not_followed_by={word: fields.words(f"verdict.not_followed_by.{word}") for word in blocked},
        forbidden_words=_forbidden(fields),
        openers_allowed=fields.words("openers_allowed"),
        letters=fields.held_text("list.letters"),
        characters_per_word=_characters_per_word(fields),
        verb_noun=fields.choice("verb_noun.method", VERB_NOUN_METHODS, "none"),
        license=fields.held_text("about.license"),
        written_by=fields.held_text("about.written_by"),
        read_by=fields.held_text("about.read_by"),
        style=_style(fields),
    )


def _characters_per_word(fields: Fields) -> float | None:
    """How many characters count as a word; None where words stand between spaces."""
    in_characters = fields.choice("words.count", ("spaces", "characters"), "spaces") == "characters"
    return fields.number("words.per_word", 2) if in_characters else None


def _style(fields: Fields) -> SeedStyle:
    wanted = fields.mapping("style.wanted_endings")
    return SeedStyle(
        rare_endings=fields.words("style.rare_endings"),
        most_rare_endings=fields.number("style.most_rare_endings", 0.1, most=1),
        rare_words=fields.words("style.rare_words"),
        most_rare_words=fields.number("style.most_rare_words", 0.05, most=1),
        wanted_endings={name: fields.words(f"style.wanted_endings.{name}") for name in wanted},
    )


def _lists(fields: Fields, folder: Path) -> dict[WordKind, WordList]:
    patterns = read_patterns(folder)
    lists = {kind: WordList(fields.words(kind.value), patterns.get(kind, ())) for kind in WordKind}
    for kind, held in lists.items():
        for word in held.words:
            if word.count(GAP) > _MOST_GAPS:
                raise fields.fault(kind.value, f"{word!r} has more than {_MOST_GAPS} of {GAP}: split it")
    return {kind: held for kind, held in lists.items() if held != WordList()}


def _forbidden(fields: Fields) -> tuple[ForbiddenWord, ...]:
    found = tuple(_each_forbidden(fields))
    fields.refuse_many("forbidden_words", [one.word for one in found])
    return found


def _each_forbidden(fields: Fields) -> Iterator[ForbiddenWord]:
    for number, held in enumerate(fields.items("forbidden_words")):
        if isinstance(held, str) and held.strip():
            yield ForbiddenWord(held)
            continue
        word = Fields(fields.path, held) if isinstance(held, dict) else None
        if word is None or word.held.keys() - {"word", "not_before", "not_after"}:
            raise fields.fault(
                "forbidden_words", f"write item {number + 1} as a word, or as word, not_before, not_after"
            )
        yield ForbiddenWord(word.text("word"), word.words("not_before"), word.words("not_after"))


def _markers(fields: Fields) -> MarkerWords:
    return MarkerWords(
        **{
            name: fields.words(f"markers.{name}", required=name in _MARKERS and name != "answer")
            for name in _MARKER_LISTS
        }
    )


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
