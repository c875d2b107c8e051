"""Opening a psycopg connection in time, and what it was that an attempt failed of.

libpq keeps no SQLSTATE of a refused log-in, only a text in the server's language. With
PQERRORS_VERBOSE the text has the code in it, but psycopg does not wrap PQsetErrorVerbosity, so it
is called in the library that psycopg has loaded (see "Control Functions" in libpq's
documentation). Where that cannot be reached, how far the attempt came has to tell.
"""

from __future__ import annotations

import ctypes
import math
import re
import sys
import threading
from collections.abc import Generator
from functools import cache
from typing import Any

import psycopg
from psycopg import pq
from psycopg.rows import TupleRow
from psycopg.waiting import Wait

from agentstore.dialects.postgresql.exchange import WaitTimedOut
from agentstore.engine.deadline import Deadline

_DEFAULT_VERBOSITY, _VERBOSE = 1, 2  # PGVerbosity
_CODE = re.compile(r":  ([0-9A-Z]{5}): ")
_TCP_CONNECTED = frozenset(pq.ConnStatus) - {
    pq.ConnStatus.OK,
    pq.ConnStatus.BAD,
    pq.ConnStatus.STARTED,
    pq.ConnStatus.NEEDED,
}


# psycopg makes one error of those of several hosts, of the last one's class and all the texts.
class AnsweredError(psycopg.OperationalError):
    """An attempt to connect failed at a server that was there."""


class TLSError(AnsweredError):
    """An attempt to connect failed while the connection turned to TLS."""


class _Limit(threading.local):
    seconds: float = math.inf


_limit = _Limit()
"""psycopg makes connections in a class method, which cannot be told otherwise."""


class BoundedConnection(psycopg.Connection[TupleRow]):
    """A psycopg connection that is made in time: a silent network cannot hold a caller."""

    @classmethod
    def _connect_gen(cls, conninfo: str = "", *_: Any, **__: Any) -> Generator[Any, Any, Any]:
        # psycopg's own limit is whole seconds, two at least, as libpq's is.
        deadline = Deadline.after(_limit.seconds)
        return cls((yield from _connected(conninfo, deadline)))


def open_connection(arguments: dict[str, Any], limit: float) -> psycopg.Connection[Any]:
    """A connection that is made within so many seconds.

    Args:
        arguments: the keywords of psycopg.connect.
        limit: seconds.

    Raises:
        psycopg.Error: there is none.
    """
    _limit.seconds = limit
    return BoundedConnection.connect(**arguments)


def _connected(conninfo: str, deadline: Deadline) -> Generator[Any, Any, pq.abc.PGconn]:
    """As psycopg's own generator, with a deadline, and codes in the errors."""
    connection = pq.PGconn.connect_start(conninfo.encode())
    _set_verbosity(connection, _VERBOSE)
    reached: int = pq.ConnStatus.STARTED
    try:
        while True:
            polled: int = pq.PollingStatus.FAILED
            if connection.status != pq.ConnStatus.BAD:
                reached = connection.status
                polled = connection.connect_poll()
            if polled == pq.PollingStatus.OK:
                break
            if polled == pq.PollingStatus.FAILED:
                raise _error_class(reached)(connection.get_error_message("utf-8").strip())
            wait = Wait.R if polled == pq.PollingStatus.READING else Wait.W
            while not (yield connection.socket, wait):
                if deadline.has_passed:
                    raise WaitTimedOut("the server did not answer in time")
            if deadline.has_passed:
                raise WaitTimedOut("the server did not answer in time")
    except BaseException:
        connection.finish()
        raise
    _set_verbosity(connection, _DEFAULT_VERBOSITY)
    connection.nonblocking = 1
    return connection


def sqlstates(error: BaseException) -> list[str]:
    """The codes in the text of an error from connecting, one a server that gave one."""
    return _CODE.findall(str(error))


def _error_class(reached: int) -> type[psycopg.OperationalError]:
    if reached == pq.ConnStatus.SSL_STARTUP:
        return TLSError
    return AnsweredError if reached in _TCP_CONNECTED else psycopg.OperationalError


def _set_verbosity(connection: pq.abc.PGconn, verbosity: int) -> None:
    function = _verbosity_function()
    # Not in the protocol, but all of psycopg's implementations have it.
    pointer = getattr(connection, "pgconn_ptr", None)
    if function is not None and pointer is not None:
        function(pointer, verbosity)


@cache
def _verbosity_function() -> Any:
    """PQsetErrorVerbosity of the libpq that psycopg uses; None where it cannot be had."""
    for name in ("psycopg_binary.pq", "psycopg_c.pq"):
        if name in sys.modules:
            path = sys.modules[name].__file__
            break
    else:
        from psycopg.pq import misc  # noqa: PLC0415 - the implementation in Python alone has it

        path = misc.find_libpq_full_path()
    try:
        # A library's handle finds what it is linked with, but for Windows.
        function = ctypes.CDLL(path).PQsetErrorVerbosity if path else None
    except (OSError, AttributeError):
        return None
    if function is not None:
        function.argtypes = [ctypes.c_void_p, ctypes.c_int]
        function.restype = ctypes.c_int
    return function
