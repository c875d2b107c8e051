"""Messages much like OpenAI's, as many programs write them, each with its names for the calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.parts import data_url, image_part, read_parts
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought, Unknown

_READ = ("role", "content", "tool_calls", "images", "thinking", "reasoning_content")
_OF_ANSWERS = ("tool_call_id", "tool_call_ids", "tool_name", "is_error", "status")
_TIMES = ("timestamp", "created_at", "createdAt")


def say_loosely(builder: Builder, form: Mapping[str, JSONValue], *aside: str) -> None:
    """Add a message.

    Args:
        builder: the conversation.
        form: the message.
        aside: keys of it that are not to be kept.
    """
    role = builder.role(form.get("role"))
    time_key = next((key for key in _TIMES if form.get(key)), None)
    at = None if time_key is None else form[time_key]
    read = [*_READ, *aside, *([time_key] if time_key is not None else [])]
    if role == "tool":
        metadata = without(form, *read, *_OF_ANSWERS, "id", "name")
        if isinstance(form.get("error"), bool):
            metadata.pop("error", None)
        builder.say(role, [_answer(form)], metadata=metadata, at=at)
        return
    pieces = [*thoughts(form), *read_parts(form.get("content")), *_images(form), *calls(form)]
    builder.say(role, pieces, metadata=without(form, *read), at=at)


def calls(form: Mapping[str, JSONValue]) -> Iterator[Piece]:
    """The calls of a message."""
    found = form.get("tool_calls")
    for call in found if isinstance(found, list) else ():
        yield read_call(call)


def read_call(call: JSONValue) -> Piece:
    """A call: its function is an object or a name, or its fields are the call's own."""
    if not isinstance(call, dict):
        return Unknown("call that names no tool: passed over")
    function = call.get("function")
    details = function if isinstance(function, dict) else call
    name = function if isinstance(function, str) else details.get("name")
    keys = ("arguments", "args", "input", "parameters")
    arguments = next((details[key] for key in keys if key in details), None)
    return Call(name, arguments, call.get("id"))


def thoughts(form: Mapping[str, JSONValue]) -> Iterator[Piece]:
    """A message's reasoning."""
    for key in ("thinking", "reasoning_content"):
        if form.get(key):
            yield Thought({"type": key, key: form[key]})


def _answer(form: Mapping[str, JSONValue]) -> Answer:
    ids = form.get("tool_call_ids")
    call_id = form.get("tool_call_id") or (ids[0] if isinstance(ids, list) and ids else None)
    name = form.get("tool_name") or form.get("name") or form.get("function")
    failed = bool(form.get("error") or form.get("is_error") or form.get("status") == "error")
    result = form.get("content")
    if result in (None, "", []):
        result = _reason(form.get("error")) or result
    return Answer(result, call_id or form.get("id"), name, failed)


def _reason(error: JSONValue) -> JSONValue:
    """What an error says: its message where it has one; nothing where it is only a mark."""
    if isinstance(error, dict):
        return error.get("message") or error
    return None if isinstance(error, bool) else error


def _images(form: Mapping[str, JSONValue]) -> Iterator[Piece]:
    images = form.get("images")
    for image in images if isinstance(images, list) else ():
        if isinstance(image, str):
            yield image_part(image if ":" in image[:10] else data_url(None, image))
