"""The throwaway servers and the proxy do what the tests that lean on them believe."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pymysql
import pytest
from backends import MariaDBBackend, PostgreSQLBackend

from agentstore.testing import (
    Backend,
    MariaDBServer,
    PostgresServer,
    Proxy,
    Server,
    ServerAddress,
    ServerError,
)
from agentstore.testing.programs import find_or_install

PATIENCE = 30.0  # seconds, before a test gives up; none of them measures a time

Client = Callable[[str], "psycopg.Connection | pymysql.Connection"]


def until(condition: Callable[[], object]) -> None:
    """Waits until a condition holds; fails if it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def fetch(backend: Backend, url: str, query: str) -> list[tuple[object, ...]]:
    """The rows of a query on a connection of its own."""
    with contextlib.closing(backend.open_connection(url)) as connection:
        cursor = connection.cursor()
        cursor.execute(query)
        return list(cursor.fetchall())


@pytest.fixture(scope="module", params=[PostgresServer, MariaDBServer])
def own_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A durable server that no other test uses."""
    with request.param() as server:
        yield server


@pytest.fixture
def own_backend(own_server: Server) -> Iterator[Backend]:
    kind = PostgreSQLBackend if isinstance(own_server, PostgresServer) else MariaDBBackend
    backend = kind(own_server.address)
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


class EchoServer:
    """Answers each line with ``re: `` and the line, and remembers the lines."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream, contextlib.suppress(OSError):
            for line in stream:
                self.lines.append(line.strip())
                # In two packets: a reply that is lost is lost whole.
                stream.write(b"re: ")
                stream.flush()
                stream.write(line)
                stream.flush()


class EchoClient:
    """Says a line and returns the answer, ``b""`` if the connection was dropped."""

    def __init__(self, proxy: Proxy) -> None:
        port = int(proxy.url.rpartition(":")[2].partition("/")[0])
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._stream = self._socket.makefile("rb")

    def send(self, line: bytes) -> None:
        self._socket.sendall(line + b"\n")

    def say(self, line: bytes) -> bytes:
        try:
            self.send(line)
            return self._stream.readline().strip()
        except ConnectionError:
            return b""

    def is_silent(self) -> bool:
        """Whether there is neither an answer nor an end of the connection, for a moment."""
        self._socket.settimeout(0.2)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(PATIENCE)
        return False

    def close(self) -> None:
        self._stream.close()
        self._socket.close()


