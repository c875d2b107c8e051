"""A migrator that is killed, at whatever moment, blocks nobody for good."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from backends import SHARED
from schema_databases import TIMEOUT, SchemaDatabase, killed_at, start

from agentstore.testing import Backend

pytestmark = pytest.mark.parametrize("backend", SHARED, indirect=True)

# Every single step takes ten minutes a server: AGENTSTORE_TEST_KILL_EVERY=1.
STRIDE = int(os.environ.get("AGENTSTORE_TEST_KILL_EVERY", "11"))


def kill_at_every_step(
    backend: Backend,
    migrator: Callable[[SchemaDatabase], Callable[[], object]],
    then: Callable[[SchemaDatabase], object],
) -> None:
    """Kill a migrator before each of its exchanges with a database, and see what follows."""
    step = 0
    while True:
        database = SchemaDatabase(backend.new_database())
        process = start(killed_at, step, migrator(database))
        process.join(TIMEOUT)
        assert process.exitcode in (-signal.SIGKILL, 0)
        then(database)
        database.assert_current()
        backend.drop_database(database.url)
        if process.exitcode == 0:
            break
        step += STRIDE
    assert step > len(database.names)


def test_migrate_goes_on_where_migrate_was_killed(backend: Backend) -> None:
    kill_at_every_step(
        backend,
        lambda database: database.migrate,
        # Its lock goes with it: nothing to wait for.
        lambda database: database.migrate(abandoned_after=TIMEOUT),
    )


def test_migrate_goes_on_where_yoyo_was_killed(backend: Backend) -> None:
    kill_at_every_step(
        backend,
        lambda database: database.yoyo_in_process,
        lambda database: database.migrate(abandoned_after=0.2),
    )
