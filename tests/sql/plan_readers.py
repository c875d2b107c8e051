"""What a database says of a plan, in one form for all of them."""

from __future__ import annotations

import json
import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import pymysql
from pymysql.cursors import Cursor

GROWING = frozenset(
    {
        "agentstore_sessions",
        "agentstore_session_metadata",
        "agentstore_messages",
        "agentstore_tool_calls",
        "agentstore_pending_confirmations",
        "agentstore_checkpoints",
        "agentstore_checkpoint_blobs",
        "agentstore_checkpoint_writes",
        "agentstore_checkpoint_metadata",
        "agentstore_adk_sessions",
        "agentstore_adk_states",
    }
)

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Access:
    """How a growing table is read: through an index, or '' where the table is read whole."""

    table: str
    index: str


@dataclass(frozen=True)
class Plan:
    """What of a plan matters here.

    Attributes:
        accesses: the growing tables it reads.
        sorted_rows: the most rows it expects to sort before a LIMIT cuts them; 0 where the
            order comes from an index, or what is sorted was cut before.
        text: the plan as the database tells it, for the message of a failing test.
    """

    accesses: list[Access]
    sorted_rows: float
    text: str


class PlanReader(ABC):
    """Explains the statements of a dialect on an open connection to a database with rows."""

    @abstractmethod
    def explain(self, text: str, parameters: Parameters) -> Plan:
        """The plan of a statement for some parameters."""

    @abstractmethod
    def work(self, text: str, parameters: Parameters) -> int:
        """Run a reading statement; says how much it read, in a unit of the database's own."""


