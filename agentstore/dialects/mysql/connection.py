"""PyMySQL: a connection to MySQL or MariaDB."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, cast

import pymysql
from pymysql.constants import ER, SERVER_STATUS
from pymysql.converters import escape_string

from agentstore.dialects.mysql.driver import (
    LONGEST_WAIT,
    BoundedConnection,
    Outcome,
    not_yet_connected,
)
from agentstore.dialects.mysql.faults import describe, fault_of_login, fault_of_statement
from agentstore.dialects.mysql.inserts import inserts_of
from agentstore.dialects.mysql.packets import (
    ROOM_FOR_BEGIN,
    SMALLEST_LIMIT,
    SURELY_SHORT,
    are_surely_short,
    check_sizes,
    in_packets,
    joined,
)
from agentstore.dialects.mysql.tls import explain_refusal
from agentstore.dialects.url import DatabaseURL
from agentstore.engine.batch import NO_PARAMETERS, Batch, Parameters
from agentstore.engine.connection import Connection, Row, setting_up
from agentstore.engine.deadline import NEVER, Deadline
from agentstore.engine.faults import Fault, error_of, fault_of
from agentstore.engine.interruption import let_through
from agentstore.engine.options import Options
from agentstore.engine.polling import READABLE, Poll, poll_of
from agentstore.errors import ConfigurationError, DatabaseError, StorageError
from agentstore.statements import StatementLibrary

_CLIENT_MARGIN = 0.5
_KILL_PAUSE = 0.005


class MySQLConnection(Connection):
    """One PyMySQL connection."""

    exceptions = (pymysql.MySQLError, UnicodeEncodeError, OSError)

    def __init__(self, driver_connection: Any, statements: StatementLibrary) -> None:
        super().__init__(driver_connection, statements)
        self._is_own = isinstance(driver_connection, BoundedConnection)
        self._last_insert_id = 0
        self._silence: Poll | None = None
        self._origin: tuple[DatabaseURL, str | None, int | None] | None = None
        self._packet_limit = SMALLEST_LIMIT
        self._takes_batches = False
        self._is_cluster_node = False

    @classmethod
    def open(cls, url: DatabaseURL, statements: StatementLibrary) -> MySQLConnection:
        """Connect to the first server of a URL that grants access, and make it ready for use.

        Raises:
            StorageError: the public error of what went wrong at the last of them.
        """
        connection = cls.reach(url, statements)
        # A node may undo a transaction in the middle of a batch, say nothing, and run the rest
        # of it in autocommit.
        connection._takes_batches = not connection._is_cluster_node
        return connection

    @classmethod
    def reach(
        cls, url: DatabaseURL, statements: StatementLibrary, *, no_limit: bool = False
    ) -> MySQLConnection:
        """Connect to the first server of a URL that grants access.

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
        handled = sys.exc_info()[1]
        hosts = url.hosts or ((None, None),)
        connect_limit = url.options.connect_timeout / len(hosts)
        for host, port in hosts:
            connection = not_yet_connected(url, host, port)
            try:
                connection.connect_timeout = connect_limit
                connection.deadline = Deadline.after(connect_limit)
                connection.connect()
                reached = cls(connection, statements)
                reached._silence = poll_of(connection._sock.fileno(), READABLE)
                reached._origin = (url, host, port)
                reached.cancel_limit = url.options.cancel_limit
                reached._set_up(url.options, no_limit=no_limit)
                reached._join_cluster(has_others=len(hosts) > 1)
                connection.deadline = NEVER
                connection.longest_wait = LONGEST_WAIT
            except StorageError as error:
                connection._force_close()  # type: ignore[attr-defined]
                failure = error
            except Exception as exc:
                connection._force_close()  # type: ignore[attr-defined]
                let_through(exc, handled)
                failure = cls(None, statements).translated(exc)
                failure.__cause__ = exc
            else:
                if not no_limit:
                    reached.statement_limit = url.options.statement_timeout + _CLIENT_MARGIN
                return reached
        try:
            raise failure or error_of(Fault.UNAVAILABLE)
        finally:
            del failure  # see "let_through"

    @classmethod
    def bind(cls, driver_connection: Any, statements: StatementLibrary) -> MySQLConnection:
        """Wrap the caller's connection.

        Raises:
            ConfigurationError: its character set cannot carry every text, or it gives texts as
                bytes.
            UnavailableError: it is not open.
        """
        if not driver_connection.open:
            raise error_of(Fault.DISCONNECTED, "it is closed, or was not connected yet")
        if not driver_connection.use_unicode:
            raise ConfigurationError("agentstore needs a connection with use_unicode=True")
        if driver_connection.charset != "utf8mb4":
            raise ConfigurationError(
                f"the connection's charset is {driver_connection.charset}; "
                "agentstore needs charset='utf8mb4'"
            )
        connection = cls(driver_connection, statements)
        ((character_set, packet_limit),) = connection.rows("connection/client_settings")
        connection._packet_limit = int(packet_limit)
        if character_set != "utf8mb4":
            raise ConfigurationError(
                f"the server reads this connection's statements as {character_set} (SET NAMES); "
                "values are escaped for utf8mb4"
            )
        return connection

    def _set_up(self, options: Options, *, no_limit: bool) -> None:
        """Set what statements depend on, before the first of them."""
        is_mariadb = "mariadb" in self.driver_connection.get_server_info().lower()
        limit = 0.0 if no_limit else options.statement_timeout
        name = "connection/open_connection_mariadb" if is_mariadb else "connection/open_connection"
        parameters = {
            "lock_timeout": max(1, math.floor(options.statement_timeout * 0.9)),
            "statement_timeout": limit if is_mariadb else math.ceil(limit * 1000),
        }
        with setting_up():
            self.count(name, parameters)
        if self.may_write():
            raise ConfigurationError("the URL's init_command leaves a transaction begun")

    def _join_cluster(self, *, has_others: bool) -> None:
        """Notice a node of a Galera cluster, and one that is not accepting queries (error 1047).

        Of several servers, one that is read-only is passed over: a replica, or a secondary of a
        group, whose reads lag behind.
        """
        modes: dict[str, str] = dict(self.rows("connection/server_mode"))
        if has_others and modes.get("read_only", "OFF") != "OFF":
            raise error_of(Fault.UNAVAILABLE, "the server is read-only: a replica or a secondary")
        # Known from here on: a statement that asked for it while another is being sent would have
        # to begin its transaction, and to tell of a dead connection.
        self._packet_limit = int(modes.get("max_allowed_packet", SMALLEST_LIMIT))
        self._is_cluster_node = modes.get("wsrep_on") == "ON"
        self.shares_locks = not self._is_cluster_node
        if self._is_cluster_node:
            self.count("connection/wait_for_cluster")
            self.rows("connection/ping")

    def packet_limit(self) -> int:
        """The longest statement in bytes that the server takes (its max_allowed_packet)."""
        return self._packet_limit

    def fault(self, exc: BaseException) -> Fault:
        if explain_refusal(exc) is not None:
            return Fault.CONFIGURATION
        fault, is_elsewhere = fault_of_statement(exc)
        self.is_broken |= is_elsewhere
        return fault if self.driver_connection is not None else fault_of_login(exc, fault)

    def code_of(self, exc: BaseException) -> str:
        code = exc.args[0] if isinstance(exc, pymysql.MySQLError) and exc.args else ""
        return str(code) if isinstance(code, int) else ""

    def wait_until(self, deadline: Deadline) -> None:
        cast(BoundedConnection, self.driver_connection).deadline = deadline

    @classmethod
    def describe(cls, exc: BaseException) -> str:
        return describe(exc)

    def is_usable(self) -> bool:
        # An idle server has nothing to say: a readable socket means that it closed the connection.
        is_open: bool = self.driver_connection.open
        return is_open and not (self._silence and self._silence.poll(0))

    def cancel(self) -> bool:
        if self._origin is None:
            return False
        handled = sys.exc_info()[1]
        deadline = Deadline.after(self.cancel_limit)
        killer = not_yet_connected(*self._origin)
        killer.connect_timeout = self.cancel_limit
        killer.deadline = deadline
        try:
            killer.connect()
            # It answers that it will, and so until there is no such thread any more.
            while not deadline.has_passed:
                killer.kill(self.driver_connection.thread_id())  # type: ignore[no-untyped-call]
                time.sleep(_KILL_PAUSE)
        except (pymysql.MySQLError, OSError) as exc:
            let_through(exc, handled)
            return exc.args[:1] == (ER.NO_SUCH_THREAD,)
        finally:
            killer._force_close()  # type: ignore[attr-defined]
        return False

    def close(self) -> None:
        handled = sys.exc_info()[1]
        try:
            self.driver_connection.close()
        except Exception as exc:
            let_through(exc, handled)
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
        texts = self._texts(steps)
        if any(step.needs_rows for step in steps[:-1]):
            return self._run_one_by_one(steps, texts)
        return self._run_texts(steps[-1].name, texts, is_guarded=any(s.is_guard for s in steps))

    def _run_one_by_one(self, steps: Batch, texts: list[list[str]]) -> list[int]:
        """Run the steps up to one that needs rows and finds none."""
        for each in texts:
            self._check_sizes(each)
        counts: list[int] = []
        for step, each in zip(steps, texts, strict=True):
            counts += self._run_texts(step.name, [each], is_guarded=False)
            if step.needs_rows and not counts[-1]:
                break
        return counts

    def run_batch(self, steps: Batch) -> list[int]:
        """As `Connection.run_batch`; with BEGIN and COMMIT in the same round trip."""
        if (
            len(steps) == 1
            or not self._takes_batches
            or any(step.needs_rows for step in steps[:-1])
        ):
            return super().run_batch(steps)
        texts = [[self._begin], *self._texts(steps), [self._commit]]
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

    def begin(self) -> None:
        if self._takes_batches:
            self.begins_with_next = True
        else:
            super().begin()

    def begin_snapshot(self) -> None:
        self.count("transactions/isolate_snapshot")
        super().begin_snapshot()

    @property
    def _begin(self) -> str:
        return self.statements.text("transactions/begin")

    @property
    def _commit(self) -> str:
        return self.statements.text("transactions/commit")

    def _texts(self, steps: Batch) -> list[list[str]]:
        """The statements of each step, with their values: several where rows are many or long."""
        texts = []
        for step in steps:
            text = self.statements.text(step.name, step.blocks)
            if isinstance(step.parameters, Mapping):
                texts.append([self._bound(text, step.parameters)])
            else:
                texts.append(list(inserts_of(text, step.parameters, self._bound)))
        return texts

    def _run_texts(self, name: str, texts: list[list[str]], *, is_guarded: bool) -> list[int]:
        """Run steps; how many rows each has found, none where a guard has ended them.

        Args:
            name: what the whole is called.
            texts: the statements of each step.
            is_guarded: whether one of them may end the others.

        Raises:
            InvalidInputError: a statement is too long by itself; nothing was sent.
        """
        sent = [text for each in texts for text in each]
        try:
            found = [
                rows
                for packet in self._packets(sent)
                for rows, _ in self._guarded(
                    self._send_batch,
                    name,
                    joined(packet),
                    NO_PARAMETERS,
                    statements=len(packet),
                )
            ]
        except DatabaseError as error:
            if is_guarded and fault_of(error) is Fault.MISSING_VALUE:
                return []
            raise
        if len(sent) == len(texts):
            return found
        remaining = iter(found)
        return [sum(islice(remaining, len(each))) for each in texts]

    def _packets(self, texts: list[str]) -> list[list[str]]:
        """Statements in the packets that they are sent in: one, unless that would be too long."""
        if not self._takes_batches:
            self._check_sizes(texts)
            return [[text] for text in texts]
        if are_surely_short(texts):
            return [texts]
        return in_packets(texts, self.packet_limit(), self._room_for_begin)

    def _send_batch(self, text: str, _: Parameters) -> list[Outcome]:
        return self._outcomes(text)

    def _outcomes(self, text: str) -> list[Outcome]:
        """Send statements that give no rows, several as one text where it is our connection."""
        if self._is_own:
            begin = self._take_begin()
            text = f"{begin}; {text}" if begin else text
            outcomes = cast(BoundedConnection, self.driver_connection).run_batch(text)
            outcomes = outcomes[1:] if begin else outcomes
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
                else value
                if type(value) is int
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
        begin = self._take_begin()
        self.driver_connection.query(f"{begin}; {text}" if begin else text)
        if begin:
            self.driver_connection.next_result()
        return self.driver_connection._result

    @property
    def _room_for_begin(self) -> int:
        return ROOM_FOR_BEGIN if self.begins_with_next else 0

    def _checked(self, text: str) -> str:
        if len(text) > SURELY_SHORT:
            self._check_sizes([text])
        return text

    def _check_sizes(self, texts: list[str]) -> None:
        """Refuse statements of which one is too long by itself.

        Raises:
            InvalidInputError: it is.
        """
        if not are_surely_short(texts):
            check_sizes(texts, self.packet_limit(), self._room_for_begin)

    def _rows(self, text: str, parameters: Parameters) -> list[Row]:
        return list(self._send(self._checked(self._bound(text, parameters))).rows or ())

    def _count(self, text: str, parameters: Parameters) -> int:
        return self._outcomes(self._checked(self._bound(text, parameters)))[-1][0]

    def _run_many(self, text: str, parameters: Sequence[Parameters]) -> None:
        for insert in inserts_of(text, parameters, self._bound):
            self._outcomes(self._checked(insert))

    def last_insert_id(self) -> int:
        """What the last statement that was counted gave to LAST_INSERT_ID()."""
        return self._last_insert_id
