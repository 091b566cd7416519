"""Build a dataset repository, and send it to the Hub or leave it in a folder."""

import dataclasses
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from typing_extensions import Unpack

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.hub.build import OnProgress, Repository, build
from distilabel_selfinstruct.hub.card.licenses import find_license
from distilabel_selfinstruct.hub.contents import Contents
from distilabel_selfinstruct.hub.rows.source import ReadSource, Source, file_source, run_source
from distilabel_selfinstruct.hub.upload.commit import Uploaded, require_token, upload
from distilabel_selfinstruct.ratings.decision_file import parse_included
from distilabel_selfinstruct.reading import ReadingArguments, ReadOptions, SkippedRow, is_data
from distilabel_selfinstruct.reading import Source as RowsSource

OnFiles = Callable[[Mapping[str, int]], None]
"""Is called with the size in bytes of each file of the repository, by its path."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What was published: the number of rows by table, and the number and size of the files.

    `uploaded` says where the dataset is on the Hub; it is None if nothing was sent. `folder` is the folder to which the
    repository was written, if one was named. `note` says what is missing in the card. `skipped` are rows of a file that
    could not be used.
    """

    num_rows: Mapping[str, int]
    num_files: int
    num_bytes: int
    note: str
    folder: Path | None
    uploaded: Uploaded | None
    skipped: tuple[SkippedRow, ...] = ()


@checks_arguments
def publish(
    folder: RowsSource,
    repo_id: str,
    *,
    license: str | None = None,
    license_name: str = "",
    license_link: str = "",
    languages: Iterable[str] = (),
    include: Iterable[str] = (),
    unreviewed: bool = False,
    unfinished: bool = False,
    include_rejections: bool = False,
    include_seeds: bool = False,
    private: bool = False,
    overwrite: bool = False,
    to: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    on_progress: OnProgress = lambda _: None,
    on_files: OnFiles = lambda _: None,
    **reading: Unpack[ReadingArguments],
) -> PublishResult:
    """Publish a run, or other rows, as a dataset on the Hub, with a card, in one commit or in none if nothing differs.

    The token is `HF_TOKEN`, or that of `hf auth login`.

    Args:
        folder: the folder of the run; or a file, a saved dataset or rows, which nobody has rated.
        repo_id: the name on the Hub, `OWNER/NAME`. A repository is made if there is none.
        license: the SPDX identifier of the license. It has no default.
        license_name: the name of a license that is `other`.
        license_link: the address of its text.
        languages: BCP-47 tags of the texts. The default is the language of the run.
        include: `undecided` or `dropped`: instances to publish beside those that people kept.
        unreviewed: publish a run that nobody has rated.
        unfinished: publish a run that stopped early, too.
        include_rejections: add the texts that the rules dropped.
        include_seeds: add the seed file.
        private: only the owners of the repository may read it.
        overwrite: take over a repository that holds something else and delete that; overwrite what people edited.
        to: a new or empty folder for the repository. The Hub is not asked then, and nothing is sent.
        dry_run: only build the repository, for `on_files` and the result. The Hub is not asked then.
        on_progress: is called with a few words about each part of the work, before it is done.
        on_files: is called with the size of each file by its path, before anything is sent.
        **reading: how other rows are read (see `reading.ReadOptions`).

    Raises:
        ConfigError: an option cannot work, or there is no token.
        RunFolderError: there is no run, it is damaged, or a process works on it.
        PublishError: the run may not be published: it is not finished, or nobody has reviewed it.
        InputFileError: a file of the run cannot be read, or the seed file has changed.
        OutputFileError: the folder to write to holds something, or cannot be written.
        HubError: the Hub refuses or cannot be reached, or the repository holds something else.
    """
    contents = Contents(
        repo_id=repo_id,
        license=find_license(license, name=license_name, link=license_link),
        languages=tuple(languages),
        include=parse_included(include),
        unreviewed=unreviewed,
        include_rejections=include_rejections,
        include_seeds=include_seeds,
    )
    if isinstance(folder, str | os.PathLike) and not is_data(Path(folder)):
        read = ReadSource(run_source(folder, unfinished=unfinished), ())
    elif include_seeds or include_rejections or include:
        raise ConfigError(
            "Rows that are no run have no seed tasks, rejections or decisions: omit `include_seeds`, "
            "`include_rejections` and `include`."
        )
    else:
        read = file_source(folder, ReadOptions(**reading))
    result = publish_source(
        read.source,
        contents,
        private=private,
        overwrite=overwrite,
        to=to,
        dry_run=dry_run,
        on_progress=on_progress,
        on_files=on_files,
    )
    return dataclasses.replace(result, skipped=read.skipped)


def publish_source(
    source: Source,
    contents: Contents,
    *,
    private: bool = False,
    overwrite: bool = False,
    to: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    on_progress: OnProgress = lambda _: None,
    on_files: OnFiles = lambda _: None,
) -> PublishResult:
    """Publish a source. See `publish` for the other arguments and the errors.

    Args:
        source: the rows to publish.
        contents: which of them, under which name and license.
        private: only the owners of the repository may read it.
        overwrite: take over a repository that holds something else and delete that; overwrite what people edited.
        to: a new or empty folder for the repository. The Hub is not asked then, and nothing is sent.
        dry_run: only build the repository, for `on_files` and the result. The Hub is not asked then.
        on_progress: is called with a few words about each part of the work, before it is done.
        on_files: is called with the size of each file by its path, before anything is sent.
    """
    if to is not None:
        folder = Path(to)
        repository = build(source, contents, folder, on_progress)
        on_files(repository.sizes)
        return _result(repository, folder, None)
    if not dry_run:
        require_token(contents.repo_id)  # before minutes of work
    with TemporaryDirectory(prefix="selfinstruct-publish-") as scratch:
        repository = build(source, contents, Path(scratch) / "repository", on_progress)
        on_files(repository.sizes)
        if dry_run:
            return _result(repository, None, None)
        on_progress(f"sending to {contents.repo_id}")
        uploaded = upload(repository.folder, contents.repo_id, private=private, overwrite=overwrite)
    return _result(repository, None, uploaded)


def _result(repository: Repository, folder: Path | None, uploaded: Uploaded | None) -> PublishResult:
    return PublishResult(
        num_rows=repository.num_rows,
        num_files=repository.num_files,
        num_bytes=repository.num_bytes,
        note=repository.note,
        folder=folder,
        uploaded=uploaded,
    )
