"""The server's SQLite database: functions that searches call, and its schema."""

import zlib
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from argilla_server.database import ALEMBIC_CONFIG_FILE, async_engine, sync_engine
from sqlalchemy import event

from . import text_matching

RELEVANCE = "selfinstruct_relevance"
"""SQL function: the JSON of a record's fields, a query, a JSON list of field names → relevance, 0 for no match."""

SHUFFLE = "selfinstruct_shuffle"
"""SQL function: the ids of a record and of a user → the position of the record in that user's order."""


def prepare() -> None:
    """Add the functions above to each connection that the server opens, and let others read while one writes."""
    event.listen(async_engine.sync_engine, "connect", _prepare_connection)


def _prepare_connection(connection: Any, _: Any) -> None:
    connection.create_function(RELEVANCE, 3, text_matching.relevance, deterministic=True)
    connection.create_function(SHUFFLE, 2, _position, deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _position(record: str, user: str) -> int:
    return zlib.crc32(f"{record}{user}".encode())


async def disconnect() -> None:
    """Close the connections of requests, in the event loop that used them."""
    await async_engine.dispose()


def settle() -> None:
    """Close the last connection. SQLite then moves everything into one file, so that a copy of it is complete."""
    with sync_engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    sync_engine.dispose()


def migrate() -> None:
    """Bring the schema to the version of the server, also in a new database."""
    config = Config(ALEMBIC_CONFIG_FILE)
    with sync_engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != ScriptDirectory.from_config(config).get_current_head():
        command.upgrade(config, "head")
