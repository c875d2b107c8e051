"""docs/operations/sizing.md says what a session, a message and a call take on each database."""

from __future__ import annotations

import itertools
import re
from contextlib import closing
from pathlib import Path

import pytest

import agentstore
from agentstore import NewMessage
from agentstore.testing import Backend

PAGE = Path(__file__).parent.parent / "docs" / "operations" / "sizing.md"
COLUMNS = {
    "sqlite-file": "SQLite",
    "postgresql": "PostgreSQL",
    "mariadb": "MariaDB",
    "mysql": "MySQL",
}
DRIFT = 0.2
SESSIONS, MESSAGES = 1000, 100
LONG_SESSIONS = {"mariadb": 60}
"""More where files are seen to grow by a megabyte at a time; 25 elsewhere."""

STATISTIC = {"mariadb": "size", "mysql": "n_leaf_pages"}
"""InnoDB's pages that hold rows; MariaDB 10.11 counts only those that are set aside."""

TEXT = "The order left Hamburg this morning and is to be in Bergen on Tuesday. " * 2
ROWS = ("a session", "a message", "a tool call")


def said() -> dict[str, dict[str, int]]:
    """The page's table: bytes by what is stored and by database."""
    text = PAGE.read_text(encoding="utf-8")
    [header] = re.findall(r"^\| \| (.*) \|$", text, re.MULTILINE)
    rows = re.findall(rf"^\| ({'|'.join(ROWS)}) \| (.*) \|$", text, re.MULTILINE)
    return {
        row: {
            name: int(cell.replace(",", ""))
            for name, cell in zip(header.split(" | "), cells.split(" | "), strict=True)
        }
        for row, cells in rows
    }


def bytes_of(store: agentstore.Storage, backend: Backend, url: str) -> int:
    """What the store's tables and indexes take, to the page."""
    with closing(backend.open_connection(url)) as connection:
        cursor = connection.cursor()
        if backend.name == "sqlite-file":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        elif backend.name == "postgresql":
            connection.autocommit = True
            cursor.execute("VACUUM")
            cursor.execute(
                "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class"
                " WHERE relkind = 'r' AND starts_with(relname, 'agentstore_')"
            )
        else:
            cursor.execute("SHOW TABLES LIKE 'agentstore%'")
            for [table] in cursor.fetchall():
                # The tests' servers keep no statistics by themselves.
                cursor.execute(f"ALTER TABLE {table} STATS_PERSISTENT = 1")
                cursor.execute(f"ANALYZE TABLE {table}")
                cursor.fetchall()
            connection.commit()  # what was read before is not of now
            cursor.execute(
                "SELECT sum(stat_value) * @@innodb_page_size FROM mysql.innodb_index_stats"
                " WHERE database_name = database() AND stat_name = %s",
                [STATISTIC[backend.name]],
            )
        [size] = cursor.fetchone()
        return int(size)


def save_long_sessions(
    store: agentstore.Storage, number: int, calls: list[dict[str, object]]
) -> None:
    for _ in range(number):
        session_id = store.create_session()
        message = NewMessage("assistant", TEXT, tool_calls=calls)
        store.save_messages(session_id, [message] * MESSAGES)


@pytest.mark.parametrize("backend", list(COLUMNS), indirect=True)
def test_the_page_says_what_is_measured(
    store: agentstore.Storage, backend: Backend, database_url: str
) -> None:
    long_sessions = LONG_SESSIONS.get(backend.name, 25)
    sizes = [bytes_of(store, backend, database_url)]
    for number in range(SESSIONS):
        store.create_session(user_id=f"user-{number % 100}", metadata={"channel": "web"})
    sizes.append(bytes_of(store, backend, database_url))
    save_long_sessions(store, long_sessions, [])
    sizes.append(bytes_of(store, backend, database_url))
    call: dict[str, object] = {
        "tool_name": "find_order",
        "arguments": {"order": 4711},
        "result": {"text": TEXT},
    }
    save_long_sessions(store, long_sessions, [call])
    sizes.append(bytes_of(store, backend, database_url))

    session, plain, with_calls = (after - before for before, after in itertools.pairwise(sizes))
    count = long_sessions * MESSAGES
    measured = dict(
        zip(ROWS, (session / SESSIONS, plain / count, (with_calls - plain) / count), strict=True)
    )
    column = COLUMNS[backend.name]
    stated = {row: figures[column] for row, figures in said().items()}
    for row, figure in measured.items():
        assert abs(figure / stated[row] - 1) <= DRIFT, (column, measured, stated)
