"""What an operator sees: events, logs of retries and slow statements; and what they never show."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from backends import NETWORKED

import agentstore
from agentstore import StatementEvent, Storage
from agentstore.testing import Backend, Proxy

SECRET = "s3cret-content"


def record(store: Storage) -> None:
    session = store.create_session(id="s", metadata={"user_id": SECRET})
    store.save_user_message(session, SECRET)
    assert store.get_history(session)
    with store.transaction():
        store.save_user_message(session, SECRET)


def test_each_round_trip_is_an_event(make_store: Callable[..., Storage]) -> None:
    events: list[StatementEvent] = []
    store = make_store(observer=events.append)
    store.ping()
    events.clear()
    record(store)
    names = [event.name for event in events]
    assert names.count("messages/get_history") == 1
    assert any(name.startswith("messages/") for name in names)
    assert all(event.seconds >= 0 and event.attempt == 1 for event in events)
    assert all(event.error is None and event.statements >= 1 for event in events)
    history = next(event for event in events if event.name == "messages/get_history")
    assert history.rows == 1
    assert not history.in_transaction
    assert events[-1].in_transaction
    assert SECRET not in str([event.to_dict() for event in events])


def test_what_a_new_connection_is_set_up_with_is_counted_and_told(
    make_store: Callable[..., Storage], caplog: pytest.LogCaptureFixture
) -> None:
    events: list[StatementEvent] = []
    store = make_store(observer=events.append, slow_statement=0)
    with caplog.at_level(logging.WARNING, logger="agentstore"):
        record(store)
    assert len(events) == store.stats().statements
    slow = [r for r in caplog.records if r.getMessage().startswith("slow statement ")]
    assert len(slow) == len(events)
    other: list[StatementEvent] = []
    make_store(observer=other.append).ping()
    assert len(events) == store.stats().statements
    assert other[-1].name == "connection/ping"


def test_an_observer_that_raises_is_logged_and_dropped(
    make_store: Callable[..., Storage], caplog: pytest.LogCaptureFixture
) -> None:
    def observer(event: StatementEvent) -> None:
        raise RuntimeError("mine")

    record(make_store(observer=observer))
    logged = [r for r in caplog.records if r.name == "agentstore.statements"]
    assert logged
    assert all(r.levelno == logging.ERROR for r in logged)


@pytest.mark.parametrize("origin", ["context", "cause", "inner"])
def test_what_is_handled_meanwhile_is_not_logged_with_it(
    origin: str, make_store: Callable[..., Storage], caplog: pytest.LogCaptureFixture
) -> None:
    """An observer is told of a failed statement while its error, with the driver's text, is."""

    def observer(event: StatementEvent) -> None:
        if origin == "cause":
            raise RuntimeError("mine") from sys.exc_info()[1]
        try:
            raise KeyError("inner")
        except KeyError:
            if origin == "inner":
                raise RuntimeError("mine") from None
        raise RuntimeError("mine")

    store = make_store(observer=observer)
    try:
        raise ValueError(SECRET)
    except ValueError:
        store.count_sessions()
    assert "RuntimeError: mine" in caplog.text
    assert SECRET not in caplog.text


def test_what_the_observer_calls_is_not_observed(make_store: Callable[..., Storage]) -> None:
    events: list[StatementEvent] = []

    def observer(event: StatementEvent) -> None:
        events.append(event)
        store.count_sessions()

    store = make_store(observer=observer, pool_size=1, pool_timeout=1)
    record(store)
    assert "sessions/count_sessions" not in [event.name for event in events]


def test_a_failed_statement_says_so(make_store: Callable[..., Storage]) -> None:
    events: list[StatementEvent] = []
    store = make_store(observer=events.append)
    store.create_session(id="s")
    store.save_user_message("s", "x", id="m")
    events.clear()
    store.create_session(id="t")
    with pytest.raises(agentstore.MessageExistsError):
        store.save_user_message("t", "y", id="m")
    assert {event.error for event in events} <= {None, "DatabaseError"}


