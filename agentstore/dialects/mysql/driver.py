"""PyMySQL's connection, made so that none of its waits is endless, and what it is called with."""

from __future__ import annotations

import configparser
import io
import math
import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

import pymysql
from pymysql.constants import CLIENT, COMMAND, CR, SERVER_STATUS
from pymysql.err import raise_mysql_exception

from agentstore.dialects.mysql.faults import NO_DATABASE, describe
from agentstore.dialects.mysql.tls import TLS_PARAMETERS, VerifyingConnection, tls_arguments
from agentstore.dialects.url import DatabaseURL
from agentstore.engine.deadline import NEVER
from agentstore.engine.faults import Fault, error_of
from agentstore.engine.interruption import is_of_handler, let_through
from agentstore.errors import ConfigurationError, StorageError

A = TypeVar("A")
T = TypeVar("T")
Outcome: TypeAlias = tuple[int, int]
"""What a statement without rows says: how many rows it found, and its LAST_INSERT_ID()."""

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
    }
)
DRIVER_PARAMETERS = _TEXT_PARAMETERS | TLS_PARAMETERS | {"charset"}
"""What of PyMySQL's connect arguments a URL may set."""

NAMES_A_DATABASE = frozenset({"read_default_file", "read_default_group", "init_command"})
"""What may name the database where the URL's path does not."""

_SHORTEST_WAIT = 0.001
LONGEST_WAIT = 1.0
"""Seconds after which a waiting thread looks at the clock. The same for all waits, as each change
of a socket's timeout lets go of the interpreter's lock."""

_RECEIVED_AT_ONCE = 16 * 1024
_LOST = "Lost connection to MySQL server during query"
_OK, _ERROR = 0x00, 0xFF
_GOODBYE = struct.pack("<iB", 1, COMMAND.COM_QUIT)


class BoundedConnection(VerifyingConnection):
    """A PyMySQL connection whose every wait ends: a silent network cannot hold a caller.

    PyMySQL's own limits are for each read alone, and its handshake has only those.
    """

    deadline = NEVER
    longest_wait: float = math.inf
    server_status: int
    init_command: str | None
    charset: str
    collation: str | None
    _next_seq_id: int
    _reader: io.BufferedReader | None = None

    def connect(self, sock: Any = None) -> None:
        """As PyMySQL's; whatever the URL's init_command says of character sets is undone."""
        super().connect(sock)
        if self.init_command:
            # Values are escaped for this one: with gbk a backslash is half a character.
            self.set_character_set(self.charset, self.collation)

    def close(self) -> None:
        """As PyMySQL's, which would pass over what a signal's handler raises."""
        if self._sock is not None:
            handled = sys.exc_info()[1]
            try:
                self._write_bytes(_GOODBYE)
            except pymysql.MySQLError as exc:
                let_through(exc, handled)
            finally:
                self._force_close()  # type: ignore[attr-defined]

    def run_batch(self, text: str) -> list[Outcome]:
        """Run statements that give no rows, sent as one text; what each of them says.

        Their answers are read here, for PyMySQL makes several objects of each: half of what the
        client does to save a turn. See "OK_Packet" and "Protocol Basics" in MariaDB's
        documentation of the protocol.

        Raises:
            pymysql.MySQLError: what the server says to the first that fails.
        """
        self._execute_command(COMMAND.COM_QUERY, text)  # type: ignore[attr-defined]
        outcomes: list[Outcome] = []
        received, start, more = b"", 0, True
        while more:
            while len(received) < start + 4 or len(received) < (
                end := start + 4 + int.from_bytes(received[start : start + 3], "little")
            ):
                received, start = received[start:] + self._receive(), 0
            self._check_number(received[start + 3])
            packet, start = received[start + 4 : end], end
            try:
                outcome, self.server_status = _read_answer(packet)
            except (IndexError, KeyError, UnicodeDecodeError, struct.error) as exc:
                raise self._given_up(
                    pymysql.OperationalError(CR.CR_MALFORMED_PACKET, "malformed packet")
                ) from exc
            except pymysql.InternalError as exc:
                raise self._given_up(exc) from exc.__cause__
            outcomes.append(outcome)
            more = bool(self.server_status & SERVER_STATUS.SERVER_MORE_RESULTS_EXISTS)
        return outcomes

    def _receive(self) -> bytes:
        """What has come from the server, once there is something.

        Raises:
            pymysql.OperationalError: nothing came in time, or nothing more will.
        """
        try:
            received: bytes = self.in_time(self._sock.recv, _RECEIVED_AT_ONCE)
        except OSError as exc:
            raise self._given_up(
                pymysql.OperationalError(CR.CR_SERVER_LOST, f"{_LOST} ({exc!r})")
            ) from exc
        except BaseException:
            self._force_close()  # type: ignore[attr-defined]
            raise
        if not received:
            raise self._given_up(pymysql.OperationalError(CR.CR_SERVER_LOST, _LOST))
        return received

    def _check_number(self, number: int) -> None:
        """Notice a packet that is no answer: MariaDB says with number 0 that it hangs up."""
        if number != self._next_seq_id:
            raise self._given_up(pymysql.OperationalError(CR.CR_SERVER_LOST, _LOST))
        self._next_seq_id = (number + 1) % 256

    def _given_up(self, error: T) -> T:
        self._force_close()  # type: ignore[attr-defined]
        return error

    def in_time(self, transfer: Callable[[A], T], buffer: A) -> T:
        """Send from or receive into a buffer, as far as it goes at once.

        Raises:
            TimeoutError: the time is over.
        """
        while True:
            left = self.deadline.left
            wait = max(_SHORTEST_WAIT, min(left, self.longest_wait))
            if self._sock.gettimeout() != wait:
                self._sock.settimeout(wait)
            try:
                return transfer(buffer)
            except TimeoutError as exc:
                if self.deadline.has_passed or is_of_handler(exc):
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
        received: int = self._connection.in_time(self._connection._sock.recv_into, buffer)
        return received

    def close(self) -> None:
        self._file.close()
        super().close()


