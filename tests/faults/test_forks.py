"""Forks in the middle of other threads' calls: the child works, the parent is not disturbed."""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from figures import Figures
from forked import ends_well, fork
from form import NETWORK, SHARED, Form
from settling import Account
from watching import CONNECTION_ID, Watcher
from workload import Writer, create_shared

import agentstore
from agentstore import Storage, StorageError
from agentstore.testing import Backend

CHILDREN = 6
FILE = pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)


@contextmanager
def threads_at_work(store: Storage, account: Account, url: str, count: int) -> Iterator[None]:
    """Some threads of this process that go on writing on one store."""
    stop = account.folder / "stop"
    threads = [
        threading.Thread(
            target=Writer(account.client(url, f"p{n}", stop=stop), store, f"p{n}").work
        )
        for n in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.touch()
        for thread in threads:
            thread.join(60)


@SHARED
def test_forks_in_the_middle_of_calls(
    database_url: str, store: Storage, account: Account, form: Form
) -> None:
    create_shared(database_url)
    chance = random.Random(4)

    def be_child(number: int) -> None:
        # The parent's store and threads: nothing of them may be touched.
        writer = Writer(account.client(database_url, f"c{number}"), store, f"c{number}")
        writer.create_own()
        for turn, operation in enumerate(("user", "turn", "own", "batch", "block", "result")):
            writer.do(operation, turn)
        if number % 2:
            store.close()

    with threads_at_work(store, account, database_url, 3):
        for first in range(0, form.fork_rounds * CHILDREN, CHILDREN):
            children = []
            for number in range(first, first + CHILDREN):
                time.sleep(chance.uniform(0, 0.15))
                children.append(fork(lambda n=number: be_child(n)))  # type: ignore[misc]
            assert [ends_well(child) for child in children] == [True] * CHILDREN
    figures = account.settle(database_url, Figures())
    assert figures.acknowledged > 6 * CHILDREN * form.fork_rounds
    assert figures.unavailable == 0


@SHARED
def test_parent_closes_and_the_child_goes_on(database_url: str, store: Storage) -> None:
    """What a child is told is kept, also when the parent's last connection is closed."""
    store.create_session(id="s")
    store.save_user_message("s", "parent")
    told_r, told_w = os.pipe()

    def be_child() -> None:
        store.save_user_message("s", "child")
        os.read(told_r, 1)
        store.save_user_message("s", "child again")
        with store.transaction():
            store.save_user_message("s", "child in a block")

    child = fork(be_child)
    time.sleep(0.2)
    store.close()
    os.write(told_w, b"x")
    assert ends_well(child)
    os.close(told_r)
    os.close(told_w)
    with agentstore.connect(database_url) as later:
        contents = [message.content for message in later.get_history("s")]
    assert contents == ["parent", "child", "child again", "child in a block"]


@SHARED
def test_multiprocessing(database_url: str, store: Storage) -> None:
    store.create_session(id="s")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context = multiprocessing.get_context("fork")
        workers = [
            context.Process(target=store.save_user_message, args=("s", f"{n}")) for n in range(4)
        ]
        for worker in workers:
            worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert sorted(message.content for message in store.get_history("s")) == list("0123")


@NETWORK
def test_the_parents_connections_stay(
    backend: Backend, database_url: str, watcher: Watcher, make_store: Callable[..., Storage]
) -> None:
    """A child that uses the store and ends leaves the parent on the very same connection."""
    store = make_store(pool_size=1)
    store.create_session(id="s")

    def connection_id() -> int:
        found: list[int] = []

        def ask(connection: object) -> None:
            cursor = connection.driver_connection.cursor()  # type: ignore[attr-defined]
            cursor.execute(CONNECTION_ID[backend.name])
            found.append(cursor.fetchone()[0])

        store._repository.executor.read(ask)
        return found[0]

    before = connection_id()

    def be_child() -> None:
        assert connection_id() != before
        store.save_user_message("s", "child")

    def close_in_child() -> None:
        store.close()

    for action in (be_child, close_in_child, lambda: None):
        assert ends_well(fork(action))
        assert connection_id() == before
    assert watcher.sees(1)


def test_memory_store_in_the_middle_of_calls() -> None:
    """The child is told, and does not hang on what the parent's threads held."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            store.save_user_message("s", "x")

    def be_child() -> None:
        for call in (
            store.get_session,
            store.get_history,
            lambda s: store.save_user_message(s, ""),
        ):
            with pytest.raises(StorageError, match="parent"):
                call("s")
        store.close()

    with agentstore.connect("sqlite://") as store:
        store.create_session(id="s")
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        children = [fork(be_child) for _ in range(CHILDREN)]
        assert [ends_well(child) for child in children] == [True] * CHILDREN
        done.set()
        for thread in threads:
            thread.join()
        positions = [message.position for message in store.get_history("s")]
        assert positions == list(range(len(positions)))


@SHARED
def test_fork_inside_a_block(database_url: str, store: Storage) -> None:
    store.create_session(id="s")

    def be_child() -> None:
        for call in (store.get_history, lambda s: store.save_user_message(s, "child")):
            with pytest.raises(StorageError):
                call("s")

    with store.transaction():
        store.save_user_message("s", "in the block")
        assert ends_well(fork(be_child))
        store.save_user_message("s", "after the fork")
    contents = [message.content for message in store.get_history("s")]
    assert contents == ["in the block", "after the fork"]


@NETWORK
def test_fork_while_another_thread_is_in_a_block(database_url: str, store: Storage) -> None:
    """The block is that thread's; the child's only thread goes on with connections of its own."""
    store.create_session(id="s")
    store.create_session(id="t")
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with store.transaction():
            store.save_user_message("s", "parent")
            inside.set()
            leave.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(60)
    child = fork(lambda: store.save_user_message("t", "child"))
    assert ends_well(child)
    leave.set()
    holder.join()
    contents = [store.get_history(session_id)[0].content for session_id in ("s", "t")]
    assert contents == ["parent", "child"]


@FILE
def test_fork_of_a_file_waits_for_other_threads_blocks(store: Storage) -> None:
    """A child would inherit what SQLite thinks the parent holds: there is to be nothing."""
    store.create_session(id="s")
    inside = threading.Event()

    def hold() -> None:
        with store.transaction():
            store.save_user_message("s", "parent")
            inside.set()
            time.sleep(0.5)
            store.save_user_message("s", "parent again")

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(60)
    assert ends_well(fork(lambda: store.save_user_message("s", "child")))
    holder.join()
    contents = [message.content for message in store.get_history("s")]
    assert contents == ["parent", "parent again", "child"]


@FILE
def test_fork_of_a_file_while_a_block_does_not_end(
    database_url: str, make_store: Callable[..., Storage]
) -> None:
    """Nobody waits for longer than pool_timeout: the child is told, the block goes on."""
    store = make_store(pool_timeout=0.3)
    store.create_session(id="s")
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with store.transaction():
            store.save_user_message("s", "parent")
            inside.set()
            leave.wait(60)
            store.save_user_message("s", "parent again")

    def be_child() -> None:
        for call in (
            lambda: store.get_history("s"),
            lambda: store.save_user_message("s", "child"),
            store.migrate,
            agentstore.connect(database_url).migrate,
        ):
            with pytest.raises(StorageError, match="fork"):
                call()
        store.close()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(60)
    assert ends_well(fork(be_child))
    leave.set()
    holder.join()
    contents = [message.content for message in store.get_history("s")]
    assert contents == ["parent", "parent again"]
