"""`agentstore.schema.applying.migrate` on a database of its own."""

from __future__ import annotations

import getpass
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime
from itertools import chain
from pathlib import Path

import pytest
from backends import BACKENDS, NETWORKED, SHARED
from schema_databases import SchemaDatabase

from agentstore.assets import migrations_path
from agentstore.dialects.registry import repository_class
from agentstore.dialects.repository import Repository
from agentstore.dialects.sqlite.migrator import SQLiteMigratorBackend
from agentstore.errors import ConfigurationError, DatabaseError, UnavailableError
from agentstore.schema import applying
from agentstore.schema.files import migration_names
from agentstore.testing import Backend

on_real_databases = pytest.mark.parametrize("backend", SHARED, indirect=True)
on_servers = pytest.mark.parametrize("backend", NETWORKED, indirect=True)
on_postgresql = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)

BOOKKEEPING = {"_yoyo_migration", "_yoyo_log", "_yoyo_version", "yoyo_lock"}


@pytest.fixture
def database(empty_database_url: str) -> SchemaDatabase:
    return SchemaDatabase(empty_database_url)


@pytest.fixture
def own_folder(database: SchemaDatabase, tmp_path: Path) -> Path:
    """A copy of the dialect's migrations, in use by ``database``."""
    database.folder = tmp_path / "own"
    shutil.copytree(migrations_path(database.dialect), database.folder)
    return database.folder


@on_real_databases
def test_an_empty_database(database: SchemaDatabase) -> None:
    assert database.migrate() == database.names
    database.assert_current()
    assert database.tables() == database.made_tables | BOOKKEEPING


@on_real_databases
def test_only_what_is_pending(database: SchemaDatabase, own_folder: Path) -> None:
    database.migrate()
    (own_folder / "0099_later.sql").write_text("CREATE TABLE agentstore_later (id int)\n")
    assert database.migrate() == ["0099_later"]
    assert database.migrate() == []


@on_real_databases
def test_what_a_newer_version_applied_is_left_alone(
    database: SchemaDatabase, own_folder: Path
) -> None:
    (own_folder / "0099_later.sql").write_text("CREATE TABLE agentstore_later (id int)\n")
    database.migrate()
    database.folder = migrations_path(database.dialect)
    assert database.migrate() == []
    status = applying.compare(database.folder, database.applied())
    assert status.unknown == ["0099_later"]
    assert database.run("SELECT COUNT(*) FROM agentstore_later") == [(0,)]


@on_real_databases
def test_a_foreign_table_fails_loudly(database: SchemaDatabase) -> None:
    *_, last = (name for name in database.names if "_create_" in name)
    table = last.split("_", 2)[2]
    database.run(f"CREATE TABLE {table} (foreign_column int)")
    for _ in range(2):
        with pytest.raises(DatabaseError, match=f"{last}.*{table}") as raised:
            database.migrate()
        assert raised.value.__cause__ is not None
        assert "p@ss" not in str(raised.value)
        assert database.run(f"SELECT foreign_column FROM {table}") == []  # noqa: S608
        # SQLite's one transaction has taken even yoyo's tables back.
        if "_yoyo_migration" in database.tables():
            assert last not in database.applied()
            assert database.run("SELECT * FROM yoyo_lock") == []
    database.run(f"DROP TABLE {table}")
    database.migrate()
    database.assert_current()


@on_real_databases
def test_a_migration_that_fails_leaves_nothing(database: SchemaDatabase, own_folder: Path) -> None:
    database.migrate()
    (own_folder / "0098_broken.sql").write_text(
        "CREATE TABLE agentstore_half (id int);\nCREATE TABLE agentstore_half (id int);\n"
    )
    (own_folder / "0098_broken.rollback.sql").write_text("SELECT 1;\nDROP TABLE agentstore_half\n")
    before = database.tables()
    with pytest.raises(DatabaseError, match=r"0098_broken.*agentstore_half"):
        database.migrate()
    assert database.tables() == before
    assert "0098_broken" not in database.applied()


@on_real_databases
def test_post_apply_hooks_run(database: SchemaDatabase, own_folder: Path) -> None:
    database.migrate()
    (own_folder / "0098_hooked.sql").write_text("CREATE TABLE agentstore_hooked (id int)\n")
    (own_folder / "post-apply.sql").write_text("INSERT INTO agentstore_hooked VALUES (1)\n")
    assert database.migrate() == ["0098_hooked"]
    assert database.migrate() == []
    assert database.run("SELECT id FROM agentstore_hooked") == [(1,)]


