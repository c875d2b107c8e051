"""What a database still holds after something was taken or locked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from backends import SHARED

from agentstore import NewMessage, Storage

on_real_databases = pytest.mark.parametrize("backend", SHARED, indirect=True)
CONFIRMATION = {"tool_name": "refund", "arguments": {"card": "no. 4711"}, "user_message": "ask Ann"}
WAYS: dict[str, Callable[[Storage], object]] = {
    "taken": lambda store: store.take_pending_confirmation("s"),
    "cleared": lambda store: store.clear_pending_confirmation("s"),
}


def run(connection: Any, text: str) -> list[Any]:
    cursor = connection.cursor()
    cursor.execute(text)
    return list(cursor.fetchall())


@on_real_databases
@pytest.mark.parametrize("way", WAYS)
def test_a_confirmation_that_is_gone_keeps_nothing(
    store: Storage, driver_connection: Any, way: str
) -> None:
    """Its row stays, with nothing of what was asked."""
    store.create_session(id="s")
    store.save_pending_confirmation("s", CONFIRMATION)
    assert WAYS[way](store)
    rows = run(driver_connection, "SELECT * FROM agentstore_pending_confirmations")
    assert len(rows) == 1
    kept = json.dumps(rows, default=str)
    for word in ("refund", "card", "no. 4711", "Ann"):
        assert word not in kept
    assert store.get_pending_confirmation("s") is None
    assert store.take_pending_confirmation("s") is None


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_the_locks_of_a_batch_are_bounded(store: Storage, driver_connection: Any) -> None:
    """Whatever number of ids a transaction saves: all databases of a server share its locks."""
    session_id = store.create_session()
    with store.transaction():
        for part in range(3):
            store.save_messages(
                session_id,
                [NewMessage("user", "x", id=f"{part}-{number}") for number in range(2000)],
            )
        counted = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert 0 < run(driver_connection, counted)[0][0] <= 1024
