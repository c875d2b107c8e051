"""The way up from code that knew no scopes, of docs/operations/upgrade.md: migrate … scope.

`old_statements` are that code's files as they were, frozen: each runs as it stands, with its
samples.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from backends import SHARED

import agentstore
from agentstore.testing import Backend

FOLDER = Path(__file__).with_name("old_statements")
WRITES, READS = "1234", "56"
"""What the files' names begin with."""


def run_old(connection: Any, dialect: str, numbers: str) -> list[list[Any]]:
    """Run the old code's statements in their order; says what rows each gave."""
    found = []
    for file in sorted((FOLDER / dialect).iterdir()):
        if file.name[0] in numbers:
            cursor = connection.cursor()
            text = file.read_text(encoding="utf-8").replace("'m1'", f"'m{file.name[0]}'")
            cursor.execute(text.replace("'s1'", "'old'").replace('["x"]', '["user"]'))
            found.append(list(cursor.fetchall()) if cursor.description else [])
            cursor.close()
    connection.commit()
    return found


@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_old_code_goes_on_until_it_is_gone_and_what_it_made_is_filled_and_scoped(
    store: agentstore.Storage, backend: Backend, database_url: str
) -> None:
    with closing(backend.open_connection(database_url)) as old:
        if isinstance(old, sqlite3.Connection):
            old.execute("PRAGMA foreign_keys = ON")
        # Migrated, and the old code runs on: it writes and reads what it did.
        run_old(old, store.dialect, WRITES)
        session_rows, history_rows = run_old(old, store.dialect, READS)
        assert len(session_rows) == 1
        assert history_rows
        # Deployed: the new code reads what the old one has made, and both write.
        session = store.get_session("old")
        assert session is not None
        assert (session.tenant_id, session.user_id, session.title) == ("", "", None)
        assert session.last_message_at == session.updated_at
        assert store.scoped(tenant_id="acme").get_session("old") is None
        messages = store.get_history("old")
        store.create_session(id="new", tenant_id="acme", user_id="123")
        assert store.query_sessions(order_by="last_message_at")[-1].id == "old"
        assert run_old(old, store.dialect, READS) == [session_rows, history_rows]
    # The old code is gone: filled, twice over.
    assert store.fill() == 2  # the session, and one for LangGraph's thread
    assert store.fill() == 0
    filled = store.get_session("old")
    assert filled is not None
    latest = max(message.timestamp for message in messages)
    assert filled.last_message_at == max(latest, filled.created_at)
    assert filled.updated_at == session.updated_at
    thread = store.get_session("t1")
    assert thread is not None
    assert thread.metadata == {"created_by": "langgraph"}
    # Scoped.
    assert store.assign_sessions(tenant_id="acme", user_id_key="user_id") == 2
    view = store.scoped(tenant_id="acme", user_id="123")
    assert {each.id for each in view.query_sessions()} == {"old", "new"}
    assert view.get_history("old") == messages
    assert store.count_sessions(without_tenant=True) == 0
    after = view.get_session("old")
    assert after is not None
    assert after.updated_at - session.updated_at == timedelta()
