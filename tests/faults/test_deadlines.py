"""Silent networks, stopped servers, locks that nobody frees: each call ends in its time.

Times are compared with what the contract promises, and with `SLACK` for a busy machine.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from figures import Figures
from form import NETWORK, SHARED
from ledger import SLACK
from settling import Account, call_limit
from watching import settles, warm

import agentstore
from agentstore import NewMessage, Storage, UnavailableError
from agentstore.testing import Backend, Proxy, Server

HASTY: dict[str, Any] = {
    "pool_timeout": 0.3,
    "connect_timeout": 0.5,
    "statement_timeout": 0.5,
    "retry_timeout": 0.5,
}
REPLY = {"type": "t", "message": "x", "tool_calls": [{"tool_name": "a", "arguments": {}}] * 2}


def _in_a_transaction(store: Storage) -> None:
    with store.transaction():
        store.save_user_message("s", "x")


CALLS: dict[str, Callable[[Storage], object]] = {
    "ping": lambda s: s.ping(),
    "create_session": lambda s: s.create_session(metadata={"a": 1}, system_message="x"),
    "get_session": lambda s: s.get_session("s"),
    "get_or_create_session": lambda s: s.get_or_create_session("s"),
    "query_sessions": lambda s: s.query_sessions(metadata={"a": 1}),
    "iter_sessions": lambda s: list(s.iter_sessions()),
    "update_session_metadata": lambda s: s.update_session_metadata("s", {"a": 2}),
    "close_session": lambda s: s.close_session("s"),
    "save_user_message": lambda s: s.save_user_message("s", "x"),
    "save_assistant_message": lambda s: s.save_assistant_message("s", REPLY, id="own"),
    "save_messages": lambda s: s.save_messages("s", [NewMessage("user", "x")] * 10),
    "get_history": lambda s: s.get_history("s"),
    "save_tool_result": lambda s: s.save_tool_result("c", 1),
    "save_pending_confirmation": lambda s: s.save_pending_confirmation(
        "s", {"tool_name": "a", "arguments": {}}
    ),
    "take_pending_confirmation": lambda s: s.take_pending_confirmation("s"),
    "transaction": _in_a_transaction,
    "delete_session": lambda s: s.delete_session("s"),
}


class Clock:
    """Makes calls that must fail in time."""

    def __init__(self, account: Account, dialect: str) -> None:
        self._account = account
        self._dialect = dialect

    def all_unavailable(
        self, store: Storage, calls: dict[str, Callable[[Storage], object]], **options: float
    ) -> None:
        """Make calls, all at once; each must end in UnavailableError before its deadline."""
        outcomes: dict[str, tuple[object, float]] = {}

        def make(name: str, call: Callable[[Storage], object]) -> None:
            started_at = time.monotonic()
            try:
                outcome = call(store)
            except Exception as exc:
                outcome = exc
            outcomes[name] = (outcome, time.monotonic() - started_at)

        threads = [threading.Thread(target=make, args=item, daemon=True) for item in calls.items()]
        for thread in threads:
            thread.start()
        limit = call_limit(**options) + SLACK
        all_over_at = time.monotonic() + limit + SLACK
        for thread in threads:
            thread.join(max(0.0, all_over_at - time.monotonic()))
        late = {name: took for name, (_, took) in outcomes.items() if took > limit}
        endless = len(calls) - len(outcomes)
        self._account.record(
            self._dialect, Figures(unavailable=len(outcomes), late=len(late) + endless)
        )
        assert {name: type(outcome) for name, (outcome, _) in outcomes.items()} == dict.fromkeys(
            calls, UnavailableError
        )
        assert late == {}


@pytest.fixture
def clock(account: Account, backend: Backend) -> Clock:
    """Times calls on ``backend``."""
    return Clock(account, backend.name.partition("-")[0])


@NETWORK
@pytest.mark.parametrize("pool_size", [1, len(CALLS)])
def test_black_hole(proxy: Proxy, clock: Clock, pool_size: int) -> None:
    with agentstore.connect(proxy.url, pool_size=pool_size, **HASTY) as store:
        store.create_session(id="s")
        warm(store, pool_size)
        proxy.black_hole()
        clock.all_unavailable(store, CALLS, **HASTY)
        # What was held up on the way arrives now, and a session may be deleted by it.
        proxy.pass_through()
        warm(store, pool_size)
        assert store.create_session(id="after") == "after"


@NETWORK
def test_black_hole_from_the_start(proxy: Proxy, clock: Clock) -> None:
    with agentstore.connect(proxy.url, pool_size=len(CALLS), **HASTY) as store:
        proxy.black_hole()
        clock.all_unavailable(store, CALLS, **HASTY)
        proxy.pass_through()
        store.create_session(id="s")


@NETWORK
def test_server_that_is_gone(proxy: Proxy, clock: Clock) -> None:
    with agentstore.connect(proxy.url, pool_size=3, **HASTY) as store:
        store.ping()
        proxy.refuse_connections()
        proxy.drop_connections()
        clock.all_unavailable(store, CALLS, **HASTY)
        proxy.pass_through()
        store.create_session(id="s")


SLOW_CALLS: dict[str, Callable[[Storage], object]] = {
    "a transaction": CALLS["update_session_metadata"],
    # It has to look whether an earlier attempt has saved it, or there is no session.
    "a write and a read": lambda s: s.save_pending_confirmation(
        "nowhere", {"tool_name": "a", "arguments": {}}
    ),
}


@NETWORK
@pytest.mark.parametrize("block", [nullcontext, Storage.transaction], ids=["alone", "in a block"])
@pytest.mark.parametrize("call", SLOW_CALLS)
def test_many_slow_statements_are_one_slow_call(
    proxy: Proxy, clock: Clock, call: str, block: Callable[[Storage], AbstractContextManager[Any]]
) -> None:
    """Each statement is within its limit; all those of a call together are not."""

    def slow(store: Storage) -> None:
        with block(store):
            SLOW_CALLS[call](store)

    limits: dict[str, Any] = {
        "pool_timeout": 0.1, "connect_timeout": 0.2, "statement_timeout": 1.0, "retry_timeout": 0.1
    }  # fmt: skip
    with agentstore.connect(proxy.url, pool_size=1, **limits) as store:
        store.create_session(id="s")
        proxy.delay = 0.45
        clock.all_unavailable(store, {call: slow}, **limits)


def test_stopped_server(own_server: Server, own_database: str, account: Account) -> None:
    clock = Clock(account, own_server.name.lower())
    with agentstore.connect(own_database, pool_size=len(CALLS), **HASTY) as store:
        store.create_session(id="s")
        warm(store, 3)
        with stopped(own_server):
            clock.all_unavailable(store, CALLS, **HASTY)
        assert store.create_session(id="after") == "after"


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """A server whose processes stand still (SIGSTOP)."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    processes = [pid, *map(int, children)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
        while not all(_stands_still(task) for task in Path(f"/proc/{process}/task").iterdir()):
            time.sleep(0.01)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def _stands_still(task: Path) -> bool:
    return (task / "stat").read_text().rpartition(")")[2].split()[0] in ("T", "Z")


