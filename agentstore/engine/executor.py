"""Where an operation runs: in the thread's open transaction, on a pooled connection with
retry, or on the caller's own connection.

An operation is a function of a connection, or a batch of named statements. It is run again
after a transient failure, so it must do the same thing a second time even where the first took
effect unseen: the ids of what it writes are made before.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TypeAlias, TypeVar

from agentstore.engine import forking
from agentstore.engine.batch import Batch
from agentstore.engine.connection import Connection
from agentstore.engine.deadline import NEVER, Deadline
from agentstore.engine.faults import Fault, fault_of
from agentstore.engine.pool import Pool
from agentstore.engine.retry import retrying
from agentstore.engine.transaction import Transaction
from agentstore.errors import StorageError
from agentstore.records import StoreStats

T = TypeVar("T")
Operation: TypeAlias = Callable[[Connection], T]

_logger = logging.getLogger("agentstore.retry")
_SECOND_ATTEMPT = 2
_CLOSED = "the store is closed"


class Executor(ABC):
    """Runs operations; one a store."""

    @abstractmethod
    def read(self, operation: Operation[T]) -> T:
        """Run an operation that only reads, and is one statement or may see two snapshots."""

    @abstractmethod
    def write(self, operation: Operation[T], *, atomic: bool = True, undoable: bool = False) -> T:
        """Run an operation that writes, and decides by what it reads.

        Args:
            operation: what to run.
            atomic: whether it needs a transaction around it; False where each statement of it
                may take effect alone.
            undoable: whether its failure must leave an open transaction() usable.
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
    def transaction(self) -> Iterator[None]:
        """One transaction() block, as a generator for contextmanager."""

    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether what runs now is part of a transaction that is already open."""

    @abstractmethod
    def stats(self) -> StoreStats:
        """What the store has done so far, and what its pool is doing now."""

    @abstractmethod
    def close(self) -> None:
        """Close what is the store's own; idempotent."""


class _ThreadState(threading.local):
    """What a thread is in the middle of."""

    transaction: Transaction | None = None
    deadline: Deadline | None = None
    attempt: int = 1


