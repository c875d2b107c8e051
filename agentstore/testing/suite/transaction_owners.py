"""transaction(): whose it is, and where it may be left: hosts run code in threads of their own."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest

from agentstore import Storage, StorageError
from agentstore.testing.suite.samples import Undo, contents

WAIT = 60.0

Run = Callable[..., Any]


class Held:
    """What a caller has in a local variable."""


class TestTransactionOwners:
    @pytest.fixture
    def threads(self) -> Iterator[list[Run]]:
        """Two worker threads, each as a function that has it run another."""
        with ExitStack() as stack:
            pools = [stack.enter_context(ThreadPoolExecutor(1)) for _ in range(2)]

            def run_in(pool: ThreadPoolExecutor) -> Run:
                return lambda function, *args: pool.submit(function, *args).result(WAIT)

            yield [run_in(pool) for pool in pools]

    @pytest.fixture(autouse=True)
    def _one_session(self, store: Storage) -> None:
        store.create_session(id="s")

    @pytest.mark.parametrize("exc", [None, Undo()], ids=["well", "with an exception"])
    def test_left_in_another_thread(
        self, store: Storage, threads: list[Run], exc: BaseException | None
    ) -> None:
        first, second = threads
        block = store.transaction()
        first(block.__enter__)
        first(store.save_user_message, "s", "undone")
        if exc is None:
            with pytest.raises(StorageError, match="thread"):
                second(block.__exit__, None, None, None)
        else:
            second(block.__exit__, type(exc), exc, None)
        for run, text in ((first, "a"), (second, "b")):
            run(store.save_user_message, "s", text)
        with store.transaction():
            store.save_user_message("s", "c")
        assert contents(store, "s") == ["a", "b", "c"]

    def test_what_follows_is_no_part_of_a_strangers_block(
        self, backend: Any, store: Storage, threads: list[Run]
    ) -> None:
        first, second = threads
        block = store.transaction()
        first(block.__enter__)
        with pytest.raises(StorageError):
            second(block.__exit__, None, None, None)
        first(store.save_user_message, "s", "acknowledged")
        strangers = store.transaction()
        second(strangers.__enter__)
        second(store.save_user_message, "s", "undone")
        second(strangers.__exit__, Undo, Undo(), None)
        first(store.save_user_message, "s", "acknowledged too")
        assert contents(store, "s") == ["acknowledged", "acknowledged too"]

    def test_an_inner_block_left_in_another_thread(
        self, store: Storage, threads: list[Run]
    ) -> None:
        first, second = threads
        outer, inner = store.transaction(), store.transaction()
        first(outer.__enter__)
        first(store.save_user_message, "s", "outer")
        first(inner.__enter__)
        first(store.save_user_message, "s", "inner")
        with pytest.raises(StorageError, match="thread"):
            second(inner.__exit__, None, None, None)
        first(store.save_user_message, "s", "outer again")
        first(outer.__exit__, None, None, None)
        assert contents(store, "s") == ["outer", "outer again"]

    def test_left_out_of_order(self, store: Storage) -> None:
        outer, inner = store.transaction(), store.transaction()
        outer.__enter__()
        store.save_user_message("s", "outer")
        inner.__enter__()
        store.save_user_message("s", "inner")
        with pytest.raises(StorageError, match="inside"):
            outer.__exit__(None, None, None)
        with pytest.raises(StorageError, match="undone"):
            inner.__exit__(None, None, None)
        store.save_user_message("s", "alone")
        assert contents(store, "s") == ["alone"]

    def test_a_middle_block_left_out_of_order(self, store: Storage) -> None:
        with store.transaction():
            store.save_user_message("s", "outer")
            middle, inner = store.transaction(), store.transaction()
            for block, text in ((middle, "middle"), (inner, "inner")):
                block.__enter__()
                store.save_user_message("s", text)
            for block in (middle, inner):
                with pytest.raises(StorageError):
                    block.__exit__(None, None, None)
            store.save_user_message("s", "outer again")
        assert contents(store, "s") == ["outer", "outer again"]

    def test_left_twice(self, store: Storage) -> None:
        block = store.transaction()
        with block:
            store.save_user_message("s", "kept")
        with pytest.raises(StorageError):
            block.__exit__(None, None, None)
        with pytest.raises(StorageError), block:
            pass
        assert contents(store, "s") == ["kept"]

    def test_two_generators_in_one_thread(self, store: Storage) -> None:
        def stream(name: str) -> Iterator[str]:
            with store.transaction():
                yield store.save_user_message("s", name)

        first, second = stream("first"), stream("second")
        next(first)
        next(second)
        with pytest.raises(StorageError):
            next(first)
        with pytest.raises(StorageError):
            next(second)
        store.save_user_message("s", "alone")
        assert contents(store, "s") == ["alone"]

    def test_a_generator_that_nobody_reads_on(self, store: Storage) -> None:
        def stream() -> Iterator[str]:
            with store.transaction():
                yield store.save_user_message("s", "undone")

        reading = stream()
        next(reading)
        del reading
        store.save_user_message("s", "alone")
        assert contents(store, "s") == ["alone"]

    def test_nothing_of_the_callers_is_kept(self, store: Storage) -> None:
        """What whoever opens a block has in hand goes when they let go of it."""

        def work() -> weakref.ref[Held]:
            held = Held()
            with store.transaction():
                store.save_user_message("s", "a")
                with store.transaction():
                    store.save_user_message("s", "b")
            store.get_history("s")
            return weakref.ref(held)

        was_enabled = gc.isenabled()
        gc.disable()
        try:
            assert work()() is None
        finally:
            if was_enabled:
                gc.enable()

    def test_another_threads_copy_of_the_context(self, store: Storage, backend: Any) -> None:
        """As asyncio.to_thread and anyio make it: the block is not taken along."""
        if backend.private:
            pytest.skip("the only connection is in use")
        with ThreadPoolExecutor(1) as other, store.transaction():
            context = contextvars.copy_context()
            read = other.submit(context.run, store.get_history, "s")
            store.save_user_message("s", "in the block")
            assert read.result(WAIT) == []

    def test_another_context_in_that_thread(self, store: Storage, backend: Any) -> None:
        before = contextvars.copy_context()
        block: AbstractContextManager[None] = store.transaction()
        with block:
            store.save_user_message("s", "in the block")
            if backend.private:
                with pytest.raises(StorageError, match="context"):
                    before.run(store.get_history, "s")
            else:
                assert before.run(store.get_history, "s") == []
            store.save_user_message("s", "in the block too")
        assert contents(store, "s") == ["in the block", "in the block too"]

    def test_entered_in_a_context_that_is_gone(self, store: Storage) -> None:
        """Request after request in one worker thread, each in a context of its own."""
        for text in ("a", "b"):
            block = store.transaction()
            contextvars.copy_context().run(block.__enter__)
            contextvars.copy_context().run(block.__exit__, None, None, None)
            store.save_user_message("s", text)
        assert contents(store, "s") == ["a", "b"]

    def test_another_task(self, store: Storage) -> None:
        async def main() -> None:
            started = asyncio.Event()

            async def other() -> None:
                await started.wait()
                with pytest.raises(StorageError, match="task"):
                    store.save_user_message("s", "other")

            earlier = asyncio.create_task(other())
            with store.transaction():
                store.save_user_message("s", "in the block")
                started.set()
                await earlier
                await asyncio.create_task(other())
                store.save_user_message("s", "in the block too")
            store.save_user_message("s", "alone")

        asyncio.run(main())
        assert contents(store, "s") == ["in the block", "in the block too", "alone"]

    def test_an_event_loop_inside(self, store: Storage) -> None:
        async def main() -> None:
            store.save_user_message("s", "main")
            await asyncio.create_task(child())

        async def child() -> None:
            with store.transaction():
                store.save_user_message("s", "child")

        with pytest.raises(Undo), store.transaction():  # noqa: PT012
            asyncio.run(main())
            assert contents(store, "s") == ["main", "child"]
            raise Undo
        assert contents(store, "s") == []
