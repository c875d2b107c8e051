"""Which file a path means, and a file that may only be read."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from backends import SQLiteFileBackend
from forked import as_nobody

import agentstore
from agentstore import ConfigurationError, DatabaseError, SchemaError, Storage


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


def contents(store: Storage) -> list[str]:
    return [message.content for message in store.get_history("s")]


def journal_mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        mode: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
    return mode


@pytest.mark.parametrize("url", ["sqlite:///x.db", "sqlite:///a/../x.db", "sqlite:///link.db"])
def test_a_relative_path_is_resolved_once(
    url: str, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections that are opened after a chdir, migrations among them, find the same file."""
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "a").mkdir(parents=True)
    (there / "a").mkdir(parents=True)
    (here / "link.db").symlink_to("x.db")
    monkeypatch.chdir(here)
    with agentstore.connect(url, pool_size=3) as store:
        monkeypatch.chdir(there)
        store.migrate()
        store.create_session(id="s")
        gate = threading.Barrier(3)

        def read_and_save(number: int) -> None:
            iterated: Any = store.iter_messages()
            with closing(iterated) as messages:
                assert list(messages) == []
            gate.wait()
            store.save_user_message("s", f"{number}")

        threads = [threading.Thread(target=read_and_save, args=[number]) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(contents(store)) == ["0", "1", "2"]
    assert [each.name for each in there.iterdir()] == ["a"]
    with agentstore.connect(f"sqlite:///{here}/x.db") as store:
        assert len(contents(store)) == 3


def test_a_folder_whose_name_is_not_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    monkeypatch.chdir(folder)
    with agentstore.connect("sqlite:///x.db") as store:
        store.migrate()
        store.create_session(id="s")
    assert (folder / "x.db").exists()


def test_a_path_that_the_locale_has_no_letters_for(tmp_path: Path) -> None:
    """What the library cannot name is refused, with what to do."""
    program = """
import sys, agentstore
try:
    agentstore.connect(sys.argv[1])
except agentstore.ConfigurationError as error:
    print(ascii(str(error)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, f"sqlite:///{tmp_path}/caf%C3%A9.db"],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert "PYTHONUTF8=1" in done.stdout


def test_a_relative_path_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    with pytest.raises(ConfigurationError, match=r"x\.db is relative"):
        agentstore.connect("sqlite:///x.db")


def as_closed(source: Path, target: Path) -> None:
    """In WAL mode, with nothing beside it."""
    as_vacuumed(source, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def as_rolled_back(source: Path, target: Path) -> None:
    """In rollback mode."""
    as_vacuumed(source, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def as_vacuumed(source: Path, target: Path) -> None:
    """A backup by VACUUM INTO."""
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("VACUUM INTO ?", [str(target)])


def as_in_use(source: Path, target: Path) -> None:
    """With the -wal and -shm of a process that has it open."""
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("SELECT count(*) FROM agentstore_messages").fetchone()
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(f"{source}{suffix}", f"{target}{suffix}")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody reaches, unlike pytest's own."""
    made = Path("/tmp") / f"agentstore-paths-{os.getpid()}"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.parametrize("query", ["", "?mode=ro", "?mode=rw"])
@pytest.mark.parametrize("folder_mode", [0o755, 0o777])
@pytest.mark.parametrize("make", [as_closed, as_rolled_back, as_vacuumed, as_in_use])
def test_what_may_not_be_written_can_be_read(
    make: Callable[[Path, Path], None], folder_mode: int, query: str, path: Path, folder: Path
) -> None:
    target = folder / "x.db"
    with agentstore.connect(f"sqlite:///{path}") as store:
        store.create_session(id="s")
        store.save_user_message("s", "kept")
        make(path, target)
    for each in folder.iterdir():
        each.chmod(0o644)
    folder.chmod(folder_mode)

    def be_nobody() -> None:
        with agentstore.connect(f"sqlite:///{target}{query}", retry_timeout=1) as store:
            store.ping()
            assert contents(store) == ["kept"]
            assert store.schema_status().pending == []
            assert store.migrate() == []
            with pytest.raises((ConfigurationError, DatabaseError)):
                store.save_user_message("s", "x")
            assert contents(store) == ["kept"]

    if folder_mode == 0o755 or make is not as_in_use:  # else another's -wal is in the way
        assert as_nobody(be_nobody)


def test_half_a_log_in_a_folder_that_may_not_be_written(path: Path, folder: Path) -> None:
    """What is in a -wal alone would be left out by one who read the file without it."""
    target = folder / "x.db"
    with agentstore.connect(f"sqlite:///{path}") as store:
        store.create_session(id="s")
        as_in_use(path, target)
    Path(f"{target}-shm").unlink()
    for each in folder.iterdir():
        each.chmod(0o644)

    def be_nobody() -> None:
        with agentstore.connect(f"sqlite:///{target}", retry_timeout=1) as store:
            for _ in range(2):
                with pytest.raises(ConfigurationError, match=r"x\.db-wal and .*x\.db-shm must"):
                    store.get_history("s")

    assert as_nobody(be_nobody)


def test_migrate_sets_the_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with agentstore.connect(f"sqlite:///{path}") as store:
        store.migrate()
        assert journal_mode(path) == "wal"


def test_a_store_that_opens_while_another_writes(path: Path) -> None:
    """A write-ahead log is a wish: a file in rollback mode is read meanwhile."""
    with closing(sqlite3.connect(path)) as own:
        own.execute("PRAGMA journal_mode = DELETE")
        bound = agentstore.bind(own)
        bound.create_session(id="s")
        with agentstore.connect(f"sqlite:///{path}", retry_timeout=0, connect_timeout=1) as other:
            assert other.get_session("s") is None
            own.commit()
            assert other.get_session("s") is not None
    with agentstore.connect(f"sqlite:///{path}") as later:
        later.ping()
        assert journal_mode(path) == "wal"


def test_a_replaced_file_is_noticed(path: Path, tmp_path: Path) -> None:
    """What was acknowledged is in the file that is there."""
    copy = tmp_path / "copy.db"
    url = f"sqlite:///{path}"
    with agentstore.connect(url) as store:
        store.create_session(id="s")
        as_vacuumed(path, copy)
        store.save_user_message("s", "in the old one")
    with agentstore.connect(url, pool_size=1) as store:
        assert contents(store) == ["in the old one"]
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        copy.replace(path)
        store.save_user_message("s", "in the new one")
        with agentstore.connect(url) as other:
            assert contents(other) == ["in the new one"]
        assert contents(store) == ["in the new one"]
        path.unlink()
        with pytest.raises(SchemaError):
            store.save_user_message("s", "in none")
