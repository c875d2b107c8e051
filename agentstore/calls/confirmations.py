"""Confirmations: what a session's user is asked before a tool runs."""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.calls.core import CallsCore
from agentstore.model import values
from agentstore.model.preparing_calls import prepare_confirmation
from agentstore.records import JSONValue, PendingConfirmation
from agentstore.shapes import ConfirmationDict


class ConfirmationCalls(CallsCore):
    """The calls of `agentstore.Storage` on confirmations."""

    def save_pending_confirmation(
        self,
        session_id: str,
        confirmation: PendingConfirmation | ConfirmationDict | Mapping[str, JSONValue],
    ) -> None:
        """Save a session's pending confirmation in place of the one before.

        Args:
            session_id: the session.
            confirmation: a `PendingConfirmation`, or a mapping with ``tool_name``,
                ``arguments``, ``user_message`` and optionally ``timestamp`` (or these in
                camelCase).

        Raises:
            SessionNotFoundError: there is no such session.
        """
        values.check_id(session_id, "session_id")
        prepared = prepare_confirmation(confirmation, session_id, values.now())
        self._repository.save_pending_confirmation(prepared)

    def get_pending_confirmation(self, session_id: str) -> PendingConfirmation | None:
        """A session's pending confirmation; None where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.get_pending_confirmation(session_id)

    def clear_pending_confirmation(self, session_id: str) -> bool:
        """Drop a session's pending confirmation; False where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.clear_pending_confirmation(session_id)

    def take_pending_confirmation(self, session_id: str) -> PendingConfirmation | None:
        """Get a session's pending confirmation and drop it, in one step.

        Of many callers at once exactly one receives it, the others None.
        """
        values.check_id(session_id, "session_id")
        return self._repository.take_pending_confirmation(session_id)
