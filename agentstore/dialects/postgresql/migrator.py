"""The migrator's backend for PostgreSQL."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend  # type: ignore[import-untyped]

from agentstore.schema.backend import MigratorBackend


class PostgreSQLMigratorBackend(MigratorBackend, PostgresqlPsycopgBackend):  # type: ignore[misc]
    """PostgreSQL: all settings are those of one transaction, so none sticks to a pooler's."""

    made_by_sql = """
        SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = (
            SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = current_schema()
        )
        AND obj_description(c.oid, 'pg_class') LIKE :comment
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
