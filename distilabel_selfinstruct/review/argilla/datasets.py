"""The dataset in Argilla that a push writes to: found, or made; never one that asks something else."""

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.review.argilla.connection import server_errors, shown

if TYPE_CHECKING:
    import argilla as rg

WORKSPACE = "selfinstruct"
"""The workspace that is used where none is named."""

MAX_NAME = 200
"""Characters of a dataset's name; Argilla's own limit."""

SECONDS_FOR_A_DRAFT = 5.0
"""How long a dataset may be in the making by another push, before it counts as left behind by one that was killed."""

_NAME = re.compile(r"[\w.-][\w. -]*")
_NO_NAME = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class ReviewDataset:
    """A dataset that takes records. `metadata` names what it can filter by, `url` is the page where it is rated."""

    id: UUID
    name: str
    workspace: str
    metadata: tuple[str, ...]
    url: str


def dataset_name(*parts: str) -> str:
    """A name of a dataset made of parts, such as the name of a folder."""
    return "-".join(filter(None, (_NO_NAME.sub("-", part).strip("-") for part in parts)))[:MAX_NAME]


def open_dataset(
    client: "rg.Argilla",
    name: str,
    workspace: str,
    settings: Any,
    *,
    min_submitted: int | None = None,
) -> ReviewDataset:
    """The dataset of this name: the one that is there, brought up to date, or a new one.

    Guidelines and, where it is given, `min_submitted` of a dataset that is there are changed to what is wanted;
    metadata that it lacks is added. Questions, labels and fields of a dataset cannot change.

    Raises:
        ArgillaError: the name cannot be one, the workspace cannot be had, or the dataset there asks something else.
    """
    import argilla as rg
    from argilla._exceptions import ConflictError, InternalServerError

    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise ArgillaError(
            f"{name!r} cannot name a dataset: use up to {MAX_NAME} letters, digits, spaces, dots, '-' and '_'."
        )
    with server_errors(client.api_url):
        of = _workspace(client, workspace)
        model = _settled(client, name, of.id)
        if model is None:
            try:
                dataset: Any = rg.Dataset(name=name, workspace=of, settings=settings, client=client).create()
            except (ConflictError, InternalServerError):  # another push made it at this moment; the server stumbles
                model = _settled(client, name, of.id)
                if model is None:
                    raise
        if model is not None:
            dataset = rg.Dataset.from_model(model, client=client)
            dataset.settings.get()
            _refuse_differences(dataset, settings, workspace)
            _bring_up_to_date(dataset, settings, min_submitted)
        return ReviewDataset(
            id=dataset.id,
            name=name,
            workspace=workspace,
            metadata=tuple(metadata.name for metadata in dataset.settings.metadata),
            url=f"{shown(client.api_url)}/dataset/{dataset.id}/annotation-mode",
        )


def check_raters(client: "rg.Argilla", workspace: str, raters: tuple[str, ...]) -> None:
    """See to it that each rater has an account and belongs to the workspace.

    Raises:
        ArgillaError: there is no such account, or it cannot be added to the workspace.
    """
    from argilla._exceptions import ForbiddenError

    with server_errors(client.api_url):
        of = _workspace(client, workspace)
        members = {user.username for user in client.api.users.list_by_workspace_id(of.id)}
        try:
            users = {user.username: user for user in client.api.users.list()}
        except ForbiddenError:  # only owners may list them all
            users = {}
        for rater in raters:
            if rater in members:
                continue
            if rater not in users:
                there = ", ".join(sorted(users or members)) or "nobody"
                raise ArgillaError(
                    f"There is no rater {rater!r} at {shown(client.api_url)} (there is {there}): make the account with "
                    f"'selfinstruct review serve --raters {rater}', or in the settings of a hosted Argilla."
                )
            client.api.users.add_to_workspace(of.id, users[rater].id)


def _workspace(client: "rg.Argilla", name: str) -> Any:
    import argilla as rg
    from argilla._exceptions import ConflictError, ForbiddenError, InternalServerError

    there: list[Any] = list(client.workspaces)
    for workspace in there:
        if workspace.name == name:
            return workspace
    try:
        return rg.Workspace(name=name, client=client).create()  # type: ignore[abstract]  # it is made nevertheless
    except (ConflictError, InternalServerError) as error:
        for workspace in client.workspaces:
            if workspace.name == name:  # another push made it at this moment
                return workspace
        if isinstance(error, InternalServerError):
            raise
        raise ArgillaError(
            f"The workspace {name!r} at {shown(client.api_url)} is not this user's: ask its owner to add the user."
        ) from error
    except ForbiddenError as error:
        names = ", ".join(workspace.name for workspace in there) or "none"
        raise ArgillaError(
            f"There is no workspace {name!r} at {shown(client.api_url)} and this user may not make one: choose one of "
            f"the user's with --workspace (there are {names})."
        ) from error


def _settled(client: "rg.Argilla", name: str, workspace: UUID) -> Any:
    """The dataset of this name, or None. One that was left behind half made is removed: it cannot hold a record."""
    deadline = time.monotonic() + SECONDS_FOR_A_DRAFT
    while True:
        model = client.api.datasets.get_by_name_and_workspace_id(name, workspace)
        if model is None or model.status == "ready":
            return model
        if time.monotonic() > deadline:
            client.api.datasets.delete(model.id)
            return None
        time.sleep(0.25)


def _refuse_differences(dataset: Any, settings: Any, workspace: str) -> None:
    there, wanted = _shape(dataset.settings), _shape(settings)
    differences = [f"it has no {part}" for part in wanted if part not in there and not part.startswith("metadata")]
    differences += [f"it has a {part}" for part in there if part not in wanted and not part.startswith("metadata")]
    differences += [
        f"its {part} is {there[part]} and not {wanted[part]}"
        for part in wanted
        if part in there and there[part] != wanted[part]
    ]
    if differences:
        raise ArgillaError(
            f"The dataset {dataset.name!r} in the workspace {workspace!r} is of another kind: "
            f"{'; '.join(differences)}. Give the name of a new one with --dataset."
        )


def _shape(settings: Any) -> dict[str, str]:
    """What cannot change once a dataset is made, by part. Metadata may come to it, but not change its type."""
    fields = {
        f"field {field.name}": field.type + (" as markdown" if getattr(field, "use_markdown", False) else "")
        for field in settings.fields
    }
    questions = {
        f"question {question.name}": " ".join([question.type, *sorted(map(str, getattr(question, "labels", ())))])
        for question in settings.questions
    }
    kinds = {"TermsMetadataProperty": "terms", "IntegerMetadataProperty": "integer", "FloatMetadataProperty": "float"}
    return {**fields, **questions} | {
        f"metadata {metadata.name}": kinds.get(type(metadata).__name__, "of another type")
        for metadata in settings.metadata
    }


def _bring_up_to_date(dataset: Any, settings: Any, min_submitted: int | None) -> None:
    there = dataset.settings
    wanted = min_submitted or there.distribution.min_submitted
    if settings.guidelines.strip() != (there.guidelines or "").strip() or wanted != there.distribution.min_submitted:
        change = {
            "guidelines": settings.guidelines,
            "distribution": {"strategy": "overlap", "min_submitted": wanted},
        }
        client = dataset._client  # noqa: SLF001 - `dataset.update` would send every question anew
        client.http_client.patch(f"/api/v1/datasets/{dataset.id}", json=change).raise_for_status()
    names = {metadata.name for metadata in there.metadata}
    for metadata in settings.metadata:
        if metadata.name not in names:
            metadata.dataset = dataset
            there.metadata.add(metadata.create())
