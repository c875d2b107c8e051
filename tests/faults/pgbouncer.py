"""PgBouncer in front of a PostgreSQL server, and a backend of its databases."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from backends import PostgreSQLBackend

from agentstore.testing import Backend, Server, ServerAddress
from agentstore.testing.server import PASSWORD, USER

SERVER_CONNECTIONS = 2


class PgBouncer(Server):
    """A throwaway PgBouncer: its clients share two server connections a database.

    Its configuration is Debian's as far as a client can tell: no startup parameter is ignored
    beyond its defaults, and nothing resets a server connection between two clients.

    Args:
        server: the address of the PostgreSQL behind it, with the user and the password that
            all throwaway servers have.
        pool_mode: for how long a client keeps a server's connection, as PgBouncer calls it.
    """

    name = "PgBouncer"
    url_variable = ""
    debian_package = "pgbouncer"
    program_folders = ("/usr/sbin", "/usr/local/bin")
    accounts = ("postgres", "nobody")
    scheme = "postgresql"
    first_database = "postgres"
    stop_signal = signal.SIGTERM

    def __init__(self, server: ServerAddress, pool_mode: str = "transaction") -> None:
        super().__init__()
        self._behind = urlsplit(server.base_url)
        self._pool_mode = pool_mode
        self._passwords = {USER: PASSWORD}

    def through(self, url: str) -> str:
        """A URL of the server behind, led through this pooler."""
        return _at(url, f"127.0.0.1:{self.port}")

    def around(self, url: str) -> str:
        """A URL of this pooler, led to the server behind."""
        return _at(url, f"{self._behind.hostname}:{self._behind.port}")

    def admit(self, role: str, password: str) -> None:
        """Let a role of the server's log in here too."""
        assert self.folder is not None
        self._passwords[role] = password
        self._initialise(self.folder)
        console = psycopg.connect(self.url("pgbouncer"), autocommit=True)
        with contextlib.closing(console) as connection:
            connection.execute("RELOAD")

    def create_database(self, name: str) -> None:
        with psycopg.connect(self.around(self.url("postgres")), autocommit=True) as connection:
            connection.execute(
                psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
            )

    @classmethod
    def read_version(cls, url: str) -> str:
        console = urlunsplit(urlsplit(url)._replace(path="/pgbouncer"))
        with contextlib.closing(psycopg.connect(console, autocommit=True)) as connection:
            row: Any = connection.execute("SHOW VERSION").fetchone()
        return str(row[0])

    def _initialise(self, folder: Path) -> None:
        lines = [
            f"{_quoted(role)} {_quoted(password)}\n" for role, password in self._passwords.items()
        ]
        self._write(folder / "userlist.txt", "".join(lines))

    def _launch(self) -> None:
        assert self.folder is not None
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "scram-sha-256",
            "auth_file": self.folder / "userlist.txt",
            "admin_users": USER,
            "pool_mode": self._pool_mode,
            "default_pool_size": SERVER_CONNECTIONS,
            "max_client_conn": 300,
            # A server that was away is tried again after this time; the default is 15 s.
            "server_login_retry": 1,
        }
        lines = [
            "[databases]",
            f"* = host={self._behind.hostname} port={self._behind.port}",
            "[pgbouncer]",
            *(f"{name} = {value}" for name, value in settings.items()),
        ]
        self._write(self.folder / "pgbouncer.ini", "\n".join(lines) + "\n")
        super()._launch()

    def _command(self, folder: Path) -> list[str]:
        return ["pgbouncer", str(folder / "pgbouncer.ini")]

    def _write(self, path: Path, text: str) -> None:
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        self._give_to_account(path)


class PgBouncerBackend(Backend):
    """Databases of a PostgreSQL server, used through PgBouncer and migrated around it.

    Args:
        server: the server.
        pooler: a PgBouncer in front of it.
        query: what follows each URL, as ``?schema=conversations``.
    """

    name = "pgbouncer"

    def __init__(self, server: ServerAddress, pooler: PgBouncer, query: str = "") -> None:
        base = urlsplit(server.base_url)._replace(query=query.removeprefix("?"))
        self._direct = _DirectBackend(server, urlunsplit(base))
        self._pooler = pooler

    def new_database(self) -> str:
        return self._pooler.through(self._direct.new_database())

    def migrated_database(self) -> str:
        return self._pooler.through(self._direct.migrated_database())

    def drop_database(self, url: str) -> None:
        self._direct.drop_database(self._pooler.around(url))

    def kill_connections(self, url: str) -> None:
        self._direct.kill_connections(self._pooler.around(url))

    def open_connection(self, url: str) -> psycopg.Connection:
        # As an application behind PgBouncer must: psycopg knows no poolers.
        return psycopg.connect(url.partition("?")[0], prepare_threshold=None)

    def close(self) -> None:
        self._direct.close()


class _DirectBackend(PostgreSQLBackend):
    """The same databases without PgBouncer."""

    def __init__(self, server: ServerAddress, base_url: str) -> None:
        super().__init__(server)
        self._server = ServerAddress(base_url)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _at(url: str, place: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{place}"))
