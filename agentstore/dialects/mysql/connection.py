"""PyMySQL: a connection to MySQL or MariaDB."""

from __future__ import annotations

import configparser
import math
import re
import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

import pymysql
from pymysql.constants import ER, SERVER_STATUS
from pymysql.converters import escape_string

from agentstore.dialects.mysql.driver import (
    LONGEST_WAIT,
    BoundedConnection,
    Outcome,
    connect_arguments,
)
from agentstore.dialects.mysql.tls import explain_refusal
from agentstore.dialects.url import DatabaseURL
from agentstore.engine.batch import NO_PARAMETERS, Batch, Parameters
from agentstore.engine.connection import Connection, Row
from agentstore.engine.deadline import NEVER, Deadline
from agentstore.engine.faults import Fault, error_of, fault_of
from agentstore.engine.polling import READABLE, Poll, poll_of
from agentstore.errors import ConfigurationError, DatabaseError, InvalidInputError, StorageError
from agentstore.statements import StatementLibrary

_CLIENT_MARGIN = 0.5
_KILL_PAUSE = 0.005
_SMALLEST_PACKET_LIMIT = 1024 * 1024
_CHARACTERS_A_STATEMENT = _SMALLEST_PACKET_LIMIT // 4 - 10_000
"""What goes in one insert of many rows: whatever the characters, every server takes it."""

_INSERT_OF_ROWS = re.compile(
    r"(?P<head>.+?\bVALUES )(?P<row>\((?:[^()]|\([^()]*\))*\))(?P<tail>.*)",
    re.IGNORECASE | re.DOTALL,
)

_FAULTS = {
    1020: Fault.CONFLICT,
    1040: Fault.UNAVAILABLE,
    1044: Fault.CONFIGURATION,
    1045: Fault.CONFIGURATION,
    1047: Fault.UNAVAILABLE,
    1048: Fault.MISSING_VALUE,
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
    1180: Fault.UNAVAILABLE,
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
    2002: Fault.UNREACHABLE,
    2003: Fault.UNREACHABLE,
    2005: Fault.UNREACHABLE,
    2006: Fault.DISCONNECTED,
    2013: Fault.DISCONNECTED,
    2014: Fault.DISCONNECTED,
    2026: Fault.CONFIGURATION,
    2027: Fault.DISCONNECTED,
    2045: Fault.DISCONNECTED,
    2055: Fault.DISCONNECTED,
    2061: Fault.CONFIGURATION,
    3024: Fault.TIMED_OUT,
    3101: Fault.CONFLICT,
    4031: Fault.DISCONNECTED,
}
_ELSEWHERE = frozenset({1047, 1180, 1290, 1836})
"""The server is cut off from its cluster, or a replica: the next attempt looks for another."""


