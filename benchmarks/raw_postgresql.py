"""PostgreSQL by hand: one statement a turn, prepared, in autocommit; COPY for many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import psycopg

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
from benchmarks.samples import SampleCall, SampleSession, SampleTurn

_CREATE_SESSION = """
WITH session AS (
    INSERT INTO agentstore_sessions (id, created_at, updated_at, active, next_position, metadata)
    VALUES (%s, %s, %s, TRUE, 0, %s)
    RETURNING id, created_at
)
INSERT INTO agentstore_session_metadata (session_id, entry, created_at)
SELECT id, %s, created_at FROM session
"""

_SAVE_MESSAGE = """
WITH session AS (
    UPDATE agentstore_sessions
    SET next_position = next_position + 1, updated_at = %s, last_message_at = %s
    WHERE id = %s
    RETURNING id, next_position - 1 AS position
)
INSERT INTO agentstore_messages (
    session_id, position, id, role, content, content_escaped, timestamp, metadata
)
SELECT id, position, %s, %s, %s, FALSE, %s, '{}' FROM session
"""

_SAVE_ANSWER = """
WITH session AS (
    UPDATE agentstore_sessions
    SET next_position = next_position + 1, updated_at = %s, last_message_at = %s
    WHERE id = %s
    RETURNING id, next_position - 1 AS position
),
message AS (
    INSERT INTO agentstore_messages (
        session_id, position, id, role, content, content_escaped, timestamp, response_type, metadata
    )
    SELECT id, position, %s, 'assistant', %s, FALSE, %s, 'execute', '{}' FROM session
)
INSERT INTO agentstore_tool_calls (
    session_id, message_position, position, id, message_id, call_id, tool_name,
    arguments, result, success, timestamp, completed_at
)
SELECT
    s.id, s.position, c.position, c.id, %s, c.call_id, c.tool_name,
    c.arguments::json, c.result::json, c.success::boolean, %s, %s
FROM session AS s
CROSS JOIN (VALUES {calls}) AS c (position, id, call_id, tool_name, arguments, result, success)
"""

_SAVE_TURN = """
WITH session AS (
    UPDATE agentstore_sessions
    SET next_position = next_position + 2, updated_at = %s, last_message_at = %s
    WHERE id = %s
    RETURNING id, next_position - 2 AS position
),
message AS (
    INSERT INTO agentstore_messages (
        session_id, position, id, role, content, content_escaped, timestamp, response_type, metadata
    )
    SELECT s.id, s.position + m.ordinal, m.id, m.role, m.content, FALSE, %s, m.response_type, '{}'
    FROM session AS s
    CROSS JOIN (VALUES
        (0, %s, 'user', %s, NULL), (1, %s, 'assistant', %s, 'execute')
    ) AS m (ordinal, id, role, content, response_type)
)
INSERT INTO agentstore_tool_calls (
    session_id, message_position, position, id, message_id, call_id, tool_name,
    arguments, result, success, timestamp, completed_at
)
SELECT
    s.id, s.position + 1, c.position, c.id, %s, c.call_id, c.tool_name,
    c.arguments::json, c.result::json, c.success::boolean, %s, %s
FROM session AS s
CROSS JOIN (VALUES {calls}) AS c (position, id, call_id, tool_name, arguments, result, success)
"""

_HISTORY_COLUMNS = """
    m.position, m.id, m.role, m.content, m.parts::text, m.timestamp, m.response_type,
    m.response::text, m.metadata::text,
    c.position, c.id, c.call_id, c.tool_name, c.arguments::text, c.result::text, c.success,
    c.timestamp, c.completed_at
"""

_LOAD = f"""
SELECT {_HISTORY_COLUMNS}
FROM agentstore_messages AS m
LEFT JOIN agentstore_tool_calls AS c
    ON c.session_id = m.session_id AND c.message_position = m.position
WHERE m.session_id = %s
ORDER BY m.position, c.position
"""  # noqa: S608

_LOAD_RECENT = f"""
SELECT {_HISTORY_COLUMNS}
FROM (
    SELECT * FROM agentstore_messages WHERE session_id = %s ORDER BY position DESC LIMIT %s
) AS m
LEFT JOIN agentstore_tool_calls AS c
    ON c.session_id = m.session_id AND c.message_position = m.position
ORDER BY m.position, c.position
"""  # noqa: S608

_LIST_SESSIONS = """
SELECT
    s.id, s.created_at, s.updated_at, s.active, s.metadata::text,
    s.tenant_id, s.user_id, s.title, s.archived_at, s.pinned_at, s.last_message_at, s.trashed_at
FROM agentstore_session_metadata AS e
INNER JOIN agentstore_sessions AS s ON s.id = e.session_id
WHERE e.entry = %s
ORDER BY e.created_at DESC, e.session_id DESC
LIMIT %s
"""

_COPY_SESSIONS = """
COPY agentstore_sessions (
    id, created_at, updated_at, last_message_at, active, next_position, metadata
) FROM STDIN
"""

_COPY_ENTRIES = "COPY agentstore_session_metadata (session_id, entry, created_at) FROM STDIN"

_COPY_MESSAGES = """
COPY agentstore_messages (
    session_id, position, id, role, content, content_escaped, timestamp, response_type, metadata
) FROM STDIN
"""

_COPY_CALLS = """
COPY agentstore_tool_calls (
    session_id, message_position, position, id, message_id, call_id, tool_name,
    arguments, result, success, timestamp, completed_at
) FROM STDIN
"""

_RESERVE = """
UPDATE agentstore_sessions
SET next_position = next_position + %s, updated_at = %s, last_message_at = %s
WHERE id = %s
RETURNING next_position - %s
"""

_EXPORT = """
SELECT
    s.id, s.metadata::text, m.position, m.role, m.content, m.response_type,
    c.position, c.call_id, c.tool_name, c.arguments::text, c.result::text
