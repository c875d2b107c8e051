"""transaction() blocks under faults: run once, whole or not at all, and safe to run again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from form import NETWORK

import agentstore
from agentstore import (
    DatabaseError,
    NewMessage,
    SessionNotFoundError,
    Storage,
    TransactionConflictError,
    UnavailableError,
)
from agentstore.dialects.mysql.connection import MySQLConnection
from agentstore.dialects.postgresql.connection import PostgreSQLConnection
from agentstore.engine.connection import Connection
from agentstore.testing import Backend, Proxy

REPLY = {"type": "t", "message": "a", "tool_calls": [{"tool_name": "t", "arguments": {}}] * 2}


def save_pair(store: Storage) -> None:
    """A block of two sessions, with ids, so that it may be run again."""
    with store.transaction():
        store.save_user_message("a", "q", id="a1")
        store.save_assistant_message("b", REPLY, id="b1")


def stored(store: Storage) -> list[tuple[str, int, int]]:
    """(id, position, calls) of the messages of both sessions."""
    return [
        (message.id, message.position, len(message.tool_calls))
        for session_id in ("a", "b")
        for message in store.get_history(session_id)
    ]


WHOLE = [("a1", 0, 0), ("b1", 0, 2)]


@pytest.fixture(autouse=True)
def _two_sessions(store: Storage) -> None:
    for session_id in ("a", "b"):
        store.create_session(id=session_id)


@NETWORK
def test_deadlock_of_two_stores(store: Storage, other_store: Storage) -> None:
    runs = []
    both = threading.Barrier(2)
    outcomes: list[Any] = []

    def block(own: Storage, first: str, second: str) -> None:
        try:
            with own.transaction():
                runs.append(first)
                own.save_user_message(first, "1")
                both.wait(30)
                own.save_user_message(second, "2")
            outcomes.append("committed")
        except Exception as exc:
            outcomes.append(type(exc))

    threads = [
        threading.Thread(target=block, args=(store, "a", "b")),
        threading.Thread(target=block, args=(other_store, "b", "a")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(runs) == ["a", "b"]
    assert sorted(map(str, outcomes)) == sorted(["committed", str(TransactionConflictError)])
    assert [len(store.get_history(session_id)) for session_id in ("a", "b")] == [1, 1]


@NETWORK
def test_deadlock_of_a_single_call_is_retried(
    backend: Backend, database_url: str, store: Storage
) -> None:
    """Somebody's transaction holds what the call needs second, and wants what it holds."""
    # PostgreSQL takes the lock of the id first, MySQL that of the session.
    steps = [("a", "other"), ("b", "m")]
    if store.dialect == "mysql":
        steps.reverse()
    saved: list[str] = []
    with closing(backend.open_connection(database_url)) as connection:
        bound = agentstore.bind(connection)
        for number in range(20):
            bound.create_session(id=f"ballast {number}")  # the lighter one is the victim
        (first_session, first_id), (second_session, second_id) = steps
        bound.save_user_message(first_session, "theirs", id=first_id)
        saver = threading.Thread(
            target=lambda: saved.append(store.save_user_message("a", "ours", id="m"))
        )
        saver.start()
        time.sleep(0.5)
        try:
            bound.save_user_message(second_session, "theirs", id=second_id)
        except TransactionConflictError:
            pytest.fail("the call should have been the victim")
        finally:
            connection.rollback()
        saver.join(60)
    assert saved == ["m"]
    assert [message.content for message in store.get_history("a")] == ["ours"]


def _first_nested(store: Storage) -> None:
    with store.transaction():
        store.save_user_message("a", "q", id="a1")


FIRSTS: dict[str, Callable[[Storage], object]] = {
    "a batch": lambda store: store.save_user_message("a", "q", id="a1"),
    "a read, then a batch": lambda store: (
        store.get_session("a"),
        store.save_user_message("a", "q", id="a1"),
    ),
    "a savepoint": _first_nested,
    "several statements": lambda store: store.save_messages(
        "a", [NewMessage("user", "q", id="a1")] + [NewMessage("user", "")] * 40
    ),
}
"""What may come first in a block, which is done with the id a1."""


