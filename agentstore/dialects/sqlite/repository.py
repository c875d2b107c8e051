"""SQLite: every write is a transaction that takes the write lock first."""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from functools import cache
from typing import Any

from agentstore.dialects.repository import Repository
from agentstore.dialects.sqlite.bound import BoundSQLiteConnection
from agentstore.dialects.sqlite.connection import DRIVER_PARAMETERS, SQLiteConnection
from agentstore.dialects.sqlite.files import identity
from agentstore.dialects.url import DatabaseURL
from agentstore.engine.batch import Step
from agentstore.engine.connection import Connection
from agentstore.engine.interruption import is_of_handler
from agentstore.engine.options import read_flag
from agentstore.errors import ConfigurationError
from agentstore.model.refusals import shown
from agentstore.operations.holding import TRASHED
from agentstore.schema import applying
from agentstore.statements import NO_BLOCKS

_KNOWS_RETURNING = sqlite3.sqlite_version_info >= (3, 35)
_WORDS = {"mode": ("ro", "rw", "rwc"), "cache": ("private", "shared")}
_FLAGS = frozenset({"immutable", "nolock", "psow"})
_IN_TRASH = {
    "sessions/delete_session_tool_calls": TRASHED,
    "messages/delete_session_messages": TRASHED,
}
"""What deletes a part of a session, and with these blocks of one in the trash, too."""


class SQLiteRepository(Repository):
    """The repository of the dialect sqlite."""

    dialect = "sqlite"
    paramstyle = "named"
    driver_parameters = DRIVER_PARAMETERS
    driver_module = "sqlite3"
    migrator_backend = "agentstore.dialects.sqlite.migrator:SQLiteMigratorBackend"
    # The library keeps its locks by process, and a child would inherit what it thinks it holds:
    # "How To Corrupt An SQLite Database File", section 2.6.
    forks_unconnected = True

    @classmethod
    def check_url(cls, url: DatabaseURL) -> None:
        if url.hosts or url.user is not None:
            raise ConfigurationError(
                "a SQLite URL has no host: sqlite:///relative.db, sqlite:////absolute.db, "
                "or sqlite:// for a database in memory"
            )
        if url.database == ":memory:":
            raise ConfigurationError("a database in memory is sqlite://")
        if url.database is None and url.query:
            raise ConfigurationError("a database in memory takes no parameters of SQLite's")
        cls._check_parameters(url.query)

    @classmethod
    def _check_parameters(cls, query: Mapping[str, str]) -> None:
        """Refuse what SQLite would open another database for, or pass over without a word.

        Raises:
            ConfigurationError: it names the parameter.
        """
        if query.get("mode") == "memory" or query.get("vfs") == "memdb":
            raise ConfigurationError("a database in memory is sqlite://, without a path")
        for name, words in _WORDS.items():
            if name in query and query[name] not in words:
                known = " or ".join(words)
                raise ConfigurationError(f"{name} is {known}, not {shown(query[name])}")
        for name in _FLAGS & query.keys():
            read_flag(name, query[name])

    @classmethod
    def resolved(cls, url: DatabaseURL) -> DatabaseURL:
        if url.database is None:
            return url
        try:
            return replace(url, database=os.path.realpath(url.database))
        except UnicodeEncodeError as exc:
            raise ConfigurationError(
                f"the path {url.database} cannot be written in {exc.encoding}, which files' names "
                "are in here: set LC_ALL=C.UTF-8 or PYTHONUTF8=1"
            ) from exc
        except OSError as exc:
            if is_of_handler(exc):
                raise
            raise ConfigurationError(
                f"the path {url.database} is relative, and the current folder is gone"
            ) from exc

    @classmethod
    def is_private(cls, url: DatabaseURL) -> bool:
        return url.database is None

    @classmethod
    def on_unsafe_fork(cls, url: DatabaseURL) -> None:
        SQLiteConnection.refuse(url)

    def pool_size(self, url: DatabaseURL) -> int:
        # The database in memory is the connection.
        return 1 if self.is_private(url) else super().pool_size(url)

    def connection_lifetime(self, url: DatabaseURL) -> float:
        return math.inf if self.is_private(url) else super().connection_lifetime(url)

    def connect(self, url: DatabaseURL) -> Connection:
        connection = SQLiteConnection.open(url, self.statement_library())
        if self.is_private(url):
            connection.driver_connection.executescript(_migrated(type(self)))
        return connection

    @classmethod
    def wrap(cls, driver_connection: Any) -> Connection:
        return BoundSQLiteConnection(driver_connection, cls.statement_library())

    @classmethod
    def connect_driver(cls, url: DatabaseURL) -> Any:
        return SQLiteConnection.open_driver(url, cls.statement_library())

    def check_exists(self) -> None:
        path = self._own_url().database
        if path is not None and identity(path) is None:
            raise ConfigurationError(
                f"there is no database file {path} (`agentstore migrate` makes it)"
            )

    def migrate(self) -> list[str]:
        if self.is_private(self._url_to_migrate()):
            self.ping()
            return []
        return super().migrate()

    def _reserve_positions(self, connection: Connection, parameters: dict[str, Any]) -> int | None:
        if not _KNOWS_RETURNING:
            return super()._reserve_positions(connection, parameters)
        rows = connection.rows("messages/take_positions", parameters)
        return rows[0][0] if rows else None

    def steps_of_message_deletion(self, message_id: str) -> list[Step]:
        parameters = {"message_id": message_id}
        return [
            Step("messages/delete_message_tool_calls", parameters),
            Step("messages/delete_message", parameters),
        ]

    def steps_of_messages_deletion(self, session_id: str) -> list[Step]:
        parameters = {"session_id": session_id}
        return [
            Step("sessions/delete_session_tool_calls", parameters),
            Step("messages/delete_session_messages", parameters),
        ]

    def steps_of_deletion(self, session_ids: list[str]) -> list[Step]:
        # The foreign keys would do it, but on a bound connection they may be off.
        steps = [
            Step(name, {"session_id": session_id}, _IN_TRASH.get(name, NO_BLOCKS))
            for session_id in session_ids
            for name in (
                "sessions/delete_session_tool_calls",
                "messages/delete_session_messages",
                "sessions/delete_session_confirmation",
                "sessions/delete_session_metadata",
            )
        ]
        return steps + super().steps_of_deletion(session_ids)


@cache
def _migrated(cls: type[SQLiteRepository]) -> str:
    """A migrated and empty database as one script: yoyo takes its time, and here it runs once."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as template:
        applying.migrate_memory(template, cls.migrations_path(), cls.migrator_class())
        return "\n".join(template.iterdump())