class PooledExecutor(Executor):
    """Runs operations on connections of the store's own.

    Args:
        make_pool: makes the pool, once now and once in each forked child.
        retry_timeout: seconds during which a failed operation is tried again.
        call_limit: seconds that a call may take, with all its statements and attempts.
        survives_fork: False where the database lives in this process alone.
        forks_unconnected: whether the client library must have no connection open while the
            process forks.
    """

    def __init__(
        self,
        make_pool: Callable[[], Pool],
        *,
        retry_timeout: float,
        call_limit: float,
        survives_fork: bool,
        forks_unconnected: bool,
    ) -> None:
        self._make_pool = make_pool
        self._pool = make_pool()
        self._retry_timeout = retry_timeout
        self._call_limit = call_limit
        self._survives_fork = survives_fork
        self._forks_unconnected = forks_unconnected
        self._is_drained = False
        self._local = _ThreadState()
        self._retries: dict[str, int] = {}
        self._retries_lock = threading.Lock()
        self._refusal = ""
        forking.watch(self)

    def read(self, operation: Operation[T]) -> T:
        transaction = self._transaction()
        if transaction is not None:
            return transaction.run(operation, undoable=False)
        return self._retrying(lambda deadline: self._attempt(_reading(operation), deadline))

    def write(self, operation: Operation[T], *, atomic: bool = True, undoable: bool = False) -> T:
        transaction = self._transaction()
        if transaction is not None:
            return transaction.run(operation, undoable=undoable)

        def attempt(connection: Connection) -> T:
            if atomic or connection.queues_writers or connection.wants_transactions:
                return connection.as_transaction(lambda: operation(connection))
            return operation(connection)

        return self._retrying(lambda deadline: self._attempt(attempt, deadline))

    def write_batch(
        self,
        steps: Batch,
        *,
        undoable: bool = False,
        on_retry: Callable[[], None] | None = None,
    ) -> list[int]:
        transaction = self._transaction()
        if transaction is not None:
            return transaction.run(
                lambda connection: connection.run_steps(steps), undoable=undoable
            )
        return self._retrying(
            lambda deadline: self._attempt(
                lambda connection: connection.run_batch(steps), deadline
            ),
            on_retry,
        )

    def once(self, operation: Operation[T]) -> T:
        if self._transaction() is not None:
            return self.read(operation)
        return self._attempt(_reading(operation), self._new_deadline(), check_alive=True)

    def begin_call(self) -> bool:
        if self._local.deadline is not None:
            return False
        self._local.deadline = self._new_deadline()
        return True

    def end_call(self) -> None:
        self._local.deadline = None

    def _new_deadline(self) -> Deadline:
        return Deadline.after(self._call_limit)

    def transaction(self) -> Iterator[None]:
        transaction = self._transaction()
        if transaction is not None:
            transaction.check()
            with transaction.savepoint():
                yield
            return
        connection = self._retrying(self._begun)
        transaction = self._local.transaction = Transaction(connection, self._new_deadline)
        try:
            yield
            transaction.commit()
        except BaseException:
            transaction.roll_back()
            raise
        finally:
            self._local.transaction = None
            if not transaction.is_inherited:
                connection.is_in_block = False
                events = connection.take_events() if connection.events else []
                self._pool.release(connection)
                if events:
                    connection.observation.deliver(events)

    def in_transaction(self) -> bool:
        return self._transaction() is not None

    def close(self) -> None:
        if not self._refusal:
            self._refusal = _CLOSED
            self._pool.close()

    def stats(self) -> StoreStats:
        with self._retries_lock:
            retries = dict(self._retries)
        return self._pool.stats(retries)

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
        forking.keep_pool(self._pool)
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

    def _retrying(
        self, attempt: Callable[[Deadline], T], on_retry: Callable[[], None] | None = None
    ) -> T:
        """Call with the deadline of the whole call, again and again where that may help."""
        pool = self._pool
        deadline = self._local.deadline or self._new_deadline()
        until = Deadline(deadline.at - self._call_limit + self._retry_timeout)

        def note_retry(number: int, error: StorageError) -> None:
            self._local.attempt = number
            self._log_retry(number, error, until)
            if on_retry is not None:
                on_retry()

        try:
            return retrying(
                lambda: attempt(deadline),
                until=until,
                timeout=self._retry_timeout,
                # A server that was never there is more likely misspelt than restarting.
                may_retry=lambda error: (
                    pool.has_connected or fault_of(error) is not Fault.UNREACHABLE
                ),
                on_retry=note_retry,
            )
        finally:
            self._local.attempt = 1

    def _log_retry(self, number: int, error: StorageError, until: Deadline) -> None:
        """Log that a call is tried again: our own words alone, as the driver's may hold values."""
        fault = fault_of(error)
        kind = "" if fault is None else fault.name.lower()
        with self._retries_lock:
            self._retries[kind] = self._retries.get(kind, 0) + 1
        _logger.log(
            logging.INFO if number == _SECOND_ATTEMPT else logging.WARNING,
            "trying %s again: %s%s, attempt %d, %.1f s left",
            error.__dict__.get("statement", "to connect"),
            kind,
            f" ({error.__dict__['code']})" if error.__dict__.get("code") else "",
            number,
            max(until.left, 0.0),
        )

    def _attempt(
        self, operation: Operation[T], deadline: Deadline, *, check_alive: bool = False
    ) -> T:
        connection = self._pool.acquire(check_alive=check_alive)
        try:
            connection.set_deadline(deadline)
            connection.attempt = self._local.attempt
            return operation(connection)
        finally:
            events = connection.take_events() if connection.events else []
            self._pool.release(connection)
            if events:
                connection.observation.deliver(events)

    def _begun(self, deadline: Deadline) -> Connection:
        connection = self._pool.acquire()
        try:
            connection.set_deadline(deadline)
            connection.begin()
        except BaseException:
            self._pool.release(connection)
            raise
        return connection


class BoundExecutor(Executor):
    """Runs operations on the caller's connection, inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._transaction = Transaction(connection, lambda: NEVER)
        self._closed = False

    def read(self, operation: Operation[T]) -> T:
        self._check_open()
        return self._transaction.run(operation, undoable=False)

    def write(self, operation: Operation[T], *, atomic: bool = True, undoable: bool = False) -> T:
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

    def transaction(self) -> Iterator[None]:
        self._join_callers_transaction()
        with self._transaction.savepoint():
            yield

    def in_transaction(self) -> bool:
        return True

    def stats(self) -> StoreStats:
        round_trips = self._transaction.connection.round_trips
        return StoreStats(1, 0, 1, 0, 0.0, 0, 0, round_trips, {})

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


def _reading(operation: Operation[T]) -> Operation[T]:
    """A reading operation, in a transaction where the connection wants one."""

    def read(connection: Connection) -> T:
        if connection.wants_transactions:
            return connection.as_transaction(lambda: operation(connection))
        return operation(connection)

    return read
