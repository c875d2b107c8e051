"""LlamaIndex's ChatMessage, and its chat store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.loose_messages import calls
from agentstore.transfer.forms.parts import (
    data_url,
    image_part,
    part_values,
    read_parts,
    text_part,
    unknown_part,
)
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought, Unknown
from agentstore.transfer.plain_form import text_of_parts

_OF_CALLS = ("tool_calls", "tool_call_id", "name")


def is_message(value: JSONValue) -> bool:
    """Whether a value is such a message."""
    if not has_role(value):
        return False
    blocks = items_of(value, "blocks")
    return "additional_kwargs" in value or any(
        isinstance(block, dict) and "block_type" in block for block in blocks
    )


def is_whole(value: JSONValue) -> bool:
    """Whether an object has such messages, or is a store of chats."""
    if any(has_some(value, key, is_message) for key in ("messages", "chat_history")):
        return True
    store = _store(value)
    return store is not None and any(has_some(store, key, is_message) for key in store)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation, or each of a store's chats."""
    store = _store(value)
    if store is not None:
        rest = without(value, "store", "chat_store", "class_name")
        return [
            _read_messages(messages, {**rest, "chat_store_key": key}, key)
            for key, messages in store.items()
        ]
    if isinstance(value, list):
        return [_read_messages(value, {}, None)]
    key = "messages" if "messages" in value else "chat_history"
    return [_read_messages(value[key], without(value, key), None)]


def _store(value: JSONValue) -> dict[str, JSONValue] | None:
    """The chats of a store, or of the memory that has one."""
    if isinstance(value, dict):
        inner = value.get("chat_store")
        store = (inner if isinstance(inner, dict) else value).get("store")
        return store if isinstance(store, dict) else None
    return None


def _read_messages(
    messages: JSONValue, metadata: dict[str, JSONValue], id_: str | None
) -> Conversation:
    builder = Builder()
    for message in objects(messages):
        role = builder.role(message.get("role"))
        more = message.get("additional_kwargs")
        more = more if isinstance(more, dict) else {}
        rest = without(message, "role", "blocks", "content", "additional_kwargs")
        kept = without(more, *_OF_CALLS)
        if kept:
            rest["additional_kwargs"] = kept
        builder.say(role, _pieces(role, message, more), metadata=rest)
    return builder.finish(metadata, id=id_)


def _pieces(
    role: str, message: Mapping[str, JSONValue], more: Mapping[str, JSONValue]
) -> Iterator[Piece]:
    blocks = items_of(message, "blocks")
    pieces = [piece for block in blocks for piece in _read_block(block)]
    if not blocks:
        pieces = list(read_parts(message.get("content")))
    if role == "tool":
        parts = part_values(pieces)
        text = text_of_parts(parts)
        yield Answer(text if text is not None else parts, more.get("tool_call_id"))
        return
    yield from pieces
    if not any(isinstance(piece, Call) for piece in pieces):
        yield from calls(more)


def _read_block(block: JSONValue) -> Iterator[Piece]:
    if not isinstance(block, dict):
        yield Unknown("content that is neither text nor parts")
        return
    kind = block.get("block_type")
    if kind == "text":
        if block.get("text"):
            yield text_part(str(block["text"]))
    elif kind == "tool_call":
        yield Call(block.get("tool_name"), block.get("tool_kwargs"), block.get("tool_call_id"))
    elif kind == "thinking":
        yield Thought(block)
    elif kind == "image" and isinstance(block.get("url"), str):
        yield image_part(block["url"])
    elif kind == "image" and isinstance(block.get("image"), str):
        yield image_part(data_url(block.get("image_mimetype"), block["image"]))
    else:
        yield from unknown_part(block, str(kind))


FORM = Form("llamaindex", "LlamaIndex ChatMessage", is_whole, read, is_message)
