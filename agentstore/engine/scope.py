"""A scope: whose conversations a store works on, in each statement that it sends.

A scoped store runs its operations through a `ScopedExecutor`, which adds the scope's blocks and
parameters to every statement that has the blocks. So no operation can forget them, and none knows
of them. What a statement without the blocks may do is listed, with its reason, in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from agentstore.engine.batch import NO_PARAMETERS, Batch, Parameters, Step
from agentstore.engine.connection import Connection, Row
from agentstore.engine.executor import CLOSED, Executor, Operation
from agentstore.errors import StorageError
from agentstore.records import StoreStats
from agentstore.statements import NO_BLOCKS, StatementLibrary

T = TypeVar("T")

TENANT_BLOCK = "scope"
USER_BLOCK = "scope_user"
_TENANTS = frozenset({TENANT_BLOCK})
_USERS = frozenset({TENANT_BLOCK, USER_BLOCK})


@dataclass(frozen=True, slots=True)
class Scope:
    """A tenant, or one user of a tenant.

    Attributes:
        tenant_id: the tenant.
        user_id: the user; None for all of the tenant's.
    """

    tenant_id: str
    user_id: str | None = None

    def holds(self, other: Scope) -> bool:
        """Whether another scope lies in this one."""
        return self.tenant_id == other.tenant_id and self.user_id in {None, other.user_id}

    @property
    def parameters(self) -> dict[str, str]:
        """What the scope's blocks take."""
        own = {"scope_tenant_id": self.tenant_id}
        return own if self.user_id is None else {**own, "scope_user_id": self.user_id}

    @property
    def blocks(self) -> frozenset[str]:
        """The blocks of a statement that keep to the scope."""
        return _TENANTS if self.user_id is None else _USERS


class ScopedConnection:
    """A connection whose statements keep to a scope; for the rest it is the connection.

    Args:
        connection: runs the statements.
        blocks, parameters: the scope's own.
    """

    __slots__ = ("_blocks", "_connection", "_parameters")

    def __init__(
        self, connection: Connection, blocks: frozenset[str], parameters: Parameters
    ) -> None:
        self._connection = connection
        self._blocks = blocks
        self._parameters = parameters

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def rows(
        self,
        name: str,
        parameters: Parameters = NO_PARAMETERS,
        blocks: frozenset[str] = NO_BLOCKS,
    ) -> list[Row]:
        """As `Connection.rows`, in the scope."""
        connection = self._connection
        scoped = connection.statements.with_blocks(name, blocks, self._blocks)
        if scoped is not blocks:
            parameters = {**parameters, **self._parameters}
        return connection.rows(name, parameters, scoped)

    def count(
        self,
        name: str,
        parameters: Parameters = NO_PARAMETERS,
        blocks: frozenset[str] = NO_BLOCKS,
    ) -> int:
        """As `Connection.count`, in the scope."""
        connection = self._connection
        scoped = connection.statements.with_blocks(name, blocks, self._blocks)
        if scoped is not blocks:
            parameters = {**parameters, **self._parameters}
        return connection.count(name, parameters, scoped)

    def run_steps(self, steps: Batch) -> list[int]:
        """As `Connection.run_steps`, in the scope."""
        statements = self._connection.statements
        return self._connection.run_steps(
            [in_scope(step, self._blocks, self._parameters, statements) for step in steps]
        )


def in_scope(
    step: Step, of_scope: frozenset[str], parameters: Parameters, statements: StatementLibrary
) -> Step:
    """A step that keeps to a scope, where its statement has the blocks for it."""
    blocks = statements.with_blocks(step.name, step.blocks, of_scope)
    if blocks is step.blocks:
        return step
    if not isinstance(step.parameters, Mapping):
        raise TypeError(f"{step.name} has a scope, and is run for many rows at once")
    return Step(
        step.name, {**step.parameters, **parameters}, blocks, step.needs_rows, step.is_guard
    )


class ScopedExecutor(Executor):
    """Runs operations where another executor does, in a scope.

    Args:
        executor: the executor of the store that it came from.
        scope: the scope.
        statements: the dialect's statements.
    """

    def __init__(self, executor: Executor, scope: Scope, statements: StatementLibrary) -> None:
        self._executor = executor
        self._blocks = scope.blocks
        self._parameters = scope.parameters
        self._statements = statements
        self._is_closed = False

    def read(self, operation: Operation[T], *, undoable: bool = False) -> T:
        return self._open().read(self._scoped(operation), undoable=undoable)

    def read_rows(self, name: str, parameters: Parameters, blocks: frozenset[str]) -> list[Row]:
        # What most short calls are: no call and no object more than it takes.
        scoped = self._statements.with_blocks(name, blocks, self._blocks)
        if scoped is not blocks:
            parameters = {**parameters, **self._parameters}
        executor = self._open() if self._is_closed else self._executor
        return executor.read_rows(name, parameters, scoped)

    def write(
        self,
        operation: Operation[T],
        *,
        atomic: bool = True,
        undoable: bool = False,
        synced: bool = True,
    ) -> T:
        return self._open().write(
            self._scoped(operation), atomic=atomic, undoable=undoable, synced=synced
        )

    def write_batch(
        self,
        steps: Batch,
        *,
        undoable: bool = False,
        on_retry: Callable[[], None] | None = None,
    ) -> list[int]:
        scoped = [
            in_scope(step, self._blocks, self._parameters, self._statements) for step in steps
        ]
        return self._open().write_batch(scoped, undoable=undoable, on_retry=on_retry)

    def once(self, operation: Operation[T]) -> T:
        return self._open().once(self._scoped(operation))

    def begin_call(self) -> bool:
        return self._executor.begin_call()

    def end_call(self) -> None:
        self._executor.end_call()

    def transaction(self) -> AbstractContextManager[None]:
        return self._open().transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        return self._open().snapshot()

    def check_open(self) -> None:
        self._open().check_open()

    def in_transaction(self) -> bool:
        return self._open().in_transaction()

    def close(self) -> None:
        self._is_closed = True

    def stats(self) -> StoreStats:
        return self._executor.stats()

    def _open(self) -> Executor:
        if self._is_closed:
            raise StorageError(CLOSED)
        return self._executor

    def _scoped(self, operation: Operation[T]) -> Operation[T]:
        blocks, parameters = self._blocks, self._parameters
        return lambda connection: operation(
            cast(Connection, ScopedConnection(connection, blocks, parameters))
        )
