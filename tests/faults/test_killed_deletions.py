"""Retention and erasure, killed with -9 at any moment beside writers: the end is the same."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from deleters import MESSAGES, POLICY, apply_policy, erase_ann, fill, run_killed
from form import SHARED, Form

from agentstore import Storage
from agentstore.testing import Backend

AT_ONCE = 150
HELD = 20


@contextmanager
def writing(store: Storage) -> Iterator[list[str]]:
    """Save to a session all the while; gives the ids of what was acknowledged."""
    store.create_session(id="live", user_id="bob")
    acknowledged: list[str] = []
    failed: list[BaseException] = []
    stop = threading.Event()

    def write() -> None:
        try:
            while not stop.wait(0.005):
                acknowledged.append(store.save_user_message("live", "hello"))
        except BaseException as exc:
            failed.append(exc)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        writer.join()
    assert not failed


def check_untouched(store: Storage, held: list[str], acknowledged: list[str]) -> None:
    """What is held, and what was saved meanwhile, is there to the last message."""
    assert acknowledged
    assert [message.id for message in store.get_history("live")] == acknowledged
    for session_id in held:
        assert store.get_message_count(session_id) == MESSAGES


@SHARED
def test_killed_retention(
    backend: Backend, database_url: str, store: Storage, other_store: Storage, form: Form
) -> None:
    chance = random.Random(f"retention {backend.name}")
    held = fill(store, "held", HELD, user_id="held")
    store.place_hold(reason="a lawsuit", user_id="held")
    filled: list[str] = []
    with writing(other_store) as acknowledged:
        kills = 0
        while kills < form.deletion_kills:
            filled += fill(store, f"old{len(filled)}", AT_ONCE, user_id="ann")
            while kills < form.deletion_kills and run_killed(apply_policy, database_url, chance):
                kills += 1
        report = store.apply_retention(POLICY, share=1)
    assert report.finished
    assert [rule.held for rule in report.rules] == [HELD / 2, HELD / 2]
    check_untouched(store, held, acknowledged)
    assert {session.id for session in store.iter_sessions()} == {"live", *held}
    trashed = {session.id for session in store.iter_sessions(trashed=True)}
    assert trashed == {name for name in filled if int(name.partition("-")[2]) % 2}
    for session_id in list(trashed)[:20]:
        assert len(store.get_history(session_id, trashed=True)) == MESSAGES


@SHARED
def test_killed_erasure(
    backend: Backend, database_url: str, store: Storage, other_store: Storage, form: Form
) -> None:
    chance = random.Random(f"erasure {backend.name}")
    held = fill(store, "held", HELD, user_id="ann")
    for session_id in held:
        store.place_hold(reason="a lawsuit", session_id=session_id)
    filled = 0
    with writing(other_store) as acknowledged:
        kills = 0
        while kills < form.deletion_kills:
            filled += len(fill(store, f"old{filled}", AT_ONCE, user_id="ann"))
            while kills < form.deletion_kills and run_killed(erase_ann, database_url, chance):
                kills += 1
            if kills < form.deletion_kills:  # one was done, which says that all is gone
                assert store.count_sessions(user_id="ann") == HELD
        assert store.erase_user("ann").held == HELD
    check_untouched(store, held, acknowledged)
    assert store.count_sessions(user_id="ann") == HELD
    receipts = store.query_erasure_receipts()
    assert all(receipt.finished_at for receipt in receipts)
    for table, rows in (("agentstore_sessions", 1), ("agentstore_messages", MESSAGES)):
        assert sum(receipt.rows.get(table, 0) for receipt in receipts) == filled * rows
