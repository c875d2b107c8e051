"""Retention beside others: their locks, older code's rows; and holds that no snapshot sees."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from backends import SHARED

import agentstore
from agentstore import HeldError, RetentionPolicy, SchemaError, Storage, StorageError
from agentstore.retention.rules import RetentionRule
from agentstore.testing.suite.holds import RACES

DELETE_ALL = RetentionPolicy((RetentionRule("all", "delete", timedelta(hours=1)),))
AGO = datetime.now(timezone.utc) - timedelta(days=9)
SERVERS = ["postgresql", "mariadb", "mysql"]


def execute(connection: Any, text: str) -> None:
    connection.cursor().execute(text)


@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_a_store_that_is_not_filled_is_refused(store: Storage, driver_connection: Any) -> None:
    store.create_session(id="a", created_at=AGO, tenant_id="acme")
    store.create_session(id="b", created_at=AGO)
    execute(driver_connection, "UPDATE agentstore_sessions SET last_message_at = NULL")
    driver_connection.commit()
    for view in (store, store.scoped(tenant_id="acme")):
        for call in (view.plan_retention, view.apply_retention):
            with pytest.raises(SchemaError, match="agentstore fill"):
                call(DELETE_ALL)
    assert store.count_sessions() == 2
    assert store.fill() == 2
    assert store.apply_retention(DELETE_ALL).rules[0].sessions == 2


@pytest.mark.parametrize("backend", SERVERS, indirect=True)
def test_what_others_have_locked_is_passed_over(store: Storage, driver_connection: Any) -> None:
    for number in range(5):
        store.create_session(id=f"s{number}", created_at=AGO)
    execute(driver_connection, "SELECT id FROM agentstore_sessions WHERE id = 's1' FOR UPDATE")
    report = store.apply_retention(DELETE_ALL)
    assert (report.rules[0].sessions, report.finished) == (4, False)
    driver_connection.rollback()
    report = store.apply_retention(DELETE_ALL)
    assert (report.rules[0].sessions, report.finished) == (1, True)


@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_a_session_that_was_taken_up_again_stays(store: Storage, other_store: Storage) -> None:
    """What a page has read may have changed when its batch is locked."""
    for number in range(3):
        store.create_session(id=f"s{number}", created_at=AGO)
    operations: Any = store._repository
    real = type(operations)._act

    def act(*args: Any) -> Any:
        other_store.save_user_message("s1", "I am back")
        other_store.trash_session("s2")
        return real(operations, *args)

    operations._act = act
    assert store.apply_retention(DELETE_ALL).rules[0].sessions == 1
    assert store.get_session("s1") is not None
    assert store.get_session("s2", trashed=True) is not None


@pytest.mark.parametrize("backend", SERVERS, indirect=True)
@pytest.mark.parametrize("named", [{"user_id": "ann"}, {"tenant_id": "acme"}], ids=str)
def test_a_bound_snapshot_sees_a_newer_hold(
    store: Storage, driver_connection: Any, named: Any
) -> None:
    store.create_session(id="s", user_id="ann", tenant_id="acme")
    message_id = store.save_user_message("s", "hi")
    bound = with_snapshot(driver_connection)
    store.place_hold(reason="a lawsuit", **named)
    kinds = HeldError if bound.dialect == "mysql" else StorageError
    with pytest.raises(kinds):
        bound.delete_message(message_id)
    with pytest.raises(StorageError):
        bound.delete_session("s")
    driver_connection.rollback()
    assert store.get_message(message_id) is not None


@pytest.mark.parametrize("backend", SERVERS, indirect=True)
@pytest.mark.parametrize("key", ["user_id", "tenant_id"])
def test_a_hold_and_a_bound_snapshot_at_once(
    store: Storage, driver_connection: Any, key: str
) -> None:
    """The hold either stops the deletion or comes after it."""
    with ThreadPoolExecutor(2) as threads:
        for number in range(RACES // 2):
            session_id = f"s{number}"
            owner: Any = {key: session_id}
            store.create_session(id=session_id, **owner)
            bound = with_snapshot(driver_connection)
            start = threading.Barrier(2)
            placing = threads.submit(_place, store, start, session_id, key)
            deleting = threads.submit(_delete, bound, driver_connection, start, session_id)
            was_there, is_deleted = placing.result(), deleting.result()
            assert was_there != is_deleted
            assert (store.get_session(session_id) is not None) == was_there


def with_snapshot(connection: Any) -> Storage:
    """A store on a connection whose transaction reads what is there now, and nothing newer."""
    connection.rollback()
    bound = agentstore.bind(connection)
    if bound.dialect == "postgresql":
        execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    else:
        execute(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.begin()
    execute(connection, "SELECT count(*) FROM agentstore_holds")
    return bound


def _place(store: Storage, start: threading.Barrier, session_id: str, key: str) -> bool:
    start.wait()
    owner: Any = {key: session_id}
    store.place_hold(reason="a lawsuit", **owner)
    return store.get_session(session_id) is not None


def _delete(bound: Storage, connection: Any, start: threading.Barrier, session_id: str) -> bool:
    start.wait()
    try:
        bound.delete_session(session_id)
        connection.commit()
    except StorageError:
        connection.rollback()
        return False
    return True
