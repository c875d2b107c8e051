"""The export of claude.ai."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.anthropic import read_blocks
from agentstore.transfer.forms.branches import branch
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, items_of, objects
from agentstore.transfer.forms.parts import part_values, read_parts, text_part
from agentstore.transfer.forms.pieces import Answer, Part, Piece

_READ = ("sender", "text", "content", "created_at")
_WHERE = ("title", "url")
_EXTRACTED = "extracted_content"
"""Under which key an attachment has its text: what was pasted, or stands in a document."""


def is_whole(value: JSONValue) -> bool:
    """Whether an object is a conversation."""
    return isinstance(value, dict) and isinstance(value.get("chat_messages"), list)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    for message in _chosen(builder, value):
        metadata = without({**message, "attachments": _files(message)}, *_READ)
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
    content = items_of(message, "content")
    if content:
        for block in content:
            yield from _read_block(block)
    elif message.get("text"):
        yield text_part(str(message["text"]))
    for attachment in items_of(message, "attachments"):
        if isinstance(attachment, dict) and attachment.get(_EXTRACTED):
            yield text_part(str(attachment[_EXTRACTED]))


def _files(message: Mapping[str, JSONValue]) -> list[JSONValue]:
    """The attachments without their texts."""
    return [
        without(attachment, _EXTRACTED) if isinstance(attachment, dict) else attachment
        for attachment in items_of(message, "attachments")
    ]


def _read_block(block: JSONValue) -> Iterator[Piece]:
    if isinstance(block, dict) and block.get("type") == "text" and block.get("text") == "":
        return  # beside a file there may be nothing written
    found = [item for item in items_of(block, "content") if _is_source(item)]
    if not found or block.get("type") != "tool_result":
        yield from read_blocks([block])
        return
    result = [piece for item in block["content"] for piece in _read_result(item)]
    failed = block.get("is_error") is True
    call_id, name = block.get("tool_use_id"), block.get("name")
    yield Answer(part_values(result), call_id, name, failed, keeps_parts=True)


def _is_source(item: JSONValue) -> bool:
    """Whether a part of a result is a text with the place where it was found."""
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        return False
    return any(item.get(key) for key in _WHERE)


def _read_result(item: JSONValue) -> Iterator[Piece]:
    if _is_source(item):
        where = {key: item[key] for key in _WHERE if item.get(key)}
        yield Part({"type": "text", "text": item["text"], **where})
    else:
        yield from read_parts(item)


FORM = Form("claude-ai", "claude.ai export", is_whole, read)
