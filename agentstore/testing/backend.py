"""What the conformance suite needs to know of a database, and to do with it.

Whoever writes a dialect writes one subclass of `Backend`, in about thirty lines, and hands it
to the suite through a fixture named ``backend``; ``tests/backends.py`` of agentstore's own
checkout has five of them.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import agentstore


class Backend(abc.ABC):
    """Makes and drops databases for tests. Each test gets one of its own.

    Example:
        class OracleBackend(Backend):
            name = "oracle"

            def new_database(self) -> str: ...
            def drop_database(self, url: str) -> None: ...
            def kill_connections(self, url: str) -> None: ...
            def open_connection(self, url: str) -> oracledb.Connection: ...
    """

    # What is it called in the names of tests?
    name: ClassVar[str]

    # Is a database reachable through one Storage only, as that of ``sqlite://`` is, so that
    # two stores, two processes or a driver connection never meet in it?
    private: ClassVar[bool] = False

    # Which classes of the suite does it not pass yet, and why? They are skipped, and listed
    # with their reasons at the end of each run.
    waived: ClassVar[Mapping[str, str]] = MappingProxyType({})

    @abc.abstractmethod
    def new_database(self) -> str:
        """Makes an empty database, without agentstore's tables.

        Returns:
            The URL for ``agentstore.connect``.
        """

    @abc.abstractmethod
    def drop_database(self, url: str) -> None:
        """Drops what `new_database` made, whatever connections a test has left open."""

    @abc.abstractmethod
    def kill_connections(self, url: str) -> None:
        """Ends every client's connection to the database, from the server's side.

        Returns when they are gone. Does nothing where connections cannot be ended so (SQLite).
        """

    @abc.abstractmethod
    def open_connection(self, url: str) -> Any:
        """Opens a driver connection to a migrated database, for ``agentstore.bind``.

        It has the driver's default settings, as an application that knows nothing of
        agentstore would open it. Where the backend is ``private`` it leads to a migrated
        database of its own. Whoever asked for it closes it.
        """

    def migrated_database(self) -> str:
        """Makes a database with agentstore's tables, and nothing in them.

        Worth overriding with something quicker, as a copy of one that was migrated before:
        it is called once a test.

        Returns:
            The URL for ``agentstore.connect``.
        """
        url = self.new_database()
        with agentstore.connect(url) as store:
            store.migrate()
        return url

    def close(self) -> None:  # noqa: B027 - most backends have nothing to let go of
        """Lets go of what was kept between tests; called once, at the end of the run."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"
