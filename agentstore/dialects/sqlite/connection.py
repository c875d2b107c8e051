"""The standard library's sqlite3: a connection to a database file, or to one in memory."""

from __future__ import annotations

import random
import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from operator import itemgetter
from typing import Any

from agentstore.dialects.sqlite.faults import fault_of_statement, is_busy, public_error
from agentstore.dialects.sqlite.files import (
    file_uri,
    identity,
    is_made_anew,
    make_private,
    sync_log,
)
from agentstore.dialects.sqlite.looking import Looking
from agentstore.dialects.url import DatabaseURL
from agentstore.engine import forking
from agentstore.engine.batch import NO_PARAMETERS, Parameters
from agentstore.engine.connection import Connection, Row, T
from agentstore.engine.deadline import Deadline
from agentstore.engine.faults import Fault, error_of, fault_of
from agentstore.engine.interruption import is_of_handler
from agentstore.engine.semaphore import FairSemaphore
from agentstore.errors import ConfigurationError, DatabaseError, StorageError
from agentstore.statements import StatementLibrary

DRIVER_PARAMETERS = frozenset({"mode", "cache", "vfs", "immutable", "nolock", "psow"})
"""What SQLite takes in the query of a file: URI."""

_NAME = re.compile(r":([a-z_][a-z0-9_]*)")
_FIRST_PAUSE = 0.00025
_LONGEST_PAUSE = 0.002
"""Seconds between two looks whether another process still writes, where a save takes one or two."""

_write_locks: dict[str, FairSemaphore] = {}
# A thread of the parent that held one at the fork is not there to release it.
forking.call_in_child(_write_locks.clear)

_refused: set[str] = set()
"""Files of which this process has inherited a connection in use: any other takes no real locks."""


