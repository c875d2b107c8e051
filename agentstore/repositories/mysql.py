"""MySQL and MariaDB: a turn is one guarded batch, many turns are inserts of many rows.

A batch (one text of several statements, the driver's CLIENT.MULTI_STATEMENTS) takes one
round trip where BEGIN, UPDATE, INSERT, INSERT, COMMIT take five.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from agentstore.connections.base import NO_PARAMETERS, Connection, Parameters
from agentstore.connections.mysql import Batch, MySQLConnection
from agentstore.connections.mysql_driver import DRIVER_PARAMETERS
from agentstore.errors import DatabaseError
from agentstore.faults import Fault, fault_of
from agentstore.repositories.base import Repository
from agentstore.repositories.checkpoints import NewCheckpoint, TaskWrite
from agentstore.turns import PreparedSession, Turn
from agentstore.url import DatabaseURL

TURNS_A_BATCH = 4
"""Turns that are sent as one batch; more are inserted as many rows."""


class MySQLRepository(Repository):
    """The repository of the dialect mysql."""

    dialect = "mysql"
    paramstyle = "pyformat"
    driver_parameters = DRIVER_PARAMETERS
    driver_module = "pymysql"

    def connect(self, url: DatabaseURL) -> Connection:
        return MySQLConnection.open(url, self.statement_library())

    @classmethod
    def wrap(cls, driver_connection: Any) -> Connection:
        return MySQLConnection.bind(driver_connection, cls.statement_library())

    @classmethod
    def connect_driver(cls, url: DatabaseURL) -> Any:
        connection = MySQLConnection.reach(url, cls.statement_library(), no_limit=True)
        return connection.driver_connection

    def _session_needs_transaction(self) -> bool:
        # Alone, the batch is its own transaction.
        return self.executor.in_transaction()

    def _insert_session(self, connection: Connection, session: PreparedSession) -> bool:
        batch: Batch = [("sessions/insert_session", self.write_new_session(session))]
        if session.entries:
            batch.append(("sessions/insert_metadata_entries", self.write_entries(session)))
        if session.system_message is not None:
            message = self.write_turn(session.system_message, session_id=session.id, position=0)
            batch.append(("messages/insert_messages", message))
        self._run_batch(connection, batch)
        return True

    def _turns_need_transaction(self, turns: list[Turn]) -> bool:
        return len(turns) > TURNS_A_BATCH or self.executor.in_transaction()

    def _insert_turns(
        self, connection: Connection, session_id: str, turns: list[Turn], now: datetime
    ) -> bool:
        if len(turns) > TURNS_A_BATCH:
            return super()._insert_turns(connection, session_id, turns, now)
        batch: Batch = [
            ("messages/forget_positions", NO_PARAMETERS),
            (
                "messages/reserve_positions",
                {"session_id": session_id, "count": len(turns), "now": self.write_time(now)},
            ),
        ]
        calls: list[Parameters] = []
        for ordinal, turn in enumerate(turns):
            place = {"session_id": session_id, "back": len(turns) - ordinal}
            batch.append(("messages/insert_message", self.write_turn(turn, **place)))
            calls += [
                self.write_call(turn, call, position=position, **place)
                for position, call in enumerate(turn.calls)
            ]
        if calls:
            batch.append(("tool_calls/insert_turn_tool_calls", calls))
        try:
            self._run_batch(connection, batch)
        except DatabaseError as error:
            if fault_of(error) is not Fault.MISSING_VALUE:
                raise
            return False
        return True

    def _checkpoint_needs_transaction(self) -> bool:
        # Alone, the batch is its own transaction.
        return self.executor.in_transaction()

    def _insert_checkpoint(self, connection: Connection, checkpoint: NewCheckpoint) -> None:
        entries = self.write_entries_of(checkpoint)
        batch: Batch = [
            ("checkpoints/insert_checkpoint", self.write_checkpoint(checkpoint)),
            *(("checkpoints/insert_blob", value) for value in self.write_values(checkpoint)),
            ("checkpoints/delete_stale_entries", entries),
            ("checkpoints/insert_entries", entries),
        ]
        self._run_batch(connection, batch)

    def _writes_need_transaction(self) -> bool:
        return self.executor.in_transaction()

    def _insert_writes(
        self, connection: Connection, parameters: Mapping[str, Any], writes: list[TaskWrite]
    ) -> None:
        self._run_batch(
            connection,
            [
                ("checkpoints/put_write", self.write_task_write(parameters, write))
                for write in writes
            ],
        )

    def _run_batch(self, connection: Connection, batch: Batch) -> None:
        """Run a batch as a transaction, or inside the open one."""
        ours = cast(MySQLConnection, connection)
        if self.executor.in_transaction():
            ours.run_batch(batch)
            return
        whole = [
            ("transactions/begin", NO_PARAMETERS),
            *batch,
            ("transactions/commit", NO_PARAMETERS),
        ]
        ours.run_batch(whole, ends_transaction=True)

    def _reserve_positions(
        self, connection: Connection, session_id: str, count: int, now: datetime
    ) -> int | None:
        parameters = {"session_id": session_id, "count": count, "now": self.write_time(now)}
        if not connection.count("messages/reserve_positions", parameters):
            return None
        return cast(MySQLConnection, connection).last_insert_id() - count
