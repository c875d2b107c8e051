"""The trajectories of SWE-agent."""

from __future__ import annotations

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, objects
from agentstore.transfer.forms.loose_messages import say_loosely


def is_message(value: JSONValue) -> bool:
    """Whether a value is a message of a history."""
    return has_role(value) and "message_type" in value


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a trajectory with its history."""
    if not isinstance(value, dict) or not has_some(value, "history", has_role):
        return False
    return isinstance(value.get("trajectory"), list) or has_some(value, "history", is_message)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    if isinstance(value, list):
        value = {"history": value}
    for message in objects(value["history"], "history"):
        # What the model thought and did is in its content too.
        say_loosely(builder, message, "thought", "action")
    return [builder.finish(without(value, "history", "trajectory"), id=value.get("instance_id"))]


FORM = Form("swe-agent", "SWE-agent trajectory", is_whole, read, is_message)
