"""The files of a pack: their form, what must be filled in, and what readers of a dataset must know."""

import re
import unicodedata
from collections.abc import Iterator

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.files.yaml_text import load_yaml
from distilabel_selfinstruct.language_checks.finding import PackFinding
from distilabel_selfinstruct.languages import Pack
from distilabel_selfinstruct.prompts import PromptSet
from distilabel_selfinstruct.review.argilla.settings import NAMES, read_settings

_TEXT_FILES = frozenset({".yaml", ".jsonl", ".md"})

_CHAT_SLOTS = {
    "instruction_generation": ("examples", "first", "last"),
    "classification": ("examples", "instruction"),
    "input_first": ("examples", "instruction"),
    "output_first": ("examples", "instruction"),
}

# The files that people read, in which one word stands for one idea.
_READ_BY_PEOPLE = ("README.md", "card.md", "report.yaml", "hints.yaml", "prompts.yaml")

_CODE = re.compile(r"`[^`\n]*`")  # its words are those of the code


def check_files(pack: Pack) -> Iterator[PackFinding]:
    """Faults of form in any file, and what is missing beside the words."""
    for path in sorted(pack.folder.rglob("*")):
        if not path.is_file() or path.suffix not in _TEXT_FILES:
            continue
        name = path.relative_to(pack.folder).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            yield PackFinding("error", name, "it is not UTF-8", "Save it as UTF-8.")
            continue
        if path.suffix == ".yaml" and "TODO" in text:
            yield PackFinding("error", name, "a TODO is left", "Do it, and remove the word.")
        if not unicodedata.is_normalized("NFC", text):
            line = next(n for n, one in enumerate(text.split("\n"), 1) if not unicodedata.is_normalized("NFC", one))
            remedy = "Save it in normal form C: equal words are compared letter by letter."
            yield PackFinding("error", f"{name}, line {line}", "its letters are taken apart (not NFC)", remedy)
    yield from _origin(pack)
    yield from _review(pack)
    yield from _glossary(pack)


def check_slots(prompts: PromptSet) -> Iterator[PackFinding]:
    """Chat prompts that would ask about nothing."""
    for section, slots in _CHAT_SLOTS.items():
        for name, text in prompts.words[section].items():
            if not name.startswith("chat"):
                continue
            for slot in slots:
                if f"{{{slot}}}" not in text:
                    yield PackFinding(
                        "error", f"prompts.yaml, {section}.{name}", f"{{{slot}}} is missing", "Put it where it belongs."
                    )


def _origin(pack: Pack) -> Iterator[PackFinding]:
    for name, value in (("license", pack.license), ("written_by", pack.written_by)):
        if not value:
            remedy = "Say it: whoever publishes a dataset made with the pack must know."
            yield PackFinding("error", f"locale.yaml, about.{name}", "it is missing", remedy)
    if not pack.file("README.md"):
        remedy = "Say who wrote the pack, from what sources, and what a native reader should look at first."
        yield PackFinding("warning", "README.md", "it is missing", remedy)


def _review(pack: Pack) -> Iterator[PackFinding]:
    """Settings for raters: what is stored must be what is read, whatever the raters see."""
    for name in NAMES:
        path = pack.file("review", f"{name}.yaml")
        if path is None:
            if pack.language == "en":
                continue  # the package has its own questions in English
            yield PackFinding("warning", f"review/{name}.yaml", "it is missing", "Raters would be asked in English.")
            continue
        try:
            read_settings(path)
        except (ConfigError, InputFileError) as error:
            yield PackFinding("error", f"review/{name}.yaml", str(error).rstrip("."), "Repair it.")


def _glossary(pack: Pack) -> Iterator[PackFinding]:
    path = pack.file("glossary.yaml")
    if path is None:
        return
    try:
        entries = load_yaml(path)
    except (OSError, ValueError) as error:
        yield PackFinding("error", "glossary.yaml", f"it cannot be read: {error}", "Repair it.")
        return
    guidelines = [f"review/{name}{end}" for name in NAMES for end in (".yaml", ".md")]
    texts = {
        name: _CODE.sub("", found.read_text(encoding="utf-8", errors="replace"))  # that it is not UTF-8 is said above
        for name in (*_READ_BY_PEOPLE, *guidelines)
        if (found := pack.file(name))
    }
    for entry in entries if isinstance(entries, list) else ():
        unwanted = (entry.get("not") or []) if isinstance(entry, dict) else []
        if not isinstance(unwanted, list):
            remedy = "Write it as a list: not: [word, other word]."
            yield PackFinding("error", "glossary.yaml", f"{unwanted!r} under `not` is no list", remedy)
            continue
        for word in unwanted:
            begins = r"\b" if pack.word_boundaries else ""
            pattern = re.compile(begins + re.escape(str(word)) + begins, re.IGNORECASE)
            for name, text in texts.items():
                if pattern.search(text):
                    term = entry.get(pack.language) or entry.get("en")
                    yield PackFinding("warning", name, f"it says {word!r}", f"The glossary's word is {term!r}.")
