"""LangGraph's checkpoint savers, under a graph whose state is the list of messages.

``update_state`` is the cheapest way to add messages: running the graph saves more checkpoints.
"""

from __future__ import annotations

import sqlite3
from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from benchmarks.contender import MANY_WRITERS, Contender
from benchmarks.peers.forms import (
    LANGCHAIN_MESSAGES_A_TURN,
    count_langchain_messages,
    langchain_messages,
)
from benchmarks.samples import MESSAGES_A_TURN, SampleTurn


class _State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def _extend(state: list[Any], writes: Sequence[list[Any]]) -> list[Any]:
    return [*state, *(message for write in writes for message in write)]


class _DeltaState(TypedDict):
    messages: Annotated[list[AnyMessage], DeltaChannel(_extend)]


class LangGraph(Contender):
    """What all savers have in common."""

    note = "each checkpoint holds the whole history"
    state: type = _State

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.saver = self.open_saver()
        graph = StateGraph(self.state)
        graph.add_node("agent", lambda state: None)
        graph.add_edge(START, "agent")
        self._graph = graph.compile(checkpointer=self.saver)
        self._users: dict[str, str] = {}

    @abstractmethod
    def open_saver(self) -> Any:
        """The saver, with its tables made."""

    def _config(self, session_id: str) -> Any:
        return {
            "configurable": {"thread_id": session_id},
            "metadata": {"user_id": self._users.get(session_id, "")},
        }

    def _add(self, session_id: str, messages: list[Any]) -> None:
        self._graph.update_state(self._config(session_id), {"messages": messages}, as_node="agent")

    def create_session(self, session_id: str, user_id: str) -> None:
        self._users[session_id] = user_id
        self._add(session_id, [])

    def append_turn(self, session_id: str, turn: SampleTurn) -> None:
        for messages in langchain_messages(turn):
            self._add(session_id, messages)

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        self.import_turns(session_id, [turn])

    def import_turns(self, session_id: str, turns: Sequence[SampleTurn]) -> None:
        parts = [part for turn in turns for part in langchain_messages(turn)]
        if parts:
            self._add(session_id, [message for part in parts for message in part])

    def load(self, session_id: str) -> Sequence[Any]:
        state = self._graph.get_state(self._config(session_id))
        messages: Sequence[Any] = state.values["messages"]
        return messages

    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        return self.load(session_id)[-count * LANGCHAIN_MESSAGES_A_TURN // MESSAGES_A_TURN :]

    def count_messages(self, session_id: str) -> int:
        return count_langchain_messages(list(self.load(session_id)))

    def list_sessions(self, user_id: str, count: int) -> Sequence[Any]:
        return list(self.saver.list(None, filter={"user_id": user_id}, limit=count))


class LangGraphSQLite(LangGraph):
    """langgraph-checkpoint-sqlite."""

    name = "LangGraph SqliteSaver"

    def open_saver(self) -> Any:
        self._connection = sqlite3.connect(
            self.url.removeprefix("sqlite:///"), check_same_thread=False, timeout=30
        )
        saver = SqliteSaver(self._connection)
        saver.setup()
        return saver

    def close(self) -> None:
        super().close()
        self._connection.close()


class LangGraphPostgres(LangGraph):
    """langgraph-checkpoint-postgres on a psycopg pool."""

    name = "LangGraph PostgresSaver"

    def open_saver(self) -> Any:
        self._pool = ConnectionPool(
            self.url,
            min_size=1,
            max_size=MANY_WRITERS,
            kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
            open=True,
        )
        saver = PostgresSaver(self._pool)
        saver.setup()
        return saver

    def close(self) -> None:
        super().close()
        self._pool.close()


class LangGraphSQLiteDelta(LangGraphSQLite):
    """The same with the messages in a DeltaChannel."""

    name = "LangGraph SqliteSaver, DeltaChannel"
    note = "in beta: stores what was added, and the whole every 100 times"
    state = _DeltaState


class LangGraphPostgresDelta(LangGraphPostgres):
    """The same with the messages in a DeltaChannel."""

    name = "LangGraph PostgresSaver, DeltaChannel"
    note = LangGraphSQLiteDelta.note
    state = _DeltaState
