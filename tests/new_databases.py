"""Databases of several dialects in one test: something goes from one to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from backends import BACKENDS

import agentstore
from agentstore.testing import Backend

OpenStore = Callable[..., agentstore.Storage]


@pytest.fixture(scope="session")
def get_backend(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Backend]]:
    """Makes backends by name, each once."""
    made: dict[str, Backend] = {}

    def get(name: str) -> Backend:
        if name not in made:
            made[name] = BACKENDS[name](request)
        return made[name]

    yield get
    for backend in made.values():
        backend.close()


@pytest.fixture
def new_url(get_backend: Callable[[str], Backend]) -> Iterator[Callable[[str], str]]:
    """Makes migrated databases of a backend that is named; gone after the test."""
    with ExitStack() as cleanup:

        def make(name: str) -> str:
            backend = get_backend(name)
            url = backend.migrated_database()
            cleanup.callback(backend.drop_database, url)
            return url

        yield make


@pytest.fixture
def open_store(new_url: Callable[[str], str]) -> Iterator[OpenStore]:
    """Opens stores on new databases of a backend that is named, or on a URL."""
    with ExitStack() as stores:

        def make(name: str = "sqlite-file", *, url: str | None = None) -> agentstore.Storage:
            return stores.enter_context(agentstore.connect(url or new_url(name)))

        yield make
