"""The driver: sqlite3, with connections of a class of its own, which `agentstore.bind` knows by."""

from __future__ import annotations

import sqlite3


class Shelf(sqlite3.Connection):
    """An open file."""


def open_shelf(path: str, *, timeout: float = 5.0, isolation_level: str | None = "") -> Shelf:
    """Open a file, made where there is none.

    Args:
        path: where it is.
        timeout: seconds to wait for another's lock.
        isolation_level: as sqlite3's; None for a connection in autocommit.
    """
    return sqlite3.connect(
        path,
        timeout=timeout,
        isolation_level=isolation_level,  # type: ignore[arg-type]
        check_same_thread=False,
        factory=Shelf,
    )
