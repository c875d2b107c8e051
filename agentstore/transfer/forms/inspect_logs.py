"""The logs of Inspect: the samples of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.loose_messages import calls, say_loosely
from agentstore.transfer.forms.parts import read_part
from agentstore.transfer.forms.pieces import Piece, Thought

_OF_SAMPLE = ("messages", "events", "attachments", "store", "input")
_ATTACHMENT = "attachment://"


def is_message(value: JSONValue) -> bool:
    """Whether a value is a message of a sample."""
    if not has_role(value):
        return False
    return any(
        isinstance(call, dict)
        and isinstance(call.get("function"), str)
        and isinstance(call.get("arguments"), dict)
        for call in items_of(value, "tool_calls")
    )


def is_sample(value: JSONValue) -> bool:
    """Whether an object is a sample."""
    if not has_some(value, "messages", has_role):
        return False
    return has_some(value, "messages", is_message) or {"target", "epoch"} <= value.keys()


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a sample, or a log with samples."""
    return is_sample(value) or (
        has_some(value, "samples", is_sample) and isinstance(value.get("eval"), dict)
    )


def read(value: JSONValue) -> list[Conversation]:
    """A conversation for each sample."""
    if isinstance(value, list):
        return [_read_sample({"messages": value})]
    if isinstance(value.get("samples"), list):
        return [_read_sample(sample) for sample in objects(value["samples"], "samples")]
    return [_read_sample(value)]


def _read_sample(sample: dict[str, JSONValue]) -> Conversation:
    builder = Builder()
    messages, attachments = sample.get("messages"), sample.get("attachments")
    if isinstance(attachments, dict) and attachments:
        messages = _attached(messages, attachments)
    for message in objects(messages):
        content = message.get("content")
        if message.get("role") != "assistant" or not isinstance(content, list):
            say_loosely(builder, message)
            continue
        pieces: list[Piece] = []
        for part in content:
            if isinstance(part, dict) and part.get("type") == "reasoning":
                pieces.append(Thought(part))
            else:
                pieces.extend(read_part(part))
        metadata = without(message, "role", "content", "tool_calls")
        builder.say("assistant", [*pieces, *calls(message)], metadata=metadata)
    rest = without(sample, *_OF_SAMPLE)
    uuid = sample.get("uuid")
    return builder.finish(rest, id=uuid, created_at=sample.get("started_at"))


def _attached(value: JSONValue, attachments: Mapping[str, JSONValue]) -> JSONValue:
    """A value with what its links lead to: long texts and images stand in a sample once."""
    if isinstance(value, str) and value.startswith(_ATTACHMENT):
        return attachments.get(value.removeprefix(_ATTACHMENT), value)
    if isinstance(value, list):
        return [_attached(item, attachments) for item in value]
    if isinstance(value, dict):
        return {key: _attached(item, attachments) for key, item in value.items()}
    return value


FORM = Form("inspect", "Inspect log", is_whole, read, is_message)
