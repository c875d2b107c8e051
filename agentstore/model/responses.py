"""What an agent answered (text, an AgentResponse or a mapping) as a NewMessage.

``type`` becomes response_type, ``message`` the content, tool calls are taken whatever the
type, and every other field stays under the key it came with: nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from agentstore.errors import InvalidInputError
from agentstore.model.values import check_mapping, dump_json
from agentstore.records import AgentResponse, Content, JSONValue, NewMessage, ToolCall

_OWN_PLACE = frozenset({"type", "message", "tool_calls", "toolCalls"})


def read_response(
    response: str | AgentResponse | Mapping[str, JSONValue],
    metadata: Mapping[str, JSONValue] | None,
    message_id: str | None,
) -> NewMessage:
    """The assistant message that a response is stored as.

    Raises:
        InvalidInputError: it is none of the three forms, has no ``type``, or gives something
            twice.
    """
    if isinstance(response, str):
        return NewMessage("assistant", response, id=message_id, metadata=metadata)
    if isinstance(response, AgentResponse):
        content, calls, rest = response.message, response.tool_calls, _other_fields(response)
        kind: Any = response.type
    elif isinstance(response, (dict, Mapping)):  # dict first: to ask an ABC takes longer
        content, calls, rest = _read_mapping(response)
        kind = response.get("type")
    else:
        raise InvalidInputError(
            f"response is text, an AgentResponse or a mapping, not {type(response).__name__}"
        )
    if not isinstance(kind, str):
        hint = ""
        if isinstance(response, Mapping) and "role" in response:
            hint = (
                "; this looks like a message of a model provider: "
                "save_messages takes it as a NewMessage(role, content, tool_calls=…)"
            )
        raise InvalidInputError(f"response.type is a str{hint}")
    return NewMessage(
        "assistant",
        content,
        id=message_id,
        metadata=metadata,
        response_type=kind,
        response=rest or None,
        tool_calls=calls,
    )


def _other_fields(response: AgentResponse) -> dict[str, JSONValue]:
    rest = {
        f.name: getattr(response, f.name)
        for f in fields(response)
        if f.name not in _OWN_PLACE and f.name != "extra" and getattr(response, f.name) is not None
    }
    extra = check_mapping(response.extra, "response.extra")
    twice = rest.keys() & extra.keys()
    if twice:
        raise InvalidInputError(f"response.extra gives {sorted(twice)[0]!r} a second time")
    return {**rest, **extra}


def _read_mapping(
    response: Mapping[str, JSONValue],
) -> tuple[Content, Any, dict[str, JSONValue]]:
    if "tool_calls" in response and "toolCalls" in response:
        raise InvalidInputError("response has tool_calls twice, in two spellings")
    calls = response.get("tool_calls", response.get("toolCalls"))
    content = response.get("message")
    if content is None:
        content = dump_json(_with_plain_calls(response), "response")
    rest = {key: value for key, value in response.items() if key not in _OWN_PLACE}
    return content, calls, rest


def _with_plain_calls(response: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    return {
        key: [call.to_dict() if isinstance(call, ToolCall) else call for call in value]
        if key in ("tool_calls", "toolCalls") and isinstance(value, (list, tuple))
        else value
        for key, value in response.items()
    }
