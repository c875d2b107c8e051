"""Statements of a pooled connection, sent through psycopg.pq: libpq as it stands.

psycopg's cursor serves any statement, any type and any kind of waiting, which is half of what
the client does to save a turn. Ours are known, and so are the few types of their parameters.
See "pq -- libpq wrapper module" in psycopg's documentation.
"""

from __future__ import annotations

import re
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import psycopg
from psycopg import pq
from psycopg.abc import Transformer
from psycopg.errors import error_from_result

from agentstore.dialects.postgresql.cancelling import cancel_statement
from agentstore.dialects.postgresql.values import dump
from agentstore.engine.batch import Parameters
from agentstore.engine.connection import Row
from agentstore.engine.deadline import NEVER, Deadline
from agentstore.engine.interruption import let_through
from agentstore.engine.polling import READABLE, WRITABLE, Poll, poll_of

_PREPARED_FROM = 5
"""The run of a text from which it is prepared on the server, as psycopg does."""

_MOST_PREPARED = 100
"""Statements that one connection prepares: each takes memory of the server."""

_CANCEL_TIMEOUT = 5.0

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|%)")
_LONGEST_POLL = 2**31 - 1  # milliseconds, as a C int has them
_SUCCESSES = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})


class WaitTimedOut(psycopg.OperationalError):
    """The server has been silent for longer than it may be."""


class Exchange:
    """Sends the statements of one connection and receives their results.

    Args:
        connection: in autocommit, not in pipeline mode, and used by nobody else meanwhile.
        transformer: makes Python's values of a result's.

    Attributes:
        deadline: until when the server's answer is waited for.
        prepares: whether what runs often is prepared.
        pipelines: whether BEGIN can be sent together with what comes first in a transaction.
    """

    pipelines = psycopg.Pipeline.is_supported()  # from libpq 14

    def __init__(self, connection: psycopg.Connection[Any], transformer: Transformer) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._transformer = transformer
        self._answer = poll_of(self._pgconn.socket, READABLE)
        self._any_progress = poll_of(self._pgconn.socket, READABLE | WRITABLE)
        # Behind a pooler that we took for a server, another client's statement of the same name
        # would run in place of ours.
        self._prefix = f"agentstore_{secrets.randbits(62):x}"
        self._runs: Counter[str] = Counter()
        self._prepared: dict[str, bytes] = {}
        self.deadline = NEVER
        self.prepares = False

    def rows(self, text: str, parameters: Parameters, begin: str = "") -> list[Row]:
        """Run a text and fetch its rows; as `count` otherwise."""
        result = self._run(text, parameters, begin)
        self._transformer.set_pgresult(result)
        try:
            return self._transformer.load_rows(0, result.ntuples, tuple)
        except (ValueError, LookupError) as exc:
            raise psycopg.DataError("the server answered with what is none of its values") from exc
        finally:
            self._transformer.set_pgresult(None)

    def count(self, text: str, parameters: Parameters, begin: str = "") -> int:
        """Run a text and say how many rows it found.

        Args:
            text: the text.
            parameters: its parameters by name.
            begin: the text that begins a transaction, sent before it in the same round trip; ''
                for none.

        Raises:
            WaitTimedOut: the server has not answered in time; the connection is of no use.
            psycopg.Error: what the server says, or that the connection is lost.
        """
        return self._run(text, parameters, begin).command_tuples or 0

    def is_silent(self) -> bool:
        """Whether nothing is there to read, as on each idle connection that still lives."""
        return not self._answer.poll(0)

    def cancel(self, seconds: float) -> bool:
        """Have the server end the statement that is under way.

        Args:
            seconds: the time that this may take.

        Returns:
            Whether it has ended, one way or the other.
        """
        self.deadline = Deadline.after(seconds)
        handled = sys.exc_info()[1]
        try:
            cancel_statement(self._connection, seconds)
            for _ in self._received():
                pass
        except (psycopg.Error, OSError) as exc:
            let_through(exc, handled)
            return False
        return True

    def _run(self, text: str, parameters: Parameters, begin: str) -> pq.abc.PGresult:
        query, names = _numbered(text)
        values = [dump(parameters[name]) for name in names]
        statement = self._prepared.get(text)
        if statement is None and self.prepares:
            statement = self._prepare_if_frequent(text, query)
        if not begin:
            self._send(statement, query, values)
            return self._results()[0]
        self._pgconn.enter_pipeline_mode()
        self._pgconn.send_query_params(begin.encode(), [])
        self._send(statement, query, values)
        self._pgconn.pipeline_sync()
        return self._results()[-1]

    def _send(self, statement: bytes | None, query: bytes, values: list[bytes | None]) -> None:
        if statement is None:
            self._pgconn.send_query_params(query, values)
        else:
            self._pgconn.send_query_prepared(statement, values)

    def _prepare_if_frequent(self, text: str, query: bytes) -> bytes | None:
        """The name of a text as a prepared statement; None where it is none."""
        self._runs[text] += 1
        if self._runs[text] < _PREPARED_FROM or len(self._prepared) == _MOST_PREPARED:
            return None
        name = f"{self._prefix}_{len(self._prepared)}".encode()
        self._pgconn.send_prepare(name, query)
        self._results()
        self._prepared[text] = name
        return name

    def _results(self) -> list[pq.abc.PGresult]:
        """Wait for the answers to what was sent; there is one, at least.

        All of it counts: where the commit of a statement in autocommit fails (a conflict of
        serializable transactions, a deferred constraint), the statement's own result is a success.
        """
        pgconn = self._pgconn
        results: list[pq.abc.PGresult] = []
        try:
            while pgconn.flush():
                if self._wait(self._any_progress) & ~WRITABLE:
                    pgconn.consume_input()
            results.extend(self._received())
        except (KeyboardInterrupt, SystemExit):
            # The server would go on, and hold its locks.
            with suppress(psycopg.Error, OSError):
                cancel_statement(self._connection, _CANCEL_TIMEOUT)
            raise
        except psycopg.Error:
            _check(results)  # what the server said before it hung up tells more
            raise
        _check(results)
        if not results:
            raise psycopg.OperationalError("the server answered with nothing")
        return results

    def _received(self) -> Iterator[pq.abc.PGresult]:
        """The answers to what was sent, as they come; the end of a pipeline ends it."""
        pgconn = self._pgconn
        was_gap = False
        while True:
            while pgconn.is_busy():
                self._wait(self._answer)
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                # Each statement of a pipeline ends with one; a second says that nothing follows.
                if was_gap or pgconn.pipeline_status == pq.PipelineStatus.OFF:
                    return
            elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                pgconn.exit_pipeline_mode()
                return
            else:
                yield result
            was_gap = result is None

    def _wait(self, poll: Poll) -> int:
        while True:
            left = self.deadline.left
            if left <= 0:
                raise WaitTimedOut("the server did not answer in time")
            for _, events in poll.poll(min(left * 1000, _LONGEST_POLL)):
                return events


def _check(results: list[pq.abc.PGresult]) -> None:
    for result in results:
        if result.status not in _SUCCESSES:
            raise error_from_result(result)


@cache
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """A text with libpq's placeholders (``$1``), and whose values they stand for."""
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        if match[1] is None:
            return "%"
        return f"${names.setdefault(match[1], len(names) + 1)}"

    query = _PLACEHOLDER.sub(number, text).encode()
    return query, tuple(names)
