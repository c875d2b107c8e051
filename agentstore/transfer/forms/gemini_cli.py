"""The sessions that Gemini CLI keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, objects
from agentstore.transfer.forms.gemini import read_content
from agentstore.transfer.forms.parts import part_values
from agentstore.transfer.forms.pieces import Answer, Call, Piece, Thought
from agentstore.transfer.plain_form import text_of_parts

_NOTICES = frozenset({"info", "error", "warning"})
_READ = ("type", "content", "timestamp", "toolCalls", "thoughts")


def is_line(value: JSONValue) -> bool:
    """Whether a value is a line of a session that is kept as lines."""
    if not isinstance(value, dict) or is_whole(value):
        return False
    if value.get("type") in {"user", "gemini"} | _NOTICES:
        return "timestamp" in value and "content" in value
    return {"sessionId", "projectHash"} <= value.keys() and "messages" not in value


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a session."""
    if not isinstance(value, dict) or "sessionId" not in value:
        return False
    return any(
        isinstance(message, dict) and message.get("type") in {"user", "gemini"}
        for message in items_of(value, "messages")
    )


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    if isinstance(value, dict):
        session, messages = value, objects(value["messages"])
    else:
        lines = objects(value, "lines")
        session = next((line for line in lines if "projectHash" in line), {})
        messages = [line for line in lines if "projectHash" not in line and "$set" not in line]
    builder = Builder()
    for message in messages:
        kind = message.get("type")
        if kind in _NOTICES:
            builder.pass_over(f"message of type {kind!r}")
            continue
        metadata = without(message, *_READ)
        at = message.get("timestamp")
        builder.say(builder.role(kind), _pieces(message), metadata=metadata, at=at)
    rest = without(session, "messages", "startTime")
    return [builder.finish(rest, id=session.get("sessionId"), created_at=session.get("startTime"))]


def _pieces(message: Mapping[str, JSONValue]) -> Iterator[Piece]:
    for thought in items_of(message, "thoughts"):
        yield Thought(thought)
    if message.get("content"):
        yield from read_content(message["content"])
    calls = [call for call in items_of(message, "toolCalls") if isinstance(call, dict)]
    for call in calls:
        yield Call(call.get("name"), call.get("args"), call.get("id"))
    for call in calls:
        if "result" in call:
            yield Answer(
                _result(call["result"]), call.get("id"), failed=call.get("status") == "error"
            )


def _result(result: JSONValue) -> JSONValue:
    pieces = list(read_content(result)) if isinstance(result, (list, dict)) else []
    answers = [piece.result for piece in pieces if isinstance(piece, Answer)]
    if answers:
        return answers[0]
    parts = part_values(pieces)
    text = text_of_parts(parts)
    return (text or parts) if parts else result


FORM = Form("gemini-cli", "Gemini CLI session", is_whole, read, is_line)
