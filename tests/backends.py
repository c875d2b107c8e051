"""The backends that agentstore itself is tested on, written as any third party would."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql
import pymysql.cursors
import pytest
from psycopg import sql

from agentstore.testing import Backend, ServerAddress
from agentstore.testing.processes import FolderGuard

CONNECT_TIMEOUT = 10


class SQLiteFileBackend(Backend):
    """Databases are files in a temporary folder; migrated ones are copies of the first."""

    name = "sqlite-file"

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="agentstore-sqlite-"))
        self._guard = FolderGuard(self._folder)  # should this run be killed
        self._numbers = itertools.count()
        self._template: Path | None = None

    def new_database(self) -> str:
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    def migrated_database(self) -> str:
        url = self.new_database()
        shutil.copyfile(self.template(), _path(url))
        return url

    def drop_database(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{_path(url)}{suffix}").unlink(missing_ok=True)

    def kill_connections(self, url: str) -> None:
        pass

    def open_connection(self, url: str) -> sqlite3.Connection:
        return sqlite3.connect(_path(url))

    def template(self) -> Path:
        """A migrated, empty database file."""
        if self._template is None:
            self._template = _path(super().migrated_database())
        return self._template

    def close(self) -> None:
        shutil.rmtree(self._folder)
        self._guard.dismiss()


class SQLiteMemoryBackend(Backend):
    """Each store's database is its own, and goes with it."""

    name = "sqlite-memory"
    private = True

    def __init__(self) -> None:
        self._files = SQLiteFileBackend()

    def new_database(self) -> str:
        return "sqlite://"

    def drop_database(self, url: str) -> None:
        pass

    def kill_connections(self, url: str) -> None:
        pass

    def open_connection(self, url: str) -> sqlite3.Connection:
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(self._files.template())) as migrated:
            migrated.backup(memory)
        return memory

    def migrated_database(self) -> str:
        return self.new_database()

    def close(self) -> None:
        self._files.close()


class PostgreSQLBackend(Backend):
    """Databases of one server; migrated ones are copies of a template database."""

    name = "postgresql"

    def __init__(self, server: ServerAddress) -> None:
        self._server = server
        self._names = _database_names()
        self._template: str | None = None
        self._admin = psycopg.connect(
            server.base_url, autocommit=True, connect_timeout=CONNECT_TIMEOUT
        )
        # The other strategy of PostgreSQL 15 and later takes six times as long here.
        quick = self._admin.info.server_version >= 150000
        self._strategy = sql.SQL("STRATEGY file_copy" if quick else "")

    def new_database(self) -> str:
        name = next(self._names)
        self._admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._server.url(name)

    def migrated_database(self) -> str:
        if self._template is None:
            self._template = _database(super().migrated_database())
        name = next(self._names)
        self._admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
                sql.Identifier(name), sql.Identifier(self._template), self._strategy
            )
        )
        return self._server.url(name)

    def drop_database(self, url: str) -> None:
        self.kill_connections(url)
        name = sql.Identifier(_database(url))
        # A pooler may have opened another meanwhile.
        self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def kill_connections(self, url: str) -> None:
        # DROP DATABASE … WITH (FORCE) and pg_terminate_backend(pid, timeout) look only every
        # 100 ms whether a connection has gone; this costs 2.
        kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        while self._admin.execute(kill, [_database(url)]).fetchall():
            time.sleep(0.002)

    def open_connection(self, url: str) -> psycopg.Connection:
        return psycopg.connect(url)

    def close(self) -> None:
        if self._template is not None:
            self.drop_database(self._server.url(self._template))
        self._admin.close()


