"""Haystack's ChatMessage, of version 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_some, items_of, objects
from agentstore.transfer.forms.parts import data_url, image_part, text_part, unknown_part
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought, Unknown

_KEYS = frozenset({"tool_call", "tool_call_result", "reasoning"})


def is_message(value: JSONValue) -> bool:
    """Whether a value is such a message, old or new."""
    fields = _fields(value)
    blocks = items_of(fields, "content")
    if not blocks or not all(isinstance(block, dict) and "type" not in block for block in blocks):
        return False
    return "meta" in fields or any(block.keys() & _KEYS for block in blocks)


def is_whole(value: JSONValue) -> bool:
    """Whether an object has such messages."""
    return has_some(value, "messages", is_message)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    messages = value if isinstance(value, list) else value["messages"]
    for message in objects(messages):
        fields = _fields(message)
        content = fields.get("content")
        blocks = content if isinstance(content, list) else [{"text": content}]
        pieces = (piece for block in blocks for piece in _read_block(block))
        metadata = without(fields, "role", "content")
        builder.say(builder.role(fields.get("role")), pieces, metadata=metadata)
    return [builder.finish({} if isinstance(value, list) else without(value, "messages"))]


def _fields(value: JSONValue) -> dict[str, JSONValue]:
    """A message's fields by the names of today."""
    if not isinstance(value, dict):
        return {}
    inner = value.get("init_parameters")
    fields = inner if isinstance(inner, dict) else value
    return {key.removeprefix("_"): item for key, item in fields.items()}


def _read_block(block: JSONValue) -> Iterator[Piece]:
    if not isinstance(block, dict):
        yield Unknown("content that is neither text nor parts")
        return
    call, answer, image = (block.get(key) for key in ("tool_call", "tool_call_result", "image"))
    if isinstance(block.get("text"), str):
        yield text_part(block["text"])
    elif isinstance(call, dict):
        yield Call(call.get("tool_name"), call.get("arguments"), call.get("id"))
    elif isinstance(answer, dict):
        yield _answer(answer)
    elif "reasoning" in block:
        yield Thought(block["reasoning"])
    elif isinstance(image, dict) and isinstance(image.get("base64_image"), str):
        yield image_part(data_url(image.get("mime_type"), image["base64_image"]))
    elif "text" not in block or block["text"] is not None:
        yield from unknown_part(block, next(iter(block), "empty"))


def _answer(answer: Mapping[str, JSONValue]) -> Answer:
    origin = answer.get("origin")
    origin = origin if isinstance(origin, dict) else {}
    failed = answer.get("error") is True
    result = answer.get("result")
    if isinstance(result, list):
        result = [
            {"type": "text", **item} if isinstance(item, dict) and "text" in item else item
            for item in result
        ]
    return Answer(result, origin.get("id"), origin.get("tool_name"), failed)


FORM = Form("haystack", "Haystack ChatMessage", is_whole, read, is_message)
