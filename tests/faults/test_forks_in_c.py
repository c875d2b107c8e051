"""Forks that run no hook of Python's, as uWSGI's: each call looks whose process it is."""

from __future__ import annotations

import os
import random
import threading
import time

import pytest
from figures import Figures
from forked import ends_well, fork, how_it_ends
from form import NETWORK, SHARED, Form
from settling import Account
from test_forks import CHILDREN, FILE, threads_at_work
from workload import Writer, create_shared

import agentstore
from agentstore import Storage, StorageError

ROUNDS = 5
MORE_ROUNDS = 2
OPERATIONS = ("user", "turn", "own", "batch", "block", "result")


def work(account: Account, url: str, store: Storage, name: str, rounds: int = ROUNDS) -> None:
    """Make some calls of each kind on a store."""
    writer = Writer(account.client(url, name), store, name)
    writer.create_own()
    for turn, operation in enumerate(OPERATIONS * rounds):
        writer.do(operation, turn)


@SHARED
def test_children_and_parent_work(
    database_url: str, store: Storage, account: Account, form: Form
) -> None:
    rounds = ROUNDS * form.fork_rounds
    create_shared(database_url)
    work(account, database_url, store, "p0", rounds)
    reading, writing = os.pipe()

    def be_child(name: str) -> None:
        os.read(reading, 1)  # all of them at once
        work(account, database_url, store, name, rounds)

    children = [
        fork(lambda n=number: be_child(f"c{n}"), in_c=True)  # type: ignore[misc]
        for number in range(CHILDREN)
    ]
    os.write(writing, b"x" * CHILDREN)
    work(account, database_url, store, "p1", rounds)
    assert [ends_well(child, seconds=60 * form.fork_rounds) for child in children] == [
        True
    ] * CHILDREN
    os.close(reading)
    os.close(writing)
    work(account, database_url, store, "p2", rounds)
    figures = account.settle(database_url, Figures())
    assert figures.acknowledged == len(OPERATIONS) * rounds * (CHILDREN + 3)
    # The parent still has the very connection that it had, and no child has spoken on it.
    assert (store.stats().made, store.stats().replaced) == (1, 0)


@NETWORK
def test_in_the_middle_of_other_threads_calls(
    database_url: str, store: Storage, account: Account, form: Form
) -> None:
    create_shared(database_url)
    chance = random.Random(5)
    ends: list[str] = []
    with threads_at_work(store, account, database_url, 3):
        # A round in which Python hangs in each child says nothing: it is done again.
        while len(ends) < form.fork_rounds * CHILDREN or (
            "well" not in ends and len(ends) < (form.fork_rounds + MORE_ROUNDS) * CHILDREN
        ):
            children = []
            for number in range(len(ends), len(ends) + CHILDREN):
                time.sleep(chance.uniform(0, 0.15))
                name = f"c{number}"
                children.append(
                    fork(lambda n=name: work(account, database_url, store, n), in_c=True)  # type: ignore[misc]
                )
            # Where a thread waited for the interpreter's lock at the very fork, Python itself may
            # hang in a child that it was not told of: it ends by our hand, and what it was told
            # counts.
            deadline = time.monotonic() + 60
            ends += [
                how_it_ends(child, seconds=max(0.0, deadline - time.monotonic()))
                for child in children
            ]
    assert "badly" not in ends
    assert "well" in ends
    assert account.settle(database_url, Figures()).unavailable == 0


@SHARED
def test_closed_in_the_child(store: Storage) -> None:
    store.create_session(id="s")
    assert ends_well(fork(store.close, in_c=True))
    store.save_user_message("s", "parent")
    assert [message.content for message in store.get_history("s")] == ["parent"]


@SHARED
def test_what_the_child_was_told_stays(database_url: str, store: Storage) -> None:
    """Also where the parent closes its last connection, which takes a file's log along."""
    store.create_session(id="s")

    def be_child() -> None:
        store.save_user_message("s", "child")
        time.sleep(0.6)
        store.save_user_message("s", "child again")

    child = fork(be_child, in_c=True)
    time.sleep(0.3)
    store.close()
    assert ends_well(child)
    with agentstore.connect(database_url) as later:
        contents = [message.content for message in later.get_history("s")]
    assert contents == ["child", "child again"]


@FILE
def test_a_file_that_was_in_use_is_refused(database_url: str, store: Storage) -> None:
    """Whichever store of the child asks: another connection would take no real lock."""
    store.create_session(id="s")
    other = agentstore.connect(database_url)
    other.ping()
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with store.transaction():
            store.save_user_message("s", "parent")
            inside.set()
            leave.wait(60)

    def be_child() -> None:
        for each in (store, other, agentstore.connect(database_url)):
            with pytest.raises(StorageError, match="connect after the fork"):
                each.get_history("s")
            with pytest.raises(StorageError, match="connect after the fork"):
                each.migrate()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(60)
    assert ends_well(fork(be_child, in_c=True))
    leave.set()
    holder.join()
    other.close()
    assert [message.content for message in store.get_history("s")] == ["parent"]


def test_a_store_in_memory_stays_the_parents() -> None:
    with agentstore.connect("sqlite://") as store:
        store.create_session(id="s")

        def be_child() -> None:
            with pytest.raises(StorageError, match="parent"):
                store.save_user_message("s", "child")

        assert ends_well(fork(be_child, in_c=True))
        assert store.get_history("s") == []


@SHARED
def test_an_open_block_stays_the_parents(store: Storage) -> None:
    store.create_session(id="s")

    def be_child() -> None:
        with pytest.raises(StorageError):
            store.save_user_message("s", "child")
        with pytest.raises(StorageError):
            block.__exit__(None, None, None)

    block = store.transaction()
    with block:
        store.save_user_message("s", "in the block")
        assert ends_well(fork(be_child, in_c=True))
        store.save_user_message("s", "after the fork")
    contents = [message.content for message in store.get_history("s")]
    assert contents == ["in the block", "after the fork"]
