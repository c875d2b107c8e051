"""Anthropic's Messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agentstore.records import JSONValue, Message, NewMessage
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.loose_messages import say_loosely
from agentstore.transfer.forms.parts import part_values, read_part, read_parts
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought
from agentstore.transfer.forms.requests import (
    answer_in,
    anthropic_answer_in,
    failure,
    is_failure,
    wrapper_of,
)
from agentstore.transfer.forms.turns import (
    Turn,
    TurnCall,
    Writing,
    part_system,
    result_parts,
    result_text,
    said_by,
    turns_of,
)

_CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
_THOUGHTS = frozenset({"thinking", "redacted_thinking"})
_BLOCKS = frozenset({*_CALLS, *_THOUGHTS, "tool_result", "document", "search_result"})

_AS_THEY_ARE = frozenset({"document", "search_result"})
_OF_TEXTS = frozenset({"citations", "cache_control"})
_IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_SERVER_CALL = "srvtoolu_"
"""How the ids of calls begin that Anthropic's servers answer themselves."""


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
    """Whether an object is a request: with such messages or answer, or a system prompt beside."""
    if not isinstance(value, dict):
        return False
    _, request = _request_in(value)
    if has_some(request, "messages", is_message):
        return True
    is_request = has_some(request, "messages", has_role)
    if anthropic_answer_in(value) is not None:
        return is_request or "messages" not in request
    system = request.get("system")
    return (is_request and isinstance(system, (str, list)) and bool(system)) and not any(
        has_role(message) and message["role"] == "system" for message in request["messages"]
    )


def read(value: JSONValue) -> list[Conversation]:
    """One conversation, of messages or a request, with its answer."""
    if is_failure(value):
        return failure()
    builder = Builder()
    if isinstance(value, list):
        for message in objects(value):
            _say(builder, message)
        return [builder.finish()]
    key, request = _request_in(value)
    if request.get("system"):
        builder.say("system", read_parts(request["system"]))
    answer = anthropic_answer_in(value) or answer_in(value)
    messages = objects(request["messages"] if answer is None else request.get("messages", []))
    for message in messages:
        _say(builder, message)
    if answer is not None:
        value = answer.rest
        if not _is_said(messages, answer.message):
            _say(builder, answer.message)
    rest = without(value, "messages", "system")
    if key is not None:
        rest = {**without(value, key), key: without(request, "messages", "system")}
    return [builder.finish(rest)]


def _say(builder: Builder, message: Mapping[str, JSONValue]) -> None:
    if "tool_calls" in message:
        # OpenAI's: the answer of one that takes Anthropic's requests.
        say_loosely(builder, message)
        return
    metadata = without(message, "role", "content", "type")
    role = builder.role(message.get("role"))
    builder.say(role, read_blocks(message.get("content")), metadata=metadata)


def _request_in(value: dict[str, JSONValue]) -> tuple[str | None, dict[str, JSONValue]]:
    """The request, and the key under which logs and a batch's lines have it."""
    key = None if "messages" in value else wrapper_of(value)
    return key, value if key is None else value[key]


def _is_said(messages: list[dict[str, JSONValue]], answer: Mapping[str, JSONValue]) -> bool:
    """Whether an answer is the last of the messages already."""
    said = [(message.get("role"), message.get("content")) for message in messages[-1:]]
    return said == [(answer["role"], answer.get("content"))]


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


def write(messages: Iterable[Message | NewMessage], pending_result: str | None) -> dict[str, Any]:
    """A conversation as ``messages`` and ``system`` of a request; see `agentstore.formats`."""
    writing = Writing(
        "Anthropic's Messages",
        re.compile(r"[a-zA-Z0-9_-]{1,128}"),
        re.compile(r"[a-zA-Z0-9_-]{1,64}"),
        pending_result,
    )
    leading, turns = part_system(turns_of(messages, writing), writing)
    system = [block for turn in leading for block in _write_blocks(writing, turn)]
    forms: list[dict[str, Any]] = []
    for turn in turns:
        blocks = [*_write_thoughts(turn), *_write_blocks(writing, turn)]
        answers = []
        for call in turn.calls:
            blocks += _write_call(writing, turn, call)
            if call.reply is not None and not call.id.startswith(_SERVER_CALL):
                answers.append(_write_answer(writing, turn, call))
        # It refuses messages without blocks.
        forms += [{"role": turn.role, "content": blocks}] if blocks else []
        forms += [{"role": "user", "content": answers}] if answers else []
    return {**({"system": system} if system else {}), "messages": forms}


def _write_thoughts(turn: Turn) -> list[dict[str, Any]]:
    """The reasoning that it wants back; another provider's is not said again."""
    return [
        thought
        for thought in turn.thoughts
        if isinstance(thought, dict) and thought.get("type") in _THOUGHTS
    ]


def _write_blocks(writing: Writing, turn: Turn) -> list[dict[str, Any]]:
    written = (_write_block(writing, turn.place, turn.role, part) for part in turn.parts)
    return [block for block in written if block is not None]


def _write_block(
    writing: Writing, place: int, role: str, part: Mapping[str, JSONValue]
) -> dict[str, Any] | None:
    """A block; None of a blank text, which it refuses."""
    text = said_by(part)
    if text is not None:
        kept = {key: value for key, value in part.items() if key in _OF_TEXTS}
        return {"type": "text", "text": text, **kept} if text.strip() else None
    if role != "user":
        what = f"a part of type {str(part['type'])[:40]!r} in a message of role {role!r}"
        raise writing.refuse(place, what)
    if part["type"] in _AS_THEY_ARE:
        return dict(part)
    media = writing.media_of(place, part)
    is_known = media.mime_type in (_IMAGES if media.kind == "image" else {"application/pdf"})
    if media.data is not None and is_known:
        source = {"type": "base64", "media_type": media.mime_type, "data": media.data}
    elif media.url is not None:
        source = {"type": "url", "url": media.url}
    else:
        what = f"{media.kind} of type {media.mime_type or 'unknown'!r}"
        raise writing.refuse(place, what)
    if media.kind == "image":
        return {"type": "image", "source": source}
    title = {} if media.name is None else {"title": media.name}
    return {"type": "document", "source": source, **title}


def _write_call(writing: Writing, turn: Turn, call: TurnCall) -> list[dict[str, Any]]:
    block = {"id": call.id, "name": call.name, "input": writing.arguments(turn.place, call)}
    if not call.id.startswith(_SERVER_CALL):
        return [{"type": "tool_use", **block}]
    blocks: list[dict[str, Any]] = [{"type": "server_tool_use", **block}]
    if call.reply is not None:
        kind = f"{call.name}_tool_result"
        blocks.append({"type": kind, "tool_use_id": call.id, "content": call.reply.result})
    return blocks


def _write_answer(writing: Writing, turn: Turn, call: TurnCall) -> dict[str, Any]:
    assert call.reply is not None
    parts = result_parts(call.reply.result)
    content: Any = result_text(call.reply.result) if parts is None else []
    for part in parts or ():
        block = _write_block(writing, turn.place, "user", part)
        content += [] if block is None else [block]
    answer = {"type": "tool_result", "tool_use_id": call.id, "content": content}
    return {**answer, "is_error": True} if call.reply.failed else answer


FORM = Form("anthropic", "Anthropic Messages", is_whole, read, is_message)
