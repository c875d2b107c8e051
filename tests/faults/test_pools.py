"""Pools: dead connections are replaced unseen, old ones retired, none lost after an error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from form import NETWORK
from test_deadlines import HASTY
from watching import CONNECTION_ID, Watcher, warm

import agentstore
from agentstore import (
    DatabaseError,
    MessageExistsError,
    SessionExistsError,
    SessionNotFoundError,
    Storage,
    StorageError,
    UnavailableError,
)
from agentstore.testing import Backend, Proxy, Server


def save_in_a_block(store: Storage) -> None:
    """Two saves in a transaction()."""
    with store.transaction():
        store.save_user_message("s", "x")
        store.save_user_message("s", "y")


FIRST_CALLS: dict[str, Callable[[Storage], object]] = {
    "ping": lambda s: s.ping(),
    "read": lambda s: s.get_history("s"),
    "save": lambda s: s.save_user_message("s", "x"),
    "own id": lambda s: s.save_user_message("s", "x", id="own"),
    "transaction": save_in_a_block,
}


@NETWORK
@pytest.mark.parametrize("call", FIRST_CALLS)
def test_connections_killed_while_idle(
    backend: Backend, database_url: str, make_store: Callable[..., Storage], call: str
) -> None:
    # No time for a second attempt: a stale connection is noticed before it is used.
    store = make_store(pool_size=4, retry_timeout=0)
    store.create_session(id="s")
    warm(store, 4)
    for _ in range(3):
        backend.kill_connections(database_url)
        FIRST_CALLS[call](store)


@pytest.mark.parametrize("call", ["own id", "transaction"])
def test_server_restarted_between_calls(own_server: Server, own_database: str, call: str) -> None:
    with agentstore.connect(own_database, pool_size=4, retry_timeout=0) as store:
        store.create_session(id="s")
        warm(store, 4)
        own_server.restart()
        FIRST_CALLS[call](store)


@NETWORK
def test_one_silent_connection_condemns_those_that_lie_idle(
    database_url: str, proxy: Proxy
) -> None:
    """The others are silent too, and to find that out one after the other would take too long."""
    direct = urlsplit(database_url)
    user, _, host = direct.netloc.rpartition("@")
    hosts = f"{user}@127.0.0.1:{urlsplit(proxy.url).port},{host}"
    url = urlunsplit(direct._replace(netloc=hosts))
    limits: dict[str, Any] = {"connect_timeout": 1, "statement_timeout": 0.5, "retry_timeout": 5}
    with agentstore.connect(url, pool_size=8, **limits) as store:
        store.create_session(id="s")
        warm(store, 8)
        proxy.black_hole()
        assert store.save_user_message("s", "x", id="m") == "m"


@NETWORK
def test_errors_leak_nothing(
    backend: Backend, database_url: str, watcher: Watcher, make_store: Callable[..., Storage]
) -> None:
    size = 3
    store = make_store(pool_size=size, **{**HASTY, "pool_timeout": 5})
    store.create_session(id="s")
    store.save_user_message("s", "x", id="m")

    def fail(call: Callable[[], object], error: type[StorageError]) -> None:
        with pytest.raises(error):
            call()

    def fail_in_a_block(call: Callable[[], object]) -> None:
        with store.transaction():
            store.save_user_message("s", "undone")
            call()

    def divide() -> None:
        raise ZeroDivisionError

    def lose_connection() -> None:
        backend.kill_connections(database_url)
        store.save_user_message("s", "undone")

    for _ in range(4 * size):
        fail(lambda: store.create_session(id="s"), SessionExistsError)
        fail(lambda: store.save_user_message("s", "y", id="m"), MessageExistsError)
        fail(lambda: store.save_user_message("nowhere", "y"), SessionNotFoundError)
        fail(
            lambda: fail_in_a_block(lambda: store.save_user_message("nowhere", "y")),
            SessionNotFoundError,
        )
        with pytest.raises(ZeroDivisionError):
            fail_in_a_block(divide)
        with pytest.raises(UnavailableError):
            fail_in_a_block(lose_connection)
    assert not watcher.sees_a_transaction()
    warm(store, size)
    assert watcher.sees(size)
    assert [message.id for message in store.get_history("s")] == ["m"]


@NETWORK
def test_the_server_sees_no_more_connections_than_the_pool_has(
    watcher: Watcher, make_store: Callable[..., Storage]
) -> None:
    store = make_store(pool_size=3)
    store.create_session(id="s")
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            store.save_user_message("s", "x")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    most = watcher.most(looks=10)
    done.set()
    for thread in threads:
        thread.join()
    assert most == 3


@NETWORK
def test_exhausted_pool(make_store: Callable[..., Storage]) -> None:
    store = make_store(pool_size=2, pool_timeout=0.1, retry_timeout=20)
    store.create_session(id="s")
    holders = threading.Barrier(3)
    done = threading.Event()
    outcomes: list[Any] = []

    def hold() -> None:
        with store.transaction():
            holders.wait(30)
            done.wait(30)

    def outcome_of(call: Callable[[Storage], object]) -> None:
        with pytest.raises(UnavailableError, match="pool_size"):
            call(store)
        outcomes.append(call)

    held = [threading.Thread(target=hold) for _ in range(2)]
    for thread in held:
        thread.start()
    holders.wait(30)
    for call in FIRST_CALLS.values():
        outcome_of(call)
    done.set()
    for thread in held:
        thread.join()
    warm(store, 2)
    assert len(outcomes) == len(FIRST_CALLS)


@pytest.mark.parametrize("backend", ["sqlite-memory", "sqlite-file"], indirect=True)
def test_exhausted_pool_of_one(make_store: Callable[..., Storage]) -> None:
    store = make_store(pool_size=1, pool_timeout=0.1)
    store.create_session(id="s")
    failed: list[str] = []

    def fail() -> None:
        for name, call in FIRST_CALLS.items():
            with pytest.raises(UnavailableError, match="pool_size"):
                call(store)
            failed.append(name)

    with store.transaction():
        other = threading.Thread(target=fail)
        other.start()
        other.join(30)
    assert failed == list(FIRST_CALLS)
    store.save_user_message("s", "x")


@NETWORK
def test_max_lifetime(
    backend: Backend, watcher: Watcher, make_store: Callable[..., Storage]
) -> None:

    def connection_ids(store: Storage, calls: int) -> list[int]:
        seen = []
        for _ in range(calls):
            rows: list[int] = []

            def ask(connection: Any, rows: list[int] = rows) -> None:
                cursor = connection.driver_connection.cursor()
                cursor.execute(CONNECTION_ID[backend.name])
                rows.append(cursor.fetchone()[0])

            store._repository.executor.read(ask)
            seen += rows
            time.sleep(0.06)
        return seen

    assert len(set(connection_ids(make_store(max_lifetime=3600), 4))) == 1
    assert len(set(connection_ids(make_store(max_lifetime=0.05), 4))) == 4
    assert watcher.sees(2)


@NETWORK
def test_no_connection_is_left_at_the_end(
    watcher: Watcher, make_store: Callable[..., Storage]
) -> None:
    store = make_store(pool_size=4)
    warm(store, 4)
    assert watcher.sees(4)
    store.close()
    assert watcher.sees(0)


@NETWORK
def test_a_broken_statement_is_no_driver_exception(make_store: Callable[..., Storage]) -> None:
    store = make_store()

    def nonsense(connection: Any) -> None:
        connection._guarded(connection._count, "nonsense", "SELECT nonsense FROM", {})

    for _ in range(3):
        with pytest.raises(DatabaseError):
            store._repository.executor.write(nonsense)
    store.ping()


def test_closed_while_a_call_waits(make_store: Callable[..., Storage]) -> None:
    """It is told so, at once rather than after retry_timeout."""
    store = make_store(pool_size=1)
    store.create_session(id="s")
    inside, leave = threading.Event(), threading.Event()
    outcomes: list[StorageError] = []

    def hold() -> None:
        with store.transaction():
            inside.set()
            leave.wait(30)

    def wait() -> None:
        with pytest.raises(StorageError, match="closed") as caught:
            store.get_session("s")
        outcomes.append(caught.value)

    holder, waiter = threading.Thread(target=hold), threading.Thread(target=wait)
    holder.start()
    inside.wait(30)
    waiter.start()
    time.sleep(0.2)
    store.close()
    leave.set()
    holder.join()
    waiter.join()
    assert [type(outcome) for outcome in outcomes] == [StorageError]
