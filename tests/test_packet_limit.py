"""What a MySQL server takes in one packet, where that is as little as any takes: a mebibyte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import agentstore
from agentstore import InvalidInputError, NewMessage, Storage
from agentstore.dialects.mysql.connection import MySQLConnection
from agentstore.dialects.mysql.driver import BoundedConnection
from agentstore.testing import Backend

LIMIT = 2**20
HALF = "x" * 700_000
"""Of this, one is taken at once, and two are not."""

pytestmark = pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)


@pytest.fixture(autouse=True)
def small_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes a mebibyte, as far as the library knows."""
    monkeypatch.setattr(MySQLConnection, "packet_limit", lambda self: LIMIT)


@pytest.mark.parametrize("text", ["😀" * 270_000, "\0" + "😀" * 96_000], ids=["plain", "escaped"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_what_is_larger_is_refused_and_leaves_no_hole(
    store: Storage, count: int, text: str
) -> None:
    store.create_session(id="s")
    before = store.get_session("s")
    with store.transaction():
        with pytest.raises(InvalidInputError, match="max_allowed_packet"):
            store.save_messages("s", [NewMessage("user", text)] * count)
        assert store.get_session("s") == before
        store.save_user_message("s", "after")
    assert [(m.position, m.content) for m in store.get_history("s")] == [(0, "after")]


@pytest.fixture
def packets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent as statements without rows."""
    sent: list[str] = []
    send = BoundedConnection.run_batch

    def note(self: BoundedConnection, text: str) -> Any:
        sent.append(text)
        return send(self, text)

    monkeypatch.setattr(BoundedConnection, "run_batch", note)
    return sent


def _turn(count: int) -> list[NewMessage]:
    return [NewMessage("user", HALF, id=f"m{number}") for number in range(count)]


def _calls(count: int) -> list[NewMessage]:
    call = {"tool_name": "t", "arguments": {"text": HALF}}
    return [NewMessage("assistant", "x", id="m0", tool_calls=[call] * count)]


@pytest.mark.parametrize(
    "messages", [_turn(2), _turn(4), _turn(5), _calls(2)], ids=["2", "4", "5", "calls"]
)
@pytest.mark.parametrize("where", ["alone", "in a block", "bound"])
def test_statements_that_fit_by_themselves_are_sent_one_by_one(
    store: Storage,
    driver_connection: Any,
    packets: list[str],
    messages: list[NewMessage],
    where: str,
) -> None:
    store.create_session(id="s")
    if where == "alone":
        store.save_messages("s", messages)
    elif where == "in a block":
        with store.transaction():
            store.save_messages("s", messages)
    else:
        agentstore.bind(driver_connection).save_messages("s", messages)
        driver_connection.commit()
    assert all(len(packet) < LIMIT for packet in packets)
    stored = store.get_history("s")
    assert [message.content for message in stored] == [message.content for message in messages]
    assert [len(message.tool_calls) for message in stored] == [
        len(message.tool_calls) for message in messages
    ]


@pytest.mark.parametrize("count", [2, 4])
def test_several_packets_are_one_transaction(store: Storage, count: int) -> None:
    store.create_session(id="s")
    before = store.get_session("s")
    taken = {"tool_name": "t", "arguments": {}, "id": "c"}
    store.create_session(id="t")
    store.save_messages("t", [NewMessage("assistant", "x", tool_calls=[taken])])
    with pytest.raises(agentstore.MessageExistsError):
        store.save_messages(
            "s", [*_turn(count - 1), NewMessage("assistant", HALF, tool_calls=[taken])]
        )
    assert (store.get_history("s"), store.get_session("s")) == ([], before)
    with pytest.raises(agentstore.SessionNotFoundError):
        store.save_messages("nowhere", _turn(count))
    store.save_messages("s", [NewMessage("user", "after")])
    assert [message.position for message in store.get_history("s")] == [0]


def test_what_is_refused_in_a_block_has_changed_nothing(store: Storage) -> None:
    """Not even that the session was touched, which is a statement before the long one."""
    store.create_session(id="s", metadata={"a": 1})
    call = {"tool_name": "t", "arguments": {}, "id": "c"}
    store.save_messages("s", [NewMessage("assistant", "x", tool_calls=[call])])
    before = store.get_session("s")
    long = "x" * LIMIT
    confirmation = {"tool_name": "t", "arguments": {"long": long}}
    calls: list[Callable[[], object]] = [
        lambda: store.save_tool_result("c", long),
        lambda: store.update_session_metadata("s", {"long": long}),
        lambda: store.save_pending_confirmation("s", confirmation),
    ]
    with store.transaction():
        for refused in calls:
            with pytest.raises(InvalidInputError, match="max_allowed_packet"):
                refused()
            assert store.get_session("s") == before
        assert store.save_tool_result("c", "short")
    assert store.get_pending_confirmation("s") is None


def test_a_dead_connection_is_replaced_where_the_first_statement_is_long(
    backend: Backend, store: Storage, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else is asked of the server in the middle of it, that would be told in its place."""
    monkeypatch.undo()  # what the server takes is known by the server
    store.create_session(id="s")
    backend.kill_connections(database_url)
    monkeypatch.setattr(MySQLConnection, "is_usable", lambda self: True)
    # None is so long that a savepoint would come first.
    text = "x" * 80_000
    with store.transaction():
        store.save_messages("s", [NewMessage("user", text)] * 4)
    assert [message.content for message in store.get_history("s")] == [text] * 4
