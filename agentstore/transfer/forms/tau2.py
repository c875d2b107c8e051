"""tau-bench's second version: simulations of customers and agents."""

from __future__ import annotations

from collections.abc import Iterator

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.loose_messages import say_loosely


def is_message(value: JSONValue) -> bool:
    """Whether a value is a message of a simulation."""
    return has_role(value) and bool(value.keys() & {"turn_idx", "requestor", "tool_messages"})


def is_simulation(value: JSONValue) -> bool:
    """Whether an object is one simulation."""
    return has_some(value, "messages", is_message)


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a simulation, or the results with all of them."""
    return is_simulation(value) or has_some(value, "simulations", is_simulation)


def read(value: JSONValue) -> list[Conversation]:
    """A conversation for each simulation."""
    if isinstance(value, list):
        return [_read_simulation({"messages": value})]
    if isinstance(value.get("simulations"), list):
        return [_read_simulation(item) for item in objects(value["simulations"], "simulations")]
    return [_read_simulation(value)]


def _read_simulation(simulation: dict[str, JSONValue]) -> Conversation:
    builder = Builder()
    for message in _single(objects(simulation.get("messages"))):
        say_loosely(builder, message)
    rest = without(simulation, "messages", "start_time")
    created_at = simulation.get("start_time", simulation.get("timestamp"))
    return builder.finish(rest, id=simulation.get("id"), created_at=created_at)


def _single(messages: list[dict[str, JSONValue]]) -> Iterator[dict[str, JSONValue]]:
    """The messages, those of several tools one by one."""
    for message in messages:
        several = items_of(message, "tool_messages")
        if several:
            yield from objects(several)
        else:
            yield message


FORM = Form("tau2", "tau2 simulations", is_whole, read, is_message)
