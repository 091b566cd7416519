"""The Argilla dataset that a push writes to: it is found or made, and never one with other questions."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ArgillaError, ConfigError
from distilabel_selfinstruct.review.argilla.connection import server_errors

if TYPE_CHECKING:
    import argilla as rg

WORKSPACE = "selfinstruct"
"""The workspace that is used if the user names none."""

MAX_NAME = 200
"""Characters of a dataset's name; Argilla's own limit."""

SECONDS_FOR_A_DRAFT = 5.0
"""How long another push may take to make a dataset. After that the dataset is the rest of a push that was killed."""

RATER = "selfinstruct_rater"
"""The name in a dataset's metadata of the rater it is for. The embedded server shows it to no other rater."""

_NAME = re.compile(r"[\w.-][\w. -]*")
_NOT_IN_A_NAME = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class ReviewDataset:
    """A dataset that takes records.

    `fields` and `metadata` name its fields and metadata properties; `url` is the page where people rate.
    """

    id: UUID
    name: str
    workspace: str
    fields: tuple[str, ...]
    metadata: tuple[str, ...]
    url: str
    min_submitted: int = 1


def dataset_name(*parts: str) -> str:
    """The name of a dataset, made of parts such as the name of a folder."""
    return "-".join(filter(None, (_NOT_IN_A_NAME.sub("-", part).strip("-") for part in parts)))[:MAX_NAME]


def open_dataset(
    client: "rg.Argilla",
    name: str,
    workspace: str,
    settings: Any,
    *,
    min_submitted: int | None = None,
    rater: str | None = None,
) -> ReviewDataset:
    """Find the dataset of this name and bring it up to date, or make it.

    The dataset that exists gets the guidelines of the settings, metadata properties that it lacks, and `min_submitted`
    if that is given. Its questions, labels and fields cannot change. The embedded server lets only `rater`, if one is
    given, and the owner see it; any other Argilla shows it to its whole workspace.

    Raises:
        ConfigError: no dataset can have this name.
        ArgillaError: the workspace cannot be used, or the dataset that exists has other questions.
    """
    import argilla as rg
    from argilla._exceptions import ConflictError, InternalServerError

    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise ConfigError(
            f"{name!r} cannot name a dataset: use up to {MAX_NAME} letters, digits, spaces, dots, '-' and '_'."
        )
    with server_errors(client.api_url):
        team = _workspace(client, workspace)
        model = _finished_dataset(client, name, team.id)
        if model is None:
            try:
                dataset: Any = rg.Dataset(name=name, workspace=team, settings=settings, client=client).create()
            except (ConflictError, InternalServerError):  # another push has just made it, which confuses the server
                model = _finished_dataset(client, name, team.id)
                if model is None:
                    raise
        if model is not None:
            dataset = rg.Dataset.from_model(model, client=client)
            dataset.settings.get()
            _refuse_differences(dataset, settings, workspace)
            _bring_up_to_date(dataset, settings, min_submitted)
        if rater is not None:
            _change(client, dataset.id, {"metadata": {RATER: rater}})
        return ReviewDataset(
            id=dataset.id,
            name=name,
            workspace=workspace,
            fields=tuple(field.name for field in dataset.settings.fields),
            metadata=tuple(metadata.name for metadata in dataset.settings.metadata),
            url=f"{redact_url(client.api_url)}/dataset/{dataset.id}/annotation-mode",
            min_submitted=client.api.datasets.get(dataset.id).distribution.min_submitted,
        )


def count_raters(client: "rg.Argilla", workspace: str) -> int:
    """How many annotators belong to the workspace, which is made if there is none; 0 if this user may not see them.

    Raises:
        ArgillaError: the workspace cannot be used.
    """
    from argilla._exceptions import ForbiddenError

    with server_errors(client.api_url):
        team = _workspace(client, workspace)
        try:
            members = client.api.users.list_by_workspace_id(team.id)
        except ForbiddenError:
            return 0
    return sum(str(getattr(user.role, "value", user.role)) == "annotator" for user in members)


