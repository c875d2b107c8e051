"""Holds: what is held loses nothing, whoever deletes and whenever the hold is placed.

A deletion first locks the gate in share mode, then the rows of its sessions, and only then looks
whether they are held; a hold on a user or a tenant locks the gate to write, one on a session the
session's row. So a hold waits for the deletions that are under way, and the next ones see it.
"""

from __future__ import annotations

from datetime import datetime

from agentstore.engine.batch import Batch
from agentstore.engine.connection import Connection
from agentstore.engine.faults import Fault, fault_of
from agentstore.errors import DatabaseError, HeldError, SessionNotFoundError
from agentstore.operations.core import OperationsCore, shares_deadline
from agentstore.operations.rows import read_hold, read_optional_time
from agentstore.records import Hold
from agentstore.statements import NO_BLOCKS

TRASHED = frozenset({"trashed"})
"""The block by which a statement finds what is in the trash."""


class HoldOperations(OperationsCore):
    """The operations of a dialect on holds, and what deletions ask of them."""

    @shares_deadline
    def place_hold(self, hold: Hold) -> None:
        """Place a hold.

        Raises:
            SessionNotFoundError: it is on a session, and there is none.
        """
        parameters = {
            "hold_id": hold.id,
            "reason": hold.reason,
            "session_id": hold.session_id,
            "user_id": hold.user_id,
            "tenant_id": hold.tenant_id,
            "now": self.write_time(hold.placed_at),
        }

        def place(connection: Connection) -> None:
            if hold.session_id is None or not connection.shares_locks:
                connection.count("holds/close_gate")
            if hold.session_id is not None and not connection.count(
                "holds/count_hold", {"session_id": hold.session_id}
            ):
                raise SessionNotFoundError(f"there is no session {hold.session_id!r}")
            connection.count("holds/insert_hold", parameters)

        try:
            self.executor.write(place, undoable=True)
        except DatabaseError as error:
            # The id is the call's own: an attempt whose reply was lost has placed it.
            if fault_of(error) is not Fault.DUPLICATE:
                raise

    @shares_deadline
    def release_hold(self, hold_id: str, now: datetime) -> bool:
        """Release a hold; False where there is none, or it was released before."""
        attempts = 0

        def release(connection: Connection) -> bool:
            nonlocal attempts
            attempts += 1
            rows = connection.rows("holds/find_hold", {"hold_id": hold_id})
            if not rows:
                return False
            session_id, released_at = rows[0]
            if released_at is not None:
                # An attempt whose reply was lost may have done it.
                return attempts > 1 and read_optional_time(released_at) == now
            if session_id is not None:
                # In the order of deletions: the session's row first.
                ids = {"ids": self.write_list([session_id])}
                connection.rows("holds/lock_sessions", ids, TRASHED)
            parameters = {"hold_id": hold_id, "now": self.write_time(now)}
            if not connection.count("holds/release_hold", parameters):
                return False
            if session_id is not None:
                connection.count("holds/uncount_hold", {"session_id": session_id})
            return True

        return self.executor.write(release)

    def query_holds(self, *, released: bool) -> list[Hold]:
        """The holds in force, or those that were released; the oldest first."""
        blocks = frozenset({"released"}) if released else NO_BLOCKS
        return [read_hold(row) for row in self.read("holds/query_holds", {}, blocks)]

    @staticmethod
    def pass_gate(connection: Connection) -> None:
        """Begin to delete: what is held is looked at behind this, in statements of their own."""
        if connection.shares_locks:
            connection.rows("holds/lock_gate")
        else:
            connection.count("holds/close_gate")

    def lock_sessions(
        self,
        connection: Connection,
        session_ids: list[str],
        blocks: frozenset[str] = NO_BLOCKS,
    ) -> dict[str, bool]:
        """Lock sessions behind the gate; says of each that is there whether a hold keeps it."""
        rows = connection.rows(
            "holds/lock_sessions", {"ids": self.write_list(sorted(session_ids))}, blocks
        )
        return {row[0]: bool(row[1]) for row in rows}

    def delete_of_session(self, session_id: str, steps: Batch) -> list[int]:
        """Delete something of a session that may not be there; says how many rows each step found.

        Raises:
            HeldError: a hold keeps it.
        """

        def delete(connection: Connection) -> list[int]:
            self.pass_gate(connection)
            # In the trash, too: a session that is held must not come out of it behind the look.
            if self.lock_sessions(connection, [session_id], TRASHED).get(session_id):
                self.check_not_held(connection, session_id)
            return connection.run_steps(steps)

        return self.executor.write(delete)

    def not_held(
        self, connection: Connection, session_ids: list[str], *, user_id: str | None = None
    ) -> list[str]:
        """Those of some sessions, found behind the gate, that are there and not held, locked.

        With ``user_id`` only those that this user has. What found them may have read what was so
        before a hold was placed, or before they were reassigned: the locks do not.
        """
        if not session_ids:
            return []
        ids = {"ids": self.write_list(sorted(session_ids))}
        rows = connection.rows("holds/lock_sessions", ids, TRASHED)
        return [
            session_id
            for session_id, is_held, _, owner in rows
            if not is_held and user_id in (None, owner)
        ]

    def check_none_held(self, session_ids: list[str]) -> None:
        """Before something of several sessions is deleted, one after the other.

        Raises:
            HeldError: a hold keeps one of them.
        """

        def check(connection: Connection) -> None:
            self.pass_gate(connection)
            for session_id, is_held in self.lock_sessions(connection, session_ids).items():
                if is_held:
                    raise _held(session_id)

        self.executor.write(check)

    def check_message_not_held(self, connection: Connection, message_id: str) -> bool:
        """As `check_not_held`, of a message's session; False where there is no such message."""
        rows = connection.rows("holds/find_place_of_message", {"message_id": message_id})
        return bool(rows) and self.check_not_held(connection, rows[0][0])

    def check_not_held(
        self, connection: Connection, session_id: str, blocks: frozenset[str] = NO_BLOCKS
    ) -> bool:
        """Pass the gate, and lock a session of which something is to be deleted.

        Returns:
            Whether there is such a session.

        Raises:
            HeldError: a hold keeps it.
        """
        self.pass_gate(connection)
        found = self.lock_sessions(connection, [session_id], blocks)
        if found.get(session_id):
            raise _held(session_id)
        return session_id in found

    def check_not_held_by_user(self, connection: Connection, session_id: str, user_id: str) -> None:
        """Pass the gate, and lock a session that is to become a user's.

        Raises:
            HeldError: a hold on the user that it has keeps it.
        """
        self.pass_gate(connection)
        ids = {"ids": self.write_list([session_id])}
        for _, _, is_held_by_user, owner in connection.rows("holds/lock_sessions", ids):
            if is_held_by_user and owner != user_id:
                raise HeldError(
                    f"the session {session_id!r} is held by its user: it cannot be reassigned"
                )


def _held(session_id: str) -> HeldError:
    return HeldError(f"the session {session_id!r} is held: nothing of it can be deleted")
