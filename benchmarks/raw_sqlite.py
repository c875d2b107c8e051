"""SQLite by hand: BEGIN IMMEDIATE, cached statements, a lock in front of the writers."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from agentstore.model.identifiers import new_id
from benchmarks.raw import (
    UTC,
    RawContender,
    dumps,
    entry,
    messages_of,
    sessions_of,
    write_conversations,
)
from benchmarks.samples import SampleSession, SampleTurn

_INSERT_SESSION = """
INSERT INTO agentstore_sessions (
    id, created_at, updated_at, last_message_at, active, next_position, metadata
)
VALUES (?, ?, ?, ?, 1, ?, ?)
"""

_INSERT_ENTRY = """
INSERT INTO agentstore_session_metadata (session_id, entry, created_at) VALUES (?, ?, ?)
"""

_RESERVE = """
UPDATE agentstore_sessions
SET next_position = next_position + ?1, updated_at = ?2, last_message_at = ?2
WHERE id = ?3
RETURNING next_position
"""

_INSERT_MESSAGE = """
INSERT INTO agentstore_messages (
    session_id, position, id, role, content, content_escaped, timestamp, response_type, metadata
)
VALUES (?, ?, ?, ?, ?, 0, ?, ?, '{}')
"""

_INSERT_CALL = """
INSERT INTO agentstore_tool_calls (
    session_id, message_position, position, id, message_id, call_id, tool_name,
    arguments, result, success, timestamp, completed_at
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_HISTORY_COLUMNS = """
    m.position, m.id, m.role, m.content, m.parts, m.timestamp, m.response_type, m.response,
    m.metadata,
    c.position, c.id, c.call_id, c.tool_name, c.arguments, c.result, c.success,
    c.timestamp, c.completed_at
"""

_LOAD = f"""
SELECT {_HISTORY_COLUMNS}
FROM agentstore_messages AS m
LEFT JOIN agentstore_tool_calls AS c
    ON c.session_id = m.session_id AND c.message_position = m.position
WHERE m.session_id = ?
ORDER BY m.position, c.position
"""  # noqa: S608

_LOAD_RECENT = f"""
SELECT {_HISTORY_COLUMNS}
FROM (
    SELECT * FROM agentstore_messages WHERE session_id = ? ORDER BY position DESC LIMIT ?
) AS m
LEFT JOIN agentstore_tool_calls AS c
    ON c.session_id = m.session_id AND c.message_position = m.position
ORDER BY m.position, c.position
"""  # noqa: S608

_LIST_SESSIONS = """
SELECT
    s.id, s.created_at, s.updated_at, s.active, s.metadata,
    s.tenant_id, s.user_id, s.title, s.archived_at, s.pinned_at, s.last_message_at, s.trashed_at
FROM agentstore_session_metadata AS e
INNER JOIN agentstore_sessions AS s ON s.id = e.session_id
WHERE e.entry = ?
ORDER BY e.created_at DESC, e.session_id DESC
LIMIT ?
"""

_EXPORT = """
SELECT
    s.id, s.metadata, m.position, m.role, m.content, m.response_type,
    c.position, c.call_id, c.tool_name, c.arguments, c.result
FROM agentstore_sessions AS s
INNER JOIN agentstore_messages AS m ON m.session_id = s.id
LEFT JOIN agentstore_tool_calls AS c
    ON c.session_id = m.session_id AND c.message_position = m.position
ORDER BY s.created_at, s.id, m.position, c.position
"""


class RawSQLite(RawContender):
    """BEGIN IMMEDIATE … COMMIT on cached statements."""

    name = "raw"
    note = "BEGIN IMMEDIATE, cached statements, WAL with synchronous=FULL, a lock in front"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._writing = threading.Lock()

    def connect(self) -> Any:
        connection = sqlite3.connect(
            self.url.removeprefix("sqlite:///"),
            timeout=30,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        connection = self.connection
        with self._writing:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    def create_session(self, session_id: str, user_id: str) -> None:
        now = _now()
        with self._transaction() as connection:
            metadata = dumps({"user_id": user_id})
            connection.execute(_INSERT_SESSION, (session_id, now, now, None, 0, metadata))
            connection.execute(_INSERT_ENTRY, (session_id, entry(user_id), now))

    def save_user(self, session_id: str, turn: SampleTurn) -> None:
        now = _now()
        with self._transaction() as connection:
            ((end,),) = connection.execute(_RESERVE, (1, now, session_id)).fetchall()
            connection.execute(
                _INSERT_MESSAGE, (session_id, end - 1, new_id(), "user", turn.user, now, None)
            )

    def save_assistant(self, session_id: str, turn: SampleTurn) -> None:
        now = _now()
        with self._transaction() as connection:
            ((end,),) = connection.execute(_RESERVE, (1, now, session_id)).fetchall()
            self._insert_answer(connection, session_id, end - 1, turn, now)

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        now = _now()
        with self._transaction() as connection:
            ((end,),) = connection.execute(_RESERVE, (2, now, session_id)).fetchall()
            connection.execute(
                _INSERT_MESSAGE, (session_id, end - 2, new_id(), "user", turn.user, now, None)
            )
            self._insert_answer(connection, session_id, end - 1, turn, now)

    @staticmethod
    def _insert_answer(
        connection: Any, session_id: str, position: int, turn: SampleTurn, now: str
    ) -> None:
        message_id = new_id()
        connection.execute(
            _INSERT_MESSAGE,
            (session_id, position, message_id, "assistant", turn.assistant, now, "execute"),
        )
        connection.executemany(
            _INSERT_CALL, _call_rows(session_id, position, message_id, turn, now)
        )

    def load(self, session_id: str) -> Sequence[Any]:
        return messages_of(self.connection.execute(_LOAD, (session_id,)), _time)

    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        return messages_of(self.connection.execute(_LOAD_RECENT, (session_id, count)), _time)

    def list_sessions(self, user_id: str, count: int) -> Sequence[Any]:
        cursor = self.connection.execute(_LIST_SESSIONS, (entry(user_id), count))
        return sessions_of(cursor, _time)

    def import_sessions(self, sessions: Sequence[SampleSession]) -> None:
        now = _now()
        with self._transaction() as connection:
            connection.executemany(
                _INSERT_SESSION,
                [
                    (s.session_id, now, now, now, 2 * len(s.turns), dumps({"user_id": s.user_id}))
                    for s in sessions
                ],
            )
            connection.executemany(
                _INSERT_ENTRY, [(s.session_id, entry(s.user_id), now) for s in sessions]
            )
            for session in sessions:
                self._insert_turns(connection, session.session_id, 0, session.turns, now)

    def import_turns(self, session_id: str, turns: Sequence[SampleTurn]) -> None:
        now = _now()
        count = 2 * len(turns)
        with self._transaction() as connection:
            ((end,),) = connection.execute(_RESERVE, (count, now, session_id)).fetchall()
            self._insert_turns(connection, session_id, end - count, turns, now)

    @staticmethod
    def _insert_turns(
        connection: Any, session_id: str, position: int, turns: Sequence[SampleTurn], now: str
    ) -> None:
        messages: list[tuple[Any, ...]] = []
        calls: list[tuple[Any, ...]] = []
        for turn in turns:
            message_id = new_id()
            messages.append((session_id, position, new_id(), "user", turn.user, now, None))
            messages.append(
                (session_id, position + 1, message_id, "assistant", turn.assistant, now, "execute")
            )
            calls += _call_rows(session_id, position + 1, message_id, turn, now)
            position += 2
        connection.executemany(_INSERT_MESSAGE, messages)
        connection.executemany(_INSERT_CALL, calls)

    def export(self, write: Callable[[bytes], Any]) -> int:
        return write_conversations(self.connection.execute(_EXPORT), write)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


def _call_rows(
    session_id: str, position: int, message_id: str, turn: SampleTurn, now: str
) -> list[tuple[Any, ...]]:
    return [
        (
            session_id, position, place, new_id(), message_id, call.call_id, call.tool_name,
            dumps(call.arguments), dumps(call.result), call.result.get("success"), now, now,
        )
        for place, call in enumerate(turn.calls)
    ]  # fmt: skip
