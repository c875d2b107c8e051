"""How many round trips a call takes: a user's database is a network away, and nothing else is.

They are the turns of direction that a proxy sees on a warm connection: what a client sends once the
server has spoken. ``python -m benchmarks.latency`` has what they cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from backends import NETWORKED

import agentstore
from agentstore import NewMessage, Storage
from agentstore.dialects.postgresql.exchange import Exchange
from agentstore.testing import Proxy
from agentstore.testing.suite.scopes import CONFIRMATION, READS

WARM_UP = 6
"""Calls until a connection to PostgreSQL has prepared their statements, which takes one more."""

ANSWER = {
    "type": "execute",
    "message": "It left Hamburg this morning.",
    "tool_calls": [{"tool_name": "search", "arguments": {}}] * 2,
}
Call = Callable[[Storage, str], Any]


def _two_saves(store: Storage, name: str) -> None:
    with store.transaction():
        store.save_user_message(name, "Where is my order?")
        store.save_assistant_message(name, ANSWER)


def _of_another_tenant(store: Storage, name: str) -> None:
    with pytest.raises(agentstore.SessionExistsError):
        store.scoped(tenant_id="other").get_or_create_session(name)


def _in_the_trash(store: Storage, name: str) -> None:
    store.trash_session(name)
    with pytest.raises(agentstore.SessionExistsError):
        store.get_or_create_session(name)


def _many(count: int) -> list[NewMessage]:
    return [NewMessage("user", f"{number}") for number in range(count)]


def _on_a_store(read: Callable[[Storage], Any]) -> Call:
    return lambda store, name: read(store)


def _both(most: int) -> dict[str, int]:
    return {"postgresql": most, "mysql": most}


ONE: dict[str, Call] = {
    **{name: _on_a_store(read) for name, (read, _) in READS.items()},
    "ping": lambda s, n: s.ping(),
    "create_session": lambda s, n: s.create_session(metadata={"k": 1}, system_message="You are"),
    "get_or_create_session": lambda s, n: s.get_or_create_session(n),
    "save_user_message": lambda s, n: s.save_user_message(n, "Where is my order?"),
    "save_assistant_message": lambda s, n: s.save_assistant_message(n, ANSWER),
    "save_messages": lambda s, n: s.save_messages(n, _many(2)),
    "update_session": lambda s, n: s.update_session(n, title="Order 4711"),
    "save_pending_confirmation": lambda s, n: s.save_pending_confirmation("s", CONFIRMATION),
    "clear_pending_confirmation": lambda s, n: s.clear_pending_confirmation(n),
    "close_session": lambda s, n: s.close_session(n),
    "trash_session": lambda s, n: s.trash_session(n),
    "restore_session": lambda s, n: s.restore_session(n),
}
SOME: dict[str, tuple[Call, dict[str, int]]] = {
    # PostgreSQL keeps an id unique across sessions by a lock, and for that opens a transaction.
    "save_user_message with an id": (
        lambda s, n: s.save_user_message(n, "Where?", id=f"{n}-u"),
        {"postgresql": 3, "mysql": 1},
    ),
    "save_tool_result": (
        lambda s, n: s.save_tool_result(f"{n}-c", {"n": 1}),
        {"postgresql": 1, "mysql": 3},
    ),
    "save_messages of many": (
        lambda s, n: s.save_messages(n, _many(40)),
        {"postgresql": 1, "mysql": 3},
    ),
    "take_pending_confirmation": (lambda s, n: s.take_pending_confirmation(n), _both(2)),
    # Looked for, not created, looked for again, and found to be where it is not seen.
    "get_or_create_session of another tenant's": (_of_another_tenant, _both(4)),
    "get_or_create_session in the trash": (_in_the_trash, _both(1 + 4)),
    "update_session_metadata": (lambda s, n: s.update_session_metadata(n, {"k": 2}), _both(5)),
    "delete_message": (lambda s, n: s.delete_message(f"{n}-m"), _both(5)),
    "delete_session": (lambda s, n: s.delete_session(n), _both(5)),
    "transaction() of two saves": (_two_saves, _both(3)),
}
"""And by the dialect, how many they may take at most."""

MOST: dict[str, tuple[Call, dict[str, int]]] = {
    **{name: (call, _both(1)) for name, call in ONE.items()},
    **SOME,
}


@pytest.fixture
def warm(proxy: Proxy) -> Iterator[Storage]:
    """A store behind the proxy, of one connection, with a session for each call of a test."""
    with agentstore.connect(proxy.url, pool_size=1) as store:
        for name in ("s", *(f"s{number}" for number in range(WARM_UP + 1))):
            store.create_session(id=name, metadata={"k": 1})
            calls = [{"id": f"{name}-c", "tool_name": "search", "arguments": {}}]
            message = NewMessage("assistant", "Hello", id=f"{name}-m", tool_calls=calls)
            store.save_messages(name, [message])
            store.save_pending_confirmation(name, CONFIRMATION)
        yield store


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
@pytest.mark.parametrize("name", MOST)
def test_a_call_takes_no_further_round_trip(warm: Storage, proxy: Proxy, name: str) -> None:
    call, most = MOST[name]
    for number in range(WARM_UP):
        call(warm, f"s{number}")
    proxy.reset_counters()
    call(warm, f"s{WARM_UP}")
    assert 0 < proxy.requests <= most[warm.dialect]
    assert proxy.connections == 0


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
def test_a_transaction_of_nothing_takes_none(warm: Storage, proxy: Proxy) -> None:
    proxy.reset_counters()
    with warm.transaction():
        pass
    with pytest.raises(ZeroDivisionError), warm.transaction():
        1 / 0  # noqa: B018
    assert proxy.requests == 0


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_an_older_libpq_begins_by_itself(
    warm: Storage, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Exchange, "pipelines", False)
    for number in range(WARM_UP):
        _two_saves(warm, f"s{number}")
    proxy.reset_counters()
    _two_saves(warm, f"s{WARM_UP}")
    assert proxy.requests == 4
