"""Gemini's contents: requests, histories, what AI Studio keeps."""

from __future__ import annotations

from collections.abc import Iterator

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_some, items_of, objects
from agentstore.transfer.forms.parts import data_url, image_part, text_part, unknown_part
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought, Unknown

_LISTS = ("contents", "history", "messages")
_NAMES = {
    "function_call": "functionCall",
    "function_response": "functionResponse",
    "inline_data": "inlineData",
    "file_data": "fileData",
}
"""Python's spelling of the keys of parts, and the API's."""


def is_content(value: JSONValue) -> bool:
    """Whether a value is a content: a list of parts that have no type."""
    parts = items_of(value, "parts")
    return bool(parts) and all(isinstance(part, dict) and "type" not in part for part in parts)


def is_whole(value: JSONValue) -> bool:
    """Whether an object has contents."""
    if any(has_some(value, key, is_content) for key in _LISTS):
        return True
    return isinstance(value, dict) and bool(items_of(value.get("chunkedPrompt"), "chunks"))


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    if isinstance(value, list):
        _say_contents(builder, value)
        return [builder.finish()]
    system = value.get("systemInstruction", value.get("system_instruction"))
    if system:
        builder.say("system", read_content(system))
    if "chunkedPrompt" in value:
        _say_chunks(builder, value["chunkedPrompt"])
        return [builder.finish(without(value, "chunkedPrompt", "systemInstruction"))]
    key = next(key for key in _LISTS if has_some(value, key, is_content))
    _say_contents(builder, value[key])
    rest = without(value, key, "systemInstruction", "system_instruction")
    return [builder.finish(rest)]


def read_content(content: JSONValue) -> Iterator[Piece]:
    """The parts of a content, or of a list of them."""
    if isinstance(content, str):
        yield text_part(content)
        return
    parts = content.get("parts", [content]) if isinstance(content, dict) else content
    for part in parts if isinstance(parts, list) else [parts]:
        yield from read_part(part)


def read_part(part: JSONValue) -> Iterator[Piece]:
    """A part: a text, a call, a response, data."""
    if isinstance(part, str):
        yield text_part(part)
        return
    if not isinstance(part, dict):
        yield Unknown("content that is neither text nor parts")
        return
    part = {_NAMES.get(key, key): value for key, value in part.items()}
    call, response, data = (
        part.get(key) for key in ("functionCall", "functionResponse", "inlineData")
    )
    if isinstance(call, dict):
        signature = without(part, "functionCall")
        if signature:
            yield Thought(signature)
        yield Call(call.get("name"), call.get("args"), call.get("id"))
    elif isinstance(response, dict):
        yield Answer(response.get("response"), response.get("id"), response.get("name"))
    elif part.get("thought") is True:
        yield Thought(part)
    elif isinstance(part.get("text"), str):
        if part["text"]:
            yield text_part(part["text"])
    elif isinstance(data, dict) and str(_mime_type(data)).startswith("image/"):
        yield image_part(data_url(_mime_type(data), str(data.get("data", ""))))
    else:
        yield from unknown_part(part, next(iter(part), "empty"))


def _say_contents(builder: Builder, contents: JSONValue) -> None:
    for content in objects(contents, "contents"):
        metadata = without(content, "role", "parts")
        role = builder.role(content.get("role", "user"))
        builder.say(role, read_content(content), metadata=metadata)


def _say_chunks(builder: Builder, prompt: JSONValue) -> None:
    for chunk in objects(prompt["chunks"], "chunks"):
        metadata = without(chunk, "role", "text", "isThought", "parts")
        pieces: list[Piece] = []
        if chunk.get("isThought") is True:
            pieces = [Thought({"thought": True, "text": chunk.get("text")})]
        elif isinstance(chunk.get("text"), str):
            pieces = [text_part(chunk["text"])]
        else:
            pieces = list(read_part(without(chunk, "role", "tokenCount", "createTime")))
        builder.say(builder.role(chunk.get("role")), pieces, metadata=metadata)


def _mime_type(data: JSONValue) -> JSONValue:
    return data.get("mimeType", data.get("mime_type"))


FORM = Form("gemini", "Gemini contents", is_whole, read, is_content)
