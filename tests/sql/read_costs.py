"""What calls on a bound store read, as the database itself counts it."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pymysql
from pymysql.cursors import Cursor


@dataclass(frozen=True)
class Cost:
    """What a call read.

    Attributes:
        statements: what the server was sent.
        rows: rows and entries of indexes that were read, those in vain included; on SQLite the
            steps of its virtual machine, which counts nothing else.
        pages: buffers on PostgreSQL; 0 where a session cannot know.
    """

    statements: int
    rows: int
    pages: int = 0


class CostMeter(ABC):
    """Counts on the connection that the store is bound to."""

    @abstractmethod
    def cost(self, call: Callable[[], Any]) -> Cost:
        """Make the call, and say what it read."""


class PostgreSQLMeter(CostMeter):
    """Reads what auto_explain says of each statement that was sent, with its very parameters."""

    _SETTINGS = (
        "LOAD 'auto_explain'",
        "SET auto_explain.log_min_duration = 0",
        "SET auto_explain.log_analyze = on",
        "SET auto_explain.log_buffers = on",
        "SET auto_explain.log_timing = off",
        "SET auto_explain.log_format = 'json'",
        "SET auto_explain.log_level = 'notice'",
        "SET enable_seqscan = off",  # as on connections of ours
        # As in a large store: where a scope has few sessions, all of them would be read and sorted.
        "SET enable_sort = off",
        "SET enable_bitmapscan = off",
    )

    def __init__(self, connection: psycopg.Connection) -> None:
        connection.execute("VACUUM ANALYZE")
        for setting in self._SETTINGS:
            connection.execute(setting.encode())
        connection.add_notice_handler(self._saw)
        self._plans: list[dict[str, Any]] = []

    def _saw(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        _, is_plan, text = (diagnostic.message_primary or "").partition("plan:\n")
        if is_plan:
            self._plans.append(json.loads(text)["Plan"])

    def cost(self, call: Callable[[], Any]) -> Cost:
        self._plans.clear()
        call()
        return Cost(
            statements=len(self._plans),
            rows=sum(_rows_read(node) for plan in self._plans for node in _nodes(plan)),
            pages=sum(
                plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in self._plans
            ),
        )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)


def _rows_read(node: dict[str, Any]) -> int:
    if not node["Node Type"].endswith("Scan") or "Alias" not in node:
        return 0
    in_vain = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + in_vain) * node["Actual Loops"])


class MySQLMeter(CostMeter):
    """Reads the session's counters."""

    def __init__(self, connection: pymysql.Connection[Cursor]) -> None:
        self._connection = connection
        tables = self._rows("SHOW TABLES LIKE 'agentstore%'")
        for [table] in tables:
            self._rows(f"ANALYZE TABLE {table}")
        connection.commit()

    def cost(self, call: Callable[[], Any]) -> Cost:
        self._rows("FLUSH STATUS")
        call()
        counters = dict(self._rows("SHOW SESSION STATUS"))
        return Cost(
            statements=int(counters["Com_select"]),
            rows=sum(int(n) for name, n in counters.items() if name.startswith("Handler_read_")),
        )

    def _rows(self, text: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(text)
            return list(cursor.fetchall())


class SQLiteMeter(CostMeter):
    """Counts steps by the progress handler, statements by the trace."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def cost(self, call: Callable[[], Any]) -> Cost:
        steps = 0
        sent: list[str] = []

        def step() -> None:
            nonlocal steps
            steps += 1

        self._connection.set_progress_handler(step, 1)
        self._connection.set_trace_callback(sent.append)
        try:
            call()
        finally:
            self._connection.set_progress_handler(None, 0)
            self._connection.set_trace_callback(None)
        return Cost(len(sent), steps)


METERS: dict[str, Callable[[Any], CostMeter]] = {
    "postgresql": PostgreSQLMeter,
    "mysql": MySQLMeter,
    "sqlite": SQLiteMeter,
}
"""By the dialect's name."""
