"""Build a dataset repository, and leave it in a folder or send it to the Hub."""

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from distilabel_selfinstruct.errors import PublishError
from distilabel_selfinstruct.hub.build import Contents, Repository, Watch, build
from distilabel_selfinstruct.hub.rows.source import Source
from distilabel_selfinstruct.hub.upload.commit import Uploaded, require_token, upload

_REPO_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}")


@dataclass(frozen=True, slots=True)
class Published:
    """What was built, and where it is on the Hub; None for a dry run."""

    repository: Repository
    uploaded: Uploaded | None


def check_repo_id(repo_id: str) -> str:
    """The repository's name, if the Hub can have it.

    Raises:
        PublishError: it cannot.
    """
    fault = ""
    if not _REPO_ID.fullmatch(repo_id):
        fault = "write OWNER/NAME with letters, digits, -, _ and ., at most 96 in the name"
    elif "--" in repo_id or ".." in repo_id:
        fault = "the Hub allows neither -- nor .. in a name"
    elif repo_id.endswith((".git", ".ipynb", "-", ".")):
        fault = "the Hub allows no name that ends like this"
    if fault:
        raise PublishError(f"--repo-id {repo_id!r} cannot be: {fault}.")
    return repo_id


def publish(
    source: Source,
    contents: Contents,
    *,
    private: bool = False,
    replace: bool = False,
    dry_run: Path | None = None,
    watch: Watch = lambda _: None,
) -> Published:
    """Publish a source, or write what would be published to a folder.

    Args:
        source: what to publish.
        contents: which part of it, under which name and license.
        private: only the owners of the repository may read it.
        replace: take over a repository that holds something else.
        dry_run: a new or empty folder for the repository; the Hub is not asked then.
        watch: is told what is being done.

    Raises:
        PublishError: something may not be published, or the Hub refuses or cannot be reached.
    """
    check_repo_id(contents.repo_id)
    if dry_run is not None:
        return Published(build(source, contents, dry_run, watch), None)
    require_token(contents.repo_id)
    with TemporaryDirectory(prefix="selfinstruct-publish-") as scratch:
        repository = build(source, contents, Path(scratch) / "repository", watch)
        watch(f"sending to {contents.repo_id}")
        uploaded = upload(repository.folder, contents.repo_id, private=private, replace=replace)
    return Published(repository, uploaded)