class TestProxy:
    @pytest.fixture
    def server(self) -> Iterator[EchoServer]:
        server = EchoServer()
        yield server
        server.close()

    @pytest.fixture
    def proxy(self, server: EchoServer) -> Iterator[Proxy]:
        with Proxy(f"postgresql://u:p%40w@127.0.0.1:{server.port}/d?x=1") as proxy:
            yield proxy

    @pytest.fixture
    def connect(self, proxy: Proxy) -> Iterator[Callable[[], EchoClient]]:
        with contextlib.ExitStack() as clients:
            yield lambda: clients.enter_context(contextlib.closing(EchoClient(proxy)))

    def test_it_passes_through_and_counts(
        self, proxy: Proxy, connect: Callable[[], EchoClient]
    ) -> None:
        client = connect()
        assert client.say(b"one") == b"re: one"
        assert client.say(b"two") == b"re: two"
        assert connect().say(b"three") == b"re: three"
        assert (proxy.connections, proxy.requests, proxy.open_connections) == (2, 3, 2)
        proxy.reset_counters()
        assert (proxy.connections, proxy.requests, proxy.open_connections) == (0, 0, 2)

    def test_packets_without_an_answer_between_are_one_request(
        self, proxy: Proxy, server: EchoServer, connect: Callable[[], EchoClient]
    ) -> None:
        client = connect()
        for _ in range(3):
            client._socket.sendall(b"part ")
            time.sleep(0.01)
        assert client.say(b"end") == b"re: part part part end"
        assert proxy.requests == 1

    def test_the_url_keeps_all_but_host_and_port(self, proxy: Proxy) -> None:
        assert proxy.url.startswith("postgresql://u:p%40w@127.0.0.1:")
        assert proxy.url.endswith("/d?x=1")
        assert "p%40w" not in repr(proxy)

    def test_a_reply_is_lost(
        self, proxy: Proxy, server: EchoServer, connect: Callable[[], EchoClient]
    ) -> None:
        client = connect()
        assert client.say(b"zero") == b"re: zero"
        proxy.cut_after_request(2)
        assert client.say(b"one") == b"re: one"
        assert client.say(b"two") == b""
        assert server.lines == [b"zero", b"one", b"two"]
        assert proxy.cuts == 1
        assert connect().say(b"three") == b"re: three"

    def test_a_request_is_lost(
        self, proxy: Proxy, server: EchoServer, connect: Callable[[], EchoClient]
    ) -> None:
        client = connect()
        proxy.cut_before_request(2)
        assert client.say(b"one") == b"re: one"
        assert client.say(b"two") == b""
        assert connect().say(b"three") == b"re: three"
        assert server.lines == [b"one", b"three"]
        assert proxy.cuts == 1

    def test_a_cut_can_wait_for_words(
        self, proxy: Proxy, server: EchoServer, connect: Callable[[], EchoClient]
    ) -> None:
        client = connect()
        proxy.cut_before_request(containing=b"commit")
        assert client.say(b"begin") == b"re: begin"
        assert client.say(b"COMMIT") == b""
        assert server.lines == [b"begin"]

    def test_a_cut_is_of_one_connection(
        self, proxy: Proxy, connect: Callable[[], EchoClient]
    ) -> None:
        victim, witness = connect(), connect()
        assert witness.say(b"a") == b"re: a"
        proxy.cut_after_request()
        assert victim.say(b"b") == b""
        assert witness.say(b"c") == b"re: c"
        until(lambda: proxy.open_connections == 1)

    def test_a_black_hole_holds_and_then_delivers(
        self, proxy: Proxy, server: EchoServer, connect: Callable[[], EchoClient]
    ) -> None:
        client = connect()
        assert client.say(b"one") == b"re: one"
        proxy.black_hole()
        newcomer = connect()
        client.send(b"two")
        newcomer.send(b"three")
        assert client.is_silent()
        assert newcomer.is_silent()
        assert server.lines == [b"one"]
        proxy.pass_through()
        assert client._stream.readline() == b"re: two\n"
        assert newcomer._stream.readline() == b"re: three\n"

    def test_a_black_hole_can_be_closed(
        self, proxy: Proxy, connect: Callable[[], EchoClient]
    ) -> None:
        client = connect()
        proxy.black_hole()
        client.send(b"one")
        proxy.close()
        assert proxy.open_connections == 0

    def test_connections_are_refused_and_taken_again(
        self, proxy: Proxy, connect: Callable[[], EchoClient]
    ) -> None:
        client = connect()
        assert client.say(b"one") == b"re: one"
        proxy.refuse_connections()
        with pytest.raises(ConnectionRefusedError):
            connect()
        assert client.say(b"two") == b"re: two"
        proxy.accept_connections()
        assert connect().say(b"three") == b"re: three"

    def test_connections_are_dropped(self, proxy: Proxy, connect: Callable[[], EchoClient]) -> None:
        client = connect()
        assert client.say(b"one") == b"re: one"
        proxy.drop_connections()
        assert client.say(b"two") == b""
        assert connect().say(b"three") == b"re: three"

    def test_a_delay_holds_packets_up(
        self, proxy: Proxy, server: EchoServer, connect: Callable[[], EchoClient]
    ) -> None:
        client = connect()
        assert client.say(b"one") == b"re: one"
        proxy.delay = PATIENCE * 10
        client.send(b"two")
        assert client.is_silent()
        assert server.lines == [b"one"]

    def test_a_dead_server_is_an_end_of_the_connection(
        self, proxy: Proxy, server: EchoServer, connect: Callable[[], EchoClient]
    ) -> None:
        server.close()
        assert connect().say(b"one") == b""

    def test_no_tcp_no_proxy(self) -> None:
        with pytest.raises(ValueError, match="TCP"):
            Proxy("sqlite:///file.db")

    @pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
    def test_a_statement_is_one_request(self, backend: Backend) -> None:
        url = backend.new_database()
        with (
            Proxy(url) as proxy,
            contextlib.closing(backend.open_connection(proxy.url)) as connection,
        ):
            cursor = connection.cursor()
            connection.autocommit = True
            proxy.reset_counters()
            for number in range(3):
                cursor.execute("SELECT %s", [number])
                assert cursor.fetchall()
            assert proxy.requests == 3
        backend.drop_database(url)
