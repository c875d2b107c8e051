"""A yoyo backend that leaves nothing half, and goes on where a killed migrator stopped."""

from __future__ import annotations

import getpass
import os
import re
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from typing import Any

from yoyo import internalmigrations  # type: ignore[import-untyped]
from yoyo.backends.base import DatabaseBackend  # type: ignore[import-untyped]
from yoyo.migrations import Migration  # type: ignore[import-untyped]


class ResumableBackend(DatabaseBackend):  # type: ignore[misc]
    """A yoyo backend that leaves nothing half, and goes on where a killed migrator stopped."""

    made_by_sql: str | None = None
    """Finds the tables that bear a comment like one, and the comment: a migration's own number."""

    def apply_one(self, migration: Migration, force: bool = False, mark: bool = True) -> None:
        """Apply a migration and record it: in one transaction, where the database can.

        Args:
            migration: the migration.
            force: go on after errors.
            mark: record it as applied.
        """
        migration.load()
        self.ensure_internal_schema_updated()
        if mark and self.is_done(migration):
            with self.transaction():
                self.mark_one(migration)
        elif migration.use_transactions and self.has_transactional_ddl:
            with self.transaction():
                migration.process_steps(self, "apply", force=force)
                self._record(migration, mark)
        else:
            try:
                migration.process_steps(self, "apply", force=force)
            except self.DatabaseError:
                if not (mark and self.is_done(migration)):
                    raise
            with self.transaction():
                self._record(migration, mark)

    def _record(self, migration: Migration, mark: bool) -> None:
        self.log_migration(migration, "apply")
        if mark:
            self.mark_one(migration, log=False)

    def is_done(self, migration: Migration) -> bool:
        """Whether a killed migrator did a migration's work and did not come to record it.

        True where a table that the migration makes or alters bears the comment ``agentstore``
        and the migration's number, or a later one. A foreign table of the same name bears none.
        """
        if self.made_by_sql is None:
            return False
        number = migration.id.partition("_")[0]
        with self.reading():
            rows = self.execute(self.made_by_sql, {"comment": "agentstore ____%"}).fetchall()
        # A later number on a table says that all before it that make or alter it are done.
        return any(
            comment >= f"agentstore {number}"
            and re.search(rf"\bTABLE {re.escape(table)}\b", migration.source)
            for table, comment in rows
        )

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What stands around statements that only read."""
        with self.transaction():
            yield

    def bookkeeping_is_current(self) -> bool:
        """Whether yoyo's tables are there, in the form that this yoyo (or a newer one) wants."""
        wanted = {self.migration_table, self.log_table, self.version_table}
        with self.reading():
            if not wanted <= set(self.list_tables()):
                return False
            version = self.execute("SELECT MAX(version) FROM _yoyo_version").fetchone()[0]
        return version is not None and version >= max(internalmigrations.schema_versions)

    def bring_bookkeeping_up_to_date(self) -> None:
        """Make yoyo's tables, or bring them into the form that this yoyo wants."""
        if not self.bookkeeping_is_current():
            with self.transaction():
                internalmigrations.upgrade(self)
        self._internal_schema_updated = True

    def ensure_internal_schema_updated(self) -> None:
        """As yoyo's, and again where a killed migrator left it half."""
        if not self._internal_schema_updated:
            with self.lock():
                self.bring_bookkeeping_up_to_date()

    def get_log_data(
        self, migration: Migration | None = None, operation: str = "apply"
    ) -> dict[str, Any]:
        """yoyo's log row, also where the user has no name and the host no domain."""
        return {
            "id": str(uuid.uuid1()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": _user_name(),
            "hostname": socket.gethostname(),
            "created_at_utc": datetime.now(timezone.utc).replace(tzinfo=None),
            "operation": operation,
        }


def _user_name() -> str:
    with suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    # In a container the user is often a number without a passwd entry.
    return str(os.getuid()) if hasattr(os, "getuid") else "unknown"
