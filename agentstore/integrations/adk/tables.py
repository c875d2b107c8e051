"""What Google ADK keeps beside a session's messages: states, and who wrote last.

A session's own state lies with its marker, the token of the call that wrote last. The state that
sessions share, of an app and of an app's users, has a row a key, so that two writers of different
keys do not wait for each other. Nothing here knows ADK itself: `service` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from agentstore.engine.connection import Row
from agentstore.engine.scope import Scope
from agentstore.integrations.shared.keys import key_of
from agentstore.model.keys import USERS_OWN, key_of_owned
from agentstore.model.values import dump_json, load_json
from agentstore.records import JSONValue
from agentstore.storage import Storage

_APP = ""
"""The user_key of what belongs to the app itself."""


@dataclass(frozen=True, slots=True)
class AdkSession:
    """What is kept of a session.

    Attributes:
        marker: the token of the call that wrote last.
        last_update_time: seconds since 1970.
        state: its own state.
    """

    marker: str
    last_update_time: float
    state: dict[str, JSONValue]


class SharedStates(NamedTuple):
    """The states that sessions share: the app's, and each user's by the key of the user's id."""

    app: dict[str, JSONValue]
    users: dict[str, dict[str, JSONValue]]
    scope: Scope | None

    def of_user(self, user_id: str) -> dict[str, JSONValue]:
        """A user's state."""
        return self.users.get(_user(user_id, self.scope), {})


class AdkTables:
    """What ADK keeps in a store; the calls that write are for a transaction().

    Args:
        store: the store.

    Raises:
        ConfigurationError: its dialect does not have the statements.
    """

    def __init__(self, store: Storage) -> None:
        self.store = store
        self._extension = store.extension("adk")

    @property
    def scope(self) -> Scope | None:
        """The tenant or user that the store is scoped to; None where it is not."""
        return self._extension.scope

    def lock_session(self, session_id: str) -> AdkSession | None:
        """What is kept of a session, with its row locked until the transaction ends."""
        rows = self._extension.read("lock_session", {"session_id": session_id})
        return _read_session(rows[0]) if rows else None

    def get_session(self, session_id: str) -> AdkSession | None:
        """What is kept of a session."""
        rows = self._extension.read("get_session", {"session_id": session_id})
        return _read_session(rows[0]) if rows else None

    def list_sessions(
        self, app_name: str, user_id: str | None
    ) -> list[tuple[AdkSession, dict[str, JSONValue]]]:
        """The sessions of an app, or of one of its users, each with its metadata."""
        wanted = {} if user_id is None else {"user_key": key_of(user_id)}
        rows = self._extension.read(
            "list_sessions", {"app_key": key_of(app_name), **wanted}, frozenset(wanted)
        )
        return [(_read_session(row[:3]), load_json(row[3])) for row in rows]

    def insert_session(
        self, session_id: str, app_name: str, user_id: str, session: AdkSession
    ) -> None:
        """Keep what belongs to a new session."""
        parameters = {
            "session_id": session_id,
            "app_key": key_of(app_name),
            "user_key": key_of(user_id),
            "marker": session.marker,
            "last_update_time": session.last_update_time,
            "session_state": dump_json(session.state, "state"),
        }
        self._extension.write([self._extension.step("insert_session", parameters)])

    def update_session(
        self,
        session_id: str,
        marker: str,
        last_update_time: float,
        state: Mapping[str, JSONValue] | None,
    ) -> None:
        """Keep what has changed of a session; a state of None stays as it is."""
        parameters = {
            "session_id": session_id,
            "marker": marker,
            "last_update_time": last_update_time,
        }
        changed = {} if state is None else {"session_state": dump_json(state, "state")}
        self._extension.write(
            [self._extension.step("update_session", parameters | changed, frozenset(changed))]
        )

    def delete_session(self, session_id: str) -> None:
        """Forget what is kept of a session."""
        self._extension.write([self._extension.step("delete_session", {"session_id": session_id})])

    def get_states(self, app_name: str, user_id: str | None) -> SharedStates:
        """The states of an app, and of one of its users, or of all where None."""
        wanted = {} if user_id is None else {"user_key": _user(user_id, self.scope)}
        rows = self._extension.read(
            "get_states", {"app_key": self._state_key(app_name), **wanted}, frozenset(wanted)
        )
        states = SharedStates({}, {}, self.scope)
        for user_key, entry in rows:
            state = states.app if user_key == _APP else states.users.setdefault(user_key, {})
            name, value = load_json(entry)
            state[name] = value
        return states

    def get_states_of(self, app_name: str, user_ids: Iterable[str]) -> SharedStates:
        """The states of an app, and of some of its users; no other's are read in a user's scope."""
        if self.scope is None or self.scope.user_id is None:
            return self.get_states(app_name, None)
        states = SharedStates({}, {}, self.scope)
        for user_id in sorted(user_ids):
            found = self.get_states(app_name, user_id)
            states.app.update(found.app)
            states.users.update(found.users)
        return states

    def _state_key(self, app_name: str) -> str:
        """The key of an app's states: each tenant's have a key of their own."""
        scope = self._extension.scope
        if scope is None:
            return key_of(app_name)
        return key_of_owned(scope.tenant_id, app_name)

    def put_states(
        self,
        app_name: str,
        app_state: Mapping[str, JSONValue],
        user_id: str,
        user_state: Mapping[str, JSONValue],
    ) -> None:
        """Set keys of an app's state, and of one of its users'."""
        # In one order for all writers, so that two never wait for each other.
        entries = [
            {"user_key": user_key, "name_key": name_key, "entry": entry}
            for user_key, state in ((_APP, app_state), (_user(user_id, self.scope), user_state))
            for name_key, entry in sorted(
                (key_of(name), dump_json([name, value], "state")) for name, value in state.items()
            )
        ]
        if not entries:
            return
        extension = self._extension
        app_key = {"app_key": self._state_key(app_name)}
        if extension.has("put_states"):
            columns = {
                "user_keys": [entry["user_key"] for entry in entries],
                "name_keys": [entry["name_key"] for entry in entries],
                "entries": [entry["entry"] for entry in entries],
            }
            extension.write([extension.step("put_states", app_key | columns)])
            return
        extension.write([extension.step("put_state", app_key | entry) for entry in entries])


def _read_session(row: Row) -> AdkSession:
    marker, last_update_time, state = row
    return AdkSession(marker, float(last_update_time), load_json(state))


def _user(user_id: str, scope: Scope | None) -> str:
    """The key of a user of ADK's, who in the scope of another user is that one's alone."""
    if scope is None or scope.user_id in {None, user_id}:
        return key_of(f"={user_id}")
    return key_of_owned(scope.user_id, user_id, USERS_OWN)
