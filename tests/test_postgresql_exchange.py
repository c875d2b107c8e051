"""Statements of pooled connections go through libpq: prepared in time, whole, and not forever."""

from __future__ import annotations

import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest

from agentstore.dialects.postgresql.exchange import Exchange, WaitTimedOut
from agentstore.engine.deadline import Deadline
from agentstore.testing import ServerAddress

WAITED_FOR = "SELECT pg_sleep(30)"


@pytest.fixture
def connection(postgres_server: ServerAddress) -> Iterator[psycopg.Connection[Any]]:
    """A connection to an own server process."""
    with closing(psycopg.connect(postgres_server.base_url, autocommit=True)) as connection:
        yield connection


@pytest.fixture
def exchange(connection: psycopg.Connection[Any]) -> Exchange:
    """What sends its statements."""
    return Exchange(connection, psycopg.adapt.Transformer(connection))


@pytest.fixture
def observer(postgres_server: ServerAddress) -> Iterator[psycopg.Connection[Any]]:
    """Another connection to the same server."""
    with closing(psycopg.connect(postgres_server.base_url, autocommit=True)) as connection:
        yield connection


def _prepared(exchange: Exchange) -> int:
    ((count,),) = exchange.rows("SELECT count(*) FROM pg_prepared_statements", {})
    assert isinstance(count, int)
    return count


def test_a_text_is_prepared_once_it_is_frequent(exchange: Exchange) -> None:
    exchange.prepares = True
    for run in range(1, 8):
        assert exchange.rows("SELECT %(n)s::int + %(n)s::int, '%%'", {"n": run}) == [(2 * run, "%")]
        assert _prepared(exchange) == (run >= 5) + (run >= 5)


def test_nothing_is_prepared_unless_it_is_said(exchange: Exchange) -> None:
    for _ in range(8):
        exchange.rows("SELECT 1", {})
    assert _prepared(exchange) == 0


def test_no_connection_prepares_texts_without_end(exchange: Exchange) -> None:
    exchange.prepares = True
    for number in range(110):
        for _ in range(6):
            assert exchange.rows(f"SELECT {number}", {}) == [(number,)]
    assert _prepared(exchange) == 100


@pytest.mark.parametrize("prepares", [True, False])
def test_it_goes_on_after_an_error(exchange: Exchange, prepares: bool) -> None:
    exchange.prepares = prepares
    for _ in range(8):
        with pytest.raises(psycopg.errors.DivisionByZero):
            exchange.rows("SELECT 1 / %(n)s::int", {"n": 0})
        assert exchange.rows("SELECT 1 / %(n)s::int", {"n": 1}) == [(1,)]


def test_a_statement_whose_commit_fails_has_failed(exchange: Exchange) -> None:
    exchange.count("CREATE TEMP TABLE t (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)", {})
    for prepares in (False, True):
        exchange.prepares = prepares
        for _ in range(6):
            with pytest.raises(psycopg.errors.UniqueViolation):
                exchange.count("INSERT INTO t VALUES (1), (1)", {})
            assert exchange.rows("SELECT n FROM t", {}) == []


def test_it_says_how_many_rows_were_found(exchange: Exchange) -> None:
    assert exchange.count("CREATE TEMP TABLE t (n int)", {}) == 0
    assert exchange.count("INSERT INTO t SELECT generate_series(1, 3)", {}) == 3
    assert exchange.count("DELETE FROM t WHERE n > %(n)s RETURNING n", {"n": 1}) == 2
    assert exchange.count("SELECT n FROM t", {}) == 1


def test_a_parameter_larger_than_all_buffers_arrives(exchange: Exchange) -> None:
    exchange.deadline = Deadline.after(60)
    text = "ä" * 20_000_000
    assert exchange.rows("SELECT %(text)s::text", {"text": text}) == [(text,)]


@pytest.mark.parametrize("text", ["\0", "a\0b", ["a", "b\0"]])
def test_what_libpq_would_cut_off_is_refused(exchange: Exchange, text: str | list[str]) -> None:
    with pytest.raises(psycopg.DataError):
        exchange.rows("SELECT %(text)s::text", {"text": text})
    assert exchange.rows("SELECT 1", {}) == [(1,)]


def test_a_parameter_of_an_unknown_type_is_refused(exchange: Exchange) -> None:
    with pytest.raises(psycopg.ProgrammingError):
        exchange.rows("SELECT %(n)s::text", {"n": object()})
    assert exchange.rows("SELECT 1", {}) == [(1,)]


def test_it_may_wait_for_longer_than_a_poll(exchange: Exchange) -> None:
    exchange.deadline = Deadline.after(1e9)
    assert exchange.rows("SELECT 1", {}) == [(1,)]


def test_what_the_server_says_before_it_hangs_up_is_told(
    connection: psycopg.Connection[Any], exchange: Exchange, observer: psycopg.Connection[Any]
) -> None:
    end = ["SELECT pg_terminate_backend(%s)", [connection.info.backend_pid]]
    killer = threading.Timer(0.2, observer.execute, end)
    killer.start()
    with pytest.raises(psycopg.errors.AdminShutdown):
        exchange.rows(WAITED_FOR, {})
    killer.join()


def test_it_waits_no_longer_than_it_may(exchange: Exchange) -> None:
    exchange.deadline = Deadline.after(0.2)
    with pytest.raises(WaitTimedOut):
        exchange.rows(WAITED_FOR, {})


@pytest.mark.parametrize("prepares", [True, False])
def test_a_lost_connection_is_an_error(
    connection: psycopg.Connection[Any],
    exchange: Exchange,
    observer: psycopg.Connection[Any],
    prepares: bool,
) -> None:
    exchange.prepares = prepares
    for _ in range(6):
        exchange.rows("SELECT 1", {})
    assert exchange.is_silent()
    observer.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
    assert select.select([connection.fileno()], [], [], 30)[0]
    assert not exchange.is_silent()
    with pytest.raises(psycopg.OperationalError):
        exchange.rows("SELECT 1", {})
    assert connection.closed


def test_an_interrupted_statement_ends_on_the_server_too(
    connection: psycopg.Connection[Any], exchange: Exchange, observer: psycopg.Connection[Any]
) -> None:
    def is_running() -> bool:
        row = observer.execute(
            "SELECT state = 'active' FROM pg_stat_activity WHERE pid = %s",
            [connection.info.backend_pid],
        ).fetchone()
        return row == (True,)

    with _called_by_alarm(is_running), pytest.raises(KeyboardInterrupt):
        exchange.rows(WAITED_FOR, {})
    until = time.monotonic() + 20
    while is_running():
        assert time.monotonic() < until, "it goes on"
        time.sleep(0.02)


@contextmanager
def _called_by_alarm(is_time: Callable[[], bool]) -> Iterator[None]:
    """Interrupt what runs once it is time."""

    def look(signum: int, frame: object) -> None:
        if is_time():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
