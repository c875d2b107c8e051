"""Looks at the server's side of a store: how many connections there are, and in what state."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from agentstore import Storage
from agentstore.testing import Backend

_IN_INNODB = "SELECT count(*) FROM information_schema.innodb_trx"

CONNECTIONS = {
    "postgresql": (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    ),
    "mariadb": (
        "SELECT count(*) FROM information_schema.processlist WHERE db = database()"
        " AND id <> connection_id()"
    ),
    # Its process list fails (3854) where somebody's statement has an emoji in it.
    "mysql": (
        "SELECT count(*) FROM performance_schema.threads WHERE processlist_db = database()"
        " AND processlist_id <> connection_id()"
    ),
}
IN_A_TRANSACTION = {
    "postgresql": CONNECTIONS["postgresql"] + " AND state LIKE 'idle in transaction%'",
    "mariadb": _IN_INNODB,
    "mysql": _IN_INNODB,
}
CONNECTION_ID = {
    "postgresql": "SELECT pg_backend_pid()",
    "mariadb": "SELECT connection_id()",
    "mysql": "SELECT connection_id()",
}


class Watcher:
    """Counts a database's connections, without those that were there before the test."""

    def __init__(self, backend: Backend, url: str) -> None:
        self._backend = backend
        self._url = url
        self._before = 0
        with closing(backend.open_connection(url)) as connection:
            cursor = connection.cursor()
            cursor.execute(CONNECTIONS[backend.name])
            [self._before] = cursor.fetchone()

    def sees(self, wanted: int) -> bool:
        """Whether there are so many, now or a moment later."""
        with closing(self._backend.open_connection(self._url)) as connection:
            query = CONNECTIONS[self._backend.name]
            return settles(connection, query, lambda count: count - self._before == wanted)

    def sees_a_transaction(self) -> bool:
        """Whether one stays open."""
        with closing(self._backend.open_connection(self._url)) as connection:
            query = IN_A_TRANSACTION[self._backend.name]
            return not settles(connection, query, lambda count: count == 0)

    def most(self, looks: int) -> int:
        """The most that there are at some moments."""
        most = 0
        with closing(self._backend.open_connection(self._url)) as connection:
            cursor = connection.cursor()
            for _ in range(looks):
                cursor.execute(CONNECTIONS[self._backend.name])
                most = max(most, cursor.fetchone()[0] - self._before)
                connection.rollback()
                time.sleep(0.05)
        return most


def warm(store: Storage, connections: int) -> None:
    """Have a store open some connections."""
    together = threading.Barrier(connections)

    def use() -> None:
        with store.transaction():
            together.wait(30)

    threads = [threading.Thread(target=use) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def settles(connection: Any, query: str, wanted: Callable[[int], bool]) -> bool:
    """Whether a query's number becomes what is wanted, within a time that is long for it."""
    cursor = connection.cursor()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        cursor.execute(query)
        [count] = cursor.fetchone()
        connection.rollback()
        if wanted(count):
            return True
        time.sleep(0.15)  # MariaDB shows the same for 100 ms
    return False
