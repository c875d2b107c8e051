"""The schema of a database: bring it up to date, and say where it stands.

`migrate` does what ``yoyo apply`` does with the same folder, keeps the same books, and gets on
with it and with other migrators: any number at once, in any order, some of them killed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentstore.errors import DatabaseError, UnavailableError
from agentstore.records import SchemaStatus
from agentstore.schema.files import migration_names, read_folder
from agentstore.schema.lock import ABANDONED_AFTER, LockWait

if TYPE_CHECKING:
    from yoyo.migrations import Migration, MigrationList  # type: ignore[import-untyped]

    from agentstore.schema.backend import MigratorBackend

_logger = logging.getLogger("agentstore.schema")


def compare(migrations: Path, applied: Collection[str]) -> SchemaStatus:
    """Where a database stands.

    Args:
        migrations: the folder of the migrations.
        applied: the names in the column migration_id of its table _yoyo_migration; none
            where it has no such table.

    Raises:
        ConfigurationError: there are no migrations in the folder.
    """
    ours = migration_names(migrations)
    return SchemaStatus(
        applied=[name for name in ours if name in applied],
        pending=[name for name in ours if name not in applied],
        unknown=sorted(set(applied) - set(ours)),
    )


def migrate(
    connect: Callable[[], Any],
    migrations: Path,
    *,
    backend_class: type[MigratorBackend],
    timeout: float,
    schema: str | None = None,
    abandoned_after: float = ABANDONED_AFTER,
) -> list[str]:
    """Apply the migrations that a database lacks.

    Args:
        connect: opens a driver connection to the database, without a limit on how long a
            statement may take; called twice at most. The connections are closed here.
        migrations: the folder of the migrations.
        backend_class: how the dialect is migrated.
        timeout: seconds to wait for another migrator that is at work, and for a lock on a
            table of ours.
        schema: PostgreSQL's schema to put everything in, made if it is missing; None for
            that of the connection.
        abandoned_after: seconds after which a lock that a ``yoyo apply`` has left in the
            database is removed.

    Returns:
        The names of the migrations that this call applied.

    Raises:
        UnavailableError: the server cannot be reached, or another migrator or a lock on a
            table was waited for in vain.
        DatabaseError: a migration failed, as where a foreign table has the name of one of
            ours; the driver's exception is its cause.
        ConfigurationError: the folder holds no migrations or they cannot be loaded, or
            whatever else ``connect`` raises.
    """
    loaded = read_folder(migrations)
    backend = backend_class(connect, schema, timeout)
    try:
        return _apply(backend, loaded, LockWait(timeout, abandoned_after))
    finally:
        backend.connection.close()


def migrate_memory(
    connection: Any, migrations: Path, backend_class: type[MigratorBackend]
) -> list[str]:
    """Apply the migrations to a SQLite database that has no connection but this one.

    Args:
        connection: the sqlite3 connection, in no transaction; left as it was found.
        migrations: the folder of the migrations.
        backend_class: how it is migrated.

    Returns, Raises:
        As `migrate`.
    """
    loaded = read_folder(migrations)
    isolation_level, row_factory = connection.isolation_level, connection.row_factory
    [foreign_keys] = list(connection.execute("PRAGMA foreign_keys").fetchone())
    backend = backend_class(lambda: connection, None, 0.0)
    try:
        return _apply(backend, loaded, LockWait(0.0))
    finally:
        if foreign_keys:
            connection.execute("PRAGMA foreign_keys = ON").close()
        connection.isolation_level, connection.row_factory = isolation_level, row_factory


def _apply(backend: MigratorBackend, migrations: MigrationList, wait: LockWait) -> list[str]:
    applied: list[str] = []
    with _driver_errors(backend, "preparing the database for migrations"):
        backend.prepare()
        backend.ensure_schema()
        if not backend.has_work(migrations):
            return applied
    with _driver_errors(backend, "taking a turn to migrate"), backend.exclusive(wait) as check:
        with _driver_errors(backend, "making yoyo's tables"):
            backend.bring_bookkeeping_up_to_date()
        for migration in backend.to_apply(migrations):
            check()
            with _driver_errors(backend, f"migration {migration.id}"):
                if _apply_one(backend, migration):
                    applied.append(migration.id)
        if applied:
            with _driver_errors(backend, "the migrations' post-apply hooks"):
                backend.run_post_apply(migrations)
    return applied


def _apply_one(backend: MigratorBackend, migration: Migration) -> bool:
    try:
        backend.apply_one(migration)
    except backend.DatabaseError:
        # Two can be at work where a live lock was taken for dead, or on two nodes of a Galera
        # cluster, which know nothing of each other's open transactions.
        if not backend.has_applied(migration):
            raise
        return False
    _logger.info("applied migration %s", migration.id)
    return True


@contextmanager
def _driver_errors(backend: MigratorBackend, task: str) -> Iterator[None]:
    """Translate the driver's exceptions into ours, and say what was being done."""
    try:
        yield
    except backend.driver.Error as exc:
        detail = f"{task} failed: {str(exc).strip() or type(exc).__name__}"
        if backend.is_lost():
            raise UnavailableError(f"the connection to the database was lost: {detail}") from exc
        if backend.is_contention(exc):
            raise UnavailableError(f"a lock was not free in time: {detail}") from exc
        raise DatabaseError(detail) from exc
