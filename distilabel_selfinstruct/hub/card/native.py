"""What a card says in the language of the dataset, and about its language pack and seed tasks."""

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
    """The first paragraph in the language of the texts; empty where it has none."""
    if "card.intro" not in texts:
        return ""
    own = config is not None and config.seed_tasks is not None
    seeds = texts.say("card.own_seeds", "seed tasks") if own else texts.say("card.seeds", count=_num_packaged(config))
    return texts.say(
        "card.intro",
        models=", ".join(map(markdown.code, models)),
        total=f"{num_instances:,}",
        num_instructions=f"{num_tasks:,}",
        seeds=seeds,
    )


def pack_words(config: RunConfig | None, texts: Texts) -> str:
    """Who has read the language pack that the texts were made with; empty for English."""
    pack = find_pack(config.language) if config else None
    if pack is None or pack.language == "en":
        return ""
    name = markdown.plain(pack.name)
    if not pack.read_by:
        unread = f"No native speaker has read the prompts and seed tasks of the language pack {name} yet."
        return texts.say("card.pack_not_read", unread)
    return f"The prompts and seed tasks of the language pack {name} were read by {markdown.plain(pack.read_by)}."


def seed_words(config: RunConfig | None, *, included: bool) -> SeedWords:
    """What a card says about the seed tasks of a run."""
    packaged = config is None or config.seed_tasks is None
    count = _num_packaged(config) if packaged else ""
    words = f"the {count} that come with distilabel-selfinstruct" if packaged else "the user's own"
    if included:
        words += ", in `seed_tasks.jsonl` in this repository"
    return SeedWords(packaged, included, words, count)


def _num_packaged(config: RunConfig | None) -> str:
    """How many seed tasks come with the language of a run."""
    path = packaged_seeds_path(config.language if config else "en")
    return f"{sum(1 for _ in jsonl.read(path)):,}"
