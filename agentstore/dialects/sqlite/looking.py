"""Looks at the clock while SQLite runs a statement, and ends one whose time is over."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator

_OPERATIONS_BETWEEN_LOOKS = 100_000


class Looking:
    """What SQLite calls every so often in the middle of a statement.

    The sqlite3 module drops what is raised there, and says of the statement that it was
    interrupted. A signal that comes while SQLite works is handled at the next look, so that this
    is where a handler's exception is raised.

    Attributes:
        until: when the statement's time is over, on the monotonic clock; on a bound connection the
            caller's own busy timeout is all the waiting there is.
        interruption: what was raised in the middle of the last statement.
    """

    def __init__(self) -> None:
        self.until = -math.inf
        self.interruption: BaseException | None = None

    @property
    def left(self) -> float:
        """Seconds until the statement's time is over."""
        return self.until - time.monotonic()

    def begin(self, connection: sqlite3.Connection) -> None:
        """Look at the statements of a connection from now on."""
        self.interruption = None
        looks = self._looks()
        next(looks)
        connection.set_progress_handler(looks.__next__, _OPERATIONS_BETWEEN_LOOKS)

    def _looks(self) -> Iterator[bool]:
        # A generator, for a handler runs as a function is entered, before its first line: where a
        # generator goes on, that is inside of its try.
        while True:
            try:
                while True:
                    yield self.interruption is not None or time.monotonic() >= self.until
            except GeneratorExit:  # noqa: PERF203
                raise
            except BaseException as exc:
                self.interruption = exc
