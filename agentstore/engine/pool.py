"""The pool of connections of one store: bounded, for threads, the same for every driver.

The connection used last is given out first, so that idle ones grow old and are replaced. A
connection is opened by the thread that needs it, so its error reaches the caller at once.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from types import FrameType
from typing import Any, Protocol

from agentstore.engine.activation import is_executing
from agentstore.engine.connection import Connection
from agentstore.engine.interruption import let_through
from agentstore.engine.mutex import holding, new_mutex
from agentstore.engine.semaphore import FairSemaphore
from agentstore.errors import StorageError, UnavailableError
from agentstore.records import StoreStats

_logger = logging.getLogger("agentstore.pool")


class Holder(Protocol):
    """What has a connection for longer than one call."""

    def is_alive(self) -> bool:
        """Whether somebody will still give it back."""


class Lease:
    """A place in a pool and the connection on it, from `Pool.acquire` until it is given back.

    Attributes:
        connection: the connection; None before there is one, and once it was given back.
        is_over: whether it was given back.
    """

    __slots__ = ("connection", "frame", "holder", "is_over", "outer")

    def __init__(self, frame: FrameType, holder: Holder | None, outer: Lease | None) -> None:
        self.connection: Any = None
        self.frame: FrameType | None = frame
        self.holder = holder
        self.outer = outer
        self.is_over = False

    def is_alive(self) -> bool:
        """Whether somebody will still give it back: neither their call nor block was cut off."""
        if self.holder is not None:
            return self.holder.is_alive()
        return self.frame is None or is_executing(self.frame)


class _Thread(threading.local):
    """What a thread has of a pool: its newest lease, which knows the one before."""

    lease: Lease | None = None


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
        self._mutex = new_mutex()
        self._places = FairSemaphore(size)
        self._drained: list[object] = []
        self._thread = _Thread()
        self._closed = False
        self.has_connected = False
        self._figures_mutex = new_mutex()
        self._live: set[Connection] = set()
        self._made = self._replaced = self._past_round_trips = 0

    @property
    def leases(self) -> list[Lease]:
        """Those who have a connection or are opening one."""
        return [ticket for ticket in self._places.inside if isinstance(ticket, Lease)]

    def acquire(self, *, check_alive: bool = False, holder: Holder | None = None) -> Lease:
        """A connection for the caller alone, until it is given back by `release` or `discard`.

        Args:
            check_alive: whether to make a liveness check even where it was in use just now.
            holder: who has it beyond the end of the calling function; None where nobody does.

        Raises:
            UnavailableError: all stay in use for ``timeout`` seconds, or the server is away.
            ConfigurationError: the server denies access.
        """
        thread = self._thread
        if thread.lease is not None:
            self._reclaim_of_thread()
        lease = thread.lease = Lease(sys._getframe(1), holder, thread.lease)
        try:
            if not self._places.acquire(lease, self._timeout):
                self._reclaim_all()
                if not self._places.acquire(lease, 0):
                    _logger.warning(
                        "the pool is exhausted: all %d connections were in use for %g s",
                        self._size,
                        self._timeout,
                    )
                    raise UnavailableError(
                        f"all {self._size} connections of the pool were in use for "
                        f"{self._timeout:g} s (pool_size, pool_timeout)"
                    )
            grace = 0.0 if check_alive else self._liveness_grace
            if not self._take_idle(lease, grace):
                self.connect(lease)
        except BaseException:
            self.discard(lease)
            raise
        return lease

    def release(self, lease: Lease) -> bool:
        """Give a connection back; a broken one is closed.

        Returns:
            As `discard`.
        """
        connection = lease.connection
        if connection.begins_with_next:
            return self.discard(lease)  # what came between has left it so
        if connection.is_broken:
            is_over = self.discard(lease)
            self.note_replacement("it broke")
            # What broke it has likely broken the others, and some would not show it.
            self._close_idle()
            return is_over
        if self._closed:
            self._close(connection)
        else:
            connection.idle_since = time.monotonic()
            try:
                self._mutex.acquire()
                self._idle.append(connection)
            finally:
                try:
                    self._mutex.release()
                except RuntimeError as exc:
                    let_through(exc, None)
            if self._closed:
                self._close_idle()
        self._finish(lease)
        return True

    def discard(self, lease: Lease) -> bool:
        """Give a place back, wherever its holder was interrupted, and close the connection.

        One in which the database itself lives is rolled back instead.

        Returns:
            Whether the server is known to do nothing for it any more.
        """
        connection = lease.connection
        is_over = True
        if connection is not None and self._is_held(connection, lease):
            if connection.is_broken and connection in self._live:
                is_over = connection.cancel()
            if self._closed or not connection.recover():
                self._close(connection)
            else:
                holding(self._mutex, partial(self._add_idle, connection))
        self._finish(lease)
        return is_over

    def close_dead(self, lease: Lease) -> None:
        """Close a lease's connection, which was found dead; `connect` puts another in its place."""
        lease.connection.cancel()
        self._close(lease.connection)
        self._close_idle()

    def connect(self, lease: Lease) -> None:
        """Open a connection on the place of a lease.

        Raises:
            StorageError: the server lets nobody in, or the pool is closed.
        """
        if self._closed:
            raise StorageError("the store is closed")
        connection = self._open_connection()
        connection.holder = lease
        lease.connection = connection
        self.has_connected = True
        holding(self._figures_mutex, partial(self._count_made, connection))

    def drain(self) -> bool:
        """Wait until no connection is in use, close all, and let nobody in until `resume`.

        Returns:
            False where some stayed in use for ``timeout`` seconds; nothing is held then.
        """
        deadline = time.monotonic() + self._timeout
        self._drained = [object() for _ in range(self._size)]
        for ticket in self._drained:
            if not self._places.acquire(ticket, max(0.0, deadline - time.monotonic())):
                self.resume()
                return False
        self._close_idle()
        return True

    def resume(self) -> None:
        """Let callers in again after `drain`."""
        for ticket in self._drained:
            self._places.release(ticket)

    def close(self) -> None:
        """Close the idle connections now, and each other one when it is given back."""
        self._closed = True
        self._close_idle()

    def close_inherited(self) -> None:
        """In a forked child: close what the parent had open and did not use."""
        # A thread of the parent that held one of them is not here.
        self._mutex = new_mutex()
        self._figures_mutex = new_mutex()
        self._close_idle()

    def _finish(self, lease: Lease) -> None:
        self._places.release(lease)
        lease.is_over = True
        lease.frame = None
        lease.holder = None
        lease.connection = None
        thread = self._thread
        if thread.lease is lease:
            thread.lease = lease.outer

    def _is_held(self, connection: Connection, lease: Lease) -> bool:
        """Whether a connection is a lease's alone: it may have been given back already."""
        return holding(
            self._mutex,
            lambda: connection.holder is lease and connection not in self._idle,
        )

    def _reclaim_of_thread(self) -> None:
        """Take back what calls and blocks of this thread have left that were cut off."""
        thread = self._thread
        kept: Lease | None = None
        lease = thread.lease
        while lease is not None:
            outer = lease.outer
            if not lease.is_over and not lease.is_alive():
                self.discard(lease)
            if not lease.is_over:
                if kept is None:
                    thread.lease = lease
                else:
                    kept.outer = lease
                kept = lease
            lease = outer
        if kept is None:
            thread.lease = None
        else:
            kept.outer = None

    def _reclaim_all(self) -> None:
        """Take back what calls and blocks of any thread have left that were cut off."""
        for lease in self.leases:
            if not lease.is_alive():
                self.discard(lease)

    def _take_idle(self, lease: Lease, grace: float) -> bool:
        while (connection := self._pop_idle(lease)) is not None:
            now = time.monotonic()
            if now - connection.opened_at <= self._max_lifetime and (
                now - connection.idle_since < grace or connection.is_usable()
            ):
                return True
            is_old = now - connection.opened_at > self._max_lifetime
            self._close(connection)
            self.note_replacement("it was too old" if is_old else "it had died idle")
        return False

    def _close(self, connection: Connection) -> None:
        holding(self._figures_mutex, partial(self._count_closed, connection))
        connection.close()

    def _count_made(self, connection: Connection) -> None:
        self._made += 1
        self._live.add(connection)

    def _count_closed(self, connection: Connection) -> None:
        if connection in self._live:
            self._live.discard(connection)
            self._past_round_trips += connection.round_trips

    def _count_replaced(self) -> None:
        self._replaced += 1

    def note_replacement(self, reason: str) -> None:
        """Count a connection that takes another one's place."""
        holding(self._figures_mutex, self._count_replaced)
        _logger.info("a connection is replaced: %s", reason)

    def stats(self, retries: Mapping[str, int]) -> StoreStats:
        """What the pool has done so far, and is doing now.

        Args:
            retries: how often calls were tried again, by the kind of fault.
        """
        return holding(self._figures_mutex, partial(self._stats, dict(retries)))

    def _stats(self, retries: Mapping[str, int]) -> StoreStats:
        round_trips = sum(connection.round_trips for connection in self._live)
        return StoreStats(
            open=len(self._live),
            in_use=len(self.leases),
            idle=len(self._idle),
            waiting=self._places.waiting,
            longest_wait=self._places.longest_wait,
            made=self._made,
            replaced=self._replaced,
            statements=self._past_round_trips + round_trips,
            retries=retries,
        )

    def _close_idle(self) -> None:
        while (connection := self._pop_idle(None)) is not None:
            self._close(connection)

    def _pop_idle(self, lease: Lease | None) -> Connection | None:
        try:
            self._mutex.acquire()
            if not self._idle:
                return None
            connection = self._idle[-1]
            # In this order: wherever it is cut off, `_is_held` tells whose the connection is.
            if lease is not None:
                lease.connection = connection
            connection.holder = lease
            self._idle.pop()
            return connection
        finally:
            try:
                self._mutex.release()
            except RuntimeError as exc:
                let_through(exc, None)

    def _add_idle(self, connection: Connection) -> None:
        if connection not in self._idle:
            self._idle.append(connection)