class PostgreSQLPlans(PlanReader):
    """Reads EXPLAIN (FORMAT JSON); work is buffers, and rows read in vain.

    Args:
        connection: in autocommit.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def explain(self, text: str, parameters: Parameters) -> Plan:
        return self._plan(self._root(f"EXPLAIN (FORMAT JSON) {text}", parameters))

    def work(self, text: str, parameters: Parameters) -> int:
        root = self._root(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}", parameters)
        dropped = sum(
            node["Actual Loops"] * node.get(f"Rows Removed by {filter_}", 0)
            for node in _nodes(root)
            for filter_ in ("Filter", "Join Filter")
        )
        return int(root["Shared Hit Blocks"] + root["Shared Read Blocks"] + dropped)

    def _execute(self, text: str, parameters: Parameters) -> psycopg.Cursor[Any]:
        return psycopg.ClientCursor(self._connection).execute(text.encode(), parameters)

    def _root(self, text: str, parameters: Parameters) -> dict[str, Any]:
        row = self._execute(text, parameters).fetchone()
        assert row is not None
        root: dict[str, Any] = row[0][0]["Plan"]
        return root

    def _plan(self, root: dict[str, Any]) -> Plan:
        nodes = list(_nodes(root))
        accesses = []
        for node in nodes:
            table = node.get("Relation Name")
            if node["Node Type"] in ("Index Scan", "Index Only Scan", "Bitmap Index Scan"):
                accesses.append(Access(table or "", node["Index Name"]))
            elif node["Node Type"] == "Seq Scan" and table in GROWING:
                accesses.append(Access(table, ""))
            accesses += [Access("", index) for index in node.get("Conflict Arbiter Indexes", [])]
        has_limit = any(node["Node Type"] == "Limit" for node in nodes)
        sorts = [
            node["Plans"][0]["Plan Rows"]
            for node in nodes
            if has_limit
            and node["Node Type"] == "Sort"
            and not any(below["Node Type"] == "Limit" for below in _nodes(node))
        ]
        return Plan(accesses, max(sorts, default=0), json.dumps(root, indent=1))


class PreparedPostgreSQLPlans(PostgreSQLPlans):
    """The same of a prepared statement, planned once for all values, without knowing any."""

    def __init__(self, connection: psycopg.Connection, rehearsal: Parameters) -> None:
        """As the base; the rehearsal is the parameters of the runs before, which found little."""
        super().__init__(connection)
        self._rehearsal = rehearsal
        connection.execute("SET plan_cache_mode = force_generic_plan")

    def _root(self, text: str, parameters: Parameters) -> dict[str, Any]:
        options, _, statement = text.partition(") ")
        names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
        numbers = {f"%({name})s": f"${number}" for number, name in enumerate(names, 1)}
        prepared = re.sub(r"%\(\w+\)s|%%", lambda match: numbers.get(match[0], "%"), statement)
        places = ", ".join(f"%({name})s" for name in names)
        run = f"EXECUTE agentstore_plan ({places})" if names else "EXECUTE agentstore_plan"
        rehearsal = {name: self._rehearsal.get(name, parameters[name]) for name in names}
        self._connection.execute(f"PREPARE agentstore_plan AS {prepared}".encode())
        try:
            for _ in range(6):
                self._execute(run, rehearsal)
            return super()._root(f"{options}) {run}", parameters)
        finally:
            self._connection.execute("DEALLOCATE agentstore_plan")


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)


class MySQLPlans(PlanReader):
    """Reads the table that EXPLAIN gives; work is counted in rows and index entries read."""

    def __init__(self, connection: pymysql.Connection[Cursor]) -> None:
        self._connection = connection

    def explain(self, text: str, parameters: Parameters) -> Plan:
        # MySQL's own default is a tree, in one column.
        rows = self._rows(f"EXPLAIN FORMAT=TRADITIONAL {text}", parameters)
        aliases = _aliases(text)
        accesses = []
        # The selects whose first table is a derived one, which its LIMIT has cut.
        cut: set[int] = set()
        sorted_rows = 0.0
        for row in rows:
            # MySQL has columns of its own in between.
            select, kind, alias, access, _, index, _, _, count, *_, extra = (
                row if len(row) == 10 else (*row[:3], *row[4:])
            )
            if str(alias).startswith("<derived"):
                cut.add(select)
            if "filesort" in (extra or "") and select not in cut and "LIMIT" in text:
                sorted_rows = max(sorted_rows, int(count or 0))
            # MySQL says this of each list of parameters too, which lies in a table of its own.
            is_sorted_apart = "Using temporary" in (extra or "") and "json_table" not in extra
            if is_sorted_apart and select not in cut and "LIMIT" in text:
                sorted_rows = float("inf")
            table = aliases.get(alias)
            if table is None or kind == "INSERT":
                continue
            name = f"PRIMARY of {table}" if index == "PRIMARY" else index
            accesses.append(Access(table, "" if access == "ALL" else name))
        return Plan(accesses, sorted_rows, "\n".join(map(str, rows)))

    def work(self, text: str, parameters: Parameters) -> int:
        self._rows("FLUSH STATUS", {})
        self._rows(text, parameters)
        counters = self._rows("SHOW SESSION STATUS LIKE 'Handler_read%%'", {})
        return sum(int(count) for _, count in counters)

    def _rows(self, text: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(text, parameters)
            return list(cursor.fetchall())


class SQLitePlans(PlanReader):
    """Reads EXPLAIN QUERY PLAN; work is counted in tens of steps of its virtual machine."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def explain(self, text: str, parameters: Parameters) -> Plan:
        rows = self._connection.execute(f"EXPLAIN QUERY PLAN {text}", parameters).fetchall()
        aliases = _aliases(text)
        accesses = []
        # Of each level of the plan, what it reads first: a table, or a subquery that was cut.
        first: dict[int, str] = {}
        sorted_rows = 0.0
        for _, parent, _, detail in rows:
            match = re.match(r"(?:SCAN|SEARCH) (\w+)(?:.* (PRIMARY KEY|INDEX (\w+)))?", detail)
            if match is None or "VIRTUAL TABLE" in detail:
                if "TEMP B-TREE" in detail and "LIMIT" in text and first.get(parent) in GROWING:
                    sorted_rows = float("inf")
                continue
            table = aliases.get(match[1], match[1])
            first.setdefault(parent, table)
            if table in GROWING:
                key = f"{table}_pkey" if match[2] == "PRIMARY KEY" else match[3] or ""
                accesses.append(Access(table, key))
        return Plan(accesses, sorted_rows, "\n".join(f"{row[1]} {row[3]}" for row in rows))

    def work(self, text: str, parameters: Parameters) -> int:
        ticks = 0

        def tick() -> None:
            nonlocal ticks
            ticks += 1

        self._connection.set_progress_handler(tick, 10)
        try:
            self._connection.execute(text, parameters).fetchall()
        finally:
            self._connection.set_progress_handler(None, 0)
        return ticks


def _aliases(text: str) -> dict[str, str]:
    """The tables of a statement by the names they have in it."""
    aliases = re.findall(r"(agentstore_\w+) AS (\w+)", text)
    return {table: table for table in GROWING} | {alias: table for table, alias in aliases}
