"""The accounts of the people who may sign in."""

from typing import Any

from argilla_server.contexts import accounts
from argilla_server.database import AsyncSessionLocal
from argilla_server.models import User, UserRole, Workspace, WorkspaceUser


async def ensure(wanted: list[dict[str, str]], workspace_name: str) -> None:
    """Make each account that is missing, and add all of them to the workspace.

    An account that exists keeps its password. If its API key differs, the file with the credentials was lost and
    written again; then the account gets the key and the password of the new file.
    """
    async with AsyncSessionLocal() as session:
        workspace = await Workspace.get_by(session, name=workspace_name)
        workspace = workspace or await Workspace.create(session, name=workspace_name)
        for account in wanted:
            user = await _ensure_user(session, account)
            if not await WorkspaceUser.get_by(session, workspace_id=workspace.id, user_id=user.id):
                await WorkspaceUser.create(session, workspace_id=workspace.id, user_id=user.id)


async def _ensure_user(session: Any, account: dict[str, str]) -> Any:
    user = await accounts.get_user_by_username(session, account["username"])
    if user is not None and user.api_key == account["api_key"]:
        return user
    credentials = {"api_key": account["api_key"], "password_hash": accounts.hash_password(account["password"])}
    if user is not None:
        return await user.update(session, **credentials)
    name, role = account["username"], UserRole(account["role"])
    return await User.create(session, first_name=name, username=name, role=role, **credentials)
