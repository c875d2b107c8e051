"""Pending confirmations: at most one a session, the last saved wins, one caller takes it."""

from __future__ import annotations

from agentstore.engine.connection import Connection, Row
from agentstore.errors import SessionNotFoundError
from agentstore.model.identifiers import new_id
from agentstore.model.values import dump_json
from agentstore.operations.core import LARGE, shares_deadline
from agentstore.operations.rows import read_confirmation
from agentstore.operations.sessions import SessionOperations
from agentstore.records import PendingConfirmation


class ConfirmationOperations(SessionOperations):
    """The confirmation operations of a dialect."""

    @shares_deadline
    def save_pending_confirmation(self, confirmation: PendingConfirmation) -> None:
        """Save a session's confirmation in place of the one before.

        Raises:
            SessionNotFoundError: there is no such session.
        """
        user_message, user_message_escaped = self.write_text(confirmation.user_message)
        arguments = dump_json(confirmation.arguments, "confirmation.arguments")
        found = self.change(
            "confirmations/save_pending_confirmation",
            {
                "session_id": confirmation.session_id,
                "id": confirmation.id,
                "tool_name": confirmation.tool_name,
                "arguments": arguments,
                "user_message": user_message,
                "user_message_escaped": user_message_escaped,
                "timestamp": self.write_time(confirmation.timestamp),
            },
            undoable=len(user_message) + len(arguments) > LARGE,
        )
        # No row: an earlier attempt has saved it, or there is no session.
        if not found and self.get_session_now(confirmation.session_id) is None:
            raise SessionNotFoundError(f"there is no session {confirmation.session_id!r}")

    def get_pending_confirmation(self, session_id: str) -> PendingConfirmation | None:
        """A session's confirmation."""
        rows = self.read("confirmations/get_pending_confirmation", {"session_id": session_id})
        return read_confirmation(rows[0]) if rows else None

    def clear_pending_confirmation(self, session_id: str) -> bool:
        """Drop a session's confirmation; False where there is none."""
        parameters = {"session_id": session_id}
        return self.change("confirmations/clear_pending_confirmation", parameters) > 0

    def take_pending_confirmation(self, session_id: str) -> PendingConfirmation | None:
        """Get a session's confirmation and drop it; of many callers one receives it."""
        # The token is this call's own: asked again after a lost reply, it knows what it took.
        parameters = {"session_id": session_id, "token": new_id()}
        read: list[Row] = []
        lost = None

        def operation(connection: Connection) -> PendingConfirmation | None:
            nonlocal read, lost
            if read and connection.rows("confirmations/get_taken_confirmation", parameters):
                return read_confirmation(read[0])
            while True:
                read = connection.rows(
                    "confirmations/get_pending_confirmation", {"session_id": session_id}
                )
                # One that another took is seen on where the caller's transaction has a snapshot.
                if not read or read[0][0] == lost:
                    return None
                taken = {**parameters, "id": read[0][0]}
                if connection.count("confirmations/take_pending_confirmation", taken):
                    return read_confirmation(read[0])
                lost = read[0][0]

        return self.executor.write(operation, atomic=False)
