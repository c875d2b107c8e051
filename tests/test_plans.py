"""Every statement, in every combination of its blocks, reads what its header says it reads.

The rows of plan_seed.py stand behind it. A plan fails where a table that grows is read whole,
where an index is used that the header does not name, and where more is sorted than a page. What
is read is measured too, where a plan alone does not show it: a page costs the same wherever it
lies, in whatever session.
"""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import plan_seed as seed
import pytest
from plan_readers import MySQLPlans, Plan, PlanReader, PostgreSQLPlans, SQLitePlans
from statement_files import EXPLAINED, samples

from agentstore.statements import Statement, load
from agentstore.testing import Backend

DIALECTS = {"postgresql": "postgresql", "mariadb": "mysql", "sqlite-file": "sqlite"}
"""The backends that stand for the three dialects here."""

PAGE = 50
MOST_SORTED = 10 * PAGE
"""A planner may well sort what it thinks are a few rows; a filter that keeps few finds them."""


class SeededDatabase:
    """A database with the rows, and who explains its plans.

    Attributes:
        readers: one for each state of its statistics that a plan may meet, by name.
    """

    def __init__(self, backend: Backend, cleanup: ExitStack) -> None:
        self.dialect = DIALECTS[backend.name]
        url = backend.migrated_database()
        cleanup.callback(backend.drop_database, url)
        connection = backend.open_connection(url)
        cleanup.callback(connection.close)
        seed.fill(connection, placeholder="?" if self.dialect == "sqlite" else "%s")
        self.readers: dict[str, PlanReader] = {}
        if self.dialect == "postgresql":
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE")
            self.readers["analyzed"] = PostgreSQLPlans(connection)
        elif self.dialect == "mysql":
            for table in seed.tables():
                connection.cursor().execute(f"ANALYZE TABLE {table.name}")
            self.readers["analyzed"] = MySQLPlans(connection)
        else:
            # Nobody runs ANALYZE on a SQLite database, but some do.
            self.readers["not analyzed"] = SQLitePlans(connection)
            analyzed = sqlite3.connect(":memory:")
            cleanup.callback(analyzed.close)
            connection.backup(analyzed)
            analyzed.execute("ANALYZE")
            self.readers["analyzed"] = SQLitePlans(analyzed)

    def encode(self, value: Any) -> Any:
        """A value as the dialect's repository would send it."""
        if self.dialect == "postgresql":
            return value
        if isinstance(value, datetime):
            return value.replace(tzinfo=None).isoformat(" ", "microseconds")
        return json.dumps(value) if isinstance(value, list) else value

    def parameters(self, statement: Statement, blocks: frozenset[str], case: Case) -> Case:
        """The parameters of a variant: a case's, else the file's samples."""
        known = samples(statement) | {name: self.encode(value) for name, value in case.items()}
        return {name: known[name] for name in statement.parameters_of(blocks)}


Case = dict[str, Any]

_ENTRIES = {"plan": '["plan","pro"]', "rare": f'["user_id","{seed.RARE_USER}"]'}
_COMMON: Case = {
    "limit": PAGE,
    "offset": 0,
    "entries": [_ENTRIES["plan"]],
    "roles": ["user", "assistant"],
    "role": "user",
    "message_id": f"{seed.LONG_SESSION}/51",
    "tool_call_id": f"{seed.LONG_SESSION}/1/0",
}


def _times(after: int, before: int, beyond: int) -> Case:
    """Time filters, and the end of a page, at the sessions with these numbers."""
    return {
        "after": seed.session_time(after),
        "before": seed.session_time(before),
        "created_after": seed.session_time(after),
        "created_before": seed.session_time(before),
        "updated_after": seed.session_time(after),
        "updated_before": seed.session_time(before),
        "beyond_timestamp": seed.session_time(beyond),
        "beyond_created_at": seed.session_time(beyond),
        "beyond_session_id": f"session-{beyond:05d}",
        "beyond_id": f"session-{beyond:05d}",
    }


CASES: dict[str, Case] = {
    "filters that keep much": {
        **_COMMON,
        **_times(1_000, 11_000, 6_000),
        "session_id": seed.LONG_SESSION,
        "entry": f'["user_id","{seed.FREQUENT_USER}"]',
        "response_type": "execute",
        "tool_name": "search",
        "active": False,
        "success": True,
        "before_position": 9_000,
        "beyond_position": 5_000,
    },
    "filters that keep little": {
        **_COMMON,
        **_times(11_980, 11_990, 11_985),
        "session_id": seed.SHORT_SESSION,
        "entry": _ENTRIES["rare"],
        "response_type": "clarify",
        "tool_name": "refund",
        "active": True,
        "success": False,
        "before_position": 1,
        "beyond_position": 1,
    },
}


@pytest.fixture(scope="module")
def seeded(backend: Backend) -> Iterator[SeededDatabase]:
    """The rows in a database of this backend."""
    with ExitStack() as cleanup:
        yield SeededDatabase(backend, cleanup)


@cache
def _statements(dialect: str) -> dict[str, Statement]:
    return {name: s for name, s in load(dialect).items() if name.split("/")[0] in EXPLAINED}


def _variants(statement: Statement) -> Iterator[frozenset[str]]:
    """Every combination of blocks that the library sends."""
    for count in range(len(statement.blocks) + 1):
        for blocks in itertools.combinations(statement.blocks, count):
            if not {"is_pending", "is_complete"} <= set(blocks):
                yield frozenset(blocks)


def _named_indexes(statement: Statement) -> set[str]:
    """The indexes in a header; what follows 'none:' is a reason."""
    named, _, _ = statement.index.partition("none:")
    return set(re.findall(r"(?:PRIMARY of )?agentstore_\w+", named))


def _faults(statement: Statement, plan: Plan) -> list[str]:
    faults = []
    may_scan = "none:" in statement.index
    for access in plan.accesses:
        if not access.index:
            if not may_scan:
                faults.append(f"reads {access.table} whole")
        elif access.index not in _named_indexes(statement) and not may_scan:
            faults.append(f"uses {access.index}, which its header does not name")
    if plan.sorted_rows > MOST_SORTED:
        faults.append(f"sorts {plan.sorted_rows} rows for a page of {PAGE}")
    return faults


_EACH_STATEMENT = pytest.mark.parametrize(
    ("backend", "name"),
    [(backend, name) for backend, dialect in DIALECTS.items() for name in _statements(dialect)],
    indirect=["backend"],
)


@_EACH_STATEMENT
def test_plans_are_those_of_the_header(seeded: SeededDatabase, name: str) -> None:
    statement = _statements(seeded.dialect)[name]
    wrong = []
    for state, reader in seeded.readers.items():
        for blocks, (case, values) in itertools.product(_variants(statement), CASES.items()):
            plan = reader.explain(
                statement.render(blocks), seeded.parameters(statement, blocks, values)
            )
            for fault in _faults(statement, plan):
                wrong.append(f"{fault}: {state}, {case}, {sorted(blocks)}\n{plan.text}")
    assert not wrong, f"{len(wrong)} plans are wrong, the first:\n{wrong[0]}"
