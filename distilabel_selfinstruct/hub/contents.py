"""What goes into a dataset repository, as its user chooses."""

import re
from dataclasses import dataclass

from distilabel_selfinstruct.arguments import check_fields
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.hub.card.licenses import License
from distilabel_selfinstruct.hub.rows.parquet import SHARD_BYTES
from distilabel_selfinstruct.ratings.decisions import DecisionStatus

_REPO_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*|multilingual")


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a repository, under which name and license.

    Attributes:
        repo_id: the name on the Hub, `OWNER/NAME`.
        license: the license of the dataset.
        languages: BCP-47 tags of the texts. Without any, the language of the run.
        include: decisions whose rows are published beside the kept ones.
        unreviewed: publish a source that nobody has reviewed.
        include_rejections: add the texts that the rules dropped.
        include_seeds: add the seed file.
        shard_bytes: how much text a Parquet file may hold before the next one begins.

    Raises:
        ConfigError: the Hub cannot have a repository with this name, or a language is not a language tag.
    """

    repo_id: str
    license: License
    languages: tuple[str, ...] = ()
    include: tuple[DecisionStatus, ...] = ()
    unreviewed: bool = False
    include_rejections: bool = False
    include_seeds: bool = False
    shard_bytes: int = SHARD_BYTES

    def __post_init__(self) -> None:
        check_fields(self)
        if fault := _name_fault(self.repo_id):
            raise ConfigError(f"`repo_id` is {self.repo_id!r}: {fault}.")
        for tag in self.languages:
            if not _LANGUAGE.fullmatch(tag):
                raise ConfigError(
                    f"`languages` has {tag!r}: use a language tag such as en, de, zh-Hans, or multilingual."
                )


def _name_fault(repo_id: str) -> str:
    if not _REPO_ID.fullmatch(repo_id):
        return "use OWNER/NAME with letters, digits, -, _ and ., and at most 96 characters in NAME"
    if "--" in repo_id or ".." in repo_id:
        return "the Hub does not allow -- or .. in a name"
    if repo_id.endswith((".git", ".ipynb", "-", ".")):
        return "the Hub does not allow a name with this ending"
    return ""
