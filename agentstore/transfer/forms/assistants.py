"""OpenAI's Assistants: the messages of threads, which their list has newest first by default."""

from __future__ import annotations

from collections import defaultdict

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_some, objects
from agentstore.transfer.forms.parts import read_parts

_READ = ("object", "role", "content", "created_at", "thread_id")


def is_message(value: JSONValue) -> bool:
    """Whether a value is a message of a thread."""
    return isinstance(value, dict) and value.get("object") == "thread.message"


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a list of messages."""
    return has_some(value, "data", is_message) or has_some(value, "messages", is_message)


def read(value: JSONValue) -> list[Conversation]:
    """A conversation for each thread."""
    if isinstance(value, dict):
        value = value["data"] if "data" in value else value.get("messages")
    threads: defaultdict[str, list[dict[str, JSONValue]]] = defaultdict(list)
    for message in objects(value, "data"):
        threads[str(message.get("thread_id"))].append(message)
    return [_read_thread(thread, messages) for thread, messages in threads.items()]


def _read_thread(thread: str, messages: list[dict[str, JSONValue]]) -> Conversation:
    builder = Builder()
    if _are_newest_first(builder, messages):
        messages.reverse()
    for message in sorted(messages, key=_created_at):
        builder.say(
            builder.role(message.get("role")),
            read_parts(message.get("content")),
            metadata=without(message, *_READ),
            at=message.get("created_at"),
        )
    return builder.finish({"thread_id": thread}, id=thread)


def _are_newest_first(builder: Builder, messages: list[dict[str, JSONValue]]) -> bool:
    """Whether they are, by their times; of one second, a user speaks before an assistant.

    Where that says nothing either they are taken for a list as the API gives it by default.
    """
    first, last = messages[0], messages[-1]
    if _created_at(first) != _created_at(last):
        return _created_at(first) > _created_at(last)
    if len(messages) > 1:
        builder.remark("messages of a thread in one second: their order is a guess")
    return (first.get("role"), last.get("role")) != ("user", "assistant")


def _created_at(message: dict[str, JSONValue]) -> float:
    created_at = message.get("created_at")
    return created_at if isinstance(created_at, (int, float)) else 0


FORM = Form("assistants", "OpenAI Assistants threads", is_whole, read, is_message)
