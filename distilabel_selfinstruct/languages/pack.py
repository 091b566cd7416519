"""What a language pack holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from distilabel_selfinstruct.languages.marker_words import MarkerWords


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
        forbidden_words: words for what a text model cannot see or make; empty where the code has a list.
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
    forbidden_words: tuple[str, ...] = ()

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
