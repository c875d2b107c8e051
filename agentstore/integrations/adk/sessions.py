"""Google ADK's sessions: the id that one has in a store, and its state by scope."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from google.adk.sessions import Session, State

from agentstore.integrations.adk.events import json_safe
from agentstore.integrations.adk.tables import AdkSession, SharedStates
from agentstore.model.values import MAX_NAME_LENGTH
from agentstore.records import JSONValue

_SAFE = "@:+,=~"


def store_session_id(app_name: str, user_id: str, session_id: str) -> str:
    """The id that a session of ADK has in the store.

    It is ``adk/app/user/session``, percent-encoded, or a digest where that would be too long.
    """
    names = (app_name, user_id, session_id.strip())
    path = "/".join(quote(name, safe=_SAFE, errors="surrogatepass") for name in names)
    if len(path) > MAX_NAME_LENGTH - len("adk/"):
        path = f"sha256:{hashlib.sha256(path.encode()).hexdigest()}"
    return f"adk/{path}"


class Scopes:
    """A change of state by scope, as JSON values and without prefixes; temp: is left out."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.app: dict[str, JSONValue] = {}
        self.user: dict[str, JSONValue] = {}
        self.session: dict[str, JSONValue] = {}
        for key, value in json_safe(state).items():
            if key.startswith(State.APP_PREFIX):
                self.app[key.removeprefix(State.APP_PREFIX)] = value
            elif key.startswith(State.USER_PREFIX):
                self.user[key.removeprefix(State.USER_PREFIX)] = value
            elif not key.startswith(State.TEMP_PREFIX):
                self.session[key] = value


def session_of(
    app_name: str, user_id: str, session_id: str, kept: AdkSession, states: SharedStates
) -> Session:
    """A session of ADK without its events: what is kept of it, with the states that it shares."""
    state = dict(kept.state)
    state |= {State.APP_PREFIX + key: value for key, value in states.app.items()}
    state |= {State.USER_PREFIX + key: value for key, value in states.of_user(user_id).items()}
    session = Session(
        app_name=app_name,
        user_id=user_id,
        id=session_id,
        state=state,
        last_update_time=kept.last_update_time,
    )
    session._storage_update_marker = kept.marker
    return session


def long_running_calls(session: Session) -> frozenset[str]:
    """The calls whose first answer only says that they have begun: the user brings the other."""
    return frozenset(
        call_id for event in session.events for call_id in event.long_running_tool_ids or ()
    )
