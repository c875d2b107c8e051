"""A clock that goes backwards, or jumps: order, time limits and updated_at do not depend on it."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from agentstore import NewMessage, Storage, UnavailableError
from agentstore.model import values

START = datetime(2026, 3, 29, 2, 0, tzinfo=timezone.utc)


@pytest.fixture
def jumps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock finds it an hour earlier, or two hours later on each fifth."""
    looks = itertools.count()
    offset = timedelta()

    def now() -> datetime:
        nonlocal offset
        offset += timedelta(hours=2) if next(looks) % 5 == 4 else timedelta(hours=-1)
        return START + offset

    monkeypatch.setattr(values, "now", now)
    monkeypatch.setattr(time, "time", lambda: now().timestamp())
    monkeypatch.setattr(time, "time_ns", lambda: int(now().timestamp()) * 1_000_000_000)


@pytest.mark.usefixtures("jumps")
def test_order_and_updated_at(store: Storage) -> None:
    session_id = store.create_session()
    seen = [store.get_session(session_id)]
    ids = []
    for number in range(12):
        if number % 3:
            ids.append(store.save_user_message(session_id, f"{number}"))
        else:
            ids += store.save_messages(
                session_id, [NewMessage("user", "a"), NewMessage("user", "b")]
            )
        seen.append(store.get_session(session_id))
    store.update_session_metadata(session_id, {"k": 1})
    seen.append(store.get_session(session_id))
    store.close_session(session_id)
    seen.append(store.get_session(session_id))
    history = store.get_history(session_id)
    assert [message.id for message in history] == ids
    assert [message.position for message in history] == list(range(len(ids)))
    assert [message.id for message in store.get_history(session_id, limit=5)] == ids[-5:]
    assert [message.id for message in store.query_messages(session_id=session_id)] == ids
    assert len(set(ids)) == len(ids)
    moments = [session.updated_at for session in seen if session is not None]
    assert moments == sorted(set(moments))
    timestamps = [message.timestamp for message in history]
    assert timestamps != sorted(timestamps)


@pytest.mark.usefixtures("jumps")
def test_many_threads(store: Storage, other_store: Storage) -> None:
    store.create_session(id="s")

    def write(own: Storage) -> None:
        for _ in range(8):
            own.save_user_message("s", "x")

    threads = [threading.Thread(target=write, args=(own,)) for own in (store, other_store) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [message.position for message in store.get_history("s")] == list(range(32))


@pytest.mark.usefixtures("jumps")
def test_time_limits(make_store: Callable[..., Storage]) -> None:
    """Neither at once nor never: limits are by a clock that does not jump."""
    store = make_store(pool_size=1, pool_timeout=0.3)
    store.create_session(id="s")
    took: list[float] = []

    def wait() -> None:
        started_at = time.monotonic()
        with pytest.raises(UnavailableError):
            store.get_session("s")
        took.append(time.monotonic() - started_at)

    with store.transaction():
        waiter = threading.Thread(target=wait, daemon=True)
        waiter.start()
        waiter.join(30)
    assert len(took) == 1
    assert took[0] >= 0.3
