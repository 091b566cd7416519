"""The responses of people in Argilla datasets, as the server holds them.

They are read over the server's HTTP interface: the SDK's records do not say when somebody answered, and make an object
for each field. The texts of a record are never read back, because its id identifies it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.review.argilla.connection import server_errors
from distilabel_selfinstruct.review.argilla.progress import OnProgress, TransferProgress

if TYPE_CHECKING:
    import argilla as rg

SUBMITTED, DRAFT, DISCARDED = "submitted", "draft", "discarded"

PAGE = 1000
"""Records in a request; the server allows no more."""

ATTEMPTS = 3
"""How often a dataset is read if records are deleted meanwhile."""


@dataclass(frozen=True, slots=True)
class Target:
    """A dataset to read. `rater` is the rater it was assigned to, or None if everybody in the workspace rates it.

    `pushed` are the ids of the records that were pushed to it, as far as they are known.
    """

    name: str
    workspace: str
    rater: str | None = None
    pushed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """All answers of one person about one record. `values` maps each question to the answer as it was given.

    `created_at` is the time of the first draft, `updated_at` the time of the last change (ISO 8601, UTC).
    """

    record: str
    rater: str
    status: str
    values: Mapping[str, Any]
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class RatedDataset:
    """A dataset with its responses. `records` says of each record whether enough people have submitted an answer."""

    target: Target
    questions: tuple[str, ...]
    min_submitted: int
    records: Mapping[str, bool]
    responses: tuple[Response, ...]
    raters: tuple[str, ...] = ()

    def count(self, status: str) -> int:
        """How many responses have the status."""
        return sum(response.status == status for response in self.responses)


@dataclass(frozen=True, slots=True)
class Reading:
    """All responses that were read. `users` maps user ids to names; `unknown_users` are ids without a name."""

    url: str
    datasets: tuple[RatedDataset, ...]
    deleted: tuple[Target, ...] = ()
    users: Mapping[str, str] = field(default_factory=dict)
    unknown_users: tuple[str, ...] = ()

    @property
    def responses(self) -> Iterator[Response]:
        """The responses of all datasets."""
        for dataset in self.datasets:
            yield from dataset.responses


def read_responses(
    client: "rg.Argilla",
    targets: Sequence[Target],
    *,
    known_users: Mapping[str, str] | None = None,
    on_progress: OnProgress | None = None,
) -> Reading:
    """Read the datasets.

    Args:
        client: with the key of an owner or admin; other users cannot see the responses of all raters.
        targets: which datasets. The result names those that no longer exist.
        known_users: names by user id from an earlier reading, for users who have been deleted since.
        on_progress: is told the progress in each dataset.

    Raises:
        ArgillaError: the server cannot be reached or refuses, or none of the datasets exists.
    """
    with server_errors(client.api_url):
        workspaces = {workspace.name: workspace.id for workspace in client.api.workspaces.list()}
        existing = {(dataset.workspace_id, dataset.name): dataset for dataset in client.api.datasets.list()}
        users = _Users(client, known_users or {})
    read, deleted = [], []
    for target in targets:
        dataset = existing.get((workspaces.get(target.workspace), target.name))
        if dataset is None:
            deleted.append(target)
        else:
            read.append(_read_dataset(client, dataset, target, users, on_progress))
    address = redact_url(client.api_url)
    if not read:
        names = ", ".join(f"{target.name!r} in workspace {target.workspace!r}" for target in targets)
        raise ArgillaError(
            f"Argilla at {address} holds no dataset {names}: name the dataset that was rated with `datasets` and "
            "`workspace`, or push again.",
            address,
        )
    return Reading(
        url=address,
        datasets=tuple(read),
        deleted=tuple(deleted),
        users=users.names,
        unknown_users=tuple(sorted(users.unknown)),
    )


class _Users:
    """The names of all users that this key can see. The server is asked once."""

    def __init__(self, client: "rg.Argilla", known: Mapping[str, str]) -> None:
        from argilla._exceptions import ForbiddenError

        self._client = client
        self.unknown: set[str] = set()
        try:
            users = client.api.users.list()
        except ForbiddenError:  # an admin sees only the people of their own workspaces
            users = [
                user
                for workspace in client.api.workspaces.list()
                for user in client.api.users.list_by_workspace_id(workspace.id)
            ]
        self.names = {**known, **{str(user.id): str(user.username) for user in users}}

    def name(self, user_id: str) -> str:
        """The user's name, or `user-<id>` if it is not known."""
        if user_id in self.names:
            return self.names[user_id]
        self.unknown.add(user_id)
        return f"user-{user_id}"

    def annotators(self, workspace_id: Any) -> tuple[str, ...]:
        """The names of the annotators of a workspace."""
        users = self._client.api.users.list_by_workspace_id(workspace_id)
        return tuple(sorted(str(user.username) for user in users if user.role == "annotator"))