def test_slow_statements_are_logged_by_name(
    make_store: Callable[..., Storage], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="agentstore"):
        record(make_store(slow_statement=0))
    slow = [r for r in caplog.records if r.getMessage().startswith("slow statement ")]
    assert any("messages/get_history" in r.getMessage() for r in slow)
    assert {r.levelno for r in slow} == {logging.WARNING}
    assert SECRET not in caplog.text


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
def test_retries_are_logged(
    proxy: Proxy, caplog: pytest.LogCaptureFixture, backend: Backend
) -> None:
    with (
        caplog.at_level(logging.INFO, logger="agentstore"),
        agentstore.connect(proxy.url, pool_size=1) as store,
    ):
        store.create_session(id="s")
        proxy.cut_after_request(1)
        store.save_user_message("s", SECRET)
        assert len(store.get_history("s")) == 1
    [first] = [r for r in caplog.records if r.name == "agentstore.retry"]
    assert first.levelno == logging.INFO
    assert "messages/" in first.getMessage()
    assert "disconnected" in first.getMessage()
    assert "attempt 2" in first.getMessage()
    assert SECRET not in caplog.text


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
def test_the_attempt_is_the_calls_own(proxy: Proxy, backend: Backend) -> None:
    """One that was tried again leaves nothing of it to the calls that follow on its connection."""
    events: list[StatementEvent] = []
    with agentstore.connect(proxy.url, pool_size=1, observer=events.append) as store:
        store.create_session(id="s")
        proxy.cut_after_request(1)
        store.get_history("s")
        assert max(event.attempt for event in events) == 2
        events.clear()
        with store.transaction():
            store.save_user_message("s", "in a block")
        store.ping()
        store.save_user_message("s", "hi")
    assert {event.attempt for event in events} == {1}


@pytest.mark.parametrize("value", [-1, "soon", True, float("nan")])
def test_slow_statement_is_a_number_of_seconds(value: Any) -> None:
    with pytest.raises(agentstore.ConfigurationError, match="slow_statement"):
        agentstore.connect("sqlite://", slow_statement=value)


def test_observer_is_a_keyword_only() -> None:
    with pytest.raises(agentstore.ConfigurationError, match="observer"):
        agentstore.connect("sqlite://?observer=x")
    with pytest.raises(agentstore.ConfigurationError, match="observer"):
        agentstore.connect("sqlite://", observer=1)  # type: ignore[arg-type]


def test_stats(make_store: Callable[..., Storage]) -> None:
    store = make_store(pool_size=2)
    record(store)
    stats = store.stats()
    assert stats.made == stats.open == stats.idle == 1
    assert stats.in_use == stats.waiting == stats.replaced == 0
    assert stats.statements > 3
    assert stats.retries == {}
    with store.transaction():
        assert store.stats().in_use == 1
        store.ping()
        assert store.stats().statements > stats.statements


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
def test_stats_count_replaced_connections_and_retries(
    make_store: Callable[..., Storage],
    backend: Backend,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = make_store(pool_size=1)
    store.create_session(id="s")
    backend.kill_connections(database_url)
    with caplog.at_level(logging.INFO, logger="agentstore"):
        store.get_session("s")
    stats = store.stats()
    assert (stats.made, stats.open, stats.replaced) == (2, 1, 1)
    assert [r.levelno for r in caplog.records if r.name == "agentstore.pool"] == [logging.INFO]


def test_an_exhausted_pool_is_logged(
    make_store: Callable[..., Storage], caplog: pytest.LogCaptureFixture
) -> None:
    store = make_store(pool_size=1, pool_timeout=0, retry_timeout=0)
    store.create_session(id="s")

    def ask() -> None:
        with pytest.raises(agentstore.UnavailableError):
            store.get_session("s")

    with store.transaction():
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert [r.levelno for r in caplog.records if r.name == "agentstore.pool"] == [logging.WARNING]
