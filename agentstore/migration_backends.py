"""yoyo's backends as agentstore's own migrators use them, one class a database.

They work on connections that the repository opens, so that yoyo's reading of URLs is not
involved; a migration and its record are one transaction where the database can; and a turn to
migrate is taken as `agentstore.migration_lock` describes.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from functools import cache
from typing import Any, ClassVar

import sqlparse
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend  # type: ignore[import-untyped]
from yoyo.backends.core.sqlite3 import SQLiteBackend  # type: ignore[import-untyped]
from yoyo.connections import DatabaseURI  # type: ignore[import-untyped]
from yoyo.migrations import Migration, MigrationList, default_migration_table  # type: ignore[import-untyped]

from agentstore.migration_lock import LockWait
from agentstore.yoyo_backends import MariaDBBackend, ResumableBackend

_NO_URI = DatabaseURI("", None, None, None, None, "", {})
_LOCK_ATTEMPT = 2.0
_LOCK_ROW = "INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, :when, :pid)"


class MigratorBackend(ResumableBackend):
    """A yoyo backend of agentstore's own migrators.

    Args:
        connect: opens a driver connection.
        schema: the schema that everything goes into, where the URL names one.
        lock_timeout: seconds that a statement waits for a lock.
    """

    def __init__(self, connect: Callable[[], Any], schema: str | None, lock_timeout: float) -> None:
        self._connect = connect
        self._schema = schema
        self._lock_timeout = lock_timeout
        super().__init__(_NO_URI, default_migration_table)

    def connect(self, _uri: Any) -> Any:
        """Open a connection; `prepare` makes it fit for use."""
        return self._connect()

    def init_connection(self, connection: Any) -> None:
        """Nothing: see `prepare`, whose errors are translated."""

    def prepare(self) -> None:
        """Set the connection as yoyo and migrations need it."""
        raise NotImplementedError

    @contextmanager
    def exclusive(self, wait: LockWait) -> Iterator[Callable[[], None]]:
        """Take a turn to migrate; yields a function that raises if it has been lost.

        Args:
            wait: how long to wait for others.

        Raises:
            UnavailableError: a migrator is at work for too long.
        """
        self._ensure_lock_table()
        # On a connection of its own: DDL, or a migration without a transaction, would end
        # the transaction that holds the row.
        lock = type(self)(self._connect, self._schema, min(_LOCK_ATTEMPT, self._lock_timeout))
        try:
            lock.prepare()
            while not lock.insert_lock_row():
                if wait.is_over(lock.lock_holder()):
                    lock.break_lock()
            try:
                yield lambda: lock.execute("SELECT 1").close()
            except BaseException:
                with suppress(self.DatabaseError):
                    lock.delete_lock_row()
                raise
            lock.delete_lock_row()
        finally:
            lock.connection.close()

    def insert_lock_row(self) -> bool:
        """Begin a transaction with yoyo's lock in it; False where another has it."""
        self.begin()
        try:
            self.execute(_LOCK_ROW, {"when": _utc_now(), "pid": os.getpid()})
        except self.DatabaseError as exc:
            if not (self.is_contention(exc) or self.is_duplicate(exc)):
                raise
            self.rollback()
            return False
        return True

    def delete_lock_row(self) -> None:
        """Give yoyo's lock back; not left to the rollback, for a table that knows none (MyISAM)."""
        self.execute("DELETE FROM yoyo_lock")
        self.commit()

    def lock_holder(self) -> tuple[Any, ...] | None:
        """The row in yoyo's lock table, if one is committed: (pid, ctime)."""
        with self.reading():
            row = self.execute("SELECT pid, ctime FROM yoyo_lock").fetchone()
        return tuple(row) if row else None

    def _ensure_lock_table(self) -> None:
        if self._has_lock_table():
            return
        try:
            with self.transaction():
                self.execute(self.format_sql(self.create_lock_table_sql))
        except self.DatabaseError:
            # Another migrator may have been quicker.
            if not self._has_lock_table():
                raise

    def _has_lock_table(self) -> bool:
        with self.reading():
            return self.lock_table in self.list_tables()

    def ensure_schema(self) -> None:
        """Make the schema that the URL names, if it is missing."""

    def has_work(self, migrations: MigrationList) -> bool:
        """Whether a migration is not recorded as applied, or yoyo's lock is (left) there."""
        return (
            not self.bookkeeping_is_current()
            or bool(self.to_apply(migrations))
            or (self._has_lock_table() and self.lock_holder() is not None)
        )

    def get_applied_migration_hashes(self) -> list[str]:
        """The hashes of the names of the migrations that are applied."""
        sql = self.format_sql(self.applied_migrations_sql)
        with self.reading():
            return [row[0] for row in self.execute(sql).fetchall()]

    def has_applied(self, migration: Migration) -> bool:
        """Whether a migration is recorded as applied by now, by whomever."""
        return not self.is_lost() and migration.hash in self.get_applied_migration_hashes()

    def is_contention(self, exc: BaseException) -> bool:
        """Whether an error says that a lock was not to be had."""
        raise NotImplementedError

    def is_duplicate(self, exc: BaseException) -> bool:
        """Whether an error says that there is such a row already."""
        raise NotImplementedError

    def is_lost(self) -> bool:
        """Whether the connection is gone."""
        raise NotImplementedError


