"""PyMySQL: a connection to MySQL or MariaDB."""

from __future__ import annotations

import math
import select
from collections.abc import Sequence
from typing import Any

import pymysql
from pymysql.constants import CLIENT, SERVER_STATUS
from pymysql.cursors import Cursor

from agentstore.connections.base import Connection, Parameters, Row
from agentstore.errors import ConfigurationError, InvalidInputError, StorageError
from agentstore.faults import Fault, error_of
from agentstore.statements import StatementLibrary
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

_CLIENT_MARGIN = 0.5
_SMALLEST_PACKET_LIMIT = 1024 * 1024

_FAULTS = {
    1020: Fault.CONFLICT,
    1040: Fault.UNAVAILABLE,
    1044: Fault.CONFIGURATION,
    1045: Fault.CONFIGURATION,
    1047: Fault.UNAVAILABLE,
    1049: Fault.CONFIGURATION,
    1053: Fault.DISCONNECTED,
    1054: Fault.MISSING_TABLE,
    1062: Fault.DUPLICATE,
    1129: Fault.UNAVAILABLE,
    1130: Fault.CONFIGURATION,
    1146: Fault.MISSING_TABLE,
    1153: Fault.TOO_LARGE,
    1158: Fault.DISCONNECTED,
    1159: Fault.DISCONNECTED,
    1160: Fault.DISCONNECTED,
    1161: Fault.DISCONNECTED,
    1203: Fault.UNAVAILABLE,
    1205: Fault.LOCKED,
    1213: Fault.CONFLICT,
    1226: Fault.UNAVAILABLE,
    1251: Fault.CONFIGURATION,
    1290: Fault.UNAVAILABLE,
    1317: Fault.TIMED_OUT,
    1613: Fault.CONFLICT,
    1614: Fault.CONFLICT,
    1698: Fault.CONFIGURATION,
    1836: Fault.UNAVAILABLE,
    1927: Fault.DISCONNECTED,
    1969: Fault.TIMED_OUT,
    2002: Fault.UNAVAILABLE,
    2003: Fault.UNAVAILABLE,
    2005: Fault.UNAVAILABLE,
    2006: Fault.DISCONNECTED,
    2013: Fault.DISCONNECTED,
    2014: Fault.DISCONNECTED,
    2026: Fault.CONFIGURATION,
    2027: Fault.DISCONNECTED,
    2045: Fault.DISCONNECTED,
    2055: Fault.DISCONNECTED,
    2061: Fault.CONFIGURATION,
    3024: Fault.TIMED_OUT,
    4031: Fault.DISCONNECTED,
}
_READ_ONLY = frozenset({1290, 1836})
"""The server has become a replica: the next attempt looks for the primary anew."""


