"""The migrator's backend for MySQL and MariaDB."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from agentstore.dialects.mysql.error_codes import Code
from agentstore.dialects.mysql.yoyo import MariaDBBackend
from agentstore.schema.backend import MigratorBackend


class MySQLMigratorBackend(MigratorBackend, MariaDBBackend):
    """MySQL and MariaDB: DDL commits by itself, so each migration is one statement."""

    # ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK
    contention_codes: ClassVar[frozenset[int]] = frozenset(
        {Code.LOCK_WAIT_TIMEOUT, Code.LOCK_DEADLOCK}
    )
    # ER_DUP_ENTRY
    duplicate_codes: ClassVar[frozenset[int]] = frozenset({Code.DUP_ENTRY})

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
