"""What is deleted with a session: all rows that name it, in every table, whoever has made them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from backends import NETWORKED, SHARED
from lock_cases import ROWS

import agentstore
from agentstore.assets import migrations_path
from agentstore.operations.holding import HoldOperations
from agentstore.testing import Backend

DELETED = "deleted"
KEPT = "kept"
OF_NO_SESSION = {
    "agentstore_adk_states",
    "agentstore_erasure_receipts",
    "agentstore_hold_gates",
    "agentstore_holds",
}
"""The tables that belong to apps, users or the store: a hold and a receipt tell what was."""

PROGRAMS = {
    "delete_session": "store.delete_session('deleted')",
    "delete_sessions": "store.delete_sessions(updated_before=datetime(2025, 6, 1, tzinfo=UTC))",
}
PROGRAM = """
import sys
from datetime import datetime, timezone
import agentstore
UTC = timezone.utc
with agentstore.connect(sys.stdin.read()) as store:
    assert {call}
assert not [name for name in sys.modules if name.startswith("agentstore.integrations")]
"""


def rows_of(session_id: str, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A row for each table, of one session."""
    for table, row in ROWS.items():
        own = {
            name: session_id if name in ("session_id", "thread_id") else value
            for name, value in row.items()
        }
        for name in ("id", "message_id", "created_at", "updated_at"):
            if name in own:
                own[name] = at if name.endswith("_at") else session_id
        if table not in OF_NO_SESSION:
            yield table, own


def fill(connection: Any, place: str) -> None:
    """Put the rows of two sessions into a migrated database."""
    for session_id, at in ((DELETED, "2025-01-01 00:00:00"), (KEPT, "2025-12-01 00:00:00")):
        for table, row in rows_of(session_id, at):
            places = ", ".join(place.format(name) for name in row)
            insert = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"  # noqa: S608
            connection.cursor().execute(insert, row)
    connection.commit()


def tables_that_name(connection: Any, session_id: str) -> list[str]:
    """The tables with a row in which a session's id stands."""
    found = []
    for table in ROWS:
        cursor = connection.cursor()
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
        if session_id in json.dumps([list(row) for row in cursor.fetchall()], default=repr):
            found.append(table)
    connection.rollback()
    return found


def place_of(backend: Backend) -> str:
    return ":{}" if "sqlite" in backend.name else "%({})s"


def test_there_is_a_row_for_each_table() -> None:
    ddl = "".join(path.read_text() for path in migrations_path("sqlite").glob("*.sql"))
    tables = set(re.findall(r"CREATE TABLE (agentstore_\w+)", ddl))
    # Its only row comes with the schema.
    assert tables - {"agentstore_hold_gates"} == set(ROWS)


@pytest.mark.parametrize("backend", SHARED, indirect=True)
@pytest.mark.parametrize("call", PROGRAMS)
def test_nothing_outlives_a_session(
    backend: Backend, database_url: str, driver_connection: Any, call: str
) -> None:
    fill(driver_connection, place_of(backend))
    everywhere = tables_that_name(driver_connection, DELETED)
    assert set(everywhere) == set(ROWS) - OF_NO_SESSION
    program = PROGRAM.format(call=PROGRAMS[call])
    subprocess.run([sys.executable, "-c", program], input=database_url, text=True, check=True)
    assert tables_that_name(driver_connection, DELETED) == []
    assert tables_that_name(driver_connection, KEPT) == everywhere


@pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)
def test_nothing_outlives_a_session_where_foreign_keys_are_off(driver_connection: Any) -> None:
    fill(driver_connection, ":{}")
    assert not driver_connection.execute("PRAGMA foreign_keys").fetchone()[0]
    agentstore.bind(driver_connection).delete_session(DELETED)
    driver_connection.commit()
    assert tables_that_name(driver_connection, DELETED) == []


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
def test_a_session_that_is_reassigned_during_an_erasure_stays(
    make_store: Callable[..., agentstore.Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = make_store(), make_store()
    not_held = HoldOperations.not_held

    def reassign_first(*args: Any, **named: Any) -> list[str]:
        # Behind the look for the user's sessions, and before they are locked.
        other.reassign_session("s", user_id="bob")
        return not_held(*args, **named)

    store.create_session(id="s", user_id="ann")
    store.create_session(id="hers", user_id="ann")
    monkeypatch.setattr(HoldOperations, "not_held", reassign_first)
    assert store.erase_user("ann").rows["agentstore_sessions"] == 1
    assert [session.id for session in store.query_sessions(user_id="bob")] == ["s"]
    assert store.get_session("hers") is None


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
def test_a_deletion_waits_for_no_other_session(
    make_store: Callable[..., agentstore.Storage],
) -> None:
    store, other = make_store(), make_store(retry_timeout=1, statement_timeout=1)
    for session_id in ("a", "b", "c", "d"):
        store.create_session(id=session_id, user_id="ann")
    with store.transaction():
        store.save_user_message("b", "hi")
        store.create_session(id="new")
        assert other.delete_session("a")
        assert other.delete_session_messages("unknown") == 0
        assert other.reassign_session("d", user_id="bob")
    assert store.get_message_count("b") == 1
