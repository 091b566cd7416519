"""What a card says about the dataset as a whole, its language pack and its seed tasks, in a language."""

from collections.abc import Iterable
from dataclasses import dataclass

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.hub.card import markdown
from distilabel_selfinstruct.languages import Texts, find_pack
from distilabel_selfinstruct.seeds.tasks import packaged_seeds_path


@dataclass(frozen=True, slots=True)
class SeedWords:
    """What a card says about the seed tasks.

    If they are the packaged ones, and how many; `count` is empty for others. If the repository includes them.
    """

    packaged: bool
    included: bool
    words: str
    count: str


def intro(config: RunConfig | None, texts: Texts, models: Iterable[str], num_instances: int, num_tasks: int) -> str:
    """The first paragraph."""
    own = config is not None and config.seed_tasks is not None
    return texts.say(
        "card.intro",
        models=", ".join(map(markdown.code, models)),
        total=f"{num_instances:,}",
        num_instructions=f"{num_tasks:,}",
        seeds=texts.say("card.own_seeds") if own else texts.say("card.seeds", count=_num_packaged(config)),
    )


def pack_words(config: RunConfig | None, texts: Texts) -> str:
    """Who has read the language pack that the texts were made with; empty for English."""
    pack = find_pack(config.language) if config else None
    if pack is None or pack.language == "en":
        return ""
    name = markdown.plain(pack.name)
    if not pack.read_by:
        return texts.say("card.pack_not_read", name=name)
    return texts.say("card.pack_read", name=name, readers=markdown.plain(pack.read_by))


def seed_words(config: RunConfig | None, texts: Texts, *, included: bool) -> SeedWords:
    """What a card says about the seed tasks of a run."""
    packaged = config is None or config.seed_tasks is None
    count = _num_packaged(config) if packaged else ""
    words = texts.say("card.seeds_packaged", count=count) if packaged else texts.say("card.seeds_own")
    if included:
        words = texts.say("card.seeds_included", seeds=words)
    return SeedWords(packaged, included, words, count)


def _num_packaged(config: RunConfig | None) -> str:
    """How many seed tasks come with the language of a run."""
    path = packaged_seeds_path(config.language if config else "en")
    return f"{sum(1 for _ in jsonl.read(path)):,}"
