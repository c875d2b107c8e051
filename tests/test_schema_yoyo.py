"""yoyo's own command line on the same folders and databases."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path
from typing import Any

import pytest
from backends import SHARED
from schema_databases import SchemaDatabase
from yoyo.connections import parse_uri  # type: ignore[import-untyped]
from yoyo.migrations import default_migration_table  # type: ignore[import-untyped]

from agentstore.dialects.mysql import yoyo as yoyo_backend
from agentstore.dialects.mysql.yoyo import MariaDBBackend
from agentstore.errors import DatabaseError

on_real_databases = pytest.mark.parametrize("backend", SHARED, indirect=True)
on_mysql = pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)

OUR_SCHEMES = ["mariadb", "mysql+pymysql", "mariadb+pymysql"]


@pytest.fixture
def database(empty_database_url: str) -> SchemaDatabase:
    return SchemaDatabase(empty_database_url)


@on_real_databases
def test_yoyo_first(database: SchemaDatabase) -> None:
    database.yoyo("apply")
    database.assert_current()


@on_real_databases
def test_yoyo_afterwards(database: SchemaDatabase) -> None:
    database.migrate()
    database.yoyo("apply")
    database.assert_current()


@on_real_databases
def test_yoyo_in_between(database: SchemaDatabase, tmp_path: Path) -> None:
    folder, database.folder = database.folder, tmp_path
    for number, name in enumerate(SchemaDatabase(database.url).names):
        shutil.copy(folder / f"{name}.sql", tmp_path)
        if number % 2:
            database.yoyo("apply")
        else:
            assert database.migrate() == [name]
        database.assert_current()


@on_real_databases
def test_yoyo_lists_what_migrate_applied(database: SchemaDatabase) -> None:
    database.migrate()
    rows = [line.split() for line in database.yoyo("list").splitlines()]
    assert [row[:2] for row in rows if row[:1] in (["A"], ["U"])] == [
        ["A", name] for name in database.names
    ]


@on_real_databases
def test_yoyo_rolls_back_and_migrate_applies_again(database: SchemaDatabase) -> None:
    database.migrate()
    for _ in range(2):
        database.yoyo("rollback", "--all")
        assert database.applied() == []
        assert not any(table.startswith("agentstore_") for table in database.tables())
        assert database.migrate() == database.names
        database.assert_current()


@on_real_databases
def test_yoyo_rolls_back_one(database: SchemaDatabase) -> None:
    database.migrate()
    *_, last = database.names
    database.yoyo("rollback", "--revision", last)
    assert database.applied() == database.names[:-1]
    assert database.migrate() == [last]
    database.assert_current()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_yoyo_in_a_schema(database: SchemaDatabase) -> None:
    in_schema = SchemaDatabase(database.url, schema="tenant")
    in_schema.migrate()
    SchemaDatabase(f"{database.url}?schema=tenant").yoyo("rollback", "--all")
    assert in_schema.applied() == []
    SchemaDatabase(f"{database.url}?schema=tenant").yoyo("apply")
    in_schema.assert_current()
    assert SchemaDatabase(database.url).tables() == set()


@on_mysql
@pytest.mark.parametrize("scheme", OUR_SCHEMES)
def test_schemes_that_yoyo_does_not_know(database: SchemaDatabase, scheme: str) -> None:
    database.yoyo("apply", scheme=scheme)
    database.assert_current()
    database.yoyo("rollback", "--all", scheme=scheme)
    assert database.applied() == []


@on_mysql
def test_yoyo_with_our_scheme_goes_on_where_a_migrator_was_killed(
    database: SchemaDatabase,
) -> None:
    database.migrate()
    database.run("DELETE FROM _yoyo_migration")
    database.yoyo("apply", scheme="mariadb")
    database.assert_current()


@on_mysql
@pytest.mark.parametrize("transactional", ["true", "false"])
def test_yoyo_with_our_scheme_shows_the_error(
    database: SchemaDatabase, tmp_path: Path, transactional: str
) -> None:
    database.folder = tmp_path
    (tmp_path / "0001_a.sql").write_text(
        f"-- transactional: {transactional}\nCREATE TABLE agentstore_twice (id int)\n"
    )
    database.run("CREATE TABLE agentstore_twice (id int)")
    with pytest.raises(AssertionError, match="'agentstore_twice' already exists") as raised:
        database.yoyo("apply", scheme="mariadb")
    assert "SAVEPOINT" not in str(raised.value).splitlines()[-1]
    with pytest.raises(DatabaseError, match=r"0001_a.*'agentstore_twice' already exists"):
        database.migrate()


def connect_arguments(monkeypatch: pytest.MonkeyPatch, url: str) -> dict[str, Any]:
    """What yoyo's backend of ours gives to the driver for a URL."""
    given: dict[str, Any] = {}

    def connect(**arguments: Any) -> object:
        given.update(arguments)
        return object()

    monkeypatch.setattr(yoyo_backend, "VerifyingConnection", connect)
    MariaDBBackend(parse_uri(url), default_migration_table)
    return given


def test_what_the_driver_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given = connect_arguments(
        monkeypatch,
        "mariadb://us%40er:p%2F%25@[::1]:3307/my%20db%25?unix_socket=/run/my%20sock"
        "&connect_timeout=2.5&pool_size=5&statement_timeout=3&prepared_statements=false"
        "&ssl_verify_cert=true&ssl_disabled=0&charset=utf8mb3",
    )
    assert given.pop("ssl").verify_mode == ssl.CERT_REQUIRED
    assert given == {
        "host": "::1",
        "port": 3307,
        "user": "us@er",
        "password": "p/%",
        "database": "my db%",
        "unix_socket": "/run/my sock",
        "connect_timeout": 2,
        "requires_tls": True,
        "charset": "utf8mb3",
    }


def test_the_least_that_the_driver_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connect_arguments(monkeypatch, "mysql+pymysql:///db") == {
        "database": "db",
        "charset": "utf8mb4",
    }
