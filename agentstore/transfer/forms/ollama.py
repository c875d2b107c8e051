"""Ollama's chat: calls without ids, images beside the text."""

from __future__ import annotations

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.loose_messages import say_loosely


def is_message(value: JSONValue) -> bool:
    """Whether a value is a message as only Ollama has it."""
    if not has_role(value):
        return False
    if items_of(value, "images") or (value["role"] == "tool" and "tool_name" in value):
        return True
    return any(
        isinstance(call, dict)
        and "id" not in call
        and isinstance(call.get("function"), dict)
        and isinstance(call["function"].get("arguments"), dict)
        for call in items_of(value, "tool_calls")
    )


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a request with such messages."""
    return has_some(value, "messages", is_message)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation; the answer to a request goes with it."""
    builder = Builder()
    if isinstance(value, list):
        value = {"messages": value}
    for message in objects(value["messages"]):
        say_loosely(builder, message)
    answer = value.get("message")
    if has_role(answer):
        say_loosely(builder, answer)
    return [builder.finish(without(value, "messages", "message"), created_at=None)]


FORM = Form("ollama", "Ollama chat", is_whole, read, is_message)
