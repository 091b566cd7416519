"""What a language pack holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from distilabel_selfinstruct.languages.marker_words import MarkerWords
from distilabel_selfinstruct.languages.word_kinds import ForbiddenWord, WordKind, WordList, WordLists

_NONE = WordList()

VERB_NOUN_METHODS = ("none", "spacy", "kiwi")
"""By what the verbs and nouns of instructions are found."""


@dataclass(frozen=True, slots=True)
class SeedStyle:
    """What seed tasks of a language are measured by, so that they do not read as translated.

    Attributes:
        rare_endings: endings of instructions that people rarely use, and translations often.
        most_rare_endings: the share of instructions that may end so.
        rare_words: words of the same kind.
        most_rare_words: the share of instructions that may hold each.
        wanted_endings: endings of each way of asking that some seeds should have: casual, polite, questions.
    """

    rare_endings: tuple[str, ...] = ()
    most_rare_endings: float = 0.1
    rare_words: tuple[str, ...] = ()
    most_rare_words: float = 0.05
    wanted_endings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pack:
    """A language as data.

    Attributes:
        language: BCP-47 tag.
        name: the language's name in itself.
        folder: where the pack lies.
        digest: SHA-256 of all its files, in hexadecimal.
        own_markers: the markers of the language.
        markers: what responses are read by: the markers of the language and those of English.
        yes: the word for yes in prompts.
        no: the word for no in prompts.
        tokenizer: name of the tokenizer of ROUGE-L that the language calls for.
        particles: what may end a word without changing which word it is, for `eojeol_stem`.
        min_stem: how many letters of a word remain at least where a particle is taken off.
        max_rouge_l: the highest ROUGE-L that counts as new, by tokenizer.
        characters_per_token: how many characters a model's token has on average.
        scripts: the scripts in which texts of the language are written, by the first word of the Unicode names of
            their letters; empty where that is not known.
        word_boundaries: whether the writing shows where words begin and end; else words are found inside others.
        lists: the words of each kind.
        not_followed_by: what makes a word for yes or no another word or another meaning, by that word.
        forbidden_words: words for what a text model cannot see, make or open.
        openers_allowed: marks with which an instruction may begin.
        letters: what numbers the items of a list in place of letters, in order: "가나다".
        characters_per_word: how many characters count as a word; None where words stand between spaces.
        verb_noun: by what the verbs and nouns of instructions are found, one of `VERB_NOUN_METHODS`.
        license: of the texts of the pack.
        written_by: who wrote it.
        read_by: the native speakers who have read it; empty if none has.
        style: what its seed tasks are measured by.
    """

    language: str
    name: str
    folder: Path
    digest: str
    own_markers: MarkerWords
    markers: MarkerWords
    yes: str
    no: str
    tokenizer: str
    particles: tuple[str, ...] = ()
    min_stem: int = 2
    max_rouge_l: Mapping[str, float] = field(default_factory=dict)
    characters_per_token: float = 4.0
    scripts: frozenset[str] = frozenset()
    word_boundaries: bool = True
    lists: WordLists = field(default_factory=dict)
    not_followed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forbidden_words: tuple[ForbiddenWord, ...] = ()
    openers_allowed: tuple[str, ...] = ()
    letters: str = ""
    characters_per_word: float | None = None
    verb_noun: str = "none"
    license: str = ""
    written_by: str = ""
    read_by: str = ""
    style: SeedStyle = SeedStyle()

    @property
    def has_prompts(self) -> bool:
        """Whether one can generate in this language; else the pack serves to read responses."""
        return (self.folder / "prompts.yaml").is_file()

    @property
    def seed_file(self) -> Path:
        """Where the seed tasks are, if there are any."""
        return self.folder / "seed_tasks.jsonl"

    def file(self, *parts: str) -> Path | None:
        """The path of a file of the pack; None if it lacks it."""
        path = self.folder.joinpath(*parts)
        return path if path.is_file() else None

    def threshold(self, tokenizer: str) -> float | None:
        """The highest ROUGE-L that counts as new with a tokenizer, if the pack has measured one."""
        return self.max_rouge_l.get(tokenizer)

    def list_of(self, kind: WordKind) -> WordList:
        """The words of a kind, and the patterns; none where the pack has none."""
        return self.lists.get(kind, _NONE)

    def words(self, kind: WordKind) -> tuple[str, ...]:
        """The plain words of a kind."""
        return self.list_of(kind).words
