"""What a signal's handler raises inside a driver comes out as it is, whatever its class.

An OSError would be the network's there, and the call made again; sqlite3 drops what is raised
while it works.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest
from form import NETWORK
from test_signals import KINDS, OPTIONS, Alarm

import agentstore
from agentstore import MessageExistsError, SessionExistsError, Storage, UnavailableError
from agentstore.testing import Backend, Proxy

every_kind = pytest.mark.parametrize("kind", KINDS)

WITHOUT_END = (
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
)
SLOW = {
    "sqlite-memory": WITHOUT_END,
    "sqlite-file": WITHOUT_END,
    "postgresql": "SELECT pg_sleep(20)",
    "mariadb": "SELECT sleep(20)",
    "mysql": "SELECT sleep(20)",
}


def interrupt(kind: type[BaseException], call: Callable[[], object]) -> None:
    """Have a signal's handler raise in the middle of a call that takes long."""
    before = signal.signal(signal.SIGALRM, Alarm(kind))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(kind, match="handler"):
            call()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(store: Storage, text: str) -> None:
    """Run a text of SQL on a connection of the store's."""
    store._repository.executor.read(
        lambda connection: connection._guarded(connection._rows, "slow", text, {})
    )


@every_kind
def test_in_a_slow_statement(
    backend: Backend, make_store: Callable[..., Storage], kind: type[BaseException]
) -> None:
    seen: list[Any] = []
    store = make_store(**OPTIONS, observer=seen.append)
    store.create_session(id="s")
    for _ in range(2):
        interrupt(kind, lambda: run(store, SLOW[backend.name]))
        assert [event.error for event in seen if event.name == "slow"] == [kind.__name__]
        assert store.save_user_message("s", "later")
        seen.clear()
    assert store.stats().in_use == 0
    assert store.stats().retries == {}


@every_kind
def test_in_a_slow_statement_of_a_block(
    backend: Backend, make_store: Callable[..., Storage], kind: type[BaseException]
) -> None:
    store = make_store(**OPTIONS)
    store.create_session(id="s")

    def block() -> None:
        with store.transaction():
            store.save_user_message("s", "undone")
            run(store, SLOW[backend.name])

    interrupt(kind, block)
    assert store.get_history("s") == []
    assert store.save_user_message("s", "later")


@every_kind
@NETWORK
def test_while_a_connection_is_made(proxy: Proxy, kind: type[BaseException]) -> None:
    with agentstore.connect(proxy.url, connect_timeout=20) as store:
        proxy.black_hole()
        interrupt(kind, store.ping)
        proxy.pass_through()
        store.ping()
        assert store.stats().retries == {}


@every_kind
def test_what_is_called_while_one_is_handled(
    backend: Backend, database_url: str, kind: type[BaseException]
) -> None:
    """As a task does that saves how far it has come when its time is over."""
    before = signal.signal(signal.SIGALRM, Alarm(kind))
    try:
        signal.raise_signal(signal.SIGALRM)
    except kind:
        with agentstore.connect(database_url) as store:
            store.create_session(id="s")
            with pytest.raises(SessionExistsError):
                store.create_session(id="s")
            with store.transaction():
                store.save_user_message("s", "x", id="own")
            with pytest.raises(MessageExistsError):
                store.save_user_message("s", "y", id="own")
    finally:
        signal.signal(signal.SIGALRM, before)


@NETWORK
def test_an_outage_while_one_is_handled(proxy: Proxy) -> None:
    limits = {"connect_timeout": 2.0, "statement_timeout": 2.0, "retry_timeout": 0.0}
    with agentstore.connect(proxy.url, **limits) as store:  # type: ignore[arg-type]
        store.create_session(id="s")
        before = signal.signal(signal.SIGALRM, Alarm(TimeoutError))
        try:
            signal.raise_signal(signal.SIGALRM)
        except TimeoutError:
            for fault in (proxy.cut_after_request, proxy.black_hole, proxy.refuse_connections):
                fault()
                with pytest.raises(UnavailableError):
                    store.save_user_message("s", "x")
        finally:
            signal.signal(signal.SIGALRM, before)