def _read_dataset(
    client: "rg.Argilla", dataset: Any, target: Target, users: _Users, on_progress: OnProgress | None
) -> RatedDataset:
    for _ in range(ATTEMPTS):
        read = _read_once(client, str(dataset.id), users, on_progress)
        if read is not None:
            break
    else:
        address = redact_url(client.api_url)
        raise ArgillaError(
            f"Records of the dataset {target.name!r} at {address} are being deleted: pull again when that is done.",
            address,
        )
    records, responses = read
    with server_errors(client.api_url):
        return RatedDataset(
            target=target,
            questions=tuple(question.name for question in client.api.questions.list(dataset.id)),
            min_submitted=dataset.distribution.min_submitted if dataset.distribution else 1,
            records=records,
            responses=tuple(responses),
            raters=(target.rater,) if target.rater else users.annotators(dataset.workspace_id),
        )


def _read_once(
    client: "rg.Argilla", dataset_id: str, users: _Users, on_progress: OnProgress | None
) -> tuple[dict[str, bool], list[Response]] | None:
    """Records and responses of a dataset, page by page; None if it shrank meanwhile.

    When a record is deleted, those behind it move up, and one of them may move to a page that was read already.
    """
    completed: dict[str, bool] = {}
    responses: dict[tuple[str, str], Response] = {}
    offset, total, most = 0, 1, 0
    while offset < total:
        page = _page(client, dataset_id, offset)
        offset, total = offset + len(page["items"]), page["total"]
        most = max(most, total)
        for record in page["items"]:
            identity = record.get("external_id") or str(record["id"])
            completed[identity] = record["status"] == "completed"
            for given in record.get("responses") or ():
                response = _response(identity, users.name(str(given["user_id"])), given)
                responses[identity, response.rater] = response
        if on_progress is not None:
            on_progress(TransferProgress(offset, total))
        if not page["items"]:
            break
    return (completed, list(responses.values())) if total == most else None


def _page(client: "rg.Argilla", dataset_id: str, offset: int) -> dict[str, Any]:
    with server_errors(client.api_url):
        answer = client.api.http_client.get(
            f"/api/v1/datasets/{dataset_id}/records",
            params={"include": "responses", "offset": offset, "limit": PAGE},
        )
        answer.raise_for_status()
        page: dict[str, Any] = answer.json()
        return page


def _response(record: str, rater: str, given: Mapping[str, Any]) -> Response:
    values = {question: answer["value"] for question, answer in (given.get("values") or {}).items()}
    return Response(
        record=record,
        rater=rater,
        status=str(given["status"]),
        values=values,
        created_at=utc(str(given["inserted_at"])),
        updated_at=utc(str(given["updated_at"])),
    )


def utc(time: str) -> str:
    """A time of the server, which is in UTC without saying so, with offset and microseconds: so texts sort as times."""
    try:
        moment = datetime.fromisoformat(time.replace("Z", "+00:00"))
    except ValueError:
        return time
    moment = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    return moment.isoformat(timespec="microseconds")
