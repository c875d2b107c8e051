"""The in-memory TypeScript package's SessionManager, over any store.

Code that was written against ``@ai-agent/storage-memory`` (its calls in snake_case) moves over by
changing one import::

    from agentstore.compat import SessionManager

    manager = SessionManager(store)

The calls do what they did there: a message to a session that does not exist creates it, and what
was added is returned whole. What is different: everything is in the database, so a `ManagedSession`
is what the session was when it was read, and is changed by calls alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from agentstore.errors import SessionExistsError, SessionNotFoundError
from agentstore.records import (
    AgentResponse,
    Content,
    JSONValue,
    Message,
    PendingConfirmation,
    Session,
)
from agentstore.storage import Storage

T = TypeVar("T")


@dataclass(frozen=True)
class ManagedSession:
    """A session as the in-memory package has it: a `Session` with its messages.

    Attributes:
        id: the session's id.
        created_at: when it was created (UTC).
        updated_at: when something was last saved to it (UTC).
        active: False once it was closed.
        metadata: the caller's own data, ``{}`` when none was given.
    """

    id: str
    created_at: datetime
    updated_at: datetime
    active: bool
    metadata: dict[str, JSONValue]
    _store: Storage = field(repr=False, compare=False)

    @property
    def messages(self) -> list[Message]:
        """Its messages, oldest first, as they are now: read each time they are asked for."""
        return self._store.get_history(self.id)


class SessionManager:
    """Sessions and their messages in a store, by the in-memory package's names.

    Every method raises what the store's own raise: InvalidInputError for a bad argument,
    SchemaError, UnavailableError and DatabaseError where the database fails, StorageError once
    the store is closed. Threads may share it, as they may the store.

    Args:
        store: where the sessions are; the caller's to close.
    """

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._default_session_id = "default"

    def __repr__(self) -> str:
        return f"<agentstore.compat.SessionManager on {self._store!r}>"

    @property
    def store(self) -> Storage:
        """The store, for all that the in-memory package had no call for."""
        return self._store

    def create_session(
        self,
        *,
        id: str | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        system_message: Content | None = None,
    ) -> str:
        """Create a session.

        Args:
            id: its id; a new one where None.
            metadata: a JSON object of the caller's own.
            system_message: its first message, of role 'system'; none where None or ''.

        Returns:
            The session's id.

        Raises:
            SessionExistsError: the id is in use.
        """
        return self._store.create_session(
            id=id, metadata=metadata, system_message=system_message or None
        )

    def get_session(self, session_id: str) -> ManagedSession | None:
        """One session; None where there is none."""
        session = self._store.get_session(session_id)
        return None if session is None else self._managed(session)

    def get_or_create_session(
        self,
        session_id: str,
        *,
        metadata: Mapping[str, JSONValue] | None = None,
        system_message: Content | None = None,
    ) -> ManagedSession:
        """The session with this id, created where there is none; safe among many callers.

        Args:
            session_id: its id.
            metadata, system_message: as `create_session`, for a new session only.

        Raises:
            SessionExistsError: the id is in use in another scope, or in the trash.
        """
        session = self.get_session(session_id)
        if session is not None:
            return session
        try:
            self.create_session(id=session_id, metadata=metadata, system_message=system_message)
        except SessionExistsError:
            session = self.get_session(session_id)
            if session is None:
                raise
            return session
        return self._managed(self._store.get_or_create_session(session_id))

    def has_session(self, session_id: str) -> bool:
        """Whether there is such a session."""
        return self._store.get_session(session_id) is not None

    def query_sessions(
        self,
        *,
        active: bool | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[ManagedSession]:
        """Sessions, the newest first; ``active=True`` gives those that were not closed.

        Args:
            active: only those that are open (True) or closed (False).
            created_after, created_before: bounds of created_at, inclusive; aware datetimes.
            limit: how many at most; all where None.
            offset: how many to pass over first.
        """
        sessions = self._store.query_sessions(
            active=active,
            created_after=created_after,
            created_before=created_before,
            limit=limit,
            offset=offset,
        )
        return [self._managed(session) for session in sessions]

    def get_history(self, session_id: str) -> list[Message]:
        """A session's messages with their tool calls, oldest first; of an unknown session none."""
        return self._store.get_history(session_id)

    def add_user_message(
        self,
        session_id: str,
        content: Content,
        metadata: Mapping[str, JSONValue] | None = None,
    ) -> Message:
        """Add a message of role 'user'; the session is created where there is none.

        Args:
            session_id: the session.
            content: its text, or a list of parts (mappings with a ``type``).
            metadata: a JSON object of the caller's own.

        Returns:
            The message as it is stored.
        """
        return self._add(
            session_id, lambda: self._store.save_user_message(session_id, content, metadata)
        )

    def add_assistant_message(
        self,
        session_id: str,
        response: str | AgentResponse | Mapping[str, JSONValue],
        metadata: Mapping[str, JSONValue] | None = None,
    ) -> Message:
        """Add what the agent answered; the session is created where there is none.

        Args:
            session_id: the session.
            response: the agent's response as it came (``type``, ``message``, ``toolCalls`` or
                ``tool_calls``, and the rest), an `AgentResponse`, or text. Tool calls are kept
                whatever the type; the other fields come back in ``Message.response``.
            metadata: a JSON object of the caller's own.

        Returns:
            The message as it is stored.
        """
        return self._add(
            session_id, lambda: self._store.save_assistant_message(session_id, response, metadata)
        )

    def add_system_message(
        self,
        session_id: str,
        content: Content,
        metadata: Mapping[str, JSONValue] | None = None,
    ) -> Message:
        """Add a message of role 'system'; as `add_user_message`."""
        return self._add(
            session_id, lambda: self._store.save_system_message(session_id, content, metadata)
        )

    def close_session(self, session_id: str) -> bool:
        """Mark a session as closed (it still takes messages); False where there is none."""
        return self._store.close_session(session_id)

    def delete_session(self, session_id: str) -> bool:
        """Delete a session with all its messages; False where there is none."""
        return self._store.delete_session(session_id)

    def clear_session(self, session_id: str) -> bool:
        """Delete all messages of a session; it and its metadata stay, and so does a pending
        confirmation.

        Returns:
            False where there is no such session; True also where it had no messages.
        """
        return self._store.delete_session_messages(session_id) > 0 or self.has_session(session_id)

    def update_metadata(self, session_id: str, metadata: Mapping[str, JSONValue]) -> bool:
        """Merge keys into a session's metadata, in one step; False where there is no session."""
        return self._store.update_session_metadata(session_id, metadata)

    def save_pending_confirmation(
        self, session_id: str, confirmation: PendingConfirmation | Mapping[str, JSONValue]
    ) -> None:
        """Save a session's pending confirmation in place of the one before.

        Args:
            session_id: the session; it is created where there is none.
            confirmation: a `PendingConfirmation`, or a mapping with ``tool_name``,
                ``arguments``, ``user_message`` and optionally ``timestamp`` (or camelCase).
        """
        self._in_session(
            session_id, lambda: self._store.save_pending_confirmation(session_id, confirmation)
        )

    def get_pending_confirmation(self, session_id: str) -> PendingConfirmation | None:
        """A session's pending confirmation; None where there is none."""
        return self._store.get_pending_confirmation(session_id)

    def clear_pending_confirmation(self, session_id: str) -> bool:
        """Drop a session's pending confirmation; False where there is none."""
        return self._store.clear_pending_confirmation(session_id)

    def get_default_session_id(self) -> str:
        """The id that the application uses where it has one session only; 'default' at first.

        It belongs to this manager alone and is not stored.
        """
        return self._default_session_id

    def set_default_session_id(self, session_id: str) -> None:
        """Set what `get_default_session_id` gives; no session is created."""
        self._default_session_id = session_id

    def get_session_count(self) -> int:
        """How many sessions there are."""
        return self._store.count_sessions()

    def get_total_message_count(self) -> int:
        """How many messages all sessions have together."""
        return self._store.count_messages()

    def _managed(self, session: Session) -> ManagedSession:
        return ManagedSession(
            session.id,
            session.created_at,
            session.updated_at,
            session.active,
            session.metadata,
            self._store,
        )

    def _add(self, session_id: str, save: Callable[[], str]) -> Message:
        message_id = self._in_session(session_id, save)
        message = self._store.get_message(message_id)
        if message is None:
            raise SessionNotFoundError(f"the session {session_id!r} was cleared meanwhile")
        return message

    def _in_session(self, session_id: str, save: Callable[[], T]) -> T:
        """Save something, in a new session where there is none."""
        try:
            return save()
        except SessionNotFoundError:
            self._store.get_or_create_session(session_id)
            return save()


def create_session_manager(store: Storage) -> SessionManager:
    """A `SessionManager`, by the in-memory package's other way to make one."""
    return SessionManager(store)
