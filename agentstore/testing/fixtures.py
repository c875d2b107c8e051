"""The fixtures of the conformance suite, as a pytest plug-in.

In the conftest.py of a dialect::

    pytest_plugins = ["agentstore.testing.fixtures"]

    @pytest.fixture(scope="session")
    def backend() -> Iterator[Backend]:
        backend = MyBackend()
        yield backend
        backend.close()

A test over several backends gives that fixture ``params`` and ``ids``. All databases and stores
made here are a test's own, and are gone after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

import agentstore
from agentstore.testing.backend import Backend
from agentstore.testing.proxy import Proxy

_WAIVED = "waived by the backend"


@pytest.fixture
def empty_database_url(backend: Backend) -> Iterator[str]:
    """The URL of a database without agentstore's tables.

    (A private database migrates itself when a store opens it.)
    """
    url = backend.new_database()
    yield url
    backend.drop_database(url)


@pytest.fixture
def database_url(backend: Backend) -> Iterator[str]:
    """The URL of a migrated database."""
    url = backend.migrated_database()
    yield url
    backend.drop_database(url)


@pytest.fixture
def make_store(database_url: str) -> Iterator[Callable[..., agentstore.Storage]]:
    """Opens stores on ``database_url`` with the options given; closed after the test.

    Of a private backend each store has a database of its own.
    """
    with ExitStack() as stores:

        def make(**options: Any) -> agentstore.Storage:
            return stores.enter_context(agentstore.connect(database_url, **options))

        yield make


@pytest.fixture
def store(make_store: Callable[..., agentstore.Storage]) -> agentstore.Storage:
    """A store on ``database_url``."""
    return make_store()


@pytest.fixture
def other_store(
    backend: Backend, store: agentstore.Storage, make_store: Callable[..., agentstore.Storage]
) -> agentstore.Storage:
    """A second store on the database of ``store``; of a private backend, ``store`` itself."""
    return store if backend.private else make_store()


@pytest.fixture
def driver_connection(backend: Backend, database_url: str) -> Iterator[Any]:
    """An open connection of the driver's own to ``database_url``, with its default settings.

    Of a private backend it leads to a migrated database of its own.
    """
    connection = backend.open_connection(database_url)
    yield connection
    connection.close()


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    """A TCP proxy in front of the database; ``proxy.url`` leads through it.

    A test that asks for it runs only on backends that are reached over TCP.
    """
    with Proxy(database_url) as running:
        yield running


@pytest.fixture
def proxied_store(proxy: Proxy) -> Iterator[agentstore.Storage]:
    """A store on ``database_url`` through ``proxy``."""
    with agentstore.connect(proxy.url) as store:
        yield store


@pytest.fixture(autouse=True)
def _skip_waived(request: pytest.FixtureRequest) -> None:
    if request.cls is None or "backend" not in request.fixturenames:
        return
    backend: Backend = request.getfixturevalue("backend")
    for cls in request.cls.__mro__:
        if cls.__name__ in backend.waived:
            reason = backend.waived[cls.__name__]
            pytest.skip(f"{_WAIVED}: {backend.name}: {cls.__name__}: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Lists what the backends have waived, so that nobody takes the run for a full one."""
    waived: dict[str, int] = {}
    for report in terminalreporter.getreports("skipped"):
        if isinstance(report.longrepr, tuple):
            _, separator, what = report.longrepr[2].partition(f"{_WAIVED}: ")
            if separator:
                waived[what] = waived.get(what, 0) + 1
    if waived:
        terminalreporter.section("waived by the backend")
        for what, tests in sorted(waived.items()):
            terminalreporter.line(f"{what} ({tests} tests)")
