"""The pool of connections of one store: bounded, for threads, the same for every driver.

The connection used last is given out first, so that idle ones grow old and are replaced. A
connection is opened by the thread that needs it, so its error reaches the caller at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from agentstore.engine.connection import Connection
from agentstore.engine.semaphore import FairSemaphore
from agentstore.errors import StorageError, UnavailableError
from agentstore.records import StoreStats

_logger = logging.getLogger("agentstore.pool")


class Pool:
    """Connections that are opened as they are needed, up to a number.

    Args:
        open_connection: opens one.
        size: how many there may be at once.
        timeout: seconds to wait for one when all are in use.
        max_lifetime: seconds after which one is closed rather than given out again.
        liveness_grace: seconds after its last use in which a connection is given out again
            without a liveness check.
    """

    def __init__(
        self,
        open_connection: Callable[[], Connection],
        *,
        size: int,
        timeout: float,
        max_lifetime: float,
        liveness_grace: float = 0.0,
    ) -> None:
        self._open_connection = open_connection
        self._size = size
        self._timeout = timeout
        self._max_lifetime = max_lifetime
        self._liveness_grace = liveness_grace
        self._idle: deque[Connection] = deque()
        self._places = FairSemaphore(size)
        self._closed = False
        self.has_connected = False
        self._figures_lock = threading.Lock()
        self._live: set[Connection] = set()
        self._made = self._replaced = self._past_round_trips = 0

    def acquire(self, *, check_alive: bool = False) -> Connection:
        """A connection for this thread alone, until it is given back by `release`.

        Args:
            check_alive: whether to make a liveness check even where it was in use just now.

        Raises:
            UnavailableError: all stay in use for ``timeout`` seconds, or the server is away.
            ConfigurationError: the server does not let us in.
        """
        if not self._places.acquire(self._timeout):
            _logger.warning(
                "the pool is exhausted: all %d connections were in use for %g s",
                self._size,
                self._timeout,
            )
            raise UnavailableError(
                f"all {self._size} connections of the pool were in use for {self._timeout:g} s "
                "(pool_size, pool_timeout)"
            )
        try:
            return self._take_idle(0.0 if check_alive else self._liveness_grace) or self._connect()
        except BaseException:
            self._places.release()
            raise

    def release(self, connection: Connection) -> None:
        """Give a connection back; a broken one is closed."""
        if connection.is_broken:
            self._close(connection)
            self._note_replacement("it broke")
            # What broke it has likely broken the others, and some would not show it.
            self._close_idle()
        elif self._closed:
            self._close(connection)
        else:
            connection.idle_since = time.monotonic()
            self._idle.append(connection)
            if self._closed:
                self._close_idle()
        self._places.release()

    def drain(self) -> bool:
        """Wait until no connection is in use, close all, and let nobody in until `resume`.

        Returns:
            False where some stayed in use for ``timeout`` seconds; nothing is held then.
        """
        deadline = time.monotonic() + self._timeout
        for taken in range(self._size):
            if not self._places.acquire(max(0.0, deadline - time.monotonic())):
                for _ in range(taken):
                    self._places.release()
                return False
        self._close_idle()
        return True

    def resume(self) -> None:
        """Let callers in again after `drain`."""
        for _ in range(self._size):
            self._places.release()

    def close(self) -> None:
        """Close the idle connections now, and each other one when it is given back."""
        self._closed = True
        self._close_idle()

    def _take_idle(self, grace: float) -> Connection | None:
        while (connection := self._pop_idle()) is not None:
            now = time.monotonic()
            if now - connection.opened_at <= self._max_lifetime and (
                now - connection.idle_since < grace or connection.is_usable()
            ):
                return connection
            is_old = now - connection.opened_at > self._max_lifetime
            self._close(connection)
            self._note_replacement("it was too old" if is_old else "it had died idle")
        return None

    def _connect(self) -> Connection:
        if self._closed:
            raise StorageError("the store is closed")
        connection = self._open_connection()
        self.has_connected = True
        with self._figures_lock:
            self._made += 1
            self._live.add(connection)
        return connection

    def _close(self, connection: Connection) -> None:
        with self._figures_lock:
            self._live.discard(connection)
            self._past_round_trips += connection.round_trips
        connection.close()

    def _note_replacement(self, reason: str) -> None:
        with self._figures_lock:
            self._replaced += 1
        _logger.info("a connection is replaced: %s", reason)

    def stats(self, retries: Mapping[str, int]) -> StoreStats:
        """What the pool has done so far, and is doing now.

        Args:
            retries: how often calls were tried again, by the kind of fault.
        """
        with self._figures_lock:
            round_trips = sum(connection.round_trips for connection in self._live)
            in_use = self._size - self._places.free
            return StoreStats(
                open=len(self._live),
                in_use=in_use,
                idle=len(self._idle),
                waiting=self._places.waiting,
                longest_wait=self._places.longest_wait,
                made=self._made,
                replaced=self._replaced,
                statements=self._past_round_trips + round_trips,
                retries=dict(retries),
            )

    def _close_idle(self) -> None:
        while (connection := self._pop_idle()) is not None:
            self._close(connection)

    def _pop_idle(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None
