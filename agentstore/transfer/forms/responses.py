"""OpenAI's Responses API: items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from agentstore.records import JSONValue, Message, NewMessage, Role
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.parts import read_parts
from agentstore.transfer.forms.pieces import Answer, Call, Thought
from agentstore.transfer.forms.requests import failure, is_failure
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
from agentstore.transfer.roles import known_role

_CALLS = {"function_call": "arguments", "custom_tool_call": "input", "mcp_call": "arguments"}
_OUTPUTS = frozenset(
    {
        "function_call_output",
        "custom_tool_call_output",
        "local_shell_call_output",
        "shell_call_output",
        "computer_call_output",
        "apply_patch_call_output",
    }
)
_ACTIONS = frozenset({"local_shell_call", "shell_call", "computer_call", "apply_patch_call"})
_HOSTED = frozenset(
    {"web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call"}
)
_PARTS = frozenset({"input_text", "output_text", "input_image", "input_file"})
_KINDS = frozenset({*_CALLS, *_OUTPUTS, *_ACTIONS, *_HOSTED, "reasoning", "item_reference"})
_LISTS = ("input", "output", "messages", "items", "data")


def is_item(value: JSONValue) -> bool:
    """Whether a value is an item of this API, and not a message of the older one."""
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    if kind in _KINDS:
        return True
    if has_role(value) and kind == "message" and "stop_reason" not in value:
        return True
    return has_role(value) and any(
        isinstance(part, dict) and part.get("type") in _PARTS for part in items_of(value, "content")
    )


def is_whole(value: JSONValue) -> bool:
    """Whether an object has items: a request, a response, or both."""
    if not isinstance(value, dict):
        return False
    return any(
        _is_surely(value, holder) or any(has_some(holder, key, is_item) for key in _LISTS)
        for holder in _holders(value).values()
    )


def read(value: JSONValue) -> list[Conversation]:
    """One conversation: of items, a request, a response, or both.

    Raises:
        ValueError: it has none of them.
    """
    if is_failure(value):
        return failure()
    builder = Builder()
    if isinstance(value, list):
        say_items(builder, value)
        return [builder.finish()]
    holders = _holders(value)
    instructions = (holder.get("instructions") for holder in holders.values())
    _say_input(builder, "system", next(filter(None, instructions), None))
    rest: dict[str, JSONValue] = {}
    found: list[str] = []
    for holder in holders.values():
        if isinstance(holder.get("input"), str):
            _say_input(builder, "user", holder["input"])
            found.append("input")
        lists = [key for key in _LISTS if isinstance(holder.get(key), list)]
        for key in lists:
            is_listed = key == "data" and holder.get("object") == "list"
            say_items(builder, oldest_first(builder, holder[key]) if is_listed else holder[key])
        found += lists
        rest |= without(holder, *lists, "instructions", "input", *holders)
    if not found:
        raise ValueError('there are no items: no "input" or "output" has any')
    if "" not in holders:
        rest |= without(value, *found, *holders)
    last = list(holders.values())[-1]
    return [builder.finish(rest, id=last.get("id"), created_at=last.get("created_at"))]


def oldest_first(builder: Builder, items: JSONValue) -> list[dict[str, JSONValue]]:
    """The items of a list as the API gives it, newest first where it was not asked otherwise.

    They have no times: a call stands before its output, a user speaks before an assistant.
    """
    listed = objects(items, "data")
    is_newest_first = _is_newest_first(listed)
    if is_newest_first is None and len(listed) > 1:
        builder.remark("list of items without times: read in the order it has")
    if not is_newest_first:
        return listed
    builder.remark("list of items that is newest first: read from its end")
    return listed[::-1]


def _is_newest_first(items: list[dict[str, JSONValue]]) -> bool | None:
    """Whether it is; None where nothing says so."""
    outputs = {item.get("call_id") for item in items if item.get("type") in _OUTPUTS}
    for item in items:
        if item.get("call_id") in outputs and item.get("call_id") is not None:
            return item.get("type") in _OUTPUTS
    roles = [known_role(item["role"]) for item in items if has_role(item)]
    ends = [*roles[:1], *roles[-1:]]
    return ends == ["assistant", "user"] if set(ends) == {"assistant", "user"} else None


def _say_input(builder: Builder, role: Role, said: JSONValue) -> None:
    """What is said in a text, or in items."""
    if isinstance(said, list):
        say_items(builder, said)
    elif said:
        builder.say(role, read_parts(said))


def say_items(builder: Builder, items: JSONValue, at: JSONValue = None) -> None:
    """Add the messages that items make: calls go with the message before them."""
    for item in objects(items, "input"):
        say_item(builder, item, at)


def say_item(builder: Builder, item: Mapping[str, JSONValue], at: JSONValue = None) -> None:
    """Add what one item says."""
    kind = item.get("type")
    if kind == "reasoning":
        builder.say("assistant", [Thought(dict(item))], at=at, joins=True)
    elif kind in _CALLS:
        arguments = item.get(_CALLS[kind])
        call_id = item.get("call_id") or item.get("id")
        builder.say("assistant", [Call(item.get("name"), arguments, call_id)], at=at, joins=True)
        if kind == "mcp_call" and ("output" in item or item.get("error")):
            builder.say("tool", [_mcp_answer(item, call_id)], at=at)
    elif kind in _ACTIONS:
        arguments = item.get("action", without(item, "type"))
        call = Call(kind, arguments, item.get("call_id") or item.get("id"), item.get("id"))
        builder.say("assistant", [call], at=at, joins=True)
    elif kind in _HOSTED:
        call = Call(kind, without(item, "type", "id", "status"), item.get("id"))
        answer = Answer(item.get("status"), item.get("id"))
        builder.say("assistant", [call, answer], at=at, joins=True)
    elif kind in _OUTPUTS:
        # The output of a local shell has the id of its call, and no call_id.
        call_id = item.get("call_id") or item.get("id")
        is_known = "call_id" in item or builder.waits_for(call_id)
        builder.say("tool", [Answer(item.get("output"), call_id if is_known else None)], at=at)
    elif has_role(item):
        metadata = without(item, "type", "role", "content", "status")
        builder.say(
            builder.role(item["role"]), read_parts(item.get("content")), metadata=metadata, at=at
        )
    else:
        builder.remark(f"item {str(kind)[:40]!r}: passed over")


def _mcp_answer(item: Mapping[str, JSONValue], call_id: JSONValue) -> Answer:
    """What a tool answered, or, where it failed, its error: the message where that is all."""
    error = item.get("error")
    if not error:
        return Answer(item["output"], call_id)
    if isinstance(error, dict) and error.keys() == {"message"}:
        error = error["message"]
    output = item.get("output")
    return Answer(error if output in (None, "") else output, call_id, failed=True)


def _holders(value: dict[str, JSONValue]) -> dict[str, dict[str, JSONValue]]:
    """The request and the response by the keys that logs and batches have them under.

    An object that is one itself is under "".
    """
    response = value.get("response")
    body = response.get("body") if isinstance(response, dict) else None
    inside = {
        **{key: value.get(key) for key in ("body", "request")},
        "response": body if _has_items(body) else response,
    }
    found = {key: holder for key, holder in inside.items() if _has_items(holder)}
    return found if found and not _has_items(value) else {"": value, **found}


def _has_items(value: JSONValue) -> TypeGuard[dict[str, JSONValue]]:
    return isinstance(value, dict) and (
        isinstance(value.get("input"), (str, list)) or isinstance(value.get("output"), list)
    )


def _is_surely(value: dict[str, JSONValue], holder: dict[str, JSONValue]) -> bool:
    """Whether a request or response is this API's, whatever is in it.

    A request with a text as input may be one for embeddings.
    """
    if isinstance(holder.get("output"), list):
        return holder.get("object") == "response"
    if not isinstance(holder.get("input"), (str, list)) or "output" in holder:
        return False
    url = value.get("url")
    is_sent_here = isinstance(url, str) and url.rstrip("/").endswith("/responses")
    return is_sent_here or ("model" in holder and bool(holder.get("instructions")))


def write(
    messages: Iterable[Message | NewMessage], pending_result: str | None
) -> list[dict[str, Any]]:
    """A conversation as the items of a request; see `agentstore.formats`."""
    writing = Writing(
        "OpenAI's Responses",
        re.compile(r"[a-zA-Z0-9_-]{1,64}"),
        re.compile(r"[!-~]{1,64}"),
        pending_result,
    )
    items: list[dict[str, Any]] = []
    for turn in turns_of(messages, writing):
        items += _write_turn(writing, turn)
        items += [_write_call(call) for call in turn.calls]
        items += [
            _write_output(writing, turn, call)
            for call in turn.calls
            if call.reply is not None and call.name not in _HOSTED
        ]
    return items


def _write_turn(writing: Writing, turn: Turn) -> Iterator[dict[str, Any]]:
    """The reasoning and the message; of another provider's reasoning, nothing."""
    for thought in turn.thoughts:
        if isinstance(thought, dict) and thought.get("type") == "reasoning":
            yield thought
    content: Any = turn.content
    if turn.role == "assistant":
        texts = [said_by(part) for part in turn.parts]
        for part, text in zip(turn.parts, texts, strict=True):
            if text is None:
                what = f"a part of type {str(part['type'])[:40]!r} in an assistant's message"
                raise writing.refuse(turn.place, what)
        content = "\n".join(text for text in texts if text is not None)
    elif not isinstance(content, str):
        content = [_write_part(writing, turn.place, part) for part in content]
        if [part["type"] for part in content] == ["input_text"]:
            content = content[0]["text"]
    if content or not (turn.calls or turn.thoughts):
        phase = turn.said_of("phase") if turn.role == "assistant" else {}
        yield {"type": "message", "role": turn.role, "content": content, **phase}


