"""The migrator's backend for SQLite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import sqlparse
from yoyo.backends.core.sqlite3 import SQLiteBackend  # type: ignore[import-untyped]
from yoyo.migrations import Migration  # type: ignore[import-untyped]

from agentstore.schema.backend import MigratorBackend
from agentstore.schema.lock import LockWait

_ADDED_COLUMN = re.compile(r"ALTER TABLE (?P<table>\w+) ADD COLUMN (?P<column>\w+)", re.IGNORECASE)
_INSERTED = re.compile(r"INSERT INTO (?P<table>\w+)", re.IGNORECASE)
_DROPPED_INDEX = re.compile(r"DROP INDEX (?P<index>\w+)", re.IGNORECASE)


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
        statements = [bare for text in sqlparse.split(migration.source) if (bare := _bare(text))]
        there = {
            _bare(row[0])
            for row in self.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        }
        return bool(statements) and all(self._is_made(each, there) for each in statements)

    def _is_made(self, statement: str, there: set[str]) -> bool:
        """Whether what a statement makes is there: a table or index, a column, a first row; or
        what it drops is not."""
        if added := _ADDED_COLUMN.match(statement):
            columns = self.execute(
                "SELECT name FROM pragma_table_info(:table)", {"table": added["table"]}
            )
            return added["column"] in {row[0] for row in columns}
        if inserted := _INSERTED.match(statement):
            if not any(f"CREATE TABLE {inserted['table']} " in made for made in there):
                return False
            # A name of our own migrations, which no parameter can stand for.
            rows = self.execute(f"SELECT EXISTS (SELECT 1 FROM {inserted['table']})")  # noqa: S608
            return bool(rows.fetchone()[0])
        if dropped := _DROPPED_INDEX.match(statement):
            return not any(f"CREATE INDEX {dropped['index']} " in made for made in there)
        return statement in there

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


@cache
def _bare(statement: str) -> str:
    """A statement without its comments and line breaks."""
    bare: str = sqlparse.format(statement, strip_comments=True, strip_whitespace=True)
    return bare.rstrip("; \n")
