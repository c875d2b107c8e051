"""From what a caller gives to what is stored: a turn, that is a message and its tool calls.

Checked and converted here, once for all dialects, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, get_args

from agentstore.errors import InvalidInputError
from agentstore.model.arguments import refuse_json_text
from agentstore.model.identifiers import new_id
from agentstore.model.metadata_index import metadata_entries
from agentstore.model.refusals import shown
from agentstore.model.values import (
    MAX_METADATA_KEYS,
    MAX_RESPONSE_TYPE_LENGTH,
    check_choice,
    check_datetime,
    check_id,
    check_mapping,
    check_name,
    check_start,
    check_text,
    dump_json,
    load_json,
    plain_text,
    read_datetime,
    same_json,
)
from agentstore.records import (
    Content,
    JSONValue,
    NewMessage,
    PendingConfirmation,
    Role,
    ToolCall,
)

ROLES: tuple[str, ...] = get_args(Role)

MAX_TITLE_LENGTH = 500

_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})
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

    Neither this nor `PreparedMessage` is frozen: that would triple the time it takes to make one.
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


class Owner(NamedTuple):
    """Whose a session is; None for no tenant, or no user."""

    tenant_id: str | None = None
    user_id: str | None = None


NOBODY = Owner()


@dataclass(frozen=True, slots=True)
class PreparedSession:
    """A session ready to be created; ``metadata`` is JSON text, ``entries`` its index."""

    id: str
    metadata: str
    entries: list[str]
    system_message: PreparedMessage | None
    created_at: datetime
    owner: Owner
    title: str | None


@dataclass(slots=True)
class PreparedMessage:
    """A message and its tool calls, ready to be stored; JSON is text.

    Attributes:
        uses_own_ids: whether the message or one of its calls has an id that the caller gave.
        size: the characters of its texts, roughly what is sent for it.
    """

    id: str
    has_own_id: bool
    role: str
    content: str
    parts: str | None
    timestamp: datetime
    response_type: str | None
    response: str | None
    metadata: str
    calls: tuple[PreparedCall, ...]
    uses_own_ids: bool = field(init=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.uses_own_ids = self.has_own_id
        self.size = (
            len(self.content)
            + len(self.metadata)
            + len(self.parts or "")
            + len(self.response or "")
        )
        for call in self.calls:
            self.uses_own_ids |= call.has_own_id
            self.size += len(call.arguments) + len(call.result or "")

    def is_same_as(self, role: str, content: str, parts: JSONValue) -> bool:
        """Whether a stored message with these is what saving this turn would make."""
        own_parts = None if self.parts is None else load_json(self.parts)
        return role == self.role and content == self.content and same_json(parts, own_parts)


def prepare_session(
    session_id: str,
    metadata: Mapping[str, JSONValue] | None,
    system_message: Content | None,
    now: datetime,
    *,
    owner: Owner = NOBODY,
    title: str | None = None,
) -> PreparedSession:
    """Check what a session is created with.

    Raises:
        InvalidInputError: something in it is wrong.
    """
    created_at = check_start(now, "created_at")
    checked = check_mapping(metadata, "metadata")
    check_key_count(checked)
    turn = None
    if system_message is not None:
        turn = _prepare_system_message(system_message, created_at)
    return PreparedSession(
        session_id,
        dump_json(checked, "metadata"),
        metadata_entries(checked),
        turn,
        created_at,
        owner,
        None if title is None else check_title(title),
    )


def check_key_count(metadata: Mapping[str, JSONValue], before: int = 0) -> None:
    """Refuse metadata of a session with too many keys.

    Args:
        metadata: all of it, as it would be stored.
        before: how many keys it has now: where there were too many, some may still be removed.

    Raises:
        InvalidInputError: it has more than 1,000 keys, and more than before.
    """
    if len(metadata) > max(MAX_METADATA_KEYS, before):
        raise InvalidInputError(
            f"metadata of a session has at most {MAX_METADATA_KEYS} keys, not {len(metadata)}"
        )


def check_title(title: Any) -> str:
    """What a list shows of a session.

    Raises:
        InvalidInputError: it is no text of 1 to 500 characters, or has a NUL or lone surrogate.
    """
    return check_name(title, "title", most=MAX_TITLE_LENGTH)


def _prepare_system_message(content: Content, now: datetime) -> PreparedMessage:
    try:
        return prepare_message(NewMessage("system", content), now)
    except InvalidInputError as error:
        raise InvalidInputError(f"system_message.{error}") from None


def prepare_messages(messages: Iterable[NewMessage], now: datetime) -> list[PreparedMessage]:
    """Check messages and make turns of them.

    Args:
        messages: `NewMessage` records.
        now: the timestamp of those that have none.

    Raises:
        InvalidInputError: something in them is wrong; the path is in the message.
    """
    if isinstance(messages, (str, bytes, Mapping)) or not isinstance(messages, Iterable):
        raise InvalidInputError("messages is a list of NewMessage records")
    turns: list[PreparedMessage] = []
    for message in messages:
        if not isinstance(message, NewMessage):
            hint = ""
            if isinstance(message, Mapping) and "role" in message:
                hint = f": NewMessage({message['role']!r}, …)"
            raise InvalidInputError(
                f"messages[{len(turns)}] is a NewMessage, not {type(message).__name__}{hint:.80}"
            )
        try:
            turns.append(prepare_message(message, now))
        except InvalidInputError as error:
            raise InvalidInputError(f"messages[{len(turns)}].{error}") from None
    return turns


def prepare_message(message: NewMessage, now: datetime) -> PreparedMessage:
    """Check one message and make a turn of it; see `prepare_messages`."""
    timestamp = now
    if message.timestamp is not None:
        timestamp = check_datetime(message.timestamp, "timestamp")
    return prepare_turn(
        check_choice(message.role, "role", ROLES),
        message.content,
        timestamp,
        own_id=message.id,
        metadata=message.metadata,
        response_type=message.response_type,
        response=message.response,
        tool_calls=message.tool_calls,
    )


def prepare_turn(
    role: str,
    content: Content,
    timestamp: datetime,
    *,
    own_id: str | None = None,
    metadata: Mapping[str, JSONValue] | None = None,
    response_type: str | None = None,
    response: Mapping[str, JSONValue] | None = None,
    tool_calls: Sequence[ToolCall | Mapping[str, JSONValue]] = (),
) -> PreparedMessage:
    """As `prepare_message`, of what a `NewMessage` would hold: role and timestamp are good."""
    parts = None
    if type(content) is not str:
        content, parts = _read_content(content, "content")
    if response_type is not None:
        response_type = check_name(
            response_type, "response_type", least=0, most=MAX_RESPONSE_TYPE_LENGTH
        )
    return PreparedMessage(
        new_id() if own_id is None else check_id(own_id, "id"),
        own_id is not None,
        role,
        content,
        parts,
        timestamp,
        response_type,
        None if response is None else dump_json(check_mapping(response, "response"), "response"),
        "{}" if metadata is None else dump_json(check_mapping(metadata, "metadata"), "metadata"),
        () if tool_calls == () else _prepare_calls(tool_calls, timestamp),
    )


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


def _read_content(content: Any, name: str) -> tuple[str, str | None]:
    if isinstance(content, str):
        return plain_text(content), None
    if not isinstance(content, (list, tuple)):
        raise InvalidInputError(f"{name} is text or a list of parts, not {type(content).__name__}")
    parts = [dict(part) if isinstance(part, Mapping) else part for part in content]
    texts: list[str] = []
    for index, part in enumerate(parts):
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            raise InvalidInputError(f"{name}[{index}] is not a mapping with a type")
        if part["type"] in _TEXT_PARTS and isinstance(part.get("text"), str):
            texts.append(plain_text(part["text"]))
    return "\n".join(texts), dump_json(parts, name)


def _prepare_calls(
    calls: Sequence[ToolCall | Mapping[str, JSONValue]] | None, timestamp: datetime
) -> tuple[PreparedCall, ...]:
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