@NETWORK
@pytest.mark.parametrize("first", FIRSTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_connection_that_died_idle_is_replaced_at_the_first_statement(
    store: Storage, proxy: Proxy, first: str, when: str
) -> None:
    """The server hears of a block with its first statement: nothing was done until then."""
    with agentstore.connect(proxy.url, pool_size=1) as cut_store:
        cut_store.ping()
        with cut_store.transaction():
            cut = proxy.cut_before_request if when == "before" else proxy.cut_after_request
            cut(1)
            FIRSTS[first](cut_store)
            cut_store.save_assistant_message("b", REPLY, id="b1")
        assert proxy.cuts == 1
        assert cut_store.stats().replaced == 1
    assert [(m.id, m.position) for m in store.get_history("a", limit=1000)][:1] == [("a1", 0)]
    assert [message.id for message in store.get_history("b")] == ["b1"]


@NETWORK
def test_connection_that_dies_new_is_not_replaced(store: Storage, proxy: Proxy) -> None:
    with agentstore.connect(proxy.url, pool_size=1) as cut_store:
        with pytest.raises(UnavailableError), cut_store.transaction():  # noqa: PT012
            proxy.cut_after_request()
            cut_store.save_user_message("a", "q")
        assert proxy.cuts == 1
        cut_store.save_user_message("a", "next")
    assert [message.content for message in store.get_history("a")] == ["next"]


@NETWORK
def test_block_whose_connection_cannot_be_replaced_has_failed(store: Storage, proxy: Proxy) -> None:
    """Nothing of it comes to be done outside of it."""
    with agentstore.connect(proxy.url, pool_size=1, retry_timeout=0.3) as cut_store:
        cut_store.ping()
        failed = pytest.raises(UnavailableError, match="can only be left")
        with failed, cut_store.transaction():
            proxy.refuse_connections()
            proxy.drop_connections()
            with pytest.raises(UnavailableError):
                cut_store.save_user_message("a", "first")
            proxy.pass_through()
            cut_store.save_user_message("a", "second")
        cut_store.save_user_message("a", "after it")
    assert [message.content for message in store.get_history("a")] == ["after it"]


@NETWORK
def test_refused_first_statement_leaves_no_transaction(store: Storage, proxy: Proxy) -> None:
    """What is wrong with it is said, and the connection is in no transaction afterwards."""
    with agentstore.connect(proxy.url, pool_size=1) as own:
        own.ping()
        with own.transaction():
            with pytest.raises(SessionNotFoundError):
                own.save_user_message("nobody", "q")
            own.save_user_message("a", "q")
        own.save_user_message("b", "on its own")
        assert own.stats().made == 1
    assert [message.content for message in store.get_history("a")] == ["q"]
    assert [message.content for message in store.get_history("b")] == ["on its own"]


CONNECTIONS: dict[str, type[Connection]] = {
    "postgresql": PostgreSQLConnection,
    "mysql": MySQLConnection,
}


@NETWORK
def test_an_interruption_of_the_replacing_leaves_no_transaction(
    store: Storage, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next call would be part of one that nobody ends."""
    kind = CONNECTIONS[store.dialect]
    begun: list[Connection] = []
    really = kind.begin

    def interrupted(connection: Connection) -> None:
        really(connection)
        begun.append(connection)
        if len(begun) == 2:
            raise KeyboardInterrupt

    with agentstore.connect(proxy.url, pool_size=1) as own:
        own.ping()
        monkeypatch.setattr(kind, "begin", interrupted)
        with pytest.raises(KeyboardInterrupt), own.transaction():  # noqa: PT012
            proxy.cut_before_request()
            own.save_user_message("a", "q")
        assert len(begun) == 2
        assert own.stats().open == 0
        own.save_user_message("a", "after it")
        own.close_session("b")
        assert [message.content for message in store.get_history("a")] == ["after it"]
        assert store.query_sessions(active=False)


NEEDS_SAVEPOINT: dict[str, Callable[[Storage], object]] = {
    "a nested block": _first_nested,
    "an id": lambda store: store.save_user_message("a", "q", id="a1"),
}


@NETWORK
@pytest.mark.parametrize("first", NEEDS_SAVEPOINT)
def test_block_whose_begin_fails_can_only_be_left(
    store: Storage, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """What came next would be done on its own, and kept."""
    kind = CONNECTIONS[store.dialect]
    really = kind._take_begin

    def refused(connection: Connection) -> str:
        if not really(connection):
            return ""
        monkeypatch.undo()
        return "SELECT 1 / 0" if store.dialect == "postgresql" else "SIGNAL SQLSTATE '45000'"

    with agentstore.connect(proxy.url, pool_size=1) as own:
        own.ping()
        monkeypatch.setattr(kind, "_take_begin", refused)
        failed = pytest.raises(DatabaseError, match="can only be left")
        with failed, own.transaction():
            with pytest.raises(DatabaseError):
                NEEDS_SAVEPOINT[first](own)
            own.save_user_message("a", "on its own")
        assert stored(store) == []
        own.save_user_message("a", "q", id="a1")
    assert stored(store) == [("a1", 0, 0)]


@NETWORK
@pytest.mark.parametrize("when", ["before", "after"])
def test_connection_dies_in_a_block(store: Storage, proxy: Proxy, when: str) -> None:
    """In its first call it goes on unseen; later it fails once, and then can be run again."""
    unseen: list[bool] = []
    with agentstore.connect(proxy.url, pool_size=1) as cut_store:
        for nth in range(1, 20):
            cut_store.ping()
            proxy.reset_counters()
            cut = proxy.cut_before_request if when == "before" else proxy.cut_after_request
            cut(nth)
            runs = _run_until_done(cut_store, store)
            assert runs <= 1 + proxy.cuts
            assert stored(store) == WHOLE
            unseen += [runs == 1] * proxy.cuts
            proxy.pass_through()
            for session_id in ("a", "b"):
                store.delete_session(session_id)
                store.create_session(id=session_id)
    assert unseen == sorted(unseen, reverse=True)
    assert unseen.count(True) >= 1
    assert unseen.count(False) >= 3


def _run_until_done(cut_store: Storage, store: Storage) -> int:
    runs = 0
    while True:
        runs += 1
        try:
            save_pair(cut_store)
        except UnavailableError as error:
            unknown = "outcome" in str(error)
            assert stored(store) == [] or (unknown and stored(store) == WHOLE)
        else:
            return runs


@NETWORK
@pytest.mark.parametrize("when", ["before", "after"])
def test_commit_whose_reply_is_lost(store: Storage, proxy: Proxy, when: str) -> None:
    with agentstore.connect(proxy.url, pool_size=1) as cut_store:
        cut_store.ping()
        cut = proxy.cut_before_request if when == "before" else proxy.cut_after_request
        cut(containing=b"transactions/commit")
        with pytest.raises(UnavailableError, match="unknown"):
            save_pair(cut_store)
        assert stored(store) == ([] if when == "before" else WHOLE)
        save_pair(cut_store)
        assert stored(store) == WHOLE


@NETWORK
def test_opening_a_block_is_retried(store: Storage, proxy: Proxy) -> None:
    runs = 0
    with agentstore.connect(proxy.url, pool_size=1) as cut_store:
        cut_store.ping()
        for cut in (proxy.cut_before_request, proxy.cut_after_request):
            cut()
            with cut_store.transaction():
                runs += 1
                cut_store.save_user_message("a", "q", id="a1")
    assert runs == 2
    assert stored(store) == [("a1", 0, 0)]


@NETWORK
def test_a_failed_block_can_only_be_left(
    backend: Backend, database_url: str, store: Storage, make_store: Callable[..., Storage]
) -> None:
    own = make_store(pool_size=1)
    with pytest.raises(UnavailableError), own.transaction():  # noqa: PT012
        own.save_user_message("a", "q")
        backend.kill_connections(database_url)
        for call in (own.get_session, own.get_history, lambda s: own.save_user_message(s, "x")):
            with pytest.raises(UnavailableError):
                call("a")
        with pytest.raises(UnavailableError), own.transaction():
            own.save_user_message("a", "x")
    assert stored(store) == []
    own.save_user_message("a", "x", id="after")
    assert stored(store) == [("after", 0, 0)]


@NETWORK
def test_swallowed_failure_commits_nothing(
    backend: Backend, database_url: str, store: Storage, make_store: Callable[..., Storage]
) -> None:
    own = make_store(pool_size=1)
    with pytest.raises(UnavailableError), own.transaction():  # noqa: PT012
        own.save_user_message("a", "q")
        backend.kill_connections(database_url)
        with pytest.raises(UnavailableError):
            own.save_user_message("a", "x")
    assert stored(store) == []


# PostgreSQL looks before it inserts, and has nothing to undo here.
@pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
@pytest.mark.parametrize("when", ["before", "after"])
def test_connection_dies_while_a_savepoint_is_undone(
    store: Storage, proxy: Proxy, when: str
) -> None:
    """That an id is in use is no failure of the block; that the connection is gone is one.

    Unless nothing was done in it before.
    """
    save_pair(store)
    with agentstore.connect(proxy.url, pool_size=1) as cut_store:
        cut_store.ping()
        cut = proxy.cut_before_request if when == "before" else proxy.cut_after_request
        cut(containing=b"transactions/rollback_to_savepoint")
        with pytest.raises(UnavailableError), cut_store.transaction():  # noqa: PT012
            cut_store.save_user_message("b", "before it")
            save_pair(cut_store)
        assert proxy.cuts == 1
        cut_store.ping()
        cut(containing=b"transactions/rollback_to_savepoint")
        save_pair(cut_store)
        assert proxy.cuts == 2
    assert stored(store) == WHOLE
