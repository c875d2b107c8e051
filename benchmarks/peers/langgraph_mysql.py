"""LangGraph's checkpoints in MySQL, by langgraph-checkpoint-mysql (a third party's)."""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.mysql.pymysql import PyMySQLSaver

from benchmarks.databases import connect_mysql
from benchmarks.peers.langgraph import LangGraph


class LangGraphMySQL(LangGraph):
    """On one PyMySQL connection, which its saver locks."""

    name = "LangGraph PyMySQLSaver"
    note = f"{LangGraph.note}; one connection, with a lock; a third party's package"

    def open_saver(self) -> Any:
        self._connection = connect_mysql(
            self.url,
            autocommit=True,
        )
        saver = PyMySQLSaver(self._connection)
        saver.setup()
        return saver

    def close(self) -> None:
        super().close()
        self._connection.close()
