"""A semaphore that serves in the order of arrival.

Python's own lets a thread that has just released take it again before one that waits wakes
up, so that under load some threads never get a turn.
"""

from __future__ import annotations

import threading
from collections import deque


class FairSemaphore:
    """Lets a number of threads in at once, the others in the order in which they came.

    Args:
        places: how many may be in.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: deque[threading.Lock] = deque()
        self._mutex = threading.Lock()

    def acquire(self, timeout: float) -> bool:
        """Wait for a place.

        Args:
            timeout: seconds to wait at most.

        Returns:
            Whether there was one in time.
        """
        with self._mutex:
            if self._free and not self._waiting:
                self._free -= 1
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            if turn.acquire(timeout=min(max(timeout, 0), threading.TIMEOUT_MAX)):
                return True
        except BaseException:
            if not self._leave(turn):
                self.release()
            raise
        return not self._leave(turn)

    def release(self) -> None:
        """Give a place back: to the first that waits."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def _leave(self, turn: threading.Lock) -> bool:
        """Wait no more; False where the place was given in that very moment."""
        with self._mutex:
            try:
                self._waiting.remove(turn)
            except ValueError:
                return False
        return True
