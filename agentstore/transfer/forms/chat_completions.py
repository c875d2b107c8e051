"""OpenAI's chat-completions form, and the files that hold it: requests, batches, training data.

It is the one form that comes out of ``export`` as it went in: ``openai_form`` has the mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from agentstore.records import JSONValue, Message, NewMessage
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.form_remarks import OUR_KEYS
from agentstore.transfer.forms.form import Form, has_role
from agentstore.transfer.forms.media import Media, sound_format
from agentstore.transfer.forms.requests import (
    answer_in,
    anthropic_answer_in,
    choices_in,
    failure,
    is_failure,
    wrapper_of,
)
from agentstore.transfer.forms.turns import (
    Turn,
    TurnCall,
    Writing,
    arguments_text,
    result_parts,
    result_text,
    said_by,
    turns_of,
)
from agentstore.transfer.json_text import parse, same
from agentstore.transfer.openai_form import read_conversation
from agentstore.transfer.plain_form import respelled

_PLAIN_KEYS = frozenset(
    {
        *("role", "content", "name", "tool_calls", "tool_call_id", "function_call", "weight"),
        *("refusal", "annotations", "audio"),
    }
)


def read(value: JSONValue) -> list[Conversation]:
    """A list of messages, or an object that has them in one of the places for them."""
    if is_failure(value):
        return failure()
    return [read_conversation(with_messages(value) if isinstance(value, dict) else value)]


def with_messages(value: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """The object, with its messages and their answer under ``messages`` wherever they were."""
    if "messages" in value:
        return _with_answer(_parsed(value))
    if "traj" in value:
        return value
    key = wrapper_of(value)
    if key is not None:
        return _with_answer(_of_request(value, key))
    if _is_completed_prompt(value):
        return _of_prompt(value)
    choices = choices_in(value)
    return value if choices is None else {**value, "messages": [choices[0]["message"]]}


def is_whole(value: JSONValue) -> bool:
    """Whether an object has messages somewhere."""
    if not isinstance(value, dict):
        return False
    if is_failure(value):
        return True
    found = with_messages(value)
    return isinstance(found.get("messages", found.get("traj")), list)


def is_plain(value: JSONValue) -> bool:
    """Whether a value is surely of this form: there is no need to ask the others."""
    messages = value.get("messages", value.get("traj")) if isinstance(value, dict) else value
    if not isinstance(messages, list):
        return False
    if any(isinstance(message, dict) and not OUR_KEYS.isdisjoint(message) for message in messages):
        return True
    if isinstance(value, dict) and ("system" in value or anthropic_answer_in(value) is not None):
        return False
    return all(
        isinstance(message, dict)
        and message.keys() <= _PLAIN_KEYS
        and "role" in message
        and isinstance(message.get("content"), (str, type(None)))
        and all(map(_has_id, message.get("tool_calls") or ()))
        for message in messages
    )


def _has_id(call: JSONValue) -> bool:
    return isinstance(call, dict) and "id" in call and isinstance(call.get("function"), dict)


def _parsed(value: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """An object whose messages may be JSON text."""
    if not isinstance(value["messages"], str):
        return value
    try:
        return {**value, "messages": parse(value["messages"])}
    except ValueError:
        return value


def _is_completed_prompt(value: Mapping[str, JSONValue]) -> bool:
    answer = value.get("completion", value.get("chosen"))
    if not isinstance(answer, (str, list)):
        return False
    return isinstance(value.get("prompt"), (str, list)) or isinstance(value.get("chosen"), list)


def _of_prompt(value: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """Prompt and completion, or the chosen one of two; without a prompt the chosen has it all."""
    key = "completion" if "completion" in value else "chosen"
    rest = {name: item for name, item in value.items() if name not in {"prompt", key}}
    prompt = _as_messages("user", value.get("prompt", []))
    answer = _as_messages("assistant", value[key])
    if answer[: len(prompt)] == prompt:
        prompt = []
    return {**rest, "messages": [*prompt, *answer]}


def _as_messages(role: str, value: JSONValue) -> list[JSONValue]:
    return value if isinstance(value, list) else [{"role": role, "content": value}]


def _of_request(value: dict[str, JSONValue], key: str) -> dict[str, JSONValue]:
    inner = value[key]
    rest = {name: item for name, item in inner.items() if name != "messages"}
    return {**value, key: rest, "messages": inner["messages"]}


def _with_answer(value: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """A request with the answer beside it as its last message, unless it is there already."""
    messages, found = value["messages"], answer_in(value)
    if found is None or not isinstance(messages, list):
        return value
    answer = respelled(found.message)
    ends = [message for message in (*messages[:1], *messages[-1:]) if isinstance(message, dict)]
    if any(same(respelled(message), answer) for message in ends):
        return value
    return {**found.rest, "messages": [*messages, found.message]}


def write(
    messages: Iterable[Message | NewMessage], pending_result: str | None
) -> list[dict[str, Any]]:
    """A conversation as the messages of a request; see `agentstore.formats`."""
    writing = Writing(
        "OpenAI's chat-completions",
        re.compile(r"[a-zA-Z0-9_-]{1,64}"),
        re.compile(r"[!-~]{1,40}"),
        pending_result,
    )
    forms: list[dict[str, Any]] = []
    for turn in turns_of(messages, writing):
        if turn.thoughts and not turn.calls and not turn.parts:
            continue  # reasoning is not said again
        content = _write_content(writing, turn)
        form: dict[str, Any] = {"role": turn.role, "content": content, **turn.said_of("name")}
        if turn.calls:
            form["content"] = form["content"] or None
            form["tool_calls"] = [_write_call(call) for call in turn.calls]
        forms.append(form)
        forms += [
            {
                "role": "tool",
                "tool_call_id": call.id,
                "content": _write_result(writing, turn, call.reply.result),
            }
            for call in turn.calls
            if call.reply is not None
        ]
    return forms


def _write_content(writing: Writing, turn: Turn) -> str | list[dict[str, JSONValue]]:
    if isinstance(turn.content, str):
        return turn.content
    return [_write_part(writing, turn, part) for part in turn.content] or ""


def _write_part(
    writing: Writing, turn: Turn, part: Mapping[str, JSONValue]
) -> dict[str, JSONValue]:
    text = said_by(part)
    if text is not None:
        if part["type"] == "refusal" and turn.role == "assistant":
            return {"type": "refusal", "refusal": text}
        return {"type": "text", "text": text}
    written = _write_media(writing.media_of(turn.place, part)) if turn.role == "user" else None
    if written is None:
        what = f"a part of type {str(part['type'])[:40]!r} in a message of role {turn.role!r}"
        raise writing.refuse(turn.place, what)
    return written


def _write_media(media: Media) -> dict[str, JSONValue] | None:
    if media.kind == "image" and media.link is not None:
        detail = {} if media.detail is None else {"detail": media.detail}
        return {"type": "image_url", "image_url": {"url": media.link, **detail}}
    if media.kind == "audio":
        form = sound_format(media.mime_type)
        sound = {"data": media.data, "format": form}
        return None if form is None else {"type": "input_audio", "input_audio": sound}
    if media.data is None and media.file_id is None:
        return None
    file = {"filename": media.name, "file_data": media.link, "file_id": media.file_id}
    said = {key: value for key, value in file.items() if value is not None}
    return {"type": "file", "file": said}


def _write_call(call: TurnCall) -> dict[str, JSONValue]:
    function = {"name": call.name, "arguments": arguments_text(call.arguments)}
    return {"id": call.id, "type": "function", "function": function}


def _write_result(writing: Writing, turn: Turn, result: JSONValue) -> str:
    for part in result_parts(result) or ():
        if said_by(part) is None:
            what = f"a tool's result with a part of type {str(part['type'])[:40]!r}"
            raise writing.refuse(turn.place, what)
    return result_text(result)


FORM = Form("chat-completions", "OpenAI chat-completions", is_whole, read, has_role)
