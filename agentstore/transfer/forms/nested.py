"""Messages inside a record of another form, whoever's they are."""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.records import JSONValue
from agentstore.transfer.forms import anthropic, bedrock, gemini, langchain, responses, vercel
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import has_role, items_of, objects
from agentstore.transfer.forms.gemini import read_content
from agentstore.transfer.forms.loose_messages import say_loosely
from agentstore.transfer.forms.parts import read_parts
from agentstore.transfer.json_text import compact

_KEYS = ("messages", "message", "input", "output", "contents", "choices")
_BLOCKS = (
    (anthropic.is_message, anthropic.read_block),
    (bedrock.is_message, bedrock.read_block),
    (vercel.is_model_message, vercel.read_block),
)


def messages_in(value: JSONValue) -> list[JSONValue] | None:
    """The messages of a record's input or output; None where there are none."""
    if _is_message(value):
        return [value]
    if isinstance(value, dict):
        inside = (messages_in(value[key]) for key in _KEYS if key in value)
        return next((found for found in inside if found is not None), None)
    if not isinstance(value, list) or not value:
        return None
    if all(map(_is_message, value)):
        return value
    # A batch of one.
    return messages_in(value[0]) if len(value) == 1 else None


def _is_message(value: JSONValue) -> bool:
    return has_role(value) or langchain.is_message(value) or responses.is_item(value)


def say_nested(builder: Builder, messages: JSONValue) -> None:
    """Add messages, each by its own form."""
    for message in objects(messages):
        _say(builder, message)


def say_value(builder: Builder, role: str, value: JSONValue) -> None:
    """Add an input or output that has no messages, but text or an object."""
    if value is None or value == "":
        return
    if isinstance(value, dict):
        texts = [item for item in value.values() if isinstance(item, str)]
        if len(texts) == 1 == len(value):
            value = texts[0]
        else:
            builder.remark(f"{role}'s object that has no messages: kept as JSON")
    text = value if isinstance(value, str) else compact(value)
    builder.say(builder.role(role), read_parts(text))


def _say(builder: Builder, message: Mapping[str, JSONValue]) -> None:
    if langchain.is_message(message) and not has_role(message):
        langchain.say_messages(builder, [message])
    elif responses.is_item(message):
        responses.say_item(builder, message)
    elif gemini.is_content(message):
        builder.say(builder.role(message.get("role")), read_content(dict(message)))
    else:
        _say_blocks(builder, message)


def _say_blocks(builder: Builder, message: Mapping[str, JSONValue]) -> None:
    for is_message, read_block in _BLOCKS:
        if is_message(message):
            metadata = without(message, "role", "content", "type")
            blocks = items_of(message, "content")
            pieces = [piece for block in blocks for piece in read_block(block)]
            builder.say(builder.role(message.get("role")), pieces, metadata=metadata)
            return
    say_loosely(builder, message)
