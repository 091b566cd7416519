"""A source to a folder that is the dataset repository: the same whether it is uploaded or only looked at."""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from distilabel_selfinstruct.config import read_yaml
from distilabel_selfinstruct.errors import PublishError
from distilabel_selfinstruct.files import run_layout
from distilabel_selfinstruct.formatting import FormatOptions, format_row
from distilabel_selfinstruct.hub.card.figures import describe, draw
from distilabel_selfinstruct.hub.card.licenses import License
from distilabel_selfinstruct.hub.card.render import CardFacts, render_card
from distilabel_selfinstruct.hub.rows.configs import INSTANCES, INSTRUCTIONS, RATINGS, REJECTIONS, SFT, TableConfig
from distilabel_selfinstruct.hub.rows.parquet import SHARD_BYTES, Written, write_table
from distilabel_selfinstruct.hub.rows.pseudonyms import pseudonyms, public_ratings
from distilabel_selfinstruct.hub.rows.redaction import SEEDS_FILE, public_config, public_pipeline
from distilabel_selfinstruct.hub.rows.selection import Selection
from distilabel_selfinstruct.hub.rows.source import Row, Source
from distilabel_selfinstruct.hub.upload.manifest import write_manifest
from distilabel_selfinstruct.ratings.decisions import DecisionStatus
from distilabel_selfinstruct.records import Reason, Rejection
from distilabel_selfinstruct.seeds.tasks import packaged_seeds_path

_EXAMPLES = 2

