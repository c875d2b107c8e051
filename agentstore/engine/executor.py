"""Where an operation runs: in the thread's open transaction, on a pooled connection with
retry, or on the caller's own connection.

An operation is a function of a connection, or a batch of named statements. It is run again
after a transient failure, so it must do the same thing a second time even where the first took
effect unseen: the ids of what it writes are made before.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias, TypeVar

from agentstore.engine.batch import Batch, Parameters
from agentstore.engine.connection import Connection, Row
from agentstore.errors import StorageError
from agentstore.records import StoreStats

T = TypeVar("T")
Operation: TypeAlias = Callable[[Connection], T]

CLOSED = "the store is closed"
NO_SNAPSHOT = "a copy has transactions of its own: it is not for transaction() or bind()"


class Executor(ABC):
    """Runs operations; one a store."""

    @abstractmethod
    def read(self, operation: Operation[T], *, undoable: bool = False) -> T:
        """Run an operation that only reads, and is one statement or may see two snapshots.

        Args:
            operation: what to run.
            undoable: whether its failure must leave an open transaction() usable.
        """

    def read_rows(self, name: str, parameters: Parameters, blocks: frozenset[str]) -> list[Row]:
        """As `read`, of the rows of one statement."""
        return self.read(lambda connection: connection.rows(name, parameters, blocks))

    @abstractmethod
    def write(
        self,
        operation: Operation[T],
        *,
        atomic: bool = True,
        undoable: bool = False,
        synced: bool = True,
    ) -> T:
        """Run an operation that writes, and decides by what it reads.

        Args:
            operation: what to run.
            atomic: whether it needs a transaction around it; False where each statement of it
                may take effect alone.
            undoable: whether its failure must leave an open transaction() usable.
            synced: False where its commit need not be on the disk before `Connection.sync` was
                called, as of one of many that are acknowledged together.
        """

    @abstractmethod
    def write_batch(
        self,
        steps: Batch,
        *,
        undoable: bool = False,
        on_retry: Callable[[], None] | None = None,
    ) -> list[int]:
        """Run a batch: all of it or nothing, in one round trip where the database can.

        Args:
            steps: the batch.
            undoable: whether its failure must leave an open transaction() usable.
            on_retry: called when it is run again: an earlier attempt may have taken effect.

        Returns:
            How many rows each of its statements found (see `Connection.run_steps`).
        """

    def once(self, operation: Operation[T]) -> T:
        """Run a reading operation without a retry."""
        return self.read(operation)

    def begin_call(self) -> bool:
        """Count what this thread runs until `end_call` as one call, with one time limit.

        Returns:
            False where that is so already, and `end_call` is for somebody else to call.
        """
        return False

    def end_call(self) -> None:
        """What this thread runs next is another call."""
        return

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """One transaction() block, yet to be entered."""

    def snapshot(self) -> AbstractContextManager[None]:
        """A block, yet to be entered, that only reads, and reads what is there at one moment.

        Raises:
            StorageError: a transaction is open already, or the store is no whole one of its own.
        """
        raise StorageError(NO_SNAPSHOT)

    @abstractmethod
    def check_open(self) -> None:
        """Refuse a call that needs the store, also where it sends nothing.

        Raises:
            StorageError: the store is closed, or its data is in the parent process's memory.
        """

    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether what runs now is part of a transaction that is already open."""

    @abstractmethod
    def stats(self) -> StoreStats:
        """What the store has done so far, and what its pool is doing now."""

    @abstractmethod
    def close(self) -> None:
        """Close what is the store's own; idempotent."""
