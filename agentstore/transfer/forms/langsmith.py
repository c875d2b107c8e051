"""LangSmith's runs, and the examples of its data sets."""

from __future__ import annotations

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form
from agentstore.transfer.forms.nested import messages_in, say_nested, say_value

_READ = ("inputs", "outputs", "events", "start_time", "created_at", "serialized", "child_runs")


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a run or an example."""
    if not isinstance(value, dict) or not isinstance(value.get("inputs"), dict):
        return False
    return "outputs" in value and bool(
        value.keys() & {"run_type", "trace_id", "dataset_id", "example_id", "start_time"}
        or messages_in(value["inputs"])
    )


def read(value: JSONValue) -> list[Conversation]:
    """One conversation: what went in and what came out."""
    builder = Builder()
    inputs, outputs = value["inputs"], value.get("outputs")
    before = messages_in(inputs)
    if before is None:
        say_value(builder, "user", inputs)
    else:
        say_nested(builder, before)
    after = messages_in(_generation(outputs))
    if after is None:
        say_value(builder, "assistant", outputs)
    else:
        # A graph gives its whole state back, what went in included.
        start = len(before) if before and after[: len(before)] == before else 0
        say_nested(builder, after[start:])
    created_at = value.get("start_time", value.get("created_at"))
    return [builder.finish(without(value, *_READ), id=value.get("id"), created_at=created_at)]


def _generation(outputs: JSONValue) -> JSONValue:
    """The first generation's message, where outputs are a model's."""
    found = outputs.get("generations") if isinstance(outputs, dict) else None
    while isinstance(found, list) and found:
        found = found[0]
    if isinstance(found, dict):
        return found.get("message", {"role": "assistant", "content": found.get("text")})
    return outputs


FORM = Form("langsmith", "LangSmith runs", is_whole, read)
