"""Every statement, in every combination of its blocks, reads what its header says it reads.

The rows of plan_seed.py and plan_seed_frameworks.py stand behind it. A plan fails where a table
that grows is read whole, where an index is used that the header does not name, and where more is
sorted than a page. What is read is measured too, where a plan alone does not show it: a page costs
the same wherever it lies, in whatever session.
"""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any

import plan_seed as seed
import plan_seed_frameworks as frameworks
import psycopg
import pytest
from plan_cases import CASES, CHECKPOINT_CASES, COMMON, OF_FOLDER, PAGE, Case, times
from plan_readers import (
    MySQLPlans,
    Plan,
    PlanReader,
    PostgreSQLPlans,
    PreparedPostgreSQLPlans,
    SQLitePlans,
)
from statement_files import EXPLAINED, samples

import agentstore
from agentstore import NewMessage
from agentstore.dialects.registry import load_statements
from agentstore.statements import Statement
from agentstore.testing import Backend

DIALECTS = {
    "postgresql": "postgresql",
    "mariadb": "mysql",
    "mysql": "mysql",
    "sqlite-file": "sqlite",
}
"""The dialects of the backends that stand for them here."""

MOST_WORK = 30 * PAGE
"""A page may cost this many units (buffers, rows, tens of steps): to read all costs far more."""
MOST_BLOCKS = 9
"""A statement with more is explained with up to three of them together."""
MOST_SORTED = 10 * PAGE
"""A planner may well sort what it thinks are a few rows; a filter that keeps few finds them."""


class SeededDatabase:
    """A database with the rows, and who explains its plans.

    Attributes:
        connection: to the database, open.
        readers: one for each state of its statistics that a plan may meet, by name.
    """

    def __init__(self, backend: Backend, cleanup: ExitStack) -> None:
        self.dialect = DIALECTS[backend.name]
        url = backend.migrated_database()
        cleanup.callback(backend.drop_database, url)
        self.connection = connection = backend.open_connection(url)
        cleanup.callback(connection.close)
        tables = [*seed.tables(), *frameworks.tables()]
        seed.fill(connection, tables, placeholder="?" if self.dialect == "sqlite" else "%s")
        self.readers: dict[str, PlanReader] = {}
        if self.dialect == "postgresql":
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE")
            self.readers["analyzed"] = PostgreSQLPlans(connection)
            rehearsal = CASES["filters that keep little"]
            self.readers["prepared"] = PreparedPostgreSQLPlans(connection, rehearsal)
        elif self.dialect == "mysql":
            for table in tables:
                # As by default: the servers of the tests look at few pages, another few each time.
                connection.cursor().execute(f"ALTER TABLE {table.name} STATS_PERSISTENT = 1")
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

    def statements(self, folder: str) -> list[Statement]:
        """The statements of a folder."""
        return [
            s for name, s in load_statements(self.dialect).items() if name.startswith(f"{folder}/")
        ]

    def parameters(self, statement: Statement, blocks: frozenset[str], case: Case) -> Case:
        """The parameters of a variant: a case's, else the file's samples."""
        known = samples(statement) | {name: self.encode(value) for name, value in case.items()}
        return {name: known[name] for name in statement.parameters_of(blocks)}


pytestmark = pytest.mark.parametrize("backend", list(DIALECTS), indirect=True, scope="session")


@pytest.fixture(scope="session")
def seeded(backend: Backend) -> Iterator[SeededDatabase]:
    """The rows in a database of this backend."""
    with ExitStack() as cleanup:
        yield SeededDatabase(backend, cleanup)


def _only_reads(statement: Statement) -> bool:
    return statement.render().startswith("SELECT")


def _variants(statement: Statement) -> Iterator[frozenset[str]]:
    """Every combination of blocks that the library sends."""
    counts = range(len(statement.blocks) + 1)
    if len(counts) > MOST_BLOCKS:
        # Of many filters those that do not choose the index leave the plan as it is.
        counts = range(4)
    for count in counts:
        for blocks in map(frozenset, itertools.combinations(statement.blocks, count)):
            is_narrow = bool(blocks & {"namespace_key", "checkpoint_id"})
            if "every_namespace" in statement.blocks and is_narrow == ("every_namespace" in blocks):
                continue
            if (
                "pinned" in blocks
                and "without_tenant" in statement.blocks
                and "scope" not in blocks
            ):
                continue  # pinned sessions of everybody are nobody's list
            if not any(blocks >= both for both in _NEVER_BOTH):
                yield blocks


_NEVER_BOTH = (
    {"is_pending", "is_complete"},
    {"checkpoint_id", "before_id"},
    {"checkpoint_id", "after_key"},
    {"before_id", "after_key"},
    {"scope", "without_tenant"},
)


