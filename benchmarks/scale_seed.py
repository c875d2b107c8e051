"""Fills a store with millions of messages, by what each database takes fastest."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, TypeAlias

import psycopg

from agentstore.model.identifiers import new_id
from benchmarks.databases import connect_mysql

UTC = timezone.utc
FIRST_MOMENT = datetime(2025, 1, 1, tzinfo=UTC)
SESSIONS_A_USER = 100
CLOSED_EVERY = 10
_ROWS_A_CHUNK = 200_000

Row: TypeAlias = "tuple[Any, ...]"

TABLES = {
    "agentstore_sessions": "id, created_at, updated_at, active, next_position, metadata",
    "agentstore_session_metadata": "session_id, entry, created_at",
    "agentstore_messages": (
        "session_id, position, id, role, content, content_escaped, timestamp, response_type, "
        "metadata"
    ),
    "agentstore_tool_calls": (
        "session_id, message_position, position, id, message_id, call_id, tool_name, arguments, "
        "result, success, timestamp, completed_at"
    ),
}

_TEXT = "The order of last week arrived late and one item is missing: please look into it. " * 2
_RESULT = json.dumps({"success": True, "order": {"status": "delivered", "items": ["a", "b"]}})


@dataclass(frozen=True)
class Shape:
    """How large a store is.

    Attributes:
        messages: all messages, the longest session's included; every second has a tool call.
        sessions: how many there are.
        longest: messages of the longest session, the first one.
    """

    messages: int
    sessions: int
    longest: int

    def messages_of(self, number: int) -> int:
        """How many messages the nth session has."""
        if number == 0:
            return self.longest
        return max(2, (self.messages - self.longest) // max(1, self.sessions - 1))

    def smaller(self, factor: int) -> Shape:
        """The same by a factor smaller."""
        return Shape(self.messages // factor, self.sessions // factor, self.longest // factor)


def session_id(number: int) -> str:
    """The id of the nth session."""
    return f"session-{number:010d}"


def user_of(number: int) -> str:
    """The user of the nth session."""
    return f"user-{number // SESSIONS_A_USER}"


def seed(url: str, shape: Shape) -> None:
    """Fill a migrated, empty store; its sessions follow each other in time."""
    loader = _LOADERS[url.partition(":")[0]](url)
    loader.begin()
    for rows in _chunks(shape):
        for table, columns in TABLES.items():
            loader.load(table, columns, rows[table])
    loader.finish()


def seed_expired(url: str, numbers: Sequence[int], messages: int) -> None:
    """Add closed sessions that are older than all others."""
    loader = _LOADERS[url.partition(":")[0]](url)
    loader.begin()
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for number in numbers:
        moment = FIRST_MOMENT - timedelta(days=1, seconds=number)
        _add_session(rows, f"expired-{number:010d}", "nobody", messages, moment, active=False)
    for table, columns in TABLES.items():
        loader.load(table, columns, rows[table])
    loader.finish()


def seed_lists(url: str, sessions: int, tenant: str, user: str) -> None:
    """Add empty sessions of one user, each active a second after the one before."""
    loader = _LOADERS[url.partition(":")[0]](url)
    loader.begin()
    columns = f"{TABLES['agentstore_sessions']}, tenant_id, user_id, last_message_at"
    for start in range(0, sessions, _ROWS_A_CHUNK):
        rows: list[Row] = []
        for number in range(start, min(sessions, start + _ROWS_A_CHUNK)):
            at = _text(FIRST_MOMENT + timedelta(seconds=number))
            rows.append((session_id(number), at, at, 1, 0, "{}", tenant, user, at))
        loader.load("agentstore_sessions", columns, rows)
    loader.finish()


def _chunks(shape: Shape) -> Iterator[dict[str, list[Row]]]:
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    moment = FIRST_MOMENT
    for number in range(shape.sessions):
        count = shape.messages_of(number)
        active = number % CLOSED_EVERY != 1
        _add_session(rows, session_id(number), user_of(number), count, moment, active=active)
        moment += timedelta(milliseconds=10 * count)
        if len(rows["agentstore_messages"]) >= _ROWS_A_CHUNK:
            yield rows
            rows = {table: [] for table in TABLES}
    yield rows


def _add_session(
    rows: dict[str, list[Row]],
    id_: str,
    user: str,
    messages: int,
    moment: datetime,
    *,
    active: bool,
) -> None:
    created = _text(moment)
    updated = _text(moment + timedelta(milliseconds=10 * messages))
    metadata = json.dumps({"user_id": user}, separators=(",", ":"))
    rows["agentstore_sessions"].append((id_, created, updated, int(active), messages, metadata))
    entry = json.dumps(["user_id", user], separators=(",", ":"))
    rows["agentstore_session_metadata"].append((id_, entry, created))
    for position in range(messages):
        message_id = new_id()
        at = _text(moment + timedelta(milliseconds=10 * position))
        is_answer = position % 2
        rows["agentstore_messages"].append(
            (
                id_, position, message_id, "assistant" if is_answer else "user", _TEXT, 0, at,
                "execute" if is_answer else None, "{}",
            )
        )  # fmt: skip
        if is_answer:
            rows["agentstore_tool_calls"].append(
                (
                    id_, position, 0, new_id(), message_id, f"call_{position}", "get_order",
                    '{"order_id":"#W1"}', _RESULT, 1, at, at,
                )
            )  # fmt: skip


def _text(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds")[:26]


class _Loader(ABC):
    """Loads rows of one database; nothing is checked or waited for that need not be."""

    @abstractmethod
    def __init__(self, url: str) -> None: ...

    @abstractmethod
    def begin(self) -> None:
        """Get ready."""

    @abstractmethod
    def load(self, table: str, columns: str, rows: list[Row]) -> None:
        """Load rows into a table."""

    @abstractmethod
    def finish(self) -> None:
        """Bring the statistics up to date, and end."""


class _PostgreSQLLoader(_Loader):
    """By COPY."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def begin(self) -> None:
        self._connection.execute("SET timezone = 'UTC'")
        self._connection.execute("SET synchronous_commit = off")
        self._connection.execute("SET session_replication_role = replica")

    def load(self, table: str, columns: str, rows: list[Row]) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
        ):
            for line in _lines(rows):
                copy.write(line)

    def finish(self) -> None:
        self._connection.execute("VACUUM ANALYZE")
        self._connection.execute("CHECKPOINT")
        self._connection.close()


