"""psycopg (version 3): a connection to PostgreSQL."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import AdaptersMap, Transformer
from psycopg.rows import tuple_row

from agentstore.dialects.postgresql import values
from agentstore.dialects.postgresql.authentication import (
    authentication_arguments,
    explain_refusal,
)
from agentstore.dialects.postgresql.exchange import Exchange, WaitTimedOut
from agentstore.dialects.postgresql.faults import fault_of_login, fault_of_sqlstate
from agentstore.dialects.postgresql.opening import open_connection
from agentstore.dialects.url import DatabaseURL
from agentstore.engine.batch import Parameters
from agentstore.engine.connection import Connection, Row, setting_up
from agentstore.engine.deadline import Deadline
from agentstore.engine.faults import Fault, error_of, fault_of
from agentstore.engine.interruption import let_through
from agentstore.engine.options import Options
from agentstore.errors import ConfigurationError, StorageError
from agentstore.statements import StatementLibrary

DRIVER_PARAMETERS = frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults()) - {
    "connect_timeout"
}
"""What libpq takes; connect_timeout is an option of ours."""

_ADAPTERS = AdaptersMap(psycopg.adapters)
values.register(_ADAPTERS)
_CLIENT_MARGIN = 0.5

_READ_ONLY = "default_transaction_read_only"


class _Cursor(psycopg.Cursor[Row]):
    """A cursor that is deaf to what the caller has registered on a bound connection."""

    @property
    def adapters(self) -> AdaptersMap:
        return _ADAPTERS


class PostgreSQLConnection(Connection):
    """One psycopg connection.

    Attributes:
        is_pooled: whether a pooler such as PgBouncer stands between, so that what is set for
            the session could reach another client.
    """

    exceptions = (psycopg.Error, UnicodeEncodeError, OSError)

    driver_connection: psycopg.Connection[Any]

    def __init__(self, driver_connection: Any, statements: StatementLibrary) -> None:
        super().__init__(driver_connection, statements)
        self._exchange: Exchange | None = None
        self.is_pooled = False
        self.search_path: str | None = None
        self._on_refusal: Callable[[], None] | None = None

    @classmethod
    def open(
        cls,
        url: DatabaseURL,
        statements: StatementLibrary,
        *,
        prepare: bool,
        on_refusal: Callable[[], None],
    ) -> PostgreSQLConnection:
        """Connect to the server of a URL.

        Args:
            url: the URL; its query parameters go to libpq.
            statements: the dialect's statements.
            prepare: whether statements may be prepared on the server.
            on_refusal: called when the server turns out to refuse prepared statements.

        Raises:
            StorageError: the public error of what went wrong.
        """
        deadline = Deadline.after(url.options.connect_timeout)
        driver_connection = cls.open_driver(url, statements)
        connection = cls(driver_connection, statements)
        cursor = _Cursor(driver_connection)
        connection._exchange = Exchange(driver_connection, Transformer(cursor))
        connection._on_refusal = on_refusal
        try:
            connection._prepare_for_use(url, deadline, prepare=prepare)
        except BaseException:
            connection.close()
            raise
        return connection

    @classmethod
    def refused(cls, exc: psycopg.Error, statements: StatementLibrary) -> StorageError:
        """The public error of a connection that was not made; the driver's tells no password."""
        vars(exc)["_pgconn"] = None  # what is left of the connection has it
        return cls(None, statements).translated(exc)

    @classmethod
    def describe(cls, exc: BaseException) -> str:
        return explain_refusal(super().describe(exc), str(exc))

    @classmethod
    def open_driver(cls, url: DatabaseURL, statements: StatementLibrary) -> Any:
        """A bare psycopg connection to the server of a URL.

        Raises:
            StorageError: the public error of what went wrong.
        """
        limit = url.options.connect_timeout / max(1, len(url.hosts))
        handled = sys.exc_info()[1]
        try:
            return open_connection(connect_arguments(url), limit)
        except psycopg.Error as exc:
            let_through(exc, handled)
            raise cls.refused(exc, statements) from exc

    @classmethod
    def bind(cls, driver_connection: Any, statements: StatementLibrary) -> PostgreSQLConnection:
        """Wrap the caller's connection.

        Raises:
            ConfigurationError: it is not in UTF-8, so it cannot carry every text.
            UnavailableError: it is closed.
        """
        connection = cls(driver_connection, statements)
        try:
            check_encoding(driver_connection)
        except psycopg.Error as exc:
            raise connection.translated(exc) from exc
        return connection

    def _prepare_for_use(self, url: DatabaseURL, deadline: Deadline, *, prepare: bool) -> None:
        check_encoding(self.driver_connection)
        connection = self.driver_connection
        options = url.options
        self.statement_limit = options.statement_timeout + _CLIENT_MARGIN
        self.cancel_limit = options.cancel_limit
        self.set_deadline(deadline)
        self.search_path = url.query.get("schema")
        with setting_up():
            rows = self.rows(
                "connection/open_connection",
                {
                    "connection_pid": connection.info.backend_pid,
                    "statement_timeout": _milliseconds(options.statement_timeout),
                    "lock_timeout": _milliseconds(_lock_timeout(options)),
                    "schema": self.search_path,
                },
            )
        if [len(row) for row in rows] != [2]:
            raise error_of(Fault.OTHER, "what it answers to the first statement is no answer")
        ((self.is_pooled, unfit),) = rows
        if self.is_pooled and unfit:
            raise ConfigurationError(
                f"the server's setting of {unfit} does not fit, and behind a pooler it cannot be "
                "changed: set the default for the database or role"
            )
        if self._exchange is not None:
            self._exchange.prepares = prepare and not self.is_pooled

    def fault(self, exc: BaseException) -> Fault:
        if isinstance(exc, UnicodeEncodeError):
            return Fault.OTHER
        code = getattr(exc, "sqlstate", None)
        if code is None:
            return self._fault_without_code(exc)
        fault = fault_of_sqlstate(code)
        if code == "0A000" and "cached plan" in str(exc):
            # A migration has changed a column's type: the next connection prepares anew.
            fault = Fault.CONFLICT
            self.is_broken = True
        elif code == "25006":
            # A standby takes no writes: the next attempt looks for the primary anew.
            self.is_broken = True
            if self._is_made_read_only():
                fault = Fault.CONFIGURATION
        elif fault is None and self.driver_connection is not None and self.driver_connection.closed:
            fault = Fault.DISCONNECTED
        return fault or Fault.OTHER

    def translated(self, exc: BaseException) -> StorageError:
        error = super().translated(exc)
        if getattr(exc, "sqlstate", None) == "25006" and fault_of(error) is Fault.CONFIGURATION:
            error = error_of(
                Fault.CONFIGURATION,
                self.describe(exc),
                headline=f"{_READ_ONLY} is on for this server, database or role",
            )
        if self._exchange is not None and self._is_amid_a_statement():
            self.is_broken = True
        if fault_of(error) is Fault.UNPREPARED and self._on_refusal is not None:
            # It was refused before it ran: connections that prepare nothing take this one's place.
            self.is_broken = True
            self._on_refusal()
        return error

    def _is_amid_a_statement(self) -> bool:
        status = self.driver_connection.info.transaction_status
        return status == pq.TransactionStatus.ACTIVE

    def _fault_without_code(self, exc: BaseException) -> Fault:
        if self.driver_connection is None:
            return fault_of_login(exc)
        if isinstance(exc, (WaitTimedOut, OSError)) or self.driver_connection.closed:
            return Fault.DISCONNECTED
        return Fault.OTHER

    def _is_made_read_only(self) -> bool:
        """Whether a setting forbids writes, at a server that is no standby."""
        status = self.driver_connection.info.parameter_status
        return status(_READ_ONLY) == "on" and status("in_hot_standby") == "off"

    def code_of(self, exc: BaseException) -> str:
        return getattr(exc, "sqlstate", None) or ""

    def wait_until(self, deadline: Deadline) -> None:
        if self._exchange is not None:
            self._exchange.deadline = deadline

    def is_usable(self) -> bool:
        connection = self.driver_connection
        if connection.closed or connection.info.transaction_status != pq.TransactionStatus.IDLE:
            return False
        # An idle server has nothing to say: a readable socket means that it closed the connection.
        return self._exchange is None or self._exchange.is_silent()

    def cancel(self) -> bool:
        if self._exchange is None or self.driver_connection.closed:
            return False
        return not self._is_amid_a_statement() or self._exchange.cancel(self.cancel_limit)

    def close(self) -> None:
        handled = sys.exc_info()[1]
        try:
            self.driver_connection.close()
        except Exception as exc:
            let_through(exc, handled)
            self.is_broken = True

    def may_write(self) -> bool:
        connection = self.driver_connection
        status = connection.info.transaction_status
        return not connection.autocommit or status != pq.TransactionStatus.IDLE

    @property
    def wants_transactions(self) -> bool:
        return self.is_pooled and self.search_path is not None

    def begin(self) -> None:
        if self._exchange is not None and self._exchange.pipelines:
            self.begins_with_next = True
        else:
            super().begin()
        self._set_local_schema()

    def begin_snapshot(self) -> None:
        super().begin_snapshot()
        self._set_local_schema()

    def _set_local_schema(self) -> None:
        if not self.wants_transactions:
            return
        try:
            self.rows("connection/set_local_schema", {"schema": self.search_path})
        except BaseException:
            # Who comes next takes the connection without a look, and it would be in a transaction.
            if not self.is_broken:
                self.rollback()
            raise

    def _rows(self, text: str, parameters: Parameters) -> list[Row]:
        if self._exchange is not None:
            return self._exchange.rows(text, parameters, self._take_begin())
        return self._execute(text, parameters).fetchall()

    def _count(self, text: str, parameters: Parameters) -> int:
        if self._exchange is not None:
            return self._exchange.count(text, parameters, self._take_begin())
        return self._execute(text, parameters).rowcount

    def _run_many(self, text: str, parameters: Sequence[Parameters]) -> None:
        for each in parameters:
            self._count(text, each)

    def _execute(self, text: str, parameters: Parameters) -> psycopg.Cursor[Row]:
        """Run a text on a bound connection, as the caller has set it up."""
        cursor = _Cursor(self.driver_connection, row_factory=tuple_row)
        return cursor.execute(text, parameters)


