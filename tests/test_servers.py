"""The throwaway servers do what the tests that lean on them believe."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from backends import MariaDBBackend, MySQLBackend, PostgreSQLBackend
from left_out import LOUD, WITHOUT_MYSQL
from waiting import until

from agentstore.testing import (
    Backend,
    MariaDBServer,
    MySQLServer,
    PostgresServer,
    Server,
    ServerAddress,
    ServerError,
)
from agentstore.testing.programs import find_or_install


def fetch(backend: Backend, url: str, query: str) -> list[tuple[object, ...]]:
    """The rows of a query on a connection of its own."""
    with contextlib.closing(backend.open_connection(url)) as connection:
        cursor = connection.cursor()
        cursor.execute(query)
        return list(cursor.fetchall())


BACKENDS = {
    PostgresServer: PostgreSQLBackend,
    MariaDBServer: MariaDBBackend,
    MySQLServer: MySQLBackend,
}


@pytest.fixture(scope="module", params=list(BACKENDS))
def own_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A durable server that no other test uses."""
    if request.param is MySQLServer and WITHOUT_MYSQL:
        pytest.skip(LOUD)
    with request.param() as server:
        yield server


@pytest.fixture
def own_backend(own_server: Server) -> Iterator[Backend]:
    kinds: dict[type[Server], Any] = BACKENDS
    backend: Backend = kinds[type(own_server)](own_server.address)
    yield backend
    backend.close()


class TestServers:
    def test_what_was_committed_survives_kill9(
        self, own_server: Server, own_backend: Backend
    ) -> None:
        own_server.create_database("sur vived")
        url = own_server.url("sur vived")
        with contextlib.closing(own_backend.open_connection(url)) as connection:
            connection.cursor().execute("CREATE TABLE kept (id INTEGER)")
            connection.cursor().execute("INSERT INTO kept VALUES (7)")
            connection.commit()
            port, pid = own_server.port, own_server.pid
            own_server.kill9()
            assert not own_server.is_running()
            with pytest.raises((psycopg.Error, pymysql.Error)):
                connection.cursor().execute("SELECT 1")
            with pytest.raises(OSError, match="refused"):
                socket.create_connection(("127.0.0.1", port))
        own_server.restart()
        assert (own_server.port, own_server.pid) != (port, pid)
        assert own_server.port == port
        assert fetch(own_backend, url, "SELECT id FROM kept") == [(7,)]

    def test_the_version_is_the_servers_own(self, own_server: Server) -> None:
        assert own_server.version.split()[0] == own_server.name
        assert own_server.address.version == own_server.version

    def test_no_password_in_a_repr(self, own_server: Server) -> None:
        assert "p@ss" not in repr(own_server)
        assert "p%40ss" not in repr(own_server.address)

    def test_connections_are_killed_from_the_server(
        self, own_server: Server, own_backend: Backend
    ) -> None:
        url = own_backend.new_database()
        with contextlib.closing(own_backend.open_connection(url)) as connection:
            own_backend.kill_connections(url)
            with pytest.raises((psycopg.Error, pymysql.Error)):
                connection.cursor().execute("SELECT 1")
        own_backend.drop_database(url)

    def test_a_database_is_dropped_under_an_open_transaction(
        self, own_server: Server, own_backend: Backend
    ) -> None:
        url = own_backend.migrated_database()
        with contextlib.closing(own_backend.open_connection(url)) as connection:
            connection.cursor().execute("SELECT * FROM agentstore_sessions")
            own_backend.drop_database(url)
        with pytest.raises((psycopg.Error, pymysql.Error)):
            own_backend.open_connection(url)

    def test_stop_leaves_nothing(self) -> None:
        for server in (PostgresServer(), MariaDBServer()):
            server.start()
            folder, pid = server.folder, server.pid
            assert folder is not None
            assert pid is not None
            server.kill9()
            server.stop()
            server.stop()
            assert not folder.exists()
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)

    def test_a_killed_run_leaves_nothing(self) -> None:
        program = """
            from agentstore.testing import PostgresServer
            server = PostgresServer(durable=False)
            server.start()
            print(server.pid, server.folder, flush=True)
            input()
        """
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as run:
            assert run.stdout is not None
            pid, folder = run.stdout.readline().split()
            assert Path(folder).exists()
            run.send_signal(signal.SIGKILL)
        until(lambda: not Path(folder).exists())
        until(lambda: not Path("/proc", pid).exists())

    def test_a_server_that_does_not_start_shows_its_log(self) -> None:
        with pytest.raises(ServerError, match="no_such_setting"):
            PostgresServer(extra_arguments=["-c", "no_such_setting=1"]).start()
        with pytest.raises(ServerError, match="no-such-setting"):
            MariaDBServer(extra_arguments=["--no-such-setting=1"]).start()

    def test_a_missing_server_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        monkeypatch.setenv("PATH", "/nowhere")
        monkeypatch.setattr(MariaDBServer, "program_folders", ("/nowhere/*/bin",))
        with pytest.raises(ServerError) as caught:
            MariaDBServer().start()
        assert "apt-get install mariadb-server" in str(caught.value)
        assert "AGENTSTORE_TEST_MYSQL_URL" in str(caught.value)

    def test_the_highest_version_is_taken(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        for version in ("9", "10", "17"):
            program = tmp_path / version / "bin" / "initdb"
            program.parent.mkdir(parents=True)
            program.touch(0o755 if version != "17" else 0o644)
        found = find_or_install("initdb", [f"{tmp_path}/*/bin"], package="", instead="")
        assert found == str(tmp_path / "10" / "bin" / "initdb")

    def test_a_foreign_url_keeps_its_query(self) -> None:
        address = ServerAddress("postgresql://u:p%40@db.example/postgres?sslmode=require")
        assert address.url("a/b") == "postgresql://u:p%40@db.example/a%2Fb?sslmode=require"
