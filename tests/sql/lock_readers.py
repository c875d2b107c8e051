"""Which row locks a statement holds when it has run, as the database itself tells it.

Each statement runs in a transaction of its own over a few rows, and is undone. PostgreSQL's
pgrowlocks and InnoDB's lock monitor list what is held; neither lists the rows that the
transaction itself has inserted, which nobody else can see. SQLite has one lock for all writers.
"""

from __future__ import annotations

import json
import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import psycopg
import pymysql
from lock_cases import BARE_SESSIONS, BEFORE, CASES, ROWS
from pymysql.cursors import Cursor
from statement_files import samples

from agentstore.dialects.registry import load_statements
from agentstore.statements import NO_BLOCKS, Statement

Locks = frozenset[str]

_IS_LOCKED = frozenset({1205, 3572})
"""What a NOWAIT meets: MariaDB's error of a wait that was too long, and one of MySQL's own."""
WRITE_LOCK = "the file's write lock"


class LockReader(ABC):
    """Runs the statements of a dialect, and says what they lock.

    Args:
        connection: to a migrated, empty database, with the settings that agentstore gives it.
        observer: another, which may see what the first one locks.
    """

    place = "%({})s"
    """A parameter, as the driver has it."""

    def __init__(self, connection: Any, observer: Any) -> None:
        self._connection = connection
        self._observer = observer
        for table, row in [
            *ROWS.items(),
            *(("agentstore_sessions", row) for row in BARE_SESSIONS),
        ]:
            columns, places = ", ".join(row), ", ".join(self.place.format(name) for name in row)
            insert = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608
            self._execute(insert, row)
        connection.commit()

    def locks(self, statement: Statement) -> Locks:
        """The locks on rows that were there before, over all cases, without and with all blocks."""
        taken: set[str] = set()
        variants = dict.fromkeys((NO_BLOCKS, frozenset(statement.blocks)))
        for blocks, case in product(variants, CASES.get(statement.name, [{}])):
            for text in BEFORE.get(statement.name, []):
                self._execute(text, {})
            before = set(self._held())
            self._execute(statement.render(blocks), self._parameters(statement, blocks, case))
            taken |= set(self._held()) - before
            self._connection.rollback()
        # Who holds the exclusive lock holds the shared one too.
        return frozenset(
            lock for lock in taken if lock.replace(": S ", ": X ") not in taken - {lock}
        )

    def _parameters(
        self, statement: Statement, blocks: frozenset[str], case: Mapping[str, Any]
    ) -> dict[str, Any]:
        known = samples(statement) | {name: self.encode(value) for name, value in case.items()}
        return {name: known[name] for name in statement.parameters_of(blocks)}

    def _execute(self, text: str, parameters: Mapping[str, Any]) -> None:
        cursor = self._connection.cursor()
        cursor.execute(text, parameters)
        if cursor.description:
            cursor.fetchall()

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """A value as the dialect's repository would send it."""

    @abstractmethod
    def _held(self) -> Iterator[str]:
        """The locks that the connection's transaction holds."""


class PostgreSQLLocks(LockReader):
    """Reads pgrowlocks, a module of PostgreSQL's own, and the advisory locks in pg_locks."""

    _ROW_LOCKS = "SELECT modes FROM pgrowlocks(%s) WHERE %s = ANY(pids)"
    _ADVISORY = "SELECT 1 FROM pg_locks WHERE pid = %s AND locktype = 'advisory'"

    def __init__(self, connection: psycopg.Connection, observer: psycopg.Connection) -> None:
        observer.autocommit = True
        observer.execute("CREATE EXTENSION pgrowlocks")
        super().__init__(connection, observer)

    def encode(self, value: Any) -> Any:
        return value

    def _held(self) -> Iterator[str]:
        pid = self._connection.info.backend_pid
        for table in ROWS:
            for (modes,) in self._observer.execute(self._ROW_LOCKS, [table, pid]).fetchall():
                for mode in modes:
                    # What was changed is listed as Update, what is only locked as For Update.
                    yield f"{table} FOR {mode.removeprefix('For ').upper()}"
        if self._observer.execute(self._ADVISORY, [pid]).fetchone():
            yield "an advisory lock"


class InnoDBLocks(LockReader):
    """Reads what SHOW ENGINE INNODB STATUS lists under the connection's transaction."""

    _RECORDS = re.compile(r"index (\S+) of table `[^`]+`\.`(\w+)` trx id \d+ lock.mode (.*)")
    _KINDS = (
        ("insert intention", "insert intention"),
        ("locks rec but not gap", "record"),
        ("locks gap before rec", "gap"),
        ("", "record and gap"),
    )

    def __init__(self, connection: pymysql.Connection[Cursor], observer: Any) -> None:
        observer.cursor().execute("SET GLOBAL innodb_status_output_locks = ON")
        is_mariadb = "mariadb" in str(connection.get_server_info()).lower()  # type: ignore[no-untyped-call]
        self._for_share = "LOCK IN SHARE MODE" if is_mariadb else "FOR SHARE"
        # As open_connection.sql has it.
        connection.cursor().execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        super().__init__(connection, observer)

    def encode(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, list) else value

    def _held(self) -> Iterator[str]:
        cursor = self._observer.cursor()
        cursor.execute("SHOW ENGINE INNODB STATUS")
        [(_, _, status)] = cursor.fetchall()
        ours = f"thread id {self._connection.thread_id()},"
        for transaction in status.split("---TRANSACTION ")[1:]:
            if ours in transaction:
                for index, table, words in self._RECORDS.findall(transaction):
                    kind = next(kind for word, kind in self._KINDS if word in words)
                    yield f"{table} {index}: {words.split()[0]} {kind}"
                if "SUPPRESSING FURTHER PRINTS" in transaction:
                    yield from self._tried()

    def _tried(self) -> Iterator[str]:
        """The locks that another finds when it tries: the monitor lists no more than ten."""
        for table in ROWS:
            rows = f"SELECT 1 FROM {table} FORCE INDEX (PRIMARY)"  # noqa: S608
            if not self._is_free(f"{rows} FOR UPDATE NOWAIT"):
                shared = self._is_free(f"{rows} {self._for_share} NOWAIT")
                yield f"{table} PRIMARY: {'S' if shared else 'X'} record"

    def _is_free(self, locking_read: str) -> bool:
        try:
            self._observer.cursor().execute(locking_read)
        except pymysql.err.OperationalError as error:
            if error.args[0] not in _IS_LOCKED:
                raise
            return False
        finally:
            self._observer.rollback()
        return True


class SQLiteLocks(LockReader):
    """Tries whether another connection could write."""

    place = ":{}"

    def __init__(self, connection: sqlite3.Connection, observer: sqlite3.Connection) -> None:
        for setting in ("use_write_ahead_log", "enforce_foreign_keys"):
            connection.execute(load_statements("sqlite")[f"connection/{setting}"].render())
        observer.execute("PRAGMA busy_timeout = 0")
        super().__init__(connection, observer)

    def encode(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, list) else value

    def _held(self) -> Iterator[str]:
        try:
            self._observer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            yield WRITE_LOCK
        else:
            self._observer.rollback()
