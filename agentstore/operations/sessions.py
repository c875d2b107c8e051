"""Sessions: created, found, changed and deleted."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from agentstore.engine.batch import Step
from agentstore.engine.connection import Connection
from agentstore.engine.faults import Fault, fault_of
from agentstore.errors import DatabaseError, SessionExistsError
from agentstore.model.identifiers import new_id
from agentstore.model.metadata_index import metadata_entries
from agentstore.model.preparing import (
    Owner,
    PreparedMessage,
    PreparedSession,
    check_key_count,
)
from agentstore.model.values import dump_json, load_json
from agentstore.operations.batches import Batches
from agentstore.operations.core import LARGE, shares_deadline
from agentstore.operations.holding import TRASHED, HoldOperations
from agentstore.operations.rows import read_session, read_time
from agentstore.records import JSONValue, Session
from agentstore.retention.pacing import rows_of
from agentstore.statements import NO_BLOCKS

_READ_AT_ONCE = 5_000
"""Sessions that one statement goes through to find those in use that have expired."""

_FOUND_AT_ONCE = 10_000
"""Of those, the ids that are kept of one pass through all sessions."""

_MOST_ROUNDS = 8
_FIRST_PAUSE = 0.0005
"""Seconds at most, and twice as many each time: others delete and create the session meanwhile."""


class SessionOperations(HoldOperations):
    """The session operations of a dialect."""

    @shares_deadline
    def create_session(self, session: PreparedSession) -> bool:
        """Create a session; False where another has its id."""
        token = new_id()
        steps = self.steps_of_session(session, token)
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
        return created or (was_retried and self.is_work_of(session.id, token))

    def is_work_of(self, session_id: str, token: str) -> bool:
        """Whether the call with a token was the last to create, trash or restore a session."""
        parameters = {"session_id": session_id, "token": token}
        return bool(self.read("sessions/find_creation", parameters))

    def steps_of_session(self, session: PreparedSession, token: str) -> list[Step]:
        """What inserts it with all that belongs to it; the first finds no row, or a duplicate,
        where the id is taken. The token is the call's own."""
        steps = [Step("sessions/insert_session", self.write_new_session(session, token))]
        if session.entries:
            steps.append(Step("sessions/insert_metadata_entries", self.write_entries(session)))
        if session.system_message is not None:
            message = self.write_message(session.system_message, session_id=session.id, position=0)
            steps.append(Step("messages/insert_messages", [message]))
        return steps

    def write_new_session(self, session: PreparedSession, token: str) -> dict[str, Any]:
        """A session's own row as parameters."""
        owner = self._owner_of(session)
        return {
            "session_id": session.id,
            "now": self.write_time(session.created_at),
            "next_position": 0 if session.system_message is None else 1,
            "metadata": session.metadata,
            "tenant_id": owner.tenant_id or "",
            "user_id": owner.user_id or "",
            "title": session.title,
            "token": token,
        }

    def _owner_of(self, session: PreparedSession) -> Owner:
        """Whose a new session is: what a scoped store makes is the scope's."""
        scope = self.scope
        if scope is None:
            return session.owner
        return Owner(scope.tenant_id, scope.user_id or session.owner.user_id)

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

    def get_session(self, session_id: str, *, trashed: bool = False) -> Session | None:
        """One session; with ``trashed`` one that is in the trash, too."""
        rows = self.read(
            "sessions/get_session", {"session_id": session_id}, TRASHED if trashed else NO_BLOCKS
        )
        return read_session(rows[0]) if rows else None

    def get_session_now(self, session_id: str) -> Session | None:
        """As `get_session`, of what is there now: what a write has met is looked at.

        A dialect overrides it where reads of the caller's transaction may see less than writes.
        """
        return self.get_session(session_id)

    @shares_deadline
    def get_or_create_session(self, session: PreparedSession) -> Session:
        """The session with this id, created where there is none.

        Raises:
            SessionExistsError: the id is in use where this store does not see it, or by another
                tenant or user than is asked for.
        """
        stored = self.get_session(session.id)
        for number in range(_MOST_ROUNDS):
            if stored is not None:
                break
            if self.create_session(session):
                return self._as_created(session)
            stored = self.get_session_now(session.id)
            if stored is None:
                if not self._may_come_to_be_seen(session.id):
                    break
                # It comes and goes meanwhile.
                time.sleep(random.uniform(0, _FIRST_PAUSE * 2**number))
        if stored is not None and _is_owned_by(stored, session.owner):
            return stored
        raise SessionExistsError(f"there is a session {session.id!r} already")

    def _as_created(self, session: PreparedSession) -> Session:
        """What was made of it; others may have changed, trashed or deleted it since."""
        owner, made_at = self._owner_of(session), session.created_at
        return Session(
            session.id,
            made_at,
            made_at,
            True,
            load_json(session.metadata),
            owner.tenant_id or "",
            owner.user_id or "",
            session.title,
            last_message_at=made_at,
        )

    def _may_come_to_be_seen(self, session_id: str) -> bool:
        """Whether an id is free again, or is of a session that this store sees."""
        rows = self.read("sessions/find_use_of_id", {"session_id": session_id})
        return not rows or bool(rows[0][0])

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

        may_be_refused = self.executor.in_transaction() and (
            len(dump_json(changes, "metadata")) > LARGE
        )
        return self.executor.write(operation, undoable=may_be_refused)

    def set_session_active(self, session_id: str, active: bool, now: datetime) -> bool:
        """Close or reopen a session; False where there is none."""
        parameters = {"session_id": session_id, "active": active, "now": self.write_time(now)}
        return self.change("sessions/set_session_active", parameters) > 0

    def update_session(
        self, session_id: str, changes: Mapping[str, JSONValue], now: datetime
    ) -> bool:
        """Change what a list shows of a session; False where there is none.

        Args:
            session_id: the session.
            changes: ``title``, ``archived`` and ``pinned``, those that are changed.
            now: the time of the call.
        """
        parameters = {**changes, "session_id": session_id, "now": self.write_time(now)}
        return self.change("sessions/update_session", parameters, frozenset(changes)) > 0

    def delete_session(self, session_id: str) -> bool:
        """Delete a session with all that hangs on it; False where there is none.

        Raises:
            HeldError: a hold keeps it.
        """

        def delete(connection: Connection) -> bool:
            if not self.check_not_held(connection, session_id, TRASHED):
                return False
            return self.delete_locked(connection, [session_id]) > 0

        return self.executor.write(delete)

    def delete_sessions(self, *, inactive_only: bool, updated_before: datetime, limit: int) -> int:
        """Delete the sessions that were not touched for longest, batch by batch."""
        batches = Batches(self.executor)
        delete = self._delete_closed if inactive_only else self._delete_oldest
        deleted = delete(batches, updated_before, limit)
        batches.finish()
        return deleted

    def _delete_closed(self, batches: Batches, updated_before: datetime, limit: int) -> int:
        deleted = 0
        while deleted < limit:
            batches.pause()
            size = min(batches.pace.sessions, limit - deleted)
            count = self._delete_batch(batches, updated_before, size)
            deleted += count
            if not count:
                break
        return deleted

    def _delete_batch(self, batches: Batches, updated_before: datetime, size: int) -> int:
        def operation(connection: Connection) -> int:
            self.pass_gate(connection)
            parameters = {"updated_before": self.write_time(updated_before), "limit": size}
            expired = connection.rows("sessions/find_expired_sessions", parameters)
            ids = [row[0] for row in expired]
            return self.delete_locked(connection, self.not_held(connection, ids))

        return batches.run(operation, rows_of)

    def _delete_oldest(self, batches: Batches, updated_before: datetime, limit: int) -> int:
        """As `delete_sessions`, of all sessions: no index has those in use in this order, lest
        each save move an entry of it."""
        deleted = 0
        while deleted < limit:
            found = heapq.nsmallest(_FOUND_AT_ONCE, self._expired_sessions(updated_before))
            ids = (session_id for _, session_id in found)
            before = deleted
            while batch := list(islice(ids, min(batches.pace.sessions, limit - deleted))):
                batches.pause()
                deleted += self._delete_if_expired(batches, batch, updated_before)
            if deleted == before or len(found) < _FOUND_AT_ONCE:
                break
        return deleted

    def _expired_sessions(self, updated_before: datetime) -> Iterator[tuple[Any, str]]:
        """What clean-up may delete, in use or not: when it was touched, and its id."""
        parameters = {
            "updated_before": self.write_time(updated_before),
            "after_id": "",
            "limit": _READ_AT_ONCE,
        }
        while True:
            rows = self.read("sessions/page_expired_sessions", parameters)
            for session_id, updated_at, is_expired in rows:
                if is_expired:
                    yield updated_at, session_id
            if len(rows) < _READ_AT_ONCE:
                return
            parameters["after_id"] = rows[-1][0]

    def _delete_if_expired(
        self, batches: Batches, session_ids: list[str], updated_before: datetime
    ) -> int:
        """Delete those of some sessions that were not touched since they were found."""

        def operation(connection: Connection) -> int:
            self.pass_gate(connection)
            rows = connection.rows(
                "retention/lock_sessions", {"ids": self.write_list(sorted(session_ids))}
            )
            ids = [
                session_id
                for session_id, *_, is_trashed, _, is_held, updated_at in rows
                if not is_trashed and not is_held and read_time(updated_at) <= updated_before
            ]
            return self.delete_locked(connection, self.not_held(connection, ids))

        return batches.run(operation, rows_of)

    def delete_locked(self, connection: Connection, session_ids: list[str]) -> int:
        """Delete locked sessions with all that hangs on them; says how many."""
        if not session_ids:
            return 0
        [*_, deleted] = connection.run_steps(self.steps_of_deletion(session_ids))
        connection.run_steps(self.steps_of_extensions(session_ids))
        return deleted

    def steps_of_deletion(self, session_ids: list[str]) -> list[Step]:
        """What deletes sessions, with what hangs on them by a foreign key; the last step is the
        sessions' own."""
        if len(session_ids) == 1:
            parameters = {"session_id": session_ids[0]}
            return [Step("sessions/delete_session", parameters, needs_rows=True)]
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


def _is_owned_by(session: Session, owner: Owner) -> bool:
    """Whether a session has the tenant and the user that are asked for, where they are."""
    return (owner.tenant_id in (None, session.tenant_id)) and (
        owner.user_id in (None, session.user_id)
    )
