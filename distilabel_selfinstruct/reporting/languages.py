"""The languages of the instructions: by the library py3langid if it is installed, else by script."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import gettempdir
from typing import Literal

from distilabel_selfinstruct.errors import writing
from distilabel_selfinstruct.words import script_of

MAX_IDENTIFIED = 10_000
"""Of more instructions than this, an even sample is identified. Each takes 0.2 ms."""

MAX_LANGUAGES = 10

_NUM_LETTERS = 200

_CHINESE = {"wuu": "zh", "yue": "zh", "lzh": "zh"}
"""Short Chinese texts are often mistaken for a regional form."""


@dataclass(frozen=True, slots=True)
class Languages:
    """Numbers of instructions by language (ISO 639 codes) or by script (names of Unicode), most common first.

    `identified` is the number of instructions in these counts. Short texts are sometimes mistaken for a related
    language: it happened to 14 of 3,000 English instructions of ten words.
    """

    by: Literal["language", "script"]
    identified: int
    counts: tuple[tuple[str, int], ...]

    @property
    def main(self) -> str:
        """The most common language or script; empty without instructions."""
        return self.counts[0][0] if self.counts else ""


def identify_languages(instructions: Sequence[str]) -> Languages:
    """The languages of these instructions.

    Raises:
        OutputFileError: the library has no room for its model in the folder of temporary files.
    """
    step = -(-len(instructions) // MAX_IDENTIFIED) or 1
    sample = instructions[::step]
    try:
        import py3langid
    except ImportError:
        scripts = Counter(map(main_script, sample))
        return Languages("script", len(sample), _ranked(scripts))
    with writing(gettempdir(), "Make room there, or set TMPDIR to another folder."):  # it unpacks its model there
        codes = Counter(str(py3langid.classify(text)[0]) if main_script(text) else "none" for text in sample)
    counts: Counter[str] = Counter()
    for code, count in codes.items():
        counts[_CHINESE.get(code, code)] += count
    return Languages("language", len(sample), _ranked(counts))


def main_script(text: str) -> str:
    """The script of most letters; empty for a text without letters."""
    letters = [letter for letter in text[:_NUM_LETTERS] if letter.isalpha()]
    return Counter(map(script_of, letters)).most_common(1)[0][0] if letters else ""


def _ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_LANGUAGES])
