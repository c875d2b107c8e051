"""What SQLite takes as one value, where that is less than its default of a billion bytes."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from typing import Any

import pytest

import agentstore
from agentstore import InvalidInputError, NewMessage, Storage
from agentstore.dialects.sqlite.connection import SQLiteConnection

pytestmark = [
    pytest.mark.skipif(sys.version_info < (3, 11), reason="no setlimit() before Python 3.11"),
    pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True),
]
LIMIT = 1_000_000
LONG = "x" * (LIMIT + 1)
CALL = {"tool_name": "t", "arguments": {}, "id": "c"}

WRITES: dict[str, Callable[[Storage], object]] = {
    "a message": lambda s: s.save_user_message("s", LONG),
    "a response": lambda s: s.save_assistant_message("s", {"type": "t", "data": LONG}),
    "many": lambda s: s.save_messages("s", [NewMessage("user", "a"), NewMessage("user", LONG)]),
    "a call": lambda s: s.save_assistant_message(
        "s", {"type": "t", "message": "x", "tool_calls": [{**CALL, "id": "d", "result": LONG}]}
    ),
    "a result": lambda s: s.save_tool_result("c", LONG),
    "metadata": lambda s: s.update_session_metadata("s", {"b": LONG}),
    "a confirmation": lambda s: s.save_pending_confirmation(
        "s", {"tool_name": "t", "arguments": {"a": LONG}}
    ),
    "a session": lambda s: s.create_session(id="new", metadata={"a": LONG}),
    "a system message": lambda s: s.create_session(id="new", system_message=LONG),
}


def _limit(connection: sqlite3.Connection) -> None:
    if sys.version_info >= (3, 11):
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LIMIT)


@pytest.fixture
def limited(make_store: Callable[..., Storage], monkeypatch: pytest.MonkeyPatch) -> Storage:
    """A store whose connections take less."""
    connect = SQLiteConnection._connect.__func__  # type: ignore[attr-defined]

    def connect_and_limit(cls: type[SQLiteConnection], *args: Any, **more: Any) -> Any:
        connection = connect(cls, *args, **more)
        _limit(connection)
        return connection

    monkeypatch.setattr(SQLiteConnection, "_connect", classmethod(connect_and_limit))
    store = make_store()
    _fill(store)
    return store


def _fill(store: Storage) -> None:
    store.create_session(id="s", metadata={"a": 1})
    store.save_messages("s", [NewMessage("assistant", "x", tool_calls=[CALL])])


def _state(store: Storage) -> object:
    return store.query_sessions(), store.get_history("s"), store.get_pending_confirmation("s")


@pytest.mark.parametrize("name", WRITES)
def test_what_is_larger_is_refused_and_changes_nothing(limited: Storage, name: str) -> None:
    before = _state(limited)
    limit = f"{LIMIT} bytes .*SQLITE_LIMIT_LENGTH.* SQLITE_MAX_LENGTH"
    with pytest.raises(InvalidInputError, match=limit):
        WRITES[name](limited)
    assert _state(limited) == before
    with limited.transaction():
        with pytest.raises(InvalidInputError, match=limit):
            WRITES[name](limited)
        assert _state(limited) == before
        assert limited.save_tool_result("c", "short")
    assert [call.result for call in limited.query_tool_calls()] == ["short"]


@pytest.mark.parametrize("name", WRITES)
def test_so_it_is_on_a_connection_of_the_callers(
    store: Storage, driver_connection: Any, name: str
) -> None:
    _fill(store)
    _limit(driver_connection)
    bound = agentstore.bind(driver_connection)
    before = _state(bound)
    with pytest.raises(InvalidInputError, match="setlimit"):
        WRITES[name](bound)
    assert _state(bound) == before
    assert bound.save_tool_result("c", "short")
