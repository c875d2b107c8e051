"""Records from the rows of a database.

A history of hundreds of messages is made here at once, so a frozen record is not filled field
by field through ``object.__setattr__``, which takes three times as long as a plain assignment:
a draft, its twin that is not frozen, is filled and then becomes the record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from agentstore.engine.connection import Row
from agentstore.model.values import UTC, load_json, unescape_text
from agentstore.records import Hold, JSONValue, Message, PendingConfirmation, Session, ToolCall

_position = attrgetter("position")


def _draft_of(record: type[Any]) -> Callable[..., Any]:
    names = [(field.name, Any) for field in fields(record)]
    # To change an object's class, Python wants both to have the same slots and base.
    return make_dataclass(f"_{record.__name__}Draft", names, bases=record.__bases__, slots=True)


_SessionDraft = _draft_of(Session)
_MessageDraft = _draft_of(Message)
_ToolCallDraft = _draft_of(ToolCall)


def read_time(value: Any) -> datetime:
    """A UTC datetime from a column: ISO text, or a datetime whose time zone is left out."""
    if isinstance(value, str):
        return datetime.fromisoformat(value + "+00:00")
    time: datetime = value.replace(tzinfo=UTC)
    return time


def read_optional_time(value: Any) -> datetime | None:
    """As `read_time`; None where the column is NULL."""
    return None if value is None else read_time(value)


def read_text(text: str, escaped: Any) -> str:
    """The text of two columns: as it is stored, and whether that is escaped."""
    return unescape_text(text) if escaped else text


def read_hold(row: Row) -> Hold:
    """A hold from its row."""
    hold_id, reason, session_id, user_id, tenant_id, placed_at, released_at = row
    return Hold(
        hold_id,
        reason,
        session_id,
        user_id,
        tenant_id,
        read_time(placed_at),
        read_optional_time(released_at),
    )


def read_session(row: Row) -> Session:
    """A session from its row."""
    (
        session_id,
        created_at,
        updated_at,
        active,
        metadata,
        tenant_id,
        user_id,
        title,
        archived_at,
        pinned_at,
        last_message_at,
        trashed_at,
    ) = row
    created = read_time(created_at)
    updated = created if updated_at == created_at else read_time(updated_at)
    # Older code leaves it out; most are what the last save has set, and are not read anew.
    is_as_updated = last_message_at is None or last_message_at == updated_at
    session: Session = _SessionDraft(
        session_id,
        created,
        updated,
        bool(active),
        load_json(metadata),
        tenant_id,
        user_id,
        title,
        archived_at and read_time(archived_at),
        pinned_at and read_time(pinned_at),
        updated if is_as_updated else read_time(last_message_at),
        trashed_at and read_time(trashed_at),
    )
    session.__class__ = Session
    return session


def read_messages(rows: list[Row]) -> list[Message]:
    """Messages with their tool calls from rows in the order of the messages: one a call."""
    messages: list[Message] = []
    last_id = None
    for (
        session_id,
        position,
        message_id,
        role,
        content,
        content_escaped,
        parts,
        timestamp,
        response_type,
        response,
        metadata,
        call_position,
        call_record_id,
        call_id,
        tool_name,
        arguments,
        result,
        success,
        call_timestamp,
        completed_at,
    ) in rows:
        if message_id != last_id:
            last_id = message_id
            calls: list[ToolCall] = []
            time = read_time(timestamp)
            message: Message = _MessageDraft(
                message_id,
                session_id,
                position,
                role,
                unescape_text(content) if content_escaped else content,
                None if parts is None else load_json(parts),
                time,
                response_type,
                None if response is None else load_json(response),
                load_json(metadata),
                calls,
            )
            message.__class__ = Message
            messages.append(message)
        if call_position is not None:
            call = _tool_call(
                call_record_id,
                session_id,
                message_id,
                call_position,
                call_id,
                tool_name,
                arguments,
                result,
                success,
                # Most calls have the time of their message, and are not read anew.
                time if call_timestamp == timestamp else read_time(call_timestamp),
                time if completed_at == timestamp else completed_at and read_time(completed_at),
            )
            calls.append(call)
            if len(calls) > 1 and calls[-2].position > call_position:
                calls.sort(key=_position)  # MySQL does not sort them (get_history)
    return messages


def read_tool_call(row: Row) -> ToolCall:
    """A tool call from its row."""
    *columns, timestamp, completed_at = row
    time = read_time(timestamp)
    end = time if completed_at == timestamp else completed_at and read_time(completed_at)
    call: ToolCall = _tool_call(*(*columns, time, end))
    return call


def _tool_call(  # noqa: PLR0917 - one a column
    record_id: str,
    session_id: str,
    message_id: str,
    position: int,
    call_id: str | None,
    tool_name: str,
    arguments: str,
    result: str | None,
    success: Any,
    timestamp: datetime,
    completed_at: datetime | None,
) -> ToolCall:
    """A tool call from its columns; only the times are read already."""
    call: ToolCall = _ToolCallDraft(
        record_id,
        session_id,
        message_id,
        position,
        call_id,
        tool_name,
        load_json(arguments),
        None if result is None else load_json(result),
        None if success is None else bool(success),
        timestamp,
        completed_at,
    )
    call.__class__ = ToolCall
    return call


def read_confirmation(row: Row) -> PendingConfirmation:
    """A pending confirmation from its row."""
    confirmation_id, session_id, tool_name, stored, user_message, escaped, timestamp = row
    arguments: JSONValue = load_json(stored)
    return PendingConfirmation(
        id=confirmation_id,
        session_id=session_id,
        tool_name=tool_name,
        arguments=arguments,
        user_message=read_text(user_message, escaped),
        timestamp=read_time(timestamp),
    )
