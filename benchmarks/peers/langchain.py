"""LangChain's chat message histories: langchain-postgres, and langchain-community's on SQL."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import psycopg
import sqlalchemy
from langchain_community.chat_message_histories import SQLChatMessageHistory
from langchain_postgres import PostgresChatMessageHistory

from benchmarks.contender import MANY_WRITERS, Contender
from benchmarks.peers.forms import (
    LANGCHAIN_MESSAGES_A_TURN,
    count_langchain_messages,
    langchain_messages,
    sqlalchemy_url,
)
from benchmarks.samples import MESSAGES_A_TURN, SampleTurn

_NO_LIMIT = "it can only load a whole history"


class LangChainHistory(Contender):
    """What both have in common; a history object a session (and a thread)."""

    note = _NO_LIMIT

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._local = threading.local()

    @abstractmethod
    def open_history(self, session_id: str) -> Any:
        """A history object for this thread."""

    def history(self, session_id: str) -> Any:
        """This thread's history object of a session."""
        histories = self._local.__dict__.setdefault("histories", {})
        if session_id not in histories:
            histories[session_id] = self.open_history(session_id)
        return histories[session_id]

    def create_session(self, session_id: str, user_id: str) -> None:
        """There are no sessions, only messages with the id of one."""

    def append_turn(self, session_id: str, turn: SampleTurn) -> None:
        history = self.history(session_id)
        for messages in langchain_messages(turn):
            history.add_messages(messages)

    def append_turn_at_once(self, session_id: str, turn: SampleTurn) -> None:
        self.import_turns(session_id, [turn])

    def import_turns(self, session_id: str, turns: Sequence[SampleTurn]) -> None:
        parts = [part for turn in turns for part in langchain_messages(turn)]
        self.history(session_id).add_messages([message for part in parts for message in part])

    def load(self, session_id: str) -> Sequence[Any]:
        messages: Sequence[Any] = self.history(session_id).messages
        return messages

    def load_recent(self, session_id: str, count: int) -> Sequence[Any]:
        return self.load(session_id)[-count * LANGCHAIN_MESSAGES_A_TURN // MESSAGES_A_TURN :]

    def count_messages(self, session_id: str) -> int:
        return count_langchain_messages(list(self.load(session_id)))


class LangChainPostgresHistory(LangChainHistory):
    """langchain-postgres, on psycopg; a connection a thread."""

    name = "langchain-postgres"
    table = "chat_history"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._connections: list[psycopg.Connection[Any]] = []
        PostgresChatMessageHistory.create_tables(self._connection(), self.table)

    def _connection(self) -> psycopg.Connection[Any]:
        if not hasattr(self._local, "connection"):
            self._local.connection = psycopg.connect(self.url)
            self._connections.append(self._local.connection)
        connection: psycopg.Connection[Any] = self._local.connection
        return connection

    def open_history(self, session_id: str) -> Any:
        return PostgresChatMessageHistory(
            self.table, session_id, sync_connection=self._connection()
        )

    def load(self, session_id: str) -> Sequence[Any]:
        messages = super().load(session_id)
        self._connection().rollback()  # it leaves its reading transaction open
        return messages

    def close(self) -> None:
        super().close()
        for connection in self._connections:
            connection.close()


class LangChainSQLHistory(LangChainHistory):
    """langchain-community's SQLChatMessageHistory, on SQLAlchemy."""

    name = "langchain-community"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        driver_url = sqlalchemy_url(url, sqlite="pysqlite", mysql="pymysql")
        self._engine = sqlalchemy.create_engine(driver_url, pool_size=MANY_WRITERS)
        self._creating = threading.Lock()

    def open_history(self, session_id: str) -> Any:
        with self._creating:
            return SQLChatMessageHistory(session_id, connection=self._engine)

    def close(self) -> None:
        super().close()
        self._engine.dispose()