class _MySQLLoader(_Loader):
    """By LOAD DATA LOCAL INFILE."""

    def __init__(self, url: str) -> None:
        self._connection = connect_mysql(url, autocommit=True, local_infile=True)

    def begin(self) -> None:
        cursor = self._connection.cursor()
        cursor.execute("SET SESSION foreign_key_checks = 0, SESSION unique_checks = 0")

    def load(self, table: str, columns: str, rows: list[Row]) -> None:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".tsv") as file:
            file.writelines(_lines(rows))
            file.flush()
            self._connection.cursor().execute(
                f"LOAD DATA LOCAL INFILE '{file.name}' INTO TABLE {table} "
                f"CHARACTER SET utf8mb4 ({columns})"
            )

    def finish(self) -> None:
        self._connection.cursor().execute("ANALYZE TABLE " + ", ".join(TABLES))
        self._connection.close()


class _SQLiteLoader(_Loader):
    """By executemany, without waiting for the disk."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)

    def begin(self) -> None:
        for pragma in ("synchronous = OFF", "cache_size = -400000", "journal_mode = WAL"):
            self._connection.execute(f"PRAGMA {pragma}")

    def load(self, table: str, columns: str, rows: list[Row]) -> None:
        marks = ", ".join("?" for _ in columns.split(","))
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
            rows,
        )
        self._connection.execute("COMMIT")

    def finish(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


_LOADERS: dict[str, type[_Loader]] = {
    "postgresql": _PostgreSQLLoader,
    "mysql": _MySQLLoader,
    "sqlite": _SQLiteLoader,
}


def _lines(rows: list[Row]) -> Iterator[str]:
    """Rows as COPY and LOAD DATA take them; nothing in them has to be escaped but a backslash."""
    for row in rows:
        yield "\t".join("\\N" if value is None else str(value) for value in row) + "\n"
