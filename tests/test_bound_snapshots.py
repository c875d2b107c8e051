"""Writes inside a caller's snapshot.

On MySQL they see what is newer, and so must their answers. On PostgreSQL they do not, so what keeps
an id unique is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import agentstore
from agentstore import (
    MessageExistsError,
    NewMessage,
    SessionExistsError,
    SessionNotFoundError,
    Storage,
    StorageError,
    ToolResultExistsError,
)

MYSQL = pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
CALL = {"tool_name": "t", "arguments": {}, "id": "c"}


@pytest.fixture
def bound(store: Storage, driver_connection: Any) -> Iterator[Storage]:
    """A store in a transaction that has read already, under the server's own default."""
    store.create_session(id="s")
    store.save_messages("s", [NewMessage("assistant", "x", id="first", tool_calls=[CALL])])
    cursor = driver_connection.cursor()
    cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    driver_connection.begin()
    bound = agentstore.bind(driver_connection)
    assert len(bound.get_history("s")) == 1
    yield bound
    driver_connection.rollback()


@MYSQL
def test_a_call_that_another_has_completed(store: Storage, bound: Storage) -> None:
    store.save_tool_result("c", {"n": 1})
    assert bound.save_tool_result("c", {"n": 1}) is True
    with pytest.raises(ToolResultExistsError):
        bound.save_tool_result("c", {"n": 2})
    assert bound.save_tool_result("nowhere", 1) is False


@MYSQL
def test_a_call_of_a_session_that_is_newer(store: Storage, bound: Storage) -> None:
    store.create_session(id="new")
    store.save_messages(
        "new", [NewMessage("assistant", "x", tool_calls=[{**CALL, "id": "d", "result": 1}])]
    )
    assert bound.save_tool_result("d", 1) is True
    assert bound.scoped(tenant_id="other").save_tool_result("d", 1) is False


@MYSQL
@pytest.mark.parametrize("count", [1, 9])
def test_a_message_that_another_has_saved(store: Storage, bound: Storage, count: int) -> None:
    messages = [NewMessage("user", f"{number}", id=f"m{number}") for number in range(count)]
    ids = store.save_messages("s", messages)
    assert bound.save_messages("s", messages) == ids
    with pytest.raises(MessageExistsError):
        bound.save_user_message("s", "another", id="m0")
    with pytest.raises(MessageExistsError):
        bound.save_messages("s", [NewMessage("assistant", "x", tool_calls=[CALL])])
    bound.save_user_message("s", "after")


@MYSQL
def test_a_call_id_that_another_has_used(store: Storage, bound: Storage) -> None:
    taken = NewMessage("assistant", "x", tool_calls=[{**CALL, "id": "d"}])
    store.save_messages("s", [taken])
    with pytest.raises(MessageExistsError):
        bound.save_messages("s", [taken])


@MYSQL
def test_a_session_that_another_has_created(store: Storage, bound: Storage) -> None:
    store.create_session(id="new", title="theirs", tenant_id="acme")
    assert bound.get_or_create_session("new").title == "theirs"
    with pytest.raises(SessionExistsError):
        bound.scoped(tenant_id="other").get_or_create_session("new")
    assert bound.get_or_create_session("own").id == "own"


@MYSQL
def test_a_session_that_another_has_deleted(store: Storage, bound: Storage) -> None:
    store.create_session(id="other")
    store.delete_session("s")
    with pytest.raises(SessionNotFoundError):
        bound.save_user_message("s", "x", id="m")
    with pytest.raises(SessionNotFoundError):
        bound.save_pending_confirmation("s", {"tool_name": "t", "arguments": {}})


@POSTGRESQL
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_ids_of_the_callers_own_are_refused(
    store: Storage, driver_connection: Any, level: str
) -> None:
    store.create_session(id="s")
    before = store.get_session("s")
    bound = agentstore.bind(driver_connection)
    call = {"tool_name": "t", "arguments": {}, "id": "c"}
    driver_connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
    for view in (bound, bound.scoped(tenant_id="acme")):
        with pytest.raises(StorageError, match=f"is {level}.* READ COMMITTED"):
            view.save_user_message("s", "x", id="m")
    with pytest.raises(StorageError, match=level):
        bound.save_messages("s", [NewMessage("assistant", "x", tool_calls=[call])])
    assert bound.get_session("s") == before
    message_id = bound.save_user_message("s", "x")
    driver_connection.commit()
    assert [message.id for message in store.get_history("s")] == [message_id]


@POSTGRESQL
@pytest.mark.parametrize("level", ["READ COMMITTED", "READ UNCOMMITTED"])
def test_ids_of_the_callers_own_that_another_has_saved(
    store: Storage, driver_connection: Any, level: str
) -> None:
    for session_id in ("s", "t"):
        store.create_session(id=session_id)
    bound = agentstore.bind(driver_connection)
    driver_connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
    assert bound.get_history("s") == []
    store.save_user_message("t", "x", id="m")
    with pytest.raises(MessageExistsError):
        bound.save_user_message("s", "x", id="m")
    assert bound.save_user_message("s", "x", id="n") == "n"
