"""Sessions: created, found, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from agentstore.engine.batch import Step
from agentstore.engine.connection import Connection
from agentstore.engine.faults import Fault, fault_of
from agentstore.errors import DatabaseError
from agentstore.model.filters import Filter, Page
from agentstore.model.metadata_index import metadata_entries
from agentstore.model.preparing import PreparedMessage, PreparedSession, check_key_count
from agentstore.model.values import dump_json, load_json, same_json
from agentstore.operations.core import OperationsCore, shares_deadline
from agentstore.operations.rows import read_session
from agentstore.records import JSONValue, Session

DELETED_AT_ONCE = 100
"""Sessions in one transaction of delete_sessions, so that no lock is held for long."""


class SessionOperations(OperationsCore):
    """The session operations of a dialect."""

    @shares_deadline
    def create_session(self, session: PreparedSession) -> bool:
        """Create a session; False where another has its id."""
        steps = self.steps_of_session(session)
        was_retried = False

        def note_retry() -> None:
            nonlocal was_retried
            was_retried = True

        try:
            created = self.executor.write_batch(steps, undoable=True, on_retry=note_retry)[0] > 0
        except DatabaseError as error:
            if fault_of(error) is not Fault.DUPLICATE:
                raise
            created = False
        # An attempt whose reply was lost may have created the session that is in the way.
        return created or (was_retried and self._is_ours(session))

    def _is_ours(self, session: PreparedSession) -> bool:
        stored = self.get_session(session.id)
        return (
            stored is not None
            and stored.created_at == session.created_at
            and same_json(stored.metadata, load_json(session.metadata))
        )

    def steps_of_session(self, session: PreparedSession) -> list[Step]:
        """What inserts it with all that belongs to it; the first finds no row, or a duplicate,
        where the id is taken."""
        steps = [Step("sessions/insert_session", self.write_new_session(session))]
        if session.entries:
            steps.append(Step("sessions/insert_metadata_entries", self.write_entries(session)))
        if session.system_message is not None:
            message = self.write_message(session.system_message, session_id=session.id, position=0)
            steps.append(Step("messages/insert_messages", [message]))
        return steps

    def write_new_session(self, session: PreparedSession) -> dict[str, Any]:
        """A session's own row as parameters."""
        return {
            "session_id": session.id,
            "now": self.write_time(session.created_at),
            "next_position": 0 if session.system_message is None else 1,
            "metadata": session.metadata,
        }

    def write_entries(self, session: PreparedSession) -> dict[str, Any]:
        """The index entries of its metadata as parameters."""
        return {"session_id": session.id, "entries": self.write_list(session.entries)}

    def write_message(self, turn: PreparedMessage, **place: Any) -> dict[str, Any]:
        """A message's own row as parameters, added to those that say where it goes."""
        content, content_escaped = self.write_text(turn.content)
        return {
            **place,
            "id": turn.id,
            "role": turn.role,
            "content": content,
            "content_escaped": content_escaped,
            "parts": turn.parts,
            "timestamp": self.write_time(turn.timestamp),
            "response_type": turn.response_type,
            "response": turn.response,
            "metadata": turn.metadata,
        }

    def get_session(self, session_id: str) -> Session | None:
        """One session."""
        rows = self.read("sessions/get_session", {"session_id": session_id})
        return read_session(rows[0]) if rows else None

    @shares_deadline
    def get_or_create_session(self, session: PreparedSession) -> Session:
        """The session with this id, created where there is none."""
        while True:
            stored = self.get_session(session.id)
            if stored is not None:
                return stored
            self.create_session(session)

    def query_sessions(
        self, filter_: Filter, page: Page, after_key: Session | None = None
    ) -> list[Session]:
        """A page of sessions.

        Args:
            filter_: which.
            page: how many, in which order.
            after_key: the last of the page before, where pages follow each other.
        """
        if after_key is not None:
            filter_ = filter_.with_block(
                "after_key",
                {"after_key_created_at": after_key.created_at, "after_key_id": after_key.id},
            )
        name = "query_sessions_by_metadata" if filter_.has("entry") else "query_sessions"
        rows = self.read(
            f"sessions/{name}_{page.order}",
            self.write_filter(filter_, limit=page.limit, offset=page.offset),
            filter_.blocks,
        )
        return [read_session(row) for row in rows]

    def count_sessions(self, filter_: Filter) -> int:
        """How many sessions a filter keeps."""
        name = "count_sessions_by_metadata" if filter_.has("entry") else "count_sessions"
        rows = self.read(f"sessions/{name}", self.write_filter(filter_), filter_.blocks)
        return int(rows[0][0])

    def update_session_metadata(
        self, session_id: str, changes: dict[str, JSONValue], remove: Iterable[str], now: datetime
    ) -> bool:
        """Merge changes into a session's metadata; False where there is no session."""
        removed = set(remove)

        def operation(connection: Connection) -> bool:
            rows = connection.rows("sessions/lock_session", {"session_id": session_id})
            if not rows:
                return False
            old = load_json(rows[0][0])
            new = {key: value for key, value in old.items() if key not in removed} | changes
            check_key_count(new, len(old))
            before, after = metadata_entries(old), metadata_entries(new)
            connection.count(
                "sessions/update_session_metadata",
                {
                    "session_id": session_id,
                    "metadata": dump_json(new, "metadata"),
                    "now": self.write_time(now),
                },
            )
            for name, entries in (
                ("sessions/delete_metadata_entries", set(before) - set(after)),
                ("sessions/insert_metadata_entries", set(after) - set(before)),
            ):
                if entries:
                    listed = self.write_list(sorted(entries))
                    connection.count(name, {"session_id": session_id, "entries": listed})
            return True

        return self.executor.write(operation)

    def set_session_active(self, session_id: str, active: bool, now: datetime) -> bool:
        """Close or reopen a session; False where there is none."""
        parameters = {"session_id": session_id, "active": active, "now": self.write_time(now)}
        return self.change("sessions/set_session_active", parameters) > 0

    def delete_session(self, session_id: str) -> bool:
        """Delete a session with all that hangs on it; False where there is none."""
        own = self.steps_of_deletion([session_id])
        steps = [*own, *self.steps_of_extensions([session_id])]
        return self.executor.write_batch(steps)[len(own) - 1] > 0

    def delete_sessions(self, *, inactive_only: bool, updated_before: datetime, limit: int) -> int:
        """Delete the sessions that were not touched for longest, batch by batch."""
        deleted = 0
        while deleted < limit:
            size = min(DELETED_AT_ONCE, limit - deleted)
            count = self._delete_batch(inactive_only, updated_before, size)
            deleted += count
            if not count:
                break
        return deleted

    def _delete_batch(self, inactive_only: bool, updated_before: datetime, size: int) -> int:
        def operation(connection: Connection) -> int:
            expired = [
                row
                for active in ([False] if inactive_only else [False, True])
                for row in connection.rows(
                    "sessions/find_expired_sessions",
                    {
                        "active": active,
                        "updated_before": self.write_time(updated_before),
                        "limit": size,
                    },
                )
            ]
            expired.sort(key=lambda row: (row[1], row[0]))
            ids = [row[0] for row in expired[:size]]
            if not ids:
                return 0
            [*_, deleted] = connection.run_steps(self.steps_of_deletion(ids))
            connection.run_steps(self.steps_of_extensions(ids))
            return deleted

        return self.executor.write(operation)

    def steps_of_deletion(self, session_ids: list[str]) -> list[Step]:
        """What deletes sessions, with what hangs on them by a foreign key; the last step is the
        sessions' own."""
        if len(session_ids) == 1:
            return [Step("sessions/delete_session", {"session_id": session_ids[0]})]
        return [Step("sessions/delete_sessions", {"ids": self.write_list(session_ids)})]

    def steps_of_extensions(self, session_ids: list[str]) -> list[Step]:
        """What deletes what extensions keep of sessions, to be run after `steps_of_deletion`.

        Their tables declare how, by files: ``delete_of_sessions.sql``, or several
        ``delete_of_sessions_….sql``, in a folder. After the sessions' rows, on which whoever adds
        to these tables holds a lock: what came before is seen, and what comes later makes a
        session anew.
        """
        ids = {"ids": self.write_list(session_ids)}
        return [Step(name, ids) for name in self.deletions_of_extensions()]
