"""The export of claude.ai."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.anthropic import read_blocks
from agentstore.transfer.forms.branches import branch
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, objects
from agentstore.transfer.forms.parts import text_part
from agentstore.transfer.forms.pieces import Piece

_READ = ("sender", "text", "content", "created_at")


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a conversation."""
    return isinstance(value, dict) and isinstance(value.get("chat_messages"), list)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    for message in _chosen(builder, value):
        metadata = without(message, *_READ)
        role = builder.role(message.get("sender"))
        builder.say(role, _pieces(message), metadata=metadata, at=message.get("created_at"))
    rest = without(value, "chat_messages", "created_at")
    return [
        builder.finish(
            rest,
            id=value.get("uuid"),
            created_at=value.get("created_at"),
            title=value.get("name"),
        )
    ]


def _chosen(builder: Builder, value: Mapping[str, JSONValue]) -> list[dict[str, JSONValue]]:
    """The messages, but for those that an edit has replaced."""
    messages = objects(value["chat_messages"], "chat_messages")
    parents = {
        message["uuid"]: message.get("parent_message_uuid")
        for message in messages
        if isinstance(message.get("uuid"), str)
    }
    tops = [parent for parent in parents.values() if parent is not None]
    if len(parents) < len(messages) or len(set(tops)) == len(tops) or not tops:
        return messages
    leaf = value.get("current_leaf_message_uuid")
    path = set(branch(leaf if leaf in parents else messages[-1]["uuid"], parents))
    builder.pass_over("message on a branch that was not chosen", len(messages) - len(path))
    return [message for message in messages if message["uuid"] in path]


def _pieces(message: Mapping[str, JSONValue]) -> Iterator[Piece]:
    content = message.get("content")
    if isinstance(content, list) and content:
        yield from read_blocks(content)
    elif message.get("text"):
        yield text_part(str(message["text"]))


FORM = Form("claude-ai", "claude.ai export", is_whole, read)
