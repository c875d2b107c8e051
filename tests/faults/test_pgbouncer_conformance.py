"""The conformance suite through PgBouncer: a part of it, all of it in the long form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pgbouncer import PgBouncer, PgBouncerBackend
from writers import LONG

from agentstore.testing import Backend, ServerAddress, suite

PART = [
    "TestAppends",
    "TestConfirmations",
    "TestCreateSession",
    "TestFork",
    "TestLocksAndPools",
    "TestNestedTransactions",
    "TestProcesses",
    "TestQuerySessions",
    "TestResultsAndConfirmationsAtOnce",
    "TestSaveMessages",
    "TestSavedAgain",
    "TestSessionsAtOnce",
    "TestTransaction",
    "TestTransactionsAndOthers",
    "TestUpdateSessionMetadata",
]
globals().update({name: getattr(suite, name) for name in (suite.__all__ if LONG else PART)})


@pytest.fixture(scope="module")
def pgbouncer(postgres_server: ServerAddress) -> Iterator[PgBouncer]:
    running = PgBouncer(postgres_server)
    with running:
        yield running


@pytest.fixture(autouse=True)
def _callers_connections_know_no_schema(request: pytest.FixtureRequest, backend: Backend) -> None:
    if "TestBind" in request.node.nodeid and "[schema]" in request.node.nodeid:
        pytest.skip("?schema= is for connections of a store's own; a caller sets the search_path")


@pytest.fixture(scope="module", params=["", "?schema=conversations"], ids=["plain", "schema"])
def backend(
    request: pytest.FixtureRequest, postgres_server: ServerAddress, pgbouncer: PgBouncer
) -> Iterator[Backend]:
    made = PgBouncerBackend(postgres_server, pgbouncer, request.param)
    yield made
    made.close()
