"""What the three databases say of each statement, for docs/sql-review.md: plans and locks."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass

from lock_cases import ROWS
from lock_readers import WRITE_LOCK, InnoDBLocks, LockReader, PostgreSQLLocks, SQLiteLocks
from plan_cases import CASES, OF_FOLDER, Case
from plan_readers import Plan
from statement_access import inserted_tables
from statement_files import EXPLAINED
from test_plans import SeededDatabase, _variants

from agentstore.dialects.registry import load_statements
from agentstore.statements import Statement
from agentstore.testing import Backend

LOCK_READERS: dict[str, type[LockReader]] = {
    "postgresql": PostgreSQLLocks,
    "mysql": InnoDBLocks,
    "sqlite": SQLiteLocks,
}


@dataclass(frozen=True)
class Facts:
    """What a database says of the statements of its dialect.

    Attributes:
        version: the database and its version, without what does not change plans.
        plans: by name: what a variant reads, by what it is called ('' for no blocks).
        locks: by name: the locks that it takes.
    """

    version: str
    plans: Mapping[str, Mapping[str, str]]
    locks: Mapping[str, str]


def short_version(version: str) -> str:
    """'PostgreSQL 15.18' is 'PostgreSQL 15' here, and of the others two numbers count."""
    name, _, number = version.partition(" ")
    numbers = number.split(".")[: 1 if name == "PostgreSQL" else 2]
    return f"{name} {'.'.join(numbers)}"


def sqlite_version() -> str:
    """The version of SQLite in this Python."""
    return short_version(f"SQLite {sqlite3.sqlite_version}")


def facts(backend: Backend, version: str) -> Facts:
    """Ask a database, over rows of our own.

    Args:
        backend: makes the databases.
        version: what it is.
    """
    with ExitStack() as cleanup:
        database = SeededDatabase(backend, cleanup)
        _take_whole_statistics(database)
        plans = {
            statement.name: _plans(database, statement)
            for folder in EXPLAINED
            for statement in database.statements(folder)
            if statement.index != "none: no table"
        }
        return Facts(short_version(version), plans, dict(_locks(backend, database.dialect)))


def _take_whole_statistics(database: SeededDatabase) -> None:
    """Statistics of all rows, not of a sample: the same plans in each run."""
    cursor = database.connection.cursor()
    if database.dialect == "postgresql":
        # As connection/open_connection has it.
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("SET default_statistics_target = 1000")
        cursor.execute("VACUUM ANALYZE")
    elif database.dialect == "mysql":
        for table in ROWS:
            cursor.execute(
                f"ALTER TABLE {table} "
                "STATS_PERSISTENT = 1 STATS_AUTO_RECALC = 0 STATS_SAMPLE_PAGES = 65535"
            )
            cursor.execute(f"ANALYZE TABLE {table}")
            cursor.fetchall()


def _plans(database: SeededDatabase, statement: Statement) -> dict[str, str]:
    """What each variant reads that has one block more than the first, by its blocks."""
    first, *others = _variants(statement)
    plans = {_label(first): _plan(database, statement, first)}
    whole = plans[_label(first)]
    for blocks in others:
        if len(blocks) > len(first) + 1:
            break
        plan, label = _plan(database, statement, blocks), _label(blocks)
        if plan == whole:
            continue
        for name, other in list(plans.items()):
            if other == plan:
                del plans[name]
                label = f"{name}, {label}"
        plans[label] = plan
    return plans


def _label(blocks: frozenset[str]) -> str:
    return " and ".join(sorted(blocks))


def _cases(statement: Statement) -> Iterator[Case]:
    """The parameters with which a statement is explained: they find much, or little."""
    of_folder = OF_FOLDER.get(statement.name.partition("/")[0], {})
    for name, case in CASES.items():
        yield case | of_folder.get(name, {})


def _plan(database: SeededDatabase, statement: Statement, blocks: frozenset[str]) -> str:
    reader = next(iter(database.readers.values()))
    text = statement.render(blocks)
    plans = (
        _in_words(reader.explain(text, database.parameters(statement, blocks, case)))
        for case in _cases(statement)
    )
    found = list(dict.fromkeys(plan for plan in plans if plan))
    if not found:
        # An INSERT has no plan; and MariaDB makes none where it has looked for the row of a key
        # while planning, and found none.
        return "appends" if statement.index.startswith("none:") else "by its key alone"
    return "; where little is found ".join(found)


def _in_words(plan: Plan) -> str:
    accesses = dict.fromkeys(
        f"`{access.index}`" if access.index else f"`{access.table}` whole"
        for access in plan.accesses
    )
    return ", ".join(accesses) + (" (sorts)" if plan.sorted_rows else "")


def _locks(backend: Backend, dialect: str) -> Iterator[tuple[str, str]]:
    statements = [statement for statement in load_statements(dialect).values() if statement.rows]
    url = backend.migrated_database()
    try:
        with (
            closing(backend.open_connection(url)) as connection,
            closing(backend.open_connection(url)) as observer,
        ):
            reader = LOCK_READERS[dialect](connection, observer)
            for statement in statements:
                yield statement.name, _lock_words(statement, sorted(reader.locks(statement)))
    finally:
        backend.drop_database(url)


def _lock_words(statement: Statement, locks: list[str]) -> str:
    words = [re.sub(r"\bagentstore_\w+", lambda name: f"`{name[0]}`", lock) for lock in locks]
    if WRITE_LOCK not in locks:
        words += [f"new rows of `{table}`" for table in inserted_tables(statement)]
    return ", ".join(words) or "none"
