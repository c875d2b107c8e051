"""Tables with less on them than the migrations make: what is measured without it is what it costs.

The floor is the same rows in the same tables with primary and unique keys only: the secondary
indexes, the foreign keys and the indexes of metadata are gone. Nobody could run the contract's
queries on it; it is what storing alone takes.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import psycopg

from agentstore.testing.servers import InnoDBServer

TABLES = ("agentstore_sessions", "agentstore_messages", "agentstore_tool_calls")
"""Those that a turn writes."""

_INDEXES_SQLITE = f"""
SELECT name, tbl_name FROM sqlite_master
WHERE type = 'index' AND sql LIKE 'CREATE INDEX%' AND tbl_name IN {TABLES!r}
"""  # noqa: S608

_INDEXES_POSTGRESQL = f"""
SELECT indexrelid::regclass::text, indrelid::regclass::text FROM pg_index
WHERE NOT indisunique AND indrelid::regclass::text IN {TABLES!r}
"""  # noqa: S608

_FOREIGN_KEYS_POSTGRESQL = f"""
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text IN {TABLES!r}
"""  # noqa: S608

_INDEXES_MYSQL = f"""
SELECT DISTINCT index_name, table_name FROM information_schema.statistics
WHERE table_schema = database() AND non_unique = 1 AND table_name IN {TABLES!r}
"""  # noqa: S608

_FOREIGN_KEYS_MYSQL = f"""
SELECT table_name, constraint_name FROM information_schema.referential_constraints
WHERE constraint_schema = database() AND table_name IN {TABLES!r}
"""  # noqa: S608

FOREIGN_KEYS = "foreign keys"


class LeanTables(ABC):
    """Takes what is no key from a database of its own, and says what writing to it takes.

    Args:
        url: the database's URL.
    """

    length: ClassVar[str]
    """The bytes that a column, ``{}``, takes in a row, as SQL."""

    def __init__(self, url: str) -> None:
        self.url = url

    @abstractmethod
    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement on a connection of its own."""

    @abstractmethod
    def indexes(self) -> dict[str, str]:
        """The secondary indexes of what a turn writes, with their tables."""

    @abstractmethod
    def drop_foreign_keys(self) -> None:
        """Drop those of what a turn writes."""

    def drop(self, names: Iterable[str]) -> None:
        """Drop indexes by name, and foreign keys where `FOREIGN_KEYS` is among the names."""
        tables = self.indexes()
        for name in names:
            if name == FOREIGN_KEYS:
                self.drop_foreign_keys()
            else:
                self.execute(self.drop_statement(name, tables[name]))

    def drop_statement(self, index: str, table: str) -> str:
        """What drops an index."""
        return f"DROP INDEX {index}"

    @abstractmethod
    def log_position(self) -> int:
        """Bytes that the database's log (WAL, redo) has had so far."""

    @abstractmethod
    def size(self) -> int:
        """Bytes that it has on disk."""

    def column_bytes(self) -> dict[str, float]:
        """The mean of what each column takes in a row, by ``table.column``."""
        found: dict[str, float] = {}
        for table in TABLES:
            for column in self.columns(table):
                text = self.length.format(column)
                ((mean,),) = self.execute(f"SELECT avg({text}) FROM {table}")  # noqa: S608
                found[f"{table}.{column}"] = float(mean or 0)
        return found

    @abstractmethod
    def columns(self, table: str) -> list[str]:
        """The columns of a table."""


class LeanSQLite(LeanTables):
    """A file; its log is what grows while nothing is copied back from it."""

    length = "ifnull(length(CAST({} AS BLOB)), 0)"

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            return connection.execute(statement).fetchall()

    @property
    def _path(self) -> str:
        return self.url.removeprefix("sqlite:///")

    def indexes(self) -> dict[str, str]:
        return dict(self.execute(_INDEXES_SQLITE))

    def drop_foreign_keys(self) -> None:
        """Not here: raw has them off where they are to be gone (`benchmarks.lean`)."""

    def log_position(self) -> int:
        log = Path(f"{self._path}-wal")
        return log.stat().st_size if log.exists() else 0

    def size(self) -> int:
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(self._path).stat().st_size

    def columns(self, table: str) -> list[str]:
        return [row[1] for row in self.execute(f"PRAGMA table_info({table})")]


class LeanPostgreSQL(LeanTables):
    """A database of a server; its log is the server's, so that nobody else may write."""

    length = "coalesce(pg_column_size({}), 0)"

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def indexes(self) -> dict[str, str]:
        return dict(self.execute(_INDEXES_POSTGRESQL))

    def drop_foreign_keys(self) -> None:
        for table, name in self.execute(_FOREIGN_KEYS_POSTGRESQL):
            self.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    def log_position(self) -> int:
        ((position,),) = self.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        return int(position)

    def size(self) -> int:
        ((size,),) = self.execute("SELECT pg_database_size(current_database())")
        return int(size)

    def columns(self, table: str) -> list[str]:
        rows = self.execute(
            "SELECT column_name FROM information_schema.columns "  # noqa: S608
            f"WHERE table_name = '{table}' ORDER BY ordinal_position"
        )
        return [row[0] for row in rows]


class LeanMySQL(LeanTables):
    """A database of a server; its log is the server's, so that nobody else may write."""

    length = "coalesce(length({}), 0)"

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(InnoDBServer._connect(self.url)) as connection:
            connection.select_db(self.url.rpartition("/")[2])
            cursor = connection.cursor()
            cursor.execute(statement)
            return list(cursor.fetchall())

    def indexes(self) -> dict[str, str]:
        return dict(self.execute(_INDEXES_MYSQL))

    def drop_statement(self, index: str, table: str) -> str:
        return f"ALTER TABLE {table} DROP KEY {index}"

    def drop_foreign_keys(self) -> None:
        for table, name in self.execute(_FOREIGN_KEYS_MYSQL):
            self.execute(f"ALTER TABLE {table} DROP FOREIGN KEY {name}")

    def log_position(self) -> int:
        status = dict(self.execute("SHOW GLOBAL STATUS LIKE 'Innodb%lsn%'"))
        return int(status.get("Innodb_lsn_current") or status["Innodb_redo_log_current_lsn"])

    def size(self) -> int:
        for table in TABLES:
            self.execute(f"ANALYZE TABLE {table}")
        ((size,),) = self.execute(
            "SELECT sum(stat_value) * @@innodb_page_size FROM mysql.innodb_index_stats "
            "WHERE database_name = database() AND stat_name = 'size'"
        )
        return int(size)

    def columns(self, table: str) -> list[str]:
        rows = self.execute(
            "SELECT column_name FROM information_schema.columns "  # noqa: S608
            f"WHERE table_schema = database() AND table_name = '{table}' ORDER BY ordinal_position"
        )
        return [row[0] for row in rows]


LEAN: dict[str, type[LeanTables]] = {
    "sqlite": LeanSQLite,
    "postgresql": LeanPostgreSQL,
    "mysql": LeanMySQL,
}
