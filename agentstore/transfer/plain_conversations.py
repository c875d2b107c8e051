"""The short way for conversations that have nothing but the plain form, as most of a file do.

What comes out is what `openai_form` makes of them the long way, in a third of the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from agentstore.records import JSONValue
from agentstore.transfer.json_text import parse
from agentstore.transfer.plain_form import Call, Form, PreparedMessage, is_bare, is_name

_KEYS = 3
"""Of a message with calls, of an answer and of a call."""


def plain_turns(forms: Sequence[Form]) -> list[PreparedMessage] | None:
    """The turns of a conversation, or None where it has to be read the long way.

    Args:
        forms: its messages, their calls' arguments spelled as `plain_form.respelled` does.
    """
    turns: list[PreparedMessage] = []
    waiting: deque[Call] = deque()
    ids: set[str] = set()
    for form in forms:
        if is_bare(form):
            turns.append(PreparedMessage(form["role"], form["content"]))
            waiting.clear()
        elif form["role"] == "tool":
            if not _answers(form, waiting):
                return None
        else:
            turn = _calling(form, ids)
            if turn is None:
                return None
            turns.append(turn)
            waiting = deque(turn.calls)
    return turns


def _answers(form: Mapping[str, JSONValue], waiting: deque[Call]) -> bool:
    """Give the first of the calls that wait its answer, where a message is that alone."""
    content = form.get("content")
    if not waiting or len(form) != _KEYS or not isinstance(content, str):
        return False
    if form.get("tool_call_id") != waiting[0].call_id:
        return False
    call = waiting.popleft()
    call.answered, call.result = True, content
    return True


def _calling(form: Mapping[str, JSONValue], ids: set[str]) -> PreparedMessage | None:
    """The turn of an assistant that calls tools, where the message is that alone."""
    content, calls = form.get("content", ""), form.get("tool_calls")
    if form["role"] != "assistant" or len(form) != _KEYS or content == "":
        return None
    if not isinstance(calls, list) or not calls:
        return None
    if content is not None and not isinstance(content, str):
        return None
    read = [_read_call(call, ids) for call in calls]
    found = [call for call in read if call is not None]
    if len(found) < len(read):
        return None
    return PreparedMessage("assistant", content or "", calls=found)


def _read_call(form: JSONValue, ids: set[str]) -> Call | None:
    """A call of a function, with an id that no other call of the conversation has."""
    if not isinstance(form, dict) or len(form) != _KEYS or form.get("type") != "function":
        return None
    function, call_id = form.get("function"), form.get("id")
    if not isinstance(function, dict) or len(function) != 2 or not is_name(call_id):
        return None
    name, arguments = function.get("name"), function.get("arguments")
    if call_id in ids or not is_name(name) or not isinstance(arguments, str):
        return None
    ids.add(call_id)
    try:
        return Call(name, parse(arguments), call_id, call_id)
    except ValueError:
        return None
