"""Gemini's contents: requests, histories, what AI Studio keeps."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agentstore.records import JSONValue, Message, NewMessage
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.parts import (
    data_url,
    image_part,
    part_values,
    text_part,
    unknown_part,
)
from agentstore.transfer.forms.pieces import Answer, Call, Part, Piece, Thought, Unknown
from agentstore.transfer.forms.turns import (
    Reply,
    Turn,
    Writing,
    part_system,
    result_parts,
    result_text,
    said_by,
    turns_of,
)

_LISTS = ("contents", "history", "messages")
_NAMES = {
    "function_call": "functionCall",
    "function_response": "functionResponse",
    "inline_data": "inlineData",
    "file_data": "fileData",
    "thought_signature": "thoughtSignature",
    "executable_code": "executableCode",
    "code_execution_result": "codeExecutionResult",
}
"""Python's spelling of the keys of parts, and the API's."""

_SIGNATURE = "thoughtSignature"
_AS_THEY_ARE = frozenset({"inlineData", "fileData", "executableCode", "codeExecutionResult"})


def is_content(value: JSONValue) -> bool:
    """Whether a value is a content: parts that have no type, or are texts of somebody's."""
    parts = value.get("parts") if isinstance(value, dict) else None
    if isinstance(parts, str):
        return has_role(value)
    if not isinstance(parts, list) or not parts:
        return False
    return all(
        "type" not in part if isinstance(part, dict) else isinstance(part, str) and has_role(value)
        for part in parts
    )


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
    keys = (key for key in _LISTS if has_some(value, key, is_content))
    key = next(keys, "contents")
    _say_contents(builder, value[key])
    rest = without(value, key, "systemInstruction", "system_instruction")
    return [builder.finish(rest)]


def read_request(value: tuple[JSONValue, JSONValue]) -> list[Conversation]:
    """The conversation of contents and the system instruction before them."""
    contents, system = value
    builder = Builder()
    if system:
        builder.say("system", read_content(system))
    _say_contents(builder, contents)
    return [builder.finish()]


def read_content(content: JSONValue) -> Iterator[Piece]:
    """The parts of a content, or of a list of them."""
    if isinstance(content, str):
        yield text_part(content)
        return
    parts = content
    if isinstance(content, dict):
        parts = content.get("parts", [] if content.keys() == {"role"} else [content])
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
    call, response, data, file = (
        part.get(key) for key in ("functionCall", "functionResponse", "inlineData", "fileData")
    )
    if isinstance(call, dict):
        signature = without(part, "functionCall")
        if signature:
            yield Thought(signature)
        yield Call(call.get("name"), call.get("args"), call.get("id"))
    elif isinstance(response, dict):
        yield _answer(response)
    elif part.get("thought") is True:
        yield Thought(part)
    elif isinstance(part.get("text"), str):
        if part["text"]:
            yield Part({"type": "text", "text": part["text"], **_signature(part)})
    elif isinstance(data, dict) and str(_mime_type(data)).startswith("image/"):
        yield image_part(data_url(_mime_type(data), str(data.get("data", ""))))
    elif isinstance(file, dict) and str(_mime_type(file)).startswith("image/") and _link(file):
        yield image_part(_link(file))
    else:
        yield from unknown_part(part, next(iter(part), "empty"))


def _answer(response: Mapping[str, JSONValue]) -> Answer:
    """A tool's answer, which its API wants as an object, with data beside it as parts."""
    result, name, call_id = response.get("response"), response.get("name"), response.get("id")
    failed = False
    if isinstance(result, dict) and len(result) == 1 and result.keys() <= {"output", "error"}:
        [(key, result)] = result.items()
        failed = key == "error"
    parts = part_values(read_content(items_of(response, "parts")))
    return Answer(with_parts(result, parts), call_id, name, failed)


def with_parts(result: JSONValue, parts: list[dict[str, JSONValue]]) -> JSONValue:
    """A tool's result, and what it answered beside it."""
    if not parts:
        return result
    own = result_parts(result)
    if own is None:
        own = [] if result in (None, "", {}) else [{"type": "text", "text": result_text(result)}]
    return [*own, *parts]


