"""One open transaction: its connection, its blocks, whose it is, and what went wrong."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable
from contextvars import Token
from types import FrameType
from typing import Any, TypeVar

from agentstore.engine.activation import current_greenlet, current_task, is_executing
from agentstore.engine.block import Block
from agentstore.engine.connection import Connection
from agentstore.engine.deadline import Deadline
from agentstore.engine.faults import Fault, fault_of
from agentstore.engine.interruption import let_through
from agentstore.engine.mutex import new_mutex
from agentstore.engine.pool import Lease
from agentstore.errors import StorageError, UnavailableError

A = TypeVar("A")
T = TypeVar("T")

_ELSEWHERE = "it was left in another thread than it was entered in"
_OUT_OF_ORDER = "it was left before a block inside it"


class Transaction:
    """An open transaction: the outermost block and those inside it, which are savepoints.

    Args:
        connection: the connection; in a transaction that is begun.
        deadline_of_call: the deadline of the call that is made now, a new one where it has none
            yet.
        thread: stands for the thread that it belongs to; None where it is everybody's.
        lease: what the connection is given back with: the outermost block is the transaction,
            and ends it. None where it is the caller's, and all blocks are savepoints in it.
        discard: gives the lease back when all of it was undone out of turn.
        reconnect: puts a connection on which a transaction is begun in the place of one that was
            found dead; raises what it died of where it may not. It counts as broken until it is
            the transaction's. None where nobody can.

    Attributes:
        failure: why it can only be left.
        token: what takes it out of the context that it was entered in.
    """

    def __init__(
        self,
        connection: Connection,
        deadline_of_call: Callable[[], Deadline],
        *,
        thread: object = None,
        lease: Lease | None = None,
        discard: Callable[[Lease], object] = lambda lease: None,
        reconnect: Callable[[Lease, StorageError], Connection] | None = None,
    ) -> None:
        self.connection = connection
        connection.is_in_block = True
        self.lease = lease
        self.failure: StorageError | None = None
        self.token: Token[Any] | None = None
        self._deadline_of_call = deadline_of_call
        self._discard = discard
        self._reconnect = reconnect
        self._process = os.getpid()
        self._thread = thread
        self._task = current_task() if lease is not None else None
        self._greenlet = current_greenlet() if lease is not None else None
        # Weak: a block that nobody has any more can never be left.
        self._blocks: list[weakref.ref[Block]] = []
        self._running = new_mutex()
        self._caller: FrameType | None = None
        self._to_undo: tuple[int, str] | None = None

    @property
    def is_inherited(self) -> bool:
        """Whether it was open at a fork and is the parent's."""
        return self._process != os.getpid()

    @property
    def is_over(self) -> bool:
        """Whether its outermost block was left or undone."""
        return self.lease is not None and self.lease.is_over

    @property
    def depth(self) -> int:
        """How many blocks are open in it."""
        return len(self._blocks)

    def is_alive(self) -> bool:
        """Whether its outermost block will still be left by somebody."""
        return bool(self._blocks) and _is_alive(self._blocks[0])

    def belongs_to(self, thread: object) -> bool:
        """Whether it was entered in a thread, and in the greenlet that runs now."""
        return self._thread is None or (
            self._thread is thread and self._greenlet is current_greenlet()
        )

    def check_task(self) -> None:
        """Refuse a call of another asyncio task than the one that it was entered in.

        Raises:
            StorageError: it is another's.
        """
        if self._task is not None and current_task() not in (None, self._task):
            raise StorageError(
                "a transaction() that another asyncio task has entered is open in this thread: "
                "await nothing inside it, or run all of it in a worker thread"
            )

    def check(self) -> None:
        """Refuse work in a block that can only be left.

        Raises:
            StorageError: it has failed or was interrupted, or belongs to the parent process.
        """
        if self.is_inherited:
            raise StorageError("this transaction() was open at a fork: it is the parent's")
        if self.lease is not None and self._is_running():
            raise StorageError("another call in this transaction() is under way")
        if self.failure is None and (self.connection.is_broken or self._caller is not None):
            # By KeyboardInterrupt or the like, which the caller has caught.
            self.failure = UnavailableError("a statement was interrupted")
        if self.failure is not None:
            raise type(self.failure)(
                f"this transaction() has failed and can only be left: {self.failure}"
            ) from self.failure

    def forget_failure(self) -> None:
        """Take the connection as usable again: its owner may have rolled back since."""
        self.failure = None
        self._caller = None
        self.connection.is_broken = False

    def run(self, operation: Callable[[Connection], T], *, undoable: bool) -> T:
        """Run an operation as part of the innermost block.

        Args:
            operation: what to run.
            undoable: whether its failure must leave the block usable.
        """
        self.check()
        try:
            self._running.acquire()
            # It stays where the call is interrupted: nobody knows what it has done.
            self._caller = sys._getframe()
            self.connection.set_deadline(self._deadline_of_call())
            try:
                result = self._on_living(self._undoably if undoable else self._plainly, operation)
            except StorageError as error:
                # Where undoing it has failed too, that is noted already, and tells more.
                if self.failure is None and self._is_fatal(error, undone=undoable):
                    self.failure = error
                self._caller = None
                raise
            self._caller = None
        finally:
            try:
                self._running.release()
            except RuntimeError as exc:
                let_through(exc, None)
        if self._to_undo is not None:
            reason = self._to_undo[1]
            self._undo_out_of_turn(*self._to_undo)
            raise StorageError(f"this transaction() was undone: {reason}")
        if self.connection.events:
            self.connection.observation.deliver(self.connection.take_events())
        return result

    def _on_living(self, run: Callable[[A], T], operation: A) -> T:
        """Run what may be the first work of the transaction: of which the server has not heard.

        A connection that is found dead then is replaced unseen, as nothing was done yet.
        """
        if not self.connection.begins_with_next or self._reconnect is None:
            return run(operation)
        try:
            return run(operation)
        except StorageError as error:
            if self.connection.begins_with_next or not self.connection.is_broken:
                raise
            failure = self.failure or error  # what undoing it has failed of tells more
        try:
            assert self.lease is not None
            connection = self._reconnect(self.lease, failure)
            self.connection = connection
            connection.is_broken = False
        except StorageError as error:
            self.failure = error
            raise
        finally:
            del failure  # see "let_through"
        self.failure = None
        return run(operation)

    def _set_savepoint(self, number: int) -> None:
        """Set a savepoint; where there is none, what comes next cannot be undone.

        It may be the first statement, with which BEGIN has failed.
        """
        try:
            self.connection.savepoint(number)
        except StorageError as error:
            if fault_of(error) is not None:
                self.failure = error
            raise

    def _plainly(self, operation: Callable[[Connection], T]) -> T:
        return operation(self.connection)

    def _undoably(self, operation: Callable[[Connection], T]) -> T:
        number = self.depth + 1
        self._set_savepoint(number)
        try:
            result = operation(self.connection)
            self.connection.release_savepoint(number)
        except StorageError:
            self._undo(number)
            raise
        return result

    def enter(self, block: Block) -> None:
        """Open a block inside those that are open.

        Raises:
            StorageError: no savepoint could be set.
        """
        block.transaction = self
        if self.lease is not None and not self._blocks:
            self._blocks.append(weakref.ref(block))
            return
        self.check()
        self.connection.set_deadline(self._deadline_of_call())
        # Before the savepoint is set: what an interruption leaves is found by the block.
        self._blocks.append(weakref.ref(block))
        try:
            self._on_living(self._set_savepoint, self.depth)
        except StorageError:
            self._blocks.pop()
            raise

    def leave(self, block: Block, thread: object, exc: BaseException | None) -> bool:
        """Leave a block, which undoes it where there is an exception or this is no time for it.

        Args:
            block: the block.
            thread: stands for the thread that leaves it.
            exc: the exception that it is left with.

        Returns:
            Whether it was the outermost one and the transaction is still to be ended.

        Raises:
            StorageError: it was undone, and not by an exception of the caller's.
        """
        if self.is_inherited:
            if exc is None:
                self.check()
            return False
        number = self._number(block)
        if number and not self.belongs_to(thread):
            self._undo_out_of_turn(number, _ELSEWHERE)
        elif number:
            self.drop_dead_blocks(down_to=number)
            if number < self.depth:
                self._undo_out_of_turn(number, _OUT_OF_ORDER)
        if self.is_over or not self._number(block):
            if exc is None:
                raise StorageError(
                    f"this transaction() was undone: {block.undone}"
                    if block.undone
                    else "this transaction() was left already"
                )
            return False
        if self.lease is not None and number == 1:
            return True
        self._leave_savepoint(number, exc)
        return False

    def _leave_savepoint(self, number: int, exc: BaseException | None) -> None:
        self.connection.set_deadline(self._deadline_of_call())
        if exc is None:
            try:
                self.check()
                self.connection.release_savepoint(number)
            except StorageError:
                self._undo(number)
                self._blocks.pop()
                raise
        else:
            self._undo(number)
        self._blocks.pop()

    def drop_dead_blocks(self, *, down_to: int = 0) -> None:
        """Undo those innermost blocks that were cut off, so that nobody will leave them.

        Args:
            down_to: how many of the outer ones are left as they are.
        """
        if self._to_undo is not None and not self.is_over:
            self._undo_out_of_turn(*self._to_undo)
        while self.depth > down_to and not self.is_over and not _is_alive(self._blocks[-1]):
            self._undo_out_of_turn(self.depth, "it was cut off")

    def commit(self) -> None:
        """End the transaction.

        Raises:
            UnavailableError: the connection was lost; the message says when it is not known
                whether what was done in the block is kept.
        """
        self.check()
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
        """Undo the transaction, as far as that is up to us."""
        if not self.is_inherited and not self.connection.is_broken:
            self.connection.rollback()

    def _number(self, block: Block) -> int:
        """The place of a block among those that are open, from 1; 0 where it is none of them."""
        for number, known in enumerate(self._blocks, 1):
            if known() is block:
                return number
        return 0

    def _is_running(self) -> bool:
        return self._caller is not None and is_executing(self._caller)

    def _undo_out_of_turn(self, number: int, reason: str) -> None:
        """Undo a block and those inside it, or have the call that is under way do so at its end."""
        for known in self._blocks[number - 1 :]:
            if (block := known()) is not None:
                block.undone = block.undone or reason
        self._to_undo = (number, reason)
        try:
            if not self._running.acquire(blocking=False) or self._is_running():
                return
            if self.lease is not None and number == 1:
                self._discard(self.lease)
            else:
                self.connection.set_deadline(self._deadline_of_call())
                self._undo(number)
                del self._blocks[number - 1 :]
                self._to_undo = None
        finally:
            try:
                self._running.release()
            except RuntimeError as exc:
                let_through(exc, None)

    def _undo(self, number: int) -> None:
        """Undo what was done since a savepoint, as part of the call that the deadline is of."""
        if self.connection.is_broken:
            return
        if self.failure is not None and self._is_fatal(self.failure, undone=True):
            return
        try:
            self.connection.roll_back_to_savepoint(number)
        except StorageError as error:
            self.failure = error
        else:
            self.failure = None
            self._caller = None

    def _is_fatal(self, error: StorageError, *, undone: bool) -> bool:
        fault = fault_of(error)
        if fault is None:
            return False
        return not undone or fault.ends_transaction or self.connection.is_broken


def _is_alive(known: weakref.ref[Block]) -> bool:
    block = known()
    return block is not None and block.is_alive()
