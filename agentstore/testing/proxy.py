"""A TCP proxy in front of a database server that loses, holds up and counts what passes.

    with Proxy(server_url) as proxy:
        store = agentstore.connect(proxy.url)
        store.ping()
        proxy.cut_after_request()  # the next request arrives, its reply does not
        store.create_session()

It knows no protocol, and asks for no TLS, so as to see the words that pass. A *request* is what a
client sends after the server has last spoken (or first, on a new connection), in however many
packets; so one request is one round trip. The handshake of a new connection has requests too: warm
the pool before a cut is set.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

_CHUNK = 65536
_UNENCRYPTED = {"mysql": "ssl_disabled=true", "mariadb": "ssl_disabled=true"}
"""What keeps a driver from TLS that the server merely offers."""

_DEFAULT_PORTS = {"postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306}
# A server that was silent for so long has sent its reply whole.
_REPLY_SETTLED_MS = 50


@dataclass
class _Cut:
    """A cut that waits for its request."""

    requests_left: int
    containing: bytes
    forward: bool


class Proxy:
    """A running proxy on a port of its own at 127.0.0.1. A context manager.

    All counts are of this proxy's connections together, since the last ``reset_counters()``.

    Args:
        url: the URL of a database that is reached over TCP.

    Attributes:
        url: the same URL, through the proxy, and without TLS unless it says something of that.
        delay: seconds that every packet waits, in each direction.
        connections: connections accepted.
        requests: requests (round trips) that came from clients, those that were cut included.
        cuts: cuts that took place.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if not parts.hostname:
            raise ValueError("a proxy needs a database that is reached over TCP")
        port = parts.port or _DEFAULT_PORTS[parts.scheme.partition("+")[0]]
        self._target = (parts.hostname, port)
        self.delay = 0.0
        self.connections = 0
        self.requests = 0
        self.cuts = 0
        self._cut: _Cut | None = None
        self._black_hole = False
        self._closed = False
        self._links: set[_Link] = set()
        self._changed = threading.Condition()
        listener = _listen(0)
        self._listener: socket.socket | None = listener
        self._port: int = listener.getsockname()[1]
        userinfo, at, _ = parts.netloc.rpartition("@")
        netloc = f"{userinfo}{at}127.0.0.1:{self._port}"
        self.url = urlunsplit(parts._replace(netloc=netloc, query=_unencrypted(parts)))
        self._accept_in_background(listener)

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        host, port = self._target
        return f"<Proxy 127.0.0.1:{self._port} to {host}:{port}>"

    @property
    def open_connections(self) -> int:
        """How many connections are open now."""
        with self._changed:
            return len(self._links)

    def reset_counters(self) -> None:
        """Sets ``connections``, ``requests`` and ``cuts`` to 0."""
        with self._changed:
            self.connections = self.requests = self.cuts = 0

    def cut_after_request(self, nth: int = 1, *, containing: bytes = b"") -> None:
        """The nth request from now reaches the server; both sides are dropped before its reply.

        The server has done what it was asked by then: the reply was awaited, and thrown away.
        One connection is cut, once. A later call replaces a cut that has not taken place.

        Args:
            nth: 1 for the next one.
            containing: count only requests whose packet has these bytes in it, in any case.
        """
        self._set_cut(_Cut(nth, containing.lower(), forward=True))

    def cut_before_request(self, nth: int = 1, *, containing: bytes = b"") -> None:
        """Drops both sides when the nth request from now comes, and the server never sees it.

        Args: as `cut_after_request`.
        """
        self._set_cut(_Cut(nth, containing.lower(), forward=False))

    def pass_through(self) -> None:
        """Ends everything that was set: cuts, black hole, refusal and delay."""
        self.delay = 0.0
        with self._changed:
            self._cut = None
            self._black_hole = False
            self._changed.notify_all()
        self.accept_connections()

    def black_hole(self) -> None:
        """Forwards nothing any more, on old connections and new ones, but leaves them open.

        What is under way is held, and delivered after `pass_through`, as when a cable is put
        back in.
        """
        with self._changed:
            self._black_hole = True

    def drop_connections(self) -> None:
        """Drops all open connections, both sides; new ones are welcome."""
        with self._changed:
            links = list(self._links)
        for link in links:
            link.drop()

    def refuse_connections(self) -> None:
        """Refuses new connections as a stopped server does; open ones go on."""
        with self._changed:
            listener, self._listener = self._listener, None
        if listener is not None:
            _close(listener)

    def accept_connections(self) -> None:
        """Ends `refuse_connections`, on the same port."""
        with self._changed:
            if self._listener is not None or self._closed:
                return
            listener = self._listener = _listen(self._port)
        self._accept_in_background(listener)

    def close(self) -> None:
        """Refuses new connections, drops the open ones, waits for the threads to end."""
        self.refuse_connections()
        with self._changed:
            self._closed = True
        self.drop_connections()
        with self._changed:
            self._changed.wait_for(lambda: not self._links, timeout=10)

    def _set_cut(self, cut: _Cut) -> None:
        if cut.requests_left < 1:
            raise ValueError("the first request is number 1")
        with self._changed:
            self._cut = cut

    def _accept_in_background(self, listener: socket.socket) -> None:
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # closed by refuse_connections
                return
            link = _Link(self, client)
            with self._changed:
                refused = self._listener is not listener
                if not refused:
                    self.connections += 1
                    self._links.add(link)
            if refused:
                _close(client)
            else:
                threading.Thread(target=link.run, args=(self._target,), daemon=True).start()

    def _count_request(self, packet: bytes) -> _Cut | None:
        """Counts a request; returns the cut that is due with it."""
        with self._changed:
            self.requests += 1
            cut = self._cut
            if cut is None or cut.containing not in packet.lower():
                return None
            cut.requests_left -= 1
            if cut.requests_left:
                return None
            self._cut = None
            self.cuts += 1
            return cut