def _signature(part: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    return {_SIGNATURE: part[_SIGNATURE]} if part.get(_SIGNATURE) else {}


def _say_contents(builder: Builder, contents: JSONValue) -> None:
    for content in objects(contents, "contents"):
        metadata = without(content, "role", "parts")
        role = builder.role(content.get("role", "user"))
        builder.say(role, read_content(content), metadata=metadata)


def _say_chunks(builder: Builder, prompt: JSONValue) -> None:
    for chunk in objects(prompt["chunks"], "chunks"):
        metadata = without(chunk, "role", "text", "isThought", "parts", "createTime")
        pieces: list[Piece] = []
        if chunk.get("isThought") is True:
            pieces = [Thought({"thought": True, "text": chunk.get("text")})]
        elif isinstance(chunk.get("text"), str):
            pieces = [text_part(chunk["text"])]
        else:
            pieces = list(read_part(without(chunk, "role", "tokenCount", "createTime")))
        at = chunk.get("createTime")
        builder.say(builder.role(chunk.get("role")), pieces, metadata=metadata, at=at)


def _link(file: Mapping[str, JSONValue]) -> str:
    """The URL of a file that everybody can read; '' for one of Google's own."""
    uri = file.get("fileUri", file.get("file_uri"))
    return uri if isinstance(uri, str) and uri.startswith(("http:", "https:")) else ""


def _mime_type(data: JSONValue) -> JSONValue:
    return data.get("mimeType", data.get("mime_type"))


def write(messages: Iterable[Message | NewMessage], pending_result: str | None) -> dict[str, Any]:
    """A conversation as contents and ``system_instruction``; see `agentstore.formats`."""
    writing = Writing(
        "Gemini's contents",
        re.compile(r"[a-zA-Z0-9_.:-]{1,128}"),
        re.compile(r".+", re.DOTALL),
        pending_result,
    )
    leading, turns = part_system(turns_of(messages, writing), writing)
    system = [part for turn in leading for part in _write_parts(writing, turn)]
    contents: list[dict[str, Any]] = []
    for turn in turns:
        parts = _write_parts(writing, turn)
        if turn.role == "assistant":
            parts = [*_thoughts(turn, is_said=True), *parts, *_write_calls(writing, turn)]
        answers = [
            _write_answer(
                writing, turn, call.name, call.id if call.has_own_id else None, call.reply
            )
            for call in turn.calls
            if call.reply is not None
        ]
        # It refuses contents without parts.
        role = "model" if turn.role == "assistant" else "user"
        contents += [{"role": role, "parts": parts}] if parts else []
        contents += [{"role": "user", "parts": answers}] if answers else []
    return {**({"system_instruction": {"parts": system}} if system else {}), "contents": contents}


def _thoughts(turn: Turn, *, is_said: bool) -> list[dict[str, Any]]:
    """The thoughts that Gemini told, or the signatures of those before the calls."""
    return [
        thought
        for thought in turn.thoughts
        if isinstance(thought, dict)
        and (thought.get("thought") is True if is_said else thought.keys() == {_SIGNATURE})
    ]


def _write_parts(writing: Writing, turn: Turn) -> list[dict[str, Any]]:
    return [
        written
        for part in turn.parts
        for written in [_write_part(writing, turn.place, part)]
        if written != {"text": ""}
    ]


def _write_part(writing: Writing, place: int, part: Mapping[str, JSONValue]) -> dict[str, Any]:
    text = said_by(part)
    if text is not None:
        return {"text": text, **_signature(part)}
    if part["type"] in _AS_THEY_ARE:
        return {key: value for key, value in part.items() if key != "type"}
    media = writing.media_of(place, part)
    if media.data is not None:
        return {"inlineData": {"mimeType": media.mime_type, "data": media.data}}
    if media.url is None:
        raise writing.refuse(place, "a file by another provider's id")
    mime_type = media.mime_type or mimetypes.guess_type(media.url)[0]
    known = {} if mime_type is None else {"mimeType": mime_type}
    return {"fileData": {"fileUri": media.url, **known}}


def _write_calls(writing: Writing, turn: Turn) -> list[dict[str, Any]]:
    signatures = iter(_thoughts(turn, is_said=False))
    written = []
    for call in turn.calls:
        own_id = {"id": call.id} if call.has_own_id else {}
        details = {**own_id, "name": call.name, "args": writing.arguments(turn.place, call)}
        written.append({"functionCall": details, **next(signatures, {})})
    return written


def _write_answer(
    writing: Writing, turn: Turn, name: str, call_id: str | None, reply: Reply
) -> dict[str, Any]:
    for part in result_parts(reply.result) or ():
        if said_by(part) is None:
            what = f"a tool's result with a part of type {str(part['type'])[:40]!r}"
            raise writing.refuse(turn.place, what)
    result = reply.result if result_parts(reply.result) is None else result_text(reply.result)
    if reply.failed:
        response = {"error": result}
    elif isinstance(result, dict) and not result.keys() & {"output", "error"}:
        response = result
    else:
        response = {"output": result}
    own_id = {} if call_id is None else {"id": call_id}
    return {"functionResponse": {**own_id, "name": name, "response": response}}


FORM = Form("gemini", "Gemini contents", is_whole, read, is_content)
