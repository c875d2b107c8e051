"""Keeping sessions in order: the trash, whose they are, and what older code left to be filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agentstore.calls.core import CallsCore
from agentstore.errors import InvalidInputError, StorageError
from agentstore.model import values
from agentstore.model.filters import metadata_filter
from agentstore.records import JSONValue


class KeepingCalls(CallsCore):
    """The calls of `agentstore.Storage` that keep sessions in order."""

    def trash_session(self, session_id: str) -> bool:
        """Put a session in the trash, where only what asks for it (``trashed=True``) finds it.

        Its id and those of its messages stay taken. delete_session deletes it there, too.

        Returns:
            False where there is no such session, or it is in the trash already.
        """
        values.check_id(session_id, "session_id")
        return self._repository.trash_session(session_id, values.now())

    def restore_session(self, session_id: str) -> bool:
        """Take a session out of the trash, as it was.

        Returns:
            False where there is no such session in the trash.
        """
        return self._repository.restore_session(values.check_id(session_id, "session_id"))

    def reassign_session(self, session_id: str, *, user_id: str | None) -> bool:
        """Give a session to another user of its tenant.

        Args:
            session_id: the session.
            user_id: the user; None for none.

        Returns:
            False where there is no such session.

        Raises:
            HeldError: a hold on the user that it has keeps it.
            InvalidInputError: also for another user than the one that the store is scoped to.
        """
        values.check_id(session_id, "session_id")
        owner = self._owner(None, user_id)
        scope = self._repository.scope
        if user_id is None and scope is not None and scope.user_id is not None:
            raise InvalidInputError("user_id is not the user that the store is scoped to")
        return self._repository.reassign_session(session_id, owner.user_id, values.now())

    def assign_sessions(
        self,
        *,
        tenant_id: str,
        user_id_key: str | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
    ) -> int:
        """Give a tenant to sessions that have none, so that a store made before can be scoped.

        It goes in batches at the pace of `apply_retention`, can be stopped and run again, leaves
        updated_at, and takes those in the trash along.

        Args:
            tenant_id: the tenant.
            user_id_key: the key of their metadata whose value, where it is a valid id, is the
                user of those that have none.
            metadata: only those with these values, as `query_sessions`.

        Returns:
            How many sessions were given the tenant.

        Raises:
            StorageError: also inside transaction(), and on a bound store.
        """
        values.check_id(tenant_id, "tenant_id")
        self._owner(tenant_id, None)  # a scoped store's own alone
        if user_id_key is not None:
            values.check_text(user_id_key, "user_id_key")
        entries = metadata_filter(metadata)
        self._refuse_in_transaction("assign_sessions")
        if self._repository.scope is not None:
            return 0  # what has no tenant is in no scope
        return self._repository.assign_sessions(tenant_id, user_id_key, entries)

    def fill(self, *, progress: Callable[[int], None] | None = None) -> int:
        """Fill what rows lack that were made by older code; run it when that is gone.

        Sets last_message_at, and makes sessions for what adapters keep without one. It goes in
        batches at the pace of `apply_retention`, and can be stopped and run again.

        Args:
            progress: called after each batch with how many sessions were filled or made by now.

        Returns:
            How many sessions were filled or made.

        Raises:
            StorageError: also inside transaction(), on a bound store and on a scoped one.
        """
        if self._repository.scope is not None:
            raise StorageError("fill() is the whole store's: call it on the store itself")
        self._refuse_in_transaction("fill")
        return self._repository.fill(values.now(), progress or (lambda _: None))