def connect_arguments(url: DatabaseURL) -> dict[str, Any]:
    """The keywords of psycopg.connect for a URL."""
    arguments: dict[str, Any] = {
        "client_encoding": "utf8",
        "fallback_application_name": "agentstore",
        "autocommit": True,
        "connect_timeout": math.ceil(url.options.connect_timeout / max(1, len(url.hosts))),
    }
    if url.hosts:
        arguments["host"] = ",".join(host for host, _ in url.hosts)
        arguments["port"] = ",".join("" if port is None else str(port) for _, port in url.hosts)
    given = {
        "user": url.user,
        "password": url.password,
        "dbname": url.database,
    }
    arguments |= {name: value for name, value in given.items() if value is not None}
    arguments |= {name: text for name, text in url.query.items() if name != "schema"}
    if "," in arguments.get("host", ""):
        # Of several servers one takes writes: the standby that answers first would refuse them.
        arguments.setdefault("target_session_attrs", "read-write")
    return arguments | authentication_arguments(arguments)


def check_encoding(connection: psycopg.Connection[Any]) -> None:
    """Refuse a connection or a database that cannot carry every text.

    Raises:
        ConfigurationError: it names the side and its encoding.
    """
    for side, encoding in (
        ("client", connection.info.encoding),
        ("server", connection.info.parameter_status("server_encoding") or ""),
    ):
        if encoding.lower().replace("-", "") != "utf8":
            raise ConfigurationError(f"the {side}'s encoding is {encoding}; agentstore needs UTF8")


def _milliseconds(seconds: float) -> str:
    return str(min(max(1, math.ceil(seconds * 1000)), 2**31 - 1))


def _lock_timeout(options: Options) -> float:
    """A little less than the statement's own limit, so that a lock is named as the cause."""
    return options.statement_timeout * 0.9
