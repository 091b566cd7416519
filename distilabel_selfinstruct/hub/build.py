"""A source as a folder that is the dataset repository. Uploads and dry runs have the same files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from distilabel_selfinstruct.errors import OutputFileError, writing
from distilabel_selfinstruct.files import atomic, run_layout
from distilabel_selfinstruct.formatting import FormatOptions, format_row
from distilabel_selfinstruct.hub.card.figures import describe, draw
from distilabel_selfinstruct.hub.card.render import CardFacts, render_card
from distilabel_selfinstruct.hub.contents import Contents
from distilabel_selfinstruct.hub.rows.configs import INSTANCES, INSTRUCTIONS, RATINGS, REJECTIONS, SFT, TableConfig
from distilabel_selfinstruct.hub.rows.parquet import WrittenTable, write_table
from distilabel_selfinstruct.hub.rows.pseudonyms import pseudonyms, public_ratings
from distilabel_selfinstruct.hub.rows.published_rows import PublishedRows
from distilabel_selfinstruct.hub.rows.source import Source
from distilabel_selfinstruct.hub.side_files import copy_seeds, copy_settings, write_yaml
from distilabel_selfinstruct.hub.upload.manifest import write_manifest
from distilabel_selfinstruct.languages import tag_of, texts_of
from distilabel_selfinstruct.records import Reason, Rejection, Row

_EXAMPLES = 2

OnProgress = Callable[[str], None]
"""Is called with a few words about each part of the work, before it is done."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository in a folder. `num_rows` is by table, `sizes` in bytes by path; `note` says what is missing."""

    folder: Path
    num_rows: Mapping[str, int]
    sizes: Mapping[str, int]
    note: str = ""

    @property
    def num_files(self) -> int:
        """How many files there are."""
        return len(self.sizes)

    @property
    def num_bytes(self) -> int:
        """The size of all files together."""
        return sum(self.sizes.values())


def build(source: Source, contents: Contents, folder: Path, on_progress: OnProgress = lambda _: None) -> Repository:
    """Write the repository to a folder, which must be new or empty. If it cannot be written, the folder stays empty.

    Raises:
        PublishError: nothing may be published.
        ConfigError: `contents` includes decisions, and there was no review.
        InputFileError: the seed file or a file of the run cannot be read.
        OutputFileError: the folder holds something, or cannot be written.
        RunFolderError: the pseudonyms of the raters are damaged.
    """
    if not atomic.is_free(folder):
        raise OutputFileError(f"{folder} holds something already: give a new or an empty folder.", folder)
    on_progress("choosing the rows")
    published = PublishedRows(source, contents.include, unreviewed=contents.unreviewed)
    with writing(folder), atomic.new_folder(folder) as scratch:
        repository = _build(source, contents, published, scratch, on_progress)
    return replace(repository, folder=folder)


def _build(
    source: Source, contents: Contents, published: PublishedRows, folder: Path, on_progress: OnProgress
) -> Repository:
    names: dict[str, str] = {}
    if source.folder is not None:
        names = pseudonyms(source.folder / run_layout.REVIEW, (rating.rater for rating in source.ratings))
    tables: list[WrittenTable] = []
    for config, rows in _tables(source, contents, published, names):
        on_progress(f"writing {config.name}")
        tables.append(write_table(folder, config, rows, shard_bytes=contents.shard_bytes))
    if contents.include_seeds:
        copy_seeds(source, folder)
    write_yaml(source, folder, has_seeds=contents.include_seeds)
    notes = [copy_settings(source.folder, folder / "argilla")] if source.ratings else []
    on_progress("describing the rows")
    report = describe(source, published, (replace(rating, rater=names[rating.rater]) for rating in source.ratings))
    figures, note = draw(report, folder, texts_of(source.config.language if source.config else None))
    on_progress("writing the card")
    facts = CardFacts(
        repo_id=contents.repo_id,
        license=contents.license,
        languages=contents.languages or ((tag_of(source.config.language),) if source.config else ()),
        tables=tuple(tables),
        published=published,
        report=report,
        examples=tuple(_examples(published)),
        config=source.config,
        versions=source.versions,
        hashes=source.hashes,
        rule=source.rule,
        has_pipeline=source.pipeline is not None,
        includes_seeds=contents.include_seeds,
        figures=figures,
        is_unfinished=bool(source.unfinished),
        notes=source.notes,
        regeneration=source.regeneration,
    )
    note = " ".join(filter(None, (f"The run {source.unfinished}" if source.unfinished else "", *notes, note)))
    (folder / "README.md").write_text(render_card(facts), encoding="utf-8")
    write_manifest(folder, source.hashes)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    num_rows = {table.config.name: table.num_rows for table in tables}
    return Repository(folder, num_rows, sizes, note)


def _tables(
    source: Source, contents: Contents, published: PublishedRows, names: dict[str, str]
) -> Iterator[tuple[TableConfig, Iterable[Row]]]:
    yield INSTANCES, published.instances()
    yield INSTRUCTIONS, published.instructions()
    yield SFT, _conversations(published.instances())
    if source.ratings:
        yield RATINGS, public_ratings(source.ratings, names, published.records)
    if contents.include_rejections:
        # A failed request dropped no text, and its error may tell something about the user's network.
        yield REJECTIONS, (row for row in source.rejections() if row["reason"] != Reason.FAILED_REQUEST.value)


def _conversations(rows: Iterable[Row]) -> Iterator[Row]:
    options = FormatOptions(format="trl-conversational")
    for row in rows:
        formatted = format_row(row, options)
        if not isinstance(formatted, Rejection):
            yield formatted


def _examples(published: PublishedRows) -> Iterator[Row]:
    """The first instance with an input and the first one without, in their order."""
    kinds: set[bool] = set()
    for row in published.instances():
        has_input = bool(row.get("input"))
        if has_input not in kinds:
            kinds.add(has_input)
            yield {name: row.get(name, "") for name in ("instruction", "input", "output", "is_classification")}
        if len(kinds) == _EXAMPLES:
            return
