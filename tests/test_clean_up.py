"""delete_sessions where it goes through all sessions: in order, past what it must leave."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from backends import NETWORKED, SHARED
from schema_databases import SchemaDatabase

import agentstore
from agentstore import NewMessage
from agentstore.operations import sessions

LATER = datetime.now(timezone.utc) + timedelta(days=1)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_READ_AT_ONCE", 3)
    monkeypatch.setattr(sessions, "_FOUND_AT_ONCE", 4)


def ids(store: agentstore.Storage) -> str:
    return "".join(sorted(session.id for session in store.query_sessions()))


def fill(store: agentstore.Storage) -> None:
    """Ten sessions, those that were touched last with the lowest ids; some are closed."""
    for session_id in reversed("abcdefghij"):
        store.create_session(id=session_id)
        store.save_messages(session_id, [NewMessage(role="user", content="x")])
        if session_id in "behi":
            store.close_session(session_id)


def delete_all(store: agentstore.Storage, limit: int | None = None) -> int:
    return store.delete_sessions(inactive_only=False, updated_before=LATER, limit=limit)


def test_open_and_closed_ones_go_in_one_order(store: agentstore.Storage) -> None:
    fill(store)
    assert delete_all(store, limit=3) == 3
    assert ids(store) == "abcdefg"
    assert store.delete_sessions(updated_before=LATER, limit=1) == 1
    assert ids(store) == "abcdfg"
    assert delete_all(store) == 6
    assert store.query_messages() == []


def test_what_is_held_or_in_the_trash_does_not_end_it(store: agentstore.Storage) -> None:
    fill(store)
    for session_id in "jihg":
        store.place_hold(reason="a lawsuit", session_id=session_id)
    store.trash_session("f")
    assert delete_all(store) == 5
    assert ids(store) == "ghij"
    assert store.count_sessions(trashed=True) == 1


def test_what_is_touched_once_it_was_found_stays(
    store: agentstore.Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    bound = store.query_sessions(order="desc", limit=1)[0].updated_at
    find = sessions.SessionOperations._expired_sessions

    def touch_then(self: Any, updated_before: datetime) -> Any:
        found = list(find(self, updated_before))
        store.update_session_metadata("i", {"touched": True})
        return iter(found)

    monkeypatch.setattr(sessions.SessionOperations, "_expired_sessions", touch_then)
    assert store.delete_sessions(inactive_only=False, updated_before=bound) == 9
    assert ids(store) == "i"


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
def test_what_another_call_has_locked_is_passed_over(
    store: agentstore.Storage, database_url: str
) -> None:
    fill(store)
    with agentstore.connect(database_url) as other, other.transaction():
        other.save_user_message("j", "in the middle of it")
        assert delete_all(store, limit=2) == 2
        assert ids(store) == "abcdefgj"
    assert delete_all(store) == 8


MOVED_BY_A_SAVE = {
    "postgresql": "SELECT indexname FROM pg_indexes WHERE tablename = 'agentstore_sessions'"
    " AND indexdef ~ '(updated|last_message)_at' AND indexdef !~ 'WHERE'",
    "sqlite": "SELECT name FROM sqlite_master WHERE tbl_name = 'agentstore_sessions'"
    " AND type = 'index' AND sql NOT LIKE '%WHERE%'"
    " AND (sql LIKE '%updated_at%' OR sql LIKE '%last_message_at%')",
}
"""The indexes that have an entry of each session by a time that a save moves."""
MOVED_BY_A_SAVE["mysql"] = (
    "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = DATABASE()"
    " AND table_name = 'agentstore_sessions' AND seq_in_index = 1"
    " AND column_name IN ('updated_at', 'last_message_at', 'listed_at')"
)


@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_a_save_moves_the_entry_of_one_index_where_nobody_owns_the_session(
    empty_database_url: str,
) -> None:
    database = SchemaDatabase(empty_database_url)
    database.migrate()
    moved = database.run(MOVED_BY_A_SAVE[database.dialect])
    assert moved == [("agentstore_sessions_last_message",)]
