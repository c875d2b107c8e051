"""ShareGPT's form, LMSYS's and LLaMA-Factory's: training data."""

from __future__ import annotations

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, objects
from agentstore.transfer.forms.loose_messages import read_call, say_loosely
from agentstore.transfer.forms.parts import read_parts
from agentstore.transfer.forms.pieces import Answer, Piece
from agentstore.transfer.json_text import parse

_LISTS = ("conversations", "conversation", "conversation_a", "conversation_b")
_CALLS = frozenset({"function_call", "tool_call"})
_ANSWERS = frozenset({"observation", "tool", "tool_response", "function_response", "function"})


def is_message(value: JSONValue) -> bool:
    """Whether a value is a message of ShareGPT."""
    return isinstance(value, dict) and isinstance(value.get("from"), str) and "value" in value


def is_whole(value: JSONValue) -> bool:
    """Whether an object has such messages, or LMSYS's."""
    return any(has_some(value, key, is_message) or has_some(value, key, has_role) for key in _LISTS)


def read(value: JSONValue) -> list[Conversation]:
    """A conversation, or the two that were compared."""
    if isinstance(value, list):
        builder = Builder()
        _say_all(builder, value)
        return [builder.finish()]
    return [_read_one(value, key) for key in _LISTS if isinstance(value.get(key), list)]


def _read_one(value: dict[str, JSONValue], key: str) -> Conversation:
    builder = Builder()
    if isinstance(value.get("system"), str) and value["system"]:
        builder.say("system", read_parts(value["system"]))
    _say_all(builder, value[key])
    rest = without(value, *_LISTS, "system")
    if key in _LISTS[2:]:
        rest["compared_as"] = key[-1]
    id_ = value.get("id", value.get("conversation_id"))
    return builder.finish(rest, id=id_, created_at=value.get("tstamp"))


def _say_all(builder: Builder, messages: JSONValue) -> None:
    for message in objects(messages, "conversations"):
        if not is_message(message):
            say_loosely(builder, message)
            continue
        word, said = message["from"], message["value"]
        metadata = without(message, "from", "value")
        if word in _CALLS:
            builder.say("assistant", _calls(said), metadata=metadata, joins=True)
        elif word in _ANSWERS:
            builder.say("tool", [Answer(said)], metadata=metadata)
        else:
            builder.say(builder.role(word), read_parts(said), metadata=metadata)


def _calls(said: JSONValue) -> list[Piece]:
    """The call, or calls, that a value has as JSON."""
    if isinstance(said, str):
        try:
            said = parse(said)
        except ValueError:
            return [read_call(None), *read_parts(said)]
    return [read_call(call) for call in (said if isinstance(said, list) else [said])]


FORM = Form("sharegpt", "ShareGPT and LMSYS", is_whole, read, is_message)