class SQLiteConnection(Connection):
    """One sqlite3 connection.

    Args:
        driver_connection: the sqlite3 connection.
        statements: the dialect's statements.
        path: the database file; None for one in memory or a bound connection.
    """

    exceptions = (sqlite3.Error, OverflowError, UnicodeEncodeError)
    is_remote = False
    queues_writers = True

    driver_connection: sqlite3.Connection

    def __init__(
        self,
        driver_connection: sqlite3.Connection,
        statements: StatementLibrary,
        *,
        path: str | None = None,
    ) -> None:
        super().__init__(driver_connection, statements)
        self._path = path
        self._identity = None if path is None else identity(path)
        self._held_lock: FairSemaphore | None = None
        self._looking = Looking()

    @classmethod
    def open(cls, url: DatabaseURL, statements: StatementLibrary) -> SQLiteConnection:
        """Open the database of a URL.

        Raises:
            StorageError: the public error of what went wrong.
        """
        deadline = Deadline.after(url.options.connect_timeout)
        driver_connection = cls._connect(url)
        connection = cls(driver_connection, statements, path=url.database)
        try:
            connection._prepare_for_use(url, deadline)
        except BaseException:
            connection.close()
            raise
        return connection

    @classmethod
    def open_driver(cls, url: DatabaseURL, statements: StatementLibrary) -> sqlite3.Connection:
        """A bare sqlite3 connection to the database of a URL, for migrations.

        It waits for another's lock for statement_timeout.

        Raises:
            StorageError: the public error of what went wrong.
        """
        lock_timeout = url.options.statement_timeout
        connection = cls(cls._connect(url, lock_timeout), statements, path=url.database)
        try:
            if url.database is not None:
                connection._open_journal(url, url.database)
        except BaseException:
            connection.close()
            raise
        return connection.driver_connection

    @classmethod
    def _connect(cls, url: DatabaseURL, lock_timeout: float = 0.0) -> sqlite3.Connection:
        path = url.database
        if path in _refused:
            raise StorageError(
                f"a call or transaction() on {path} was under way at the fork, and SQLite "
                "cannot be used on that file in the child then: connect after the fork, not before"
            )
        if path is not None and is_made_anew(url):
            make_private(path)
        try:
            return sqlite3.connect(
                ":memory:" if path is None else file_uri(path, url),
                timeout=lock_timeout,
                isolation_level=None,
                check_same_thread=False,
                uri=path is not None,
            )
        except sqlite3.Error as exc:
            raise public_error(exc, cls.describe(exc), path) from exc

    @classmethod
    def refuse(cls, url: DatabaseURL) -> None:
        """Open the database of a URL no more in this process."""
        if url.database is not None:
            _refused.add(url.database)

    def _prepare_for_use(self, url: DatabaseURL, deadline: Deadline) -> None:
        self.statement_limit = url.options.statement_timeout
        self.set_deadline(deadline)
        if self._path is not None:
            self._open_journal(url, self._path)
        self._looking.begin(self.driver_connection)
        self.rows("connection/enforce_foreign_keys")
        self.rows("connection/sync_fully")

    def _open_journal(self, url: DatabaseURL, path: str) -> None:
        """Have a write-ahead log where that can be, and read a file that cannot be written."""
        text = self.statements.text("connection/use_write_ahead_log")
        try:
            self._execute(text, NO_PARAMETERS).fetchall()
            return
        except sqlite3.Error as exc:
            if is_busy(exc):
                # The file can be used as it is, and the next connection will ask again.
                return
        try:
            self.rows("connection/schema_version")
        except (ConfigurationError, DatabaseError) as error:
            if identity(f"{path}-journal"):
                raise  # what was cut short has to be undone first, which takes who may write
            # Asked of SQLite: to open and close the file ourselves would end its locks on it.
            immutable = self._read_immutable(url)
            if immutable is None:
                raise
            if identity(f"{path}-wal"):
                immutable.close()
                raise error_of(
                    Fault.CONFIGURATION,
                    f"it is in WAL mode and may not be written: {path}-wal and {path}-shm must "
                    "both stand there, for this user to read, or no -wal at all",
                    headline=f"cannot open the database file {path}",
                ) from error
            # Nobody can write here, so that nothing but the file itself is to be read.
            self.driver_connection.close()
            self.driver_connection = immutable

    def _read_immutable(self, url: DatabaseURL) -> sqlite3.Connection | None:
        """A connection to a file that is taken to stay as it is, where it can be read so."""
        connection = self._connect(replace(url, query={**url.query, "immutable": "1"}))
        try:
            connection.execute(self.statements.text("connection/schema_version")).fetchall()
        except sqlite3.Error:
            connection.close()
            return None
        return connection

    def _interruption_of(
        self, exc: BaseException, handled: BaseException | None
    ) -> BaseException | None:
        return self._looking.interruption or super()._interruption_of(exc, handled)

    def fault(self, exc: BaseException) -> Fault:
        return fault_of_statement(exc)

    def translated(self, exc: BaseException) -> StorageError:
        error = public_error(exc, self.describe(exc), self._path)
        if fault_of(error) is Fault.TOO_LARGE:
            error = error_of(Fault.TOO_LARGE, self.describe(exc), headline=self._limit_of_values())
        return error

    def _limit_of_values(self) -> str:
        connection, limit = self.driver_connection, ""
        if hasattr(connection, "getlimit"):  # from Python 3.11 on
            limit = f" of {connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)} bytes"
        return (
            f"a value or its row is over SQLite's limit{limit} (SQLITE_LIMIT_LENGTH; raise it by "
            "setlimit() on a connection that you bind, or use an SQLite that is compiled with a "
            "larger SQLITE_MAX_LENGTH)"
        )

    def is_usable(self) -> bool:
        return not self._is_replaced()

    def _is_replaced(self) -> bool:
        """Whether another file, or none, is now where the connection's own was opened."""
        return self._path is not None and identity(self._path) != self._identity

    def close(self) -> None:
        try:
            self.driver_connection.close()
        except sqlite3.Error:
            self.is_broken = True
        self._release_lock()

    def recover(self) -> bool:
        if self._path is not None:
            return False
        self.driver_connection.rollback()
        self.is_broken = False
        return True

    def may_write(self) -> bool:
        connection = self.driver_connection
        if connection.in_transaction:
            return True
        autocommit = getattr(connection, "autocommit", -1)
        return autocommit is False or (autocommit == -1 and connection.isolation_level is not None)

    def begin_bound(self) -> None:
        # Otherwise a savepoint would be the transaction, and its release a commit.
        if not self.driver_connection.in_transaction:
            self.count("transactions/begin_bound")

    def begin(self) -> None:
        self._check_file()
        self._take_lock()
        try:
            super().begin()
        except StorageError:
            self._release_lock()
            raise

    def begin_snapshot(self) -> None:
        self._check_file()
        super().begin_snapshot()

    def _check_file(self) -> None:
        if self._is_replaced():
            # What is written to the file that has gone would be lost.
            self.is_broken = True
            raise error_of(Fault.DISCONNECTED, f"the database file {self._path} was replaced")

    def commit(self) -> None:
        super().commit()
        self._release_lock()

    def rollback(self) -> None:
        # SQLite itself has rolled back after some errors, a full disk among them.
        if self.driver_connection.in_transaction:
            super().rollback()
        self._release_lock()

    def as_unsynced_transaction(self, work: Callable[[Connection], T]) -> T:
        # Without a write-ahead log, an unsynced commit could break the file.
        if self._path is None or identity(f"{self._path}-wal") is None:
            return self.as_transaction(work)
        self.count("connection/sync_at_checkpoints")
        try:
            return self.as_transaction(work)
        finally:
            self._sync_commits_again()

    def _sync_commits_again(self) -> None:
        was_broken = self.is_broken
        # Whatever comes between: a connection that may not sync is used no more.
        self.is_broken = True
        self.count("connection/sync_fully")
        self.is_broken = was_broken

    def sync(self) -> None:
        if self._path is None:
            return
        try:
            sync_log(self._path)
        except OSError as exc:
            if is_of_handler(exc):
                raise
            raise error_of(Fault.OTHER, self.describe(exc)) from exc

    def checkpoint(self) -> int:
        ((_, pages, _),) = self.rows("connection/checkpoint")
        return max(0, int(pages))  # -1 where there is no write-ahead log

    def _take_lock(self) -> None:
        """Writers of one process queue here: SQLite's own waiting is by sleeps, and unfair."""
        if self._path is None:
            return
        self._limit_statement()
        lock = _write_locks.get(self._path) or _write_locks.setdefault(self._path, FairSemaphore(1))
        # Before it is taken: wherever that is interrupted, closing the connection gives it back.
        self._held_lock = lock
        if not lock.acquire(self, self._looking.left):
            raise error_of(Fault.LOCKED, "another thread of this process is writing")

    def _release_lock(self) -> None:
        if self._held_lock is not None:
            self._held_lock.release(self)
            self._held_lock = None

    def code_of(self, exc: BaseException) -> str:
        return getattr(exc, "sqlite_errorname", None) or ""

    def _limit_statement(self) -> None:
        # In place of `wait_until`: a save has five statements here, and none waits for a network.
        now = time.monotonic()
        if now >= self.deadline.at:
            raise error_of(Fault.LATE)
        looking = self._looking
        looking.until = min(self.deadline.at, now + self.statement_limit)
        if looking.interruption is not None:
            looking.begin(self.driver_connection)  # a second one may have ended the looks

    def _patiently(self, run: Callable[[], T]) -> T:
        """Run a statement again, as soon as other processes let it.

        SQLite's own waiting is by sleeps that grow to 100 ms, so that who waits longest looks least
        often. These begin shorter than a save is, and soon grow no more: all get their turn.
        """
        longest = _FIRST_PAUSE
        while True:
            try:
                return run()
            except sqlite3.OperationalError as exc:
                pause = random.uniform(0, longest)
                longest = min(2 * longest, _LONGEST_PAUSE)
                if not is_busy(exc) or pause > self._looking.left:
                    raise
            time.sleep(pause)

    def _execute(self, text: str, parameters: Parameters) -> sqlite3.Cursor:
        """Run a text; a bound connection's row factory is the caller's."""
        positional, values_of = _by_position(text)
        cursor = self.driver_connection.cursor()
        cursor.row_factory = None
        return cursor.execute(positional, values_of(parameters) if values_of else parameters)

    def _rows(self, text: str, parameters: Parameters) -> list[Row]:
        try:
            return self._execute(text, parameters).fetchall()
        except sqlite3.OperationalError as exc:
            if not is_busy(exc):
                raise
        return self._patiently(lambda: self._execute(text, parameters).fetchall())

    def _count(self, text: str, parameters: Parameters) -> int:
        try:
            return self._execute(text, parameters).rowcount
        except sqlite3.OperationalError as exc:
            if not is_busy(exc):
                raise
        return self._patiently(lambda: self._execute(text, parameters).rowcount)

    def _run_many(self, text: str, parameters: Sequence[Parameters]) -> None:
        positional, values_of = _by_position(text)
        rows = map(values_of, parameters) if values_of else parameters
        self.driver_connection.cursor().executemany(positional, rows)


@cache
def _by_position(text: str) -> tuple[str, Callable[[Parameters], tuple[Any, ...]] | None]:
    """A text with ``?`` for its names, and what gives their values in order: names bind slowly.

    A text with no more than one name stays as it is, and takes the names.
    """
    names = _NAME.findall(text)
    return (_NAME.sub("?", text), itemgetter(*names)) if len(names) > 1 else (text, None)