class MySQLConnection(Connection):
    """One PyMySQL connection."""

    exceptions = (pymysql.MySQLError, UnicodeEncodeError, OSError)

    def __init__(self, driver_connection: Any, statements: StatementLibrary) -> None:
        super().__init__(driver_connection, statements)
        self._packet_limit = 0
        self._takes_batches = False

    @classmethod
    def open(cls, url: DatabaseURL, statements: StatementLibrary) -> MySQLConnection:
        """Connect to the first server of a URL that lets us in, and make it ready for use.

        Raises:
            StorageError: the public error of what went wrong at the last of them.
        """
        connection = cls.reach(url, statements)
        try:
            connection._prepare_for_use(url)
        except BaseException:
            connection.close()
            raise
        return connection

    @classmethod
    def reach(
        cls, url: DatabaseURL, statements: StatementLibrary, *, no_limit: bool = False
    ) -> MySQLConnection:
        """Connect to the first server of a URL that lets us in.

        Args:
            url: the URL.
            statements: the dialect's statements.
            no_limit: whether a statement may take any time, as a migration may.

        Raises:
            StorageError: the public error of what went wrong at the last of them.
        """
        failure: StorageError | None = None
        for host, port in url.hosts or ((None, None),):
            limit = None if no_limit else url.options.statement_timeout + _CLIENT_MARGIN
            arguments = connect_arguments(url, host, port, limit=limit)
            try:
                return cls(pymysql.connect(**arguments), statements)
            except (pymysql.MySQLError, OSError) as exc:
                failure = cls(None, statements).translated(exc)
                failure.__cause__ = exc
        raise failure or error_of(Fault.UNAVAILABLE)

    @classmethod
    def bind(cls, driver_connection: Any, statements: StatementLibrary) -> MySQLConnection:
        """Wrap the caller's connection.

        Raises:
            ConfigurationError: its character set cannot carry every text.
        """
        if driver_connection.charset != "utf8mb4":
            raise ConfigurationError(
                f"the connection's charset is {driver_connection.charset}; "
                "agentstore needs charset='utf8mb4'"
            )
        return cls(driver_connection, statements)

    def _prepare_for_use(self, url: DatabaseURL) -> None:
        options = url.options
        self._takes_batches = True
        is_mariadb = "mariadb" in self.driver_connection.get_server_info().lower()
        self.count(
            "connection/open_connection_mariadb" if is_mariadb else "connection/open_connection",
            {
                "lock_timeout": max(1, math.floor(options.statement_timeout * 0.9)),
                "statement_timeout": (
                    options.statement_timeout
                    if is_mariadb
                    else math.ceil(options.statement_timeout * 1000)
                ),
            },
        )
        self.count("connection/read_committed")

    def packet_limit(self) -> int:
        """The longest statement in bytes that the server takes (its max_allowed_packet)."""
        if not self._packet_limit:
            ((self._packet_limit,),) = self.rows("connection/packet_limit")
        return self._packet_limit

    def fault(self, exc: BaseException) -> Fault:
        code = exc.args[0] if isinstance(exc, pymysql.MySQLError) and exc.args else None
        if code in _READ_ONLY:
            self.is_broken = True
        if code in _FAULTS:
            return _FAULTS[code]
        if isinstance(exc, (pymysql.InterfaceError, OSError)):
            return Fault.UNAVAILABLE if self.driver_connection is None else Fault.DISCONNECTED
        return Fault.OTHER

    @classmethod
    def describe(cls, exc: BaseException) -> str:
        if isinstance(exc, pymysql.MySQLError) and len(exc.args) > 1:
            return f"{type(exc).__name__} {exc.args[0]}: {exc.args[1]}"
        return super().describe(exc)

    def is_usable(self) -> bool:
        socket = self.driver_connection._sock
        if socket is None:
            return False
        # An idle server has nothing to say: a readable socket is its good-bye.
        poller = select.poll()
        poller.register(socket.fileno(), select.POLLIN)
        return not poller.poll(0)

    def close(self) -> None:
        try:
            self.driver_connection.close()
        except Exception:
            self.is_broken = True

    def may_write(self) -> bool:
        connection = self.driver_connection
        in_transaction = connection.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS
        return bool(in_transaction) or not connection.get_autocommit()

    def run_batch(
        self,
        statements: Sequence[tuple[str, Parameters]],
        *,
        ends_transaction: bool = False,
    ) -> list[int]:
        """Run statements one after the other, in one round trip where the connection may.

        A pooled connection sends them as one text (CLIENT.MULTI_STATEMENTS): the values are
        escaped by the driver as ever, the texts come from files alone. The server stops at the
        first error and leaves what was begun open, so that is rolled back here.

        Args:
            statements: (name, parameters) pairs.
            ends_transaction: whether they begin and end a transaction of their own.

        Returns:
            How many rows each found.
        """
        if not self._takes_batches:
            return [self.count(name, parameters) for name, parameters in statements]
        texts = [
            self._mogrify(self.statements[name].render(), parameters)
            for name, parameters in statements
        ]
        try:
            return self._guarded(self._send_batch, "; ".join(texts), None)
        except BaseException:
            if ends_transaction and not self.is_broken:
                self.rollback()
            raise

    def _send_batch(self, text: str, _: None) -> list[int]:
        cursor = self._sent(text)
        counts = [cursor.rowcount]
        while cursor.nextset():
            counts.append(cursor.rowcount)
        return counts

    def _mogrify(self, text: str, parameters: Parameters) -> str:
        return str(Cursor(self.driver_connection).mogrify(text, parameters))

    def _sent(self, text: str) -> Cursor:
        self._check_size(text)
        cursor = Cursor(self.driver_connection)
        cursor.execute(text)
        return cursor

    def _check_size(self, text: str) -> None:
        # A character has at most four bytes, and no server has a smaller limit.
        if len(text) * 4 < _SMALLEST_PACKET_LIMIT:
            return
        size = len(text.encode("utf-8", "surrogatepass")) + 1
        if size >= self.packet_limit():
            raise InvalidInputError(
                f"this would be a statement of {size} bytes, and the server takes "
                f"{self.packet_limit()} (max_allowed_packet; raise it in the server's "
                "configuration)"
            )

    def _rows(self, text: str, parameters: Parameters) -> list[Row]:
        return list(self._sent(self._mogrify(text, parameters)).fetchall())

    def _count(self, text: str, parameters: Parameters) -> int:
        return self._sent(self._mogrify(text, parameters)).rowcount

    def _run_many(self, text: str, parameters: list[Parameters]) -> None:
        for values in parameters:
            self._check_size(self._mogrify(text, values))
        # PyMySQL sends INSERT … VALUES as few statements of many rows.
        Cursor(self.driver_connection).executemany(text, parameters)

    def last_insert_id(self) -> int:
        """What the last statement gave to LAST_INSERT_ID()."""
        return int(self.driver_connection.insert_id())


def connect_arguments(
    url: DatabaseURL, host: str | None, port: int | None, *, limit: float | None
) -> dict[str, Any]:
    """The keywords of pymysql.connect for one host of a URL.

    Args:
        url: the URL.
        host, port: the host, or None for the driver's default.
        limit: seconds that a statement may take at the client; None for any time.
    """
    options = url.options
    arguments: dict[str, Any] = {
        "charset": "utf8mb4",
        "autocommit": True,
        "client_flag": CLIENT.MULTI_STATEMENTS,
        "connect_timeout": max(1, math.ceil(options.connect_timeout / max(1, len(url.hosts)))),
        "read_timeout": limit,
        "write_timeout": limit,
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
