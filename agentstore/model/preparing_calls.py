"""Tool calls and confirmations, from what a caller gives to what is stored.

Checked and converted here, once for all dialects, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agentstore.errors import InvalidInputError
from agentstore.model.arguments import refuse_json_text
from agentstore.model.identifiers import new_id
from agentstore.model.refusals import shown
from agentstore.model.values import (
    check_id,
    check_name,
    check_text,
    dump_json,
    read_datetime,
)
from agentstore.records import JSONValue, PendingConfirmation, ToolCall

_CALL_KEYS = {
    "tool_name": "tool_name",
    "toolName": "tool_name",
    "arguments": "arguments",
    "result": "result",
    "call_id": "call_id",
    "callId": "call_id",
    "id": "id",
    "timestamp": "timestamp",
    "completed_at": "completed_at",
    "completedAt": "completed_at",
}
_SNAKE_CALL_KEYS = frozenset(_CALL_KEYS.values())
_CONFIRMATION_KEYS = {
    "tool_name": "tool_name",
    "toolName": "tool_name",
    "arguments": "arguments",
    "user_message": "user_message",
    "userMessage": "user_message",
    "timestamp": "timestamp",
}


@dataclass(slots=True)
class PreparedCall:
    """A tool call ready to be stored; JSON is text, None in ``result`` means pending.

    It is not frozen: that would triple the time it takes to make one.
    """

    id: str
    has_own_id: bool
    call_id: str | None
    tool_name: str
    arguments: str
    result: str | None
    success: bool | None
    timestamp: datetime
    completed_at: datetime | None


def prepare_calls(
    calls: Sequence[ToolCall | Mapping[str, JSONValue]] | None, timestamp: datetime
) -> tuple[PreparedCall, ...]:
    """Check the tool calls of a message.

    Args:
        calls: records or mappings; None for none.
        timestamp: the time of those that have none.

    Raises:
        InvalidInputError: something in them is wrong; the path is in the message.
    """
    if not calls and (calls is None or isinstance(calls, (list, tuple))):
        return ()
    if not isinstance(calls, (list, tuple)):
        raise InvalidInputError(f"tool_calls is a list, not {type(calls).__name__}")
    prepared: list[PreparedCall] = []
    try:
        prepared.extend(_prepare_call(call, timestamp) for call in calls)
    except InvalidInputError as error:
        raise InvalidInputError(f"tool_calls[{len(prepared)}]{error}") from None
    return tuple(prepared)


def _prepare_call(call: ToolCall | Mapping[str, JSONValue], timestamp: datetime) -> PreparedCall:
    """A tool call; an error of its begins with what follows the call's own place."""
    if type(call) is dict and call.keys() <= _SNAKE_CALL_KEYS:
        given: Mapping[str, Any] = call
    elif isinstance(call, ToolCall):
        given = _read_record(call)
    else:
        given = _read_keys(call, _CALL_KEYS, "")
    if "tool_name" not in given or "arguments" not in given:
        raise InvalidInputError(" needs a tool_name and arguments")
    if not isinstance(call, ToolCall):  # a record's were taken once before
        refuse_json_text(given["arguments"], ".arguments")
    has_result = "result" in given
    completed_at = given.get("completed_at")
    if completed_at is not None and not has_result:
        raise InvalidInputError(" has a completed_at but no result")
    own_id = given.get("id")
    call_id = given.get("call_id")
    made_at = given.get("timestamp")
    if completed_at is not None:
        completed_at = read_datetime(completed_at, ".completed_at")
    elif has_result:
        completed_at = timestamp
    return PreparedCall(
        new_id() if own_id is None else check_id(own_id, ".id"),
        own_id is not None,
        None if call_id is None else check_name(call_id, ".call_id", least=0),
        check_name(given["tool_name"], ".tool_name"),
        dump_json(given["arguments"], ".arguments"),
        dump_json(given["result"], ".result") if has_result else None,
        success_of(given["result"]) if has_result else None,
        timestamp if made_at is None else read_datetime(made_at, ".timestamp"),
        completed_at,
    )


def _read_record(call: ToolCall) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": call.id,
        "call_id": call.call_id,
        "tool_name": call.tool_name,
        "arguments": call.arguments,
        "timestamp": call.timestamp,
    }
    if call.completed_at is not None:
        given |= {"result": call.result, "completed_at": call.completed_at}
    elif call.result is not None:
        raise InvalidInputError(" has a result but no completed_at")
    return given


def prepare_confirmation(
    confirmation: PendingConfirmation | Mapping[str, JSONValue], session_id: str, now: datetime
) -> PendingConfirmation:
    """Check a confirmation and give it its id, session and time.

    Raises:
        InvalidInputError: something in it is wrong.
    """
    if isinstance(confirmation, PendingConfirmation):
        given: dict[str, Any] = {
            "tool_name": confirmation.tool_name,
            "arguments": confirmation.arguments,
            "user_message": confirmation.user_message,
            "timestamp": confirmation.timestamp,
        }
    else:
        given = _read_keys(confirmation, _CONFIRMATION_KEYS, "confirmation")
    if "arguments" not in given:
        raise InvalidInputError("confirmation has no arguments")
    refuse_json_text(given["arguments"], "confirmation.arguments")
    timestamp = given.get("timestamp")
    return PendingConfirmation(
        id=new_id(),
        session_id=session_id,
        tool_name=check_name(given.get("tool_name"), "confirmation.tool_name"),
        arguments=given["arguments"],
        user_message=check_text(given.get("user_message", ""), "confirmation.user_message"),
        timestamp=now if timestamp is None else read_datetime(timestamp, "confirmation.timestamp"),
    )


def success_of(result: JSONValue) -> bool | None:
    """``result["success"]`` where that is a bool, else None."""
    success = result.get("success") if isinstance(result, dict) else None
    return success if isinstance(success, bool) else None


def _read_keys(given: Any, names: Mapping[str, str], name: str) -> dict[str, Any]:
    """A mapping's items under their snake_case names.

    Raises:
        InvalidInputError: it is no mapping, has another key, or one in both spellings.
    """
    if not isinstance(given, Mapping):
        raise InvalidInputError(f"{name} is a mapping, not {type(given).__name__}")
    read: dict[str, Any] = {}
    for key, value in given.items():
        snake = names.get(key) if isinstance(key, str) else None
        if snake is None:
            raise InvalidInputError(f"{name} has an unknown key {shown(key)}")
        if snake in read:
            raise InvalidInputError(f"{name} has {snake} twice, in two spellings")
        read[snake] = value
    return read
