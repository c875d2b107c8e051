"""What is stored next, read by a thread of its own while a database stores what came before."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from contextvars import copy_context
from operator import attrgetter
from typing import Generic, TypeVar

from agentstore.storage import Storage

T = TypeVar("T")


def read_ahead(items: Generator[T, None, None], target: Storage) -> Generator[T, None, None]:
    """What a generator gives, in order; it runs in another thread, one item ahead.

    The whole of it runs there, so that a block that it enters is left by the thread that has
    entered it. It has ended when this generator ends or is closed.

    Args:
        items: a generator that has not begun.
        target: where the items go. Where that is no server there is no thread: SQLite gives up the
            interpreter's lock for each row, and would get it back after milliseconds.

    Raises:
        BaseException: what the generator raises, behind the items that it gave before.
    """
    if not target._repository.executor.read(attrgetter("is_remote")):
        with closing(items):
            yield from items
        return
    reading = _Reading(items)
    # With what the caller's context holds, of a tracer say.
    thread = threading.Thread(
        target=copy_context().run, args=(reading.run,), name="agentstore-read-ahead", daemon=True
    )
    try:
        thread.start()
        yield from reading.found()
    finally:
        reading.stop()
        if thread.is_alive():
            thread.join()


class _Reading(Generic[T]):
    """A generator under way.

    Each step of the hand-over is one operation, so that a signal's handler may raise between any
    two: queue.Queue would keep its lock then, from Python 3.14 on.
    """

    def __init__(self, items: Generator[T, None, None]) -> None:
        self._items = items
        # Of each item a list that holds it; an empty one when there are no more.
        self._given: queue.SimpleQueue[list[T]] = queue.SimpleQueue()
        self._place = threading.Lock()  # taken for as long as an item waits
        self._errors: list[BaseException] = []
        self._is_stopped = False

    def run(self) -> None:
        """Run the generator until it ends, or its items are not wanted any more."""
        try:
            for item in self._items:
                self._place.acquire()
                self._given.put([item])
                if self._is_stopped:
                    break
            self._items.close()
        except BaseException as error:
            self._errors.append(error)
        self._given.put([])

    def found(self) -> Iterator[T]:
        """What the generator has given."""
        while item := self._given.get():
            self._place.release()
            yield item[0]
        if self._errors:
            raise self._errors.pop()

    def stop(self) -> None:
        """Have the thread end: it takes the place once more at most."""
        self._is_stopped = True
        with suppress(RuntimeError):  # it is free
            self._place.release()
