"""OpenAI's chat-completions form, and the files that hold it: requests, batches, training data.

It is the one form that comes out of ``export`` as it went in: ``openai_form`` has the mapping.
"""

from __future__ import annotations

from collections.abc import Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.form import Form, has_role
from agentstore.transfer.json_text import parse
from agentstore.transfer.openai_form import read_conversation
from agentstore.transfer.plain_form import ADAPTER_KEYS, STORE_KEY

_PLAIN_KEYS = frozenset(
    {
        *("role", "content", "name", "tool_calls", "tool_call_id", "function_call", "weight"),
        *("refusal", "annotations", "audio"),
    }
)
_OUR_KEYS = ADAPTER_KEYS | {STORE_KEY}
"""What only an export of ours has: its messages may have parts of whichever framework."""


def read(value: JSONValue) -> list[Conversation]:
    """A list of messages, or an object that has them in one of the places for them."""
    return [read_conversation(with_messages(value) if isinstance(value, dict) else value)]


def with_messages(value: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """The object, with its messages under ``messages`` wherever they were."""
    if isinstance(value.get("messages"), str):
        return {**value, "messages": _list_in(value["messages"])}
    if "messages" in value or "traj" in value:
        return value
    for key in ("body", "input", "request"):
        inner = value.get(key)
        if isinstance(inner, dict) and isinstance(inner.get("messages"), list):
            rest = {name: item for name, item in inner.items() if name != "messages"}
            return {**value, key: rest, "messages": inner["messages"]}
    if _is_completed_prompt(value):
        return _of_prompt(value)
    choices = _choices(value)
    if choices is not None:
        return {**value, "messages": [choices[0]["message"]]}
    return value


def is_whole(value: JSONValue) -> bool:
    """Whether an object has messages somewhere."""
    if not isinstance(value, dict):
        return False
    found = with_messages(value)
    return isinstance(found.get("messages", found.get("traj")), list)


def is_plain(value: JSONValue) -> bool:
    """Whether a value is surely of this form: there is no need to ask the others."""
    messages = value.get("messages", value.get("traj")) if isinstance(value, dict) else value
    if not isinstance(messages, list):
        return False
    if any(isinstance(message, dict) and message.keys() & _OUR_KEYS for message in messages):
        return True
    if isinstance(value, dict) and "system" in value:
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


def _list_in(text: str) -> JSONValue:
    try:
        return parse(text)
    except ValueError:
        return text


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


def _choices(value: Mapping[str, JSONValue]) -> list[dict[str, JSONValue]] | None:
    """The choices of a completion, or of the one in a line of a batch's output."""
    response = value.get("response")
    body = response.get("body") if isinstance(response, dict) else value
    choices = body.get("choices") if isinstance(body, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    return choices if has_role(choices[0].get("message")) else None


FORM = Form("chat-completions", "OpenAI chat-completions", is_whole, read, has_role)
