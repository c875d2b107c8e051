"""A semaphore that avoids starvation.

Python's own lets a thread that has just released take it again before one that waits wakes
up, so that under load some threads never get a turn. To serve strictly in the order of arrival
is no better: each place then stays empty until the thread that it was given to has woken up.
Here who comes first takes a free place, until somebody has waited for too long: as Go's
sync.Mutex does.
"""

from __future__ import annotations

import threading
import time
from collections import deque

_PATIENCE = 0.05
"""Seconds after which one who waits is served before any newcomer."""


class _Waiter:
    """A thread that waits.

    Attributes:
        wake: held until the thread is to look again.
        is_served: whether it was given a place.
    """

    __slots__ = ("is_served", "since", "wake")

    def __init__(self) -> None:
        self.wake = threading.Lock()
        self.wake.acquire()
        self.is_served = False
        self.since = time.monotonic()


class FairSemaphore:
    """Lets a number of threads in at once; who has waited longest goes before newcomers.

    Args:
        places: how many may be in.

    Attributes:
        longest_wait: the longest that anybody has waited for a place so far, in seconds.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[_Waiter] = deque()
        self._mutex = threading.Lock()
        self.longest_wait = 0.0

    @property
    def free(self) -> int:
        """How many places nobody has."""
        return self._free

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._waiting)

    def acquire(self, timeout: float) -> bool:
        """Wait for a place.

        Args:
            timeout: seconds to wait at most.

        Returns:
            Whether there was one in time.
        """
        with self._mutex:
            if self._free and not self._is_someone_overdue():
                self._free -= 1
                return True
            waiter = _Waiter()
            self._waiting.append(waiter)
        deadline = waiter.since + timeout
        try:
            while True:
                left = min(max(deadline - time.monotonic(), 0), threading.TIMEOUT_MAX)
                in_time = waiter.wake.acquire(timeout=left)
                with self._mutex:
                    self.longest_wait = max(self.longest_wait, time.monotonic() - waiter.since)
                    if waiter.is_served:
                        return True
                    if self._free or not in_time:
                        self._waiting.remove(waiter)
                        served = self._free > 0
                        self._free -= served
                        # Who gave two places back may have woken this thread alone.
                        self._serve_next()
                        return served
        except BaseException:
            with self._mutex:
                if not waiter.is_served:
                    self._waiting.remove(waiter)
                else:
                    self._free += 1
                self._serve_next()
            raise

    def release(self) -> None:
        """Give a place back."""
        with self._mutex:
            self._free += 1
            self._serve_next()

    def _is_someone_overdue(self) -> bool:
        return bool(self._waiting) and time.monotonic() - self._waiting[0].since > _PATIENCE

    def _serve_next(self) -> None:
        """Wake the first that waits, and give it the free place where it waits for too long."""
        if not self._free or not self._waiting:
            return
        waiter = self._waiting[0]
        if self._is_someone_overdue():
            self._waiting.popleft()
            self._free -= 1
            waiter.is_served = True
        if waiter.wake.locked():
            waiter.wake.release()
