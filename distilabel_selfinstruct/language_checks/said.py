"""What a pack says to people: its texts against those of the English pack."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.language_checks.finding import PackFinding
from distilabel_selfinstruct.languages import Pack, english, pack_texts
from distilabel_selfinstruct.languages.texts import FORMS, SLOT

_FILES = {"card": "card.md", "report": "report.yaml"}

_HINTS = frozenset({"unread_pack", "resume", "look", "review", "export", "tokens", "unknown_markers"})

# A text in which one language is read about need not name it.
_FREE = {"card.pack_not_read": {"name"}, "card.pack_read": {"name"}}

_SHOWN = 5
_WORDS_OF_A_SENTENCE = 4


def check_said(pack: Pack) -> Iterator[PackFinding]:
    """Texts that nothing shows, slots that nothing fills or that are lost, and how much stays English."""
    try:
        own = pack_texts(pack)
    except ConfigError as error:
        yield PackFinding("error", "texts for people", str(error).rstrip("."), "Repair it.")
        return
    known = pack_texts(english())
    for key, text in own.items():
        group, _, name = key.partition(".")
        if group == "hints":
            if name not in _HINTS:
                yield _unknown("hints.yaml", name, _HINTS)
            continue
        expected = _english_of(key, known)
        if expected is None:
            names = [one.partition(".")[2] for one in known if one.startswith(f"{group}.")]
            yield _unknown(_FILES[group], name, names)
            continue
        slots, wanted = set(SLOT.findall(text)), set(SLOT.findall(expected))
        location = f"{_FILES[group]}, {name}"
        for slot in sorted(slots - wanted - {"number"}):
            fault = f"{{{slot}}} is filled by nothing"
            yield PackFinding("error", location, fault, f"Use {_listed(wanted)}.")
        if lost := sorted(wanted - slots - {"number"} - _FREE.get(key, set())):
            yield PackFinding("warning", location, f"it does not say {_listed(lost)}", "Say it, or leave the text out.")
    yield from _missing(own, known, pack_is_english=pack.language == english().language)


def _missing(own: Mapping[str, str], known: Mapping[str, str], *, pack_is_english: bool) -> Iterator[PackFinding]:
    for group, file in _FILES.items():
        keys = {_base(key) for key in known if key.startswith(f"{group}.")}
        has = {_base(key) for key, text in own.items() if pack_is_english or not _is_english(text, key, known)}
        missing = sorted(keys - has)
        if missing:
            shown = ", ".join(key.partition(".")[2] for key in missing[:_SHOWN])
            more = ", …" if len(missing) > _SHOWN else ""
            fault = f"{len(missing)} of {len(keys)} texts are missing or English ({shown}{more}): readers see English"
            yield PackFinding("warning", file, fault, f"Translate them from {english().folder / file}.")


def _is_english(text: str, key: str, known: Mapping[str, str]) -> bool:
    """Whether a text is a sentence of the English pack: single words may be the same in both languages."""
    return text == known.get(key) and len(SLOT.sub("", text).split()) >= _WORDS_OF_A_SENTENCE


def _english_of(key: str, known: Mapping[str, str]) -> str | None:
    """The English text of a key, of which a pack may have one form or both."""
    return next((known[one] for one in (key, f"{_base(key)}.other", _base(key)) if one in known), None)


def _base(key: str) -> str:
    begin, _, end = key.rpartition(".")
    return begin if end in FORMS else key


def _unknown(file: str, name: str, known: Collection[str]) -> PackFinding:
    close = get_close_matches(name, list(known), 1)
    remedy = f"Did you mean {close[0]}?" if close else "Remove it: the keys are those of the English pack."
    return PackFinding("error", f"{file}, {name}", "no report, card or command shows this text", remedy)


def _listed(slots: Collection[str]) -> str:
    return ", ".join(f"{{{slot}}}" for slot in sorted(slots)) or "no slots"