FROM agentstore_sessions AS s
INNER JOIN agentstore_messages AS m ON m.session_id = s.id
LEFT JOIN agentstore_tool_calls AS c
    ON c.session_id = m.session_id AND c.message_position = m.position
ORDER BY s.created_at, s.id, m.position, c.position
"""


class RawPostgreSQL(RawContender):
    """One data-modifying statement a turn."""

    name = "raw"
    note = "one data-modifying WITH a transaction, prepared, in autocommit; COPY to import"

    def connect(self) -> Any:
        connection = psycopg.connect(self.url, autocommit=True, options="-c timezone=UTC")
        connection.prepare_threshold = 0
        return connection

    def create_session(self, session_id: str, user_id: str) -> None:
        now = datetime.now(UTC)
        metadata = dumps({"user_id": user_id})
        self.connection.execute(_CREATE_SESSION, (session_id, now, now, metadata, entry(user_id)))

    def save_user(self, session_id: str, turn: SampleTurn) -> None:
        now = datetime.now(UTC)
        self.connection.execute(
            _SAVE_MESSAGE, (now, now, session_id, new_id(), "user", turn.user, now)
        )

    def save_assistant(self, session_id: str, turn: SampleTurn) -> None:
        now = datetime.now(UTC)
        message_id = new_id()
        self.connection.execute(
            _with_calls(_SAVE_ANSWER, len(turn.calls)),
            (
                now, now, session_id, message_id, turn.assistant, now, message_id, now, now,
                *_call_parameters(turn.calls),
            ),
        )  # fmt: skip

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        now = datetime.now(UTC)
        message_id = new_id()
        self.connection.execute(
            _with_calls(_SAVE_TURN, len(turn.calls)),
            (
                now, now, session_id, now, new_id(), turn.user, message_id, turn.assistant,
                message_id, now, now,
                *_call_parameters(turn.calls),
            ),
        )  # fmt: skip

    def load(self, session_id: str) -> Sequence[Any]:
        return messages_of(self.connection.execute(_LOAD, (session_id,)).fetchall())

    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        return messages_of(self.connection.execute(_LOAD_RECENT, (session_id, count)).fetchall())

    def list_sessions(self, user_id: str, count: int) -> Sequence[Any]:
        cursor = self.connection.execute(_LIST_SESSIONS, (entry(user_id), count))
        return sessions_of(cursor.fetchall())

    def import_sessions(self, sessions: Sequence[SampleSession]) -> None:
        now = datetime.now(UTC)
        with self.connection.transaction(), self.connection.cursor() as cursor:
            with cursor.copy(_COPY_SESSIONS) as copy:
                for session in sessions:
                    metadata = dumps({"user_id": session.user_id})
                    count = 2 * len(session.turns)
                    copy.write_row((session.session_id, now, now, now, True, count, metadata))
            with cursor.copy(_COPY_ENTRIES) as copy:
                for session in sessions:
                    copy.write_row((session.session_id, entry(session.user_id), now))
            _copy_turns(cursor, [(s.session_id, 0, s.turns) for s in sessions], now)

    def import_turns(self, session_id: str, turns: Sequence[SampleTurn]) -> None:
        now = datetime.now(UTC)
        count = 2 * len(turns)
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(_RESERVE, (count, now, now, session_id, count))
            ((first_position,),) = cursor.fetchall()
            _copy_turns(cursor, [(session_id, first_position, turns)], now)

    def export(self, write: Callable[[bytes], Any]) -> int:
        with self.connection.transaction(), self.connection.cursor(name="export") as cursor:
            cursor.itersize = 2000
            return write_conversations(cursor.execute(_EXPORT), write)


@cache
def _with_calls(statement: str, count: int) -> str:
    rows = ", ".join("(%s::integer, %s, %s, %s, %s, %s, %s)" for _ in range(count))
    return statement.replace("{calls}", rows)


def _call_parameters(calls: Sequence[SampleCall]) -> list[Any]:
    parameters: list[Any] = []
    for position, call in enumerate(calls):
        parameters += (
            position,
            new_id(),
            call.call_id,
            call.tool_name,
            dumps(call.arguments),
            dumps(call.result),
            call.result.get("success"),
        )
    return parameters


def _copy_turns(
    cursor: psycopg.Cursor[Any],
    placed: Sequence[tuple[str, int, Sequence[SampleTurn]]],
    now: datetime,
) -> None:
    calls: list[tuple[Any, ...]] = []
    with cursor.copy(_COPY_MESSAGES) as copy:
        for session_id, first_position, turns in placed:
            position = first_position
            for turn in turns:
                message_id = new_id()
                copy.write_row(
                    (session_id, position, new_id(), "user", turn.user, False, now, None, "{}")
                )
                copy.write_row(
                    (
                        session_id, position + 1, message_id, "assistant", turn.assistant,
                        False, now, "execute", "{}",
                    )
                )  # fmt: skip
                for place, call in enumerate(turn.calls):
                    calls.append(
                        (
                            session_id, position + 1, place, new_id(), message_id,
                            call.call_id, call.tool_name, dumps(call.arguments),
                            dumps(call.result), call.result.get("success"), now, now,
                        )
                    )  # fmt: skip
                position += 2
    with cursor.copy(_COPY_CALLS) as copy:
        for row in calls:
            copy.write_row(row)
