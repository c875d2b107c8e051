"""Sessions, and turns (a message and its tool calls), from what a caller gives to what is stored.

Checked and converted here, once for all dialects, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, get_args

from agentstore.errors import InvalidInputError
from agentstore.model.identifiers import new_id
from agentstore.model.metadata_index import metadata_entries
from agentstore.model.preparing_calls import PreparedCall, prepare_calls
from agentstore.model.values import (
    MAX_METADATA_KEYS,
    MAX_RESPONSE_TYPE_LENGTH,
    check_choice,
    check_datetime,
    check_id,
    check_mapping,
    check_name,
    check_start,
    dump_json,
    load_json,
    plain_text,
    same_json,
)
from agentstore.records import (
    Content,
    JSONValue,
    NewMessage,
    Role,
    ToolCall,
)

ROLES: tuple[str, ...] = get_args(Role)

MAX_TITLE_LENGTH = 500

_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})


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
    """A message and its tool calls, ready to be stored; JSON is text. Not frozen, as its calls.

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
        () if tool_calls == () else prepare_calls(tool_calls, timestamp),
    )


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