@on_real_databases
def test_a_user_without_a_name(database: SchemaDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_name() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", no_name)
    database.migrate()
    database.assert_current()
    assert all(name for [name] in database.run("SELECT username FROM _yoyo_log"))


@on_servers
def test_a_server_that_goes_away(
    database: SchemaDatabase, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = database.connect

    def connect_and_lose() -> object:
        connection = connect()
        backend.kill_connections(database.url)
        return connection

    monkeypatch.setattr(database, "connect", connect_and_lose)
    with pytest.raises(UnavailableError, match="connection to the database was lost"):
        database.migrate()


@on_real_databases
def test_connections_are_closed(database: SchemaDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    connect = database.connect

    def remember() -> object:
        opened.append(connect())
        return opened[-1]

    monkeypatch.setattr(database, "connect", remember)
    database.migrate()
    assert 1 <= len(opened) <= 2
    for connection in opened:
        with pytest.raises(Exception, match=r"(?i)closed|\(0, ''\)"):
            connection.cursor().execute("SELECT 1")


@on_real_databases
def test_what_connect_raises_goes_through(database: SchemaDatabase) -> None:
    def refuse() -> object:
        raise ConfigurationError("wrong password")

    backend_class = repository_class(database.dialect).migrator_class()
    with pytest.raises(ConfigurationError, match=r"^wrong password$"):
        applying.migrate(refuse, database.folder, backend_class=backend_class, timeout=1.0)


def test_a_dialect_of_a_third_party_brings_its_backend() -> None:
    class Oracle(Repository):
        dialect = "oracle"

    with pytest.raises(ConfigurationError, match="'oracle' has no migrator_backend"):
        Oracle.migrator_class()


@on_postgresql
@pytest.mark.parametrize("name", ["tenant", "Tenant 1", 'O"dd; %s schema', "select"])
def test_a_schema(database: SchemaDatabase, name: str) -> None:
    public = SchemaDatabase(database.url)
    in_schema = SchemaDatabase(database.url, schema=name)
    assert in_schema.migrate() == in_schema.names
    in_schema.assert_current()
    assert public.tables() == set()
    assert public.migrate() == public.names
    public.assert_current()
    assert in_schema.tables() == public.tables()


@on_postgresql
def test_a_migration_without_a_transaction_goes_into_the_schema(
    database: SchemaDatabase, own_folder: Path
) -> None:
    (own_folder / "0098_concurrent.sql").write_text(
        "-- transactional: false\n"
        "CREATE INDEX CONCURRENTLY agentstore_concurrent ON agentstore_sessions (active)\n"
    )
    database.schema = "Tenant"
    assert database.migrate()[-1] == "0098_concurrent"
    rows = database.run(
        "SELECT schemaname FROM pg_indexes WHERE indexname = 'agentstore_concurrent'"
    )
    assert rows == [("Tenant",)]


@pytest.fixture
def three_databases(request: pytest.FixtureRequest) -> Iterator[list[SchemaDatabase]]:
    with ExitStack() as stack:
        backends = [BACKENDS[name](request) for name in SHARED]
        databases = []
        for backend in backends:
            stack.callback(backend.close)
            databases.append(SchemaDatabase(backend.new_database()))
            stack.callback(backend.drop_database, databases[-1].url)
        yield databases


def test_three_dialects_in_turn(three_databases: list[SchemaDatabase]) -> None:
    for database in three_databases:
        assert database.migrate() == database.names
    for database in three_databases:
        database.assert_current()


def test_three_dialects_in_threads(three_databases: list[SchemaDatabase]) -> None:
    with ThreadPoolExecutor(9) as threads:
        results = [threads.submit(database.migrate) for database in three_databases * 3]
        applied = [result.result() for result in results]
    for number, database in enumerate(three_databases):
        database.assert_current()
        assert sorted(chain(*applied[number :: len(three_databases)])) == database.names


def test_memory() -> None:
    folder = migrations_path("sqlite")
    with closing(sqlite3.connect(":memory:", isolation_level="DEFERRED")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.row_factory = sqlite3.Row
        assert applying.migrate_memory(
            connection, folder, SQLiteMigratorBackend
        ) == migration_names(folder)
        assert applying.migrate_memory(connection, folder, SQLiteMigratorBackend) == []
        assert connection.isolation_level == "DEFERRED"
        assert connection.row_factory is sqlite3.Row
        assert not connection.in_transaction
        assert tuple(connection.execute("PRAGMA foreign_keys").fetchone()) == (1,)
        rows = connection.execute("SELECT migration_id FROM _yoyo_migration ORDER BY 1")
        assert [row["migration_id"] for row in rows] == migration_names(folder)


def test_the_driver_s_way_with_datetimes_stays(tmp_path: Path) -> None:
    def stored() -> object:
        with closing(sqlite3.connect(":memory:")) as connection:
            return connection.execute("SELECT ?", [datetime(2026, 1, 2).isoformat(" ")]).fetchone()[
                0
            ]

    adapters, converters = dict(sqlite3.adapters), dict(sqlite3.converters)
    before = stored()
    SchemaDatabase(f"sqlite:///{tmp_path / 'x.db'}").migrate()
    assert (sqlite3.adapters, sqlite3.converters) == (adapters, converters)
    assert stored() == before


def test_yoyo_is_not_imported_to_tell_the_status() -> None:
    program = (
        "import sys; from pathlib import Path; from agentstore.schema import applying; "
        "applying.compare(Path(sys.argv[1]), []); assert 'yoyo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, str(migrations_path("sqlite"))], check=True)


@on_real_databases
def test_yoyo_s_books_are_kept_as_yoyo_keeps_them(
    database: SchemaDatabase, backend: Backend, request: pytest.FixtureRequest
) -> None:
    other = SchemaDatabase(backend.new_database())
    request.addfinalizer(lambda: backend.drop_database(other.url))
    database.migrate()
    other.yoyo("apply")
    same: list[Callable[[SchemaDatabase], object]] = [
        SchemaDatabase.tables,
        lambda it: it.run("SELECT migration_hash, migration_id FROM _yoyo_migration ORDER BY 2"),
        lambda it: it.run("SELECT migration_id, operation FROM _yoyo_log ORDER BY 1"),
        lambda it: it.run("SELECT version FROM _yoyo_version ORDER BY 1"),
        lambda it: it.run("SELECT * FROM yoyo_lock"),
    ]
    for look in same:
        assert look(database) == look(other)
