"""The original's rows as a store takes them; what cannot be taken is a `Problem`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from agentstore.errors import InvalidInputError
from agentstore.model.arguments import exact
from agentstore.model.preparing import (
    PreparedMessage,
    PreparedSession,
    prepare_message,
    prepare_session,
)
from agentstore.model.preparing_calls import prepare_confirmation
from agentstore.model.values import check_datetime, check_id, dump_json
from agentstore.records import JSONValue, NewMessage, PendingConfirmation
from agentstore.transfer.foreign import Problem
from agentstore.transfer.json_text import parse

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_CALL_PATH = re.compile(r"^tool_calls\[0\][. ]")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A row of agent_sessions with its agent_pending_confirmations; JSON as text, times in us."""

    id: str
    created_at: int
    updated_at: int
    active: Any
    metadata: str | bytes | None
    confirmation_id: str | None
    tool_name: str | None
    arguments: str | bytes | None
    user_message: str | None
    confirmation_timestamp: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A row of agent_messages."""

    id: str
    role: str
    content: str
    timestamp: int
    response_type: str | None
    metadata: str | bytes | None


@dataclass(frozen=True, slots=True)
class ToolCallRow:
    """A row of agent_tool_calls."""

    id: str
    tool_name: str
    arguments: str | bytes | None
    result: str | bytes | None
    timestamp: int


@dataclass(frozen=True)
class SessionCopy:
    """A session of the original, ready to be stored.

    Attributes:
        prepared: as a store creates it.
        metadata: what ``prepared`` has as text.
        updated_at: when it was last updated in the original.
        active: whether it was active there.
        confirmation: its pending confirmation, where it has one that can be taken.
        confirmation_id: the id of that in the original.
    """

    prepared: PreparedSession
    metadata: dict[str, JSONValue]
    updated_at: datetime
    active: bool
    confirmation: PendingConfirmation | None
    confirmation_id: str | None

    @property
    def id(self) -> str:
        """The session's id."""
        return self.prepared.id


def read_session(row: SessionRow) -> tuple[SessionCopy, list[Problem]]:
    """A session, and what of it (its confirmation) cannot be taken.

    Raises:
        InvalidInputError: the session itself cannot be taken.
    """
    session_id = check_id(row.id, "id")
    metadata = _read_json(row.metadata, "metadata")
    prepared = prepare_session(session_id, metadata, None, _read_time(row.created_at, "createdAt"))
    updated_at = _read_time(row.updated_at, "updatedAt")
    confirmation = None
    problems = []
    if row.confirmation_id is not None:
        try:
            confirmation = _read_confirmation(row)
        except InvalidInputError as exc:
            problem = Problem("confirmation", text_of(row.confirmation_id), session_id, str(exc))
            problems.append(problem)
    copy = SessionCopy(
        prepared, metadata or {}, updated_at, bool(row.active), confirmation, row.confirmation_id
    )
    return copy, problems


def read_turns(
    session_id: str, rows: Sequence[MessageRow], calls: Mapping[str, Sequence[ToolCallRow]]
) -> tuple[list[PreparedMessage], list[Problem]]:
    """The turns of a page of messages, and the messages and calls that cannot be taken.

    Args:
        session_id: the session they belong to.
        rows: the messages, in order.
        calls: their tool calls by message id, in order.
    """
    turns: list[PreparedMessage] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            turn = _prepare(row, [])
        except InvalidInputError as exc:
            problems.append(Problem("message", text_of(row.id), session_id, str(exc)))
            continue
        own_calls = calls.get(row.id, ())
        if own_calls:
            taken, refused = _take_calls(session_id, row, own_calls)
            turn = _prepare(row, taken)
            problems += refused
        turns.append(turn)
    return turns, problems


def _take_calls(
    session_id: str, row: MessageRow, calls: Sequence[ToolCallRow]
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Those of a message's tool calls that a store takes, and the others."""
    taken: list[dict[str, Any]] = []
    problems: list[Problem] = []
    # Each is tried on a message without a text, so that a long one is not looked at each time.
    empty = replace(row, content="", metadata=None)
    for call in calls:
        given, reason = _try_call(empty, call)
        if given is None:
            problems.append(Problem("tool call", text_of(call.id), session_id, reason))
        else:
            taken.append(given)
    return taken, problems


def _try_call(message: MessageRow, row: ToolCallRow) -> tuple[dict[str, Any] | None, str]:
    """A call as a message takes it, or None and the reason why not."""
    try:
        call = _read_call(row)
        _prepare(message, [call])
    except InvalidInputError as exc:
        return None, _CALL_PATH.sub("", str(exc))
    return call, ""


def text_of(value: Any) -> str:
    """An id as it can be shown, whatever a column holds."""
    return value if isinstance(value, str) else repr(value)


def _prepare(row: MessageRow, calls: list[dict[str, Any]]) -> PreparedMessage:
    timestamp = _read_time(row.timestamp, "timestamp")
    message = NewMessage(
        role=row.role,  # type: ignore[arg-type]  # checked there
        content=row.content,
        id=check_id(row.id, "id"),
        metadata=_read_json(row.metadata, "metadata"),
        response_type=row.response_type,
        tool_calls=calls,
        timestamp=timestamp,
    )
    return prepare_message(message, timestamp)


def _read_call(row: ToolCallRow) -> dict[str, Any]:
    timestamp = _read_time(row.timestamp, "timestamp")
    call = {
        "id": check_id(row.id, "id"),
        "tool_name": row.tool_name,
        "arguments": exact(_read_json(row.arguments, "arguments")),
        "timestamp": timestamp,
    }
    # SQL's NULL is a call that has not come back; JSON's null is what it came back with.
    if row.result is not None:
        call |= {"result": _read_json(row.result, "result"), "completed_at": timestamp}
    return call


def _read_confirmation(row: SessionRow) -> PendingConfirmation:
    timestamp = _read_time(row.confirmation_timestamp, "timestamp")
    given: dict[str, Any] = {
        "tool_name": row.tool_name,
        "arguments": exact(_read_json(row.arguments, "arguments")),
        "user_message": row.user_message,
        "timestamp": timestamp,
    }
    confirmation = prepare_confirmation(given, row.id, timestamp)
    dump_json(confirmation.arguments, "arguments")
    return confirmation


def _read_time(microseconds: Any, name: str) -> datetime:
    try:
        moment = _EPOCH + timedelta(microseconds=int(microseconds))
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"{name} is no date and time") from None
    return check_datetime(moment, name)


def _read_json(text: str | bytes | None, name: str) -> JSONValue:
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as exc:
        raise InvalidInputError(f"{name} is not JSON ({exc})") from None
