"""Threads and processes that append to one session and to many: all of it, in order, by all."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from clients import Nursery
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
    """Until the first process is done with its turns, each other has got its part."""
    stop = tmp_path / "stop"
    create_shared(database_url)
    clients = [
        nursery.start(
            account.client(database_url, f"w{n}", operations=("turn",), turns=150, stop=stop)
        )
        for n in range(5)
    ]
    while all(client.is_running() for client in clients):
        time.sleep(0.005)
    stop.touch()
    for client in clients:
        client.wait()
    account.settle(database_url, Figures())
    done = Counter({client.client.writer: len(read_log(client.client.log)) for client in clients})
    assert min(done.values()) > 15, done


@pytest.mark.parametrize(
    ("backend", "pool_size"),
    [("sqlite-file", 1), ("sqlite-file", 10), ("postgresql", 1), ("mariadb", 1)],
    indirect=["backend"],
)
def test_no_thread_starves(make_store: Callable[..., Storage], pool_size: int) -> None:
    """The pool and, for SQLite, the writers' queue of a process serve in the order of arrival."""
    store = make_store(pool_size=pool_size)
    store.create_session(id="s")
    saved = [0] * 6

    def write(number: int) -> None:
        while max(saved) < 100:
            store.save_user_message("s", "x")
            saved[number] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(len(saved))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(saved) > 50, saved