def _write_part(writing: Writing, place: int, part: Mapping[str, JSONValue]) -> dict[str, Any]:
    text = said_by(part)
    if text is not None:
        return {"type": "input_text", "text": text}
    media = writing.media_of(place, part)
    if media.kind == "image":
        return {"type": "input_image", "image_url": media.link, "detail": media.detail or "auto"}
    if media.kind == "audio":
        raise writing.refuse(place, "a sound")
    where = "file_url" if media.data is None else "file_data"
    file = {"filename": media.name, where: media.link, "file_id": media.file_id}
    return {"type": "input_file", **{key: value for key, value in file.items() if value}}


def _write_call(call: TurnCall) -> dict[str, Any]:
    if call.name in _HOSTED and isinstance(call.arguments, dict):
        status = "in_progress" if call.reply is None else call.reply.result
        return {"type": call.name, "id": call.id, "status": status, **call.arguments}
    if call.name in _ACTIONS:
        return {"type": call.name, "call_id": call.id, "action": call.arguments}
    arguments = arguments_text(call.arguments)
    return {
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": arguments,
    }


def _write_output(writing: Writing, turn: Turn, call: TurnCall) -> dict[str, Any]:
    assert call.reply is not None
    kind = f"{call.name}_output" if call.name in _ACTIONS else "function_call_output"
    parts = result_parts(call.reply.result)
    output: Any = result_text(call.reply.result)
    if parts is not None and any(said_by(part) is None for part in parts):
        output = [_write_part(writing, turn.place, part) for part in parts]
    return {"type": kind, "call_id": call.id, "output": output}


FORM = Form("responses", "OpenAI Responses", is_whole, read, is_item)