def _named_indexes(statement: Statement) -> set[str]:
    """The indexes in a header; what follows 'none:' is a reason."""
    named, _, _ = statement.index.partition("none:")
    return set(re.findall(r"(?:PRIMARY of )?agentstore_\w+", named))


def _faults(statement: Statement, blocks: frozenset[str], plan: Plan) -> list[str]:
    faults = []
    may_scan = "none:" in statement.index
    for access in plan.accesses:
        if not access.index:
            if not may_scan:
                faults.append(f"reads {access.table} whole")
        elif access.index not in _named_indexes(statement) and not may_scan:
            faults.append(f"uses {access.index}, which its header does not name")
    # Of one checkpoint_id there is hardly more than one row, which SQLite sorts all the same.
    may_sort = "checkpoint_id" in blocks or "sorts" in statement.rows
    # The trash, and a user's of all tenants, are sorted: no index is kept for these alone.
    may_sort |= "trashed" in blocks or ("scope_user" in blocks and "scope" not in blocks)
    if plan.sorted_rows > MOST_SORTED and not may_sort:
        faults.append(f"sorts {plan.sorted_rows} rows for a page of {PAGE}")
    return faults


@pytest.mark.parametrize("folder", EXPLAINED)
def test_plans_are_those_of_the_headers(seeded: SeededDatabase, folder: str) -> None:
    wrong = []
    for statement in seeded.statements(folder):
        if statement.index == "none: no table":
            continue
        for blocks, case in itertools.product(_variants(statement), CASES):
            values = CASES[case] | OF_FOLDER.get(folder, {}).get(case, {})
            parameters = seeded.parameters(statement, blocks, values)
            for state, reader in seeded.readers.items():
                if state == "prepared" and (len(blocks) > 1 or not _only_reads(statement)):
                    continue
                plan = reader.explain(statement.render(blocks), parameters)
                wrong += [
                    f"{statement.name} {fault} ({state}; {case}; {sorted(blocks)})\n{plan.text}"
                    for fault in _faults(statement, blocks, plan)
                ]
        assert not wrong, f"{len(wrong)} plans are wrong, the first: {wrong[0]}"


FIRST, LAST, END = 100, 10_400, 10_500
IMPORTED = int(seed.IMPORTED_SESSION[-5:])


@pytest.mark.parametrize(
    ("name", "bound", "others", "after_key"),
    [
        ("messages/query_messages_asc", "after", ["role"], LAST),
        ("messages/query_messages_desc", "before", ["role"], FIRST),
        ("messages/query_messages_asc", "after", ["role"], IMPORTED),
        ("messages/query_messages_desc", "before", ["role"], IMPORTED),
        ("messages/query_messages_in_session_asc", "after", ["role"], LAST),
        ("messages/query_messages_in_session_desc", "before", ["role"], FIRST),
        ("sessions/query_sessions_asc", "scope", ["scope_user"], LAST),
        ("sessions/query_sessions_desc", "scope", ["scope_user"], FIRST),
        ("sessions/query_recent_sessions_asc", "scope", ["scope_user"], LAST),
        ("sessions/query_recent_sessions_desc", "scope", ["scope_user"], FIRST),
        ("sessions/query_sessions_asc", "created_after", ["active", "updated_after"], LAST),
        ("sessions/query_sessions_desc", "created_before", ["active", "updated_after"], FIRST),
        (
            "sessions/query_sessions_by_metadata_asc",
            "created_after",
            ["active", "updated_after", "more_entries"],
            LAST,
        ),
        (
            "sessions/query_sessions_by_metadata_desc",
            "created_before",
            ["active", "updated_after", "more_entries"],
            FIRST,
        ),
    ],
)
def test_the_last_page_costs_what_the_first_does(
    seeded: SeededDatabase, name: str, bound: str, others: list[str], after_key: int
) -> None:
    statement = load_statements(seeded.dialect)[name]
    values = {
        **CASES["filters that keep much"],
        **times(0, END, after_key),
        "after_key_position": 9_900 if name.endswith("asc") else 100,
    }
    if after_key == IMPORTED:
        # In the midst of many messages of one instant.
        values["after_key_position"] = 2_900 if name.endswith("asc") else 100

    def work(reader: PlanReader, blocks: set[str]) -> int:
        chosen = frozenset(blocks)
        return reader.work(statement.render(chosen), seeded.parameters(statement, chosen, values))

    for state, reader in seeded.readers.items():
        for blocks in ({bound}, *({bound, other} for other in others), set[str]()):
            first, last = work(reader, blocks), work(reader, blocks | {"after_key"})
            assert max(first, last) < MOST_WORK, (state, blocks, first, last)


