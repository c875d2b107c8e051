"""OpenAI's Responses API: items."""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.parts import read_parts
from agentstore.transfer.forms.pieces import Answer, Call, Thought

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
    inner = _inner(value)
    return isinstance(inner, dict) and any(has_some(inner, key, is_item) for key in _LISTS)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation: of items, a request or a response."""
    builder = Builder()
    if isinstance(value, list):
        say_items(builder, value)
        return [builder.finish()]
    inner = _inner(value)
    if isinstance(inner.get("instructions"), str):
        builder.say("system", read_parts(inner["instructions"]))
    if isinstance(inner.get("input"), str):
        builder.say("user", read_parts(inner["input"]))
    found = [key for key in _LISTS if isinstance(inner.get(key), list)]
    for key in found:
        say_items(builder, inner[key])
    rest = without(inner, *found, "instructions", "input")
    rest |= without(value, *found, "body", "response") if inner is not value else {}
    return [builder.finish(rest, id=inner.get("id"), created_at=inner.get("created_at"))]


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
        if kind == "mcp_call" and "output" in item:
            answer = Answer(item["output"], call_id, failed=bool(item.get("error")))
            builder.say("tool", [answer], at=at)
    elif kind in _ACTIONS:
        call = Call(kind, item.get("action", without(item, "type")), item.get("call_id"))
        builder.say("assistant", [call], at=at, joins=True)
    elif kind in _HOSTED:
        call = Call(kind, without(item, "type", "id", "status"), item.get("id"))
        answer = Answer(item.get("status"), item.get("id"))
        builder.say("assistant", [call, answer], at=at, joins=True)
    elif kind in _OUTPUTS:
        builder.say("tool", [Answer(item.get("output"), item.get("call_id"))], at=at)
    elif has_role(item):
        metadata = without(item, "type", "role", "content", "status")
        builder.say(
            builder.role(item["role"]), read_parts(item.get("content")), metadata=metadata, at=at
        )
    else:
        builder.remark(f"item {str(kind)[:40]!r}: passed over")


def _inner(value: JSONValue) -> JSONValue:
    """The request or response, which a line of a batch has further in."""
    if not isinstance(value, dict):
        return value
    response = value.get("response")
    for inner in (value.get("body"), response.get("body") if isinstance(response, dict) else None):
        if isinstance(inner, dict) and any(isinstance(inner.get(key), list) for key in _LISTS[:2]):
            return inner
    return value


FORM = Form("responses", "OpenAI Responses", is_whole, read, is_item)
