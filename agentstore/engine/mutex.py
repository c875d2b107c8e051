"""A mutex that is free again, wherever the one who took it was interrupted.

``with lock:`` is not that: from Python 3.14 on a signal's handler may run between the lock's
``__enter__`` and the block, and what it raises there leaves the lock taken for good. So a mutex is
taken within the ``try`` whose ``finally`` gives it back::

    try:
        mutex.acquire()
        ...
    finally:
        try:
            mutex.release()
        except RuntimeError as exc:
            let_through(exc, None)

It is a lock that knows its thread, so that who was interrupted before it had it gives back nothing
of others (`RuntimeError`). All of it stands in the function itself: a handler also runs as a
function is entered, before the release.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from agentstore.engine.interruption import let_through

T = TypeVar("T")


class Mutex(Protocol):
    """What `threading.RLock` makes."""

    def acquire(self, blocking: bool = True) -> bool:
        """Take it, when nobody else has it; without waiting for that, whether it was to be had."""

    def release(self) -> None:
        """Give it back; RuntimeError where this thread does not have it."""


def new_mutex() -> Mutex:
    """A mutex that nobody has; gevent may have put its own in the place of Python's."""
    return threading.RLock()


def holding(mutex: Mutex, work: Callable[[], T]) -> T:
    """Do some work that nobody else does meanwhile; for where a call more does not count."""
    try:
        mutex.acquire()
        return work()
    finally:
        try:
            mutex.release()
        except RuntimeError as exc:
            let_through(exc, None)
