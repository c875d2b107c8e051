"""MySQL and MariaDB by hand: separate statements, and one text of several statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from pymysql.constants import CLIENT, FIELD_TYPE
from pymysql.converters import conversions
from pymysql.cursors import SSCursor

from agentstore.model.identifiers import new_id
from benchmarks.databases import connect_mysql
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
VALUES (%s, %s, %s, %s, TRUE, %s, %s)
"""

_INSERT_ENTRY = """
INSERT INTO agentstore_session_metadata (session_id, entry, created_at) VALUES (%s, %s, %s)
"""

_RESERVE = """
UPDATE agentstore_sessions
SET
    next_position = LAST_INSERT_ID(next_position + %s),
    updated_at = %s,
    last_message_at = updated_at
WHERE id = %s
"""

_INSERT_MESSAGES = """
INSERT INTO agentstore_messages (
    session_id, position, id, role, content, content_escaped, timestamp, response_type, metadata
) VALUES """
_MESSAGE = "(%s, %s, %s, %s, %s, FALSE, %s, %s, '{}')"
_BATCHED_MESSAGE = "(%s, LAST_INSERT_ID() - %s, %s, %s, %s, FALSE, %s, %s, '{}')"

_INSERT_CALLS = """
INSERT INTO agentstore_tool_calls (
    session_id, message_position, position, id, message_id, call_id, tool_name,
    arguments, result, success, timestamp, completed_at
) VALUES """
_CALL = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_BATCHED_CALL = "(%s, LAST_INSERT_ID() - %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"

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
WHERE m.session_id = %s
ORDER BY m.position, c.position
"""  # noqa: S608

_LOAD_RECENT = f"""
SELECT {_HISTORY_COLUMNS}
FROM (
    SELECT session_id, position FROM agentstore_messages
    WHERE session_id = %s ORDER BY position DESC LIMIT %s
) AS page
INNER JOIN agentstore_messages AS m
    ON m.session_id = page.session_id AND m.position = page.position
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
WHERE e.entry = %s
ORDER BY e.created_at DESC, e.session_id DESC
LIMIT %s
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

ROWS_A_STATEMENT = 500


