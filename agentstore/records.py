"""The records a store returns, and those a caller may hand to it.

All are frozen. ``to_dict()`` gives plain dicts, lists and strings that ``json.dumps`` takes;
datetimes become ISO 8601 text with the offset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Generic, Literal, TypeAlias, TypeVar

JSONValue: TypeAlias = Any
"""Whatever ``json.dumps(value, allow_nan=False)`` takes, with str keys only."""

Role: TypeAlias = Literal["user", "assistant", "system", "tool"]

Content: TypeAlias = "str | Sequence[Mapping[str, JSONValue]]"
"""Text, or a list of parts: mappings with a ``type``, as model providers use them."""


class _Record:
    """What all records share: a JSON-ready dict of their fields."""

    __slots__ = ()

    def to_dict(self) -> dict[str, JSONValue]:
        """The fields by name, in order, ready for ``json.dumps``."""
        return {f.name: _jsonable(getattr(self, f.name)) for f in fields(self)}  # type: ignore[arg-type]


def _jsonable(value: Any) -> JSONValue:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, _Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, list) and any(isinstance(item, (_Record, tuple)) for item in value):
        return [_jsonable(item) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class Session(_Record):
    """A conversation.

    Attributes:
        id: the session's id.
        created_at: when it was created (UTC).
        updated_at: when something was last saved to it (UTC).
        active: False once it was closed.
        metadata: the caller's own data, ``{}`` when none was given.
        tenant_id: the tenant it belongs to; '' where it has none.
        user_id: the user it belongs to; '' where it has none.
        title: what a list shows of it, or None.
        archived_at: since when it is archived (UTC), or None.
        pinned_at: since when it is pinned (UTC), or None.
        last_message_at: the latest timestamp of its messages (UTC); created_at before the first.
        trashed_at: since when it is in the trash (UTC), or None.
    """

    id: str
    created_at: datetime
    updated_at: datetime
    active: bool
    metadata: dict[str, JSONValue]
    tenant_id: str = ""
    user_id: str = ""
    title: str | None = None
    archived_at: datetime | None = None
    pinned_at: datetime | None = None
    last_message_at: datetime = None  # type: ignore[assignment]  # a store always sets it
    trashed_at: datetime | None = None


R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(_Record, Generic[R]):
    """Some rows of a list, and where the next ones are.

    Attributes:
        items: the rows.
        next_page_token: what to ask for the next page with; None on the last page.
    """

    items: list[R]
    next_page_token: str | None


@dataclass(frozen=True, slots=True)
class Hold(_Record):
    """What nobody may delete; an id that is None does not narrow.

    Attributes:
        id: the hold's id.
        reason: why, in the words of who placed it.
        session_id: the one session that is held, or None.
        user_id: the user whose sessions are held, or None.
        tenant_id: the tenant whose sessions are held, or that the user is of; None: every tenant.
        placed_at: since when (UTC).
        released_at: until when (UTC); None while it is in force.
    """

    id: str
    reason: str
    session_id: str | None
    user_id: str | None
    tenant_id: str | None
    placed_at: datetime
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ErasureReceipt(_Record):
    """What an erasure of a user has deleted.

    Attributes:
        id: the receipt's id.
        user_digest: the user's id as HMAC-SHA256 (or SHA-256) in hexadecimal.
        tenant_id: the tenant whose user it was; None where none was named.
        started_at: when it began (UTC).
        finished_at: when it ended (UTC); None where it was cut short.
        rows: how many rows were deleted, by table.
        held: the number of sessions that a hold kept.
        remains: where copies may be, and until when, as pairs of texts.
    """

    id: str
    user_digest: str
    tenant_id: str | None
    started_at: datetime
    finished_at: datetime | None
    rows: dict[str, int]
    held: int
    remains: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall(_Record):
    """One call of a tool by an assistant message.

    Returned by a store, every field is set. Given to a store (in ``save_assistant_message``
    or a `NewMessage`), only ``tool_name`` is needed; ``session_id``, ``message_id``,
    ``position`` and ``success`` are the store's and are ignored. A call without
    ``completed_at`` is pending.

    Attributes:
        id: the store's id of the call; a new UUIDv7 where the caller gives none.
        session_id: the session it belongs to.
        message_id: the message that made it.
        position: its place among the calls of that message: 0, 1, 2, …
        call_id: the model provider's id of the call (``call_abc…``), or None.
        tool_name: the tool's name.
        arguments: what the tool was called with.
        result: what it returned; None while pending (see ``completed_at``).
        success: ``result["success"]`` where that is a bool, else None.
        timestamp: when it was made (UTC); the message's timestamp unless given.
        completed_at: when it got its result (UTC); None while it has none.
    """

    id: str = None  # type: ignore[assignment]  # None only before it is saved
    session_id: str = None  # type: ignore[assignment]
    message_id: str = None  # type: ignore[assignment]
    position: int = None  # type: ignore[assignment]
    call_id: str | None = None
    tool_name: str
    arguments: JSONValue = field(default_factory=dict)
    result: JSONValue = None
    success: bool | None = None
    timestamp: datetime = None  # type: ignore[assignment]
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message(_Record):
    """One message of a session, with its tool calls.

    Attributes:
        id: the message's id.
        session_id: the session it belongs to.
        position: its place in the session: 0, 1, 2, … in the order saved.
        role: 'user', 'assistant', 'system' or 'tool'.
        content: its text.
        parts: the list of parts where content was given as one, else None.
        timestamp: when it was saved (UTC), or the time the caller gave.
        response_type: the ``type`` of the response it was saved from, or None.
        response: the other fields of that response, or None.
        metadata: the caller's own data, ``{}`` when none was given.
        tool_calls: its tool calls, in order.
    """

    id: str
    session_id: str
    position: int
    role: Role
    content: str
    parts: list[dict[str, JSONValue]] | None
    timestamp: datetime
    response_type: str | None
    response: dict[str, JSONValue] | None
    metadata: dict[str, JSONValue]
    tool_calls: list[ToolCall]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingConfirmation(_Record):
    """A tool call that waits for the user's yes; a session has at most one.

    Given to a store, only ``tool_name`` is needed.

    Attributes:
        id: the store's id of it; always a new UUIDv7.
        session_id: the session it belongs to.
        tool_name: the tool that would be called.
        arguments: what it would be called with.
        user_message: what the user had asked for.
        timestamp: when it was saved (UTC), or the time the caller gave.
    """

    id: str = None  # type: ignore[assignment]  # None only before it is saved
    session_id: str = None  # type: ignore[assignment]
    tool_name: str
    arguments: JSONValue = field(default_factory=dict)
    user_message: str = ""
    timestamp: datetime = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message for ``save_messages``.

    Attributes:
        role: 'user', 'assistant', 'system' or 'tool'.
        content: text or a list of parts.
        id: the caller's own id of the message; a new UUIDv7 where None.
        metadata: the caller's own data.
        response_type: as `Message.response_type`.
        response: as `Message.response`.
        tool_calls: `ToolCall` records or mappings with ``tool_name``, ``arguments`` and
            optionally ``result``, ``call_id``, ``id``, ``timestamp``, ``completed_at``.
        timestamp: when it happened (timezone-aware); now where None.
    """

    role: Role
    content: Content
    id: str | None = None
    metadata: Mapping[str, JSONValue] | None = None
    response_type: str | None = None
    response: Mapping[str, JSONValue] | None = None
    tool_calls: Sequence[ToolCall | Mapping[str, JSONValue]] = ()
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgentResponse:
    """What an agent answered, for ``save_assistant_message``.

    Attributes:
        type: what kind of answer it is ('execute', 'clarify', 'confirm', …).
        message: its text, or a list of parts.
        tool_calls: the calls it made, `ToolCall` records or mappings.
        data, questions, options, action, risk, preview, missing: kept in
            ``Message.response`` under these names where they are not None.
        extra: further fields, spread among the others.
    """

    type: str
    message: Content = ""
    tool_calls: Sequence[ToolCall | Mapping[str, JSONValue]] = ()
    data: JSONValue = None
    questions: JSONValue = None
    options: JSONValue = None
    action: JSONValue = None
    risk: JSONValue = None
    preview: JSONValue = None
    missing: JSONValue = None
    extra: Mapping[str, JSONValue] | None = None


