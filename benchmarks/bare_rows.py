"""Whole tables by the bare driver: what an import and a copy are measured against.

A row is what the driver gives, and it goes back as it came: nothing is checked, converted or
looked for. PostgreSQL takes rows by executemany, which psycopg pipelines, and by COPY, MySQL by
statements of many rows, SQLite by executemany.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

import psycopg
import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions

from benchmarks.databases import connect_mysql

Row: TypeAlias = "tuple[Any, ...]"
Batch: TypeAlias = "Mapping[str, Sequence[Row]]"
"""The rows of a transaction, by table."""

_LONGEST_STATEMENT = 500_000
"""Characters of a statement of many rows, as PyMySQL's executemany has."""

COLUMNS = {
    "sessions": (
        *("id", "created_at", "updated_at", "active", "next_position", "metadata", "tenant_id"),
        *("user_id", "title", "archived_at", "pinned_at", "last_message_at", "trashed_at"),
        *("creation_token", "holds"),
    ),
    "session_metadata": ("session_id", "entry", "created_at"),
    "messages": (
        *("session_id", "position", "id", "role", "content", "content_escaped", "parts"),
        *("timestamp", "response_type", "response", "metadata"),
    ),
    "tool_calls": (
        *("session_id", "message_position", "position", "id", "message_id", "call_id"),
        *("tool_name", "arguments", "result", "success", "timestamp", "completed_at"),
    ),
}
"""The tables that an import writes, in the order in which it does; the first column is the
session's id."""


class BareRows(ABC):
    """A database's tables on the bare driver.

    Args:
        url: the database.
    """

    def __init__(self, url: str) -> None:
        self._connection: Any = closing(self.connect(url))

    def __enter__(self) -> BareRows:
        self._connection = self._connection.__enter__()
        return self

    def __exit__(self, *details: object) -> None:
        self._connection.close()

    @abstractmethod
    def connect(self, url: str) -> Any:
        """A connection in autocommit."""

    @abstractmethod
    def write(self, batch: Batch) -> None:
        """Insert rows in one transaction."""

    def copy(self, batch: Batch) -> None:
        """As `write`, by what the database has for many rows beside INSERT."""
        raise NotImplementedError

    def read(self, table: str) -> Iterator[Row]:
        """All rows of a table, in the order of its key, as they come from the server."""
        cursor = self.cursor()
        cursor.execute(
            f"SELECT {', '.join(COLUMNS[table])} FROM agentstore_{table} ORDER BY 1, 2"  # noqa: S608
        )
        yield from cursor
        cursor.close()

    def cursor(self) -> Any:
        """A cursor that does not hold all rows at once."""
        return self._connection.cursor()


def _insert(table: str, mark: str) -> str:
    """The statement that inserts a row, with the driver's mark for a value."""
    columns = COLUMNS[table]
    marks = ", ".join([mark] * len(columns))
    return f"INSERT INTO agentstore_{table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608


class _SQLite(BareRows):
    def connect(self, url: str) -> sqlite3.Connection:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def write(self, batch: Batch) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for table, rows in batch.items():
            self._connection.executemany(_insert(table, "?"), rows)
        self._connection.execute("COMMIT")


class _PostgreSQL(BareRows):
    def connect(self, url: str) -> Any:
        connection = psycopg.connect(url, autocommit=True, options="-c timezone=UTC")
        # The text that JSON is kept as, as agentstore reads it.
        connection.adapters.register_loader("json", psycopg.types.string.TextLoader)
        return connection

    def write(self, batch: Batch) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for table, rows in batch.items():
                cursor.executemany(_insert(table, "%s"), rows)

    def copy(self, batch: Batch) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for table, rows in batch.items():
                with cursor.copy(
                    f"COPY agentstore_{table} ({', '.join(COLUMNS[table])}) FROM STDIN"
                ) as copy:
                    for row in rows:
                        copy.write_row(row)


class _MySQL(BareRows):
    def connect(self, url: str) -> Any:
        return connect_mysql(
            url,
            autocommit=True,
            # The text of a time, which it takes back.
            conv={**conversions, FIELD_TYPE.DATETIME: str},
            init_command="SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        )

    def cursor(self) -> Any:
        return self._connection.cursor(pymysql.cursors.SSCursor)

    def write(self, batch: Batch) -> None:
        self._connection.begin()
        with self._connection.cursor() as cursor:
            cursor.max_stmt_length = _LONGEST_STATEMENT
            for table, rows in batch.items():
                cursor.executemany(_insert(table, "%s"), rows)
        self._connection.commit()


_CLASSES: Mapping[str, type[BareRows]] = {
    "sqlite": _SQLite,
    "postgresql": _PostgreSQL,
    "mysql": _MySQL,
}


def bare_rows(dialect: str, url: str) -> BareRows:
    """The tables of a database, for a with statement."""
    return _CLASSES[dialect](url)


def batches(bare: BareRows, messages: int) -> list[Batch]:
    """All rows of a store, in transactions of whole sessions with so many messages at least."""
    by_session = {
        table: {key: list(rows) for key, rows in groupby(bare.read(table), key=itemgetter(0))}
        for table in COLUMNS
    }
    found: list[Batch] = []
    waiting: list[str] = []
    size = 0
    for session_id in by_session["sessions"]:
        waiting.append(session_id)
        size += len(by_session["messages"].get(session_id, ()))
        if size >= messages:
            found.append(_batch(by_session, waiting))
            waiting, size = [], 0
    if waiting:
        found.append(_batch(by_session, waiting))
    return found


def _batch(
    by_session: Mapping[str, Mapping[str, Sequence[Row]]], session_ids: Sequence[str]
) -> Batch:
    return {
        table: [row for id_ in session_ids for row in rows.get(id_, ())]
        for table, rows in by_session.items()
    }
