"""An open connection, as the repositories use it; a dialect supplies what differs."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias, TypeVar

from agentstore.errors import StorageError
from agentstore.faults import Fault, error_of
from agentstore.statements import NO_BLOCKS, StatementLibrary
from agentstore.url import Options

P = TypeVar("P")
T = TypeVar("T")
Row: TypeAlias = "tuple[Any, ...]"
Parameters: TypeAlias = Mapping[str, Any]
NO_PARAMETERS: Parameters = {}


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

    statement_limit = math.inf
    """Seconds after which the client gives up a statement; a bound connection has the caller's."""

    call_limit = math.inf
    """Seconds that a call of the store's may take, with all its statements and attempts."""

    def __init__(self, driver_connection: Any, statements: StatementLibrary) -> None:
        self.driver_connection = driver_connection
        self.statements = statements
        self.opened_at = self.idle_since = time.monotonic()
        self.is_broken = False
        self._call_ends_at = math.inf
        self.observe: Callable[[str], None] | None = None

    @property
    def wants_transactions(self) -> bool:
        """Whether even a single statement must be in a transaction: what it needs is set there."""
        return False

    def serve_call(self, started_at: float) -> None:
        """Give what follows the time left to a call that began then (time.monotonic)."""
        self._call_ends_at = started_at + self.call_limit

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
            StorageError: the public error of the fault (see `agentstore.faults`).
        """
        return self._guarded(self._rows, self.statements.text(name, blocks), parameters)

    def count(
        self,
        name: str,
        parameters: Parameters = NO_PARAMETERS,
        blocks: frozenset[str] = NO_BLOCKS,
    ) -> int:
        """Run a statement and say how many rows it found; as `rows` otherwise."""
        return self._guarded(self._count, self.statements.text(name, blocks), parameters)

    def run_many(self, name: str, parameters: Iterable[Parameters]) -> None:
        """Run a statement once for each set of parameters; as `rows` otherwise."""
        self._guarded(self._run_many, self.statements.text(name), list(parameters))

    def begin(self) -> None:
        """Begin a transaction that may write."""
        self.count("transactions/begin")

    def commit(self) -> None:
        """Commit it."""
        self.count("transactions/commit")

    def rollback(self) -> None:
        """Undo it; a connection that cannot even do that is broken from now on."""
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
        self._guarded(self._count, self.statements[name].numbered(depth), NO_PARAMETERS)

    def _guarded(self, function: Callable[[str, P], T], text: str, parameters: P) -> T:
        """Call the driver; its exceptions become ours, and a connection left in the middle
        of an exchange is not used again."""
        if self.observe is not None:
            self.observe(text)
        if self.statement_limit < math.inf:
            self._limit_statement()
        try:
            return function(text, parameters)
        except self.exceptions as exc:
            raise self.translated(exc) from exc
        except StorageError:
            raise
        except BaseException:
            # KeyboardInterrupt and the like: the reply may still be on its way.
            self.is_broken |= self.is_remote
            raise

    def _limit_statement(self) -> None:
        now = time.monotonic()
        if now >= self._call_ends_at:
            raise error_of(Fault.LATE)
        self.give_up_at(min(now + self.statement_limit, self._call_ends_at))

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

    def give_up_at(self, moment: float) -> None:
        """Have the client wait for the server no longer than until then (time.monotonic)."""
        return

    @abstractmethod
    def is_usable(self) -> bool:
        """Whether the connection still lives, as far as can be told without a round trip."""

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
    def _run_many(self, text: str, parameters: list[Parameters]) -> None:
        """Run a text for each set of parameters."""


def call_limit(options: Options) -> float:
    """Seconds that no call of a store with these options takes longer than."""
    return (
        options.pool_timeout
        + options.connect_timeout
        + options.statement_timeout
        + options.retry_timeout
    )
