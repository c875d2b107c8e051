"""What a call sends, counted where it arrives: statements by the server, round trips by a proxy."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from agentstore.testing import Proxy
from benchmarks.contender import Contender, NotServed
from benchmarks.databases import Databases, admin_connection
from benchmarks.samples import make_turns, user_id
from benchmarks.workloads import LISTED, RECENT, Opponent, Sizes

WARM_UP = 8
CALLS = 4

_LOGGED = re.compile(rb"LOG:  (?:statement|execute [^:]*):")

Counts = dict[str, dict[str, Any]]


def count_calls(
    databases: Databases, dialect: str, contender_class: type[Contender], sizes: Sizes
) -> Counts:
    """Statements and round trips of one call of each kind, by the workload's key.

    Args:
        databases: where a new database is made.
        dialect: which.
        contender_class: whose calls.
        sizes: the messages of a history.
    """
    url = databases.new(dialect, migrated=not contender_class.own_tables)
    counter = _COUNTERS[dialect](databases, url)
    counts: Counts = {}
    with counter.watched_url() as watched_url:
        opponent = Opponent(contender_class(watched_url))
        try:
            for key, call in _calls(opponent, sizes):
                try:
                    for _ in range(WARM_UP):
                        call()
                    counts[key] = counter.count(call)
                except NotServed:  # noqa: PERF203 - each may be
                    continue
        finally:
            opponent.contender.close()
    databases.drop(url)
    return counts


def _calls(opponent: Opponent, sizes: Sizes) -> Iterator[tuple[str, Callable[[], Any]]]:
    contender = opponent.contender
    session_id = opponent.new_session()
    history = opponent.history(min(sizes.history, 100), sizes)
    [turn] = make_turns(1)
    yield "append", lambda: contender.append_turn(session_id, turn)
    yield "append_at_once", lambda: contender.append_turn_at_once(session_id, turn)
    yield "load", lambda: contender.load(history)
    yield f"recent_of_{sizes.growth[-1]}", lambda: contender.load_recent(history, RECENT)
    yield "list", lambda: contender.list_sessions(user_id(0), LISTED)


class _ServerCounter:
    """Counts by the server and by a proxy in front of it."""

    def __init__(self, databases: Databases, url: str) -> None:
        self.databases = databases
        self.url = url
        self._proxy: Proxy | None = None

    @contextmanager
    def watched_url(self) -> Iterator[str]:
        with Proxy(self.url) as proxy:
            self._proxy = proxy
            # Our drivers' word against TLS, which these servers do not offer, is unknown to others.
            yield proxy.url.partition("?")[0]

    def count(self, call: Callable[[], Any]) -> dict[str, Any]:
        assert self._proxy is not None
        before = self.statements()
        self._proxy.reset_counters()
        for _ in range(CALLS):
            call()
        requests = self._proxy.requests
        return {
            "statements": (self.statements() - before) / CALLS,
            "round_trips": requests / CALLS,
        }

    def statements(self) -> int:
        """How many the server has run for this database since it was watched."""
        raise NotImplementedError


class _PostgreSQLCounter(_ServerCounter):
    """By the server's log."""

    def __init__(self, databases: Databases, url: str) -> None:
        super().__init__(databases, url)
        name = url.rpartition("/")[2]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} SET log_statement = 'all'")

    def statements(self) -> int:
        folder = self.databases.server("postgresql").folder
        assert folder is not None
        return len(_LOGGED.findall((folder / "server.log").read_bytes()))


class _MySQLCounter(_ServerCounter):
    """By the server's own count."""

    def statements(self) -> int:
        with admin_connection(self.databases.server("mysql")) as connection:
            cursor = connection.cursor()
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
            rows = cursor.fetchall()
            # Connecting and asking are two statements or so; the same each time.
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
        return int(rows[0][1])


class _SQLiteCounter:
    """By SQLite's own trace of every connection that is opened meanwhile."""

    def __init__(self, databases: Databases, url: str) -> None:
        self.url = url
        self._statements = 0

    @contextmanager
    def watched_url(self) -> Iterator[str]:
        plain = sqlite3.connect

        def connect(*args: Any, **keywords: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = plain(*args, **keywords)
            connection.set_trace_callback(self._saw)
            return connection

        modules: list[Any] = [sqlite3, sqlite3.dbapi2]
        for module in modules:
            module.connect = connect
        try:
            yield self.url
        finally:
            for module in modules:
                module.connect = plain

    def _saw(self, statement: str) -> None:
        # A line of comment is what a trigger runs.
        self._statements += not statement.startswith("--")

    def count(self, call: Callable[[], Any]) -> dict[str, Any]:
        self._statements = 0
        for _ in range(CALLS):
            call()
        return {"statements": self._statements / CALLS, "round_trips": None}


_COUNTERS: dict[str, Any] = {
    "sqlite": _SQLiteCounter,
    "postgresql": _PostgreSQLCounter,
    "mysql": _MySQLCounter,
}
