"""Other processes: some started on their own, and some forked from this one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from agentstore import Storage, StorageError
from agentstore.testing.suite.samples import answer, call, contents, positions

WRITER = """
import sys
import agentstore

name, url = sys.argv[1], sys.stdin.read()
with agentstore.connect(url) as store:
    for turn in range(10):
        store.save_assistant_message(
            "s",
            {
                "type": "t",
                "message": f"{name} {turn}",
                "tool_calls": [{"tool_name": f"{name} {turn}", "arguments": {}}] * 2,
            },
        )
"""


def _in_a_fork(action: Callable[[], object]) -> None:
    """Do it in a forked child, and fail with what it printed unless all went well there."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this platform")
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that threads are running
        child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            action()
            status = 0
        except BaseException:
            os.write(writing, traceback.format_exc().encode()[-60_000:])
        finally:
            os._exit(status)
    os.close(writing)
    deadline = time.monotonic() + 60
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > deadline:
            os.kill(child, 9)
            os.waitpid(child, 0)
            os.close(reading)
            pytest.fail("the child did not end")
        time.sleep(0.005)
    with os.fdopen(reading, "rb") as output:
        printed = output.read().decode(errors="replace")
    assert status == 0, printed


class TestProcesses:
    def test_writers_of_their_own(self, backend: Any, store: Storage, database_url: str) -> None:
        if backend.private:
            pytest.skip("one store alone reaches this database")
        store.create_session(id="s")
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, name], stdin=subprocess.PIPE, text=True)
            for name in ("one", "two", "three")
        ]
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write(database_url)
            writer.stdin.close()
        for turn in range(5):
            store.save_user_message("s", f"mine {turn}")
        assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
        history = store.get_history("s")
        assert [found.position for found in history] == list(range(35))
        wanted = [f"{name} {turn}" for name in ("one", "two", "three") for turn in range(10)]
        wanted += [f"mine {turn}" for turn in range(5)]
        assert sorted(found.content for found in history) == sorted(wanted)
        for found in history:
            names = [] if found.role == "user" else [found.content] * 2
            assert [made.tool_name for made in found.tool_calls] == names


class TestFork:
    @pytest.fixture(autouse=True)
    def _used_before_the_fork(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_user_message("s", "parent")

    def _needs_a_shared_database(self, backend: Any) -> None:
        if backend.private:
            pytest.skip("one store alone reaches this database")

    def test_the_child_goes_on_using_it(self, backend: Any, store: Storage) -> None:
        self._needs_a_shared_database(backend)

        def child() -> None:
            assert contents(store, "s") == ["parent"]
            store.save_assistant_message("s", answer(call(), message="child"))
            with store.transaction():
                store.save_user_message("s", "child again")

        _in_a_fork(child)
        store.save_user_message("s", "parent again")
        assert contents(store, "s") == ["parent", "child", "child again", "parent again"]
        assert positions(store, "s") == [0, 1, 2, 3]

    def test_closing_in_the_child_leaves_the_parents(self, backend: Any, store: Storage) -> None:
        self._needs_a_shared_database(backend)

        def child() -> None:
            store.get_session("s")
            store.close()

        _in_a_fork(child)
        _in_a_fork(store.close)
        for number in range(3):
            store.save_user_message("s", f"{number}")
        assert contents(store, "s") == ["parent", "0", "1", "2"]

    def test_parent_and_child_at_once(self, backend: Any, store: Storage) -> None:
        self._needs_a_shared_database(backend)
        stop = threading.Event()
        failures: list[BaseException] = []

        def work(number: int) -> None:
            try:
                while not stop.is_set():
                    store.save_user_message("s", f"thread {number}")
                    store.get_history("s", limit=2)
                    with store.transaction():
                        store.get_session("s")
            except BaseException as exc:
                failures.append(exc)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        try:
            for number in range(4):
                _in_a_fork(partial(store.save_user_message, "s", f"child {number}"))
        finally:
            stop.set()
            for thread in threads:
                thread.join(timeout=60)
        assert failures == []
        found = contents(store, "s")
        assert [text for text in found if text.startswith("child")] == [
            f"child {number}" for number in range(4)
        ]
        assert positions(store, "s") == list(range(len(found)))

    def test_a_private_store_stays_the_parents(self, backend: Any, store: Storage) -> None:
        if not backend.private:
            pytest.skip("this database is there for the child too")

        def child() -> None:
            for action in (
                lambda: store.get_session("s"),
                lambda: store.save_user_message("s", "child"),
                store.create_session,
                store.migrate,
            ):
                with pytest.raises(StorageError):
                    action()

        _in_a_fork(child)
        store.save_user_message("s", "parent again")
        assert contents(store, "s") == ["parent", "parent again"]

    def test_an_open_transaction_stays_the_parents(self, store: Storage) -> None:
        def child() -> None:
            with pytest.raises(StorageError):
                store.save_user_message("s", "child")
            with pytest.raises(StorageError):
                store.get_history("s")
            with pytest.raises(StorageError):
                store.migrate()

        with store.transaction():
            store.save_user_message("s", "in the block")
            _in_a_fork(child)
            store.save_user_message("s", "after the fork")
        assert contents(store, "s") == ["parent", "in the block", "after the fork"]

    def test_leaving_the_block_in_the_child(self, store: Storage) -> None:
        def child() -> None:
            with pytest.raises(StorageError):
                block.__exit__(None, None, None)

        block = store.transaction()
        block.__enter__()
        store.save_user_message("s", "in the block")
        try:
            _in_a_fork(child)
            store.save_user_message("s", "after the fork")
        finally:
            block.__exit__(None, None, None)
        assert contents(store, "s") == ["parent", "in the block", "after the fork"]
