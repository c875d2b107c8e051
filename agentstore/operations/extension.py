"""The seam for extensions: what keeps tables of its own beside a store's conversations.

An extension (some adapters of frameworks are such) has a folder of statements in each
dialect's folder, ``sql/DIALECT/NAME/``, and migrations beside ours. It reaches the database by
`Storage.extension` alone: in the store's connections, transactions, limits and retries.

What hangs on a session without a foreign key is declared by files, which the core's deletions
run in their own transaction, after the sessions' rows and where these were found, in processes that
never import the extension too: ``sql/DIALECT/NAME/delete_of_sessions.sql``, or
``delete_of_sessions_….sql`` where it takes several statements. Each takes ``:ids``, a list of
sessions' ids. What adds to such a table reads the session's row with a lock on it, in the same
statement: so nothing outlives its session. What is kept under the id of a session that may not be
there is declared by ``find_sessions_to_make.sql``: `Storage.fill` makes it.

What is kept of a user, and of no session, is declared by ``find_of_user.sql``, which gives a table
and two keys of its rows: the first begins with the tenant where it is one's (`owner_prefixes`), the
second is ``:user_key``, or begins with one of ``:own_prefix`` and ``:digest_prefix``; and
``delete_of_user.sql``, which deletes the rows of such keys. `Storage.erase_user` runs them.

On a scoped store each statement that has the blocks ``scope`` and ``scope_user`` is sent with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agentstore.engine.batch import Batch, Step
from agentstore.engine.connection import Row
from agentstore.engine.scope import TENANT_BLOCK, Scope
from agentstore.errors import ConfigurationError
from agentstore.model.filters import Filter
from agentstore.operations.holding import HoldOperations


class Extension:
    """The statements of one folder, run as the store's own are.

    Args:
        operations: the store's operations.
        folder: the folder's name.
        dialect: the dialect's name, for errors.

    Raises:
        ConfigurationError: the dialect has no such folder.
    """

    def __init__(self, operations: HoldOperations, folder: str, *, dialect: str) -> None:
        self._operations = operations
        self._folder = folder
        self._names = frozenset(
            name.removeprefix(f"{folder}/")
            for name in operations.statement_library()
            if name.startswith(f"{folder}/")
        )
        if not self._names:
            raise ConfigurationError(
                f"the dialect {dialect} does not have the statements of {folder!r} "
                f"(a folder {folder} among its .sql files)"
            )
        if operations.scope is not None and not any(
            TENANT_BLOCK in operations.statement_library()[f"{folder}/{name}"].blocks
            for name in self._names
        ):
            raise ConfigurationError(
                f"the statements of {folder!r} of the dialect {dialect} cannot be scoped: "
                f"they have no block {TENANT_BLOCK}"
            )

    @property
    def scope(self) -> Scope | None:
        """The tenant or user that the store is scoped to; None where it is not."""
        return self._operations.scope

    def has(self, name: str) -> bool:
        """Whether the dialect has a statement in the folder: a better one may be there or not."""
        return name in self._names

    def step(
        self,
        name: str,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        blocks: frozenset[str] = frozenset(),
    ) -> Step:
        """One statement of the folder with its parameters, for `write`."""
        return Step(f"{self._folder}/{name}", parameters, blocks)

    def read(
        self, name: str, parameters: Mapping[str, Any], blocks: frozenset[str] = frozenset()
    ) -> list[Row]:
        """The rows of one statement; one that locks them is for a transaction().

        Raises:
            StorageError: as every call of a store.
        """
        return self._operations.read(f"{self._folder}/{name}", parameters, blocks)

    def write(self, steps: Batch) -> list[int]:
        """Run statements, all or none, in one round trip where the database can.

        Returns:
            How many rows each of them found.

        Raises:
            StorageError: as every call of a store.
        """
        return self._operations.executor.write_batch(steps)

    def delete(self, session_id: str, steps: Batch) -> list[int]:
        """As `write`, of statements that delete what is kept of a session.

        Raises:
            HeldError: a hold keeps the session; nothing is deleted.
        """
        return self._operations.delete_of_session(session_id, steps)

    def check_none_held(self, session_ids: list[str]) -> None:
        """Before `delete` is called for several sessions: nothing is, where one is held.

        Raises:
            HeldError: a hold keeps one of them.
        """
        self._operations.check_none_held(session_ids)

    def time(self, value: datetime) -> Any:
        """A UTC datetime as a parameter."""
        return self._operations.write_time(value)

    def list(self, values: list[str]) -> Any:
        """A list of strings as one parameter."""
        return self._operations.write_list(values)

    def filter(self, filter_: Filter, **more: Any) -> dict[str, Any]:
        """A filter's parameters, ready to be sent, and some more."""
        return self._operations.write_filter(filter_, **more)