class MySQLConnection(Connection):
    """One PyMySQL connection."""

    exceptions = (pymysql.MySQLError, UnicodeEncodeError, OSError)

    def __init__(self, driver_connection: Any, statements: StatementLibrary) -> None:
        super().__init__(driver_connection, statements)
        self._is_own = isinstance(driver_connection, BoundedConnection)
        self._last_insert_id = 0
        self._silence: Poll | None = None
        self._origin: tuple[DatabaseURL, str | None, int | None] | None = None
        self._packet_limit = 0
        self._takes_batches = False
        self._is_cluster_node = False

    @classmethod
    def open(cls, url: DatabaseURL, statements: StatementLibrary) -> MySQLConnection:
        """Connect to the first server of a URL that lets us in, and make it ready for use.

        Raises:
            StorageError: the public error of what went wrong at the last of them.
        """
        deadline = Deadline.after(url.options.connect_timeout)
        connection = cls.reach(url, statements)
        try:
            connection._prepare_for_use(url, deadline)
        except BaseException:
            connection.close()
            raise
        return connection

    @classmethod
    def reach(
        cls, url: DatabaseURL, statements: StatementLibrary, *, no_limit: bool = False
    ) -> MySQLConnection:
        """Connect to the first server of a URL that lets us in.

        Tried in the order given, so that all clients meet on the same node of a cluster: what
        is written on two at once is in conflict and has to be done again.

        Args:
            url: the URL.
            statements: the dialect's statements.
            no_limit: whether a statement may take any time, as a migration may.

        Raises:
            StorageError: the public error of what went wrong at the last of them.
        """
        failure: StorageError | None = None
        hosts = url.hosts or ((None, None),)
        connect_limit = url.options.connect_timeout / len(hosts)
        for host, port in hosts:
            connection = _not_yet_connected(url, host, port)
            try:
                connection.connect_timeout = connect_limit
                connection.deadline = Deadline.after(connect_limit)
                connection.connect()
                reached = cls(connection, statements)
                reached._silence = poll_of(connection._sock.fileno(), READABLE)
                reached._origin = (url, host, port)
                reached.cancel_limit = url.options.cancel_limit
                reached._join_cluster()
                connection.deadline = NEVER
                connection.longest_wait = LONGEST_WAIT
            except (pymysql.MySQLError, OSError) as exc:
                failure = cls(None, statements).translated(exc)
                failure.__cause__ = exc
            except StorageError as error:
                reached.close()
                failure = error
            else:
                if not no_limit:
                    reached.statement_limit = url.options.statement_timeout + _CLIENT_MARGIN
                return reached
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
        connection = cls(driver_connection, statements)
        ((character_set,),) = connection.rows("connection/client_character_set")
        if character_set != "utf8mb4":
            raise ConfigurationError(
                f"the server reads this connection's statements as {character_set} (SET NAMES); "
                "values are escaped for utf8mb4"
            )
        return connection

    def _prepare_for_use(self, url: DatabaseURL, deadline: Deadline) -> None:
        options = url.options
        self.set_deadline(deadline)
        # A node may undo a transaction in the middle of a batch, say nothing, and run the rest
        # of it in autocommit.
        self._takes_batches = not self._is_cluster_node
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

    def _join_cluster(self) -> None:
        """Notice a node of a Galera cluster, and one that takes no work (error 1047)."""
        modes = [row[1] for row in self.rows("connection/cluster_mode")]
        self._is_cluster_node = "ON" in modes
        if self._is_cluster_node:
            self.count("connection/wait_for_cluster")
            self.rows("connection/ping")

    def packet_limit(self) -> int:
        """The longest statement in bytes that the server takes (its max_allowed_packet)."""
        if not self._packet_limit:
            ((self._packet_limit,),) = self.rows("connection/packet_limit")
        return self._packet_limit

    def fault(self, exc: BaseException) -> Fault:
        if explain_refusal(exc) is not None:
            return Fault.CONFIGURATION
        code = exc.args[0] if isinstance(exc, pymysql.MySQLError) and exc.args else 0
        if code in _ELSEWHERE:
            self.is_broken = True
        fault = _FAULTS.get(code, Fault.OTHER)
        if fault is Fault.OTHER and isinstance(exc, (pymysql.InterfaceError, OSError)):
            fault = Fault.DISCONNECTED
        if fault is Fault.DISCONNECTED and self.driver_connection is None:
            # A server that hangs up on a newcomer is there; a silent one may not be.
            return Fault.UNREACHABLE if "timed out" in str(exc) else Fault.UNAVAILABLE
        return fault

    def code_of(self, exc: BaseException) -> str:
        code = exc.args[0] if isinstance(exc, pymysql.MySQLError) and exc.args else ""
        return str(code) if isinstance(code, int) else ""

    def wait_until(self, deadline: Deadline) -> None:
        cast(BoundedConnection, self.driver_connection).deadline = deadline

    @classmethod
    def describe(cls, exc: BaseException) -> str:
        refusal = explain_refusal(exc)
        if refusal is not None:
            return refusal
        if isinstance(exc, pymysql.MySQLError) and len(exc.args) > 1:
            return f"{type(exc).__name__} {exc.args[0]}: {exc.args[1]}"
        return super().describe(exc)

    def is_usable(self) -> bool:
        # An idle server has nothing to say: a readable socket means that it closed the connection.
        is_open: bool = self.driver_connection.open
        return is_open and not (self._silence and self._silence.poll(0))

    def cancel(self) -> bool:
        if self._origin is None:
            return False
        deadline = Deadline.after(self.cancel_limit)
        killer = _not_yet_connected(*self._origin)
        killer.connect_timeout = self.cancel_limit
        killer.deadline = deadline
        try:
            killer.connect()
            # It answers that it will, and so until there is no such thread any more.
            while not deadline.has_passed:
                killer.kill(self.driver_connection.thread_id())  # type: ignore[no-untyped-call]
                time.sleep(_KILL_PAUSE)
        except pymysql.MySQLError as exc:
            return bool(exc.args) and exc.args[0] == ER.NO_SUCH_THREAD
        except OSError:
            return False
        finally:
            killer._force_close()  # type: ignore[attr-defined]
        return False

    def close(self) -> None:
        try:
            self.driver_connection.close()
        except Exception:
            self.is_broken = True

    def may_write(self) -> bool:
        connection = self.driver_connection
        in_transaction = connection.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS
        return bool(in_transaction) or not connection.get_autocommit()

    def run_steps(self, steps: Batch) -> list[int]:
        """As `Connection.run_steps`; in one round trip where the connection takes batches.

        A pooled connection sends the steps as one text (CLIENT.MULTI_STATEMENTS): the values are
        escaped as in any other statement, the texts come from files alone. The server stops at the
        first error. A step that needs rows is looked at before the next, so that one is no part
        of such a text.
        """
        if any(step.needs_rows for step in steps[:-1]):
            return super().run_steps(steps)
        return self._run_texts(
            steps[-1].name, self._texts(steps), is_guarded=any(s.is_guard for s in steps)
        )

    def run_batch(self, steps: Batch) -> list[int]:
        """As `Connection.run_batch`; with BEGIN and COMMIT in the same round trip."""
        if (
            len(steps) == 1
            or not self._takes_batches
            or any(step.needs_rows for step in steps[:-1])
        ):
            return super().run_batch(steps)
        texts = [self._begin, *self._texts(steps), self._commit]
        try:
            counts = self._run_texts(
                steps[-1].name, texts, is_guarded=any(s.is_guard for s in steps)
            )
        except BaseException:
            if not self.is_broken:
                self.rollback()
            raise
        if not counts:
            self.rollback()
        return counts[1:-1]

    @property
    def _begin(self) -> str:
        return self.statements.text("transactions/begin")

    @property
    def _commit(self) -> str:
        return self.statements.text("transactions/commit")

    def _texts(self, steps: Batch) -> list[str]:
        texts = []
        for step in steps:
            text = self.statements.text(step.name, step.blocks)
            if not isinstance(step.parameters, Mapping):
                head, row, tail = _many_rows(text)
                rows = ",".join([self._bound(row, values) for values in step.parameters])
                texts.append(f"{head}{rows}{tail}")
            else:
                texts.append(self._bound(text, step.parameters))
        return texts

    def _run_texts(self, name: str, texts: list[str], *, is_guarded: bool) -> list[int]:
        """Send texts; how many rows their statements found, none where a guard has ended them."""
        statements = 1
        if self._takes_batches:
            statements = len(texts)
            texts = ["; ".join(texts)]
        else:
            # What is too large is refused before anything is sent.
            for text in texts:
                self._check_size(text)
        try:
            return [
                found
                for text in texts
                for found, _ in self._guarded(
                    self._send_batch, name, text, NO_PARAMETERS, statements=statements
                )
            ]
        except DatabaseError as error:
            if is_guarded and fault_of(error) is Fault.MISSING_VALUE:
                return []
            raise

    def _send_batch(self, text: str, _: Parameters) -> list[Outcome]:
        return self._outcomes(text)

    def _outcomes(self, text: str) -> list[Outcome]:
        """Send statements that give no rows, several as one text where it is our connection."""
        if self._is_own:
            self._check_size(text)
            outcomes = cast(BoundedConnection, self.driver_connection).run_batch(text)
        else:
            result = self._send(text)
            outcomes = [(result.affected_rows, result.insert_id)]
        self._last_insert_id = outcomes[-1][1]
        return outcomes

    def _bound(self, text: str, parameters: Parameters) -> str:
        """A text with its values in it: texts as the driver's own functions escape them."""
        escape = self.driver_connection.escape
        if self.driver_connection.server_status & SERVER_STATUS.SERVER_STATUS_NO_BACKSLASH_ESCAPES:
            return text % {
                name: f"X'{value.hex()}'" if type(value) is bytes else escape(value)
                for name, value in parameters.items()
            }
        # What `escape` comes to for what most values are. PyMySQL before 1.2 makes a text of bytes
        # that is no text.
        return text % {
            name: (
                f"'{escape_string(value)}'"
                if type(value) is str
                else "NULL"
                if value is None
                else f"X'{value.hex()}'"
                if type(value) is bytes
                else escape(value)
            )
            for name, value in parameters.items()
        }

    def _send(self, text: str) -> Any:
        """Send a text; the driver's result, without a cursor in between."""
        self._check_size(text)
        self.driver_connection.query(text)
        return self.driver_connection._result

    def _check_size(self, text: str) -> None:
        # A character has at most four bytes, and no server has a smaller limit.
        if len(text) * 4 < _SMALLEST_PACKET_LIMIT:
            return
        size = len(text.encode("utf-8", "surrogateescape")) + 1
        if size >= self.packet_limit():
            raise InvalidInputError(
                f"this would be a statement of {size} bytes, and the server takes "
                f"{self.packet_limit()} (max_allowed_packet; raise it in the server's "
                "configuration)"
            )

    def _rows(self, text: str, parameters: Parameters) -> list[Row]:
        return list(self._send(self._bound(text, parameters)).rows or ())

    def _count(self, text: str, parameters: Parameters) -> int:
        return self._outcomes(self._bound(text, parameters))[-1][0]

    def _run_many(self, text: str, parameters: Sequence[Parameters]) -> None:
        head, row, tail = _many_rows(text)
        rows: list[str] = []
        size = 0
        for values in parameters:
            bound = self._bound(row, values)
            if rows and size + len(bound) > _CHARACTERS_A_STATEMENT:
                self._outcomes(f"{head}{','.join(rows)}{tail}")
                rows, size = [], 0
            rows.append(bound)
            size += len(bound)
        if rows:
            self._outcomes(f"{head}{','.join(rows)}{tail}")

    def last_insert_id(self) -> int:
        """What the last statement that was counted gave to LAST_INSERT_ID()."""
        return self._last_insert_id


@cache
def _many_rows(text: str) -> tuple[str, str, str]:
    """An INSERT … VALUES around its row, which may then be there many times."""
    insert = _INSERT_OF_ROWS.fullmatch(text)
    if insert is None:
        raise ValueError(f"this is no INSERT of rows: {text}")
    head, row, tail = insert.groups()
    return head % (), row, tail % ()


def _not_yet_connected(url: DatabaseURL, host: str | None, port: int | None) -> BoundedConnection:
    try:
        return BoundedConnection(**connect_arguments(url, host, port), defer_connect=True)
    except (OSError, ValueError) as exc:
        # Certificates or a file of options that cannot be read.
        raise error_of(Fault.CONFIGURATION, MySQLConnection.describe(exc)) from exc
    except configparser.Error as exc:
        # Its own words, and its attributes, have the lines of the file, a password among them.
        raise ConfigurationError(
            f"the file of read_default_file cannot be read ({type(exc).__name__})"
        ) from None
