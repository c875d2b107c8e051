"""MySQL and MariaDB: a turn is one guarded batch, many turns are inserts of many rows.

A batch (one text of several statements, the driver's CLIENT.MULTI_STATEMENTS) takes one
round trip where BEGIN, UPDATE, INSERT, INSERT, COMMIT take five.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from agentstore.dialects.mysql.connection import MySQLConnection
from agentstore.dialects.mysql.driver import DRIVER_PARAMETERS, NAMES_A_DATABASE
from agentstore.dialects.mysql.faults import NO_DATABASE
from agentstore.dialects.repository import Repository
from agentstore.dialects.url import DatabaseURL
from agentstore.engine.batch import NO_PARAMETERS, Parameters, Step
from agentstore.engine.connection import Connection
from agentstore.errors import ConfigurationError
from agentstore.model.preparing import PreparedMessage
from agentstore.operations.rows import read_session
from agentstore.records import Session

TURNS_A_BATCH = 4
"""Turns that are sent as one batch; more are inserted as many rows."""


class MySQLRepository(Repository):
    """The repository of the dialect mysql."""

    dialect = "mysql"
    paramstyle = "pyformat"
    driver_parameters = DRIVER_PARAMETERS
    driver_module = "pymysql"
    migrator_backend = "agentstore.dialects.mysql.migrator:MySQLMigratorBackend"

    @classmethod
    def check_url(cls, url: DatabaseURL) -> None:
        if url.database is None and url.query.keys().isdisjoint(NAMES_A_DATABASE):
            raise ConfigurationError(NO_DATABASE)

    def connect(self, url: DatabaseURL) -> Connection:
        return MySQLConnection.open(url, self.statement_library())

    @classmethod
    def wrap(cls, driver_connection: Any) -> Connection:
        return MySQLConnection.bind(driver_connection, cls.statement_library())

    @classmethod
    def connect_driver(cls, url: DatabaseURL) -> Any:
        connection = MySQLConnection.reach(url, cls.statement_library(), no_limit=True)
        return connection.driver_connection

    def get_session_now(self, session_id: str) -> Session | None:
        if not self.executor.in_transaction():
            return self.get_session(session_id)
        # Its isolation may be REPEATABLE READ, where a plain read sees less than the writes do.
        rows = self.read("sessions/get_session_now", {"session_id": session_id})
        return read_session(rows[0]) if rows else None

    def _insert_turns(
        self, session_id: str, turns: list[PreparedMessage], now: datetime, *, undoable: bool
    ) -> bool:
        if len(turns) > TURNS_A_BATCH:
            return super()._insert_turns(session_id, turns, now, undoable=undoable)
        steps = [
            Step("messages/forget_positions", NO_PARAMETERS),
            Step(
                "messages/reserve_positions",
                self.write_reservation(session_id, turns, now),
                is_guard=True,
            ),
        ]
        calls: list[Parameters] = []
        for ordinal, turn in enumerate(turns):
            place = {"session_id": session_id, "back": len(turns) - ordinal}
            steps.append(Step("messages/insert_message", self.write_message(turn, **place)))
            calls += [
                self.write_call(turn, call, position=position, **place)
                for position, call in enumerate(turn.calls)
            ]
        if calls:
            steps.append(Step("tool_calls/insert_turn_tool_calls", calls))
        return bool(self.executor.write_batch(steps, undoable=undoable))

    def _reserve_positions(self, connection: Connection, parameters: dict[str, Any]) -> int | None:
        if not connection.count("messages/reserve_positions", parameters):
            return None
        return cast(MySQLConnection, connection).last_insert_id() - int(parameters["count"])
