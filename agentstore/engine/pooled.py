"""Operations on connections of the store's own: in an open transaction, or with retry."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import partial
from types import FrameType

from agentstore.engine import forking
from agentstore.engine.activation import is_executing
from agentstore.engine.batch import Batch
from agentstore.engine.block import Block
from agentstore.engine.connection import Connection
from agentstore.engine.deadline import Deadline
from agentstore.engine.executor import CLOSED, NO_SNAPSHOT, Executor, Operation, T
from agentstore.engine.faults import Fault, fault_of, mark_uncancelled
from agentstore.engine.mutex import holding, new_mutex
from agentstore.engine.pool import Lease, Pool
from agentstore.engine.retry import log_retry, try_again
from agentstore.engine.transaction import Transaction
from agentstore.errors import StorageError
from agentstore.records import StoreStats


class _ThreadState(threading.local):
    """What a thread is in the middle of.

    Attributes:
        call: the deadline that several operations share, and the function that they are part of.
        transactions: those that were begun in this thread.
        attempt: the number of the attempt that is made.
        me: stands for the thread; an ident of threads is given out again.
    """

    def __init__(self) -> None:
        self.call: tuple[Deadline, FrameType] | None = None
        self.transactions: list[Transaction] = []
        self.attempt = 1
        self.me = object()


class PooledExecutor(Executor):
    """Runs operations on connections of the store's own.

    Args:
        make_pool: makes the pool, once now and once in each forked child.
        retry_timeout: seconds during which a failed operation is tried again.
        call_limit: seconds that a call may take, with all its statements and attempts.
        survives_fork: False where the database lives in this process alone.
        forks_unconnected: whether the client library must have no connection open while the
            process forks.
        on_unsafe_fork: called in a child of a process that forked with a connection in use,
            where the library must have none.
    """

    def __init__(
        self,
        make_pool: Callable[[], Pool],
        *,
        retry_timeout: float,
        call_limit: float,
        survives_fork: bool,
        forks_unconnected: bool,
        on_unsafe_fork: Callable[[], object] = lambda: None,
    ) -> None:
        forking.notice()
        self._make_pool = make_pool
        self._pool = make_pool()
        self._retry_timeout = retry_timeout
        self._call_limit = call_limit
        self._survives_fork = survives_fork
        self._forks_unconnected = forks_unconnected
        self._on_unsafe_fork = on_unsafe_fork
        self._process = os.getpid()
        self._local = _ThreadState()
        self._open: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
        self._retries: dict[str, int] = {}
        self._retries_mutex = new_mutex()
        self._refusal = ""
        forking.watch(self)

    def read(self, operation: Operation[T], *, undoable: bool = False) -> T:
        transaction = self._transaction()
        if transaction is not None:
            return transaction.run(operation, undoable=undoable)
        return self._retrying(partial(self._attempt, _reading(operation)))

    def write(
        self,
        operation: Operation[T],
        *,
        atomic: bool = True,
        undoable: bool = False,
        synced: bool = True,
    ) -> T:
        transaction = self._transaction()
        if transaction is not None:
            return transaction.run(operation, undoable=undoable)

        def attempt(connection: Connection) -> T:
            if not synced:
                return connection.as_unsynced_transaction(operation)
            if atomic or connection.queues_writers or connection.wants_transactions:
                return connection.as_transaction(operation)
            return operation(connection)

        return self._retrying(partial(self._attempt, attempt))

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
            partial(self._attempt, lambda connection: connection.run_batch(steps)), on_retry
        )

    def once(self, operation: Operation[T]) -> T:
        if self._transaction() is not None:
            return self.read(operation)
        return self._attempt(_reading(operation), self._deadline_of_call(), check_alive=True)

    def begin_call(self) -> bool:
        local = self._local
        if local.call is not None and self._call_deadline() is not None:
            return False
        local.call = (self._new_deadline(), sys._getframe(1))
        return True

    def end_call(self) -> None:
        self._local.call = None

    def transaction(self) -> AbstractContextManager[None]:
        return Block(self)

    def snapshot(self) -> AbstractContextManager[None]:
        if self.in_transaction():
            raise StorageError(NO_SNAPSHOT)
        return Block(self, is_snapshot=True)

    def enter_block(self, block: Block) -> None:
        """Begin a transaction, or set a savepoint in the one that is open."""
        transaction = self._transaction()
        if transaction is not None:
            transaction.enter(block)
            return
        transaction = self._retrying(lambda deadline: self._begun(block, deadline))
        self._local.transactions.append(transaction)
        transaction.token = self._open.set(transaction)

    def leave_block(self, block: Block, exc: BaseException | None) -> None:
        """Commit, release the savepoint or undo what the block has done."""
        transaction: Transaction = block.transaction
        try:
            if transaction.leave(block, self._local.me, exc):
                self._end(transaction, exc)
        finally:
            if transaction.is_over or transaction.is_inherited:
                self._forget(transaction)
                transaction.failure = None  # see "let_through"

    def check_open(self) -> None:
        if self._process != os.getpid():
            forking.notice()
        if self._refusal:
            raise StorageError(self._refusal)

    def in_transaction(self) -> bool:
        return self._transaction() is not None

    def close(self) -> None:
        forking.notice()
        if not self._refusal:
            self._refusal = CLOSED
            self._pool.close()

    def stats(self) -> StoreStats:
        return self._pool.stats(holding(self._retries_mutex, self._retries.copy))

    def before_fork(self) -> None:
        """Have no connection open, where the client library wants it so."""
        if self._forks_unconnected and not self._refusal and not self._has_transaction():
            self._pool.drain()

    def after_fork_in_parent(self) -> None:
        """Let the callers in again."""
        self._pool.resume()

    def after_fork_in_child(self) -> None:
        """Leave the parent's connections alone, for good, and open others when asked."""
        if self._process == os.getpid():
            return
        pool = self._pool
        forking.keep_pool(pool)
        if not self._survives_fork:
            self._refusal = self._refusal or "this store's data is in the parent process's memory"
        elif self._forks_unconnected:
            if pool.leases:
                self._on_unsafe_fork()
            # What the parent did not use must go before anything is opened: the library takes its
            # locks for locks of this process.
            pool.close_inherited()
        self._pool = self._make_pool()
        self._pool.has_connected = pool.has_connected
        self._retries_mutex = new_mutex()
        self._process = os.getpid()

    def _has_transaction(self) -> bool:
        return any(not each.is_over for each in self._local.transactions)

    def _transaction(self) -> Transaction | None:
        """The transaction that what runs now is part of.

        Raises:
            StorageError: the store is closed or the parent's, or a transaction() is open here
                that forbids this call.
        """
        self.check_open()
        transaction = self._open.get()
        if transaction is None and not self._local.transactions:
            return None
        return self._transaction_among(transaction)

    def _transaction_among(self, transaction: Transaction | None) -> Transaction | None:
        """As `_transaction`, where this context or thread has one, be it over."""
        if transaction is not None and transaction.is_inherited:
            return transaction  # which refuses what it is asked for
        others = self._local.transactions
        for each in list(others):
            if not each.is_inherited and each.belongs_to(self._local.me):
                each.drop_dead_blocks()
            if each.is_over or each.is_inherited:
                others.remove(each)
        if transaction is not None and transaction.is_over:
            self._forget(transaction)
            transaction = None
        if transaction is not None and transaction.belongs_to(self._local.me):
            transaction.check_task()
            return transaction
        for each in others:
            each.check_task()
            if not self._survives_fork:
                raise StorageError(
                    "a transaction() that was entered in another context is open in this thread, "
                    "and a store in memory has one connection: leave it first"
                )
        return None

    def _forget(self, transaction: Transaction) -> None:
        """Take a transaction out of this context and thread."""
        if transaction in self._local.transactions:
            self._local.transactions.remove(transaction)
        if self._open.get() is not transaction:
            return
        try:
            if transaction.token is not None:
                self._open.reset(transaction.token)
        except (ValueError, RuntimeError):
            self._open.set(None)  # a copy of the context that it was entered in

    def _new_deadline(self) -> Deadline:
        return Deadline.after(self._call_limit)

    def _deadline_of_call(self) -> Deadline:
        """The deadline of the call that is made now: a new one where no other began it."""
        return self._call_deadline() or self._new_deadline()

    def _call_deadline(self) -> Deadline | None:
        """The deadline of the call that several operations of this thread are part of."""
        call = self._local.call
        if call is None:
            return None
        deadline, frame = call
        if is_executing(frame):
            return deadline
        self._local.call = None  # it was interrupted
        return None

    def _retrying(
        self,
        attempt: Callable[[Deadline], T],
        on_retry: Callable[[], None] | None = None,
        *,
        deadline: Deadline | None = None,
    ) -> T:
        """Call with the deadline of the whole call, again and again where that may help."""
        deadline = deadline or self._deadline_of_call()
        try:
            return attempt(deadline)
        except StorageError as error:
            failure = error
        try:
            return self._try_again(failure, attempt, deadline, on_retry)
        finally:
            del failure  # see "let_through"

    def _try_again(
        self,
        failure: StorageError,
        attempt: Callable[[Deadline], T],
        deadline: Deadline,
        on_retry: Callable[[], None] | None,
    ) -> T:
        """Call again after a first failure: what only a call that has failed pays for."""
        pool = self._pool
        until = Deadline(deadline.at - self._call_limit + self._retry_timeout)

        def note_retry(number: int, error: StorageError) -> None:
            self._local.attempt = number
            self._count_retry(error)
            log_retry(number, error, until)
            if on_retry is not None:
                on_retry()

        try:
            return try_again(
                failure,
                partial(attempt, deadline),
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
            del failure  # see "let_through"

    def _count_retry(self, error: StorageError) -> None:
        fault = fault_of(error)
        kind = "" if fault is None else fault.name.lower()

        def add() -> None:
            self._retries[kind] = self._retries.get(kind, 0) + 1

        holding(self._retries_mutex, add)

    def _attempt(
        self, operation: Operation[T], deadline: Deadline, *, check_alive: bool = False
    ) -> T:
        pool = self._pool
        lease = pool.acquire(check_alive=check_alive)
        connection = lease.connection
        try:
            connection.set_deadline(deadline)
            connection.attempt = self._local.attempt
            result = operation(connection)
        except StorageError as error:
            if not self._give_back(pool, lease):
                mark_uncancelled(error)
            raise
        except BaseException:
            self._give_back(pool, lease, interrupted=True)
            raise
        self._give_back(pool, lease)
        return result

    def _begun(self, block: Block, deadline: Deadline) -> Transaction:
        pool = self._pool
        lease = pool.acquire()
        try:
            lease.connection.set_deadline(deadline)
            lease.connection.attempt = self._local.attempt
            if block.is_snapshot:
                lease.connection.begin_snapshot()
            else:
                lease.connection.begin()
            lease.connection.attempt = 1  # what is in the block is sent once
        except StorageError:
            self._give_back(pool, lease)
            raise
        except BaseException:
            self._give_back(pool, lease, interrupted=True)
            raise
        transaction = Transaction(
            lease.connection,
            self._deadline_of_call,
            thread=self._local.me,
            lease=lease,
            discard=lambda lease: self._give_back(pool, lease, interrupted=True),
            reconnect=partial(self._reconnect, pool) if self._retry_timeout else None,
        )
        transaction.enter(block)
        lease.holder = transaction
        return transaction

    def _reconnect(self, pool: Pool, lease: Lease, failure: StorageError) -> Connection:
        """Begin a transaction anew that has done nothing, as its connection was found dead.

        Args:
            pool: the pool.
            lease: of the connection.
            failure: what was found.

        Raises:
            StorageError: the same, where the connection did not die idle; or nobody lets us in.
        """
        dead: Connection = lease.connection
        fault = fault_of(failure)
        try:
            if fault is None or not fault.is_transient or not dead.has_been_idle:
                raise failure
            self._count_retry(failure)
            log_retry(2, failure, dead.deadline)
        finally:
            del failure  # see "let_through"
        pool.close_dead(lease)
        self._retrying(lambda _: pool.connect(lease), deadline=dead.deadline)
        pool.note_replacement("it had died idle")
        connection: Connection = lease.connection
        # Whatever is interrupted until the transaction has it: nobody else must find it begun.
        connection.is_broken = True
        connection.set_deadline(dead.deadline)
        connection.events = dead.take_events()
        connection.is_in_block = True
        connection.begin()
        return connection

    def _end(self, transaction: Transaction, exc: BaseException | None) -> None:
        """Commit a transaction or roll it back, and give its connection back."""
        lease = transaction.lease
        assert lease is not None
        try:
            lease.connection.set_deadline(self._deadline_of_call())
            if exc is None:
                transaction.commit()
            else:
                transaction.roll_back()
        except StorageError:
            transaction.roll_back()
            self._give_back(self._pool, lease)
            raise
        except BaseException:
            self._give_back(self._pool, lease, interrupted=True)
            raise
        self._give_back(self._pool, lease)

    @staticmethod
    def _give_back(pool: Pool, lease: Lease, *, interrupted: bool = False) -> bool:
        """Give a connection back, then tell the observer of what it has noted.

        Returns:
            Whether the server is known to do nothing for it any more.
        """
        connection = lease.connection
        connection.is_in_block = False
        events = connection.take_events() if connection.events else []
        is_over = pool.discard(lease) if interrupted else pool.release(lease)
        if events:
            connection.observation.deliver(events)
        return is_over


def _reading(operation: Operation[T]) -> Operation[T]:
    """A reading operation, in a transaction where the connection wants one."""

    def read(connection: Connection) -> T:
        if connection.wants_transactions:
            return connection.as_transaction(operation)
        return operation(connection)

    return read
