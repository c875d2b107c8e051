"""The fault suite catches what it is there for: the core, broken on purpose, fails its checks.

Each variant takes one safeguard away; its docstring names the tests that fail without it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from figures import Figures
from forked import ends_well, fork
from form import NETWORK
from ledger import Ledger
from settling import Account
from workload import Writer, create_shared, read_log

import agentstore
from agentstore import Storage, UnavailableError
from agentstore.dialects.mysql.connection import MySQLConnection
from agentstore.dialects.mysql.repository import MySQLRepository
from agentstore.dialects.postgresql.connection import PostgreSQLConnection
from agentstore.engine import forking
from agentstore.engine.batch import Batch
from agentstore.engine.connection import Connection
from agentstore.engine.deadline import NEVER, Deadline
from agentstore.engine.pooled import PooledExecutor
from agentstore.model.identifiers import new_id
from agentstore.operations.messages import MessageOperations
from agentstore.operations.sessions import SessionOperations
from agentstore.testing import Backend, Proxy

MYSQL = pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
SQLITE = pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)


def settled(account: Account, url: str) -> Figures:
    """The figures of what was done here, not asserted."""
    entries = [entry for log in account.folder.glob("*.log") for entry in read_log(log)]
    with agentstore.connect(url) as store:
        return Ledger(store, entries, limit=60).figures


def cut_some(proxy: Proxy, account: Account, *operations: str) -> None:
    """Calls whose requests are cut, as in test_cut_requests."""
    with agentstore.connect(proxy.url, pool_size=1) as store:
        writer = Writer(account.client(proxy.url, "w"), store, "w")
        writer.create_own()
        for number in range(12):
            proxy.cut_after_request(number // len(operations) % 4 + 1)
            writer.do(operations[number % len(operations)], number)
            proxy.pass_through()


@NETWORK
def test_nothing_broken(database_url: str, proxy: Proxy, account: Account) -> None:
    create_shared(database_url)
    cut_some(proxy, account, "user", "create", "confirm", "block")
    assert settled(account, database_url) == Figures(acknowledged=12)


@NETWORK
def test_no_retry(
    database_url: str, proxy: Proxy, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """test_cut_requests, test_each_answer_is_right, test_killed_servers."""
    create_shared(database_url)

    def once(self: PooledExecutor, attempt: Callable[[Deadline], Any], on_retry: Any = None) -> Any:
        return attempt(Deadline.after(60))

    monkeypatch.setattr(PooledExecutor, "_retrying", once)
    cut_some(proxy, account, "user", "turn")
    assert settled(account, database_url).unavailable > 0


@NETWORK
def test_attempts_with_ids_of_their_own(
    database_url: str, proxy: Proxy, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """test_cut_requests, test_killed_servers."""
    create_shared(database_url)

    def renaming(run_batch: Callable[[Any, Batch], list[int]]) -> Callable[[Any, Batch], list[int]]:
        def with_new_ids(self: Connection, steps: Batch) -> list[int]:
            for step in steps:
                if isinstance(step.parameters, dict) and "content" in step.parameters:
                    step.parameters = {**step.parameters, "id": new_id()}
            return run_batch(self, steps)

        return with_new_ids

    for cls in (PostgreSQLConnection, MySQLConnection):
        monkeypatch.setattr(cls, "run_batch", renaming(cls.run_batch))
    cut_some(proxy, account, "user")
    figures = settled(account, database_url)
    assert figures.doubled > 0


@NETWORK
def test_own_session_taken_for_anothers(
    database_url: str, proxy: Proxy, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """test_cut_requests, test_each_answer_is_right."""
    create_shared(database_url)
    monkeypatch.setattr(SessionOperations, "is_work_of", lambda self, session_id, token: False)
    cut_some(proxy, account, "create")
    assert settled(account, database_url).wrong > 0


@MYSQL
def test_no_transaction(
    database_url: str, proxy: Proxy, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """test_cut_requests; test_killed_clients and test_killed_servers by chance."""
    create_shared(database_url)

    monkeypatch.setattr(MySQLConnection, "run_batch", Connection.run_steps)
    cut_some(proxy, account, "turn")
    figures = settled(account, database_url)
    assert figures.torn > 0
    assert figures.gaps > 0


@MYSQL
def test_positions_by_maximum(
    database_url: str, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """test_one_session_and_many, test_no_writer_starves: most writers fail."""
    create_shared(database_url)

    def next_after_last(self: Any, connection: Any, parameters: dict[str, Any]) -> int:
        cursor = connection.driver_connection.cursor()
        query = "SELECT coalesce(max(position), -1) + 1 FROM agentstore_messages"
        cursor.execute(query + " WHERE session_id = %s", [parameters["session_id"]])
        time.sleep(0.002)
        return int(cursor.fetchone()[0])

    monkeypatch.setattr(MySQLRepository, "_insert_turns", MessageOperations._insert_turns)
    monkeypatch.setattr(MySQLRepository, "_reserve_positions", next_after_last)
    monkeypatch.setattr("agentstore.operations.messages._MOST_COLLISIONS", 3)
    with agentstore.connect(database_url) as store:
        writers = [Writer(account.client(database_url, f"w{n}"), store, f"w{n}") for n in range(8)]
        threads = [
            threading.Thread(target=lambda w=writer: [w.do("user", n) for n in range(10)])
            for writer in writers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert settled(account, database_url).errors > 0


def _never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("before_fork", "after_fork_in_parent", "after_fork_in_child"):
        monkeypatch.setattr(PooledExecutor, name, lambda self: None)


@NETWORK
def test_no_fork_check(store: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """test_the_parents_connections_stay, test_forks_in_the_middle_of_calls."""
    store.create_session(id="s")
    _never_told(monkeypatch)
    # The child ends the connection, as a worker process that ends does.
    assert ends_well(fork(store.close))
    monkeypatch.setattr(PostgreSQLConnection, "is_usable", lambda self: True)
    monkeypatch.setattr(MySQLConnection, "is_usable", lambda self: True)
    monkeypatch.setattr(store._repository.executor, "_retry_timeout", 0)
    with pytest.raises(UnavailableError):
        store.get_session("s")


@SQLITE
def test_no_fork_check_for_files(
    database_url: str, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """test_parent_closes_and_the_child_goes_on: what the child was told is lost."""
    store.create_session(id="s")

    def new_pool(self: Any) -> None:
        forking.keep_pool(self._pool)
        self._pool = self._make_pool()

    _never_told(monkeypatch)
    monkeypatch.setattr(PooledExecutor, "after_fork_in_child", new_pool)
    reading, writing = os.pipe()

    def be_child() -> None:
        store.get_session("s")
        os.read(reading, 1)
        store.save_user_message("s", "child")

    child = fork(be_child)
    time.sleep(0.3)
    store.close()
    os.write(writing, b"x")
    assert ends_well(child)
    os.close(reading)
    os.close(writing)
    with agentstore.connect(database_url) as later:
        assert later.get_history("s") == []


@NETWORK
def test_stale_connections_not_looked_at(
    backend: Backend,
    database_url: str,
    make_store: Callable[..., Storage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """test_connections_killed_while_idle, test_server_restarted_between_calls."""
    store = make_store(retry_timeout=0)
    store.create_session(id="s")
    backend.kill_connections(database_url)
    monkeypatch.setattr(PostgreSQLConnection, "is_usable", lambda self: True)
    monkeypatch.setattr(MySQLConnection, "is_usable", lambda self: True)
    with pytest.raises(UnavailableError):
        store.get_session("s")


@NETWORK
def test_no_limit_for_a_whole_call(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """test_many_slow_statements_are_one_slow_call."""
    limits: dict[str, Any] = {
        "pool_timeout": 0.1, "connect_timeout": 0.2, "statement_timeout": 0.2, "retry_timeout": 0.1
    }  # fmt: skip
    with agentstore.connect(proxy.url, pool_size=1, **limits) as store:
        store.create_session(id="s")
        proxy.delay = 0.2
        with pytest.raises(UnavailableError):
            store.update_session_metadata("s", {"a": 1})
        proxy.delay = 0
        store.ping()
        proxy.delay = 0.2
        monkeypatch.setattr(
            Connection, "set_deadline", lambda self, _: setattr(self, "deadline", NEVER)
        )
        assert store.update_session_metadata("s", {"a": 1})
