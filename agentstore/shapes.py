"""What the mappings look like that a store takes in place of records, for type checkers.

A call takes any mapping of that content, in camelCase too; who annotates theirs with one of
these is told of a misspelt key before it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias, TypedDict

from agentstore.records import Content, JSONValue, ToolCall

Order: TypeAlias = Literal["asc", "desc"]
"""The direction of a list: 'asc' has the oldest first."""

OrderBy: TypeAlias = Literal["created_at", "last_message_at"]
"""The time by which a list of sessions is sorted."""


class _NamedCall(TypedDict):
    tool_name: str
    arguments: JSONValue


class ToolCallDict(_NamedCall, total=False):
    """A tool call that is to be saved: pending where it has no ``result``."""

    id: str
    call_id: str | None
    result: JSONValue
    timestamp: datetime | str
    completed_at: datetime | str | None


class _TypedResponse(TypedDict):
    type: str


class ResponseDict(_TypedResponse, total=False):
    """An agent's answer, as ``save_assistant_message`` takes it."""

    message: Content
    tool_calls: Sequence[ToolCall | ToolCallDict]
    data: JSONValue
    questions: JSONValue
    options: JSONValue
    action: JSONValue
    risk: JSONValue
    preview: JSONValue
    missing: JSONValue


class ConfirmationDict(_NamedCall, total=False):
    """A question to the user, as ``save_pending_confirmation`` takes it."""

    user_message: str
    timestamp: datetime | str | None


class DriverConnection(Protocol):
    """A synchronous connection of a driver (PEP 249), as ``bind`` takes it."""

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """A cursor."""

    def commit(self) -> None:
        """End the transaction."""

    def rollback(self) -> None:
        """Undo the transaction."""

    def close(self) -> None:
        """Close the connection."""
