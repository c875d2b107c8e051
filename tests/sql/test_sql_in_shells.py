"""Every SQL file runs as it stands, with its sample values, in the database's own shell.

So a DBA can paste any of them into psql, mariadb, mysql or sqlite3. What writes is rolled back.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from agentstore.assets import sql_path
from agentstore.dialects.registry import dialect_of
from agentstore.testing import Backend, MySQLServer
from agentstore.testing.programs import find_or_install

FOR_THE_OTHER = {
    "mariadb": {"connection/open_connection.sql"},
    "mysql": {"connection/open_connection_mariadb.sql", "connection/wait_for_cluster.sql"},
}
"""What sets a variable that only MySQL has, or only MariaDB."""

BEGIN_BY_THEMSELVES = {
    "transactions/begin_bound.sql",
    "transactions/begin_snapshot.sql",
    "transactions/isolate_snapshot.sql",
}

IN_ORDER = (
    "transactions/begin.sql",
    "transactions/savepoint.sql",
    "transactions/rollback_to_savepoint.sql",
    "transactions/release_savepoint.sql",
    "transactions/commit.sql",
    "transactions/begin.sql",
    "transactions/rollback.sql",
)

_TURN = ("sessions/insert_session.sql", "messages/reserve_positions.sql")
NEEDS = {
    "messages/insert_message.sql": _TURN,
    "tool_calls/insert_turn_tool_calls.sql": (*_TURN, "messages/insert_message.sql"),
    "messages/insert_messages.sql": ("sessions/insert_session.sql",),
    **{
        f"copies/{verb}_{table}.sql": tuple(f"copies/{verb}_{other}.sql" for other in others)
        for verb in ("insert", "put")
        for table, others in {
            "session_metadata": ("sessions",),
            "messages": ("sessions",),
            "tool_calls": ("sessions", "messages"),
            "pending_confirmations": ("sessions",),
            "adk_sessions": ("sessions",),
        }.items()
    },
    "tool_calls/insert_tool_calls.sql": (
        "sessions/insert_session.sql",
        "messages/insert_messages.sql",
    ),
}
"""What foreign keys want to be there before, or positions to be taken."""


def psql(url: str) -> tuple[list[str], dict[str, str]]:
    program = find_or_install("psql", (), package="postgresql-client", instead="psql")
    return [program, url, "-X", "-q", "-v", "ON_ERROR_STOP=1"], {}


def mariadb(url: str) -> tuple[list[str], dict[str, str]]:
    program = find_or_install("mariadb", (), package="mariadb-client", instead="mariadb")
    return _mysql([program], url)


def mysql(url: str) -> tuple[list[str], dict[str, str]]:
    return _mysql(MySQLServer.packages.command("mysql"), url)


def _mysql(program: list[str], url: str) -> tuple[list[str], dict[str, str]]:
    parts = urlsplit(url)
    return [
        *program,
        f"--host={parts.hostname}",
        f"--port={parts.port}",
        f"--user={unquote(parts.username or '')}",
        "--default-character-set=utf8mb4",
        parts.path[1:],
    ], {"MYSQL_PWD": unquote(parts.password or "")}


def sqlite3(url: str) -> tuple[list[str], dict[str, str]]:
    program = find_or_install("sqlite3", (), package="sqlite3", instead="sqlite3")
    return [program, "-batch", "-bail", unquote(urlsplit(url).path[1:])], {}


SHELLS: dict[str, Callable[[str], tuple[list[str], dict[str, str]]]] = {
    "postgresql": psql,
    "mariadb": mariadb,
    "mysql": mysql,
    "sqlite-file": sqlite3,
}


def script(folder: Path, skipped: set[str]) -> str:
    """All files of a dialect, as they are: what writes in a transaction that is rolled back."""
    pieces = [(folder / name).read_text(encoding="utf-8") for name in IN_ORDER]
    for path in sorted(folder.rglob("*.sql")):
        name = path.relative_to(folder).as_posix()
        text = path.read_text(encoding="utf-8")
        if name in skipped or name in IN_ORDER:
            continue
        if name.startswith("connection/"):
            pieces.append(text)
            continue
        before = "".join(
            (folder / needed).read_text(encoding="utf-8") for needed in NEEDS.get(name, ())
        )
        begin = "" if name in BEGIN_BY_THEMSELVES else "BEGIN;\n"
        pieces.append(f"{begin}{before}{text}\nROLLBACK;\n")
    return "\n".join(pieces)


@pytest.mark.parametrize("backend", list(SHELLS), indirect=True)
def test_every_file_runs_as_it_stands(backend: Backend, database_url: str) -> None:
    dialect = dialect_of(database_url)
    command, environment = SHELLS[backend.name](database_url)
    skipped = FOR_THE_OTHER.get(backend.name, set())
    done = subprocess.run(
        command,
        input=script(sql_path(dialect), skipped),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert not done.stderr, done.stderr[-2000:]
