"""Rows for the plan tests: enough, and skewed enough, that a wrong plan costs something.

12,000 sessions, 42,000 messages and 20,000 tool calls, the same in every dialect. One session
has 10,000 messages, some have 200, most have two; one user has a quarter of the sessions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from agentstore.model.metadata_index import metadata_entries

SESSIONS = 12_000
START = datetime(2026, 1, 1, tzinfo=timezone.utc)

LONG_SESSION = "session-03000"
LONG_SESSION_MESSAGES = 10_000
IMPORTED_SESSION = "session-06000"
IMPORTED_MESSAGES = 3_000
"""All of them at one instant, as save_messages stores what has no times of its own."""
MIDDLING_SESSION = "session-00007"
MIDDLING_SESSION_MESSAGES = 200
SHORT_SESSION = "session-09001"
SHORT_SESSION_MESSAGES = 2

FREQUENT_TENANT = "acme"
RARE_TENANT = "tenant-090"
FREQUENT_USER = "frequent"
RARE_USER = "user-00042"

_MIDDLING_SESSIONS = 25
_CONTENT = "I would like to change the seat on my flight to Hamburg, please. " * 3
_RESULT = json.dumps({"success": True, "rows": ["aisle", "window"] * 4})


@dataclass(frozen=True)
class Table:
    """The rows of a table, in the order of its primary key."""

    name: str
    columns: Sequence[str]
    rows: list[tuple[Any, ...]]


def session_time(number: int) -> datetime:
    """When a session was created."""
    return START + timedelta(minutes=10 * number)


@cache
def tables() -> list[Table]:
    """The tables in the order in which they can be filled; times are datetimes in UTC."""
    sessions: list[tuple[Any, ...]] = []
    entries: list[tuple[Any, ...]] = []
    messages: list[tuple[Any, ...]] = []
    calls: list[tuple[Any, ...]] = []
    confirmations: list[tuple[Any, ...]] = []
    for number in range(SESSIONS):
        session_id, created_at = f"session-{number:05d}", session_time(number)
        metadata = _metadata(number)
        count = _message_count(session_id, number)
        is_active = number % 10 == 0 or number > SESSIONS * 0.9
        updated_at = created_at + timedelta(seconds=count)
        sessions.append(
            (
                *(session_id, created_at, updated_at, is_active, count, json.dumps(metadata)),
                *_place_in_lists(number, metadata["user_id"], created_at, updated_at),
            )
        )
        entries += [(session_id, entry, created_at) for entry in sorted(metadata_entries(metadata))]
        for position in range(count):
            message_id = f"{session_id}/{position}"
            timestamp = _time_of(session_id, position, created_at)
            messages.append(_message(session_id, position, message_id, timestamp))
            calls += _calls(session_id, position, message_id, timestamp)
        if number % 8 == 0:
            confirmations.append(
                (session_id, f"p-{number}", "refund", "{}", "Refund it", False, created_at)
            )
    return [
        Table("agentstore_sessions", _SESSION_COLUMNS, sessions),
        Table("agentstore_session_metadata", ("session_id", "entry", "created_at"), entries),
        Table("agentstore_messages", _MESSAGE_COLUMNS, messages),
        Table("agentstore_tool_calls", _CALL_COLUMNS, calls),
        Table("agentstore_pending_confirmations", _CONFIRMATION_COLUMNS, confirmations),
    ]


_SESSION_COLUMNS = (
    *("id", "created_at", "updated_at", "active", "next_position", "metadata"),
    *("tenant_id", "user_id", "archived_at", "pinned_at", "last_message_at", "trashed_at"),
)
_MESSAGE_COLUMNS = (
    "session_id",
    "position",
    "id",
    "role",
    "content",
    "content_escaped",
    "timestamp",
    "response_type",
    "metadata",
)
_CALL_COLUMNS = (
    "session_id",
    "message_position",
    "position",
    "id",
    "message_id",
    "tool_name",
    "arguments",
    "result",
    "success",
    "timestamp",
    "completed_at",
)
_CONFIRMATION_COLUMNS = (
    "session_id",
    "id",
    "tool_name",
    "arguments",
    "user_message",
    "user_message_escaped",
    "timestamp",
)


def _metadata(number: int) -> dict[str, Any]:
    user = FREQUENT_USER if number % 4 == 1 else f"user-{number // 5:05d}"
    return {"user_id": user, "plan": "pro" if number % 3 else "free"}


def _place_in_lists(
    number: int, user: str, created_at: datetime, updated_at: datetime
) -> tuple[Any, ...]:
    """Whose a session is, and what a list shows of it. One in seven has no tenant."""
    tenant = FREQUENT_TENANT if number % 2 else f"tenant-{number // 100:03d}"
    if number % 7 == 3:
        tenant = ""
    return (
        tenant,
        user,
        updated_at if number % 5 == 2 else None,
        updated_at if number % 50 == 11 else None,
        None if number % 20 == 6 else updated_at,
        updated_at if number % 100 == 99 else None,
    )


def _message_count(session_id: str, number: int) -> int:
    if session_id == LONG_SESSION:
        return LONG_SESSION_MESSAGES
    if session_id == IMPORTED_SESSION:
        return IMPORTED_MESSAGES
    is_middling = number % (SESSIONS // _MIDDLING_SESSIONS) == 7
    return MIDDLING_SESSION_MESSAGES if is_middling else SHORT_SESSION_MESSAGES


def _time_of(session_id: str, position: int, created_at: datetime) -> datetime:
    return created_at + timedelta(seconds=0 if session_id == IMPORTED_SESSION else position)


def _message(
    session_id: str, position: int, message_id: str, timestamp: datetime
) -> tuple[Any, ...]:
    role = ("user", "assistant", "tool", "assistant", "user")[position % 5]
    response_type = None
    if role == "assistant":
        response_type = "clarify" if position % 100 == 51 else "execute"
    return (
        session_id,
        position,
        message_id,
        role,
        _CONTENT,
        False,
        timestamp,
        response_type,
        "{}",
    )


def _calls(
    session_id: str, position: int, message_id: str, timestamp: datetime
) -> Iterator[tuple[Any, ...]]:
    if position % 5 not in (1, 3):
        return
    is_pending = (position + int(session_id[-5:])) % 97 == 0
    for place in range(1 + (position % 5 == 3)):
        yield (
            session_id,
            position,
            place,
            f"{message_id}/{place}",
            message_id,
            "refund" if position % 100 == 51 else "search",
            '{"query": "seats"}',
            None if is_pending else _RESULT,
            None if is_pending else position % 10 != 3,
            timestamp,
            None if is_pending else timestamp + timedelta(seconds=1),
        )


def fill(connection: Any, filled: Sequence[Table], *, placeholder: str) -> None:
    """Put rows into a migrated database, over an open driver connection, and commit."""
    for table in filled:
        if isinstance(connection, psycopg.Connection):
            _copy(connection, table)
        else:
            columns, places = (
                ", ".join(table.columns),
                ", ".join([placeholder] * len(table.columns)),
            )
            insert = f"INSERT INTO {table.name} ({columns}) VALUES ({places})"  # noqa: S608
            connection.cursor().executemany(insert, [_in_text(row) for row in table.rows])
    connection.commit()


def _copy(connection: psycopg.Connection, table: Table) -> None:
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )
    with connection.cursor().copy(copy) as rows:
        for row in table.rows:
            rows.write_row(row)


def _in_text(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row with its times as the dialects without such parameters take them."""
    return tuple(
        value.replace(tzinfo=None).isoformat(" ", "microseconds")
        if isinstance(value, datetime)
        else value
        for value in row
    )