def add_raters(client: "rg.Argilla", workspace: str, raters: Sequence[str]) -> None:
    """Add the raters to the workspace who do not belong to it yet.

    Raises:
        ArgillaError: a rater has no account, or cannot be added to the workspace.
    """
    from argilla._exceptions import ForbiddenError

    address = redact_url(client.api_url)
    with server_errors(client.api_url):
        team = _workspace(client, workspace)
        members = {user.username for user in client.api.users.list_by_workspace_id(team.id)}
        try:
            users = {user.username: user for user in client.api.users.list()}
        except ForbiddenError:  # only owners may list all users
            users = {}
        for rater in raters:
            if rater in members:
                continue
            if rater not in users:
                known = ", ".join(sorted(users or members)) or "none"
                raise ArgillaError(
                    f"There is no account {rater!r} at {address} (accounts: {known}): make it with "
                    f"'selfinstruct review serve --raters {rater}', or in the settings of a hosted Argilla.",
                    address,
                )
            client.api.users.add_to_workspace(team.id, users[rater].id)


def _workspace(client: "rg.Argilla", name: str) -> Any:
    import argilla as rg
    from argilla._exceptions import ConflictError, ForbiddenError, InternalServerError

    address = redact_url(client.api_url)
    existing = {workspace.name: workspace for workspace in client.workspaces}
    if name in existing:
        return existing[name]
    try:
        # The abstract method of the SDK is never called.
        return rg.Workspace(name=name, client=client).create()  # type: ignore[abstract]
    except (ConflictError, InternalServerError) as error:
        for workspace in client.workspaces:
            if workspace.name == name:  # another push has just made it
                return workspace
        if isinstance(error, InternalServerError):
            raise
        raise ArgillaError(
            f"This user does not belong to the workspace {name!r} at {address}: ask its owner to add the user.", address
        ) from error
    except ForbiddenError as error:
        raise ArgillaError(
            f"There is no workspace {name!r} at {address} and this user may not make one: choose another with "
            f"`workspace` (this user has {', '.join(existing) or 'none'}).",
            address,
        ) from error


def _finished_dataset(client: "rg.Argilla", name: str, workspace: UUID) -> Any:
    """The dataset of this name, or None. A dataset that a killed push left half made holds no record and is deleted."""
    deadline = time.monotonic() + SECONDS_FOR_A_DRAFT
    while True:
        model = client.api.datasets.get_by_name_and_workspace_id(name, workspace)
        if model is None or model.status == "ready":
            return model
        if time.monotonic() > deadline:
            client.api.datasets.delete(model.id)
            return None
        time.sleep(0.25)


def _change(client: "rg.Argilla", dataset: UUID, change: dict[str, Any]) -> None:
    # The `update` of the SDK's dataset would send every question again.
    client.http_client.patch(f"/api/v1/datasets/{dataset}", json=change).raise_for_status()


def _refuse_differences(dataset: Any, settings: Any, workspace: str) -> None:
    found, wanted = _shape(dataset.settings), _shape(settings)
    differences = [f"it has no {part}" for part in wanted if part not in found and not part.startswith("metadata")]
    differences += [f"it has a {part}" for part in found if part not in wanted and not part.startswith("metadata")]
    differences += [
        f"its {part} is {found[part]} and not {wanted[part]}"
        for part in wanted
        if part in found and found[part] != wanted[part]
    ]
    if differences:
        raise ArgillaError(
            f"The dataset {dataset.name!r} in the workspace {workspace!r} is not like these settings: "
            f"{'; '.join(differences)}. Choose the name of a new dataset with `dataset`.",
            redact_url(dataset._client.api_url),  # noqa: SLF001 - the SDK has no public name for it
        )


def _shape(settings: Any) -> dict[str, str]:
    """The parts of a dataset that cannot change once it is made. Metadata can be added, but cannot change its type."""
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
    found = dataset.settings
    wanted = min_submitted or found.distribution.min_submitted
    if settings.guidelines.strip() != (found.guidelines or "").strip() or wanted != found.distribution.min_submitted:
        change = {
            "guidelines": settings.guidelines,
            "distribution": {"strategy": "overlap", "min_submitted": wanted},
        }
        _change(dataset._client, dataset.id, change)  # noqa: SLF001 - the SDK has no public name for it
    names = {metadata.name for metadata in found.metadata}
    for metadata in settings.metadata:
        if metadata.name not in names:
            metadata.dataset = dataset
            found.metadata.add(metadata.create())
