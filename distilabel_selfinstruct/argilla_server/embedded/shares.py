"""Raters see their own answers only, and see and rate their own share only.

The server of 2.8.0 shows each member of a workspace all responses to a record, and metadata that is hidden from raters
(`api/handlers/v1/records.py:41`). It also takes answers to any dataset of the workspace. Here the policies, which every
handler asks, and the list of datasets tell raters apart. Owners and admins have all rights as before.

A push writes down in the metadata of a dataset, under `RATER`, who rates it.
"""

from collections.abc import Callable
from typing import Any

from argilla_server.api.policies.v1 import (
    DatasetPolicy,
    MetadataPropertyPolicy,
    RecordPolicy,
    ResponsePolicy,
    is_authorized,
)
from argilla_server.contexts import datasets
from argilla_server.enums import UserRole
from sqlalchemy.orm.attributes import set_committed_value

RATER = "selfinstruct_rater"
"""The name in a dataset's metadata of the one rater it was pushed for; without it everybody in the workspace rates."""


def apply() -> None:
    """Change the server's policies; called once, before it serves."""
    for name in ("get", "search_records"):
        _guard(DatasetPolicy, name, lambda dataset: dataset)
    for name in ("create_response", "get_suggestions"):
        _guard(RecordPolicy, name, lambda record: record.dataset)
    for name in ("update", "delete"):
        _guard(ResponsePolicy, name, lambda response: response.record.dataset)
    _guard(RecordPolicy, "get", lambda record: record.dataset, then=_hide_what_others_say)
    _list_own_shares()


def _may_see(user: Any, dataset: Any) -> bool:
    rater = (dataset.metadata_ or {}).get(RATER)
    return user.role != UserRole.annotator or rater in (None, user.username)


def _guard(policy: Any, name: str, dataset_of: Callable[[Any], Any], then: Any = None) -> None:
    server_policy = getattr(policy, name)

    def guarded(subject: Any) -> Any:
        server_allows = server_policy(subject)

        async def is_allowed(user: Any) -> bool:
            allowed = _may_see(user, dataset_of(subject)) and await server_allows(user)
            if allowed and then is not None and user.role == UserRole.annotator:
                await then(subject, user)
            return allowed

        return is_allowed

    setattr(policy, name, guarded)


async def _hide_what_others_say(record: Any, user: Any) -> None:
    """Take from the record, as it will be sent and not in the database, what a rater must not see."""
    own = [response for response in await record.awaitable_attrs.responses if response.user_id == user.id]
    set_committed_value(record, "responses", own)
    properties = await record.dataset.awaitable_attrs.metadata_properties
    visible = {held.name for held in properties if await is_authorized(user, MetadataPropertyPolicy.get(held))}
    shown = {name: value for name, value in (record.metadata_ or {}).items() if name in visible}
    set_committed_value(record, "metadata_", shown)


def _list_own_shares() -> None:
    server_list = datasets.list_datasets

    async def list_datasets(db: Any, user: Any = None, **filters: Any) -> Any:
        listed = await server_list(db, user=user, **filters)
        return [dataset for dataset in listed if user is None or _may_see(user, dataset)]

    datasets.list_datasets = list_datasets
