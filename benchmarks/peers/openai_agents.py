"""The OpenAI Agents SDK: SQLiteSession, and SQLAlchemySession on an async engine."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import sqlalchemy
from agents import SQLiteSession
from agents.extensions.memory import SQLAlchemySession
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.contender import MANY_WRITERS, AsyncContender
from benchmarks.peers.forms import ITEMS_A_TURN, openai_items, sqlalchemy_url
from benchmarks.samples import MESSAGES_A_TURN, SampleTurn

_MYSQL_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS agent_sessions (
        session_id VARCHAR(191) NOT NULL PRIMARY KEY,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    ) DEFAULT CHARACTER SET utf8mb4
    """,
    """
    CREATE TABLE IF NOT EXISTS agent_messages (
        id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
        session_id VARCHAR(191) NOT NULL,
        message_data TEXT NOT NULL,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        INDEX idx_agent_messages_session_time (session_id, created_at),
        FOREIGN KEY (session_id) REFERENCES agent_sessions (session_id) ON DELETE CASCADE
    ) DEFAULT CHARACTER SET utf8mb4
    """,
)


class OpenAISession(AsyncContender):
    """What both have in common; a session object a session."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._sessions: dict[str, Any] = {}

    @abstractmethod
    def open_session(self, session_id: str) -> Any:
        """A session object."""

    def _session(self, session_id: str) -> Any:
        if session_id not in self._sessions:
            self._sessions[session_id] = self.open_session(session_id)
        return self._sessions[session_id]

    def create_session(self, session_id: str, user_id: str) -> None:
        """Its row is made with its first items."""

    async def append(self, session_id: str, turn: SampleTurn) -> None:
        session = self._session(session_id)
        for items in openai_items(turn):
            await session.add_items(items)

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        self.import_turns(session_id, [turn])

    def import_turns(self, session_id: str, turns: Sequence[SampleTurn]) -> None:
        items = [item for turn in turns for part in openai_items(turn) for item in part]
        self.run(self._session(session_id).add_items(items))

    def load(self, session_id: str) -> Sequence[Any]:
        items: Sequence[Any] = self.run(self._session(session_id).get_items())
        return items

    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        limit = count * ITEMS_A_TURN // MESSAGES_A_TURN
        items: Sequence[Any] = self.run(self._session(session_id).get_items(limit=limit))
        return items

    def count_messages(self, session_id: str) -> int:
        return sum("role" in item for item in self.load(session_id))


class OpenAISQLiteSession(OpenAISession):
    """Its own SQLite store."""

    name = "OpenAI Agents SQLiteSession"

    def open_session(self, session_id: str) -> Any:
        return SQLiteSession(session_id, self.url.removeprefix("sqlite:///"))

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()
        super().close()


class OpenAISQLAlchemySession(OpenAISession):
    """Any database, by SQLAlchemy."""

    name = "OpenAI Agents SQLAlchemySession"
    note = (
        "on aiosqlite, asyncpg or aiomysql; on MySQL it cannot make its tables (its VARCHAR has "
        "no length), so they were made for it"
    )

    def __init__(self, url: str) -> None:
        super().__init__(url)
        driver_url = sqlalchemy_url(url, sqlite="aiosqlite", postgresql="asyncpg", mysql="aiomysql")
        self._engine = create_async_engine(driver_url, pool_size=MANY_WRITERS)
        self._makes_tables = not url.startswith("mysql:")
        if not self._makes_tables:
            self.run(self._make_tables())

    async def _make_tables(self) -> None:
        async with self._engine.begin() as connection:
            for statement in _MYSQL_TABLES:
                await connection.execute(sqlalchemy.text(statement))

    def open_session(self, session_id: str) -> Any:
        return SQLAlchemySession(session_id, engine=self._engine, create_tables=self._makes_tables)

    def close(self) -> None:
        self.run(self._engine.dispose())
        super().close()
