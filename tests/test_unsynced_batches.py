"""Batches of clean-up on SQLite wait for no disk of their own: all of them are on it at the end."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from test_retention_pacing import AGO, CLEANERS, Clean

from agentstore import DatabaseError, Storage
from agentstore.dialects.sqlite import connection as sqlite
from agentstore.dialects.sqlite.connection import SQLiteConnection
from agentstore.dialects.sqlite.files import identity, sync_log
from agentstore.engine.connection import Connection

AT_CHECKPOINTS, FULLY = 1, 2
"""What ``PRAGMA synchronous`` says."""

pytestmark = pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)


class Interruption(BaseException):
    """Raised by a signal's handler."""


def synced(connection: Connection) -> int:
    ((found,),) = connection.driver_connection.execute("PRAGMA synchronous")
    return int(found)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the connections do: how each commit is synced, and when all are."""
    found: list[str] = []
    commit = SQLiteConnection.commit

    def noted_commit(self: SQLiteConnection) -> None:
        commit(self)
        found.append("commit" if synced(self) == FULLY else "unsynced commit")

    def noted_sync(path: str) -> None:
        sync_log(path)
        found.append("sync")

    monkeypatch.setattr(SQLiteConnection, "commit", noted_commit)
    monkeypatch.setattr(sqlite, "sync_log", noted_sync)
    return found


def fill(store: Storage) -> None:
    with store.transaction():
        for number in range(60):
            store.create_session(id=f"s{number}", user_id="ann", created_at=AGO)


@pytest.mark.parametrize("cleaner", CLEANERS)
def test_what_is_said_to_be_done_is_on_the_disk(
    make_store: Callable[..., Storage], done: list[str], cleaner: str
) -> None:
    store = make_store(pool_size=1)
    fill(store)
    done.clear()
    clean: Clean = CLEANERS[cleaner] if cleaner != "delete_sessions" else delete_all
    assert clean(store) == 60
    last = max(number for number, each in enumerate(done) if each == "unsynced commit")
    assert done.count("unsynced commit") > 1
    assert done[last + 1] == "sync"
    done.clear()
    store.create_session(id="next")
    assert done == ["commit"], "the next one to use the connection is not led astray"


def delete_all(store: Storage) -> int:
    later = datetime.now(timezone.utc) + timedelta(days=1)
    return store.delete_sessions(inactive_only=False, updated_before=later)


def test_in_a_transaction_of_the_caller_s_its_commit_is_synced(
    store: Storage, done: list[str]
) -> None:
    fill(store)
    done.clear()
    with store.transaction():
        assert delete_all(store) == 60
    assert done == ["commit"]


def test_a_connection_that_may_not_sync_is_used_no_more(
    make_store: Callable[..., Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(pool_size=1)
    fill(store)
    count = SQLiteConnection.count
    was_connected: list[Any] = []

    def interrupted(self: SQLiteConnection, name: str, *arguments: Any) -> int:
        if name == "connection/sync_fully":
            was_connected.append(self.driver_connection)
            raise Interruption
        return count(self, name, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(SQLiteConnection, "count", interrupted)
        with pytest.raises(Interruption):
            delete_all(store)
    store._repository.executor.read(
        lambda connection: was_connected.append((connection.driver_connection, synced(connection)))
    )
    before, (now, how) = was_connected
    assert now is not before
    assert how == FULLY


def test_without_a_log_every_commit_is_synced(
    make_store: Callable[..., Storage], done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unsynced commit could leave such a file broken behind a crash of the machine."""
    monkeypatch.setattr(
        sqlite, "identity", lambda path: None if path.endswith("-wal") else identity(path)
    )
    store = make_store(pool_size=1)
    fill(store)
    done.clear()
    assert delete_all(store) == 60
    assert set(done) <= {"commit", "sync"}


def test_a_disk_that_fails_is_an_error_of_ours(
    make_store: Callable[..., Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done may be undone by a crash of the machine: nobody is told that it is done."""

    def fail(path: str) -> None:
        raise OSError(errno.EIO, "Input/output error")

    store = make_store(pool_size=1)
    fill(store)
    monkeypatch.setattr(sqlite, "sync_log", fail)
    with pytest.raises(DatabaseError, match="Input/output error"):
        delete_all(store)
    monkeypatch.undo()
    assert store.create_session()
