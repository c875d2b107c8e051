"""What agentstore asks of a dialect: the facts, and a connection over the driver."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentstore.connections import Connection, Fault, Parameters, Row, error_of
from agentstore.repositories import DatabaseURL, Repository
from agentstore_shelf.driver import Shelf, open_shelf

FAULTS = {
    "is locked": Fault.LOCKED,
    "unable to open": Fault.CONFIGURATION,
    "not a database": Fault.CONFIGURATION,
    "UNIQUE constraint": Fault.DUPLICATE,
    "no such table": Fault.MISSING_TABLE,
    "too big": Fault.TOO_LARGE,
    "closed database": Fault.DISCONNECTED,
}


class ShelfConnection(Connection):
    """One open file. agentstore asks for the seven methods below, and begins and commits itself."""

    exceptions = (sqlite3.Error, OverflowError, UnicodeEncodeError)
    is_remote = False
    queues_writers = True
    driver_connection: Shelf

    def fault(self, exc: BaseException) -> Fault:
        found = (fault for words, fault in FAULTS.items() if words in str(exc))
        return next(found, Fault.OTHER)

    def is_usable(self) -> bool:
        return True

    def close(self) -> None:
        self.driver_connection.close()

    def may_write(self) -> bool:
        return (
            self.driver_connection.in_transaction
            or self.driver_connection.isolation_level is not None
        )

    def begin_bound(self) -> None:
        if not self.driver_connection.in_transaction:
            self.begin()

    def _rows(self, text: str, parameters: Parameters) -> list[Row]:
        return self._run(text, parameters).fetchall()

    def _count(self, text: str, parameters: Parameters) -> int:
        return self._run(text, parameters).rowcount

    def _run_many(self, text: str, parameters: Sequence[Parameters]) -> None:
        self.driver_connection.cursor().executemany(text, parameters)

    def _run(self, text: str, parameters: Parameters) -> sqlite3.Cursor:
        cursor = self.driver_connection.cursor()
        cursor.row_factory = None  # a bound connection's is the caller's
        return cursor.execute(text, parameters)


class ShelfRepository(Repository):
    """The dialect: what it is called, where its files are, how it is opened."""

    dialect = "shelf"
    paramstyle = "named"
    driver_parameters = frozenset()
    driver_module = "agentstore_shelf"
    migrator_backend = "agentstore_shelf.migrator:ShelfMigrator"
    forks_unconnected = True

    @classmethod
    def sql_path(cls) -> Path:
        return Path(__file__).with_name("sql")

    @classmethod
    def migrations_path(cls) -> Path:
        return Path(__file__).with_name("migrations")

    def connect(self, url: DatabaseURL) -> Connection:
        try:
            connection = self.wrap(self.connect_driver(url))
        except sqlite3.Error as exc:
            raise error_of(Fault.CONFIGURATION, str(exc)) from exc
        connection.rows("connection/enforce_foreign_keys")
        connection.rows("connection/use_write_ahead_log")
        return connection

    @classmethod
    def wrap(cls, driver_connection: Any) -> Connection:
        return ShelfConnection(driver_connection, cls.statement_library())

    @classmethod
    def connect_driver(cls, url: DatabaseURL) -> Shelf:
        timeout = url.options.statement_timeout
        return open_shelf(url.database or "", timeout=timeout, isolation_level=None)
