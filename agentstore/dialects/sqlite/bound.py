"""A sqlite3 connection of the caller's."""

from __future__ import annotations

import sqlite3
from typing import Any

from agentstore.dialects.sqlite.connection import SQLiteConnection
from agentstore.engine.batch import Parameters
from agentstore.engine.connection import Row
from agentstore.statements import StatementLibrary


class BoundSQLiteConnection(SQLiteConnection):
    """One sqlite3 connection of the caller's, which has settings of the caller's own."""

    @classmethod
    def bind(cls, driver_connection: Any, statements: StatementLibrary) -> BoundSQLiteConnection:
        """Wrap the caller's connection.

        Raises:
            UnavailableError: it is closed.
        """
        connection = cls(driver_connection, statements)
        connection.may_write()
        return connection

    def may_write(self) -> bool:
        try:
            return super().may_write()
        except sqlite3.Error as exc:
            raise self.translated(exc) from exc

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
