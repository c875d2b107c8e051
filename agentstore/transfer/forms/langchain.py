"""LangChain's messages: as dicts, serialised, or as their fields; and LangGraph's states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.anthropic import read_blocks
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_some, objects
from agentstore.transfer.forms.loose_messages import read_call
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought

_ROLES = {
    "human": "user",
    "ai": "assistant",
    "system": "system",
    "tool": "tool",
    "function": "tool",
    "developer": "system",
    "chat": "",
    "generic": "",
}
_READ = (
    *("type", "content", "tool_calls", "invalid_tool_calls", "tool_call_chunks", "role"),
    *("tool_call_id", "status", "artifact", "additional_kwargs", "example"),
)


def is_message(value: JSONValue) -> bool:
    """Whether a value is a message in one of the ways to write them."""
    fields = _fields(value)
    return fields is not None and _kind(fields) in _ROLES


def is_whole(value: JSONValue) -> bool:
    """Whether an object has such messages, or is a state of LangGraph with them."""
    return has_some(_state(value), "messages", is_message)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    if isinstance(value, list):
        say_messages(builder, value)
        return [builder.finish()]
    state = _state(value)
    say_messages(builder, state["messages"])
    rest = without(value, "messages", "values", "created_at")
    rest |= without(state, "messages") if state is not value else {}
    return [builder.finish(rest, created_at=value.get("created_at"))]


def say_messages(builder: Builder, messages: JSONValue) -> None:
    """Add messages."""
    for message in objects(messages):
        fields = _fields(message)
        if fields is None or _kind(fields) not in _ROLES:
            builder.remark(f"message of type {str(message.get('type'))[:40]!r}: passed over")
            continue
        kind = _kind(fields)
        role = builder.role(_ROLES[kind] or fields.get("role"))
        metadata = without(fields, *_READ)
        more = fields.get("additional_kwargs")
        kept = without(more, "tool_calls", "function_call") if isinstance(more, dict) else {}
        if kept:
            metadata["additional_kwargs"] = kept
        builder.say(role, _pieces(role, fields), metadata=metadata)


def _pieces(role: str, fields: Mapping[str, JSONValue]) -> Iterator[Piece]:
    content = fields.get("content")
    if role == "tool":
        failed = fields.get("status") == "error"
        yield Answer(content, fields.get("tool_call_id"), fields.get("name"), failed)
        return
    calls = list(_calls(fields))
    named = {call.call_id for call in calls if isinstance(call, Call)}
    for piece in read_blocks(content):
        if isinstance(piece, Call):
            # Anthropic's blocks say the same as the message's calls.
            if piece.call_id not in named:
                yield piece
        else:
            yield piece
    yield from calls


def _calls(fields: Mapping[str, JSONValue]) -> Iterator[Piece]:
    more = fields.get("additional_kwargs")
    more = more if isinstance(more, dict) else {}
    if more.get("reasoning_content"):
        yield Thought({"reasoning_content": more["reasoning_content"]})
    found = fields.get("tool_calls") or more.get("tool_calls") or []
    for call in found if isinstance(found, list) else ():
        yield read_call(call)
    legacy = more.get("function_call")
    if not found and isinstance(legacy, dict):
        yield read_call(legacy)
    invalid = fields.get("invalid_tool_calls")
    for call in invalid if isinstance(invalid, list) else ():
        yield read_call(call)


def _fields(value: JSONValue) -> dict[str, JSONValue] | None:
    """The fields of a message, with its type among them."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("kwargs"), dict) and isinstance(value.get("id"), list):
        names = [name for name in value["id"] if isinstance(name, str)]
        word = names[-1].removesuffix("Chunk").removesuffix("Message") if names else ""
        return {"type": word.lower(), **value["kwargs"]}
    if isinstance(value.get("data"), dict) and "content" in value["data"]:
        return {**value["data"], "type": value.get("type")}
    if "role" in value and value.get("type") != "chat":
        return None
    return value if "content" in value and "type" in value else None


def _kind(fields: Mapping[str, JSONValue]) -> str:
    kind = fields.get("type")
    if not isinstance(kind, str):
        return ""
    return kind.removesuffix("MessageChunk").removesuffix("Message").lower()


def _state(value: JSONValue) -> JSONValue:
    if not isinstance(value, dict):
        return value
    values = value.get("values", value.get("channel_values"))
    return values if isinstance(values, dict) and "messages" in values else value


FORM = Form("langchain", "LangChain messages", is_whole, read, is_message)
