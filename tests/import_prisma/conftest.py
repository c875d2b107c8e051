"""The original's database and a store to copy it into, on each of the databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from backends import (
    InnoDBBackend,
    MariaDBBackend,
    MySQLBackend,
    PostgreSQLBackend,
    SQLiteFileBackend,
)
from prisma_database import PrismaDatabase

import agentstore
from agentstore.testing import Backend

pytest.register_assert_rewrite("prisma_copies", "prisma_sample")


def apart(backend: PostgreSQLBackend | InnoDBBackend) -> Backend:
    """The backend, with other names for its databases than the suite's one of its kind has."""
    names = backend._names
    backend._names = (f"{name}_prisma" for name in names)
    return backend


MAKERS: dict[str, Callable[[pytest.FixtureRequest], Backend]] = {
    "sqlite": lambda request: SQLiteFileBackend(),
    "postgresql": lambda request: apart(
        PostgreSQLBackend(request.getfixturevalue("postgres_server"))
    ),
    "mariadb": lambda request: apart(MariaDBBackend(request.getfixturevalue("mariadb_server"))),
    "mysql": lambda request: apart(MySQLBackend(request.getfixturevalue("mysql_server"))),
}


@pytest.fixture(scope="session")
def backends(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Backend]]:
    """Backends by name, each made once."""
    made: dict[str, Backend] = {}

    def backend(name: str) -> Backend:
        if name not in made:
            made[name] = MAKERS[name](request)
        return made[name]

    yield backend
    for each in made.values():
        each.close()


@pytest.fixture(params=list(MAKERS))
def original(
    request: pytest.FixtureRequest, backends: Callable[[str], Backend]
) -> Iterator[PrismaDatabase]:
    """The original's tables, empty."""
    database = PrismaDatabase.create(backends(request.param))
    yield database
    database.backend.drop_database(database.url)


@pytest.fixture
def target_url(
    request: pytest.FixtureRequest, original: PrismaDatabase, backends: Callable[[str], Backend]
) -> Iterator[str]:
    """The URL of a store, migrated and empty: on the original's dialect, unless told otherwise."""
    backend = backends(request.param) if hasattr(request, "param") else original.backend
    url = backend.migrated_database()
    yield url
    backend.drop_database(url)


@pytest.fixture
def target(target_url: str) -> Iterator[agentstore.Storage]:
    """The store."""
    with agentstore.connect(target_url) as store:
        yield store
