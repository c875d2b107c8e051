"""What the databases' own catalogues say of the tables, and that saying it changes nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from backends import NETWORKED
from schema_databases import SchemaDatabase

from agentstore.assets import migrations_path
from agentstore.schema.files import read_folder
from agentstore.testing import Backend

on_servers = pytest.mark.parametrize("backend", NETWORKED, indirect=True)
on_innodb = pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)

COMMENTING = "0018_comment_agentstore_tables"

TABLE_COMMENTS = {
    "postgresql": "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class"
    " WHERE relkind = 'r' AND relname LIKE 'agentstore%'",
    "mysql": "SELECT table_name, table_comment FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_name LIKE 'agentstore%'",
}
COLUMN_COMMENTS = {
    "postgresql": "SELECT c.relname, a.attname, col_description(c.oid, a.attnum)"
    " FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
    " WHERE c.relkind = 'r' AND c.relname LIKE 'agentstore%'"
    " AND a.attnum > 0 AND NOT a.attisdropped",
    "mysql": "SELECT table_name, column_name, column_comment FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name LIKE 'agentstore%'",
}
LISTED_AT = ("agentstore_sessions", "listed_at")
"""MySQL's column for what others index as an expression; MariaDB would copy to describe it."""
CLOSED_UPDATED_AT = ("agentstore_sessions", "closed_updated_at")
"""MySQL's column for what others index of some rows alone."""


@pytest.fixture
def database(empty_database_url: str) -> SchemaDatabase:
    return SchemaDatabase(empty_database_url)


def words_of_sqlite() -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """What SQLite's migrations say of each table and column, in comments alone."""
    tables: dict[str, str] = {}
    columns: dict[tuple[str, str], str] = {}
    table = ""
    for migration in read_folder(migrations_path("sqlite")):
        for line in migration.source.splitlines():
            if match := re.fullmatch(r"-- (agentstore_\w+): (.+)", line):
                table, words = match.groups()
                tables[table] = words
            elif match := re.fullmatch(r"--   (\w+): (.+)", line):
                column, words = match.groups()
                columns[table, column] = words
    return tables, columns


@on_servers
def test_each_table_and_column_has_its_words_the_same_in_all_databases(
    database: SchemaDatabase, backend: Backend
) -> None:
    database.migrate()
    tables, columns = words_of_sqlite()
    found = dict(database.run(TABLE_COMMENTS[database.dialect]))
    assert set(found) == database.made_tables
    marks = {table: comment.partition(": ")[0] for table, comment in found.items()}
    assert {table: comment.partition(": ")[2] for table, comment in found.items()} == tables
    assert all(re.fullmatch(r"agentstore \d{4}", mark) for mark in marks.values()), marks
    rows = database.run(COLUMN_COMMENTS[database.dialect])
    words = {(table, column): comment for table, column, comment in rows}
    listed_at = words.pop(LISTED_AT, None)
    assert bool(listed_at) == (backend.name == "mysql")
    assert bool(words.pop(CLOSED_UPDATED_AT, None)) == (database.dialect == "mysql")
    assert words == columns


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "sqlite"])
def test_words_are_ascii(dialect: str) -> None:
    for path in migrations_path(dialect).glob("*.sql"):
        assert path.read_bytes().isascii(), path.name


def test_sqlite_s_words_are_of_its_columns(tmp_path: Path) -> None:
    database = SchemaDatabase(f"sqlite:///{tmp_path / 'x.db'}")
    database.migrate()
    rows = database.run(
        "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table' AND t.name LIKE 'agentstore%'"
    )
    tables, columns = words_of_sqlite()
    assert set(rows) == set(columns)
    assert database.made_tables == set(tables)


def definitions(database: SchemaDatabase) -> dict[str, str]:
    """MySQL's own statement of each table, without its comments."""
    comment = r" COMMENT[ =]'(?:[^']|'')*'"
    return {
        table: re.sub(comment, "", create)
        for table in database.made_tables
        for [(_, create)] in [database.run(f"SHOW CREATE TABLE {table}")]
    }


def files(database: SchemaDatabase, backend: Backend) -> set[tuple[str, int]]:
    """InnoDB's number of each table's file: a table that is copied gets another."""
    prefix = "INNODB_SYS_" if backend.name == "mariadb" else "INNODB_"
    tables = f"information_schema.{prefix}TABLES"
    ours = "name LIKE CONCAT(DATABASE(), '/%')"
    return set(database.run(f"SELECT name, table_id FROM {tables} WHERE {ours}"))  # noqa: S608


@on_innodb
def test_mysql_s_tables_stay_what_and_where_they_were(
    database: SchemaDatabase, backend: Backend, tmp_path: Path
) -> None:
    shutil.copytree(database.folder, tmp_path / "after")
    for path in (tmp_path / "after").glob("0*"):
        if path.name[:4] > COMMENTING[:4]:
            path.unlink()
    shutil.copytree(tmp_path / "after", tmp_path / "before")
    for path in (tmp_path / "before").glob(f"{COMMENTING}*"):
        path.unlink()
    database.folder = tmp_path / "before"
    database.migrate()
    before = definitions(database), files(database, backend)
    comments = set(database.run(TABLE_COMMENTS["mysql"]))
    database.folder = tmp_path / "after"
    assert database.migrate() == [COMMENTING]
    assert (definitions(database), files(database, backend)) == before
    database.yoyo("rollback", "--revision", COMMENTING, scheme="mariadb")
    assert (definitions(database), files(database, backend)) == before
    assert set(database.run(TABLE_COMMENTS["mysql"])) == comments
    assert {words for *_, words in database.run(COLUMN_COMMENTS["mysql"])} == {""}


def test_mysql_s_tables_are_not_locked_for_the_sake_of_words() -> None:
    for path in migrations_path("mysql").glob(f"{COMMENTING}*"):
        statements = path.read_text(encoding="utf-8").split("ALTER TABLE")[1:]
        assert len(statements) == len(words_of_sqlite()[0])
        assert all(
            each.rstrip().endswith("ALGORITHM = INPLACE, LOCK = NONE;") for each in statements
        )
