"""Langfuse's observations and traces."""

from __future__ import annotations

from collections import defaultdict

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, objects
from agentstore.transfer.forms.nested import messages_in, say_nested, say_value
from agentstore.transfer.json_text import parse

_READ = ("input", "output", "startTime", "observations", "timestamp", "createdAt", "start_time")
_KINDS = frozenset({"GENERATION", "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER"})


def is_observation(value: JSONValue) -> bool:
    """Whether a value is an observation."""
    if not isinstance(value, dict) or not value.keys() & {"traceId", "trace_id"}:
        return False
    return value.get("type") in _KINDS and "input" in value


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a trace."""
    if not isinstance(value, dict) or is_observation(value):
        return False
    return isinstance(value.get("observations"), list) and "id" in value


def read(value: JSONValue) -> list[Conversation]:
    """A conversation for each trace: what its last model call was given, and its answer."""
    if isinstance(value, dict):
        observations = objects(items_of(value, "observations"), "observations")
        found = observations or [value]
        return [_read_trace(str(value.get("id")), found, without(value, *_READ))]
    traces: defaultdict[str, list[dict[str, JSONValue]]] = defaultdict(list)
    for observation in objects(value, "observations"):
        trace = observation.get("traceId", observation.get("trace_id"))
        traces[str(trace)].append(observation)
    return [_read_trace(trace, found, {}) for trace, found in traces.items()]


def _read_trace(
    trace: str, observations: list[dict[str, JSONValue]], rest: dict[str, JSONValue]
) -> Conversation:
    builder = Builder()
    ordered = sorted(observations, key=_start)
    calls = [item for item in ordered if item.get("type") == "GENERATION"] or ordered
    chosen = max(calls, key=lambda item: (_length(item), _start(item)))
    before, after = _json(chosen.get("input")), _json(chosen.get("output"))
    whole = messages_in(before)
    if whole is None:
        say_value(builder, "user", before)
    else:
        say_nested(builder, whole)
    answer = messages_in(after)
    if answer is None:
        say_value(builder, "assistant", after)
    else:
        say_nested(builder, answer)
    for call in calls:
        earlier = messages_in(_json(call.get("input"))) or []
        if call is not chosen and (whole is None or whole[: len(earlier)] != earlier):
            builder.pass_over("observation that is no part of the last")
    metadata = {"traceId": trace, **rest, "observation": without(chosen, *_READ)}
    return builder.finish(metadata, id=trace, created_at=_start(ordered[0]) or None)


def _length(observation: dict[str, JSONValue]) -> int:
    return len(messages_in(_json(observation.get("input"))) or ())


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
