"""Google's Agent Development Kit: DatabaseSessionService."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from google.adk.events import Event
from google.adk.sessions import DatabaseSessionService
from google.adk.sessions.base_session_service import GetSessionConfig
from google.genai import types

from benchmarks.contender import MANY_WRITERS, AsyncContender, Plan
from benchmarks.peers.forms import sqlalchemy_url
from benchmarks.samples import MESSAGES_A_TURN, SampleTurn

_APP = "bench"
_EVENTS_A_TURN = 3


class GoogleADK(AsyncContender):
    """Events are appended one at a time, to a session object that must be up to date."""

    name = "Google ADK DatabaseSessionService"
    note = "on aiosqlite, asyncpg or aiomysql; three events a turn, each in its own transaction"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        driver_url = sqlalchemy_url(url, sqlite="aiosqlite", postgresql="asyncpg", mysql="aiomysql")
        self._service = DatabaseSessionService(driver_url, pool_size=MANY_WRITERS)
        self._users: dict[str, str] = {}
        self._sessions: dict[str, Any] = {}

    def close(self) -> None:
        self.run(self._service.close())
        super().close()

    def create_session(self, session_id: str, user_id: str) -> None:
        self._users[session_id] = user_id
        self._sessions[session_id] = self.run(
            self._service.create_session(app_name=_APP, user_id=user_id, session_id=session_id)
        )

    async def append(self, session_id: str, turn: SampleTurn) -> None:
        await self._append_to(self._sessions[session_id], turn)

    async def _append_to(self, session: Any, turn: SampleTurn) -> None:
        for event in _events(turn):
            await self._service.append_event(session, event)

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        self.append_turn(session_id, turn)

    def append_concurrently(self, plans: Sequence[Plan]) -> list[Exception]:
        refused: list[Exception] = []

        async def write(session_id: str, turns: list[SampleTurn]) -> None:
            for turn in turns:
                try:
                    # As its Runner does at each turn: writers are different requests.
                    session = await self._get(session_id, GetSessionConfig(num_recent_events=0))
                    await self._append_to(session, turn)
                except Exception as error:  # noqa: PERF203 - each may be refused
                    refused.append(error)

        async def write_all() -> None:
            await asyncio.gather(*(write(*plan) for plan in plans))

        self.run(write_all())
        return refused

    async def _get(self, session_id: str, config: GetSessionConfig | None = None) -> Any:
        return await self._service.get_session(
            app_name=_APP, user_id=self._users[session_id], session_id=session_id, config=config
        )

    def load(self, session_id: str) -> Sequence[Any]:
        events: Sequence[Any] = self.run(self._get(session_id)).events
        return events

    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        limit = count * _EVENTS_A_TURN // MESSAGES_A_TURN
        config = GetSessionConfig(num_recent_events=limit)
        events: Sequence[Any] = self.run(self._get(session_id, config)).events
        return events

    def count_messages(self, session_id: str) -> int:
        return sum(bool(event.content.parts[0].text) for event in self.load(session_id))

    def list_sessions(self, user_id: str, count: int) -> Sequence[Any]:
        listed = self.run(self._service.list_sessions(app_name=_APP, user_id=user_id))
        return list(reversed(listed.sessions))[:count]


def _events(turn: SampleTurn) -> list[Event]:
    calls = [
        types.Part(
            function_call=types.FunctionCall(
                id=call.call_id, name=call.tool_name, args=call.arguments
            )
        )
        for call in turn.calls
    ]
    answers = [
        types.Part(
            function_response=types.FunctionResponse(
                id=call.call_id, name=call.tool_name, response=call.result
            )
        )
        for call in turn.calls
    ]
    return [
        Event(
            author="user",
            content=types.Content(role="user", parts=[types.Part(text=turn.user)]),
        ),
        Event(
            author="agent",
            content=types.Content(role="model", parts=[types.Part(text=turn.assistant), *calls]),
        ),
        Event(author="agent", content=types.Content(role="user", parts=answers)),
    ]
