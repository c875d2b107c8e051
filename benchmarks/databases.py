"""The databases of a run: durable servers of its own, a database for each contender."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql

import agentstore
from agentstore.testing import MariaDBServer, PostgresServer, Server

DIALECTS = ("sqlite", "postgresql", "mysql")

_SERVERS: dict[str, Callable[[str], Server]] = {
    "postgresql": lambda memory: PostgresServer(
        extra_arguments=["-c", f"shared_buffers={memory}B", "-c", "max_wal_size=4GB"]
    ),
    "mysql": lambda memory: MariaDBServer(
        extra_arguments=[f"--innodb-buffer-pool-size={memory}", "--innodb-log-file-size=1G"]
    ),
}


class Databases:
    """Makes databases; servers start when the first is asked for. A context manager.

    Args:
        memory: of a server's own cache, as ``512M``.
    """

    def __init__(self, *, memory: str = "512M") -> None:
        self._memory = memory
        self._stack = ExitStack()
        self._servers: dict[str, Server] = {}
        self._numbers = itertools.count()
        self._folder: Path | None = None

    def __enter__(self) -> Databases:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def new(self, dialect: str, *, migrated: bool) -> str:
        """The URL of a new database, with agentstore's tables in it or empty."""
        name = f"bench_{next(self._numbers)}"
        if dialect == "sqlite":
            return self._new_file(name, migrated=migrated)
        server = self.server(dialect)
        server.create_database(name)
        url = server.url(name)
        if migrated:
            with agentstore.connect(url) as store:
                store.migrate()
        return url

    def drop(self, url: str) -> None:
        """Give a database's space back; nobody uses it any more."""
        name = url.rpartition("/")[2]
        if url.startswith("sqlite:"):
            for suffix in ("", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)
        elif url.startswith("postgresql:"):
            with psycopg.connect(self.admin_url("postgresql"), autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        else:
            with admin_connection(self.server("mysql")) as connection:
                connection.cursor().execute(f"DROP DATABASE {name}")

    def server(self, dialect: str) -> Server:
        """The server of a dialect."""
        if dialect not in self._servers:
            self._servers[dialect] = self._stack.enter_context(_SERVERS[dialect](self._memory))
        return self._servers[dialect]

    def admin_url(self, dialect: str) -> str:
        """The URL of a server's first database."""
        return self.server(dialect).address.base_url

    def version(self, dialect: str) -> str:
        """What the server calls itself."""
        if dialect == "sqlite":
            import sqlite3  # noqa: PLC0415

            return f"SQLite {sqlite3.sqlite_version}"
        return self.server(dialect).version

    @contextmanager
    def quick_commits(self, dialect: str) -> Iterator[None]:
        """Commits wait for no disk: for filling tables that are then measured."""
        self._set_durability(dialect, durable=False)
        try:
            yield
        finally:
            self._set_durability(dialect, durable=True)

    def settle(self, url: str) -> None:
        """Bring a database's statistics up to date, as its server does by itself after a while.

        And have on the disk what it was filled with, so that nobody else's time goes into that.
        """
        if url.startswith("postgresql:"):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
                connection.execute("CHECKPOINT")

    def _set_durability(self, dialect: str, *, durable: bool) -> None:
        if dialect == "postgresql":
            with psycopg.connect(self.admin_url(dialect), autocommit=True) as connection:
                connection.execute(
                    f"ALTER SYSTEM SET synchronous_commit = {'on' if durable else 'off'}"
                )
                connection.execute("SELECT pg_reload_conf()")
                if durable:
                    connection.execute("CHECKPOINT")
        elif dialect == "mysql":
            with admin_connection(self.server(dialect)) as connection:
                connection.cursor().execute(
                    "SET GLOBAL innodb_flush_log_at_trx_commit = %s", [int(durable)]
                )

    def _new_file(self, name: str, *, migrated: bool) -> str:
        folder = self._sqlite_folder()
        if migrated:
            template = folder / "template.db"
            if not template.exists():
                with agentstore.connect(f"sqlite:///{template}") as store:
                    store.migrate()
            shutil.copyfile(template, folder / f"{name}.db")
        return f"sqlite:///{folder / name}.db"

    def _sqlite_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="agentstore-bench-"))
            self._stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder


@contextmanager
def admin_connection(server: Server) -> Iterator[pymysql.Connection[pymysql.cursors.Cursor]]:
    """A connection to a MariaDB server that may do everything."""
    connection = MariaDBServer._connect(server.address.base_url)
    try:
        yield connection
    finally:
        connection.close()


def connect_mysql(url: str, **options: Any) -> Any:
    """A bare PyMySQL connection to the database of a URL, with PyMySQL's own options."""
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path[1:],
        charset="utf8mb4",
        **options,
    )
