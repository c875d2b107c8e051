"""Semantic Kernel's ChatHistory, of Python and of .NET."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_some, items_of, objects
from agentstore.transfer.forms.parts import image_part, read_parts, text_part, unknown_part
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought, Unknown

_KINDS = {
    "TextContent": "text",
    "FunctionCallContent": "function_call",
    "FunctionResultContent": "function_result",
    "ImageContent": "image",
    "ReasoningContent": "reasoning",
}
""".NET's words for what Python has in small letters."""


def is_message(value: JSONValue) -> bool:
    """Whether a value is such a message."""
    if not isinstance(value, dict):
        return False
    role = value.get("Role")
    if isinstance(role, dict) and "Label" in role:
        return True
    if value.get("content_type") == "message":
        return True
    return "role" in value and any(
        isinstance(item, dict) and "content_type" in item for item in items_of(value, "items")
    )


def is_whole(value: JSONValue) -> bool:
    """Whether an object has such messages."""
    return has_some(value, "messages", is_message) or has_some(value, "Messages", is_message)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    rest: dict[str, JSONValue] = {}
    messages = value
    if isinstance(value, dict):
        messages = value["messages"] if "messages" in value else value["Messages"]
        rest = without(value, "messages", "Messages")
    for message in objects(messages):
        role = message.get("role", message.get("Role"))
        word = role.get("Label") if isinstance(role, dict) else role
        metadata = without(
            message, "role", "Role", "items", "Items", "content", "content_type", "encoding"
        )
        builder.say(builder.role(word), _pieces(message), metadata=metadata)
    return [builder.finish(rest)]


def _pieces(message: Mapping[str, JSONValue]) -> Iterator[Piece]:
    items = items_of(message, "items") or items_of(message, "Items")
    if not items:
        yield from read_parts(message.get("content", message.get("Content")))
    for item in items:
        yield from _read_item(item)


def _read_item(item: JSONValue) -> Iterator[Piece]:
    if not isinstance(item, dict):
        yield Unknown("content that is neither text nor parts")
        return
    word = item.get("content_type", item.get("$type"))
    kind = _KINDS.get(str(word), word)
    field = {key.lower(): value for key, value in item.items()}
    if kind == "text" and isinstance(field.get("text"), str):
        yield text_part(field["text"])
    elif kind == "function_call":
        yield Call(_name(field), field.get("arguments"), field.get("id"))
    elif kind == "function_result":
        call_id = field.get("callid", field.get("call_id")) or field.get("id")
        yield Answer(field.get("result"), call_id, _name(field))
    elif kind == "reasoning":
        yield Thought(item)
    elif kind == "image" and isinstance(field.get("data_uri") or field.get("uri"), str):
        yield image_part(field.get("data_uri") or field["uri"])
    else:
        yield from unknown_part(item, str(kind))


def _name(field: Mapping[str, JSONValue]) -> JSONValue:
    """A function's name, with its plug-in's as the models see it."""
    if field.get("name"):
        return field["name"]
    function = field.get("function_name", field.get("functionname"))
    plugin = field.get("plugin_name", field.get("pluginname"))
    return f"{plugin}-{function}" if plugin and function else function


FORM = Form("semantic-kernel", "Semantic Kernel ChatHistory", is_whole, read, is_message)
