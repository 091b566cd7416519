"""A dataset repository on the Hub as it is now, and whether this package may change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from distilabel_selfinstruct.errors import HubError
from distilabel_selfinstruct.hub.upload.errors import is_not_found
from distilabel_selfinstruct.hub.upload.manifest import NAME, Fingerprint, read_manifest

if TYPE_CHECKING:
    from huggingface_hub import HfApi

HUB_FILES = frozenset({".gitattributes"})
"""The files that the Hub puts into every new repository."""

_MAX_NAMES = 3
"""How many files a message names."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository: its address, its newest commit, and the hash of each file (SHA-256 of large files, else git's).

    `manifest` has the files that this package published; None if it has published nothing there.
    """

    url: str
    commit: str
    private: bool
    files: Mapping[str, str]
    manifest: Mapping[str, Fingerprint] | None


def repository_url(api: "HfApi", repo_id: str) -> str:
    """The address of a dataset repository."""
    return f"{api.endpoint}/datasets/{repo_id}"


def read_or_create(api: "HfApi", repo_id: str, *, private: bool) -> Remote:
    """The repository. A new one is made if there is none."""
    try:
        return _read(api, repo_id)
    except Exception as error:
        if not is_not_found(error):
            raise
    api.create_repo(repo_id, repo_type="dataset", private=private, exist_ok=True)
    return _read(api, repo_id)


def refuse_other_content(repo_id: str, remote: Remote) -> None:
    """Protect a repository that this package did not publish, and files that people edited since.

    Raises:
        HubError: the repository holds something else, or an edited file.
    """
    others = sorted(remote.files.keys() - HUB_FILES)
    if remote.manifest is None and others:
        more = f" and {len(others) - _MAX_NAMES} more" if len(others) > _MAX_NAMES else ""
        raise HubError(
            f"{repo_id} holds something else ({', '.join(others[:_MAX_NAMES])}{more}): choose another name, or replace "
            "all of it with `overwrite`.",
            remote.url,
        )
    edited = sorted(
        path
        for path, published in (remote.manifest or {}).items()
        if path in remote.files and remote.files[path] not in (published.sha256, published.blob)
    )
    if edited:
        raise HubError(
            f"Someone has edited {', '.join(edited)} in {repo_id} since it was published: keep a copy of the change, "
            "and overwrite it with `overwrite`.",
            remote.url,
        )


def _read(api: "HfApi", repo_id: str) -> Remote:
    info = api.dataset_info(repo_id)
    commit = info.sha or ""
    tree = list(api.list_repo_tree(repo_id, recursive=True, revision=commit, repo_type="dataset"))
    files = {}
    for entry in tree:
        if hasattr(entry, "blob_id"):
            lfs = getattr(entry, "lfs", None)
            files[entry.path] = lfs.sha256 if lfs is not None else entry.blob_id
    manifest = None
    if NAME in files:
        with TemporaryDirectory() as scratch:
            path = api.hf_hub_download(repo_id, NAME, repo_type="dataset", revision=commit, local_dir=scratch)
            manifest = read_manifest(Path(path).read_text(encoding="utf-8"))
    return Remote(repository_url(api, repo_id), commit, bool(info.private), files, manifest)
