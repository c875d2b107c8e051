"""PyMySQL's connection, made so that none of its waits is endless, and what it is called with."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import pymysql
from pymysql.constants import CLIENT, CR

from agentstore.errors import ConfigurationError
from agentstore.url import DatabaseURL

_TEXT_PARAMETERS = frozenset(
    {
        "unix_socket",
        "bind_address",
        "init_command",
        "read_default_file",
        "read_default_group",
        "sql_mode",
        "program_name",
        "collation",
        "ssl_ca",
        "ssl_cert",
        "ssl_key",
        "ssl_key_password",
    }
)
_FLAG_PARAMETERS = frozenset({"ssl_disabled", "ssl_verify_cert", "ssl_verify_identity"})
DRIVER_PARAMETERS = _TEXT_PARAMETERS | _FLAG_PARAMETERS | {"charset"}
"""What of PyMySQL's connect arguments a URL may set."""

_SHORTEST_WAIT = 0.001
LONGEST_WAIT = 1.0
"""Seconds after which a waiting thread looks at the clock. The same for all waits, as each change
of a socket's timeout lets go of the interpreter's lock."""


class BoundedConnection(pymysql.Connection):
    """A PyMySQL connection whose every wait ends: a silent network cannot hold a caller.

    PyMySQL's own limits are for each read alone, and its handshake has only those.
    """

    give_up_at: float = math.inf
    longest_wait: float = math.inf
    _sock: Any
    _reader: io.BufferedReader | None = None

    def in_time(self, transfer: Callable[[Any], int], buffer: Any) -> int:
        """Send from or receive into a buffer, as far as it goes at once.

        Raises:
            TimeoutError: the time is over.
        """
        while True:
            left = self.give_up_at - time.monotonic()
            wait = max(_SHORTEST_WAIT, min(left, self.longest_wait))
            if self._sock.gettimeout() != wait:
                self._sock.settimeout(wait)
            try:
                return transfer(buffer)
            except TimeoutError:
                if time.monotonic() >= self.give_up_at:
                    raise

    def _write_bytes(self, data: bytes) -> None:
        unsent = memoryview(data)
        try:
            while unsent:
                unsent = unsent[self.in_time(self._sock.send, unsent) :]
        except OSError as exc:
            self._force_close()  # type: ignore[attr-defined]
            raise pymysql.OperationalError(
                CR.CR_SERVER_GONE_ERROR, f"MySQL server has gone away ({exc!r})"
            ) from exc

    # PyMySQL assigns the socket's file here, once more when the connection turns to TLS.
    @property
    def _rfile(self) -> io.BufferedReader | None:
        return self._reader

    @_rfile.setter
    def _rfile(self, file: io.BufferedReader | None) -> None:
        if file is None:
            self._reader = None
        else:
            self._reader = io.BufferedReader(_BoundedFile(self, file.detach()))

    def _create_ssl_ctx(self, options: Any) -> Any:
        # Without options nothing is verified, and reading the certificates takes 20 ms.
        create = super()._create_ssl_ctx  # type: ignore[misc]
        return create(options) if options else _default_ssl_context(create)


class _BoundedFile(io.RawIOBase):
    """The file of a socket, each of whose reads ends when the connection's time is over."""

    def __init__(self, connection: BoundedConnection, file: io.RawIOBase) -> None:
        self._connection = connection
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._connection.in_time(self._connection._sock.recv_into, buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


_ssl_contexts: list[Any] = []


def _default_ssl_context(create: Callable[[Mapping[str, Any]], Any]) -> Any:
    if not _ssl_contexts:
        _ssl_contexts.append(create({}))
    return _ssl_contexts[0]


def connect_arguments(url: DatabaseURL, host: str | None, port: int | None) -> dict[str, Any]:
    """The keywords of a PyMySQL connection to one host of a URL; None: the driver's default."""
    arguments: dict[str, Any] = {
        "charset": "utf8mb4",
        "autocommit": True,
        "client_flag": CLIENT.MULTI_STATEMENTS,
        "program_name": "agentstore",
    }
    given = {
        "host": host,
        "port": port,
        "user": url.user,
        "password": url.password,
        "database": url.database,
    }
    arguments |= {name: value for name, value in given.items() if value is not None}
    return arguments | {name: _argument(name, text) for name, text in url.query.items()}


def _argument(name: str, text: str) -> str | bool:
    if name == "charset" and text.lower() != "utf8mb4":
        raise ConfigurationError("charset is utf8mb4: no other can carry every text")
    if name in _FLAG_PARAMETERS:
        return text.lower() in ("1", "true", "yes", "on")
    return text
