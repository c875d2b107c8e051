"""Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Iterator

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.parts import part_values, read_part, read_parts
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought

_CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
_THOUGHTS = frozenset({"thinking", "redacted_thinking"})
_BLOCKS = frozenset({*_CALLS, *_THOUGHTS, "tool_result", "document", "search_result"})


def is_message(value: JSONValue) -> bool:
    """Whether a value is a message with blocks that only Anthropic has."""
    if not has_role(value):
        return False
    return (value.get("type") == "message" and "stop_reason" in value) or any(
        isinstance(block, dict)
        and (
            block.get("type") in _BLOCKS
            or (block.get("type") == "image" and isinstance(block.get("source"), dict))
        )
        for block in items_of(value, "content")
    )


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a request: with such messages, or a system prompt beside them."""
    if has_some(value, "messages", is_message):
        return True
    if not has_some(value, "messages", has_role):
        return False
    system = value.get("system")
    return (isinstance(system, (str, list)) and bool(system)) and not any(
        has_role(message) and message["role"] == "system" for message in value["messages"]
    )


def read(value: JSONValue) -> list[Conversation]:
    """One conversation, of messages or a request."""
    builder = Builder()
    if isinstance(value, list):
        messages, rest = value, {}
    else:
        messages, rest = value["messages"], without(value, "messages", "system")
        if value.get("system"):
            builder.say("system", read_parts(value["system"]))
    for message in objects(messages):
        metadata = without(message, "role", "content", "type")
        role = builder.role(message.get("role"))
        builder.say(role, read_blocks(message.get("content")), metadata=metadata)
    return [builder.finish(rest)]


def read_block(block: JSONValue) -> Iterator[Piece]:
    """One block of a message."""
    yield from read_blocks([block])


def read_blocks(content: JSONValue) -> Iterator[Piece]:
    """The blocks of a message, or its text."""
    for block in content if isinstance(content, list) else [content]:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind in _THOUGHTS:
            yield Thought(block)
        elif kind in _CALLS:
            yield Call(block.get("name"), block.get("input"), block.get("id"))
        elif isinstance(kind, str) and kind.endswith("tool_result"):
            yield Answer(
                _result(block.get("content")),
                block.get("tool_use_id"),
                failed=block.get("is_error") is True,
            )
        elif isinstance(block, list) or block is None or block == "":
            yield from read_parts(block)
        else:
            yield from read_part(block)


def _result(content: JSONValue) -> JSONValue:
    """A tool's result, its images as OpenAI has them."""
    if not isinstance(content, list):
        return content
    return part_values(read_parts(content))


FORM = Form("anthropic", "Anthropic Messages", is_whole, read, is_message)