class _Link:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(self, proxy: Proxy, client: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server: socket.socket | None = None
        self._dropped = threading.Event()
        self._client_spoke_last = False
        self._lose_reply = False

    def run(self, target: tuple[str, int]) -> None:
        """Passes packets on, both ways, until both sides are done or dropped."""
        try:
            self._wait_for_flow()
            if self._dropped.is_set():
                return
            self._server = server = socket.create_connection(target, timeout=10)
            server.settimeout(None)
            for end in (server, self._client):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._dropped.is_set():  # while this side was not there to be shut
                return
            replies = threading.Thread(target=self._pump_replies, args=(server,), daemon=True)
            replies.start()
            self._pump_requests(server)
            replies.join()
        except OSError:  # the server refuses; so does a proxy that closes the connection
            pass
        finally:
            self._client.close()
            if self._server is not None:
                self._server.close()
            with self._proxy._changed:
                self._proxy._links.discard(self)
                self._proxy._changed.notify_all()

    def drop(self) -> None:
        """Ends both connections; the threads notice and close the sockets."""
        self._dropped.set()
        for end in (self._client, self._server):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        with self._proxy._changed:
            self._proxy._changed.notify_all()

    def _pump_requests(self, server: socket.socket) -> None:
        try:
            while packet := self._client.recv(_CHUNK):
                self._hold_up()
                if not self._client_spoke_last:
                    self._client_spoke_last = True
                    cut = self._proxy._count_request(packet)
                    if cut is not None and not cut.forward:
                        self.drop()
                    if cut is not None and cut.forward:
                        self._lose_reply = True
                if self._dropped.is_set():
                    return
                server.sendall(packet)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            self.drop()

    def _pump_replies(self, server: socket.socket) -> None:
        try:
            while packet := server.recv(_CHUNK):
                if self._lose_reply:
                    self._read_to_the_end(server)
                    self.drop()
                self._hold_up()
                if self._dropped.is_set():
                    return
                self._client_spoke_last = False
                self._client.sendall(packet)
            if self._lose_reply:
                self.drop()
            self._client.shutdown(socket.SHUT_WR)
        except OSError:
            self.drop()

    @staticmethod
    def _read_to_the_end(server: socket.socket) -> None:
        waiting = select.poll()
        waiting.register(server, select.POLLIN)
        while waiting.poll(_REPLY_SETTLED_MS):
            if not server.recv(_CHUNK):
                return

    def _hold_up(self) -> None:
        if self._proxy.delay:
            self._dropped.wait(self._proxy.delay)
        self._wait_for_flow()

    def _wait_for_flow(self) -> None:
        with self._proxy._changed:
            self._proxy._changed.wait_for(
                lambda: not self._proxy._black_hole or self._dropped.is_set()
            )


def _unencrypted(parts: SplitResult) -> str:
    """The query of a URL that leads through a proxy."""
    wish = _UNENCRYPTED.get(parts.scheme.partition("+")[0])
    if wish is None or "ssl" in parts.query:
        return parts.query
    return f"{parts.query}&{wish}" if parts.query else wish


def _listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=128, reuse_port=False)


def _close(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
    listener.close()
