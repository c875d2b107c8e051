"""The proxy does what the tests that lean on it believe."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from backends import NETWORKED
from waiting import PATIENCE, until

from agentstore.testing import Backend, Proxy


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

    @pytest.mark.parametrize(
        ("url", "query"),
        [
            ("mysql://h/d", "ssl_disabled=true"),
            ("mariadb+pymysql://h/d?pool_size=1", "pool_size=1&ssl_disabled=true"),
            ("mysql://h/d?ssl_ca=ca.pem", "ssl_ca=ca.pem"),
            ("postgresql://h/d", ""),
        ],
    )
    def test_what_passes_is_not_encrypted_unless_the_url_says_so(
        self, url: str, query: str
    ) -> None:
        with Proxy(url) as proxy:
            assert urlsplit(proxy.url).query == query

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

    @pytest.mark.parametrize("backend", NETWORKED, indirect=True)
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
