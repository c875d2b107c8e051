"""Sessions: created, found, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from agentstore.calls.core import CallsCore
from agentstore.errors import InvalidInputError, SessionExistsError
from agentstore.model import values
from agentstore.model.identifiers import new_id
from agentstore.model.preparing import check_key_count, check_title, prepare_session
from agentstore.model.refusals import shown
from agentstore.records import Content, JSONValue, Session


class Unset(Enum):
    """What an argument is where it is not given, and None says something."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "..."


UNSET: Final = Unset.UNSET


class SessionCalls(CallsCore):
    """The calls of `agentstore.Storage` on sessions."""

    def create_session(
        self,
        *,
        id: str | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        system_message: Content | None = None,
        title: str | None = None,
        tenant_id: str | None = None,
        user_id: str | None = None,
        created_at: datetime | None = None,
    ) -> str:
        """Create a session, together with its system message where one is given.

        Args:
            id: its id (1 to 191 characters); a new UUIDv7 where None.
            metadata: a JSON object of the caller's own.
            system_message: text or parts of a message of role 'system' at position 0.
            title: what a list shows of it: 1 to 500 characters without a NUL.
            tenant_id, user_id: whose it is; a scoped store's own where None.
            created_at: when the conversation began (timezone-aware), where it is older than the
                store; its updated_at and the system message's timestamp too. Now where None.

        Returns:
            The session's id.

        Raises:
            SessionExistsError: the id is in use.
        """
        session_id = new_id() if id is None else values.check_id(id, "id")
        session = prepare_session(
            session_id,
            metadata,
            system_message,
            values.now() if created_at is None else created_at,
            owner=self._owner(tenant_id, user_id),
            title=title,
        )
        if not self._repository.create_session(session):
            raise SessionExistsError(f"there is a session {session_id!r} already")
        return session_id

    def get_session(self, session_id: str, *, trashed: bool = False) -> Session | None:
        """One session; None where there is none.

        Args:
            session_id: its id.
            trashed: find it in the trash, too.
        """
        return self._repository.get_session(
            values.check_id(session_id, "session_id"),
            trashed=values.check_flag(trashed, "trashed"),
        )

    def get_or_create_session(
        self,
        session_id: str,
        *,
        metadata: Mapping[str, JSONValue] | None = None,
        title: str | None = None,
        tenant_id: str | None = None,
        user_id: str | None = None,
    ) -> Session:
        """The session with this id, created where there is none; safe among many callers.

        Args:
            session_id: its id.
            metadata, title: for a new session only.
            tenant_id, user_id: for a new session; one that is there must have those named.

        Raises:
            SessionExistsError: the id is in use in the trash or outside the store's scope, or by
                another tenant or user than is named.
        """
        values.check_id(session_id, "session_id")
        owner = self._owner(tenant_id, user_id)
        session = prepare_session(
            session_id, metadata, None, values.now(), owner=owner, title=title
        )
        return self._repository.get_or_create_session(session)

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

    def update_session(
        self,
        session_id: str,
        *,
        title: str | Unset | None = UNSET,
        archived: bool | Unset = UNSET,
        pinned: bool | Unset = UNSET,
    ) -> bool:
        """Change what a list shows of a session: what is named, and nothing else.

        Args:
            session_id: the session.
            title: its title (1 to 500 characters without a NUL), or None for none.
            archived, pinned: whether it is; the time stays where it is so already.

        Returns:
            False where there is no such session.

        Raises:
            InvalidInputError: also where nothing is named.
        """
        values.check_id(session_id, "session_id")
        changes: dict[str, JSONValue] = {}
        if title is not UNSET:
            changes["title"] = None if title is None else check_title(title)
        if archived is not UNSET:
            changes["archived"] = values.check_flag(archived, "archived")
        if pinned is not UNSET:
            changes["pinned"] = values.check_flag(pinned, "pinned")
        if not changes:
            raise InvalidInputError("title, archived or pinned: nothing is named to be changed")
        return self._repository.update_session(session_id, changes, values.now())

    def close_session(self, session_id: str) -> bool:
        """Mark a session as closed (it still takes messages); False where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.set_session_active(session_id, False, values.now())

    def reopen_session(self, session_id: str) -> bool:
        """Mark a session as active again; False where there is none."""
        values.check_id(session_id, "session_id")
        return self._repository.set_session_active(session_id, True, values.now())

    def delete_session(self, session_id: str) -> bool:
        """Delete a session with all that hangs on it, also where it is in the trash.

        Returns:
            False where there is no such session.

        Raises:
            HeldError: a hold keeps it.
        """
        return self._repository.delete_session(values.check_id(session_id, "session_id"))

    def delete_sessions(
        self, *, inactive_only: bool = True, updated_before: datetime, limit: int | None = None
    ) -> int:
        """Delete old sessions in batches, the least recently updated first.

        Those in the trash and those that are held stay. The batches keep to the pace of
        `apply_retention`: they take a tenth of the time, with pauses between them.

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
