"""How the dialect is migrated: yoyo's own backend, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from yoyo.backends.core.sqlite3 import SQLiteBackend

from agentstore.schema.backend import MigratorBackend
from agentstore.schema.lock import LockWait


class ShelfMigrator(MigratorBackend, SQLiteBackend):  # type: ignore[misc]
    """One transaction for all that is pending: whoever has begun it is the one migrator."""

    def prepare(self) -> None:
        self.connection.isolation_level = None

    def execute(self, sql: str, params: Any = None) -> Any:
        texts = {
            name: value.isoformat(" ") if isinstance(value, datetime) else value
            for name, value in (params or {}).items()
        }
        return super().execute(sql, texts)

    def begin(self) -> None:
        self.execute("BEGIN IMMEDIATE")
        self._in_transaction = True

    @contextmanager
    def exclusive(self, wait: LockWait) -> Iterator[Callable[[], None]]:
        while not self._has_begun():
            wait.is_over(None)
        try:
            yield lambda: None
            self.commit()
        except BaseException:
            self.rollback()
            raise

    def _has_begun(self) -> bool:
        try:
            self.begin()
        except self.DatabaseError as exc:
            if not self.is_contention(exc):
                raise
            return False
        return True

    def is_contention(self, exc: BaseException) -> bool:
        return "locked" in str(exc)

    def is_duplicate(self, exc: BaseException) -> bool:
        return False

    def is_lost(self) -> bool:
        return False