Watch = Callable[[str], None]
"""Is told what is being done, in a few words."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A built repository. `tables` pairs each configuration with its number of rows; `note` says what is missing."""

    folder: Path
    tables: tuple[tuple[str, int], ...]
    num_files: int
    num_bytes: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a repository.

    `include` names decisions whose rows are published beside the kept ones; `unreviewed` allows a source without a
    review; `with_rejections` and `include_seeds` add what the filters dropped and the seed file.
    """

    repo_id: str
    license: License
    languages: tuple[str, ...] = ()
    include: tuple[DecisionStatus, ...] = ()
    unreviewed: bool = False
    with_rejections: bool = False
    include_seeds: bool = False
    shard_bytes: int = SHARD_BYTES


def build(source: Source, contents: Contents, folder: Path, watch: Watch = lambda _: None) -> Repository:
    """Write the repository into a folder, which must not exist or be empty.

    Raises:
        PublishError: the folder holds something, or there is nothing that may be published.
        RunFolderError: the names that stand for raters cannot be kept.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PublishError(f"{folder} holds something already: give a new or an empty folder.")
    watch("choosing the rows")
    selection = Selection(source, contents.include, unreviewed=contents.unreviewed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _build(source, contents, selection, folder, watch)
    except BaseException as error:
        for path in folder.iterdir() if folder.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()  # half a repository is of no use
        if isinstance(error, OSError):
            raise PublishError(f"Cannot write {folder}: {error.strerror or error}.") from error
        raise


def _build(source: Source, contents: Contents, selection: Selection, folder: Path, watch: Watch) -> Repository:
    names = (
        pseudonyms(source.folder / run_layout.REVIEW, (one.rater for one in source.ratings)) if source.folder else {}
    )
    planned: list[tuple[TableConfig, Iterable[Row]]] = [
        (INSTANCES, selection.instances()),
        (INSTRUCTIONS, selection.instructions()),
        (SFT, _conversations(selection.instances())),
    ]
    if source.ratings:
        planned.append((RATINGS, public_ratings(source.ratings, names, selection.records)))
    if contents.with_rejections:
        # A request that failed dropped no text, and its error may tell of the user's own network.
        told = (row for row in source.rejections() if row["reason"] != Reason.FAILED_REQUEST.value)
        planned.append((REJECTIONS, told))
    tables: list[tuple[TableConfig, Written]] = []
    for config, rows in planned:
        watch(f"writing {config.name}")
        tables.append((config, write_table(folder, config, rows, shard_bytes=contents.shard_bytes)))
    if contents.include_seeds:
        _copy_seeds(source, folder)
    _write_yaml(source, folder, has_seeds=contents.include_seeds)
    if source.ratings:
        _copy_settings(source.folder, folder / "argilla")
    watch("describing it")
    report = describe(source, selection, (replace(one, rater=names[one.rater]) for one in source.ratings))
    figures, note = draw(report, folder)
    watch("writing the card")
    run = source.config
    facts = CardFacts(
        repo_id=contents.repo_id,
        license=contents.license,
        languages=contents.languages or ((run.language,) if run else ()),
        tables=tuple(tables),
        selection=selection,
        report=report,
        examples=tuple(_examples(selection)),
        config=run,
        versions=source.versions,
        hashes=source.hashes,
        rule=source.rule,
        has_pipeline=source.pipeline is not None,
        includes_seeds=contents.include_seeds,
        figures=figures,
    )
    (folder / "README.md").write_text(render_card(facts), encoding="utf-8")
    write_manifest(folder, source.hashes)
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    row_counts = tuple((of.name, written.num_rows) for of, written in tables)
    return Repository(folder, row_counts, len(sizes), sum(sizes), note)


def _conversations(rows: Iterable[Row]) -> Iterator[Row]:
    options = FormatOptions(format="trl-conversational")
    for row in rows:
        formatted = format_row(row, options)
        if not isinstance(formatted, Rejection):
            yield formatted


def _examples(selection: Selection) -> Iterator[dict[str, Any]]:
    """The first instance, and the first one that is unlike it in kind: with or without an input."""
    kinds: set[bool] = set()
    for row in selection.instances():
        kind = bool(row.get("input"))
        if kind not in kinds:
            kinds.add(kind)
            yield {name: row.get(name, "") for name in ("instruction", "input", "output", "is_classification")}
        if len(kinds) == _EXAMPLES:
            return


def _write_yaml(source: Source, folder: Path, *, has_seeds: bool) -> None:
    if source.config is not None:
        notes = ["# What decides what is made. selfinstruct run --config run.yaml --output DIR"]
        if source.config.seed_tasks and not has_seeds:
            notes.append(f"# {SEEDS_FILE} is not in this repository: put your own beside this file.")
        text = yaml.safe_dump(public_config(source.config), sort_keys=False, allow_unicode=True)
        (folder / "run.yaml").write_text("\n".join([*notes, text]), encoding="utf-8")
    if source.pipeline is not None:
        text = yaml.safe_dump(public_pipeline(source.pipeline), sort_keys=False, allow_unicode=True)
        (folder / "pipeline.yaml").write_text(text, encoding="utf-8")


def _copy_seeds(source: Source, folder: Path) -> None:
    """Copy the seed file, byte by byte: its hash is that of the run."""
    own = source.config.seed_tasks if source.config else None
    path = Path(own) if own else packaged_seeds_path()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PublishError(f"Cannot read the seed tasks {path}: {error.strerror}. Leave --include-seeds.") from error
    if hashlib.sha256(content).hexdigest() != source.hashes.get("seed_tasks", ""):
        raise PublishError(f"{path} has changed since the run: put the seed tasks back, or leave --include-seeds.")
    (folder / SEEDS_FILE).write_bytes(content)


def _copy_settings(run: Path | None, target: Path) -> None:
    """Copy what raters were asked, with its guidelines; nothing if the file is no longer where it was."""
    from distilabel_selfinstruct.review.argilla.settings import NAMES, config_folder
    from distilabel_selfinstruct.review.folder.push_file import read_pushed

    pushed = read_pushed(run) if run else None
    chosen = str(pushed.options.get("settings", NAMES[0])) if pushed else NAMES[0]
    path = config_folder() / f"{chosen}.yaml" if chosen in NAMES else Path(chosen)
    if not path.is_file():
        return
    guidelines = str((read_yaml(path, "the review settings")).get("guidelines", ""))
    target.mkdir()
    shutil.copyfile(path, target / path.name)
    if guidelines and (path.parent / guidelines).is_file():
        shutil.copyfile(path.parent / guidelines, target / Path(guidelines).name)


def check_languages(languages: Iterable[str]) -> tuple[str, ...]:
    """The tags, if they can be BCP-47 tags.

    Raises:
        PublishError: one cannot.
    """
    tags = tuple(languages)
    for tag in tags:
        if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*|multilingual", tag):
            raise PublishError(f"--language {tag!r} is no language tag: write en, de, zh-Hans, or multilingual.")
    return tags