@dataclass(frozen=True, slots=True)
class SchemaStatus(_Record):
    """Which migrations a database has.

    Attributes:
        applied: names of this version's migrations that are applied.
        pending: names of this version's migrations that are not.
        unknown: names applied by a newer version; they do no harm.
    """

    applied: list[str]
    pending: list[str]
    unknown: list[str]


@dataclass(frozen=True, slots=True)
class StatementEvent(_Record):
    """One round trip of a store, as ``connect(observer=…)`` is told of it.

    Attributes:
        name: the statement's name (``messages/save_turn``); of several that went out as one, the
            last that is no BEGIN or COMMIT.
        statements: how many went out.
        seconds: how long the answer took.
        rows: how many rows came back, or were found; 0 where it failed.
        attempt: 1, or higher where the call is being tried again.
        error: the name of the error's class, or None.
        in_transaction: whether it was part of a ``transaction()`` block or of the caller's
            transaction.
    """

    name: str
    statements: int
    seconds: float
    rows: int
    attempt: int
    error: str | None
    in_transaction: bool


@dataclass(frozen=True, slots=True)
class StoreStats(_Record):
    """What a store has done since it was opened, and what its pool is doing now.

    Attributes:
        open: connections that are open.
        in_use: those that a call is using now.
        idle: those that wait for one.
        waiting: calls that wait for a connection now.
        longest_wait: seconds of the longest wait for a connection so far.
        made: connections that were opened.
        replaced: those that took the place of one that was dead, broken or too old.
        statements: round trips.
        retries: attempts that were made again, by the kind of fault.
    """

    open: int
    in_use: int
    idle: int
    waiting: int
    longest_wait: float
    made: int
    replaced: int
    statements: int
    retries: Mapping[str, int]
