"""What a pack says to people: on dataset cards, in reports, after runs. English stands where it says nothing."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.yaml_text import load_yaml
from distilabel_selfinstruct.languages.pack import Pack
from distilabel_selfinstruct.languages.packs import find_pack

_SLOT = re.compile(r"\{(\w+)\}")

# A text of a card: the lines below "## key".
_CARD_TEXT = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Texts:
    """Texts of a language by key.

    Args:
        texts: the texts; `{name}` is a slot.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def say(self, key: str, english: str = "", **slots: str) -> str:
        """The text of a key, or the English one, with its slots filled. A slot that is not given stays as it is."""
        return _SLOT.sub(lambda found: slots.get(found[1], found[0]), self._texts.get(key, english))

    def __contains__(self, key: str) -> bool:
        return key in self._texts


NO_TEXTS = Texts({})
"""English throughout."""


def texts_of(language: str | None) -> Texts:
    """The texts of a language (a BCP-47 tag or the folder of a pack); English where it has no pack.

    Raises:
        ConfigError: a file of the pack cannot be read.
    """
    pack = find_pack(language) if language else None
    return NO_TEXTS if pack is None else _texts(str(pack.folder), pack.digest)


@lru_cache(maxsize=32)
def _texts(folder: str, digest: str) -> Texts:
    del digest  # another one means other texts
    pack = find_pack(folder)
    return NO_TEXTS if pack is None else Texts({**_card(pack), **_of_yaml(pack, "report"), **_of_yaml(pack, "hints")})


def _card(pack: Pack) -> dict[str, str]:
    path = pack.file("card.md")
    text = path.read_text(encoding="utf-8") if path else ""
    return {f"card.{found[1]}": found[2].strip() for found in _CARD_TEXT.finditer(text)}


def _of_yaml(pack: Pack, name: str) -> dict[str, str]:
    path = pack.file(f"{name}.yaml")
    if path is None:
        return {}
    try:
        held = load_yaml(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"Cannot read {path} of the language pack: {error}.") from error
    return dict(_by_name(held, f"{name}.")) if isinstance(held, dict) else {}


def _by_name(held: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in held.items():
        if isinstance(value, dict):
            yield from _by_name(value, f"{prefix}{name}.")
        elif isinstance(value, str):
            yield f"{prefix}{name}", value