@pytest.mark.parametrize(
    ("name", "always", "more"),
    [
        ("checkpoints/load_checkpoints", always, more)
        for always in ("namespace_key", "every_namespace")
        for more in ("", "before_id", "entries")
    ]
    + [("checkpoints/find_checkpoints", "", more) for more in ("", "before_id")]
    + [
        ("checkpoints/find_checkpoints_by_metadata", "", more)
        for more in ("", "before_id", "more_entries")
    ],
)
def test_the_last_page_of_checkpoints_costs_what_the_first_does(
    seeded: SeededDatabase, name: str, always: str, more: str
) -> None:
    statement = load_statements(seeded.dialect)[name]
    first = frameworks.FIRST_OF_LONG_THREAD
    values = {
        **CHECKPOINT_CASES["filters that keep much"],
        "limit": PAGE,
        "namespace_key": "",
        "before_id": frameworks.checkpoint_id(first + frameworks.LONG_THREAD_CHECKPOINTS - 10),
        "after_key_id": frameworks.checkpoint_id(first + 2 * PAGE),
        "after_key_namespace_key": "",
    }
    first_page = frozenset({always, more} - {""})
    next_page = frozenset({always, more, "after_key"} - {"", "before_id"})
    most = MOST_WORK * (2 if more.endswith("entries") else 1)
    for state, reader in seeded.readers.items():
        for blocks in (first_page, next_page):
            work = reader.work(
                statement.render(blocks), seeded.parameters(statement, blocks, values)
            )
            assert work < most, (state, blocks, work)


@pytest.mark.parametrize("block", ["", "before_position", "roles"])
def test_recent_history_costs_the_same_in_a_long_session(
    seeded: SeededDatabase, block: str
) -> None:
    middling, long = seed.MIDDLING_SESSION, seed.LONG_SESSION
    lengths = {middling: seed.MIDDLING_SESSION_MESSAGES, long: seed.LONG_SESSION_MESSAGES}
    for state, reader in seeded.readers.items():
        work = {
            session_id: _history_work(
                seeded,
                reader,
                "messages/get_recent_history",
                block,
                {"session_id": session_id, "before_position": length // 2, "limit": 20},
            )
            for session_id, length in lengths.items()
        }
        assert work[long] < 1.5 * work[middling], (state, work)


@pytest.mark.parametrize("block", ["", "before_position", "roles"])
def test_a_long_history_costs_no_more_for_a_message_than_a_short_one(
    seeded: SeededDatabase, block: str
) -> None:
    for state, reader in seeded.readers.items():
        work = _history_work(
            seeded,
            reader,
            "messages/get_history",
            block,
            {"session_id": seed.LONG_SESSION, "before_position": seed.LONG_SESSION_MESSAGES},
        )
        assert work < 10 * seed.LONG_SESSION_MESSAGES, (state, work)


def _history_work(
    seeded: SeededDatabase, reader: PlanReader, name: str, block: str, values: Case
) -> int:
    statement = load_statements(seeded.dialect)[name]
    blocks = frozenset({block} - {""})
    values = {**COMMON, **values}
    return reader.work(statement.render(blocks), seeded.parameters(statement, blocks, values))


def test_plans_made_over_empty_tables_go_by_index_too(backend: Backend) -> None:
    if DIALECTS[backend.name] != "postgresql":
        pytest.skip("only PostgreSQL keeps a plan for the next run")
    url = backend.migrated_database()
    with closing(backend.open_connection(url)) as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")  # which now says that the tables are empty
    with agentstore.connect(url) as store:
        for number in range(20):
            session_id = store.create_session()
            store.save_messages(session_id, [NewMessage("user", f"{number}")] * 2)
            store.get_session(session_id)
        plans = store._repository.executor.read(lambda each: _kept_plans(each.driver_connection))
    backend.drop_database(url)
    assert len(plans) > 2
    assert not [plan for plan in plans if "Seq Scan on agentstore" in plan]


def test_where_there_is_no_index_the_plan_is_not_compiled(backend: Backend) -> None:
    if DIALECTS[backend.name] != "postgresql":
        pytest.skip("only PostgreSQL compiles plans")
    url = backend.migrated_database()
    text = load_statements("postgresql")["messages/count_messages"].render(frozenset({"role"}))
    with agentstore.connect(url) as store:
        rows = store._repository.executor.read(
            lambda each: (
                each.driver_connection.cursor()
                .execute(f"EXPLAIN (ANALYZE) {text}".encode(), {"role": "user"})
                .fetchall()
            )
        )
    backend.drop_database(url)
    plan = "\n".join(row[0] for row in rows)
    assert "Seq Scan on agentstore_messages" in plan
    assert "JIT" not in plan


def _kept_plans(connection: psycopg.Connection) -> list[str]:
    """The plans of the statements that a connection has prepared, whatever the values."""
    prepared = connection.execute(
        "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements"
    ).fetchall()
    plans = []
    for name, count in prepared:
        values = f"({', '.join(['NULL'] * count)})" if count else ""
        explain = f'EXPLAIN EXECUTE "{name}"{values}'
        plans.append("\n".join(row[0] for row in connection.execute(explain.encode())))
    return plans
