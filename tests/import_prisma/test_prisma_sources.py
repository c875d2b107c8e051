"""How the original's database is opened, and what is refused for not being it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from prisma_copies import SQLITE, copied, run
from prisma_database import PrismaDatabase
from prisma_sample import SESSIONS, add_sample, contents, expected_sample

import agentstore
from agentstore.cli.app import cli
from agentstore.statements import StatementLibrary
from agentstore.testing import Backend
from agentstore.transfer.prisma import PrismaSource, Problem


@SQLITE
def test_the_original_is_not_changed(
    original: PrismaDatabase, target_url: str, backends: Callable[[str], Backend]
) -> None:
    add_sample(original)
    path = Path(original.url.removeprefix("sqlite:///"))
    before = path.read_bytes()
    copied(original.url, target_url)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.glob(f"{path.name}*")] == [path.name]


@SQLITE
def test_urls_as_prisma_writes_them(
    original: PrismaDatabase,
    target_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_sample(original)
    path = Path(original.url.removeprefix("sqlite:///"))
    monkeypatch.chdir(path.parent)
    for url in (
        f"file:./{path.name}?connection_limit=1",
        f"file:{path.name}",
        f"file:{path}",
        f"file://{path}",
    ):
        report = copied(url, target_url)
        assert report["sessions"] + report["skipped"] == len(SESSIONS)
    monkeypatch.setenv("PRISMA_DATABASE_URL", f"file:{path}")
    result = CliRunner().invoke(cli, ["import-prisma", "--database", target_url])
    assert result.exit_code == 0


@pytest.mark.parametrize("original", ["postgresql"], indirect=True)
def test_the_schema_of_a_prisma_url(
    original: PrismaDatabase, target_url: str, target: agentstore.Storage
) -> None:
    original.run("CREATE SCHEMA chat")
    add_sample(original)
    for table in (
        *("agent_sessions", "agent_messages", "agent_tool_calls"),
        "agent_pending_confirmations",
    ):
        original.run(f"ALTER TABLE {table} SET SCHEMA chat")
    query = "connection_limit=5&pool_timeout=20&pgbouncer=true&schema=chat"
    assert copied(f"{original.url}?{query}", target_url)["sessions"] == len(SESSIONS)
    assert contents(target) == expected_sample()


def test_a_database_that_is_not_the_originals(original: PrismaDatabase, target_url: str) -> None:
    result = run(target_url, target_url)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: this is no database of @ai-agent/storage-prisma")
    original.run("DROP TABLE agent_pending_confirmations; ALTER TABLE agent_messages RENAME TO m")
    assert run(original.url, target_url).exit_code == 1


def test_tables_of_the_same_name_that_are_anothers(
    original: PrismaDatabase, target_url: str
) -> None:
    original.run(
        "DROP TABLE agent_pending_confirmations; DROP TABLE agent_tool_calls;"
        "DROP TABLE agent_messages; DROP TABLE agent_sessions;"
        "CREATE TABLE agent_sessions (session_id varchar(100) PRIMARY KEY, created_at timestamp);"
        "CREATE TABLE agent_messages (id integer PRIMARY KEY, message_data text);"
        "INSERT INTO agent_sessions (session_id) VALUES ('x')"
    )
    result = run(original.url, target_url)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: this is no database of @ai-agent/storage-prisma")


@pytest.mark.parametrize(
    ("url", "code", "message"),
    [
        ("oracle://x/y", 2, "known are"),
        ("not a url", 2, "is not of the form"),
        ("sqlite://", 2, "a database in memory holds nothing to import"),
        ("file:", 2, "a database in memory holds nothing to import"),
        ("sqlite:///{folder}/missing.db", 1, "cannot open the database file"),
        ("file:{folder}/missing.db", 1, "cannot open the database file"),
        ("postgresql://u:hunter2@127.0.0.1:1/x?sslaccept=strict", 2, "parameter 'sslaccept'"),
        ("postgresql://u:hunter2@127.0.0.1:1/x?retry_timeout=0", 1, "cannot be reached"),
        ("mysql://u:hunter2@127.0.0.1:1/x?retry_timeout=0", 1, "the database"),
    ],
)
@SQLITE
def test_urls_that_lead_nowhere(
    target_url: str, tmp_path: Path, url: str, code: int, message: str
) -> None:
    result = run(url.format(folder=tmp_path), target_url)
    assert result.exit_code == code
    assert message in result.stderr
    assert "hunter2" not in result.output
    assert not list(tmp_path.iterdir())


@SQLITE
def test_a_store_without_tables_is_named_as_such(original: PrismaDatabase) -> None:
    add_sample(original)
    url = original.backend.new_database()
    result = run(original.url, url)
    original.backend.drop_database(url)
    assert result.exit_code == 1
    assert "agentstore migrate" in result.stderr


def test_a_password_is_in_no_repr() -> None:
    source = PrismaSource("postgresql://user:secret@host/db")
    assert "secret" not in repr(source)
    assert "secret" not in str(Problem("message", "m", "s", "r"))
    source.close()


def test_dialects_that_nobody_has_statements_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from agentstore.dialects import registry  # noqa: PLC0415
    from agentstore.dialects.sqlite.repository import SQLiteRepository  # noqa: PLC0415

    class Other(SQLiteRepository):
        dialect = "other"

    monkeypatch.setattr(registry, "_registered", {"other": Other})
    with pytest.raises(agentstore.ConfigurationError, match="not in other"):
        PrismaSource("other:///x.db")


def statements(url: str) -> StatementLibrary:
    return PrismaSource(url)._database._repository.statement_library()


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "sqlite"])
def test_the_statements_are_the_same_in_each_dialect(dialect: str) -> None:
    url = {"sqlite": "sqlite:///x.db"}.get(dialect, f"{dialect}://h/db")
    reference, other = (
        {name: text for name, text in statements(each).items() if name.startswith("prisma/")}
        for each in ("postgresql://h/db", url)
    )
    assert len(reference) == 8
    assert reference.keys() == other.keys()
    for name, statement in reference.items():
        assert statement.parameters == other[name].parameters
        assert statement.blocks == other[name].blocks
        assert statement.returns == other[name].returns
        assert re.findall(r" AS (\w+)", statement.render()) or name.endswith("count_sessions")


@SQLITE
def test_an_import_needs_no_environment(original: PrismaDatabase, target_url: str) -> None:
    add_sample(original)
    environment = {key: value for key, value in os.environ.items() if "DATABASE_URL" not in key}
    command = [sys.executable, "-m", "agentstore", "import-prisma", original.url]
    done = subprocess.run(
        command,
        env={**environment, "DATABASE_URL": target_url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("copied 5 sessions")
    assert done.stderr == ""
