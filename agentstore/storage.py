"""The storage interface: every call that a store answers, with its contract.

The calls on conversations stand in `agentstore.calls`, a module a subject.
"""

from __future__ import annotations

from types import TracebackType
from typing import NoReturn, SupportsIndex

from agentstore.calls.confirmations import ConfirmationCalls
from agentstore.calls.erasure import ErasureCalls
from agentstore.calls.holds import HoldCalls
from agentstore.calls.keeping import KeepingCalls
from agentstore.calls.messages import MessageCalls
from agentstore.calls.retention import RetentionCalls
from agentstore.calls.session_lists import SessionListCalls
from agentstore.calls.sessions import SessionCalls
from agentstore.calls.tool_calls import ToolCallCalls
from agentstore.calls.transactions import TransactionCalls
from agentstore.engine.scope import Scope
from agentstore.errors import InvalidInputError
from agentstore.model.values import check_id
from agentstore.operations.extension import Extension
from agentstore.records import SchemaStatus, StoreStats


class Storage(
    SessionCalls,
    SessionListCalls,
    KeepingCalls,
    HoldCalls,
    RetentionCalls,
    ErasureCalls,
    MessageCalls,
    ToolCallCalls,
    ConfirmationCalls,
    TransactionCalls,
):
    """Agents' conversations in a database; made by `agentstore.connect` or `agentstore.bind`.

    One store is shared by all threads of a process. What a call has returned for is committed.
    Every method raises InvalidInputError for a bad argument before anything is sent,
    SchemaError where migrations are missing, UnavailableError and DatabaseError where the
    database fails, and StorageError once the store is closed; only what is special to a
    method is named with it. Times are timezone-aware datetimes, time limits are seconds.
    """

    def __enter__(self) -> Storage:
        self._check_open()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        # copy.copy, copy.deepcopy and pickle all come here.
        raise TypeError(
            "a Storage cannot be copied or pickled: its connections belong to this process; "
            "share it among threads, and connect anew in another process"
        )

    def __repr__(self) -> str:
        return f"<agentstore.Storage {self._repository.url or 'bound'!s} ({self.dialect})>"

    @property
    def dialect(self) -> str:
        """The name of the dialect: 'sqlite', 'postgresql', 'mysql', or a third party's."""
        return self._repository.dialect

    def scoped(self, *, tenant_id: str, user_id: str | None = None) -> Storage:
        """A store for one tenant, or one user of a tenant, over this store's connections.

        What is outside is not there: it reads, lists, changes and deletes the scope's conversations
        alone, and answers as for an unknown id. It costs no connection and need not be closed; a
        transaction() of either is one for both. Closing it leaves this store open.

        Args:
            tenant_id: the tenant.
            user_id: the user; None for all of the tenant's.

        Raises:
            InvalidInputError: also where this store is scoped to another tenant or user: a scope
                only narrows.
            ConfigurationError: the dialect's statements cannot be scoped.
        """
        scope = Scope(
            check_id(tenant_id, "tenant_id"),
            None if user_id is None else check_id(user_id, "user_id"),
        )
        self._check_open()
        own = self._repository.scope
        if own is not None and not own.holds(scope):
            raise InvalidInputError("the store is scoped, and a scope can only be narrowed")
        return type(self)(self._repository.scoped(scope))

    def extension(self, folder: str) -> Extension:
        """The seam for what keeps tables of its own beside the store's conversations.

        Args:
            folder: the folder of its statements in the dialect's folder: ``checkpoints``.

        Raises:
            ConfigurationError: the dialect does not have such statements.
        """
        self._check_open()
        return Extension(self._repository, folder, dialect=self.dialect)

    def migrate(self) -> list[str]:
        """Bring the database's schema up to date; the same as ``yoyo apply``.

        Returns:
            The names of the migrations that were applied now.

        Raises:
            StorageError: also inside transaction().
            ConfigurationError: also on a bound store.
        """
        return self._repository.migrate()

    def schema_status(self) -> SchemaStatus:
        """Which migrations the database has, lacks, and has from a newer version."""
        return self._repository.schema_status()

    def stats(self) -> StoreStats:
        """What the store has done since it was opened, and what its pool is doing now.

        It costs no round trip, and may be asked of a closed store too. A bound store counts the
        round trips of its own.
        """
        return self._repository.executor.stats()

    def ping(self) -> None:
        """One round trip to the database.

        Raises:
            UnavailableError: it cannot be reached.
            ConfigurationError: it denies access.
        """
        self._repository.ping()

    def close(self) -> None:
        """Close the store's connections. Idempotent; later calls, but for `stats`, raise
        StorageError."""
        self._repository.close()

    disconnect = close
