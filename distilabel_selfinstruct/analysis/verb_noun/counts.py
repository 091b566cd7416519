"""The most common verbs of a dataset, each with its most common nouns (paper, figure 3)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from distilabel_selfinstruct.analysis.verb_noun.kiwi_parser import kiwi_pairs
from distilabel_selfinstruct.analysis.verb_noun.rules import verb_and_noun
from distilabel_selfinstruct.analysis.verb_noun.spacy_parser import installed_model, spacy_pairs
from distilabel_selfinstruct.errors import ConfigError

MOST_COMMON_VERBS = 20
NOUNS_PER_VERB = 4

Parser = Literal["auto", "spacy", "rules", "kiwi"]


@dataclass(frozen=True, slots=True)
class Sector:
    """A verb of the figure: the number of instructions that have it, and the number for each of its common nouns."""

    verb: str
    count: int
    nouns: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class VerbNouns:
    """The verbs and nouns of a dataset.

    `parsed` counts the instructions with a verb and a noun. `verbs` and `pairs` count different verbs and pairs.
    `covered` counts the instructions whose pair is in the figure. `parser` is `rules` or the name of a spaCy model.
    """

    parser: str
    instructions: int
    parsed: int
    verbs: int
    pairs: int
    covered: int
    sectors: tuple[Sector, ...] = ()

    @property
    def share_parsed(self) -> float:
        """Share of the instructions that have a verb and a noun, from 0 to 1."""
        return self.parsed / self.instructions if self.instructions else 0.0

    @property
    def share_covered(self) -> float:
        """Share of all instructions whose pair is in the figure, from 0 to 1."""
        return self.covered / self.instructions if self.instructions else 0.0


PAPER = VerbNouns(
    parser="Berkeley Neural Parser", instructions=52_445, parsed=26_559, verbs=0, pairs=0, covered=round(0.14 * 52_445)
)
"""Section 2.3 of the paper, which gives the covered share as 14% and no number of verbs or pairs."""


def count_verb_nouns(instructions: Iterable[str], parser: Parser = "auto") -> VerbNouns:
    """Figure 3 for these instructions.

    Args:
        instructions: each of them once.
        parser: `spacy`, `rules`, or `auto`: spaCy if it is installed with an English model, else the rules. `kiwi`
            is for Korean.

    Raises:
        ConfigError: the parser is unknown, or it is spaCy and there is no English model.
        MissingExtraError: the parser is spaCy or Kiwi, which is not installed.
    """
    if parser not in {"auto", "spacy", "rules", "kiwi"}:
        raise ConfigError(f"There is no parser {parser!r}: use auto, spacy or rules.")
    model = installed_model() if parser in {"auto", "spacy"} else None
    by_spacy = parser == "spacy" or model is not None
    texts = list(instructions)
    by_parser = kiwi_pairs if parser == "kiwi" else spacy_pairs if by_spacy else None
    pairs = by_parser(texts) if by_parser else map(verb_and_noun, texts)
    found = Counter(pair for pair in pairs if pair)
    sectors = _sectors(found)
    return VerbNouns(
        parser="kiwi" if parser == "kiwi" else model or "rules",
        instructions=len(texts),
        parsed=found.total(),
        verbs=len({verb for verb, _ in found}),
        pairs=len(found),
        covered=sum(count for sector in sectors for _, count in sector.nouns),
        sectors=sectors,
    )


def _sectors(found: Counter[tuple[str, str]]) -> tuple[Sector, ...]:
    verbs: Counter[str] = Counter()
    for (verb, _), count in found.items():
        verbs[verb] += count
    ranked = sorted(verbs.items(), key=lambda item: (-item[1], item[0]))[:MOST_COMMON_VERBS]
    return tuple(Sector(verb, count, _nouns_of(verb, found)) for verb, count in ranked)


def _nouns_of(verb: str, found: Counter[tuple[str, str]]) -> tuple[tuple[str, int], ...]:
    nouns = [(noun, count) for (noun_verb, noun), count in found.items() if noun_verb == verb]
    return tuple(sorted(nouns, key=lambda item: (-item[1], item[0]))[:NOUNS_PER_VERB])
