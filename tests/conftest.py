"""The five backends of the conformance suite, and the servers behind three of them.

A server is started when the first test asks for it; with pytest-xdist the controller starts
all beforehand and tells the workers where they are. All are stopped at the end of the run.
A server that cannot be had ends the run: nothing is skipped for want of one. Only MySQL, which no
stable Debian has, can be left out, by saying so, and the run's last line then says so too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import psycopg
import pymysql
import pytest
from backends import BACKENDS
from left_out import (
    LOUD,
    WITHOUT_MYSQL,
    check_variable,
    is_for_the_matrix,
)

from agentstore.testing import (
    Backend,
    MariaDBServer,
    MySQLServer,
    PostgresServer,
    Server,
    ServerAddress,
    ServerError,
)

pytest_plugins = ["agentstore.testing.fixtures"]

SERVERS: tuple[type[Server], ...] = (PostgresServer, MariaDBServer, MySQLServer)


class RunServers:
    """The servers of this test run, each started at most once, and not durable but quick."""

    def __init__(self) -> None:
        self.addresses: dict[str, ServerAddress] = {}
        self._started = ExitStack()

    def address(self, kind: type[Server]) -> ServerAddress:
        """Where the server of this kind is; starts it if nobody has."""
        if kind.name not in self.addresses:
            url = os.environ.get(kind.url_variable)
            try:
                self.addresses[kind.name] = self._given(kind, url) if url else self._start(kind)
            except (ServerError, psycopg.Error, pymysql.Error) as error:
                where = f"{kind.url_variable}: " if url else ""
                pytest.exit(f"no {kind.name} for the tests: {where}{error}", returncode=1)
        return self.addresses[kind.name]

    def start_all(self) -> None:
        """Starts all that is missing, side by side."""
        kinds = [kind for kind in SERVERS if not (kind is MySQLServer and WITHOUT_MYSQL)]
        with ThreadPoolExecutor() as threads:
            list(threads.map(self.address, kinds))

    @staticmethod
    def _given(kind: type[Server], url: str) -> ServerAddress:
        address = ServerAddress(url, kind.read_version(url))
        if not address.version.startswith(f"{kind.name} "):
            raise ServerError(f"this is {address.version}, and not {kind.name}")
        return address

    def _start(self, kind: type[Server]) -> ServerAddress:
        return self._started.enter_context(kind(durable=False)).address

    def stop(self) -> None:
        """Stops what was started here."""
        self._started.close()


RUN_SERVERS = pytest.StashKey[RunServers]()


def pytest_configure(config: pytest.Config) -> None:
    check_variable()
    servers = config.stash[RUN_SERVERS] = RunServers()
    for name, (url, version) in getattr(config, "workerinput", {}).get("servers", {}).items():
        servers.addresses[name] = ServerAddress(url, version)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist calls this in the controller, before it starts a worker."""
    servers = node.config.stash[RUN_SERVERS]
    servers.start_all()
    node.workerinput["servers"] = {
        name: (address.base_url, address.version) for name, address in servers.addresses.items()
    }


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if is_for_the_matrix(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not is_for_the_matrix(item)]


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUN_SERVERS in config.stash:
        config.stash[RUN_SERVERS].stop()
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if WITHOUT_MYSQL and terminal is not None and not hasattr(config, "workerinput"):
        terminal.write_line(LOUD, red=True, bold=True)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    versions = [address.version for address in config.stash[RUN_SERVERS].addresses.values()]
    if versions:
        terminalreporter.line(f"servers of this run: {', '.join(sorted(versions))}")


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> ServerAddress:
    """The PostgreSQL of this run, shared by all tests and workers: not to be killed."""
    return pytestconfig.stash[RUN_SERVERS].address(PostgresServer)


@pytest.fixture(scope="session")
def mariadb_server(pytestconfig: pytest.Config) -> ServerAddress:
    """The MariaDB of this run, shared by all tests and workers: not to be killed."""
    return pytestconfig.stash[RUN_SERVERS].address(MariaDBServer)


@pytest.fixture(scope="session")
def mysql_server(pytestconfig: pytest.Config) -> ServerAddress:
    """The MySQL of this run, shared by all tests and workers: not to be killed."""
    if WITHOUT_MYSQL:
        pytest.skip(LOUD)
    return pytestconfig.stash[RUN_SERVERS].address(MySQLServer)


@pytest.fixture(scope="session", params=list(BACKENDS))
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each of our backends in turn.

    A test for some of them only says ``@pytest.mark.parametrize("backend", [...],
    indirect=True)``.
    """
    made = BACKENDS[request.param](request)
    yield made
    made.close()
