"""Agno's databases: SqliteDb, PostgresDb and MySQLDb; a turn is a run of an agent's session."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

import sqlalchemy
from agno.db.base import SessionType
from agno.db.mysql import MySQLDb
from agno.db.postgres import PostgresDb
from agno.db.sqlite import SqliteDb
from agno.models.message import Message
from agno.run.agent import RunOutput
from agno.run.base import RunStatus
from agno.session import AgentSession

from benchmarks.contender import MANY_WRITERS, Contender
from benchmarks.peers.forms import sqlalchemy_url
from benchmarks.samples import MESSAGES_A_TURN, SampleTurn

_AGENT = "bench"


class Agno(Contender):
    """What all databases have in common."""

    note = "a turn is a run, stored as one JSON value; twice where it is saved by two calls"
    drivers: ClassVar[dict[str, str]]
    without_runs: ClassVar[dict[str, bool]] = {"include_runs": False}

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._engine = sqlalchemy.create_engine(
            sqlalchemy_url(url, **self.drivers), pool_size=MANY_WRITERS
        )
        self._database = self.make_database(self._engine)
        self._users: dict[str, str] = {}

    def make_database(self, engine: sqlalchemy.Engine) -> Any:
        """Agno's object."""
        raise NotImplementedError

    def close(self) -> None:
        super().close()
        self._engine.dispose()

    def create_session(self, session_id: str, user_id: str) -> None:
        self._users[session_id] = user_id
        self._database.upsert_session(self._session(session_id))

    def _session(self, session_id: str) -> AgentSession:
        return AgentSession(
            session_id=session_id,
            agent_id=_AGENT,
            user_id=self._users[session_id],
            created_at=int(time.time()),
        )

    def append_turn(self, session_id: str, turn: SampleTurn) -> None:
        run_id = str(uuid.uuid4())
        self._save_run(session_id, _run(run_id, session_id, turn, complete=False))
        self._save_run(session_id, _run(run_id, session_id, turn, complete=True))
        self._database.upsert_session(self._session(session_id))

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        self._save_run(session_id, _run(str(uuid.uuid4()), session_id, turn, complete=True))
        self._database.upsert_session(self._session(session_id))

    def import_turns(self, session_id: str, turns: Sequence[SampleTurn]) -> None:
        for turn in turns:
            self._save_run(session_id, _run(str(uuid.uuid4()), session_id, turn, complete=True))

    def _save_run(self, session_id: str, run: RunOutput) -> None:
        self._database.upsert_run(run, session_id, self._users[session_id])

    def load(self, session_id: str) -> Sequence[Any]:
        return self._messages(session_id, None)

    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        return self._messages(session_id, count // MESSAGES_A_TURN)

    def _messages(self, session_id: str, runs: int | None) -> Sequence[Any]:
        session = self._database.get_session(session_id, SessionType.AGENT, runs_limit=runs)
        return [message for run in session.runs for message in run.messages]

    def count_messages(self, session_id: str) -> int:
        return sum(message.role != "tool" for message in self.load(session_id))

    def list_sessions(self, user_id: str, count: int) -> Sequence[Any]:
        sessions: Sequence[Any] = self._database.get_sessions(
            session_type=SessionType.AGENT,
            user_id=user_id,
            limit=count,
            page=1,
            sort_by="created_at",
            sort_order="desc",
            **self.without_runs,
        )
        return sessions


class AgnoSQLite(Agno):
    """SqliteDb."""

    name = "Agno SqliteDb"
    drivers: ClassVar = {"sqlite": "pysqlite"}

    def make_database(self, engine: sqlalchemy.Engine) -> Any:
        return SqliteDb(db_engine=engine)


class AgnoPostgres(Agno):
    """PostgresDb."""

    name = "Agno PostgresDb"
    drivers: ClassVar = {"postgresql": "psycopg"}

    def make_database(self, engine: sqlalchemy.Engine) -> Any:
        return PostgresDb(db_engine=engine, db_url=str(engine.url))


class AgnoMySQL(Agno):
    """MySQLDb."""

    name = "Agno MySQLDb"
    drivers: ClassVar = {"mysql": "pymysql"}
    without_runs: ClassVar = {}  # it knows no such option

    def make_database(self, engine: sqlalchemy.Engine) -> Any:
        return MySQLDb(db_engine=engine, db_schema=engine.url.database)


def _run(run_id: str, session_id: str, turn: SampleTurn, *, complete: bool) -> RunOutput:
    messages = [Message(role="user", content=turn.user)]
    if complete:
        messages.append(
            Message(
                role="assistant",
                content=turn.assistant,
                tool_calls=[
                    {
                        "id": call.call_id,
                        "type": "function",
                        "function": {
                            "name": call.tool_name,
                            "arguments": json.dumps(call.arguments),
                        },
                    }
                    for call in turn.calls
                ],
            )
        )
        messages += [
            Message(
                role="tool",
                content=json.dumps(call.result),
                tool_call_id=call.call_id,
                tool_name=call.tool_name,
            )
            for call in turn.calls
        ]
    return RunOutput(
        run_id=run_id,
        agent_id=_AGENT,
        session_id=session_id,
        content=turn.assistant if complete else None,
        messages=messages,
        status=RunStatus.completed if complete else RunStatus.running,
    )
