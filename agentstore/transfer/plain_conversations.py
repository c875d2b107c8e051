"""The short way for conversations that have nothing but the plain form, as most of a file do.

What comes out is what `openai_form` makes of them the long way, in a third of the time, in both
directions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentstore.model.arguments import exact
from agentstore.records import JSONValue, Message, NewMessage
from agentstore.transfer.json_text import compact, parse
from agentstore.transfer.plain_form import (
    Form,
    is_bare,
    is_name,
    plain_answer,
    plain_call,
    plain_message,
)

_KEYS = 3
"""Of a message with calls, of an answer and of a call."""


class PlainConversation(NamedTuple):
    """Messages for the store, and in the form as it is written again."""

    messages: list[NewMessage]
    forms: list[Form]


class _Calls(NamedTuple):
    """The calls of a message: for the store, and in the form."""

    calls: list[Form]
    forms: list[Form]


def read_plain(forms: Sequence[Form]) -> PlainConversation | None:
    """A conversation, or None where it has to be read the long way.

    Args:
        forms: its messages, each with a role.
    """
    messages: list[NewMessage] = []
    respelled: list[Form] = []
    waiting: deque[Form] = deque()
    ids: set[str] = set()
    for form in forms:
        spelled = form
        if is_bare(form):
            role, content = form["role"], form["content"]
            messages.append(NewMessage(role, content, metadata={}, tool_calls=[]))
            waiting.clear()
        elif form["role"] == "tool":
            if not _answers(form, waiting):
                return None
        else:
            read = _read_calls(form, ids)
            if read is None:
                return None
            content = form["content"] or ""
            messages.append(NewMessage("assistant", content, metadata={}, tool_calls=read.calls))
            waiting = deque(read.calls)
            spelled = {**form, "tool_calls": read.forms}
        respelled.append(spelled)
    return PlainConversation(messages, respelled)


def write_plain(messages: Sequence[Message | NewMessage]) -> list[Form] | None:
    """Messages in the form, or None where they have to be written the long way.

    Args:
        messages: all of its messages, in order.
    """
    forms: list[Form] = []
    ids: set[str] = set()
    for message in messages:
        if not isinstance(message, Message) or message.metadata or message.role == "tool":
            return None
        calls: list[Form] = []
        answers: list[Form] = []
        for call in message.tool_calls:
            call_id = call.call_id
            if call_id is None or call_id in ids:
                return None
            ids.add(call_id)
            calls.append(plain_call(call, call_id))
            if call.completed_at is not None:
                answers.append(plain_answer(call_id, call.result))
        content = message.content if message.parts is None else message.parts
        forms.append(plain_message(message, content, calls))
        forms += answers
    return forms


def _answers(form: Mapping[str, JSONValue], waiting: deque[Form]) -> bool:
    """Give the first of the calls that wait its answer, where a message is that alone."""
    content = form.get("content")
    if not waiting or len(form) != _KEYS or not isinstance(content, str):
        return False
    if form.get("tool_call_id") != waiting[0]["call_id"]:
        return False
    waiting.popleft()["result"] = content
    return True


def _read_calls(form: Mapping[str, JSONValue], ids: set[str]) -> _Calls | None:
    """The calls of an assistant's message, where the message is a text and calls alone."""
    content, calls = form.get("content", ""), form.get("tool_calls")
    if form["role"] != "assistant" or len(form) != _KEYS or content == "":
        return None
    if not isinstance(calls, list) or not calls:
        return None
    if content is not None and not isinstance(content, str):
        return None
    read = _Calls([], [])
    for call in calls:
        if not _read_call(call, ids, read):
            return None
    return read


def _read_call(form: JSONValue, ids: set[str], read: _Calls) -> bool:
    """Take a call of a function, with an id that no other call of the conversation has."""
    if not isinstance(form, dict) or len(form) != _KEYS or form.get("type") != "function":
        return False
    function, call_id = form.get("function"), form.get("id")
    if not isinstance(function, dict) or len(function) != 2 or not is_name(call_id):
        return False
    name, text = function.get("name"), function.get("arguments")
    if call_id in ids or not is_name(name) or not isinstance(text, str):
        return False
    ids.add(call_id)
    try:
        arguments = parse(text)
    except ValueError:
        return False
    read.calls.append({"tool_name": name, "arguments": exact(arguments), "call_id": call_id})
    read.forms.append({**form, "function": {**function, "arguments": compact(arguments)}})
    return True
