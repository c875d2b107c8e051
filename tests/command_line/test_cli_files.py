"""The commands for the files of a dialect: its migrations and its statements."""

import json

import pytest
from command_runs import error_of, json_of, output_of, run

import agentstore
from agentstore import assets
from agentstore.dialects.registry import load_statements


@pytest.mark.usefixtures("shared")
def test_migrate_and_status(empty_database_url: str) -> None:
    with agentstore.connect(empty_database_url) as store:
        store.ping()  # makes the file, on SQLite: status would not
    before = run("status", "--json", url=empty_database_url)
    assert before.exit_code == 1
    pending = json.loads(before.stdout)["pending"]
    assert pending
    assert json.loads(before.stdout) == {
        "current": False,
        "applied": [],
        "pending": pending,
        "unknown": [],
    }
    assert f"pending\t{pending[0]}\n" in run("status", url=empty_database_url).stdout

    applied = output_of("migrate", url=empty_database_url)
    assert applied == "".join(f"applied {name}\n" for name in pending)
    assert output_of("migrate", url=empty_database_url) == "the database is current\n"
    assert json_of("migrate", url=empty_database_url) == {"applied": []}
    assert json_of("status", url=empty_database_url)["current"] is True
    assert f"applied\t{pending[0]}\n" in output_of("status", url=empty_database_url)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("command", [["sessions"], ["export"], ["prune", "--older-than", "1d"]])
def test_without_tables_a_command_says_what_to_run(
    empty_database_url: str, command: list[str]
) -> None:
    assert "agentstore migrate" in error_of(*command, code=1, url=empty_database_url)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_migrations_path(dialect: str) -> None:
    path = str(assets.migrations_path(dialect))
    assert output_of("migrations-path", "--dialect", dialect) == f"{path}\n"
    assert json_of("migrations-path", "--dialect", dialect) == {"path": path}
    url = f"{dialect}://somewhere/db"
    assert output_of("migrations-path", url=url) == f"{path}\n"
    assert output_of("migrations-path", "--database", url) == f"{path}\n"


@pytest.mark.parametrize("command", [["migrations-path"], ["sql", "--path"]])
def test_a_dialect_has_the_names_of_its_schemes_too(command: list[str]) -> None:
    assert output_of(*command, "--dialect", "mariadb") == output_of(*command, "--dialect", "mysql")


@pytest.mark.parametrize("command", ["migrations-path", "sql"])
def test_a_dialect_that_nobody_knows(command: str) -> None:
    assert "no dialect serves" in error_of(command, "--dialect", "oracle", code=2)
    assert "DATABASE_URL" in error_of(command, code=2)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_sql_lists_and_prints_every_statement(dialect: str) -> None:
    library = load_statements(dialect)
    listed = json_of("sql", "--dialect", dialect)
    assert [item["name"] for item in listed] == sorted(library)
    lines = output_of("sql", "--dialect", dialect).splitlines()
    assert [line.split("\t")[0] for line in lines] == ["name", *sorted(library)]
    for name in sorted(library)[::10]:
        printed = output_of("sql", name, "--dialect", dialect, "--as-sent")
        assert printed == library[name].render(frozenset()) + "\n"
        path = library[name].path
        assert output_of("sql", name, "--dialect", dialect, "--path") == f"{path}\n"
        if not library[name].blocks:
            assert output_of("sql", name, "--dialect", dialect) == path.read_text()
    folder = str(assets.sql_path(dialect))
    assert output_of("sql", "--dialect", dialect, "--path") == f"{folder}\n"
    assert json_of("sql", "--dialect", dialect, "--path") == {"path": folder}


def test_sql_with_blocks() -> None:
    library = load_statements("sqlite")
    name = next(name for name in sorted(library) if len(library[name].blocks) > 1)
    first, second = library[name].blocks[:2]
    expected = library[name].render(frozenset({first, second}))
    arguments = ("sql", name, "--dialect", "sqlite", "--with", f"{first}, {second}")
    assert output_of(*arguments, "--as-sent") == expected + "\n"
    assert json_of(*arguments)["as_sent"] == expected
    example = json_of(*arguments)["sql"]
    assert output_of(*arguments) == example + "\n"
    assert "-- @" not in example
    assert "/* :" in example
    assert first in error_of("sql", name, "--dialect", "sqlite", "--with", "nonsense", code=2)


def test_sql_of_an_unknown_name() -> None:
    assert "no statement nonsense" in error_of("sql", "nonsense", "--dialect", "sqlite", code=1)
    assert "NAME" in error_of("sql", "--with", "active", "--dialect", "sqlite", code=2)