def _read_answer(packet: bytes) -> tuple[Outcome, int]:
    """What a packet says of a statement without rows, and the server's status.

    Raises:
        pymysql.MySQLError: it says that the statement failed, or has rows.
        IndexError, KeyError, UnicodeDecodeError, struct.error: it is malformed.
    """
    if packet[0] == _ERROR:
        raise_mysql_exception(packet)
    if packet[0] != _OK:
        raise pymysql.InternalError("a statement has rows, and was to have none")
    affected, at = _length_encoded(packet, 1)
    insert_id, at = _length_encoded(packet, at)
    return (affected, insert_id), packet[at] | packet[at + 1] << 8


def _length_encoded(packet: bytes, at: int) -> tuple[int, int]:
    """A number in a packet, and where what follows it begins."""
    first = packet[at]
    if first < 0xFB:
        return first, at + 1
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
    return int.from_bytes(packet[at + 1 : at + 1 + size], "little"), at + 1 + size


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
    if url.query.get("charset", "utf8mb4").lower() != "utf8mb4":
        raise ConfigurationError("charset is utf8mb4: no other can carry every text")
    arguments |= {name: url.query[name] for name in _TEXT_PARAMETERS & url.query.keys()}
    return arguments | tls_arguments(url.query, is_local="unix_socket" in url.query)


def not_yet_connected(url: DatabaseURL, host: str | None, port: int | None) -> BoundedConnection:
    """A connection to one host of a URL, which is still to be made.

    Raises:
        ConfigurationError: a file that the URL names cannot be read, or is not what it should be.
    """
    handled = sys.exc_info()[1]
    try:
        connection = BoundedConnection(**connect_arguments(url, host, port), defer_connect=True)
    except StorageError:
        raise
    except (configparser.Error, UnicodeError) as exc:
        # Its own words, and its attributes, have the lines of the file, a password among them.
        raise ConfigurationError(
            f"the file of read_default_file cannot be read ({type(exc).__name__})"
        ) from None
    except Exception as exc:
        let_through(exc, handled)
        # Certificates or a file of options that cannot be read.
        raise error_of(Fault.CONFIGURATION, describe(exc)) from exc
    if not connection.db and "init_command" not in url.query:
        raise ConfigurationError(NO_DATABASE)
    return connection
