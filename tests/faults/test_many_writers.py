"""Threads and processes that append to one session and to many: all of it, in order, by all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from clients import ClientProcess, Nursery
from figures import Figures
from form import SHARED
from settling import Account
from workload import APPENDS, create_shared, read_log

import agentstore
from agentstore import Storage
from agentstore.testing import Backend

PROCESSES = 3
THREADS = 3
TURNS = 24


@SHARED
def test_one_session_and_many(
    backend: Backend, database_url: str, nursery: Nursery, account: Account
) -> None:
    create_shared(database_url)
    clients = [
        nursery.start(
            account.client(database_url, f"w{n}", operations=APPENDS, turns=TURNS, threads=THREADS)
        )
        for n in range(PROCESSES)
    ]
    for client in clients:
        client.wait()
    figures = account.settle(database_url, Figures())
    assert figures.acknowledged == PROCESSES * THREADS * (TURNS + 1)
    with agentstore.connect(database_url) as store:
        in_shared = PROCESSES * THREADS * TURNS // len(APPENDS) * (1 + 1 + 3)
        assert store.get_message_count("shared") == in_shared


@SHARED
def test_no_writer_starves(
    backend: Backend, database_url: str, nursery: Nursery, account: Account, tmp_path: Path
) -> None:
    """From when all are at work until the first is done, each other has got its part."""
    stop = tmp_path / "stop"
    create_shared(database_url)
    clients = [
        nursery.start(
            account.client(database_url, f"w{n}", operations=("turn",), turns=250, stop=stop)
        )
        for n in range(5)
    ]
    before = _done(clients)
    while all(client.is_running() for client in clients):
        if not all(before.values()):
            before = _done(clients)
        time.sleep(0.005)
    stop.touch()
    for client in clients:
        client.wait()
    account.settle(database_url, Figures())
    done = {writer: count - before[writer] for writer, count in _done(clients).items()}
    assert min(done.values()) > max(done.values()) / 10, done


def _done(clients: list[ClientProcess]) -> dict[str, int]:
    """How many calls each has written down."""
    return {
        client.client.writer: len(read_log(log)) if (log := client.client.log).exists() else 0
        for client in clients
    }


@pytest.mark.parametrize(
    ("backend", "pool_size"),
    [("sqlite-file", 1), ("sqlite-file", 10), ("postgresql", 1), ("mariadb", 1), ("mysql", 1)],
    indirect=["backend"],
)
def test_threads_are_served_as_they_came(
    make_store: Callable[..., Storage], pool_size: int
) -> None:
    """By the pool and, for SQLite, by the queue of a process's writers, once they have waited."""
    store = make_store(pool_size=pool_size)
    store.create_session(id="s")
    waiting = [
        threading.Thread(target=store.save_user_message, args=("s", f"{number}"))
        for number in range(5)
    ]
    with store.transaction():
        for thread in waiting:
            thread.start()
            time.sleep(0.1)
    store.save_user_message("s", "who has had a turn just now")
    for thread in waiting:
        thread.join()
    contents = [message.content for message in store.get_history("s")]
    assert contents == [*"01234", "who has had a turn just now"]
