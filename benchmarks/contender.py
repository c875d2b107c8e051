"""What a contender has to be able to do, and how it says that it cannot."""

from __future__ import annotations

import asyncio
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, TypeAlias, TypeVar

from benchmarks.samples import SampleSession, SampleTurn

T = TypeVar("T")
Plan: TypeAlias = "tuple[str, list[SampleTurn]]"
"""What one of many writers does: the session, and the turns that it appends there."""

MANY_WRITERS = 16
"""Connections that a contender may hold: one for each writer."""


class NotServed(Exception):
    """The contender cannot do this; the text says why."""


class Contender(ABC):
    """One way to store conversations in one database.

    Its name, in a table, is that of a row. A library makes its own tables when it is opened.

    Args:
        url: the database's URL, in agentstore's spelling.
    """

    name: ClassVar[str]
    """What is it called in the tables?"""

    note: ClassVar[str] = ""
    """What has a reader of the tables to know about it?"""

    workloads: ClassVar[frozenset[str] | None] = None
    """The keys of the workloads that it takes part in; None: all."""

    own_tables: ClassVar[bool] = True
    """Does it bring tables of its own? Else it uses those of agentstore's migrations."""

    def __init__(self, url: str) -> None:
        self.url = url
        # Kept from one call to the next, as connections may belong to threads.
        self._writers = ThreadPoolExecutor(MANY_WRITERS)

    def close(self) -> None:
        """Give back all threads and connections."""
        self._writers.shutdown()

    @abstractmethod
    def create_session(self, session_id: str, user_id: str) -> None:
        """Create an empty session of a user."""

    @abstractmethod
    def append_turn(self, session_id: str, turn: SampleTurn) -> None:
        """Store the user's message, then (as the answer comes later) the assistant's."""

    @abstractmethod
    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        """Store both messages in one transaction."""

    @abstractmethod
    def load(self, session_id: str) -> Sequence[Any]:
        """All messages of a session with their tool calls, as usable Python values."""

    @abstractmethod
    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        """The last messages of a session, as `load`."""

    def count_messages(self, session_id: str) -> int:
        """How many messages of users and assistants a session has, to see what was lost."""
        return len(self.load(session_id))

    def list_sessions(self, user_id: str, count: int) -> Sequence[Any]:
        """A user's sessions, the newest first."""
        raise NotServed("it cannot list sessions")

    def import_sessions(self, sessions: Sequence[SampleSession]) -> None:
        """Store whole sessions in as few transactions as it can."""
        for session in sessions:
            self.create_session(session.session_id, session.user_id)
            self.import_turns(session.session_id, session.turns)

    def import_turns(self, session_id: str, turns: Sequence[SampleTurn]) -> None:
        """Store many turns at the end of a session in as few transactions as it can."""
        for turn in turns:
            self.append_turn_at_once(session_id, turn)

    def export(self, write: Callable[[bytes], Any]) -> int:
        """Write every session as one line of JSON; says how many messages that were."""
        raise NotServed("it cannot list what it has")

    def append_concurrently(self, plans: Sequence[Plan]) -> list[Exception]:
        """Append turns by as many writers as there are plans; returns what was refused."""
        refused: list[Exception] = []
        ready = threading.Barrier(len(plans))

        def write(plan: Plan) -> None:
            ready.wait()  # a thread that waits takes no second plan
            session_id, turns = plan
            for turn in turns:
                try:
                    self.append_turn(session_id, turn)
                except Exception as error:  # noqa: PERF203 - each may be refused
                    refused.append(error)

        list(self._writers.map(write, plans))
        return refused


class AsyncContender(Contender):
    """A library that is for asyncio: each call runs the loop, many writers are many tasks."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._loop = asyncio.new_event_loop()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run to its end."""
        return self._loop.run_until_complete(coroutine)

    @abstractmethod
    async def append(self, session_id: str, turn: SampleTurn) -> None:
        """As `append_turn`."""

    def append_turn(self, session_id: str, turn: SampleTurn) -> None:
        self.run(self.append(session_id, turn))

    def append_concurrently(self, plans: Sequence[Plan]) -> list[Exception]:
        refused: list[Exception] = []

        async def write(session_id: str, turns: list[SampleTurn]) -> None:
            for turn in turns:
                try:
                    await self.append(session_id, turn)
                except Exception as error:  # noqa: PERF203 - each may be refused
                    refused.append(error)

        async def write_all() -> None:
            await asyncio.gather(*(write(*plan) for plan in plans))

        self.run(write_all())
        return refused

    def close(self) -> None:
        super().close()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


def json_line(value: Any) -> bytes:
    """A value as a line of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
