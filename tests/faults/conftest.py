"""Servers that a test may kill, client processes, and the table of figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from clients import Nursery
from figures import pytest_terminal_summary  # noqa: F401 - a hook
from form import Form
from left_out import LOUD, WITHOUT_MYSQL
from settling import Account
from watching import Watcher
from writers import OPTIONS

import agentstore
from agentstore import Storage
from agentstore.testing import Backend, MariaDBServer, MySQLServer, PostgresServer, Server

SERVERS: dict[str, type[Server]] = {
    "postgresql": PostgresServer,
    "mariadb": MariaDBServer,
    "mysql": MySQLServer,
}
_numbers = count()


@pytest.fixture(scope="session")
def form() -> Form:
    """How many faults this run makes."""
    return Form.of_this_run()


@pytest.fixture(scope="session")
def own_servers() -> Iterator[Callable[[str], Server]]:
    """Starts a server of a dialect for this worker's tests, which leave it running."""
    started: dict[str, Server] = {}
    with ExitStack() as stack:

        def server(dialect: str) -> Server:
            if dialect == "mysql" and WITHOUT_MYSQL:
                pytest.skip(LOUD)
            if dialect not in started:
                server = stack.enter_context(SERVERS[dialect](durable=True))
                server.extra_arguments += _quick_recovery(server)
                started[dialect] = server
            return started[dialect]

        yield server


def _quick_recovery(server: Server) -> list[str]:
    """Arguments that let a killed server start again at once, as safely."""
    name, _, version = server.version.partition(" ")
    if name == "PostgreSQL" and int(version.partition(".")[0]) >= 14:
        # One call for the file system in place of one for each of a thousand files.
        return ["-c", "recovery_init_sync_method=syncfs"]
    return []


@pytest.fixture
def connect() -> Iterator[Callable[..., Storage]]:
    """agentstore.connect, with the store closed after the test."""
    with ExitStack() as stores:
        yield lambda url, **options: stores.enter_context(
            agentstore.connect(url, **{**OPTIONS, **options})
        )


@pytest.fixture(params=list(SERVERS))
def own_server(
    request: pytest.FixtureRequest, own_servers: Callable[[str], Server]
) -> Iterator[Server]:
    """A durable server that the test may kill, stop and restart."""
    server = own_servers(request.param)
    yield server
    server.start()


@pytest.fixture
def own_database(own_server: Server) -> str:
    """The URL of a migrated database on ``own_server``."""
    name = f"faults_{next(_numbers)}"
    own_server.create_database(name)
    url = own_server.url(name)
    with agentstore.connect(url) as store:
        store.migrate()
    return url


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts client processes."""
    with Nursery() as running:
        yield running


@pytest.fixture
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Account:
    """Settles this test."""
    return Account(request, tmp_path)


@pytest.fixture
def watcher(backend: Backend, database_url: str) -> Watcher:
    """Counts the connections to ``database_url`` that this test opens."""
    return Watcher(backend, database_url)
