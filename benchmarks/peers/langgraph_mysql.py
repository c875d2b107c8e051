"""LangGraph's checkpoints in MySQL, by langgraph-checkpoint-mysql (a third party's)."""

from __future__ import annotations

from typing import Any

import pymysql
from langgraph.checkpoint.mysql.pymysql import PyMySQLSaver
from sqlalchemy import make_url

from benchmarks.peers.langgraph import LangGraph


class LangGraphMySQL(LangGraph):
    """On one PyMySQL connection, which its saver locks."""

    name = "LangGraph PyMySQLSaver"
    note = f"{LangGraph.note}; one connection, with a lock; a third party's package"

    def open_saver(self) -> Any:
        parts = make_url(self.url)
        self._connection = pymysql.connect(
            host=parts.host or "127.0.0.1",
            port=parts.port or 3306,
            user=parts.username,
            password=parts.password or "",
            database=parts.database,
            charset="utf8mb4",
            autocommit=True,
        )
        saver = PyMySQLSaver(self._connection)
        saver.setup()
        return saver

    def close(self) -> None:
        super().close()
        self._connection.close()