LOCKED_CALLS = {
    name: CALLS[name]
    for name in (
        "update_session_metadata",
        "close_session",
        "save_user_message",
        "save_assistant_message",
        "save_messages",
        "transaction",
        "delete_session",
    )
}


@pytest.fixture
def row_lock(backend: Backend, database_url: str, store: Storage) -> Iterator[Any]:
    """A raw driver connection that holds the row of the session ``s`` (SQLite: the database)."""
    store.create_session(id="s")
    with closing(backend.open_connection(database_url)) as connection:
        cursor = connection.cursor()
        cursor.execute("UPDATE agentstore_sessions SET active = active WHERE id = 's'")
        yield connection


@SHARED
def test_lock_that_is_not_freed(
    row_lock: Any, clock: Clock, make_store: Callable[..., Storage]
) -> None:
    # So short that no server of ours ends the wait by itself before the client does.
    options: dict[str, Any] = {**HASTY, "pool_timeout": 5.0, "statement_timeout": 0.3}
    with make_store(pool_size=3, **options) as hasty:
        hasty.ping()
        clock.all_unavailable(hasty, LOCKED_CALLS, **options)
        row_lock.rollback()
        assert hasty.get_history("s") == []
        warm(hasty, 3) if hasty.dialect != "sqlite" else hasty.ping()
        assert hasty.save_user_message("s", "x", id="after") == "after"


@SHARED
@pytest.mark.parametrize(("statement_timeout", "freed_after"), [(1.2, 1.7), (20.0, 0.5)])
def test_lock_that_is_freed_in_time(
    row_lock: Any, make_store: Callable[..., Storage], statement_timeout: float, freed_after: float
) -> None:
    """It is waited for by the statement, or by the attempts that follow each other."""
    store = make_store(statement_timeout=statement_timeout, retry_timeout=20)
    store.ping()
    saved: list[str] = []
    saver = threading.Thread(target=lambda: saved.append(store.save_user_message("s", "x", id="m")))
    saver.start()
    time.sleep(freed_after)
    assert saved == []
    row_lock.rollback()
    saver.join(30)
    assert saved == ["m"]
    assert [message.position for message in store.get_history("s")] == [0]


TABLE_LOCKS = {
    "postgresql": "LOCK TABLE agentstore_messages IN ACCESS EXCLUSIVE MODE",
    "mariadb": "LOCK TABLES agentstore_messages WRITE",
    "mysql": "LOCK TABLES agentstore_messages WRITE",
}


@NETWORK
def test_table_lock_that_is_freed_in_time(
    backend: Backend, database_url: str, make_store: Callable[..., Storage]
) -> None:
    """As of an ALTER TABLE: it is a lock like another, not a slow statement."""
    store = make_store(statement_timeout=1.3, retry_timeout=20)
    store.create_session(id="s")
    saved: list[str] = []
    saver = threading.Thread(target=lambda: saved.append(store.save_user_message("s", "x", id="m")))
    with closing(backend.open_connection(database_url)) as connection:
        connection.cursor().execute(TABLE_LOCKS[backend.name])
        saver.start()
        time.sleep(1.9)
        assert saved == []
    saver.join(30)
    assert saved == ["m"]
    assert [message.position for message in store.get_history("s")] == [0]


_LOCK_WAITS = "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
ACTIVE = {
    "postgresql": (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND (state = 'active' OR wait_event_type = 'Lock')"
    ),
    "mariadb": _LOCK_WAITS,
    "mysql": _LOCK_WAITS,
}


@NETWORK
def test_the_server_is_freed_too(
    backend: Backend, database_url: str, row_lock: Any, proxy: Proxy
) -> None:
    """A client that gave up on a silent network leaves no statement behind for long."""
    with agentstore.connect(proxy.url, **HASTY) as hasty:
        hasty.ping()
        proxy.cut_after_request(containing=b"agentstore_sessions")
        waiting = threading.Thread(target=lambda: _unavailable(hasty))
        waiting.start()
        with closing(backend.open_connection(database_url)) as watcher:
            assert settles(watcher, ACTIVE[backend.name], lambda count: count > 0)
            waiting.join(30)
            assert settles(watcher, ACTIVE[backend.name], lambda count: count == 0)
    row_lock.rollback()


def _unavailable(store: Storage) -> None:
    with pytest.raises(UnavailableError):
        store.save_user_message("s", "x")