class PostgreSQLMigratorBackend(MigratorBackend, PostgresqlPsycopgBackend):  # type: ignore[misc]
    """PostgreSQL: all settings are those of one transaction, so none sticks to a pooler's."""

    made_by_sql = """
        SELECT c.relname FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = (
            SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = current_schema()
        )
        AND obj_description(c.oid, 'pg_class') = :comment
    """
    # deadlock_detected, lock_not_available
    contention_codes: ClassVar[frozenset[str]] = frozenset({"40P01", "55P03"})
    # unique_violation; duplicate_schema
    duplicate_codes: ClassVar[frozenset[str]] = frozenset({"23505", "42P06"})

    def prepare(self) -> None:
        """Autocommit, as yoyo wants it for PostgreSQL."""
        self.connection.autocommit = True
        self.connection.prepare_threshold = None
        self.connection.row_factory = self.driver.rows.tuple_row

    def begin(self) -> None:
        """Begin a transaction with our schema and our time limits."""
        super().begin()
        self._apply_settings(is_local=True)

    @contextmanager
    def disable_transactions(self) -> Iterator[None]:
        """What stands around a migration that is not transactional."""
        self._apply_settings(is_local=False)
        yield

    def _apply_settings(self, *, is_local: bool) -> None:
        self.execute(
            "SELECT set_config('statement_timeout', '0', :is_local), "
            "set_config('idle_in_transaction_session_timeout', '0', :is_local), "
            "set_config('lock_timeout', :milliseconds, :is_local)",
            {
                "milliseconds": str(max(1, math.ceil(self._lock_timeout * 1000))),
                "is_local": is_local,
            },
        )
        if self._schema is not None:
            self.execute(
                "SELECT set_config('search_path', quote_ident(:schema), :is_local)",
                {"schema": self._schema, "is_local": is_local},
            )

    def ensure_schema(self) -> None:
        """Make the schema that the URL names, if it is missing."""
        if self._schema is None or self._has_schema():
            return
        try:
            with self.transaction():
                # DDL takes no parameters, so the name goes in by a setting.
                self.execute(
                    "SELECT set_config('agentstore.schema', :schema, true)",
                    {"schema": self._schema},
                )
                self.execute(
                    "DO $$ BEGIN EXECUTE "
                    "'CREATE SCHEMA ' || quote_ident(current_setting('agentstore.schema'));"
                    " END $$"
                )
        except self.DatabaseError as exc:
            # Another migrator may have been quicker.
            if not self.is_duplicate(exc):
                raise

    def _has_schema(self) -> bool:
        with self.reading():
            found = self.execute(
                "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = :schema",
                {"schema": self._schema},
            )
            return found.fetchone() is not None

    def is_contention(self, exc: BaseException) -> bool:
        """Whether an error says that a lock was not to be had."""
        return getattr(exc, "sqlstate", None) in self.contention_codes

    def is_duplicate(self, exc: BaseException) -> bool:
        """Whether an error says that there is such a row or schema already."""
        return getattr(exc, "sqlstate", None) in self.duplicate_codes

    def is_lost(self) -> bool:
        """Whether the connection is gone."""
        return bool(self.connection.closed)


