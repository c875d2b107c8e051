"""The original's database, opened and read: by our own connections, with statements in files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from agentstore.engine.connection import Row
from agentstore.transfer.foreign import ForeignDatabase, Problem, Program
from agentstore.transfer.prisma.rows import MessageRow, SessionRow, ToolCallRow, text_of

SESSIONS_A_PAGE = 100
MESSAGES_A_PAGE = 200

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

_PRISMA = Program("@ai-agent/storage-prisma", "prisma", "prisma", ignored=_FOR_PRISMA_ONLY)


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
        self._database = ForeignDatabase(_PRISMA, url)

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
        return f"<PrismaSource {self._database}>"

    def close(self) -> None:
        """Close its connections."""
        self._database.close()

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
        return self._database.read(name, given, blocks)
