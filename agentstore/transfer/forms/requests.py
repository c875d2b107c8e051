"""A request to a model, inside what logs it, and its answer beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation, nothing_but
from agentstore.transfer.forms.form import has_role, value_at

_WRAPPERS = ("body", "params", "input", "request")
_CHOICES = (("choices",), ("response", "choices"), ("response", "body", "choices"))
_OLLAMA = (("message",), ("response", "message"))
_ANTHROPIC = (("response",), ("response", "body"), ("result", "message"))
_WITH_ANSWERS = frozenset({"choices", "message", "response", "result"})
_FAILURES = frozenset({"errored", "expired", "canceled"})


class Answer(NamedTuple):
    """A message that answers a request, and the object without it."""

    message: dict[str, JSONValue]
    rest: dict[str, JSONValue]


def wrapper_of(value: Mapping[str, JSONValue]) -> str | None:
    """The key under which an object has the request with its messages; None where it has none."""
    for key in _WRAPPERS:
        inner = value.get(key)
        if isinstance(inner, dict) and isinstance(inner.get("messages"), list):
            return key
    return None


def choices_in(value: Mapping[str, JSONValue]) -> list[dict[str, JSONValue]] | None:
    """The choices of a completion, or of the one in a line of a batch's output."""
    path = _path_of_choices(value)
    return None if path is None else value_at(value, path)


def answer_in(value: Mapping[str, JSONValue]) -> Answer | None:
    """The answer beside a request as OpenAI has it (of several the first), or Ollama."""
    if _WITH_ANSWERS.isdisjoint(value):
        return None
    path = _path_of_choices(value)
    if path is not None:
        first, *others = value_at(value, path)
        rest = {key: item for key, item in first.items() if key != "message"}
        return Answer(first["message"], _with(value, path, [rest, *others]))
    for path in _OLLAMA:
        message = value_at(value, path)
        if has_role(message) and value_at(value, (*path[:-1], "done")) is not None:
            return Answer(message, _with(value, path, None))
    return None


def anthropic_answer_in(value: Mapping[str, JSONValue]) -> Answer | None:
    """The answer as Anthropic has it: beside a request, or in a line of a batch's results."""
    if _WITH_ANSWERS.isdisjoint(value):
        return None
    for path in _ANTHROPIC:
        message = value_at(value, path)
        if has_role(message) and message.get("type") == "message":
            return Answer(message, _with(value, path, None))
    return None


def is_failure(value: JSONValue) -> bool:
    """Whether an object is a line of a batch's results that has no answer."""
    if not isinstance(value, dict) or not isinstance(value.get("custom_id"), str):
        return False
    if "messages" in value or any(isinstance(value.get(key), dict) for key in _WRAPPERS):
        return False
    if value_at(value, ("result", "type")) in _FAILURES:
        return True
    errors = (value.get("error"), value_at(value, ("response", "body", "error")))
    return "response" in value and any(isinstance(error, dict) for error in errors)


def failure() -> list[Conversation]:
    """What is read of such a line."""
    return [nothing_but("line of a batch's results without an answer")]


def _path_of_choices(value: Mapping[str, JSONValue]) -> tuple[str, ...] | None:
    for path in _CHOICES:
        choices = value_at(value, path)
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            return path if has_role(choices[0].get("message")) else None
    return None


def _with(
    value: Mapping[str, JSONValue], path: tuple[str, ...], new: JSONValue
) -> dict[str, JSONValue]:
    """An object with something else at a path, or, for None, nothing."""
    key = path[0]
    inner = new if len(path) == 1 else _with(value[key], path[1:], new)
    if inner is None:
        return {name: item for name, item in value.items() if name != key}
    return {**value, key: inner}
