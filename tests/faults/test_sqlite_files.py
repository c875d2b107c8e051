"""SQLite's files: a full disk, no permission, damage. Our errors, and nothing is lost."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backends import SQLiteFileBackend
from forked import as_nobody, ends_well, fork

import agentstore
from agentstore import (
    ConfigurationError,
    DatabaseError,
    Storage,
    StorageError,
    UnavailableError,
)

BIG = "x" * 40_000


@pytest.fixture(scope="module")
def backend() -> Iterator[SQLiteFileBackend]:
    """Files only."""
    made = SQLiteFileBackend()
    yield made
    made.close()


@pytest.fixture
def path(database_url: str) -> Path:
    """The database's file."""
    return Path(database_url.removeprefix("sqlite:///"))


def setting(store: Storage, name: str) -> object:
    """What a pragma says on a connection of a store's."""
    found: list[object] = []

    def ask(connection: object) -> None:
        driver: sqlite3.Connection = connection.driver_connection  # type: ignore[attr-defined]
        found.append(driver.execute(f"PRAGMA {name}").fetchone()[0])

    store._repository.executor.read(ask)
    return found[0]


def test_settings(store: Storage) -> None:
    assert setting(store, "journal_mode") == "wal"
    assert setting(store, "synchronous") == 2  # FULL
    assert setting(store, "foreign_keys") == 1


def fill(store: Storage) -> tuple[list[str], StorageError]:
    """Save until it fails; (the ids that were returned, the error)."""
    saved: list[str] = []
    for _ in range(1000):
        try:
            saved.append(
                store.save_assistant_message(
                    "s",
                    {
                        "type": "t",
                        "message": BIG,
                        "tool_calls": [{"tool_name": "a", "arguments": BIG}],
                    },
                )
            )
        except StorageError as error:  # noqa: PERF203
            return saved, error
    raise AssertionError("there is no end to it")


def is_whole(store: Storage, saved: list[str]) -> bool:
    """Whether a session has just these turns."""
    history = store.get_history("s")
    return (
        [message.id for message in history] == saved
        and [message.position for message in history] == list(range(len(saved)))
        and all(len(message.tool_calls) == 1 for message in history)
    )


def test_full_database(path: Path, make_store: Callable[..., Storage]) -> None:
    store = make_store(pool_size=1)
    store.create_session(id="s")

    def limit_pages(count: int) -> None:
        def operation(connection: object) -> None:
            driver: sqlite3.Connection = connection.driver_connection  # type: ignore[attr-defined]
            driver.execute(f"PRAGMA max_page_count = {count}").fetchone()

        store._repository.executor.read(operation)

    limit_pages(300)
    saved, error = fill(store)
    assert type(error) is DatabaseError
    assert "full" in str(error)
    assert saved
    assert is_whole(store, saved)
    limit_pages(100_000)
    saved.append(
        store.save_assistant_message(
            "s", {"type": "t", "message": "x", "tool_calls": [{"tool_name": "a", "arguments": 1}]}
        )
    )
    assert is_whole(store, saved)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.system(f"mount -t tmpfs -o size=1m tmpfs {folder} 2>/dev/null"):
        pytest.skip("may not mount here: see test_full_database and test_file_size_limit")
    yield folder
    os.system(f"umount -l {folder}")


def test_full_disk(small_disk: Path, path: Path) -> None:
    shutil.copy(path, small_disk / "x.db")
    with agentstore.connect(f"sqlite:///{small_disk}/x.db", retry_timeout=1) as store:
        store.create_session(id="s")
        saved, error = fill(store)
        assert type(error) is DatabaseError
        assert saved
        assert is_whole(store, saved)
    with agentstore.connect(f"sqlite:///{small_disk}/x.db") as store:
        assert is_whole(store, saved)


def test_file_size_limit(path: Path, store: Storage, database_url: str) -> None:
    """No file of a process may grow (RLIMIT_FSIZE): its calls fail, others' go on."""
    store.create_session(id="s")
    store.close()

    def be_child() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
        with agentstore.connect(database_url) as limited:
            saved, error = fill(limited)
            assert type(error) is DatabaseError, repr(error)
            assert saved
            assert is_whole(limited, saved)
            (path.parent / "saved").write_text("\n".join(saved))

    assert ends_well(fork(be_child))
    saved = (path.parent / "saved").read_text().split()
    with agentstore.connect(database_url) as later:
        assert is_whole(later, saved)
        later.save_user_message("s", "x")


