"""Any number of migrators at once: nobody fails, and each migration is applied once."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import closing, contextmanager
from itertools import chain
from typing import Any

import pytest
from backends import SHARED
from schema_databases import TIMEOUT, SchemaDatabase, processes, start

from agentstore.dialects.registry import repository_class
from agentstore.errors import UnavailableError
from agentstore.schema.backend import MigratorBackend
from agentstore.schema.lock import LockWait

pytestmark = pytest.mark.parametrize("backend", SHARED, indirect=True)


@pytest.fixture
def database(empty_database_url: str) -> SchemaDatabase:
    return SchemaDatabase(empty_database_url)


def migrate_and_tell(database: SchemaDatabase, barrier: Any, results: Any) -> None:
    barrier.wait(TIMEOUT)
    results.put(database.migrate())


def in_processes(database: SchemaDatabase, number: int) -> list[list[str]]:
    """What each of a number of processes applied, all starting at once."""
    barrier, results = processes.Barrier(number), processes.Queue()
    running = [start(migrate_and_tell, database, barrier, results) for _ in range(number)]
    for process in running:
        process.join(TIMEOUT)
        assert process.exitcode == 0
    return [results.get(timeout=TIMEOUT) for _ in running]


@contextmanager
def at_work(database: SchemaDatabase) -> Iterator[MigratorBackend]:
    """A migrator of ours that has its turn, and is slow."""
    backend = repository_class(database.dialect).migrator_class()(
        database.connect, database.schema, TIMEOUT
    )
    with closing(backend.connection):
        backend.prepare()
        with backend.exclusive(LockWait(TIMEOUT)):
            yield backend


def leave_yoyo_s_lock(database: SchemaDatabase) -> None:
    """Do as a ``yoyo apply`` that is at work, or was killed."""
    database.run("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, '2026-01-02 03:04:05', 1)")


def test_eight_processes(database: SchemaDatabase) -> None:
    applied = in_processes(database, 8)
    assert sorted(chain(*applied)) == database.names
    database.assert_current()


def test_eight_threads(database: SchemaDatabase) -> None:
    barrier = threading.Barrier(8)

    def migrate() -> list[str]:
        barrier.wait(TIMEOUT)
        return database.migrate()

    with ThreadPoolExecutor(8) as threads:
        applied = [future.result() for future in [threads.submit(migrate) for _ in range(8)]]
    assert sorted(chain(*applied)) == database.names
    database.assert_current()


def test_a_schema_that_eight_processes_make(database: SchemaDatabase) -> None:
    if database.dialect == "postgresql":
        database.schema = "Tenant 1"
    assert sorted(chain(*in_processes(database, 8))) == database.names
    database.assert_current()


def test_side_by_side_with_yoyo(database: SchemaDatabase) -> None:
    others = [database.start_yoyo("apply") for _ in range(2)]
    in_processes(database, 4)
    for process in others:
        with process:
            output, _ = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0, output
    database.assert_current()


def test_yoyo_waits_for_a_migrator(database: SchemaDatabase) -> None:
    with at_work(database) as backend:
        process = database.start_yoyo("apply")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2.0)
        assert not backend.bookkeeping_is_current()
    with process:
        output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, output
    database.assert_current()


def test_a_migrator_waits_for_a_migrator(database: SchemaDatabase) -> None:
    with ThreadPoolExecutor(1) as thread:
        with at_work(database):
            with pytest.raises(UnavailableError, match=r"another migrator|a lock was not free"):
                database.migrate(timeout=1.0)
            waiting = thread.submit(database.migrate)
            with pytest.raises(FutureTimeoutError):
                waiting.result(1.0)
        assert waiting.result(TIMEOUT) == database.names
    database.assert_current()


def test_a_migrator_waits_for_yoyo(database: SchemaDatabase) -> None:
    with at_work(database):
        pass  # makes yoyo_lock
    leave_yoyo_s_lock(database)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(database.migrate)
        with pytest.raises(FutureTimeoutError):
            waiting.result(1.0)
        database.run("DELETE FROM yoyo_lock")
        assert waiting.result(TIMEOUT) == database.names
    database.assert_current()


def test_yoyo_s_lock_is_removed_after_its_time(
    database: SchemaDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    with at_work(database):
        pass
    for _ in range(2):
        leave_yoyo_s_lock(database)
        database.migrate(abandoned_after=0.5)
        database.assert_current()
        assert "removing yoyo's lock: process 1 has held it" in caplog.text
    database.yoyo("apply")
