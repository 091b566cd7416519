"""A folder to a dataset repository on the Hub, in one commit, or none if nothing differs.

What is there is read first, so that running it again sends only what is missing: after a failure, after a commit whose
answer was lost, after nothing has changed. Every commit names the state that it was planned for; if someone else has
committed since, the Hub refuses it and the plan is made anew.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from distilabel_selfinstruct.errors import PublishError
from distilabel_selfinstruct.hub.upload.errors import is_not_found, is_transient, sentence
from distilabel_selfinstruct.hub.upload.manifest import NAME, Fingerprint, fingerprints, read_manifest

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_ATTEMPTS = 4

_SHOWN = 3
"""How many files of others a message names."""

_HUBS_OWN = frozenset({".gitattributes"})
"""What the Hub puts into every new repository."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a commit has to change: paths to send and paths to delete, each sorted."""

    send: tuple[str, ...]
    delete: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the repository is as it should be."""
        return not (self.send or self.delete)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Where the dataset is now. `sent` and `deleted` are empty when it was there before."""

    url: str
    commit: str
    sent: tuple[str, ...]
    deleted: tuple[str, ...]
    private: bool


@dataclass(frozen=True, slots=True)
class _Remote:
    """A repository: its newest commit, each file's hash (SHA-256 of large files, else git's), and our list of files."""

    commit: str
    private: bool
    files: Mapping[str, str]
    manifest: Mapping[str, Fingerprint] | None


def upload(folder: Path, repo_id: str, *, private: bool = False, replace: bool = False, title: str = "") -> Uploaded:
    """Make the repository hold the folder's files, and of earlier ones of ours no others.

    Files that someone added there by hand stay. The token is the client's own: `HF_TOKEN` or that of `hf auth login`.

    Args:
        folder: all files of the dataset, with their manifest.
        repo_id: `owner/name`; the repository is made if there is none.
        private: only its owners may read it.
        replace: take over a repository that holds something else, and delete that; overwrite what people edited.
        title: the commit's title.

    Raises:
        PublishError: the repository holds something else or is public, or the Hub refuses or cannot be reached.
            Nothing was committed then, and the folder is as it was.
    """
    from huggingface_hub import HfApi

    api = HfApi(library_name="distilabel-selfinstruct")
    with _without_progress_bars():
        return _Upload(api, folder, repo_id, require_token(repo_id), private, replace, title).run()


def require_token(repo_id: str) -> str:
    """The Hub's token.

    Raises:
        PublishError: there is none.
    """
    from huggingface_hub import get_token

    token = get_token()
    if not token:
        raise PublishError(
            "There is no Hub token: set the environment variable HF_TOKEN or sign in with hf auth login. The token "
            f"needs write access to {repo_id.partition('/')[0]}."
        )
    return token


def plan(
    local: Mapping[str, Fingerprint], remote: Mapping[str, str], ours: Mapping[str, object], *, takeover: bool
) -> Plan:
    """What differs.

    Args:
        local: the files to have.
        remote: the files that are there, with their hashes.
        ours: those of an earlier publication.
        takeover: delete all others too.
    """
    send = (path for path, has in local.items() if remote.get(path) not in (has.sha256, has.blob))
    disposable = (remote.keys() - _HUBS_OWN) if takeover else (remote.keys() & ours.keys())
    return Plan(tuple(sorted(send)), tuple(sorted(disposable - local.keys())))


@dataclass
class _Upload:
    """One upload, in as many attempts as it takes. `sent` and `deleted` are what the last planned commit was to do."""

    api: "HfApi"
    folder: Path
    repo_id: str
    token: str
    private: bool
    replace: bool
    title: str
    local: Mapping[str, Fingerprint] = field(init=False)
    planned: Plan = field(default=Plan((), ()), init=False)

    def run(self) -> Uploaded:
        self.local = fingerprints(self.folder)
        retrying = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential(multiplier=0.5, max=20),
            retry=retry_if_exception(is_transient),
            reraise=True,
        )
        try:
            return retrying(self._attempt)
        except PublishError:
            raise
        except Exception as error:
            raise self._refused(error) from None

    def _attempt(self) -> Uploaded:
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        remote = _read_or_create(self.api, self.repo_id, private=self.private)
        if self.private and not remote.private:
            raise PublishError(
                f"{self.repo_id} is public already: make it private in its settings, leave --private, or use another "
                "name."
            )
        if not self.replace:
            _refuse_other_content(self.repo_id, remote)
        todo = plan(self.local, remote.files, remote.manifest or {}, takeover=self.replace and remote.manifest is None)
        if todo.is_empty:
            # Nothing was to be done, or an attempt before this one did it and its answer was lost.
            return self._uploaded(remote.commit, remote)
        self.planned = todo
        additions = [
            CommitOperationAdd(path_in_repo=path, path_or_fileobj=str(self.folder / path)) for path in todo.send
        ]
        try:
            # Large files first: what has arrived is there the next time, whatever happens to the commit.
            self.api.preupload_lfs_files(self.repo_id, additions=additions, repo_type="dataset")
        except Exception as error:  # the client has tried often enough
            raise self._refused(error) from None
        done = self.api.create_commit(
            self.repo_id,
            [*additions, *(CommitOperationDelete(path_in_repo=path) for path in todo.delete)],
            commit_message=self.title or "Publish with distilabel-selfinstruct",
            repo_type="dataset",
            parent_commit=remote.commit,
        )
        return self._uploaded(done.oid, remote)

    def _uploaded(self, commit: str, remote: "_Remote") -> Uploaded:
        url = f"{self.api.endpoint}/datasets/{self.repo_id}"
        return Uploaded(url, commit, self.planned.send, self.planned.delete, remote.private)

    def _refused(self, error: Exception) -> PublishError:
        return PublishError(sentence(error, self.repo_id, self.api.endpoint, self.token))


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """The client's own bars would run through whatever else shows progress, and into logs."""
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    if are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()


def _read_or_create(api: "HfApi", repo_id: str, *, private: bool) -> _Remote:
    try:
        return _read(api, repo_id)
    except Exception as error:
        if not is_not_found(error):
            raise
    api.create_repo(repo_id, repo_type="dataset", private=private, exist_ok=True)
    return _read(api, repo_id)


def _read(api: "HfApi", repo_id: str) -> _Remote:
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
    return _Remote(commit, bool(info.private), files, manifest)


def _refuse_other_content(repo_id: str, remote: _Remote) -> None:
    others = sorted(remote.files.keys() - _HUBS_OWN)
    if remote.manifest is None and others:
        shown = ", ".join(others[:_SHOWN]) + (f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else "")
        raise PublishError(
            f"{repo_id} holds something else ({shown}): choose another name, or replace all of it with --replace."
        )
    edited = sorted(
        path
        for path, had in (remote.manifest or {}).items()
        if path in remote.files and remote.files[path] not in (had.sha256, had.blob)
    )
    if edited:
        raise PublishError(
            f"Someone has edited {', '.join(edited)} in {repo_id} since it was published: keep a copy of the change, "
            "and overwrite it with --replace."
        )