@pytest.fixture
def world_readable(path: Path) -> Iterator[Path]:
    """A database with a session, in a folder of its own, for everybody to read."""
    with agentstore.connect(f"sqlite:///{path}") as store:
        store.create_session(id="s")
        store.save_user_message("s", "kept", id="m")
    folder = Path("/tmp") / f"agentstore-readonly-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    copied = folder / "x.db"
    shutil.copy(path, copied)
    copied.chmod(0o644)
    yield copied
    shutil.rmtree(folder)


def save_in_a_block(store: Storage) -> None:
    """A save in a transaction()."""
    with store.transaction():
        store.save_user_message("s", "x")


@pytest.mark.parametrize("folder_mode", [0o755, 0o777])
def test_read_only_file(world_readable: Path, folder_mode: int) -> None:
    world_readable.parent.chmod(folder_mode)

    def be_nobody() -> None:
        with agentstore.connect(f"sqlite:///{world_readable}", retry_timeout=1) as store:
            for call in (
                lambda: store.save_user_message("s", "x"),
                store.create_session,
                lambda: store.delete_session("s"),
                lambda: save_in_a_block(store),
            ):
                with pytest.raises((ConfigurationError, DatabaseError)):
                    call()

    assert as_nobody(be_nobody)
    with agentstore.connect(f"sqlite:///{world_readable}") as store:
        assert [message.id for message in store.get_history("s")] == ["m"]


def test_read_only_by_the_url(world_readable: Path) -> None:
    with agentstore.connect(f"sqlite:///{world_readable}?mode=ro", retry_timeout=1) as store:
        assert [message.id for message in store.get_history("s")] == ["m"]
        with pytest.raises(DatabaseError):
            store.save_user_message("s", "x")


def test_file_that_may_not_be_read(world_readable: Path) -> None:
    world_readable.chmod(0o600)

    def be_nobody() -> None:
        with agentstore.connect(f"sqlite:///{world_readable}", retry_timeout=1) as store:
            for call in (store.ping, store.create_session, lambda: store.get_history("s")):
                with pytest.raises(ConfigurationError):
                    call()

    assert as_nobody(be_nobody)


def test_no_such_folder(tmp_path: Path) -> None:
    with agentstore.connect(f"sqlite:///{tmp_path}/no/x.db", retry_timeout=1) as store:
        for call in (store.ping, store.create_session, store.migrate):
            with pytest.raises(ConfigurationError):
                call()


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with (
        agentstore.connect(f"sqlite:///{tmp_path}", retry_timeout=1) as store,
        pytest.raises(ConfigurationError),
    ):
        store.ping()


def test_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("these are my notes\n" * 500)
    with agentstore.connect(f"sqlite:///{tmp_path}/x.db", retry_timeout=1) as store:
        for call in (store.ping, store.create_session, lambda: store.get_history("s")):
            with pytest.raises(ConfigurationError):
                call()
        with pytest.raises(StorageError):
            store.migrate()
    assert (tmp_path / "x.db").read_text().startswith("these are my notes")


def test_damaged_database(path: Path, make_store: Callable[..., Storage]) -> None:
    with make_store() as store:
        store.create_session(id="s")
        fill_some(store)
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(os.urandom(path.stat().st_size - 4096 * 3))
    errors = set()
    with agentstore.connect(f"sqlite:///{path}", retry_timeout=1) as store:
        for call in (
            lambda: store.get_history("s"),
            lambda: store.save_user_message("s", "x"),
            lambda: store.create_session(id="t"),
            lambda: list(store.iter_messages()),
            lambda: store.delete_session("s"),
        ):
            try:
                call()
            except StorageError as error:  # noqa: PERF203
                errors.add(type(error))
    assert DatabaseError in errors
    assert errors <= {DatabaseError}


def fill_some(store: Storage) -> None:
    """Some pages of messages."""
    for _ in range(20):
        store.save_user_message("s", BIG)


def test_writer_killed_while_it_holds_the_lock(database_url: str, store: Storage) -> None:
    """What it had not committed is gone, and nobody waits for it."""
    store.create_session(id="s")
    ready_r, ready_w = os.pipe()

    def be_child() -> None:
        with store.transaction():
            store.save_user_message("s", "never committed")
            os.write(ready_w, b"x")
            signal.pause()

    child = fork(be_child)
    os.read(ready_r, 1)
    with (
        agentstore.connect(database_url, statement_timeout=0.2, retry_timeout=0.2) as hasty,
        pytest.raises(UnavailableError),
    ):
        hasty.save_user_message("s", "x")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ready_r)
    os.close(ready_w)
    store.save_user_message("s", "committed")
    assert [message.content for message in store.get_history("s")] == ["committed"]
