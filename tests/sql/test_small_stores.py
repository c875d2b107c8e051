"""InnoDB locks what a statement reads: nothing may read, in a small store, what others have locked.

Of a table with a few rows its optimizer rather reads all than by an index. A locking statement
would then wait for every open transaction, whatever conversation that is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pymysql
import pytest
from lock_cases import ROWS
from lock_readers import InnoDBLocks

from agentstore.dialects.registry import load_statements
from agentstore.statements import Statement
from agentstore.testing import Backend

IDS = frozenset({"id", "session_id", "message_id", "thread_id", "app_key"})
OF_ALL = frozenset({"agentstore_holds", "agentstore_erasure_receipts"})
"""What deletions are to wait for, and what an erasure writes alone."""
LOCK_WAIT_TIMEOUT = 1205


def others_rows(conversations: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same rows of other conversations."""
    for number in range(conversations):
        for table, row in ROWS.items():
            if table in OF_ALL:
                continue
            yield (
                table,
                {
                    name: f"{value}-{number}" if name in IDS else value
                    for name, value in row.items()
                },
            )
            if table == "agentstore_sessions":
                yield table, {**row, "id": f"t1-{number}"}


def insert(connection: Any, table: str, row: dict[str, Any]) -> None:
    """Insert a row, and do not commit it."""
    columns, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    connection.cursor().execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", row)  # noqa: S608


@pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
@pytest.mark.parametrize("are_committed", [False, True])
@pytest.mark.parametrize("others", [1, 4])
def test_no_statement_waits_for_other_conversations(
    backend: Backend, are_committed: bool, others: int
) -> None:
    url = backend.migrated_database()
    statements = [statement for statement in load_statements("mysql").values() if statement.rows]
    with (
        closing(backend.open_connection(url)) as connection,
        closing(backend.open_connection(url)) as observer,
        closing(backend.open_connection(url)) as other,
    ):
        reader = InnoDBLocks(connection, observer)
        other.cursor().execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        for table, row in others_rows(others):
            insert(other, table, row)
        if are_committed:
            other.commit()
            for table, row in others_rows(others):
                key = "id" if "id" in row else next(name for name in row if name in IDS)
                text = f"SELECT 1 FROM {table} WHERE {key} = %s FOR UPDATE"  # noqa: S608
                other.cursor().execute(text, [row[key]])
        connection.cursor().execute("SET SESSION innodb_lock_wait_timeout = 1")
        waiting = [statement.name for statement in statements if _waits(reader, statement)]
    backend.drop_database(url)
    assert waiting == []


def _waits(reader: InnoDBLocks, statement: Statement) -> bool:
    try:
        reader.locks(statement)
    except pymysql.OperationalError as error:
        if error.args[0] != LOCK_WAIT_TIMEOUT:
            raise
        reader._connection.rollback()
        return True
    return False
