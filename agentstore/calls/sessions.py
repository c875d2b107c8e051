"""Sessions: created, found, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from agentstore.calls.core import DEFAULT_BATCH_SIZE, CallsCore
from agentstore.errors import InvalidInputError, SessionExistsError
from agentstore.model import values
from agentstore.model.filters import Page, session_filter
from agentstore.model.identifiers import new_id
from agentstore.model.preparing import check_key_count, prepare_session
from agentstore.model.refusals import shown
from agentstore.records import Content, JSONValue, Session


class SessionCalls(CallsCore):
    """The calls of `agentstore.Storage` on sessions."""

    def create_session(
        self,
        *,
        id: str | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        system_message: Content | None = None,
        created_at: datetime | None = None,
    ) -> str:
        """Create a session, together with its system message where one is given.

        Args:
            id: its id (1 to 191 characters); a new UUIDv7 where None.
            metadata: a JSON object of the caller's own.
            system_message: text or parts of a message of role 'system' at position 0.
            created_at: when the conversation began (timezone-aware), where it is older than the
                store; its updated_at and the system message's timestamp too. Now where None.

        Returns:
            The session's id.

        Raises:
            SessionExistsError: the id is in use.
        """
        session_id = new_id() if id is None else values.check_id(id, "id")
        began = values.now()
        if created_at is not None:
            began = values.check_datetime(created_at, "created_at")
        session = prepare_session(session_id, metadata, system_message, began)
        if not self._repository.create_session(session):
            raise SessionExistsError(f"there is a session {session_id!r} already")
        return session_id

    def get_session(self, session_id: str) -> Session | None:
        """One session; None where there is none."""
        return self._repository.get_session(values.check_id(session_id, "session_id"))

    def get_or_create_session(
        self, session_id: str, *, metadata: Mapping[str, JSONValue] | None = None
    ) -> Session:
        """The session with this id, created where there is none; safe among many callers.

        Args:
            session_id: its id.
            metadata: for a new session only.
        """
        values.check_id(session_id, "session_id")
        session = prepare_session(session_id, metadata, None, values.now())
        return self._repository.get_or_create_session(session)

    def query_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: str = "desc",
    ) -> list[Session]:
        """Sessions by created_at, the newest first unless ``order='asc'``.

        Args:
            active: only those that are open (True) or closed (False).
            metadata: only those with these values at the top level of their metadata:
                strings, numbers (by value), booleans, None. Found through an index.
            created_after, created_before, updated_after, updated_before: bounds, inclusive.
            limit: how many at most.
            offset: how many to pass over first.
            order: 'asc' or 'desc'.
        """
        page = Page.read(order, limit, offset)
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
        )
        return self._repository.query_sessions(filter_, page) if page.limit else []

    def iter_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        order: str = "desc",
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> Iterator[Session]:
        """All sessions that `query_sessions` would find, page by page.

        One page is held in memory, and the last page costs what the first does. A session
        that is there all the while comes exactly once.

        Args:
            batch_size: sessions a page; the rest as `query_sessions`.
        """
        page = Page.read(order, values.check_number(batch_size, "batch_size", least=1))
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
        )
        return self._pages(self._repository.query_sessions, filter_, page)

    def count_sessions(
        self,
        *,
        active: bool | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
    ) -> int:
        """How many sessions `query_sessions` would find."""
        filter_ = session_filter(
            active=active,
            metadata=metadata,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
        )
        return self._repository.count_sessions(filter_)

    def update_session_metadata(
        self,
        session_id: str,
        metadata: Mapping[str, JSONValue],
        *,
        remove: Iterable[str] = (),
    ) -> bool:
        """Merge keys into a session's metadata, at its top level, in one step.

        Args:
            session_id: the session.
            metadata: keys to set.
            remove: keys to drop.

        Returns:
            False where there is no such session.

        Raises:
            InvalidInputError: also where a key is both set and removed.
        """
        values.check_id(session_id, "session_id")
        if metadata is None:
            raise InvalidInputError("metadata is a mapping, not None")
        changes = values.check_mapping(metadata, "metadata")
        check_key_count(changes)
        values.dump_json(changes, "metadata")
        if isinstance(remove, str) or not isinstance(remove, Iterable):
            raise InvalidInputError("remove is a list of keys")
        removed = [values.check_text(key, "remove") for key in remove]
        both = changes.keys() & set(removed)
        if both:
            raise InvalidInputError(f"the key {shown(sorted(both)[0])} is both set and removed")
        return self._repository.update_session_metadata(session_id, changes, removed, values.now())

    def close_session(self, session_id: str) -> bool:
        """Mark a session as closed (it still takes messages); False where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.set_session_active(session_id, False, values.now())

    def reopen_session(self, session_id: str) -> bool:
        """Mark a session as active again; False where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.set_session_active(session_id, True, values.now())

    def delete_session(self, session_id: str) -> bool:
        """Delete a session with its messages, tool calls and confirmation.

        Returns:
            False where there is no such session.
        """
        return self._repository.delete_session(values.check_id(session_id, "session_id"))

    def delete_sessions(
        self, *, inactive_only: bool = True, updated_before: datetime, limit: int | None = None
    ) -> int:
        """Delete old sessions in batches, the least recently updated first.

        Args:
            inactive_only: leave those that were not closed.
            updated_before: delete what was last updated then or earlier.
            limit: how many at most.

        Returns:
            How many sessions were deleted.
        """
        return self._repository.delete_sessions(
            inactive_only=values.check_flag(inactive_only, "inactive_only"),
            updated_before=values.check_datetime(updated_before, "updated_before"),
            limit=values.check_limit(limit),
        )
