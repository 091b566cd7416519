"""What people answered in Argilla datasets, as the server has it.

The server's own HTTP interface is read, not the SDK's records: those have no time of an answer, and build an object
per field. The texts of a record are never read back; a record is known by its id alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.review.argilla.connection import server_errors, shown

if TYPE_CHECKING:
    import argilla as rg

SUBMITTED, DRAFT, DISCARDED = "submitted", "draft", "discarded"

PAGE = 1000
"""Records per request: the most that the server allows."""

ATTEMPTS = 3
"""How often a dataset is read anew when records were deleted while it was read."""


@dataclass(frozen=True, slots=True)
class Target:
    """A dataset to read. `rater` is the one it was assigned to; None: everybody in the workspace rates it.

    `pushed` are the ids of the records that it got, where they are known.
    """

    name: str
    workspace: str
    rater: str | None = None
    pushed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """What one person said about one record. `values` maps questions to answers, as they were given.

    `created_at` is the time of the first word, `updated_at` that of the last (ISO 8601, UTC).
    """

    record: str
    rater: str
    status: str
    values: Mapping[str, Any]
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class RatedDataset:
    """A dataset with its responses. `records` says for each record whether enough people submitted it."""

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
    """All that was read. `users` maps ids to names; `unknown_users` are ids of raters that have none any more."""

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
    report: Callable[[int, int], None] | None = None,
) -> Reading:
    """Read the datasets.

    Args:
        client: with the key of an owner or admin; others cannot see what their fellows answered.
        targets: what to read. Datasets that are not there are reported in the result.
        known_users: names by user id from before, for users who have been deleted since.
        report: called after each page with the number of records read so far and in all, of one dataset.

    Raises:
        ArgillaError: the server cannot be reached or refuses, or none of the datasets is there.
    """
    with server_errors(client.api_url):
        workspaces = {workspace.name: workspace.id for workspace in client.api.workspaces.list()}
        there = {(dataset.workspace_id, dataset.name): dataset for dataset in client.api.datasets.list()}
        users = _Users(client, known_users or {})
        found, deleted = [], []
        for target in targets:
            dataset = there.get((workspaces.get(target.workspace), target.name))
            if dataset is None:
                deleted.append(target)
                continue
            questions = tuple(question.name for question in client.api.questions.list(dataset.id))
            records, responses = _read(client, str(dataset.id), users, report)
            found.append(
                RatedDataset(
                    target=target,
                    questions=questions,
                    min_submitted=dataset.distribution.min_submitted if dataset.distribution else 1,
                    records=records,
                    responses=tuple(responses),
                    raters=(target.rater,) if target.rater else users.annotators(dataset.workspace_id),
                )
            )
    if not found:
        names = ", ".join(f"{target.name!r} in workspace {target.workspace!r}" for target in targets)
        raise ArgillaError(
            f"Argilla at {shown(client.api_url)} holds no dataset {names}: name the one that was rated with "
            "--dataset and --workspace, or push again."
        )
    return Reading(
        url=str(client.api_url),
        datasets=tuple(found),
        deleted=tuple(deleted),
        users=users.names,
        unknown_users=tuple(sorted(users.unknown)),
    )


class _Users:
    """The names of raters: asked for once."""

    def __init__(self, client: "rg.Argilla", known: Mapping[str, str]) -> None:
        from argilla._exceptions import ForbiddenError

        self._client = client
        self.unknown: set[str] = set()
        try:
            users = client.api.users.list()
        except ForbiddenError:  # an admin sees the people of their own workspaces only
            users = [
                user
                for workspace in client.api.workspaces.list()
                for user in client.api.users.list_by_workspace_id(workspace.id)
            ]
        self.names = {**known, **{str(user.id): str(user.username) for user in users}}

    def name(self, user_id: str) -> str:
        """The user's name, or one made of the id when there is none."""
        if user_id in self.names:
            return self.names[user_id]
        self.unknown.add(user_id)
        return f"user-{user_id}"

    def annotators(self, workspace_id: Any) -> tuple[str, ...]:
        users = self._client.api.users.list_by_workspace_id(workspace_id)
        return tuple(sorted(str(user.username) for user in users if user.role == "annotator"))


def _read(
    client: "rg.Argilla", dataset_id: str, users: _Users, report: Callable[[int, int], None] | None
) -> tuple[dict[str, bool], list[Response]]:
    """Records and responses of a dataset, page by page, and once more when it shrank meanwhile: pages move up then."""
    for _ in range(ATTEMPTS):
        completed: dict[str, bool] = {}
        responses: dict[tuple[str, str], Response] = {}
        total, most, offset = 0, 0, 0
        while True:
            page = _page(client, dataset_id, offset)
            total, offset = page["total"], offset + len(page["items"])
            most = max(most, total)
            for record in page["items"]:
                identity = record.get("external_id") or str(record["id"])
                completed[identity] = record["status"] == "completed"
                for given in record.get("responses") or ():
                    response = _response(identity, users.name(str(given["user_id"])), given)
                    responses[identity, response.rater] = response
            if report is not None:
                report(offset, total)
            if not page["items"] or offset >= total:
                break
        if total == most:
            return completed, list(responses.values())
    raise ArgillaError(
        f"Records of a dataset at {shown(client.api_url)} are being deleted: pull again when that is done."
    )


def _page(client: "rg.Argilla", dataset_id: str, offset: int) -> dict[str, Any]:
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
    """The server's times, which are UTC and do not say so, with offset and microseconds: texts sort as times do."""
    try:
        moment = datetime.fromisoformat(time.replace("Z", "+00:00"))
    except ValueError:
        return time
    moment = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    return moment.isoformat(timespec="microseconds")
