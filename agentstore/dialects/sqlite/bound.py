"""A sqlite3 connection of the caller's."""

from __future__ import annotations

from agentstore.dialects.sqlite.connection import SQLiteConnection
from agentstore.engine.batch import Parameters
from agentstore.engine.connection import Row


class BoundSQLiteConnection(SQLiteConnection):
    """One sqlite3 connection of the caller's, which has settings of the caller's own."""

    def _rows(self, text: str, parameters: Parameters) -> list[Row]:
        connection = self.driver_connection
        text_factory = connection.text_factory
        if text_factory is str:
            return super()._rows(text, parameters)
        # A cursor has a row factory of its own, and no text factory.
        try:
            connection.text_factory = str
            return super()._rows(text, parameters)
        finally:
            connection.text_factory = text_factory
