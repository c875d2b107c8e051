"""Settles a test: what its clients were told, against what the database has."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from figures import PROPERTY, Figures
from ledger import Ledger, most_common
from workload import Client, read_log

import agentstore
from agentstore.testing import MariaDBServer


class Account:
    """Settles a test: compares the clients' logs with the database, records the figures."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self.folder = folder

    def client(self, url: str, writer: str, **fields: object) -> Client:
        """A client whose log is kept for `settle`."""
        return Client(url, writer, self.folder / f"{writer}.log", **fields)  # type: ignore[arg-type]

    def settle(self, url: str, made: Figures, **options: float) -> Figures:
        """Count, record and check.

        Args:
            url: the database, with nothing in between.
            made: the faults that were made.
            options: the time limits that the clients' stores had.
        """
        entries = [entry for log in self.folder.glob("*.log") for entry in read_log(log)]
        with agentstore.connect(url) as store:
            ledger = Ledger(store, entries, limit=call_limit(**options))
            figures = ledger.figures + made
            self.record(column(url), figures)
        assert figures.faults() == {}, most_common(ledger.problems)
        return figures

    def record(self, dialect: str, figures: Figures) -> None:
        """Add figures to the table at the end of the run."""
        self._request.node.user_properties.append((PROPERTY, (dialect, asdict(figures))))


def call_limit(
    *,
    pool_timeout: float = 10,
    connect_timeout: float = 5,
    statement_timeout: float = 30,
    retry_timeout: float = 30,
    **_: object,
) -> float:
    """Seconds that a call may take with these options."""
    return pool_timeout + connect_timeout + statement_timeout + retry_timeout


def column(url: str) -> str:
    """The column of the table for a database."""
    scheme = url.partition(":")[0]
    if scheme == "mysql":
        # MariaDB has the same scheme.
        return MariaDBServer.read_version(url).partition(" ")[0].lower()
    return scheme
