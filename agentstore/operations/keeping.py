"""Keeping sessions in order: the trash, whose they are, and what older code left to be filled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from agentstore.engine.connection import Connection
from agentstore.errors import InvalidInputError
from agentstore.model.identifiers import new_id
from agentstore.model.preparing import PreparedSession, prepare_session
from agentstore.model.values import check_id, load_json
from agentstore.operations.batches import Batches
from agentstore.operations.core import shares_deadline
from agentstore.operations.sessions import SessionOperations
from agentstore.records import JSONValue
from agentstore.retention.pacing import rows_of

_READ_AT_ONCE = 500
"""Of what an extension keeps without a session, before one is made for each."""


class KeepingOperations(SessionOperations):
    """The operations of a dialect that keep sessions in order."""

    @shares_deadline
    def trash_session(self, session_id: str, now: datetime) -> bool:
        """Put a session in the trash; False where it is not to be seen."""
        return self._moved("sessions/trash_session", session_id, now=self.write_time(now))

    @shares_deadline
    def restore_session(self, session_id: str) -> bool:
        """Take a session out of the trash; False where it is not in there."""
        return self._moved("sessions/restore_session", session_id)

    def _moved(self, name: str, session_id: str, **more: Any) -> bool:
        token = new_id()
        was_retried = False

        def note_retry() -> None:
            nonlocal was_retried
            was_retried = True

        parameters = {"session_id": session_id, "token": token, **more}
        moved = self.change(name, parameters, on_retry=note_retry) > 0
        # An attempt whose reply was lost may have done it.
        return moved or (was_retried and self.is_work_of(session_id, token))

    def reassign_session(self, session_id: str, user_id: str | None, now: datetime) -> bool:
        """Give a session to another user, or to none; False where there is no session.

        Raises:
            HeldError: a hold on the user that it has keeps it.
        """
        parameters = {
            "session_id": session_id,
            "user_id": user_id or "",
            "now": self.write_time(now),
        }

        def reassign(connection: Connection) -> bool:
            self.check_not_held_by_user(connection, session_id, user_id or "")
            return connection.count("sessions/reassign_session", parameters) > 0

        return self.executor.write(reassign)

    def assign_sessions(self, tenant_id: str, user_id_key: str | None, entries: list[str]) -> int:
        """Give a tenant to the sessions that have none, batch by batch; says to how many."""

        def assign(connection: Connection, after_id: str, limit: int) -> tuple[int, str | None]:
            rows = connection.rows(
                "sessions/find_unassigned_sessions",
                {"after_id": after_id, "limit": limit, "entries": self.write_list(entries)},
                frozenset({"entries"} if entries else ()),
            )
            if not rows:
                return 0, None
            found = connection.count(
                "sessions/assign_sessions",
                {
                    "tenant_id": tenant_id,
                    "ids": self.write_list([row[0] for row in rows]),
                    "user_ids": self.write_list(
                        [_user_of(load_json(row[1]), user_id_key) for row in rows]
                    ),
                },
            )
            return found, rows[-1][0]

        return sum(self._in_batches(assign))

    def fill(self, now: datetime, progress: Callable[[int], None]) -> int:
        """Fill what rows of older code lack, batch by batch; says how many sessions that were.

        Args:
            now: the created_at of the sessions that are made for what has none.
            progress: called with how many they are by now.
        """

        def fill(connection: Connection, after_id: str, limit: int) -> tuple[int, str | None]:
            page = {"after_id": after_id, "limit": limit}
            ids = [row[0] for row in connection.rows("sessions/find_unfilled_sessions", page)]
            if not ids:
                return 0, None
            found = connection.count("sessions/fill_sessions", {"ids": self.write_list(ids)})
            return found, ids[-1]

        filled = 0
        for found in self._in_batches(fill):
            filled += found
            progress(filled)
        for name in self.statement_library():
            if name.endswith("/find_sessions_to_make"):
                for session in self._sessions_to_make(name, now):
                    filled += self.create_session(session)
                    progress(filled)
        return filled

    def _sessions_to_make(self, name: str, now: datetime) -> Iterator[PreparedSession]:
        """Sessions for what an extension keeps without one: older code made none."""
        after_id: str | None = ""
        while after_id is not None:
            rows = self.read(name, {"after_id": after_id, "limit": _READ_AT_ONCE})
            for session_id, created_by in rows:
                yield prepare_session(session_id, {"created_by": created_by}, None, now)
            after_id = rows[-1][0] if rows else None

    def _in_batches(
        self, work: Callable[[Connection, str, int], tuple[int, str | None]]
    ) -> Iterator[int]:
        """How many sessions each batch has acted on; each is a transaction and a call of its own.

        Args:
            work: does one on so many sessions behind an id, and says on how many it did and what
                the last id was, None where there are no more.
        """
        batches = Batches(self.executor)
        after_id: str | None = ""
        while after_id is not None:
            batches.pause()
            found, after_id = self._batch(batches, work, after_id)
            yield found
        batches.finish()

    def _batch(
        self,
        batches: Batches,
        work: Callable[[Connection, str, int], tuple[int, str | None]],
        after_id: str,
    ) -> tuple[int, str | None]:
        limit = batches.pace.sessions
        return batches.run(
            lambda connection: work(connection, after_id, limit), lambda done: rows_of(done[0])
        )


def _user_of(metadata: JSONValue, key: str | None) -> str:
    """The user that a session's metadata names under a key, where that is a valid id; else ''."""
    try:
        return check_id(metadata.get(key), "user_id") if key is not None else ""
    except InvalidInputError:
        return ""
