"""Google ADK's DatabaseSessionService: sessions, events and the states that they share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from google.adk.events.event import Event

from agentstore.engine.connection import Row
from agentstore.integrations.adk.events import KEY, event_drafts
from agentstore.integrations.adk.service import store_session_id
from agentstore.integrations.adk.tables import AdkSession, AdkTables
from agentstore.integrations.shared.drafts import Draft
from agentstore.model.identifiers import new_id
from agentstore.model.values import now
from agentstore.movers.moving import Mover, Page, Target
from agentstore.records import JSONValue
from agentstore.transfer.foreign import Problem, Program, reason_of
from agentstore.transfer.forms.times import read_moment
from agentstore.transfer.identities import made_id
from agentstore.transfer.json_text import parse

SESSIONS_A_PAGE = 100


class SessionServiceMover(Mover):
    """Moves the tables of ADK's schema v1, which has an event as JSON."""

    kind = "adk"
    program = Program("ADK's DatabaseSessionService (schema v1)", "movers", "adk")

    def count(self) -> int:
        """How many sessions there are."""
        return int(self._database.read("count_sessions")[0][0])

    def _move(self, target: Target, progress: Callable[[int], None]) -> None:
        tables = AdkTables(target.store)
        self._move_states(target, tables)
        done = 0
        for rows in self._database.pages(
            "read_sessions",
            SESSIONS_A_PAGE,
            after_key_app_name=None,
            after_key_user_id=None,
            after_key_id=None,
        ):
            for row in rows:
                self._move_session(target, tables, row)
                done += 1
                progress(done)

    def _move_states(self, target: Target, tables: AdkTables) -> None:
        """Store what sessions share; a key that the store has stays as it is there."""
        for app_name, user_id, text in self._database.read("read_states"):
            state = _state(text)
            there = tables.get_states(app_name, user_id)
            known = there.app if user_id is None else there.of_user(user_id)
            new = {key: value for key, value in state.items() if key not in known}
            of_app, of_user = (new, {}) if user_id is None else ({}, new)
            put = partial(tables.put_states, app_name, of_app, user_id or "", of_user)
            target.store.run_in_transaction(put)

    def _move_session(self, target: Target, tables: AdkTables, row: Row) -> None:
        app_name, user_id, session_id, state, created_at, updated_at = row
        key = store_session_id(app_name, user_id, session_id)
        drafts = self._drafts(target, key, row[:3])
        updated = read_moment(updated_at) or now()
        kept = AdkSession(new_id(), updated.timestamp(), _state(state))

        def work(page: Page) -> None:
            names = {"app_name": app_name, "user_id": user_id, "session_id": session_id}
            if not page.begin(key, created_at=read_moment(created_at), metadata=names):
                return
            page.save(key, KEY, drafts)
            there = tables.lock_session(key)
            if there is None:
                tables.insert_session(key, app_name, user_id, kept)
            elif there.last_update_time < kept.last_update_time:
                tables.update_session(key, kept.marker, kept.last_update_time, kept.state)

        target.store_page(work)

    def _drafts(self, target: Target, key: str, names: Row) -> list[Draft]:
        """The messages of a session's events, in order."""
        parameters = dict(zip(("app_name", "user_id", "session_id"), names, strict=True))
        drafts: list[Draft] = []
        for event_id, invocation_id, at, text in self._database.read("read_events", parameters):
            try:
                event = _event(event_id, invocation_id, at, text)
            except (ValueError, TypeError) as exc:
                reason = reason_of(exc)
                target.refuse(Problem("message", str(event_id), key, reason))
                continue
            for place, draft in enumerate(event_drafts(event)):
                draft.id = made_id(self.kind, key, event.id, str(place))
                draft.timestamp = read_moment(event.timestamp)
                drafts.append(draft)
        return drafts


def _event(event_id: str, invocation_id: str, at: Any, text: str | None) -> Event:
    value = parse(text) if text else {}
    if not isinstance(value, dict):
        raise ValueError("the event is no object")
    if value.get("timestamp") is None:
        moment = read_moment(at)
        value["timestamp"] = 0.0 if moment is None else moment.timestamp()
    return Event.model_validate({**value, "id": event_id, "invocation_id": invocation_id})


def _state(text: str | None) -> dict[str, JSONValue]:
    state = parse(text) if text else {}
    return state if isinstance(state, dict) else {}


MOVERS: dict[str, type[Mover]] = {SessionServiceMover.kind: SessionServiceMover}
