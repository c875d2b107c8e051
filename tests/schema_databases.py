"""A database to migrate, by `agentstore.schema.applying` or by yoyo's own command line."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg
import pymysql
from yoyo.backends.base import DatabaseBackend  # type: ignore[import-untyped]
from yoyo.migrations import MigrationStep  # type: ignore[import-untyped]
from yoyo.scripts.main import main as yoyo_main  # type: ignore[import-untyped]

from agentstore.assets import migrations_path
from agentstore.dialects import url
from agentstore.dialects.registry import repository_class
from agentstore.schema import applying
from agentstore.schema.files import migration_names

TIMEOUT = 60.0
BUSY_TIMEOUT = 0.5

# Processes that start in milliseconds, from one that has no threads.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["schema_databases"])


_FILL = "0016_fill_agentstore_hold_gates"


@dataclass
class SchemaDatabase:
    """A database, and the folder of migrations for it.

    Attributes:
        url: agentstore's URL.
        schema: the schema that it is migrated into (PostgreSQL), or None.
        folder: the migrations; those of the dialect, unless given.
    """

    url: str
    schema: str | None = None
    folder: Path = field(default=Path())

    def __post_init__(self) -> None:
        if self.folder == Path():
            self.folder = migrations_path(self.dialect)

    @property
    def dialect(self) -> str:
        return self.url.partition(":")[0]

    @property
    def yoyo_url(self) -> str:
        return self.url.replace("postgresql://", "postgresql+psycopg://")

    @property
    def names(self) -> list[str]:
        return migration_names(self.folder)

    @property
    def made_tables(self) -> set[str]:
        """The tables that the migrations make: 0001_create_TABLE."""
        parts = [name.split("_", 2) for name in self.names]
        return {table for _, verb, table in parts if verb == "create"}

    def connect(self) -> Any:
        parts = url.parse(self.url)
        if self.dialect == "sqlite":
            return sqlite3.connect(parts.database or "", timeout=BUSY_TIMEOUT)
        [(host, port)] = parts.hosts
        assert parts.database is not None
        if self.dialect == "postgresql":
            return psycopg.connect(
                host=host,
                port=port,
                user=parts.user,
                password=parts.password,
                dbname=parts.database,
            )
        return pymysql.connect(
            host=host,
            port=port or 3306,
            user=parts.user,
            password=parts.password or "",
            database=parts.database,
        )

    def migrate(self, **options: Any) -> list[str]:
        return applying.migrate(
            self.connect,
            self.folder,
            backend_class=repository_class(self.dialect).migrator_class(),
            schema=self.schema,
            **{"timeout": TIMEOUT, **options},
        )

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements, in one transaction; the rows of the last."""
        with closing(self.connect()) as connection:
            cursor = connection.cursor()
            if self.schema is not None:
                cursor.execute(
                    "SELECT set_config('search_path', quote_ident(%s), false)", [self.schema]
                )
            for statement in statements:
                cursor.execute(statement)
            rows = [tuple(row) for row in cursor.fetchall()] if cursor.description else []
            connection.commit()
        return rows

    def applied(self) -> list[str]:
        """What yoyo's table says."""
        rows = self.run("SELECT migration_id FROM _yoyo_migration ORDER BY migration_id")
        return [name for [name] in rows]

    def tables(self) -> set[str]:
        names = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
            "postgresql": "SELECT relname FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace::regnamespace::text = quote_ident(current_schema())",
            "mysql": "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = DATABASE()",
        }
        return {name for [name] in self.run(names[self.dialect])}

    def assert_current(self) -> None:
        """The schema is current, works, and nobody holds yoyo's lock."""
        assert self.applied() == self.names
        status = applying.compare(self.folder, self.applied())
        assert (status.applied, status.pending, status.unknown) == (self.names, [], [])
        assert self.run("SELECT * FROM yoyo_lock") == []
        for table in self.made_tables:
            is_filled = table == "agentstore_hold_gates" and _FILL in self.names
            rows = 1 if is_filled else 0
            assert self.run(f"SELECT COUNT(*) FROM {table}") == [(rows,)]  # noqa: S608
        assert self.migrate() == []

    def start_yoyo(
        self, command: str, *arguments: str, scheme: str = "", **options: Any
    ) -> subprocess.Popen[str]:
        """Start yoyo's command line on this database."""
        database = self.yoyo_url
        if scheme:
            database = f"{scheme}:{database.partition(':')[2]}"
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "yoyo", command, "--batch", "--no-config-file"),
                *("--database", database, *arguments, str(self.folder)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def yoyo(self, command: str, *arguments: str, **options: Any) -> str:
        """Run yoyo's command line on this database; its output."""
        with self.start_yoyo(command, *arguments, **options) as process:
            output, _ = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0, output
        return output

    def yoyo_in_process(self) -> None:
        """``yoyo apply``, in this process."""
        yoyo_main(
            ["apply", "--batch", "--no-config-file", "--database", self.yoyo_url, str(self.folder)]
        )


def start(function: Callable[..., Any], *arguments: Any) -> BaseProcess:
    """Call a function in a process of its own."""
    process = processes.Process(target=function, args=arguments)
    process.start()
    return process


def killed_at(step: int, function: Callable[[], Any]) -> None:
    """Call a function, and SIGKILL this process before its n-th exchange with the database."""
    countdown = step

    def tick() -> None:
        nonlocal countdown
        if countdown == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        countdown -= 1

    execute, execute_step, commit = (
        DatabaseBackend.execute,
        MigrationStep._execute,
        DatabaseBackend.commit,
    )

    def execute_or_die(self: Any, sql: str, params: Any = None) -> Any:
        if not sql.startswith("SHOW VARIABLES"):
            tick()
        return execute(self, sql, params)

    def execute_step_or_die(self: Any, *arguments: Any) -> Any:
        tick()
        return execute_step(self, *arguments)

    def commit_or_die(self: Any) -> None:
        tick()
        commit(self)

    DatabaseBackend.execute = execute_or_die
    MigrationStep._execute = execute_step_or_die
    DatabaseBackend.commit = commit_or_die
    function()
