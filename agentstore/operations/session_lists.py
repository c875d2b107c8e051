"""Lists of sessions: a page, and how many there are."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from agentstore.model.filters import Filter, PageRequest
from agentstore.operations.core import OperationsCore
from agentstore.operations.rows import read_session
from agentstore.records import Session

SessionKey: TypeAlias = "tuple[datetime, str]"
"""Where a session stands in a list: the time that it is sorted by, and its id."""


def session_key(session: Session, order_by: str) -> SessionKey:
    """Where a session stands in a list."""
    time = session.created_at if order_by == "created_at" else session.last_message_at
    return time, session.id


class SessionListOperations(OperationsCore):
    """The operations of a dialect on lists of sessions."""

    def query_sessions(
        self, filter_: Filter, page: PageRequest, after_key: SessionKey | None = None
    ) -> list[Session]:
        """A page of sessions.

        Args:
            filter_: which.
            page: how many, in which order.
            after_key: the last of the page before, where pages follow each other.
        """
        if after_key is not None:
            time, session_id = after_key
            filter_ = filter_.with_block(
                "after_key", {f"after_key_{page.order_by}": time, "after_key_id": session_id}
            )
        name = "query_sessions_by_metadata" if filter_.has("entry") else "query_sessions"
        if page.order_by == "last_message_at":
            name = "query_recent_sessions"
            if filter_.has("entry"):
                name = "query_recent_sessions_by_metadata"
        rows = self.read(
            f"sessions/{name}_{page.order}",
            self.write_filter(filter_, limit=page.limit, offset=page.offset),
            filter_.blocks,
        )
        return [read_session(row) for row in rows]

    def count_sessions(self, filter_: Filter) -> int:
        """How many sessions a filter keeps."""
        name = "count_sessions_by_metadata" if filter_.has("entry") else "count_sessions"
        rows = self.read(f"sessions/{name}", self.write_filter(filter_), filter_.blocks)
        return int(rows[0][0])
