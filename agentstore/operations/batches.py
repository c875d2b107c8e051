"""Transactions one after the other, paced so that those who write beside them hardly notice."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from agentstore.engine.connection import Connection
from agentstore.engine.executor import Executor
from agentstore.retention.pacing import SHARE, Pace

T = TypeVar("T")

PAGES_BETWEEN_CHECKPOINTS = 400
"""SQLite checkpoints in the commit of whoever brings the log to 1,000 pages: that is to be none of
those who write beside."""
_FIRST_BATCHES = 4.0
_MOST_BATCHES = 200.0


class Batches:
    """The batches of one clean-up; in a transaction that is open they are part of it, unpaced.

    Args:
        executor: runs them.
        share: of the time, that they may take: more than 0, at most 1.

    Attributes:
        pace: how much the next one may take.
        longest: for how many seconds the longest so far kept its locks.
    """

    def __init__(self, executor: Executor, share: float = SHARE) -> None:
        self.pace = Pace(share)
        self.longest = 0.0
        self._executor = executor
        self._is_paced = not executor.in_transaction()
        self._pause = 0.0
        self._left_to_checkpoint = self._between_checkpoints = _FIRST_BATCHES
        self._pages = 0

    def run(self, operation: Callable[[Connection], T], rows_of: Callable[[T], int]) -> T:
        """Run a transaction, learn from it and leave no log for others to carry.

        Its commit may be on the disk only after `finish`.

        Args:
            operation: what is done in it.
            rows_of: how many rows of sessions it has acted on, by what it gives back.
        """
        began, writers_queue = 0.0, False

        def timed(connection: Connection) -> T:
            # Only now: to wait for others is not to keep others waiting.
            nonlocal began, writers_queue
            began, writers_queue = time.monotonic(), connection.queues_writers
            return operation(connection)

        result = self._executor.write(timed, synced=not self._is_paced)
        took = time.monotonic() - began
        self.longest = max(self.longest, took)
        self._pause += self.pace.learn(rows_of(result), took, writers_queue=writers_queue)
        if writers_queue and self._is_paced:
            self._checkpoint_in_time()
        return result

    def finish(self) -> None:
        """Have on the disk what all batches have done, before anybody is told of it."""
        if self._is_paced:
            self._executor.read(_sync)

    def pause(self, most: float | None = None) -> None:
        """Let others write for as long as the batches since the last pause are worth.

        Args:
            most: for no more seconds than these.
        """
        seconds, self._pause = self._pause, 0.0
        if self._is_paced and seconds:
            time.sleep(seconds if most is None else min(seconds, most))

    def _checkpoint_in_time(self) -> None:
        """Copy the log to where it stays, every so many batches, as many as make so many pages."""
        self._left_to_checkpoint -= 1
        if self._left_to_checkpoint > 0:
            return
        began = time.monotonic()
        before, self._pages = self._pages, self._executor.read(_checkpoint)
        self._pause += self.pace.pause_for(time.monotonic() - began)
        # A log that no reader is in begins anew behind a checkpoint.
        new = self._pages - before if self._pages > before else self._pages
        growth = min(max(PAGES_BETWEEN_CHECKPOINTS / max(1, new), 0.5), 2.0)
        self._between_checkpoints = min(max(self._between_checkpoints * growth, 1.0), _MOST_BATCHES)
        self._left_to_checkpoint = self._between_checkpoints


def _sync(connection: Connection) -> None:
    connection.sync()


def _checkpoint(connection: Connection) -> int:
    return connection.checkpoint()
