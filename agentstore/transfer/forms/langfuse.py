"""Langfuse's observations and traces."""

from __future__ import annotations

from collections import defaultdict

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_some, items_of, objects
from agentstore.transfer.forms.nested import look_in, say_exchange
from agentstore.transfer.json_text import parse

_READ = ("input", "output", "startTime", "observations", "timestamp", "createdAt", "start_time")
_CALL = "GENERATION"
_ASIDE = frozenset({"EMBEDDING", "EVALUATOR", "GUARDRAIL"})
"""Types of observations in which nobody is talked to."""

_KINDS = _ASIDE | {_CALL, "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER"}
_OF_TRACES = frozenset({"id", "timestamp", "name", "tags", "input", "output"})
_ONLY_OF_TRACES = frozenset({"bookmarked", "htmlPath", "sessionId"})


def is_observation(value: JSONValue) -> bool:
    """Whether a value is an observation."""
    if not isinstance(value, dict) or not value.keys() & {"traceId", "trace_id"}:
        return False
    return value.get("type") in _KINDS and "input" in value


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a trace, or a page of the API with traces or observations."""
    return (
        _is_trace(value)
        or has_some(value, "data", _is_trace)
        or has_some(value, "data", is_observation)
    )


def _is_trace(value: JSONValue) -> bool:
    if not isinstance(value, dict) or is_observation(value):
        return False
    if isinstance(value.get("observations"), list) and "id" in value:
        return True
    return value.keys() >= _OF_TRACES and bool(value.keys() & _ONLY_OF_TRACES)


def read(value: JSONValue) -> list[Conversation]:
    """A conversation for each trace: what its last model call was given, and its answer."""
    if not isinstance(value, dict):
        return _read_observations(value)
    if _is_trace(value):
        return [_read_trace(value)]
    if has_some(value, "data", _is_trace):
        return [_read_trace(trace) for trace in objects(value["data"], "data")]
    return _read_observations(value["data"])


def _read_trace(trace: dict[str, JSONValue]) -> Conversation:
    """A trace with its observations; where it has their ids only, its own input and output."""
    listed = items_of(trace, "observations")
    found = [] if all(isinstance(item, str) for item in listed) else objects(listed, "observations")
    rest = without(trace, *_READ)
    return _read_calls(str(trace.get("id")), found or [trace], rest)


def _read_observations(observations: JSONValue) -> list[Conversation]:
    traces: defaultdict[str, list[dict[str, JSONValue]]] = defaultdict(list)
    for observation in objects(observations, "observations"):
        trace = observation.get("traceId", observation.get("trace_id"))
        traces[str(trace)].append(observation)
    return [_read_calls(trace, found, {}) for trace, found in traces.items()]


def _read_calls(
    trace: str, observations: list[dict[str, JSONValue]], rest: dict[str, JSONValue]
) -> Conversation:
    builder = Builder()
    ordered = sorted(observations, key=_start)
    talk = [item for item in ordered if item.get("type") not in _ASIDE] or ordered
    calls = [item for item in talk if item.get("type") == _CALL] or talk
    chosen = max(calls, key=lambda item: (_length(item), _start(item)))
    given = _json(chosen.get("input"))
    further = say_exchange(builder, given, _json(chosen.get("output")))
    whole = _messages(chosen)
    for call in calls:
        earlier = _messages(call)
        if call is not chosen and (not whole or whole[: len(earlier)] != earlier):
            builder.pass_over("observation that is no part of the last")
    called = without(chosen, *_READ)
    if called != rest:
        rest = {**rest, "observation": called}
    metadata = {"traceId": trace, **rest, **further}
    return builder.finish(metadata, id=trace, created_at=_start(ordered[0]) or None)


def _messages(observation: dict[str, JSONValue]) -> list[JSONValue]:
    inside = look_in(_json(observation.get("input")))
    return [] if inside is None else inside.messages


def _length(observation: dict[str, JSONValue]) -> int:
    return len(_messages(observation))


def _start(observation: dict[str, JSONValue]) -> str:
    keys = ("startTime", "start_time", "timestamp", "createdAt")
    return str(next((observation[key] for key in keys if observation.get(key)), ""))


def _json(value: JSONValue) -> JSONValue:
    """An input or output, which a CSV's rows have as JSON text."""
    if not isinstance(value, str) or value[:1] not in {"[", "{"}:
        return value
    try:
        return parse(value)
    except ValueError:
        return value


FORM = Form("langfuse", "Langfuse observations", is_whole, read, is_observation)
