"""Fills a store with a million small sessions, by a statement a table."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import psycopg

from benchmarks.databases import connect_mysql

_DIGIT = " UNION ALL ".join(f"SELECT {digit} AS d" for digit in range(10))
_TEXT = "The order of last week arrived late and one item is missing: please look into it."

_MOMENTS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', '2025-01-01', '+' || n || ' seconds') || '000'",
    "postgresql": "timestamptz '2025-01-01 00:00:00+00' + n * interval '1 second'",
    "mysql": "timestamp('2025-01-01') + INTERVAL n SECOND",
}
_BEGINNINGS = {
    "sqlite": ["PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000"],
    "postgresql": ["SET session_replication_role = replica", "SET synchronous_commit = off"],
    "mysql": ["SET SESSION foreign_key_checks = 0, SESSION unique_checks = 0"],
}
_ENDS = {
    "sqlite": ["PRAGMA wal_checkpoint(TRUNCATE)"],
    "postgresql": ["VACUUM ANALYZE", "CHECKPOINT"],
    "mysql": ["ANALYZE TABLE agentstore_sessions, agentstore_messages"],
}


def seed_old(url: str, sessions: int, messages: int) -> None:
    """Fill a migrated, empty store with sessions of 2025, a second apart.

    Args:
        url: the database.
        sessions: how many, at most a million.
        messages: of each of them.
    """
    dialect = url.partition(":")[0]
    with closing(_connection(url)) as connection:
        cursor = connection.cursor()
        statements = _statements(dialect, sessions, messages)
        for statement in [*_BEGINNINGS[dialect], *statements, *_ENDS[dialect]]:
            cursor.execute(statement)


def _statements(dialect: str, sessions: int, messages: int) -> list[str]:
    numbers = _numbers(sessions)
    moment = _MOMENTS[dialect]
    active = "TRUE" if dialect == "postgresql" else "1"
    escaped = "FALSE" if dialect == "postgresql" else "0"
    return [
        "INSERT INTO agentstore_sessions "  # noqa: S608
        "(id, created_at, updated_at, last_message_at, active, next_position, metadata) "
        f"SELECT {_name(dialect, 's', 'n')}, moment, moment, moment, {active}, {messages}, '{{}}' "
        f"FROM (SELECT n, {moment} AS moment FROM ({numbers}) AS numbers) AS each_one",
        "INSERT INTO agentstore_messages (session_id, position, id, role, content, "  # noqa: S608
        "content_escaped, timestamp, metadata) "
        f"SELECT {_name(dialect, 's', 'n')}, p, {_name(dialect, 'm', f'{messages} * n + p')}, "
        f"'user', '{_TEXT}', {escaped}, moment, '{{}}' "
        f"FROM (SELECT n, p, {moment} AS moment FROM ({numbers}) AS numbers "
        f"CROSS JOIN ({_series(messages)}) AS positions) AS each_one",
    ]


def _numbers(count: int) -> str:
    """0 to count - 1, from the digits of each, which every database can do."""
    places = len(str(count - 1))
    value = " + ".join(f"{10**place} * d{place}.d" for place in range(places))
    # The highest first, so that they come in order, which spares the indexes' pages.
    tables = " CROSS JOIN ".join(f"({_DIGIT}) AS d{place}" for place in reversed(range(places)))
    return f"SELECT {value} AS n FROM {tables} WHERE {value} < {count}"  # noqa: S608


def _series(count: int) -> str:
    return " UNION ALL ".join(f"SELECT {number} AS p" for number in range(count))


def _name(dialect: str, letter: str, number: str) -> str:
    """An id that is sorted as its number is."""
    if dialect == "sqlite":
        return f"printf('{letter}-%010d', {number})"
    digits = f"CAST({number} AS {'text' if dialect == 'postgresql' else 'char'})"
    return f"concat('{letter}-', lpad({digits}, 10, '0'))"


def _connection(url: str) -> Any:
    if url.startswith("sqlite:"):
        return sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    if url.startswith("postgresql:"):
        return psycopg.connect(url, autocommit=True)
    return connect_mysql(url, autocommit=True)
