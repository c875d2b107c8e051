"""Where an operation runs: in the thread's open transaction, on a pooled connection with
retry, or on the caller's own connection.

An operation is a function of a connection. It is run again after a failure that passes, so
it must do the same thing a second time even where the first took effect unseen: the ids of
what it writes are made before.
"""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias, TypeVar

from agentstore import forking
from agentstore.connections.base import Connection
from agentstore.errors import StorageError, UnavailableError
from agentstore.faults import Fault, fault_of
from agentstore.pool import Pool
from agentstore.retry import retrying

T = TypeVar("T")
Operation: TypeAlias = Callable[[Connection], T]

_CLOSED = "the store is closed"


class Transaction:
    """An open transaction() block: its connection, how deeply it is nested, what went wrong."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.depth = 0
        self.failure: StorageError | None = None
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

    def run(self, operation: Operation[T], *, undoable: bool) -> T:
        """Run an operation as part of the block.

        Args:
            operation: what to run.
            undoable: whether its failure must leave the block usable.
        """
        self.check()
        self.connection.serve_call(time.monotonic())
        try:
            if undoable:
                with self.savepoint():
                    return operation(self.connection)
            return operation(self.connection)
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
        self.connection.serve_call(time.monotonic())
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
            self.connection.serve_call(time.monotonic())
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


class Executor(ABC):
    """Runs operations; one a store."""

    @abstractmethod
    def read(self, operation: Operation[T]) -> T:
        """Run an operation that only reads, and is one statement or may see two snapshots."""

    @abstractmethod
    def write(self, operation: Operation[T], *, atomic: bool = True, undoable: bool = False) -> T:
        """Run an operation that writes.

        Args:
            operation: what to run.
            atomic: whether it needs a transaction around it; False where it is one
                statement, or brings its own.
            undoable: whether its failure must leave an open transaction() usable.
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
    def transaction(self) -> Iterator[None]:
        """One transaction() block, as a generator for contextmanager."""

    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether what runs now is part of a transaction that is already open."""

    @abstractmethod
    def close(self) -> None:
        """Close what is the store's own; idempotent."""


class _ThreadState(threading.local):
    """What a thread is in the middle of."""

    transaction: Transaction | None = None
    call_started_at: float | None = None


