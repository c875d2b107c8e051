"""The database of another program, opened for reading: our connections, statements in files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast
from urllib.parse import quote

from agentstore import assets
from agentstore.dialects import registry
from agentstore.dialects.repository import Repository
from agentstore.dialects.url import DatabaseURL, parse
from agentstore.engine.connection import Row
from agentstore.engine.options import Options
from agentstore.errors import ConfigurationError, SchemaError
from agentstore.statements import StatementLibrary, library

DIALECTS = ("postgresql", "mysql", "sqlite")

STATEMENT_TIMEOUT = 600.0
"""Seconds that a statement may take, where the URL does not say."""

_LONGEST_REASON = 200

_FILE_URL = re.compile(r"file:(?://(?=/))?(?P<path>[^?]*)(?P<query>\?.*)?", re.DOTALL)
_DRIVER = re.compile(
    r"^(?P<scheme>postgresql|postgres|mysql|mariadb|sqlite)"
    r"\+(?:psycopg2|psycopg2cffi|psycopg_async|asyncpg|pg8000|mysqldb|mysqlconnector|aiomysql"
    r"|asyncmy|pysqlite|aiosqlite)(?=://)"
)
"""The drivers that SQLAlchemy names in its URLs, and we do not have."""


def reason_of(exc: Exception) -> str:
    """What an exception says of something that could not be taken: one line, cut short."""
    return " ".join(str(exc).split())[:_LONGEST_REASON]


@dataclass(frozen=True)
class Problem:
    """Something of another program's that was not taken.

    Attributes:
        kind: 'session', 'message', 'tool call' or 'confirmation'.
        id: its id there.
        session_id: the session it belongs to; None for a session, or where that is not there.
        reason: why it was not taken.
    """

    kind: str
    id: str
    session_id: str | None
    reason: str

    def __str__(self) -> str:
        where = "" if self.session_id is None else f" of session {self.session_id}"
        return f"{self.kind} {self.id}{where}: {self.reason}"


@dataclass(frozen=True)
class Program:
    """What is read.

    Attributes:
        name: whose database it is, for errors.
        statements: the folder below ``sql`` with a folder of statements for each dialect.
        folder: which of the folders in there are its statements.
        dialects: where it keeps its tables.
        ignored: parameters of its URLs that mean nothing to a reader.
    """

    name: str
    statements: str
    folder: str
    dialects: tuple[str, ...] = DIALECTS
    ignored: frozenset[str] = frozenset()


class ForeignDatabase:
    """Another program's database; nothing is connected before it is used, and nothing written.

    Args:
        program: whose it is.
        url: its URL, ours, SQLAlchemy's, or Prisma's ``file:./dev.db`` for SQLite.

    Raises:
        ConfigurationError: the URL cannot be used.
    """

    def __init__(self, program: Program, url: str) -> None:
        self._program = program
        self._repository = _open(program, url)

    def __str__(self) -> str:
        return str(self._repository.url)

    @property
    def dialect(self) -> str:
        """What it runs on."""
        return self._repository.dialect

    def close(self) -> None:
        """Close its connections."""
        self._repository.close()

    def read(
        self,
        name: str,
        parameters: Mapping[str, Any] | None = None,
        blocks: frozenset[str] = frozenset(),
    ) -> list[Row]:
        """The rows of a statement of the program's.

        Args:
            name: the statement's, without its folder.
            parameters: its parameters.
            blocks: those of its blocks that are sent.

        Raises:
            ConfigurationError: it denies access, or is no database of the program's.
            StorageError: as every call of a store.
        """
        try:
            return self._repository.read(f"{self._program.folder}/{name}", parameters or {}, blocks)
        except SchemaError as exc:
            raise ConfigurationError(
                f"this is no database of {self._program.name}: its tables or columns are not "
                f"there ({exc.__cause__})"
            ) from exc

    def pages(
        self, name: str, limit: int, *, blocks: frozenset[str] = frozenset(), **keys: Any
    ) -> Iterator[list[Row]]:
        """The rows of a statement in the order of a key, page by page.

        Args:
            name: the statement's; its rows begin with the values of the key, and its parameters
                are ``limit`` and, in the block ``after_key``, the last key.
            limit: how many rows a page has.
            blocks: those of its other blocks that are sent.
            keys: the names of the key's parameters, None each; anything else is a parameter.
        """
        fixed = {key: value for key, value in keys.items() if value is not None}
        names = [key for key, value in keys.items() if value is None]
        after: dict[str, Any] = {}
        while True:
            sent = blocks | frozenset({"after_key"} if after else ())
            rows = self.read(name, {**fixed, **after, "limit": limit}, sent)
            if rows:
                yield rows
            if len(rows) < limit:
                return
            after = dict(zip(names, rows[-1], strict=False))


class _Statements(StatementLibrary):
    """A dialect's statements, and those of the program in front of them."""

    def __init__(self, statements: str, repository_class: type[Repository]) -> None:
        folder = assets.sql_path(f"{statements}/{repository_class.dialect}")
        own = library(folder, repository_class.paramstyle)
        self._hold({**repository_class.statement_library(), **own})


@cache
def _source_class(statements: str, repository_class: type[Repository]) -> type[Repository]:
    """A dialect's repository that knows a program's statements too."""
    found = _Statements(statements, repository_class)
    made = type(
        f"Foreign{repository_class.__name__}",
        (repository_class,),
        {"statement_library": classmethod(lambda cls: found)},
    )
    return cast("type[Repository]", made)


def _open(program: Program, text: str) -> Repository:
    url = _patient(parse(_ours(text)))
    repository_class = registry.repository_class(url.scheme)
    if repository_class.dialect not in program.dialects:
        raise ConfigurationError(
            f"{program.name}'s tables are read in {', '.join(program.dialects)}, not in "
            f"{repository_class.dialect}"
        )
    if repository_class.is_private(url):
        raise ConfigurationError("a database in memory holds nothing to import")
    query = {name: value for name, value in url.query.items() if name not in program.ignored}
    if repository_class.dialect == "sqlite":
        # A misspelt path must not become a new, empty database.
        query.setdefault("mode", "rw")
    return _source_class(program.statements, repository_class)(url=replace(url, query=query))


def _ours(text: str) -> str:
    """The URL in our own spelling."""
    match = _FILE_URL.fullmatch(text)
    if match is None:
        return _DRIVER.sub(r"\g<scheme>", text)
    return f"sqlite:///{quote(match['path'])}{match['query'] or ''}"


def _patient(url: DatabaseURL) -> DatabaseURL:
    """The URL with time for the scan of a whole table, where it does not say how much."""
    if url.options.statement_timeout != Options().statement_timeout:
        return url
    return replace(url, options=replace(url.options, statement_timeout=STATEMENT_TIMEOUT))
