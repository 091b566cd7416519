"""A folder to a dataset repository on the Hub, in one commit, or in none if nothing differs.

The repository is read first, so only what differs is sent: after a failure, after a commit whose answer was lost, and
after no change at all. Each commit names the state of the repository that it was planned for. If someone else has
committed since, the Hub refuses the commit, and a new one is planned.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from distilabel_selfinstruct.errors import ConfigError, HubError
from distilabel_selfinstruct.hub.upload.errors import is_transient, sentence
from distilabel_selfinstruct.hub.upload.manifest import Fingerprint, fingerprints
from distilabel_selfinstruct.hub.upload.remote import (
    HUB_FILES,
    Remote,
    read_or_create,
    refuse_other_content,
    repository_url,
)

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_ATTEMPTS = 4

_TITLE = "Publish with distilabel-selfinstruct"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a commit changes: the paths to send and the paths to delete, each sorted."""

    send: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the repository is as it should be."""
        return not (self.send or self.delete)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Where the dataset is now. `sent` and `deleted` are empty if the repository had all of it before."""

    url: str
    commit: str
    sent: tuple[str, ...]
    deleted: tuple[str, ...]
    private: bool


def upload(folder: Path, repo_id: str, *, private: bool = False, overwrite: bool = False) -> Uploaded:
    """Send the files of a folder, and delete files that were published before and are not in the folder.

    Files that people added to the repository stay. The token is `HF_TOKEN`, or that of `hf auth login`.

    Args:
        folder: all files of the dataset, with their manifest.
        repo_id: `owner/name`. A repository is made if there is none.
        private: only its owners may read it.
        overwrite: take over a repository that holds something else and delete that; overwrite what people edited.

    Raises:
        ConfigError: there is no token.
        HubError: the Hub refuses or cannot be reached, or the repository holds something else or is public. Nothing was
            committed then, and the folder is as it was.
    """
    from huggingface_hub import HfApi

    token = require_token(repo_id)
    with _without_progress_bars():
        return _Upload(HfApi(library_name="distilabel-selfinstruct"), folder, repo_id, token, private, overwrite).run()


def require_token(repo_id: str) -> str:
    """The Hub's token.

    Raises:
        ConfigError: there is no token.
    """
    from huggingface_hub import get_token

    token = get_token()
    if not token:
        raise ConfigError(
            "There is no Hub token: set the environment variable HF_TOKEN or sign in with hf auth login. The token "
            f"needs write access to {repo_id.partition('/')[0]}."
        )
    return token


def plan(
    local: Mapping[str, Fingerprint], remote: Mapping[str, str], published: Mapping[str, object], *, takeover: bool
) -> Plan:
    """What a commit has to change.

    Args:
        local: the files that the repository should have.
        remote: the files that it has, with their hashes.
        published: the files of an earlier publication.
        takeover: delete all other files too.
    """
    send = (path for path, content in local.items() if remote.get(path) not in (content.sha256, content.blob))
    disposable = (remote.keys() - HUB_FILES) if takeover else (remote.keys() & published.keys())
    return Plan(tuple(sorted(send)), tuple(sorted(disposable - local.keys())))


@dataclass
class _Upload:
    """An upload in one or more attempts. `planned` is the plan of the last attempt that had to commit."""

    api: "HfApi"
    folder: Path
    repo_id: str
    token: str
    private: bool
    overwrite: bool
    local: Mapping[str, Fingerprint] = field(init=False)
    planned: Plan = field(default=Plan(), init=False)

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
        except HubError:
            raise
        except Exception as error:
            raise self._refused(error) from None

    def _attempt(self) -> Uploaded:
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        remote = read_or_create(self.api, self.repo_id, private=self.private)
        if self.private and not remote.private:
            raise HubError(
                f"{self.repo_id} is public already: make it private in its settings, omit `private`, or use another "
                "name.",
                remote.url,
            )
        if not self.overwrite:
            refuse_other_content(self.repo_id, remote)
        todo = plan(
            self.local, remote.files, remote.manifest or {}, takeover=self.overwrite and remote.manifest is None
        )
        if todo.is_empty:
            # Nothing differs, or an earlier attempt committed and its answer was lost.
            return self._uploaded(remote.commit, remote)
        self.planned = todo
        additions = [
            CommitOperationAdd(path_in_repo=path, path_or_fileobj=str(self.folder / path)) for path in todo.send
        ]
        try:
            # Large files come first: the Hub keeps what has arrived, even if the commit fails.
            self.api.preupload_lfs_files(self.repo_id, additions=additions, repo_type="dataset")
        except Exception as error:  # the client has tried often enough
            raise self._refused(error) from None
        done = self.api.create_commit(
            self.repo_id,
            [*additions, *(CommitOperationDelete(path_in_repo=path) for path in todo.delete)],
            commit_message=_TITLE,
            repo_type="dataset",
            parent_commit=remote.commit,
        )
        return self._uploaded(done.oid, remote)

    def _uploaded(self, commit: str, remote: Remote) -> Uploaded:
        return Uploaded(remote.url, commit, self.planned.send, self.planned.delete, remote.private)

    def _refused(self, error: Exception) -> HubError:
        message = sentence(error, self.repo_id, self.api.endpoint, self.token)
        return HubError(message, repository_url(self.api, self.repo_id))


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Hide the progress bars of the client: they would run through other displays, and into logs."""
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    if are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
