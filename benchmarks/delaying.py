"""A TCP proxy in a process of its own that holds up each direction, as a network between does.

What passes is passed on in order, each piece when its time has come, so that a delay is one of
latency and not of throughput. ``python -m benchmarks.delaying HOST PORT`` is that process.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import subprocess
import sys
import threading
import time
from types import TracebackType
from urllib.parse import urlsplit, urlunsplit

_CHUNK = 65536
_DEFAULT_PORTS = {"postgresql": 5432, "mysql": 3306}
_OVERSLEEP = 60e-6
"""Seconds that a sleep takes longer than it is asked to."""


class DelayingProxy:
    """A running proxy. A context manager.

    Args:
        url: the URL of a database that is reached over TCP.

    Attributes:
        url: the same through the proxy.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        command = [sys.executable, "-m", "benchmarks.delaying", str(parts.hostname), str(port)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        userinfo, at, _ = parts.netloc.rpartition("@")
        netloc = f"{userinfo}{at}127.0.0.1:{int(self._answer())}"
        self.url = urlunsplit(parts._replace(netloc=netloc))

    def __enter__(self) -> DelayingProxy:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()  # which ends it
        self._process.stdout.close()
        self._process.wait()

    def set_round_trip(self, seconds: float) -> None:
        """From now on a round trip takes so much longer, half of it in each direction."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seconds / 2}\n")
        self._process.stdin.flush()
        self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class _Delay:
    """Seconds that a piece waits, in each direction."""

    seconds = 0.0


def serve(host: str, port: int) -> None:
    """Be the proxy: a delay comes in each line of standard input, and its end is the end."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    delay = _Delay()
    threading.Thread(target=_accept, args=(listener, (host, port), delay), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    for line in sys.stdin:
        delay.seconds = float(line)
        print("set", flush=True)


def _accept(listener: socket.socket, target: tuple[str, int], delay: _Delay) -> None:
    while True:
        client, _ = listener.accept()
        try:
            server = socket.create_connection(target)
        except OSError:
            client.close()
            continue
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink in ((client, server), (server, client)):
            pieces: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
            for work, end in ((_take, source), (_give, sink)):
                threading.Thread(target=work, args=(end, pieces, delay), daemon=True).start()


def _take(
    source: socket.socket, pieces: queue.SimpleQueue[tuple[float, bytes]], delay: _Delay
) -> None:
    data = b"-"
    while data:
        try:
            data = source.recv(_CHUNK)
        except OSError:
            data = b""
        pieces.put((time.monotonic() + delay.seconds if delay.seconds else 0.0, data))


def _give(
    sink: socket.socket, pieces: queue.SimpleQueue[tuple[float, bytes]], delay: _Delay
) -> None:
    with contextlib.suppress(OSError):
        while True:
            due, data = pieces.get()
            if due and (left := due - time.monotonic() - _OVERSLEEP) > 0:
                time.sleep(left)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