class InnoDBBackend(Backend):
    """Databases of one server; migrated ones get the tables of a first, as it states them."""

    # Which query gives the ids of a database's clients, but for one?
    clients: ClassVar[str]

    def __init__(self, server: ServerAddress) -> None:
        self._server = server
        self._names = _database_names()
        self._template: str | None = None
        self._tables: dict[str, str] = {}
        self._filled: list[str] = []
        self._admin = self.open_connection(server.base_url)
        self._admin.autocommit(True)

    def new_database(self) -> str:
        name = next(self._names)
        self._execute(f"CREATE DATABASE `{name}`")
        return self._server.url(name)

    def migrated_database(self) -> str:
        if self._template is None:
            self._template = _database(super().migrated_database())
            self._read_template(self._template)
        url = self.new_database()
        name = _database(url)
        self._execute(f"USE `{name}`")
        self._execute("SET foreign_key_checks = 0")  # their order is by name
        for create_table in self._tables.values():
            self._execute(create_table)
        self._execute("SET foreign_key_checks = 1")
        for table in self._filled:
            source = f"`{self._template}`.`{table}`"
            self._execute(f"INSERT INTO `{table}` SELECT * FROM {source}")  # noqa: S608
        return url

    def drop_database(self, url: str) -> None:
        self.kill_connections(url)  # an open transaction would hold up the DROP
        self._execute(f"DROP DATABASE IF EXISTS `{_database(url)}`")

    def kill_connections(self, url: str) -> None:
        ours: int = self._admin.thread_id()  # type: ignore[no-untyped-call]
        while rows := self._execute(self.clients, _database(url), ours):
            for [client] in rows:
                with suppress(pymysql.err.OperationalError):  # it has gone by itself
                    self._execute("KILL %s", client)

    def open_connection(self, url: str) -> pymysql.Connection[pymysql.cursors.Cursor]:
        parts = urlsplit(url)
        return pymysql.connect(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 3306,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=_database(url),
            ssl_disabled="ssl_disabled=true" in parts.query,
        )

    def close(self) -> None:
        if self._template is not None:
            self.drop_database(self._server.url(self._template))
        self._admin.close()

    def _read_template(self, template: str) -> None:
        self._execute(f"USE `{template}`")
        for table, kind in self._execute("SHOW FULL TABLES"):
            assert kind == "BASE TABLE", f"copying a {kind} is not written yet"
            [[_, self._tables[table]]] = self._execute(f"SHOW CREATE TABLE `{table}`")
            if self._execute(f"SELECT 1 FROM `{table}` LIMIT 1"):  # noqa: S608
                self._filled.append(table)
        assert not self._execute("SHOW TRIGGERS"), "copying triggers is not written yet"

    def _execute(self, statement: str, *values: object) -> tuple[tuple[str, ...], ...]:
        with self._admin.cursor() as cursor:
            cursor.execute(statement, values or None)
            return tuple(cursor.fetchall())


class MariaDBBackend(InnoDBBackend):
    """MariaDB, which the dialect mysql serves too."""

    name = "mariadb"
    clients = "SELECT id FROM information_schema.processlist WHERE db = %s AND id <> %s"


class MySQLBackend(InnoDBBackend):
    """MySQL itself."""

    name = "mysql"
    # Its process list fails (3854) where somebody's statement has an emoji in it.
    clients = (
        "SELECT processlist_id FROM performance_schema.threads"
        " WHERE processlist_db = %s AND processlist_id <> %s"
    )


BACKENDS: dict[str, Callable[[pytest.FixtureRequest], Backend]] = {
    "sqlite-memory": lambda request: SQLiteMemoryBackend(),
    "sqlite-file": lambda request: SQLiteFileBackend(),
    "postgresql": lambda request: PostgreSQLBackend(request.getfixturevalue("postgres_server")),
    "mariadb": lambda request: MariaDBBackend(request.getfixturevalue("mariadb_server")),
    "mysql": lambda request: MySQLBackend(request.getfixturevalue("mysql_server")),
}
"""By the ids of the tests."""

NETWORKED = ["postgresql", "mariadb", "mysql"]
"""Those whose clients reach them over a network."""

SHARED = ["sqlite-file", *NETWORKED]
"""Those whose databases several processes reach."""

_NUMBERS = itertools.count()
"""Shared by all backends of this process, of which there may be two of a kind."""


def _database_names() -> Iterator[str]:
    """Names for databases of this process: other workers and runs may share the server."""
    run = re.sub(r"\W", "_", os.environ.get("PYTEST_XDIST_WORKER", "main"))
    for number in _NUMBERS:
        yield f"agentstore_{os.getpid()}_{run}_{number}"


def _database(url: str) -> str:
    return unquote(urlsplit(url).path.removeprefix("/"))


def _path(url: str) -> Path:
    return Path(unquote(url.removeprefix("sqlite:///")))
