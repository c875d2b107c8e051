"""Vercel's AI SDK: the messages of its UI and those for models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.parts import image_part, image_url, read_part, read_parts, text_part
from agentstore.transfer.forms.pieces import Answer, Break, Call, Part, Piece, Thought

_ANSWERED = frozenset({"output-available", "result"})
_ARGUMENTS = ("input", "args", "rawInput")
_MODEL_PARTS = frozenset({"tool-call", "tool-result"})
_SOURCES = frozenset({"source-url", "source-document", "source"})


_ONLY_HERE = ("toolInvocations", "experimental_attachments")
_READ = ("role", "content", "parts", "createdAt", *_ONLY_HERE)


def is_ui_message(value: JSONValue) -> bool:
    """Whether a value is a message of the UI: with parts that have types."""
    if not has_role(value):
        return False
    parts = items_of(value, "parts")
    has_parts = bool(parts) and all(isinstance(part, dict) and "type" in part for part in parts)
    return has_parts or any(items_of(value, key) for key in _ONLY_HERE)


def is_model_message(value: JSONValue) -> bool:
    """Whether a value is a message for models that only this SDK has."""
    return has_role(value) and any(
        isinstance(part, dict) and part.get("type") in _MODEL_PARTS
        for part in items_of(value, "content")
    )


def is_ui_whole(value: JSONValue) -> bool:
    """Whether an object has messages of the UI."""
    return has_some(value, "messages", is_ui_message)


def is_model_whole(value: JSONValue) -> bool:
    """Whether an object has messages for models."""
    return has_some(value, "messages", is_model_message)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    messages = value if isinstance(value, list) else value["messages"]
    rest = {} if isinstance(value, list) else without(value, "messages", "system", "createdAt")
    if isinstance(value, dict) and isinstance(value.get("system"), str):
        builder.say("system", read_parts(value["system"]))
    for message in objects(messages):
        metadata = without(message, *_READ)
        own = message.get("metadata")
        at = message.get("createdAt") or (own.get("createdAt") if isinstance(own, dict) else None)
        role = builder.role(message.get("role"))
        builder.say(role, _pieces(message), metadata=metadata, at=at)
    if isinstance(value, list):
        return [builder.finish(rest)]
    return [builder.finish(rest, id=value.get("id"), created_at=value.get("createdAt"))]


def _pieces(message: Mapping[str, JSONValue]) -> Iterator[Piece]:
    parts = items_of(message, "parts")
    if parts:
        for part in parts:
            yield from read_block(part)
    else:
        yield from _content(message)
    shown = [part.get("url") for part in parts if isinstance(part, dict)]
    for attachment in items_of(message, "experimental_attachments"):
        if isinstance(attachment, dict) and attachment.get("url") not in shown:
            yield from read_block(_file(attachment))


def _content(message: Mapping[str, JSONValue]) -> Iterator[Piece]:
    for invocation in items_of(message, "toolInvocations"):
        if isinstance(invocation, dict):
            yield from _invocation(str(invocation.get("toolName", "")), invocation)
    content = message.get("content")
    if isinstance(content, list):
        for part in content:
            yield from read_block(part)
    else:
        yield from read_parts(content)


def _file(attachment: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """An attachment as the part of a file that it became."""
    names = {"contentType": "mediaType", "name": "filename"}
    return {"type": "file", **{names.get(key, key): item for key, item in attachment.items()}}


def read_block(part: JSONValue) -> Iterator[Piece]:
    """One part of a message, of the UI or for models."""
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(part, dict) or not isinstance(kind, str):
        yield from read_part(part)
    elif kind == "step-start":
        yield Break()
    elif kind == "text":
        yield text_part(str(part.get("text", "")))
    elif kind == "reasoning":
        yield Thought(part)
    elif kind == "tool-call":
        arguments = part.get("input", part.get("args"))
        yield Call(part.get("toolName"), arguments, part.get("toolCallId"))
    elif kind == "tool-result":
        result, failed = _output(part.get("output", part.get("result")))
        failed = failed or part.get("isError") is True
        yield Answer(result, part.get("toolCallId"), part.get("toolName"), failed)
    elif kind == "tool-invocation" and isinstance(part.get("toolInvocation"), dict):
        invocation = part["toolInvocation"]
        yield from _invocation(str(invocation.get("toolName", "")), invocation)
    elif kind == "dynamic-tool":
        yield from _invocation(str(part.get("toolName", "")), part)
    elif kind.startswith("tool-"):
        yield from _invocation(kind.removeprefix("tool-"), part)
    elif kind == "file" and _is_image(part) and isinstance(_link(part), str):
        yield image_part(image_url(_link(part), _mime_type(part)))
    elif kind in {"file", *_SOURCES} or kind.startswith("data-"):
        yield Part(part)
    else:
        yield from read_part(part)


def _invocation(name: str, part: Mapping[str, JSONValue]) -> Iterator[Piece]:
    """A call of a tool, and its answer where it has one."""
    call_id = part.get("toolCallId")
    arguments = next((part[key] for key in _ARGUMENTS if part.get(key) is not None), None)
    yield Call(name, arguments, call_id)
    state = part.get("state")
    if state == "output-denied":
        approval = part.get("approval")
        reason = approval.get("reason") if isinstance(approval, dict) else None
        yield Answer(part.get("errorText", reason), call_id, failed=True)
    elif state == "output-error":
        yield Answer(part.get("errorText"), call_id, failed=True)
    elif state in _ANSWERED:
        yield Answer(part.get("output", part.get("result")), call_id)


def _output(output: JSONValue) -> tuple[JSONValue, bool]:
    """What a tool gave back, out of the object that says of which kind it is."""
    if not isinstance(output, dict) or not isinstance(output.get("type"), str):
        return output, False
    if output["type"] == "execution-denied":
        return output.get("reason") or output, True
    if "value" in output:
        return output["value"], output["type"].startswith("error")
    return output, False


def _is_image(part: Mapping[str, JSONValue]) -> bool:
    return str(_mime_type(part)).startswith("image/")


def _mime_type(part: Mapping[str, JSONValue]) -> JSONValue:
    return part.get("mediaType", part.get("mimeType"))


def _link(part: Mapping[str, JSONValue]) -> JSONValue:
    """Where a file is, or itself."""
    return part.get("url", part.get("data"))


UI_FORM = Form("vercel-ui", "Vercel AI SDK UI messages", is_ui_whole, read, is_ui_message)
MODEL_FORM = Form(
    "vercel-model", "Vercel AI SDK model messages", is_model_whole, read, is_model_message
)
