"""No row crosses a scope in a random walk over all methods and adapters.

AGENTSTORE_SCOPES=long walks 100,000 steps on each database, and AGENTSTORE_SCOPES=20000 so many.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator

import pymysql
import pytest
from backends import SHARED
from scope_steps import NOT_WALKED, OFTEN, STEPS
from scope_walk import Walker

import agentstore
from agentstore.statements import StatementLibrary
from agentstore.testing import Backend

_ASKED = os.environ.get("AGENTSTORE_SCOPES", "300")
STEPS_A_DATABASE = 100_000 if _ASKED == "long" else int(_ASKED)


@pytest.fixture
def walker(store: agentstore.Storage, backend: Backend, database_url: str) -> Iterator[Walker]:
    connection = backend.open_connection(database_url)
    if isinstance(connection, pymysql.Connection):
        connection.autocommit(True)  # each look is one of its own
    elif not isinstance(connection, sqlite3.Connection):
        connection.autocommit = True
    walker = Walker(store, connection, STEPS_A_DATABASE, STEPS, OFTEN)
    yield walker
    walker.close()
    connection.close()


def test_every_method_is_walked() -> None:
    public = {name for name in dir(agentstore.Storage) if not name.startswith("_")}
    assert public - NOT_WALKED.keys() <= STEPS.keys()


@pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)
@pytest.mark.parametrize(
    "lost",
    [
        "adk/get_session adk/list_sessions",
        "checkpoints/load_checkpoints",
        "checkpoints/delete_checkpoints holds/lock_sessions",
        "messages/get_history",
        "messages/take_positions messages/reserve_positions",
        "sessions/update_session_metadata sessions/lock_session",
    ],
)
def test_a_predicate_that_is_lost_is_missed(
    walker: Walker, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_blocks = StatementLibrary.with_blocks

    def broken(
        self: StatementLibrary, name: str, blocks: frozenset[str], more: frozenset[str]
    ) -> frozenset[str]:
        return blocks if name in lost.split() else with_blocks(self, name, blocks, more)

    monkeypatch.setattr(StatementLibrary, "with_blocks", broken)
    with pytest.raises(AssertionError):
        walker.walk(3000)


@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_nothing_crosses_a_scope(walker: Walker) -> None:
    walker.walk(STEPS_A_DATABASE)
    print(f"{sum(walker.done.values())} steps: {dict(sorted(walker.done.items()))}")
    assert sum(walker.done.values()) == STEPS_A_DATABASE
