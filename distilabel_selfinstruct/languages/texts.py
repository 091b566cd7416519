"""What a pack says to people: on dataset cards, in reports, after runs. English stands where it says nothing."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.yaml_text import load_yaml
from distilabel_selfinstruct.languages.pack import Pack
from distilabel_selfinstruct.languages.packs import english, find_pack

SLOT = re.compile(r"\{(\w+)\}")

FORMS = ("one", "other")
"""The forms of a text in which a number stands, where a language has two."""

# A text of a card: the lines below "## key".
_CARD_TEXT = re.compile(r"^## ([\w.]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Texts:
    """Texts of a language by key, with those of English behind them.

    Args:
        own: the texts of the language; `{name}` is a slot.
        behind: the English texts.
    """

    def __init__(self, own: Mapping[str, str], behind: Mapping[str, str]) -> None:
        self._own, self._behind = own, behind

    def say(self, key: str, /, **slots: str) -> str:
        """The text of a key with its slots filled. A slot that is not given stays as it is.

        Raises:
            KeyError: neither the language nor English has it.
        """
        text = self._own.get(key)
        return _filled(self._behind[key] if text is None else text, slots)

    def find(self, key: str, /, **slots: str) -> str:
        """The text of a key with its slots filled; empty if neither the language nor English has it."""
        return self.say(key, **slots) if key in self else ""

    def count(self, key: str, number: int, /, **slots: str) -> str:
        """The text of a key in the form for a number, which fills the slot `number`.

        Raises:
            KeyError: neither the language nor English has it.
        """
        form = FORMS[number != 1]
        for texts in (self._own, self._behind):
            for name in (f"{key}.{form}", key, f"{key}.other"):
                if name in texts:
                    return _filled(texts[name], {"number": f"{number:,}", **slots})
        raise KeyError(key)

    def name(self, group: str, value: str) -> str:
        """The name of a value of a group, such as a rule; the value in words where it is not known."""
        key = f"{group}.{value}"
        return self.say(key) if key in self else value.replace("_", " ")

    def group(self, prefix: str) -> list[str]:
        """All texts whose keys begin with a prefix, in order of the keys."""
        held = {**self._behind, **self._own}
        return [held[key] for key in sorted(held) if key.startswith(f"{prefix}.")]

    def __contains__(self, key: str) -> bool:
        return key in self._own or key in self._behind


def texts_of(language: str | None) -> Texts:
    """The texts of a language (a BCP-47 tag or the folder of a pack); English where it has no pack.

    Raises:
        ConfigError: a file of the pack cannot be read.
    """
    pack = find_pack(language) if language else None
    return Texts(pack_texts(pack) if pack else {}, pack_texts(english()))


def pack_texts(pack: Pack) -> Mapping[str, str]:
    """The texts that a pack itself has: of cards, of reports, and hints of commands.

    Raises:
        ConfigError: a file of the pack cannot be read.
    """
    return _texts(str(pack.folder), pack.digest)


@lru_cache(maxsize=32)
def _texts(folder: str, digest: str) -> Mapping[str, str]:
    del digest  # another one means other texts
    pack = find_pack(folder)
    return {} if pack is None else {**_card(pack), **_of_yaml(pack, "report"), **_of_yaml(pack, "hints")}


def _filled(text: str, slots: Mapping[str, str]) -> str:
    return SLOT.sub(lambda found: slots.get(found[1], found[0]), text)


def _card(pack: Pack) -> dict[str, str]:
    path = pack.file("card.md")
    try:
        text = path.read_text(encoding="utf-8") if path else ""
    except (OSError, ValueError) as error:
        raise ConfigError(f"Cannot read {path} of the language pack: {error}.") from error
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
