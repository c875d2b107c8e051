"""Chainlit's data layer on SQLAlchemy; only its list of a user's threads is measured."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("CHAINLIT_APP_ROOT", tempfile.gettempdir())  # where importing it writes

import sqlalchemy
from chainlit.data.sql_alchemy import SQLAlchemyDataLayer
from chainlit.types import Pagination, ThreadFilter

from benchmarks.peers.forms import sqlalchemy_url

_COLUMNS = {
    "threads": "id createdAt name userId userIdentifier tags metadata",
    "steps": (
        "id name type threadId parentId streaming waitForAnswer isError metadata tags input "
        "output createdAt start end generation showInput language"
    ),
    "feedbacks": "id forId value comment",
    "elements": (
        "id threadId type chainlitKey url objectKey name display size language page forId mime "
        "props"
    ),
}
_INDEXES = {"threads": "userId", "steps": "threadId", "feedbacks": "forId", "elements": "threadId"}
"""Beyond what its documentation has, so that no table is read whole."""


class ChainlitThreads:
    """A user's threads, of one step each.

    Args:
        url: an empty database, SQLite or PostgreSQL.
        limit: how many threads of a user it loads.
    """

    def __init__(self, url: str, limit: int) -> None:
        logging.getLogger("chainlit").setLevel(logging.ERROR)
        self._loop = asyncio.new_event_loop()
        driver_url = sqlalchemy_url(url, sqlite="aiosqlite", postgresql="asyncpg")
        self._layer = SQLAlchemyDataLayer(driver_url, user_thread_limit=limit)

    def fill(self, user_id: str, threads: Sequence[tuple[str, str]]) -> None:
        """Make the tables, and threads with these ids and times."""
        self._loop.run_until_complete(self._fill(user_id, threads))

    async def _fill(self, user_id: str, threads: Sequence[tuple[str, str]]) -> None:
        async with self._layer.engine.begin() as connection:
            for name, columns in _COLUMNS.items():
                kinds = {"id": "TEXT PRIMARY KEY", "value": "INTEGER"}
                told = ", ".join(f'"{each}" {kinds.get(each, "TEXT")}' for each in columns.split())
                await connection.execute(sqlalchemy.text(f"CREATE TABLE {name} ({told})"))
                index = f'CREATE INDEX {name}_by ON {name} ("{_INDEXES[name]}")'
                await connection.execute(sqlalchemy.text(index))
            rows = [{"id": id_, "at": at, "user": user_id} for id_, at in threads]
            await connection.execute(
                sqlalchemy.text(
                    'INSERT INTO threads ("id", "createdAt", "name", "userId", "userIdentifier", '
                    "\"metadata\") VALUES (:id, :at, 'A talk', :user, :user, '{}')"
                ),
                rows,
            )
            await connection.execute(
                sqlalchemy.text(
                    'INSERT INTO steps ("id", "name", "type", "threadId", "createdAt", "output", '
                    "\"metadata\") VALUES (:id, 'me', 'user_message', :id, :at, 'Hello', '{}')"
                ),
                rows,
            )

    def page(self, user_id: str, count: int, after: str | None) -> Sequence[Any]:
        """The threads behind one with this id, those with the latest step first."""
        found = self._loop.run_until_complete(
            self._layer.list_threads(
                Pagination(first=count, cursor=after), ThreadFilter(userId=user_id)
            )
        )
        threads: Sequence[Any] = found.data
        return threads

    def close(self) -> None:
        """Give back the connections."""
        self._loop.run_until_complete(self._layer.engine.dispose())
        self._loop.close()
