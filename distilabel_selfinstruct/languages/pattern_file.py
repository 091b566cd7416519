"""`patterns.yaml`, the regular expressions of a pack: for what plain words do not do.

A pattern may name a part that stands under `parts` as `%part%`. A pattern that could take very long for some text is
refused (see `pattern_time`); in those that are packaged, a test looks for it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.packaged import is_packaged
from distilabel_selfinstruct.files.yaml_text import load_yaml
from distilabel_selfinstruct.languages.pattern_time import PARSER, contended_letters, repeats_more_than_letters
from distilabel_selfinstruct.languages.word_kinds import WordKind

PATTERN_FILE = "patterns.yaml"

_PART = re.compile(r"%(\w+)%")

# Parts may name parts.
_DEEPEST = 5


def read_patterns(folder: Path) -> dict[WordKind, tuple[str, ...]]:
    """The patterns in a folder, by kind; none where it has no such file.

    Raises:
        ConfigError: the file cannot be read, or a pattern in it cannot be used. The message names it.
    """
    path = folder / PATTERN_FILE
    if not path.is_file():
        return {}
    try:
        held = load_yaml(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"Cannot read the patterns of the language pack {path}: {error}.") from error
    if not isinstance(held, dict):
        raise ConfigError(f"The file {path} holds no patterns: give each kind a list, or remove the file.")
    parts = held.pop("parts", None) or {}
    if not isinstance(parts, dict) or not all(isinstance(part, str) for part in parts.values()):
        raise ConfigError(f"The file {path} has {parts!r} under parts: give each part a name and a pattern.")
    found: dict[WordKind, tuple[str, ...]] = {}
    for name, patterns in _by_kind(held, ""):
        try:
            kind = WordKind(name)
        except ValueError:
            known = ", ".join(kind.value for kind in WordKind)
            raise ConfigError(f"The file {path} has the unknown kind {name!r}: use one of {known}.") from None
        if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
            raise ConfigError(f"The file {path} has {patterns!r} under {name}: make it a list of patterns.")
        filled = tuple(_filled(one, parts) for one in patterns)
        # To look at those of one language takes as long as the rest of its pack.
        found[kind] = filled if is_packaged(path) else tuple(check_pattern(one, f"{path}, {name}") for one in filled)
    return found


def _by_kind(held: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, object]]:
    """The lists in groups of groups, by dotted names."""
    for name, value in held.items():
        if isinstance(value, dict):
            yield from _by_kind(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    for _ in range(_DEEPEST):
        pattern = _PART.sub(lambda found: f"(?:{parts[found[1]]})" if found[1] in parts else found[0], pattern)
    return pattern


def check_pattern(pattern: str, location: str) -> str:
    """The pattern, if it is one and can take no long time for any text.

    Raises:
        ConfigError: it is none, or it can. The message names the location.
    """
    try:
        parsed = PARSER.parse(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigError(f"{location} has the pattern {pattern!r}, which is none: {error}.") from error
    if parsed.state.groupdict or parsed.state.groups > 1:
        raise ConfigError(f"{location} has the pattern {pattern!r} with a group: write (?:…) for (…).")
    if repeats_more_than_letters(pattern, re.IGNORECASE) or contended_letters(pattern, re.IGNORECASE):
        raise ConfigError(
            f"{location} has the pattern {pattern!r}, in which repetitions can share letters in many ways, so that it "
            f"can take very long: bound them as in {{0,40}}."
        )
    return pattern
