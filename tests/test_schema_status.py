"""Where a database stands: what its folder of migrations holds against what yoyo has recorded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentstore.assets import migrations_path
from agentstore.errors import ConfigurationError
from agentstore.schema import applying
from agentstore.schema.files import migration_names, read_folder

DIALECTS = ["postgresql", "mysql", "sqlite"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three migrations, and what else yoyo allows in it."""
    for name in ("0002_b.sql", "0001_a.sql", "0003_c.py", "post-apply.sql"):
        (tmp_path / name).touch()
    for name in ("0001_a.rollback.sql", "_tmp_yoyonew1.sql", "README.md"):
        (tmp_path / name).touch()
    (tmp_path / "0004_folder.sql").mkdir()
    return tmp_path


def test_names_in_order(folder: Path) -> None:
    assert migration_names(folder) == ["0001_a", "0002_b", "0003_c"]


def test_compare(folder: Path) -> None:
    status = applying.compare(folder, ["0009_z", "0003_c", "0001_a", "0008_y"])
    assert status.applied == ["0001_a", "0003_c"]
    assert status.pending == ["0002_b"]
    assert status.unknown == ["0008_y", "0009_z"]


def test_an_empty_database_has_all_pending(folder: Path) -> None:
    status = applying.compare(folder, [])
    assert (status.applied, status.pending, status.unknown) == (
        [],
        ["0001_a", "0002_b", "0003_c"],
        [],
    )


@pytest.mark.parametrize("function", [migration_names, read_folder])
def test_a_folder_without_migrations_is_an_error(function: object, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ConfigurationError, match=r"no migrations in /.*"):
            function(folder)  # type: ignore[operator]


def test_a_migration_that_depends_on_nothing_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("-- depends: 0000_missing\nSELECT 1;\n")
    with pytest.raises(ConfigurationError, match="0001_a"):
        read_folder(tmp_path)


def test_a_folder_whose_name_is_a_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "[a-z]*?"
    folder.mkdir()
    (folder / "0001_a.sql").write_text("SELECT 1;\n")
    assert [migration.id for migration in read_folder(folder)] == ["0001_a"]


def test_folders_do_not_meet(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0001_a.sql").write_text("SELECT 1;\n")
        (tmp_path / name / "0000_b.sql").write_text("-- depends: 0001_a\nSELECT 1;\n")
    read = [read_folder(tmp_path / name) for name in ("one", "two", "one")]
    for migrations in read:
        assert [migration.id for migration in migrations] == ["0001_a", "0000_b"]
        assert migrations[1].depends == {migrations[0]}


def test_all_dialects_have_the_same_migrations() -> None:
    first, *others = (migration_names(migrations_path(dialect)) for dialect in DIALECTS)
    assert others == [first, first]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_migration_can_be_rolled_back(dialect: str) -> None:
    folder = migrations_path(dialect)
    for name in migration_names(folder):
        assert (folder / f"{name}.rollback.sql").is_file(), name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_migration_takes_a_foreign_table_for_ours(dialect: str) -> None:
    folder = migrations_path(dialect)
    for name in migration_names(folder):
        assert "IF NOT EXISTS" not in (folder / f"{name}.sql").read_text().upper(), name


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_each_migration_marks_its_table(dialect: str) -> None:
    """By its comment the work of a killed migrator is told from a foreign table."""
    folder = migrations_path(dialect)
    for name in migration_names(folder):
        text = (folder / f"{name}.sql").read_text()
        number, verb, _ = name.split("_", 2)
        assert re.search(rf"'agentstore {number}['\:]", text) or _is_fill_that_can_be_repeated(
            verb, text
        ), name


def _is_fill_that_can_be_repeated(verb: str, text: str) -> bool:
    return verb == "fill" and ("ON CONFLICT" in text or "INSERT IGNORE" in text)


def _says_no_more_than_comments(text: str) -> bool:
    words = ("ADD", "DROP", "CHANGE", "RENAME", "CREATE", "INSERT", "UPDATE", "DELETE")
    statements = re.sub(r"(?m)^--.*|'(?:[^']|'')*'", "", text)
    return not re.search(rf"\b({'|'.join(words)})\b", statements)


def test_mysql_migrations_are_one_statement_each() -> None:
    """MySQL commits each DDL statement by itself; rows need a COMMIT behind them.

    Comments can be written again where a migrator was killed between them.
    """
    for migration in read_folder(migrations_path("mysql")):
        is_fill = "_fill_" in migration.id
        if "_comment_" in migration.id:
            assert _says_no_more_than_comments(migration.source), migration.id
        else:
            assert len(migration.steps) == (2 if is_fill else 1), migration.id
        assert migration.source.rstrip().endswith("\nCOMMIT;") == is_fill, migration.id
        assert not migration.use_transactions, migration.id


def test_sqlite_migrations_are_transactional() -> None:
    for migration in read_folder(migrations_path("sqlite")):
        assert migration.use_transactions, migration.id
