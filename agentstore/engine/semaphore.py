"""A semaphore that avoids starvation, and loses no place to an interruption.

Python's own lets a thread that has just released take it again before one that waits wakes
up, so that under load some threads never get a turn. To serve strictly in the order of arrival
is no better: each place then stays empty until the thread that it was given to has woken up.
Here who comes first takes a free place, until somebody has waited for too long: as Go's
sync.Mutex does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable
from functools import partial

from agentstore.engine.interruption import let_through
from agentstore.engine.mutex import holding, new_mutex

_PATIENCE = 0.05
"""Seconds after which one who waits is served before any newcomer."""

_LONGEST_SLEEP = 0.5
"""Seconds after which one who waits looks again: who was to wake it may have been interrupted."""


class _Waiter:
    """A thread that waits.

    Attributes:
        since: when it came, on the monotonic clock.
        wake: held until the thread is to look again.
    """

    __slots__ = ("since", "wake")

    def __init__(self) -> None:
        self.wake = threading.Lock()
        self.wake.acquire()
        self.since = time.monotonic()


class FairSemaphore:
    """Lets a number of threads in at once; who has waited longest goes before newcomers.

    Who is in, or waits, is known by a ticket: any hashable object of theirs. To give a place back
    that one does not have does nothing, so that who was interrupted gives it back in any case.

    Args:
        places: how many may be in.

    Attributes:
        longest_wait: the longest that anybody has waited for a place so far, in seconds.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        # Each change of these is one operation: an interruption finds it done or not done.
        self._inside: dict[Hashable, None] = {}
        self._waiting: dict[Hashable, _Waiter] = {}
        self._mutex = new_mutex()
        self.longest_wait = 0.0

    @property
    def inside(self) -> list[Hashable]:
        """The tickets of those who are in; looked up without the mutex, for a forked child."""
        return list(self._inside)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def acquire(self, ticket: Hashable, timeout: float) -> bool:
        """Wait for a place.

        Args:
            ticket: who asks.
            timeout: seconds to wait at most.

        Returns:
            Whether there was one in time.
        """
        try:
            self._mutex.acquire()
            if len(self._inside) < self._places and not (
                self._waiting and self._is_someone_overdue()
            ):
                self._inside[ticket] = None
                return True
            waiter = _Waiter()
            self._waiting[ticket] = waiter
        finally:
            try:
                self._mutex.release()
            except RuntimeError as exc:
                let_through(exc, None)
        deadline = waiter.since + timeout
        try:
            while True:
                left = max(deadline - time.monotonic(), 0.0)
                waiter.wake.acquire(timeout=min(left, _LONGEST_SLEEP))
                entered = holding(self._mutex, partial(self._look, ticket, waiter, deadline))
                if entered is not None:
                    return entered
        except BaseException:
            self.release(ticket)
            raise

    def _look(self, ticket: Hashable, waiter: _Waiter, deadline: float) -> bool | None:
        """Whether one who waits is in, or waits no more; None where it is to go on."""
        self.longest_wait = max(self.longest_wait, time.monotonic() - waiter.since)
        if ticket in self._inside:
            self._waiting.pop(ticket, None)
            return True
        is_free = len(self._inside) < self._places
        if not is_free and time.monotonic() < deadline:
            return None
        if is_free:
            self._inside[ticket] = None
        self._waiting.pop(ticket, None)
        # Who gave two places back may have woken this thread alone.
        self._serve_next()
        return is_free

    def release(self, ticket: Hashable) -> None:
        """Give a place back, or wait for one no more."""
        try:
            self._mutex.acquire()
            self._inside.pop(ticket, None)
            if self._waiting:
                self._waiting.pop(ticket, None)
                self._serve_next()
        finally:
            try:
                self._mutex.release()
            except RuntimeError as exc:
                let_through(exc, None)

    def _is_someone_overdue(self) -> bool:
        return time.monotonic() - next(iter(self._waiting.values())).since > _PATIENCE

    def _serve_next(self) -> None:
        """Wake the first that waits, and give it the free place where it waits for too long."""
        while self._waiting and len(self._inside) < self._places:
            ticket, waiter = next(iter(self._waiting.items()))
            is_overdue = self._is_someone_overdue()
            if is_overdue:
                self._inside[ticket] = None
                self._waiting.pop(ticket, None)
            if waiter.wake.locked():
                waiter.wake.release()
            if not is_overdue:
                return