class PooledExecutor(Executor):
    """Runs operations on connections of the store's own.

    Args:
        make_pool: makes the pool, once now and once in each forked child.
        retry_timeout: seconds during which a failed operation is tried again.
        survives_fork: False where the database lives in this process alone.
        forks_unconnected: whether the client library must have no connection open while the
            process forks.
    """

    def __init__(
        self,
        make_pool: Callable[[], Pool],
        *,
        retry_timeout: float,
        survives_fork: bool,
        forks_unconnected: bool,
    ) -> None:
        self._make_pool = make_pool
        self._pool = make_pool()
        self._retry_timeout = retry_timeout
        self._survives_fork = survives_fork
        self._forks_unconnected = forks_unconnected
        self._is_drained = False
        self._local = _ThreadState()
        self._refusal = ""
        forking.watch(self)

    def read(self, operation: Operation[T]) -> T:
        transaction = self._transaction()
        if transaction is not None:
            return transaction.run(operation, undoable=False)
        return self._retrying(lambda started_at: self._attempt(operation, started_at, atomic=False))

    def write(self, operation: Operation[T], *, atomic: bool = True, undoable: bool = False) -> T:
        transaction = self._transaction()
        if transaction is not None:
            return transaction.run(operation, undoable=undoable)
        return self._retrying(
            lambda started_at: self._attempt(operation, started_at, atomic=atomic)
        )

    def once(self, operation: Operation[T]) -> T:
        if self._transaction() is not None:
            return self.read(operation)
        return self._attempt(operation, time.monotonic(), atomic=False, looking=True)

    def begin_call(self) -> bool:
        if self._local.call_started_at is not None:
            return False
        self._local.call_started_at = time.monotonic()
        return True

    def end_call(self) -> None:
        self._local.call_started_at = None

    def transaction(self) -> Iterator[None]:
        transaction = self._transaction()
        if transaction is not None:
            transaction.check()
            with transaction.savepoint():
                yield
            return
        connection = self._retrying(self._begun)
        transaction = self._local.transaction = Transaction(connection)
        try:
            yield
            transaction.commit()
        except BaseException:
            transaction.roll_back()
            raise
        finally:
            self._local.transaction = None
            if not transaction.is_inherited:
                self._pool.release(connection)

    def in_transaction(self) -> bool:
        return self._transaction() is not None

    def close(self) -> None:
        if not self._refusal:
            self._refusal = _CLOSED
            self._pool.close()

    def before_fork(self) -> None:
        """Have no connection open, where the client library wants it so."""
        if self._forks_unconnected and not self._refusal and not self._has_transaction():
            self._is_drained = self._pool.drain()

    def after_fork_in_parent(self) -> None:
        """Let the callers in again."""
        if self._is_drained:
            self._is_drained = False
            self._pool.resume()

    def after_fork_in_child(self) -> None:
        """Leave the parent's connections alone, for good, and open others when asked."""
        forking.keep(self._pool)
        if not self._survives_fork:
            self._refusal = self._refusal or "this store's data is in the parent process's memory"
        elif self._forks_unconnected and not self._is_drained:
            self._refusal = self._refusal or (
                "a call or transaction() on this database was under way at the fork, "
                "and the database's library cannot be used in the child then"
            )
        self._is_drained = False
        has_connected = self._pool.has_connected
        self._pool = self._make_pool()
        self._pool.has_connected = has_connected

    def _has_transaction(self) -> bool:
        return self._local.transaction is not None

    def _transaction(self) -> Transaction | None:
        if self._refusal:
            raise StorageError(self._refusal)
        return self._local.transaction

    def _retrying(self, attempt: Callable[[float], T]) -> T:
        """Call with the moment when the call began, again and again where that may help."""
        pool = self._pool
        started_at = self._local.call_started_at or time.monotonic()
        return retrying(
            lambda: attempt(started_at),
            started_at=started_at,
            timeout=self._retry_timeout,
            # A server that was never there is more likely misspelt than restarting.
            may_retry=lambda error: pool.has_connected or fault_of(error) is not Fault.UNREACHABLE,
        )

    def _attempt(
        self, operation: Operation[T], started_at: float, *, atomic: bool, looking: bool = False
    ) -> T:
        connection = self._pool.acquire(looking=looking)
        try:
            connection.serve_call(started_at)
            if not atomic and not connection.wants_transactions:
                return operation(connection)
            connection.begin()
            try:
                result = operation(connection)
                connection.commit()
            except BaseException:
                if not connection.is_broken:
                    connection.rollback()
                raise
            return result
        finally:
            self._pool.release(connection)

    def _begun(self, started_at: float) -> Connection:
        connection = self._pool.acquire()
        try:
            connection.serve_call(started_at)
            connection.begin()
        except BaseException:
            self._pool.release(connection)
            raise
        return connection


class BoundExecutor(Executor):
    """Runs operations on the caller's connection, inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._transaction = Transaction(connection)
        self._closed = False

    def read(self, operation: Operation[T]) -> T:
        self._check_open()
        return self._transaction.run(operation, undoable=False)

    def write(self, operation: Operation[T], *, atomic: bool = True, undoable: bool = False) -> T:
        self._join_callers_transaction()
        return self._transaction.run(operation, undoable=atomic or undoable)

    def transaction(self) -> Iterator[None]:
        self._join_callers_transaction()
        with self._transaction.savepoint():
            yield

    def in_transaction(self) -> bool:
        return True

    def close(self) -> None:
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError(_CLOSED)
        # The caller may have rolled back since: only the database knows what is usable.
        if self._transaction.depth == 0:
            self._transaction.failure = None
            self._transaction.connection.is_broken = False

    def _join_callers_transaction(self) -> None:
        self._check_open()
        connection = self._transaction.connection
        if not connection.may_write():
            raise StorageError(
                "this connection is in autocommit and no transaction is begun: "
                "begin one, so that what is written can be rolled back with your own rows"
            )
        connection.begin_bound()