class MySQLMigratorBackend(MigratorBackend, MariaDBBackend):
    """MySQL and MariaDB: DDL commits by itself, so each migration is one statement."""

    # ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK
    contention_codes: ClassVar[frozenset[int]] = frozenset({1205, 1213})
    # ER_DUP_ENTRY
    duplicate_codes: ClassVar[frozenset[int]] = frozenset({1062})

    def __init__(self, connect: Callable[[], Any], schema: str | None, lock_timeout: float) -> None:
        super().__init__(connect, schema, lock_timeout)
        self.has_transactional_ddl = False
        self._is_cluster_node = False

    def prepare(self) -> None:
        """Autocommit, and how long statements wait for locks, on rows and on tables."""
        self.connection.autocommit(True)
        self.connection.cursorclass = self.driver.cursors.Cursor
        seconds = {"seconds": max(1, math.ceil(self._lock_timeout))}
        self.execute("SET SESSION innodb_lock_wait_timeout = :seconds", seconds)
        self.execute("SET SESSION lock_wait_timeout = :seconds", seconds)
        modes = self.execute("SHOW VARIABLES LIKE 'wsrep_on'").fetchall()
        self._is_cluster_node = ("wsrep_on", "ON") in modes

    def rollback(self) -> None:
        """As yoyo's; a Galera node may answer with the conflict that undid the transaction."""
        try:
            super().rollback()
        except self.DatabaseError as exc:
            if not self.is_contention(exc):
                raise
            super().rollback()

    def insert_lock_row(self) -> bool:
        """As `MigratorBackend`, and committed on a Galera cluster: other nodes see no less."""
        if not super().insert_lock_row():
            return False
        if self._is_cluster_node:
            try:
                self.commit()
            except self.DatabaseError as exc:
                # A migrator on another node was quicker.
                if not self.is_contention(exc):
                    raise
                self.rollback()
                return False
        return True

    def is_contention(self, exc: BaseException) -> bool:
        """Whether an error says that a lock was not to be had."""
        return bool(exc.args) and exc.args[0] in self.contention_codes

    def is_duplicate(self, exc: BaseException) -> bool:
        """Whether an error says that there is such a row already."""
        return bool(exc.args) and exc.args[0] in self.duplicate_codes

    def is_lost(self) -> bool:
        """Whether the connection is gone."""
        return not self.connection.open


class SQLiteMigratorBackend(MigratorBackend, SQLiteBackend):  # type: ignore[misc]
    """SQLite: one writer at a time, so everything pending is one transaction.

    ``transactional: false`` means nothing here: foreign keys, the reason for it, are off
    while migrating, as they are for yoyo.
    """

    def prepare(self) -> None:
        """Neither the driver's own transactions nor foreign keys."""
        self.connection.isolation_level = None
        self.connection.row_factory = None
        self.execute("PRAGMA foreign_keys = OFF")

    def execute(self, sql: str, params: Any = None) -> Any:
        """Run a statement; a datetime goes in as text, as the driver's adapter has it."""
        converted = {
            name: value.isoformat(" ") if isinstance(value, datetime) else value
            for name, value in (params or {}).items()
        }
        return super().execute(sql, converted)

    def begin(self) -> None:
        """Begin a transaction that writes: one that would at first only read can fail later."""
        self.execute("BEGIN IMMEDIATE").close()
        self._in_transaction = True

    @contextmanager
    def disable_transactions(self) -> Iterator[None]:
        """Nothing: see the class."""
        yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Nothing: a single statement reads one state."""
        yield

    @contextmanager
    def exclusive(self, wait: LockWait) -> Iterator[Callable[[], None]]:
        """Take a turn to migrate: the transaction, while ``yoyo apply`` has no lock."""
        while not self._begin_exclusive(wait):
            pass
        try:
            yield lambda: None
            while not self._try(self.commit):
                wait.is_over(None)
        except BaseException:
            self.rollback()
            raise

    def _begin_exclusive(self, wait: LockWait) -> bool:
        if not self._try(self.begin):
            wait.is_over(None)
            return False
        self._ensure_lock_table()
        holder = self.lock_holder()
        if holder is None:
            return True
        # Not waited for inside the transaction, where its holder could not go on.
        self.rollback()
        if wait.is_over(holder) and self._try(self.begin):
            if self.lock_holder() == holder:
                self.break_lock()
            self.commit()
        return False

    def _try(self, function: Callable[[], None]) -> bool:
        try:
            function()
        except self.DatabaseError as exc:
            if not self.is_contention(exc):
                raise
            return False
        return True

    def is_done(self, migration: Migration) -> bool:
        """Whether all that a migration creates is there, word for word."""
        wanted = [
            _bare(statement)
            for statement in sqlparse.split(migration.source)
            if _bare(statement).upper().startswith("CREATE")
        ]
        there = {
            _bare(row[0])
            for row in self.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        }
        return bool(wanted) and there.issuperset(wanted)

    def is_contention(self, exc: BaseException) -> bool:
        """Whether an error says that a lock was not to be had."""
        # The code of an error is there from Python 3.11 only.
        return "locked" in str(exc)

    def is_duplicate(self, exc: BaseException) -> bool:
        """Whether an error says that there is such a row already: no two write at a time."""
        return False

    def is_lost(self) -> bool:
        """Whether the connection is gone."""
        return False


def _utc_now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


@cache
def _bare(statement: str) -> str:
    """A statement without its comments and line breaks."""
    bare: str = sqlparse.format(statement, strip_comments=True, strip_whitespace=True)
    return bare.rstrip("; \n")
