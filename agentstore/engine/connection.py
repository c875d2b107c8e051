"""The driver port: an open connection, as operations use it; a dialect supplies what differs."""

from __future__ import annotations

import math
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar, TypeAlias, TypeVar

from agentstore.engine.batch import NO_PARAMETERS, Batch, Parameters, Step
from agentstore.engine.deadline import NEVER, Deadline
from agentstore.engine.faults import Fault, error_of, fault_of
from agentstore.engine.interruption import interruption_of
from agentstore.engine.observing import observation_of_opening, rows_of
from agentstore.errors import DatabaseError, StorageError
from agentstore.records import StatementEvent
from agentstore.statements import NO_BLOCKS, StatementLibrary

P = TypeVar("P")
T = TypeVar("T")
Row: TypeAlias = "tuple[Any, ...]"


class Connection(ABC):
    """One driver connection that runs the statements of a dialect by name.

    A pooled connection is in autocommit except between ``begin`` and ``commit`` or
    ``rollback``. A bound one belongs to the caller and is never begun, ended or closed.

    Args:
        driver_connection: the driver's open connection.
        statements: the dialect's statements.
    """

    exceptions: ClassVar[tuple[type[BaseException], ...]]
    """What the driver raises."""

    is_remote: ClassVar[bool] = True
    """Is there a network, from which the reply to an interrupted statement may still come?"""

    shares_locks = True
    """Is a row that is locked in share mode locked for all writers? Not for those of other nodes of
    a Galera cluster."""

    queues_writers: ClassVar[bool] = False
    """Must even a single writing statement be in a transaction, so that writers queue?"""

    statement_limit = math.inf
    """Seconds after which the client gives up a statement; a bound connection has the caller's."""

    cancel_limit = 0.0
    """Seconds that `cancel` may take."""

    deadline = NEVER
    """When the call that the connection serves is over, with all its statements and attempts."""

    begins_with_next = False
    """Has a transaction begun of which the server is told with the next statement?"""

    def __init__(self, driver_connection: Any, statements: StatementLibrary) -> None:
        self.driver_connection = driver_connection
        self.statements = statements
        self.opened_at = self.idle_since = time.monotonic()
        self.is_broken = False
        self.holder: object | None = None
        self.observation = observation_of_opening()
        self.events: list[StatementEvent] = []
        self.round_trips = 0
        self.attempt = 1
        self.is_in_block = False

    @property
    def has_been_idle(self) -> bool:
        """Whether it was given back since it was opened."""
        return self.idle_since > self.opened_at

    @property
    def wants_transactions(self) -> bool:
        """Whether even a single statement must be in a transaction: what it needs is set there."""
        return False

    def set_deadline(self, deadline: Deadline) -> None:
        """Give what follows the time that is left to a call."""
        self.deadline = deadline

    def rows(
        self,
        name: str,
        parameters: Parameters = NO_PARAMETERS,
        blocks: frozenset[str] = NO_BLOCKS,
    ) -> list[Row]:
        """Run a statement and fetch its rows.

        Args:
            name: the statement's name.
            parameters: its parameters by name.
            blocks: the names of the blocks to send.

        Raises:
            StorageError: the public error of the fault (see `agentstore.engine.faults`).
        """
        return self._guarded(self._rows, name, self.statements.text(name, blocks), parameters)

    def count(
        self,
        name: str,
        parameters: Parameters = NO_PARAMETERS,
        blocks: frozenset[str] = NO_BLOCKS,
    ) -> int:
        """Run a statement and say how many rows it found; as `rows` otherwise."""
        return self._guarded(self._count, name, self.statements.text(name, blocks), parameters)

    def run_many(self, name: str, parameters: Sequence[Parameters]) -> None:
        """Run a statement once for each set of parameters; as `rows` otherwise."""
        self._guarded(self._run_many, name, self.statements.text(name), parameters)

    def run_steps(self, steps: Batch) -> list[int]:
        """Run a batch as part of the open transaction.

        Args:
            steps: the batch.

        Returns:
            How many rows each of its statements found; none for those behind a statement that
            needs rows and found none.

        Raises:
            StorageError: as `rows`.
        """
        counts: list[int] = []
        for step in steps:
            count = self._run_step(step)
            counts.append(count)
            if step.needs_rows and not count:
                break
        return counts

    def _run_step(self, step: Step) -> int:
        if not isinstance(step.parameters, Mapping):
            self.run_many(step.name, step.parameters)
            return len(step.parameters)
        return self.count(step.name, step.parameters, step.blocks)

    def run_batch(self, steps: Batch) -> list[int]:
        """Run a batch with nothing around it: in a transaction, where it takes one.

        Args, Returns, Raises:
            As `run_steps`; where it raises, or a step finds none of the rows that it needs, nothing
            is done.
        """
        if len(steps) == 1 and not (self.wants_transactions or self.queues_writers):
            return self.run_steps(steps)
        self.begin()
        try:
            counts = self.run_steps(steps)
            if not counts or (not counts[-1] and steps[len(counts) - 1].needs_rows):
                self.rollback()
            else:
                self.commit()
        except BaseException:
            if not self.is_broken:
                self.rollback()
            raise
        return counts

    def as_transaction(self, work: Callable[[Connection], T]) -> T:
        """Do some work on this connection, in a transaction of its own."""
        self.begin()
        try:
            result = work(self)
            self.commit()
        except BaseException:
            if not self.is_broken:
                self.rollback()
            raise
        return result

    def as_unsynced_transaction(self, work: Callable[[Connection], T]) -> T:
        """As `as_transaction`, where the commit may reach the disk as late as at the next `sync`.

        A crash of the machine before that undoes it whole, and nothing that was committed by
        others.
        """
        return self.as_transaction(work)

    def sync(self) -> None:
        """Have all on the disk that was committed until now."""
        return

    def begin(self) -> None:
        """Begin a transaction that may write.

        Where a round trip can be spared, the server hears of it with the first statement in it
        (`begins_with_next`).
        """
        self.count("transactions/begin")

    def _take_begin(self) -> str:
        """The text of BEGIN where it is sent with the next statement, once; else ''."""
        if not self.begins_with_next:
            return ""
        self.begins_with_next = False
        return self.statements.text("transactions/begin")

    def begin_snapshot(self) -> None:
        """Begin a transaction that only reads, and reads what is there at one moment."""
        self.count("transactions/begin_snapshot")

    def commit(self) -> None:
        """Commit it."""
        if self.begins_with_next:
            self.begins_with_next = False
        else:
            self.count("transactions/commit")

    def rollback(self) -> None:
        """Undo it; a connection that cannot even do that is broken from now on."""
        if self.begins_with_next:
            self.begins_with_next = False
            return
        try:
            self.count("transactions/rollback")
        except StorageError:
            self.is_broken = True

    def savepoint(self, depth: int) -> None:
        """Set the savepoint of a nested block, ``depth`` blocks deep."""
        self._run_numbered("transactions/savepoint", depth)

    def release_savepoint(self, depth: int) -> None:
        """Forget a savepoint, keeping what was done since."""
        self._run_numbered("transactions/release_savepoint", depth)

    def roll_back_to_savepoint(self, depth: int) -> None:
        """Undo what was done since a savepoint, and forget it."""
        self._run_numbered("transactions/rollback_to_savepoint", depth)
        self._run_numbered("transactions/release_savepoint", depth)

    def _run_numbered(self, name: str, depth: int) -> None:
        self._guarded(self._count, name, self.statements[name].numbered(depth), NO_PARAMETERS)

    def _guarded(
        self,
        function: Callable[[str, P], T],
        name: str,
        text: str,
        parameters: P,
        *,
        statements: int = 1,
    ) -> T:
        """Call the driver; its exceptions become ours, and a connection left in the middle
        of an exchange is not used again."""
        if self.statement_limit < math.inf:
            self._limit_statement()
        self.round_trips += 1
        handled = sys.exc_info()[1]
        if self.observation.is_active and self.observation.is_wanted:
            statements += self.begins_with_next
            note = partial(self._note, name, statements=statements, handled=handled)
            function = self.observation.noting(function, note)
        was_broken = self.is_broken
        # Until the reply is here, whatever a signal's handler raises, at whatever moment.
        self.is_broken = was_broken or self.is_remote
        try:
            result = function(text, parameters)
        except self.exceptions as exc:
            interruption = self._interruption_of(exc, handled)
            if interruption is None:
                self.is_broken = was_broken
                raise self._error_of_statement(exc, name) from exc
        except StorageError as exc:
            interruption = self._interruption_of(exc, handled)
            if interruption is None:
                self.is_broken = was_broken
                raise
        else:
            self.is_broken = was_broken
            return result
        try:
            raise interruption
        finally:
            del interruption  # see "let_through"

    def _error_of_statement(self, exc: BaseException, name: str) -> StorageError:
        error = self.translated(exc)
        error.__dict__["statement"] = name
        error.__dict__["code"] = self.code_of(exc)
        return error

    def _interruption_of(
        self, exc: BaseException, handled: BaseException | None
    ) -> BaseException | None:
        return interruption_of(exc, handled)

    def _note(
        self,
        name: str,
        seconds: float,
        result: Any,
        exc: BaseException | None,
        *,
        statements: int,
        handled: BaseException | None,
    ) -> None:
        error = exc
        if isinstance(exc, self.exceptions):
            error = self._interruption_of(exc, handled) or self.translated(exc)
        self.events.append(
            StatementEvent(
                name=name,
                statements=statements,
                seconds=seconds,
                rows=rows_of(result),
                attempt=self.attempt,
                error=None if error is None else type(error).__name__,
                in_transaction=self.is_in_block,
            )
        )

    def code_of(self, exc: BaseException) -> str:
        """The server's code for a driver's exception, for the log; '' where it has none."""
        return ""

    def take_events(self) -> list[StatementEvent]:
        """What was noted since the last time."""
        events, self.events = self.events, []
        return events

    def _limit_statement(self) -> None:
        # Runs for each statement, so the clock is read once.
        now = time.monotonic()
        deadline, limit = self.deadline, now + self.statement_limit
        if now >= deadline.at:
            raise error_of(Fault.LATE)
        self.wait_until(deadline if deadline.at <= limit else Deadline(limit))

    def translated(self, exc: BaseException) -> StorageError:
        """The public error for a driver's exception."""
        fault = self.fault(exc)
        if fault is Fault.DISCONNECTED and self.is_remote:
            self.is_broken = True
        return error_of(fault, self.describe(exc))

    @classmethod
    def describe(cls, exc: BaseException) -> str:
        """A driver's exception in one line."""
        lines = str(exc).strip().splitlines()
        return f"{type(exc).__name__}: {lines[0]}" if lines else type(exc).__name__

    @abstractmethod
    def fault(self, exc: BaseException) -> Fault:
        """Which fault a driver's exception is."""

    def wait_until(self, deadline: Deadline) -> None:
        """Have the client wait for the server no longer than until then."""
        return

    @abstractmethod
    def is_usable(self) -> bool:
        """Whether the connection still lives, as far as can be told without a round trip."""

    def cancel(self) -> bool:
        """Have the server end what it still does for this connection, within `cancel_limit`.

        Returns:
            Whether the server is known to do nothing for it any more.
        """
        return not self.is_remote

    def recover(self) -> bool:
        """Undo what an interrupted call has begun, where the connection must not be closed.

        Returns:
            Whether it did so: False where the connection can be closed and replaced.
        """
        return False

    def checkpoint(self) -> int:
        """Carry what is committed to where it stays, where commits of others would have to.

        Returns:
            How many pages its log has; 0 where the server sees to that.
        """
        return 0

    @abstractmethod
    def close(self) -> None:
        """Close it; never raises."""

    @abstractmethod
    def may_write(self) -> bool:
        """Whether what is written now is part of a transaction that somebody will end.

        Asked of a bound connection before each write.
        """

    def begin_bound(self) -> None:
        """Begin the caller's transaction, where the driver itself would only later."""
        return

    @abstractmethod
    def _rows(self, text: str, parameters: Parameters) -> list[Row]:
        """Run a text and fetch its rows."""

    @abstractmethod
    def _count(self, text: str, parameters: Parameters) -> int:
        """Run a text and say how many rows it found."""

    @abstractmethod
    def _run_many(self, text: str, parameters: Sequence[Parameters]) -> None:
        """Run a text for each set of parameters."""


@contextmanager
def setting_up() -> Iterator[None]:
    """Around the statement that sets what a new connection depends on: a refusal is for good."""
    try:
        yield
    except DatabaseError as error:
        if fault_of(error) is not Fault.OTHER:
            raise
        raise error_of(
            Fault.CONFIGURATION,
            str(error.__cause__),
            headline="the server refuses a setting that agentstore depends on",
        ) from error.__cause__
