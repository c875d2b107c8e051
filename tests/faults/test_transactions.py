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
from agentstore import Storage, TransactionConflictError, UnavailableError
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


@NETWORK
@pytest.mark.parametrize("when", ["before", "after"])
def test_connection_dies_in_a_block(store: Storage, proxy: Proxy, when: str) -> None:
    """Wherever it is cut, the block fails once and then can be run again."""
    cuts = 0
    with agentstore.connect(proxy.url, pool_size=1) as cut_store:
        for nth in range(2, 20):
            cut_store.ping()
            proxy.reset_counters()
            cut = proxy.cut_before_request if when == "before" else proxy.cut_after_request
            cut(nth)
            runs = _run_until_done(cut_store, store)
            assert runs == 1 + proxy.cuts
            assert stored(store) == WHOLE
            cuts += proxy.cuts
            proxy.pass_through()
            for session_id in ("a", "b"):
                store.delete_session(session_id)
                store.create_session(id=session_id)
    assert cuts >= 4


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
    """That an id is in use is no failure of the block; that the connection is gone is one."""
    save_pair(store)
    with agentstore.connect(proxy.url, pool_size=1) as cut_store:
        cut_store.ping()
        cut = proxy.cut_before_request if when == "before" else proxy.cut_after_request
        cut(containing=b"transactions/rollback_to_savepoint")
        with pytest.raises(UnavailableError):
            save_pair(cut_store)
        assert proxy.cuts == 1
        save_pair(cut_store)
    assert stored(store) == WHOLE
