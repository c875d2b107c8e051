"""The original's database, opened and read: by our own connections, with statements in files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import TracebackType
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
from agentstore.transfer.prisma.rows import (
    MessageRow,
    Problem,
    SessionRow,
    ToolCallRow,
    text_of,
)

DIALECTS = ("postgresql", "mysql", "sqlite")

STATEMENT_TIMEOUT = 600.0
"""Seconds that a statement may take, where the URL does not say."""

SESSIONS_A_PAGE = 100
MESSAGES_A_PAGE = 200

_FILE_URL = re.compile(r"file:(?://(?=/))?(?P<path>[^?]*)(?P<query>\?.*)?", re.DOTALL)
_FOR_PRISMA_ONLY = frozenset(
    {
        "connection_limit",
        "max_connection_lifetime",
        "max_idle_connection_lifetime",
        "pgbouncer",
        "single_use_connections",
        "socket_timeout",
        "statement_cache_size",
    }
)
"""Parameters of a Prisma URL that steer Prisma's own pool, and mean nothing to a reader."""


class PrismaSource:
    """The original's database, opened for reading; nothing is connected before it is used.

    Args:
        url: its URL, ours or Prisma's: ``postgresql://``, ``mysql://``, ``sqlite:///`` and the
            like, or ``file:./dev.db`` (relative to the current folder). What steers Prisma's own
            pool, such as ``connection_limit``, is passed over.

    Raises:
        ConfigurationError: the URL cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._repository = _open(url)

    def __enter__(self) -> PrismaSource:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<PrismaSource {self._repository.url!s}>"

    def close(self) -> None:
        """Close its connections."""
        self._repository.close()

    def count_sessions(self) -> int:
        """How many sessions there are.

        Raises:
            ConfigurationError: it denies access, or is no database of the original's.
        """
        return int(self._read("count_sessions")[0][0])

    def sessions(self) -> Iterator[SessionRow]:
        """All sessions, in the order of their ids as the database sorts them."""
        for page in self._pages("read_sessions", SESSIONS_A_PAGE):
            for row in page:
                yield SessionRow(*row)

    def messages(
        self, session_id: str
    ) -> Iterator[tuple[list[MessageRow], dict[str, list[ToolCallRow]]]]:
        """A session's messages in order, page by page, with the tool calls by message id."""
        after_key: dict[str, Any] = {}
        while True:
            parameters = {"session_id": session_id, **after_key}
            rows = self._read("read_messages", {**parameters, "limit": MESSAGES_A_PAGE})
            page = [MessageRow(*row) for row in rows]
            if page:
                last = {"last_timestamp": page[-1].timestamp, "last_id": page[-1].id}
                calls: dict[str, list[ToolCallRow]] = {}
                for message_id, *row in self._read("read_tool_calls", {**parameters, **last}):
                    calls.setdefault(message_id, []).append(ToolCallRow(*row))
                yield page, calls
            if len(page) < MESSAGES_A_PAGE:
                return
            after_key = {"after_key_timestamp": page[-1].timestamp, "after_key_id": page[-1].id}

    def last_message_id(self, session_id: str) -> str | None:
        """The id of a session's last message; None where it has none."""
        rows = self._read("last_message", {"session_id": session_id})
        return rows[0][0] if rows else None

    def stray_rows(self) -> Iterator[Problem]:
        """Rows that hang on nothing, since what they belong to is not there."""
        for name, kind, parent in (
            ("find_stray_messages", "message", "session"),
            ("find_stray_tool_calls", "tool call", "message"),
            ("find_stray_confirmations", "confirmation", "session"),
        ):
            for page in self._pages(name, SESSIONS_A_PAGE):
                for row_id, parent_id in page:
                    reason = f"there is no {parent} {text_of(parent_id)}"
                    yield Problem(kind, text_of(row_id), None, reason)

    def _pages(self, name: str, limit: int) -> Iterator[list[Row]]:
        """Rows in the order of their ids, which stand first in them, page by page."""
        after_key: dict[str, Any] = {}
        while True:
            rows = self._read(name, {**after_key, "limit": limit})
            yield rows
            if len(rows) < limit:
                return
            after_key = {"after_key_id": rows[-1][0]}

    def _read(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        given = parameters or {}
        blocks = frozenset({"after_key"} if "after_key_id" in given else ())
        try:
            return self._repository.read(f"prisma/{name}", given, blocks)
        except SchemaError as exc:
            raise ConfigurationError(
                "this is no database of @ai-agent/storage-prisma: its tables or columns are not "
                f"there ({exc.__cause__})"
            ) from exc


class _Statements(StatementLibrary):
    """A dialect's statements, and those of the import in front of them."""

    def __init__(self, repository_class: type[Repository]) -> None:
        own = library(
            assets.sql_path(f"prisma/{repository_class.dialect}"), repository_class.paramstyle
        )
        self._hold({**repository_class.statement_library(), **own})


@cache
def _source_class(repository_class: type[Repository]) -> type[Repository]:
    """A dialect's repository that knows the statements of the import too."""
    statements = _Statements(repository_class)
    made = type(
        f"Prisma{repository_class.__name__}",
        (repository_class,),
        {"statement_library": classmethod(lambda cls: statements)},
    )
    return cast("type[Repository]", made)


def _open(text: str) -> Repository:
    url = _patient(parse(_ours(text)))
    repository_class = registry.repository_class(url.scheme)
    if repository_class.dialect not in DIALECTS:
        raise ConfigurationError(
            f"Prisma's tables are read in {', '.join(DIALECTS)}, not in {repository_class.dialect}"
        )
    if repository_class.is_private(url):
        raise ConfigurationError("a database in memory holds nothing to import")
    query = {name: value for name, value in url.query.items() if name not in _FOR_PRISMA_ONLY}
    if repository_class.dialect == "sqlite":
        # A misspelt path must not become a new, empty database.
        query.setdefault("mode", "rw")
    return _source_class(repository_class)(url=replace(url, query=query))


def _ours(text: str) -> str:
    """The URL in our own spelling: Prisma writes ``file:`` for SQLite."""
    match = _FILE_URL.fullmatch(text)
    if match is None:
        return text
    return f"sqlite:///{quote(match['path'])}{match['query'] or ''}"


def _patient(url: DatabaseURL) -> DatabaseURL:
    """The URL with time for the scan of a whole table, where it does not say how much."""
    if url.options.statement_timeout != Options().statement_timeout:
        return url
    return replace(url, options=replace(url.options, statement_timeout=STATEMENT_TIMEOUT))