class RawMySQL(RawContender):
    """Separate statements; autocommit is off, so that no BEGIN is sent."""

    name = "raw"
    note = "UPDATE, INSERT, INSERT, COMMIT with autocommit off; inserts of many rows to import"

    def connect(self) -> Any:
        connection = connect_mysql(
            self.url,
            conv={**conversions, FIELD_TYPE.DATETIME: _time},
            client_flag=CLIENT.MULTI_STATEMENTS,
            init_command="SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        )
        self.prepare_connection(connection)
        return connection

    def prepare_connection(self, connection: Any) -> None:
        """Leave a transaction open from one commit to the next."""
        connection.autocommit(False)

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        connection = self.connection
        try:
            with connection.cursor() as cursor:
                yield cursor
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def create_session(self, session_id: str, user_id: str) -> None:
        now = _now()
        metadata = dumps({"user_id": user_id})
        with self._transaction() as cursor:
            cursor.execute(_INSERT_SESSION, (session_id, now, now, None, 0, metadata))
            cursor.execute(_INSERT_ENTRY, (session_id, entry(user_id), now))

    def save_user(self, session_id: str, turn: SampleTurn) -> None:
        now = _now()
        with self._transaction() as cursor:
            cursor.execute(_RESERVE, (1, now, session_id))
            message = (session_id, cursor.lastrowid - 1, new_id(), "user", turn.user, now, None)
            cursor.execute(_many(_INSERT_MESSAGES, _MESSAGE, 1), message)

    def save_assistant(self, session_id: str, turn: SampleTurn) -> None:
        now = _now()
        message_id = new_id()
        with self._transaction() as cursor:
            cursor.execute(_RESERVE, (1, now, session_id))
            position = cursor.lastrowid - 1
            cursor.execute(
                _many(_INSERT_MESSAGES, _MESSAGE, 1),
                (session_id, position, message_id, "assistant", turn.assistant, now, "execute"),
            )
            cursor.execute(
                _many(_INSERT_CALLS, _CALL, len(turn.calls)),
                _call_parameters(session_id, position, message_id, turn, now),
            )

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        now = _now()
        message_id = new_id()
        with self._transaction() as cursor:
            cursor.execute(_RESERVE, (2, now, session_id))
            position = cursor.lastrowid - 1
            cursor.execute(
                _many(_INSERT_MESSAGES, _MESSAGE, 2),
                (
                    session_id, position - 1, new_id(), "user", turn.user, now, None,
                    session_id, position, message_id, "assistant", turn.assistant, now, "execute",
                ),
            )  # fmt: skip
            cursor.execute(
                _many(_INSERT_CALLS, _CALL, len(turn.calls)),
                _call_parameters(session_id, position, message_id, turn, now),
            )

    def load(self, session_id: str) -> Sequence[Any]:
        return messages_of(self._select(_LOAD, (session_id,)))

    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        return messages_of(self._select(_LOAD_RECENT, (session_id, count)))

    def list_sessions(self, user_id: str, count: int) -> Sequence[Any]:
        return sessions_of(self._select(_LIST_SESSIONS, (entry(user_id), count)))

    def _select(self, statement: str, parameters: tuple[Any, ...]) -> Any:
        # Without a commit, the next reading would see the snapshot of this one: but here
        # READ COMMITTED takes a snapshot a statement, and a reader holds no lock.
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    def import_sessions(self, sessions: Sequence[SampleSession]) -> None:
        now = _now()
        with self._transaction() as cursor:
            cursor.executemany(
                _INSERT_SESSION,
                [
                    (s.session_id, now, now, now, 2 * len(s.turns), dumps({"user_id": s.user_id}))
                    for s in sessions
                ],
            )
            cursor.executemany(
                _INSERT_ENTRY, [(s.session_id, entry(s.user_id), now) for s in sessions]
            )
            _insert_turns(cursor, [(s.session_id, 0, s.turns) for s in sessions], now)

    def import_turns(self, session_id: str, turns: Sequence[SampleTurn]) -> None:
        now = _now()
        count = 2 * len(turns)
        with self._transaction() as cursor:
            cursor.execute(_RESERVE, (count, now, session_id))
            _insert_turns(cursor, [(session_id, cursor.lastrowid - count, turns)], now)

    def export(self, write: Callable[[bytes], Any]) -> int:
        with SSCursor(self.connection) as cursor:
            cursor.execute(_EXPORT)
            return write_conversations(cursor, write)


class RawMySQLBatch(RawMySQL):
    """All statements of a transaction in one text, in one round trip."""

    name = "raw, one batch"
    note = "as raw, each appending transaction in one round trip (CLIENT.MULTI_STATEMENTS)"
    workloads = frozenset({"append", "append_at_once", "many_sessions", "one_session"})

    def prepare_connection(self, connection: Any) -> None:
        connection.autocommit(True)

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        connection = self.connection
        connection.begin()
        with super()._transaction() as cursor:
            yield cursor

    def save_user(self, session_id: str, turn: SampleTurn) -> None:
        now = _now()
        self._run(
            f"BEGIN;{_RESERVE};{_many(_INSERT_MESSAGES, _BATCHED_MESSAGE, 1)};COMMIT",
            (1, now, session_id, session_id, 1, new_id(), "user", turn.user, now, None),
        )

    def save_assistant(self, session_id: str, turn: SampleTurn) -> None:
        now = _now()
        message_id = new_id()
        self._run(
            f"BEGIN;{_RESERVE};{_many(_INSERT_MESSAGES, _BATCHED_MESSAGE, 1)};"
            f"{_many(_INSERT_CALLS, _BATCHED_CALL, len(turn.calls))};COMMIT",
            (
                1, now, session_id,
                session_id, 1, message_id, "assistant", turn.assistant, now, "execute",
                *_call_parameters(session_id, 1, message_id, turn, now),
            ),
        )  # fmt: skip

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        now = _now()
        message_id = new_id()
        self._run(
            f"BEGIN;{_RESERVE};{_many(_INSERT_MESSAGES, _BATCHED_MESSAGE, 2)};"
            f"{_many(_INSERT_CALLS, _BATCHED_CALL, len(turn.calls))};COMMIT",
            (
                2, now, session_id,
                session_id, 2, new_id(), "user", turn.user, now, None,
                session_id, 1, message_id, "assistant", turn.assistant, now, "execute",
                *_call_parameters(session_id, 1, message_id, turn, now),
            ),
        )  # fmt: skip

    def _run(self, text: str, parameters: tuple[Any, ...]) -> None:
        connection = self.connection
        try:
            with connection.cursor() as cursor:
                cursor.execute(text, parameters)
                while cursor.nextset():
                    pass
        except BaseException:
            connection.rollback()
            raise


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


@cache
def _many(insert: str, row: str, count: int) -> str:
    return insert + ", ".join([row] * count)


def _call_parameters(
    session_id: str, position: int, message_id: str, turn: SampleTurn, now: str
) -> list[Any]:
    parameters: list[Any] = []
    for place, call in enumerate(turn.calls):
        parameters += (
            session_id, position, place, new_id(), message_id, call.call_id, call.tool_name,
            dumps(call.arguments), dumps(call.result), call.result.get("success"), now, now,
        )  # fmt: skip
    return parameters


def _insert_turns(
    cursor: Any, placed: Sequence[tuple[str, int, Sequence[SampleTurn]]], now: str
) -> None:
    messages: list[list[Any]] = []
    calls: list[list[Any]] = []
    for session_id, first_position, turns in placed:
        position = first_position
        for turn in turns:
            message_id = new_id()
            messages.append([session_id, position, new_id(), "user", turn.user, now, None])
            messages.append(
                [session_id, position + 1, message_id, "assistant", turn.assistant, now, "execute"]
            )
            parameters = _call_parameters(session_id, position + 1, message_id, turn, now)
            calls += [parameters[start : start + 12] for start in range(0, len(parameters), 12)]
            position += 2
    _insert_rows(cursor, _INSERT_MESSAGES, _MESSAGE, messages)
    _insert_rows(cursor, _INSERT_CALLS, _CALL, calls)


def _insert_rows(cursor: Any, insert: str, row: str, rows: list[list[Any]]) -> None:
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        chunk = rows[start : start + ROWS_A_STATEMENT]
        cursor.execute(
            _many(insert, row, len(chunk)), [value for values in chunk for value in values]
        )
