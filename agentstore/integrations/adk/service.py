"""Google ADK's session service over a store; see the package."""

from __future__ import annotations

import asyncio
import time
import uuid
import weakref
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, TypeVar

from agentstore.errors import InvalidInputError, SessionExistsError
from agentstore.integrations.adk.tables import AdkSession, AdkTables, SharedStates
from agentstore.integrations.shared.drafts import save_results
from agentstore.integrations.shared.worker_threads import reading, writing
from agentstore.model.identifiers import new_id
from agentstore.records import Message
from agentstore.storage import Storage

try:
    from google.adk.errors.already_exists_error import AlreadyExistsError
    from google.adk.errors.session_not_found_error import SessionNotFoundError
    from google.adk.events.event import Event
    from google.adk.sessions import BaseSessionService, Session
    from google.adk.sessions.base_session_service import GetSessionConfig, ListSessionsResponse
except ImportError as error:
    raise ImportError(
        "agentstore.integrations.adk needs Google ADK: pip install 'agentstore[adk]'"
    ) from error

from agentstore.integrations.adk.events import KEY, begins_event, event_drafts, read_events
from agentstore.integrations.adk.sessions import (
    Scopes,
    long_running_calls,
    session_of,
    store_session_id,
)

try:
    from google.adk.errors._stale_session_error import StaleSessionError
except ImportError:

    class StaleSessionError(ValueError):  # type: ignore[no-redef]
        """A session was changed in the store after it was loaded."""


__all__ = ["AgentstoreSessionService", "StaleSessionError", "store_session_id"]

T = TypeVar("T")

_STALE = (
    "The session has been modified in storage since it was loaded. "
    "Please reload the session before appending more events."
)


