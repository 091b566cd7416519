"""What a language pack holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from distilabel_selfinstruct.languages.marker_words import MarkerWords
from distilabel_selfinstruct.languages.word_kinds import ForbiddenWord, WordKind, WordList, WordLists

_NONE = WordList()


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
