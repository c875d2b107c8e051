"""The storage interface: every call that a store answers, with its contract.

The calls on conversations stand in `agentstore.calls`, a module a subject.
"""

from __future__ import annotations

from types import TracebackType
from typing import NoReturn, SupportsIndex

from agentstore.calls.confirmations import ConfirmationCalls
from agentstore.calls.messages import MessageCalls
from agentstore.calls.sessions import SessionCalls
from agentstore.calls.tool_calls import ToolCallCalls
from agentstore.calls.transactions import TransactionCalls
from agentstore.operations.extension import Extension
from agentstore.records import SchemaStatus, StoreStats


class Storage(
    SessionCalls,
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

    def extension(self, folder: str) -> Extension:
        """The seam for what keeps tables of its own beside the store's conversations.

        Args:
            folder: the folder of its statements in the dialect's folder: ``checkpoints``.

        Raises:
            ConfigurationError: the dialect does not have such statements.
        """
        return Extension(self._repository, folder, dialect=self.dialect)

    def migrate(self) -> list[str]:
        """Bring the database's schema up to date; the same as ``yoyo apply``.

        Returns:
            The names of the migrations that were applied now.
        """
        return self._repository.migrate()

    def schema_status(self) -> SchemaStatus:
        """Which migrations the database has, lacks, and has from a newer version."""
        return self._repository.schema_status()

    def stats(self) -> StoreStats:
        """What the store has done since it was opened, and what its pool is doing now.

        It costs no round trip. A bound store counts the round trips of its own.
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
        """Close the store's connections. Idempotent; later calls raise StorageError."""
        self._repository.close()

    disconnect = close