class AgentstoreSessionService(BaseSessionService):
    """A `BaseSessionService` over a store.

    State with the prefixes ``app:`` and ``user:`` is shared as ADK says, ``temp:`` is not kept.
    An event and the state that it changes are stored together. The store's calls run in worker
    threads; a cancelled one that writes ends before the cancellation goes on, whole or undone.

    Args:
        store: where the sessions are kept; it stays the caller's to close.
        scope_users: whether a session is its app's and its user's in the store, too: the app is
            the tenant (a scoped store's own tenant stays), the user the user; each call keeps to
            them (`Storage.scoped`). Both are ids by the store's rule then.

    Raises:
        ConfigurationError: the store's dialect has no statements for ADK.
    """

    def __init__(self, store: Storage, *, scope_users: bool = False) -> None:
        self.store = store
        self._scope_users = scope_users
        self._tables = AdkTables(store)
        self._locks: weakref.WeakValueDictionary[tuple[int, str], asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )

    async def create_session(
        self,
        *,
        app_name: str,
        user_id: str,
        state: dict[str, Any] | None = None,
        session_id: str | None = None,
    ) -> Session:
        """Create a session.

        Args:
            app_name: the app.
            user_id: the user.
            state: its first state, with the prefixes ``app:`` and ``user:`` for what is shared.
            session_id: its id; a new UUID where None.

        Raises:
            AlreadyExistsError: the user has a session with this id, or another scope does.
            InvalidInputError: with ``scope_users``, where the store is scoped to another user.
            StorageError: as every call of a store.
        """
        session_id = (session_id or "").strip() or str(uuid.uuid4())
        return await writing(self._create, app_name, user_id, session_id, Scopes(state or {}))

    async def get_session(
        self,
        *,
        app_name: str,
        user_id: str,
        session_id: str,
        config: GetSessionConfig | None = None,
    ) -> Session | None:
        """A session with its events, oldest first; None where there is none.

        Events that were appended come back equal. What others have saved to the session is read
        as events too.

        Args:
            app_name, user_id, session_id: which.
            config: how many of the last events (``num_recent_events``), and none that is older
                than some time (``after_timestamp``, seconds since 1970, inclusive).

        Raises:
            StorageError: as every call of a store.
        """
        return await reading(
            self._get, app_name, user_id, session_id.strip(), config or GetSessionConfig()
        )

    async def list_sessions(
        self, *, app_name: str, user_id: str | None = None
    ) -> ListSessionsResponse:
        """The sessions of an app, without their events, the last updated one last.

        Args:
            app_name: the app.
            user_id: only this user's.

        Raises:
            StorageError: as every call of a store.
        """
        return await reading(self._list, app_name, user_id)

    async def delete_session(self, *, app_name: str, user_id: str, session_id: str) -> None:
        """Delete a session with its events; the state that others share stays.

        Raises:
            StorageError: as every call of a store.
        """
        await writing(self._delete, app_name, user_id, session_id)

    async def get_user_state(self, *, app_name: str, user_id: str) -> dict[str, Any]:
        """The state that a user's sessions share, without the prefix ``user:``.

        Raises:
            StorageError: as every call of a store.
        """
        tables = self._tables_of(app_name, user_id)
        states = await reading(tables.get_states, app_name, user_id)
        return states.of_user(user_id)

    async def append_event(self, session: Session, event: Event) -> Event:
        """Append an event to a session, and change the states as it says.

        Args:
            session: as it was loaded, or as the last append has left it.
            event: the event; a partial one is not kept.

        Raises:
            StaleSessionError: the session was changed in the store since.
            SessionNotFoundError: there is no such session (ADK's error, a ValueError).
            StorageError: as every call of a store.
        """
        if event.partial:
            return event
        self._apply_temp_state(session, event)
        event = self._trim_temp_delta_state(event)
        key = store_session_id(session.app_name, session.user_id, session.id)
        # Branches that share one session object append to it in turn.
        lock = self._locks.setdefault((id(asyncio.get_running_loop()), key), asyncio.Lock())
        async with lock:
            await writing(self._append, key, session, event)
        return event

    def _tables_of(self, app_name: str, user_id: str | None) -> AdkTables:
        """The tables for an app and a user, or for all users of the app.

        On a store of another user that user's, where the user's sessions are not found.
        """
        scope = self._tables.scope
        if not self._scope_users or (scope is not None and user_id is None):
            return self._tables
        if scope is not None and scope.user_id is not None:
            return self._tables
        tenant_id = app_name if scope is None else scope.tenant_id
        return AdkTables(self.store.scoped(tenant_id=tenant_id, user_id=user_id))

    def _create(self, app_name: str, user_id: str, session_id: str, scopes: Scopes) -> Session:
        tables = self._tables_of(app_name, user_id)
        scope = tables.scope
        if self._scope_users and scope is not None and scope.user_id != user_id:
            raise InvalidInputError("user_id is not the user that the store is scoped to")
        key = store_session_id(app_name, user_id, session_id)
        kept = AdkSession(new_id(), time.time(), scopes.session)

        def work() -> SharedStates:
            names = {"app_name": app_name, "user_id": user_id, "session_id": session_id}
            try:
                tables.store.create_session(id=key, metadata=names)
            except SessionExistsError:
                stored = tables.lock_session(key)
                if stored is None or stored.marker != kept.marker:
                    raise AlreadyExistsError(
                        f"Session with id {session_id} already exists."
                    ) from None
            else:
                tables.insert_session(key, app_name, user_id, kept)
                tables.put_states(app_name, scopes.app, user_id, scopes.user)
            return tables.get_states(app_name, user_id)

        states = tables.store.run_in_transaction(work, is_repeatable=True)
        return session_of(app_name, user_id, session_id, kept, states)

    def _get(
        self, app_name: str, user_id: str, session_id: str, config: GetSessionConfig
    ) -> Session | None:
        tables = self._tables_of(app_name, user_id)
        key = store_session_id(app_name, user_id, session_id)
        # Before the events: who appends to what has changed between is told that it is stale.
        kept = tables.get_session(key)
        if kept is None:
            return None
        states = tables.get_states(app_name, user_id)
        session = session_of(app_name, user_id, session_id, kept, states)
        session.events = _events(tables.store, app_name, key, config)
        return session

    def _list(self, app_name: str, user_id: str | None) -> ListSessionsResponse:
        tables = self._tables_of(app_name, user_id)
        kept = tables.list_sessions(app_name, user_id)
        users = {str(metadata["user_id"]) for _, metadata in kept}
        states = (
            tables.get_states_of(app_name, users)
            if user_id is None
            else tables.get_states(app_name, user_id)
        )
        sessions = [
            session_of(
                app_name, str(metadata["user_id"]), str(metadata["session_id"]), session, states
            )
            for session, metadata in kept
        ]
        sessions.sort(key=lambda session: (session.last_update_time, session.user_id, session.id))
        return ListSessionsResponse(sessions=sessions)

    def _delete(self, app_name: str, user_id: str, session_id: str) -> None:
        tables = self._tables_of(app_name, user_id)
        key = store_session_id(app_name, user_id, session_id)

        def work() -> None:
            tables.delete_session(key)
            tables.store.delete_session(key)

        tables.store.run_in_transaction(work, is_repeatable=True)

    def _append(self, key: str, session: Session, event: Event) -> None:
        tables = self._tables_of(session.app_name, session.user_id)
        scopes = Scopes(event.actions.state_delta if event.actions else {})
        drafts = event_drafts(event)
        made_at = datetime.fromtimestamp(event.timestamp, timezone.utc)
        messages = [replace(draft.new_message(KEY), timestamp=made_at) for draft in drafts]
        long_running = long_running_calls(session) if event.author != "user" else frozenset()
        marker = new_id()

        def work() -> None:
            kept = tables.lock_session(key)
            if kept is None:
                raise SessionNotFoundError(f"Session {session.id} not found.")
            if kept.marker == marker:
                return  # an earlier attempt, whose reply was lost
            _check_revision(tables.store, key, session, kept)
            state = kept.state | scopes.session if scopes.session else None
            tables.update_session(key, marker, event.timestamp, state)
            tables.put_states(session.app_name, scopes.app, session.user_id, scopes.user)
            tables.store.save_messages(key, messages)
            answers = [draft for draft in drafts if draft.answers not in {None, *long_running}]
            save_results(tables.store, key, answers)

        tables.store.run_in_transaction(work, is_repeatable=True)
        session.last_update_time = event.timestamp
        session._storage_update_marker = marker
        self._update_session_state(session, event)
        session.events.append(event)


