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
from agentstore.engine.executor import Executor, Operation
from agentstore.errors import StorageError
from agentstore.records import StoreStats
from agentstore.statements import NO_BLOCKS, StatementLibrary

T = TypeVar("T")

TENANT_BLOCK = "scope"
USER_BLOCK = "scope_user"


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
        return frozenset({TENANT_BLOCK} if self.user_id is None else {TENANT_BLOCK, USER_BLOCK})


class ScopedConnection:
    """A connection whose statements keep to a scope; for the rest it is the connection.

    Args:
        connection: runs the statements.
        scope: the scope.
    """

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._scope = scope

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def rows(
        self,
        name: str,
        parameters: Parameters = NO_PARAMETERS,
        blocks: frozenset[str] = NO_BLOCKS,
    ) -> list[Row]:
        """As `Connection.rows`, in the scope."""
        step = in_scope(Step(name, parameters, blocks), self._scope, self._connection.statements)
        return self._connection.rows(name, cast(Parameters, step.parameters), step.blocks)

    def count(
        self,
        name: str,
        parameters: Parameters = NO_PARAMETERS,
        blocks: frozenset[str] = NO_BLOCKS,
    ) -> int:
        """As `Connection.count`, in the scope."""
        step = in_scope(Step(name, parameters, blocks), self._scope, self._connection.statements)
        return self._connection.count(name, cast(Parameters, step.parameters), step.blocks)

    def run_steps(self, steps: Batch) -> list[int]:
        """As `Connection.run_steps`, in the scope."""
        statements = self._connection.statements
        return self._connection.run_steps([in_scope(s, self._scope, statements) for s in steps])


def in_scope(step: Step, scope: Scope, statements: StatementLibrary) -> Step:
    """A step that keeps to a scope, where its statement has the blocks for it."""
    blocks = scope.blocks.intersection(statements[step.name].blocks)
    if not blocks:
        return step
    if not isinstance(step.parameters, Mapping):
        raise TypeError(f"{step.name} has a scope, and is run for many rows at once")
    return Step(
        step.name,
        {**step.parameters, **scope.parameters},
        step.blocks | blocks,
        step.needs_rows,
        step.is_guard,
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
        self._scope = scope
        self._statements = statements
        self._is_closed = False

    def read(self, operation: Operation[T]) -> T:
        return self._open().read(self._scoped(operation))

    def write(self, operation: Operation[T], *, atomic: bool = True, undoable: bool = False) -> T:
        return self._open().write(self._scoped(operation), atomic=atomic, undoable=undoable)

    def write_batch(
        self,
        steps: Batch,
        *,
        undoable: bool = False,
        on_retry: Callable[[], None] | None = None,
    ) -> list[int]:
        scoped = [in_scope(step, self._scope, self._statements) for step in steps]
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

    def in_transaction(self) -> bool:
        return self._open().in_transaction()

    def close(self) -> None:
        self._is_closed = True

    def stats(self) -> StoreStats:
        return self._open().stats()

    def _open(self) -> Executor:
        if self._is_closed:
            raise StorageError("the store is closed")
        return self._executor

    def _scoped(self, operation: Operation[T]) -> Operation[T]:
        scope = self._scope
        return lambda connection: operation(cast(Connection, ScopedConnection(connection, scope)))
