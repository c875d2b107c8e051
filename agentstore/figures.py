"""How much a store holds, and since when: sessions, messages and calls by day, role, tool, user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agentstore.model.values import check_datetime
from agentstore.storage import Storage

MOST_USERS = 20
"""The users that are listed, those with the most messages."""


@dataclass(frozen=True)
class Figures:
    """What a store holds, without what is in the trash.

    Attributes:
        sessions_by_day: sessions begun, by day (``2026-01-31``, UTC), in order.
        messages_by_day: messages by day.
        messages_by_role: messages by role.
        calls_by_day: tool calls by day.
        calls_by_tool: by tool (calls, failed ones, pending ones), the most called first.
        users: (tenant_id, user_id, sessions, messages), the most messages first; '' is none.
    """

    sessions_by_day: dict[str, int]
    messages_by_day: dict[str, int]
    messages_by_role: dict[str, int]
    calls_by_day: dict[str, int]
    calls_by_tool: dict[str, tuple[int, int, int]]
    users: list[tuple[str, str, int, int]]

    @property
    def days(self) -> list[str]:
        """The days on which anything was, in order."""
        return sorted({*self.sessions_by_day, *self.messages_by_day, *self.calls_by_day})

    def to_dict(self) -> dict[str, Any]:
        """The figures, ready for ``json.dumps``."""
        return {
            "sessions": sum(self.sessions_by_day.values()),
            "messages": sum(self.messages_by_day.values()),
            "calls": sum(self.calls_by_day.values()),
            "sessions_by_day": self.sessions_by_day,
            "messages_by_day": self.messages_by_day,
            "messages_by_role": self.messages_by_role,
            "calls_by_day": self.calls_by_day,
            "calls_by_tool": [
                {"tool_name": name, "calls": calls, "failed": failed, "pending": pending}
                for name, (calls, failed, pending) in self.calls_by_tool.items()
            ],
            "users": [
                {"tenant_id": tenant, "user_id": user, "sessions": sessions, "messages": messages}
                for tenant, user, sessions, messages in self.users
            ],
        }


def read_figures(
    store: Storage, *, after: datetime | None = None, before: datetime | None = None
) -> Figures:
    """Count what a store holds, or what is of its scope; all of it is read.

    Args:
        store: the store.
        after: count only what is of this time or later (timezone-aware).
        before: count only what is of this time or earlier.

    Raises:
        InvalidInputError: a time has no timezone.
        ConfigurationError: the dialect has no statements for it.
    """
    extension = store.extension("figures")
    times = {
        name: extension.time(check_datetime(moment, name))
        for name, moment in (("after", after), ("before", before))
        if moment is not None
    }

    def rows(name: str, **more: Any) -> list[tuple[Any, ...]]:
        return extension.read(name, {**times, **more}, frozenset(times))

    messages = rows("count_messages_by_day")
    calls = rows("count_calls_by_tool")
    tools = {
        name: (
            sum(row[2] for row in calls if row[1] == name),
            sum(row[3] for row in calls if row[1] == name),
            sum(row[4] for row in calls if row[1] == name),
        )
        for name in sorted({row[1] for row in calls})
    }
    return Figures(
        sessions_by_day=dict(rows("count_sessions_by_day")),
        messages_by_day=_sums(messages, lambda row: row[0]),
        messages_by_role=_sums(messages, lambda row: row[1]),
        calls_by_day=_sums(calls, lambda row: row[0]),
        calls_by_tool=dict(sorted(tools.items(), key=lambda item: -item[1][0])),
        users=[tuple(row) for row in rows("count_by_user", limit=MOST_USERS)],
    )


def _sums(rows: list[tuple[Any, ...]], key_of: Callable[[tuple[Any, ...]], str]) -> dict[str, int]:
    """The third columns' sums by a key, in the order of the keys."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[key_of(row)] = sums.get(key_of(row), 0) + row[2]
    return dict(sorted(sums.items()))