def _check_revision(store: Storage, key: str, session: Session, kept: AdkSession) -> None:
    """Refuse a session that is older than what is stored.

    Raises:
        StaleSessionError: it is.
    """
    if session._storage_update_marker is not None:
        if session._storage_update_marker != kept.marker:
            raise StaleSessionError(_STALE)
    elif kept.last_update_time > session.last_update_time:
        # One that the caller made: it is good where it ends with the last event.
        last = _events(store, session.app_name, key, GetSessionConfig(num_recent_events=1))
        if [event.id for event in last] != [event.id for event in session.events[-1:]]:
            raise StaleSessionError(_STALE)


def _events(store: Storage, app_name: str, key: str, config: GetSessionConfig) -> list[Event]:
    """The events of a session, oldest first."""
    wanted, after = config.num_recent_events, config.after_timestamp or None
    if wanted == 0:
        return []
    if wanted is None and after is None:
        return read_events(store.get_history(key), app_name)
    messages: list[Message] = []
    heads = 0
    for message in store.iter_messages(
        session_id=key,
        after=None if after is None else datetime.fromtimestamp(after, timezone.utc),
        order="desc",
        batch_size=100 if wanted is None else min(wanted + 1, 500),
    ):
        messages.append(message)
        # An event's first message is its last one here.
        heads += begins_event(message)
        if heads == wanted:
            break
    events = read_events(messages[::-1], app_name)
    events = [event for event in events if after is None or event.timestamp >= after]
    return events if wanted is None else events[-wanted:]
