"""Operations on the caller's connection, inside the caller's transaction."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

from agentstore.engine.batch import Batch
from agentstore.engine.block import Block
from agentstore.engine.connection import Connection
from agentstore.engine.deadline import NEVER
from agentstore.engine.executor import CLOSED, Executor, Operation, T
from agentstore.engine.interruption import let_through
from agentstore.engine.transaction import Transaction
from agentstore.errors import StorageError
from agentstore.records import StoreStats


class BoundExecutor(Executor):
    """Runs operations on the caller's connection, inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._transaction = Transaction(connection, lambda: NEVER)
        self._closed = False

    def read(self, operation: Operation[T], *, undoable: bool = False) -> T:
        self._look_at_connection()
        # Where no transaction is begun there is none to be saved, nor a savepoint to be had.
        return self._transaction.run(operation, undoable=undoable and self._may_write())

    def write(
        self,
        operation: Operation[T],
        *,
        atomic: bool = True,
        undoable: bool = False,
        synced: bool = True,
    ) -> T:
        self._join_callers_transaction()
        return self._transaction.run(operation, undoable=atomic or undoable)

    def write_batch(
        self,
        steps: Batch,
        *,
        undoable: bool = False,
        on_retry: Callable[[], None] | None = None,
    ) -> list[int]:
        self._join_callers_transaction()
        return self._transaction.run(
            lambda connection: connection.run_steps(steps), undoable=undoable or len(steps) > 1
        )

    def transaction(self) -> AbstractContextManager[None]:
        return Block(self)

    def enter_block(self, block: Block) -> None:
        """Set a savepoint."""
        self._join_callers_transaction()
        self._transaction.enter(block)

    def leave_block(self, block: Block, exc: BaseException | None) -> None:
        """Release it, or roll back to it."""
        self._transaction.leave(block, None, exc)

    def check_open(self) -> None:
        if self._closed:
            raise StorageError(CLOSED)

    def in_transaction(self) -> bool:
        self.check_open()
        return True

    def stats(self) -> StoreStats:
        round_trips = self._transaction.connection.round_trips
        return StoreStats(1, 0, 1, 0, 0.0, 0, 0, round_trips, {})

    def close(self) -> None:
        self._closed = True

    def _look_at_connection(self) -> None:
        """See what the caller, or an interruption, has left since the last call."""
        self.check_open()
        self._transaction.drop_dead_blocks()
        # The caller may have rolled back since: only the database knows what is usable.
        if self._transaction.depth == 0:
            self._transaction.forget_failure()

    def _join_callers_transaction(self) -> None:
        self._look_at_connection()
        if not self._may_write():
            raise StorageError(
                "this connection is in autocommit and no transaction is begun: "
                "begin one, so that what is written can be rolled back with your own rows"
            )
        self._transaction.connection.begin_bound()

    def _may_write(self) -> bool:
        connection = self._transaction.connection
        handled = sys.exc_info()[1]
        try:
            return connection.may_write()
        except connection.exceptions as exc:
            let_through(exc, handled)
            raise connection.translated(exc) from exc
