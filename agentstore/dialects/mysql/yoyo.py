"""yoyo's MySQL backend, mended; pyproject.toml registers it with yoyo.

It serves ``yoyo apply`` for the schemes ``mariadb``, ``mysql+pymysql`` and
``mariadb+pymysql``, and it is what agentstore's own migrator for MySQL is built on
(`agentstore.dialects.mysql.migrator`).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from yoyo.backends.core.mysql import MySQLBackend  # type: ignore[import-untyped]

from agentstore.dialects.mysql.error_codes import Code
from agentstore.dialects.mysql.tls import TLS_PARAMETERS, VerifyingConnection, tls_arguments
from agentstore.engine.options import Options, read_flag
from agentstore.schema.resumable import ResumableBackend

_WHOLE_NUMBERS = frozenset(
    {"connect_timeout", "read_timeout", "write_timeout", "max_allowed_packet", "client_flag"}
)
_BOOLEANS = frozenset({"autocommit", "local_infile"})


class MariaDBBackend(ResumableBackend, MySQLBackend):  # type: ignore[misc]
    """yoyo's MySQL backend with a decoded database name, typed parameters and honest errors.

    Args:
        dburi: yoyo's parts of the URL.
        migration_table: the name of yoyo's table of applied migrations.
    """

    list_tables_sql = (
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
    )
    made_by_sql = (
        "SELECT table_name, table_comment FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_comment LIKE :comment"
    )

    def __init__(self, dburi: Any, migration_table: str) -> None:
        decoded = unquote(dburi.database) if dburi.database else None
        super().__init__(dburi._replace(database=decoded), migration_table)

    def connect(self, dburi: Any) -> Any:
        """Open the connection that yoyo's parts of a URL ask for."""
        arguments = {
            name: _typed(name, value)
            for name, value in dburi.args.items()
            if name not in (Options.names() | TLS_PARAMETERS) - {"connect_timeout"}
        }
        arguments |= tls_arguments(dburi.args, is_local="unix_socket" in dburi.args)
        given = {
            "host": dburi.hostname,
            "port": dburi.port,
            "user": dburi.username,
            "password": dburi.password,
            "database": dburi.database,
        }
        arguments.update((name, value) for name, value in given.items() if value is not None)
        return VerifyingConnection(**{"charset": "utf8mb4", **arguments})

    def savepoint_rollback(self, id: str) -> None:
        """Roll back to a savepoint, unless DDL has committed it away.

        yoyo lets that error hide the one that made it roll back.
        """
        try:
            super().savepoint_rollback(id)
        except self.DatabaseError as exc:
            if exc.args[0] != Code.SP_DOES_NOT_EXIST:
                raise

    def bring_bookkeeping_up_to_date(self) -> None:
        """As `ResumableBackend`; what a killed migrator left half, and empty, is made anew."""
        if self._may_be_half_made() and not self.bookkeeping_is_current():
            self.execute("DROP TABLE IF EXISTS _yoyo_migration, _yoyo_log, _yoyo_version")
        super().bring_bookkeeping_up_to_date()

    def _may_be_half_made(self) -> bool:
        """Whether there is nothing in yoyo's tables that could be lost."""
        tables = self.list_tables()
        counts = {
            "_yoyo_migration": "SELECT COUNT(*) FROM _yoyo_migration",
            "_yoyo_log": "SELECT COUNT(*) FROM _yoyo_log",
        }
        return self.migration_table in counts and not any(
            self.execute(counts[table]).fetchone()[0] for table in counts.keys() & set(tables)
        )


def _typed(name: str, value: str) -> Any:
    if name in _WHOLE_NUMBERS:
        return max(1, round(float(value)))
    if name in _BOOLEANS:
        return read_flag(name, value)
    return value
