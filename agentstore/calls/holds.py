"""Holds: what nobody may delete, until they are released."""

from __future__ import annotations

from agentstore.calls.core import CallsCore
from agentstore.errors import InvalidInputError
from agentstore.model import values
from agentstore.model.identifiers import new_id
from agentstore.records import Hold


class HoldCalls(CallsCore):
    """The calls of `agentstore.Storage` on holds."""

    def place_hold(
        self,
        *,
        reason: str,
        session_id: str | None = None,
        user_id: str | None = None,
        tenant_id: str | None = None,
    ) -> str:
        """Forbid that anything is deleted of a session, or of all that a user or a tenant has.

        Deletions of what is held raise HeldError or pass it over; appends, results, confirmations,
        metadata and the trash go on. A deletion that is under way is done before this returns, and
        one that comes later meets the hold.

        Args:
            reason: why, for who reads `query_holds`: text without a NUL or a lone surrogate.
            session_id: the one session, in the trash or not; it is named alone.
            user_id: the user, of all tenants where no tenant is named, with what comes later.
            tenant_id: the tenant, with what comes later; on a scoped store its own.

        Returns:
            The hold's id.

        Raises:
            SessionNotFoundError: there is no such session.
            InvalidInputError: also where nothing is named, or a session beside another.
            StorageError: also on a store that is scoped to a user.
        """
        self._refuse_in_user_scope("place_hold")
        text = values.check_text(reason, "reason")
        if values.needs_escape(text):
            raise InvalidInputError("reason has a NUL or a lone surrogate in it")
        if session_id is None and user_id is None and tenant_id is None:
            raise InvalidInputError("session_id, user_id or tenant_id: a hold names what it is on")
        if session_id is not None and not (user_id is None and tenant_id is None):
            raise InvalidInputError("a hold on a session names neither a user nor a tenant")
        if session_id is not None:
            values.check_id(session_id, "session_id")
        owner = self._owner(tenant_id, user_id)
        hold = Hold(new_id(), text, session_id, owner.user_id, owner.tenant_id, values.now())
        self._repository.place_hold(hold)
        return hold.id

    def release_hold(self, hold_id: str) -> bool:
        """Release a hold; what other holds are on stays held.

        Returns:
            False where there is no such hold, or it was released before.

        Raises:
            StorageError: also on a store that is scoped to a user.
        """
        self._refuse_in_user_scope("release_hold")
        return self._repository.release_hold(values.check_id(hold_id, "hold_id"), values.now())

    def query_holds(self, *, released: bool = False) -> list[Hold]:
        """The holds in force, the oldest first; on a scoped store those of the tenant alone.

        Args:
            released: those that were released, and no others.

        Raises:
            StorageError: also on a store that is scoped to a user.
        """
        self._refuse_in_user_scope("query_holds")
        return self._repository.query_holds(released=values.check_flag(released, "released"))
