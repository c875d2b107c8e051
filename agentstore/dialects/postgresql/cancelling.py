"""Having the server end a statement, by a connection that is made for it."""

from __future__ import annotations

import socket
import struct
from typing import Any

import psycopg
from psycopg import capabilities

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""What every server, and every pooler, answers with one byte at once."""


def cancel_statement(connection: psycopg.Connection[Any], seconds: float) -> None:
    """Ask the server to end what a connection has it do, and wait for its word that it was asked.

    Args:
        connection: the connection.
        seconds: the time that this may take.

    Raises:
        psycopg.Error: the server could not be asked.
        OSError: as before, or not in time.
    """
    if capabilities.has_cancel_safe():
        connection.cancel_safe(timeout=seconds)
    else:
        _check_answers(connection, seconds)
        connection.cancel()


def _check_answers(connection: psycopg.Connection[Any], seconds: float) -> None:
    """See that the server speaks to newcomers: libpq before 17 waits for it without a limit.

    It would have the whole process wait, as psycopg keeps the GIL meanwhile. See "SSLRequest" in
    PostgreSQL's "Message Formats".

    Raises:
        OSError: it does not, or not in time.
    """
    info = connection.info
    host = info.hostaddr or info.host
    if host.startswith("/"):
        probe = socket.socket(socket.AF_UNIX)
        address: Any = f"{host}/.s.PGSQL.{info.port}"
    else:
        [(family, *_, address), *_] = socket.getaddrinfo(host, info.port, type=socket.SOCK_STREAM)
        probe = socket.socket(family)
    with probe:
        probe.settimeout(seconds)
        probe.connect(address)
        probe.sendall(_SSL_REQUEST)
        if not probe.recv(1):
            raise ConnectionResetError("the server hangs up on newcomers")
