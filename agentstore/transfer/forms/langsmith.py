"""LangSmith's runs, and the examples of its data sets."""

from __future__ import annotations

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form
from agentstore.transfer.forms.nested import look_in, say_exchange

_READ = ("inputs", "outputs", "events", "start_time", "created_at", "serialized", "child_runs")


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a run or an example."""
    if not isinstance(value, dict) or not isinstance(value.get("inputs"), dict):
        return False
    return "outputs" in value and bool(
        value.keys() & {"run_type", "trace_id", "dataset_id", "example_id", "start_time"}
        or look_in(value["inputs"])
    )


def read(value: JSONValue) -> list[Conversation]:
    """One conversation: what went in and what came out."""
    builder = Builder()
    outputs, further = _generation(value.get("outputs"))
    rest = say_exchange(builder, value["inputs"], outputs)
    rest = {**rest, "further_output": {**further, **rest.get("further_output", {})}}
    metadata = {**without(value, *_READ), **without(rest)}
    created_at = value.get("start_time", value.get("created_at"))
    return [builder.finish(metadata, id=value.get("id"), created_at=created_at)]


def _generation(outputs: JSONValue) -> tuple[JSONValue, dict[str, JSONValue]]:
    """The first generation's message, where outputs are a model's, and what is beside it."""
    found = outputs.get("generations") if isinstance(outputs, dict) else None
    while isinstance(found, list) and found:
        found = found[0]
    if isinstance(found, dict):
        message = found.get("message", {"role": "assistant", "content": found.get("text")})
        return message, without(outputs, "generations")
    return outputs, {}


FORM = Form("langsmith", "LangSmith runs", is_whole, read)
