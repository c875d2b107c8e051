"""What the migrators' backends have in common: yoyo's lock, and what is applied."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from typing import Any

from yoyo.connections import DatabaseURI  # type: ignore[import-untyped]
from yoyo.migrations import Migration, MigrationList, default_migration_table  # type: ignore[import-untyped]

from agentstore.schema.lock import LockWait
from agentstore.schema.resumable import ResumableBackend

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


def _utc_now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)
