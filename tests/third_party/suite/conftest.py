"""Where the suite gets its databases from."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from agentstore_shelf.driver import Shelf, open_shelf

from agentstore.testing import Backend

pytest_plugins = ["agentstore.testing.fixtures"]


class ShelfBackend(Backend):
    """Files in a folder."""

    name = "shelf"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        return f"shelf:///{self._folder}/{next(self._numbers)}"

    def drop_database(self, url: str) -> None:
        """Drop it."""
        Path(url.removeprefix("shelf:///")).unlink(missing_ok=True)

    def kill_connections(self, url: str) -> None:
        """End every client's connection to it: here there is no server that could."""

    def open_connection(self, url: str) -> Shelf:
        """An open driver connection, for agentstore.bind."""
        connection = open_shelf(url.removeprefix("shelf:///"))
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """The backend that all tests run on."""
    return ShelfBackend(tmp_path_factory.mktemp("shelf"))
