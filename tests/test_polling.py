"""Where select.poll is missing, as on Windows and under eventlet, stores work all the same."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

import pytest
from backends import NETWORKED

from agentstore import Storage
from agentstore.engine.polling import READABLE, WRITABLE, poll_of

over_the_network = pytest.mark.parametrize("backend", NETWORKED, indirect=True)


@pytest.fixture
def _no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("poll", "epoll"):
        monkeypatch.delattr(select, name)


@over_the_network
@pytest.mark.usefixtures("_no_poll")
def test_a_store_without_poll(make_store: Callable[..., Storage]) -> None:
    # Without a retry, a connection is looked at before each use.
    store = make_store(retry_timeout=0)
    store.create_session(id="s")
    with store.transaction():
        store.save_user_message("s", "x" * 1_000_000)
    assert [len(message.content) for message in store.get_history("s")] == [1_000_000]


@pytest.mark.parametrize("has_poll", [True, False])
def test_both_say_the_same(has_poll: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_poll:
        monkeypatch.delattr(select, "poll")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reading = poll_of(ours.fileno(), READABLE)
        both = poll_of(ours.fileno(), READABLE | WRITABLE)
        assert reading.poll(0) == []
        assert both.poll(0) == [(ours.fileno(), WRITABLE)]
        theirs.send(b"x")
        assert reading.poll(1000) == [(ours.fileno(), READABLE)]
        assert both.poll(1000) == [(ours.fileno(), READABLE | WRITABLE)]
