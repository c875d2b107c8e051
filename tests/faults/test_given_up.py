"""What a client has given up on is cancelled at the server: it does not take effect later."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from forked import ends_well, fork
from form import NETWORK
from test_deadlines import ACTIVE
from watching import settles

import agentstore
from agentstore import Storage, UnavailableError
from agentstore.testing import Backend, Proxy

# The server's own limit for a lock is whole seconds on MySQL, and the client's is shorter.
IMPATIENT: dict[str, Any] = {"statement_timeout": 30, "retry_timeout": 0, "connect_timeout": 5}


class TimeLimit(BaseException):
    """As a task queue raises it."""


@pytest.fixture
def locked(backend: Backend, database_url: str, store: Storage) -> Any:
    """A connection that holds the row of the session ``s``."""
    store.create_session(id="s")
    with closing(backend.open_connection(database_url)) as connection:
        connection.cursor().execute("UPDATE agentstore_sessions SET active = active WHERE id = 's'")
        yield connection


def nothing_waits(backend: Backend, database_url: str) -> bool:
    """Whether the server waits for no lock any more."""
    with closing(backend.open_connection(database_url)) as watcher:
        return settles(watcher, ACTIVE[backend.name], lambda count: count == 0)


@NETWORK
def test_a_time_out_is_cancelled(
    backend: Backend,
    database_url: str,
    locked: Any,
    make_store: Callable[..., Storage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = make_store(**IMPATIENT)
    store.ping()
    [connection] = store._repository.executor._pool._idle  # type: ignore[attr-defined]
    connection.statement_limit = 0.3
    with pytest.raises(UnavailableError) as caught:
        store.save_user_message("s", "given up")
    assert "may still take effect" not in str(caught.value)
    assert nothing_waits(backend, database_url)
    locked.rollback()
    assert store.get_history("s") == []
    assert store.save_user_message("s", "later", id="m") == "m"


@NETWORK
def test_an_interrupted_call_is_cancelled(backend: Backend, database_url: str, locked: Any) -> None:
    def be_client() -> None:
        def stop(*_: object) -> None:
            raise TimeLimit

        signal.signal(signal.SIGALRM, stop)
        with agentstore.connect(database_url, **IMPATIENT) as store:
            store.ping()
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            with pytest.raises(TimeLimit):
                store.save_user_message("s", "interrupted")
            assert nothing_waits(backend, database_url)

    assert ends_well(fork(be_client))
    locked.rollback()
    with agentstore.connect(database_url) as later:
        assert later.get_history("s") == []


@NETWORK
def test_it_says_where_the_server_cannot_be_told(locked: Any, proxy: Proxy) -> None:
    limits = {**IMPATIENT, "statement_timeout": 0.5, "connect_timeout": 1}
    with agentstore.connect(proxy.url, **limits) as store:
        store.ping()
        sent = threading.Event()

        def fall_silent() -> None:
            proxy.black_hole()
            sent.set()

        threading.Timer(0.2, fall_silent).start()
        with pytest.raises(UnavailableError, match="may still take effect"):
            store.save_user_message("s", "x")
        assert sent.is_set()
        proxy.pass_through()
    locked.rollback()
