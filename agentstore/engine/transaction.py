"""One open transaction() block, and the savepoints of those inside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from agentstore.engine.connection import Connection
from agentstore.engine.deadline import Deadline
from agentstore.engine.faults import Fault, fault_of
from agentstore.errors import StorageError, UnavailableError

T = TypeVar("T")


class Transaction:
    """An open transaction() block: its connection, how deeply it is nested, what went wrong.

    Args:
        connection: in a transaction that is begun.
        new_deadline: makes the deadline of the next call.
    """

    def __init__(self, connection: Connection, new_deadline: Callable[[], Deadline]) -> None:
        self.connection = connection
        connection.is_in_block = True
        self.depth = 0
        self.failure: StorageError | None = None
        self._new_deadline = new_deadline
        self._process = os.getpid()

    @property
    def is_inherited(self) -> bool:
        """Whether it was open at a fork and is the parent's."""
        return self._process != os.getpid()

    def check(self) -> None:
        """Refuse work in a block that can only be left.

        Raises:
            StorageError: it has failed or was interrupted, or belongs to the parent process.
        """
        if self.is_inherited:
            raise StorageError("this transaction() was open at a fork: it is the parent's")
        if self.failure is None and self.connection.is_broken:
            # By KeyboardInterrupt or the like, which the caller has caught.
            self.failure = UnavailableError("a statement was interrupted")
        if self.failure is not None:
            raise type(self.failure)(
                f"this transaction() has failed and can only be left: {self.failure}"
            ) from self.failure

    def run(self, operation: Callable[[Connection], T], *, undoable: bool) -> T:
        """Run an operation as part of the block.

        Args:
            operation: what to run.
            undoable: whether its failure must leave the block usable.
        """
        self.check()
        self.connection.set_deadline(self._new_deadline())
        try:
            if undoable:
                with self.savepoint():
                    result = operation(self.connection)
            else:
                result = operation(self.connection)
            if self.connection.events:
                self.connection.observation.deliver(self.connection.take_events())
            return result
        except StorageError as error:
            # Where undoing it has failed too, that is noted already, and tells more.
            if self.failure is None and self._is_fatal(error, undone=undoable):
                self.failure = error
            raise

    def commit(self) -> None:
        """End the block.

        Raises:
            UnavailableError: the connection was lost; the message says when it is not known
                whether what was done in the block is kept.
        """
        self.check()
        self.connection.set_deadline(self._new_deadline())
        try:
            self.connection.commit()
        except StorageError as error:
            if fault_of(error) is not Fault.DISCONNECTED:
                raise
            raise UnavailableError(
                "the connection was lost during COMMIT: the outcome of this transaction() is "
                f"unknown, its writes are either all kept or all undone ({error})"
            ) from error.__cause__

    def roll_back(self) -> None:
        """Undo the block, as far as that is up to us."""
        if not self.is_inherited and not self.connection.is_broken:
            self.connection.set_deadline(self._new_deadline())
            self.connection.rollback()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A nested block: an exception undoes just what was done in it."""
        self.depth += 1
        depth = self.depth
        try:
            self.connection.savepoint(depth)
            yield
            self.check()
            self.connection.release_savepoint(depth)
        except BaseException:
            self._undo(depth)
            raise
        finally:
            self.depth = depth - 1

    def _undo(self, depth: int) -> None:
        if self.is_inherited or self.connection.is_broken:
            return
        if self.failure is not None and self._is_fatal(self.failure, undone=True):
            return
        try:
            self.connection.roll_back_to_savepoint(depth)
        except StorageError as error:
            self.failure = error
        else:
            self.failure = None

    def _is_fatal(self, error: StorageError, *, undone: bool) -> bool:
        fault = fault_of(error)
        if fault is None:
            return False
        return not undone or fault.ends_transaction or self.connection.is_broken
