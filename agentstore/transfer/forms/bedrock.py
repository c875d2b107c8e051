"""Amazon Bedrock's Converse, whose messages Strands has too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agentstore.records import JSONValue
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.forms.building import Builder, without
from agentstore.transfer.forms.form import Form, has_role, has_some, items_of, objects
from agentstore.transfer.forms.parts import data_url, image_part, text_part, unknown_part
from agentstore.transfer.forms.pieces import Answer, Call, Part, Piece, Thought, Unknown

_KEYS = frozenset(
    {
        *("text", "toolUse", "toolResult", "image", "document", "video", "reasoningContent"),
        *("guardContent", "citationsContent"),
    }
)
_BOOKKEEPING = frozenset({"cachePoint"})


def is_message(value: JSONValue) -> bool:
    """Whether a value is a message with blocks that have no type, but one key that says it."""
    blocks = items_of(value, "content")
    return (
        has_role(value)
        and bool(blocks)
        and all(
            isinstance(block, dict)
            and "type" not in block
            and bool(block.keys() & (_KEYS | _BOOKKEEPING))
            for block in blocks
        )
    )


def is_whole(value: JSONValue) -> bool:
    """Whether an object has such messages."""
    return has_some(value, "messages", is_message)


def read(value: JSONValue) -> list[Conversation]:
    """One conversation."""
    builder = Builder()
    messages = value if isinstance(value, list) else value["messages"]
    rest = {} if isinstance(value, list) else without(value, "messages", "system")
    for block in items_of(value, "system"):
        if said := list(read_block(block)):
            builder.say("system", said)
    for message in objects(messages):
        pieces = (piece for block in message.get("content", ()) for piece in read_block(block))
        metadata = without(message, "role", "content")
        builder.say(builder.role(message.get("role")), pieces, metadata=metadata)
    return [builder.finish(rest)]


def read_block(block: JSONValue) -> Iterator[Piece]:
    """One block of a message."""
    if not isinstance(block, dict):
        yield Unknown("content that is neither text nor parts")
        return
    call, answer, image = (block.get(key) for key in ("toolUse", "toolResult", "image"))
    if isinstance(block.get("text"), str):
        yield text_part(block["text"])
    elif isinstance(call, dict):
        yield Call(call.get("name"), call.get("input"), call.get("toolUseId"))
    elif isinstance(answer, dict):
        failed = answer.get("status") == "error"
        yield Answer(_result(answer.get("content")), answer.get("toolUseId"), failed=failed)
    elif "reasoningContent" in block:
        yield Thought(block)
    elif isinstance(image, dict) and isinstance(image.get("source"), dict):
        data = image["source"].get("bytes")
        if isinstance(data, str):
            yield image_part(data_url(f"image/{image.get('format', 'png')}", data))
        else:
            yield from unknown_part(block, "image")
    elif not block.keys() & _BOOKKEEPING:
        yield from _read_wrapped(block)


def _read_wrapped(block: dict[str, JSONValue]) -> Iterator[Piece]:
    """A block that has what is said one further in, with notes on it."""
    guarded, cited = block.get("guardContent"), block.get("citationsContent")
    if isinstance(guarded, dict) and isinstance(guarded.get("text"), dict):
        notes = without(guarded["text"], "text")
        yield from _text(guarded["text"], {"guardContent": notes} if notes else {})
    elif isinstance(guarded, dict) and isinstance(guarded.get("image"), dict):
        yield from read_block(guarded)
    elif isinstance(cited, dict) and items_of(cited, "content"):
        notes = without(cited, "content")
        for number, part in enumerate(cited["content"]):
            yield from _text(part, {"citationsContent": notes} if notes and not number else {})
    else:
        yield from unknown_part(block, next(iter(block), "empty"))


def _text(block: JSONValue, further: Mapping[str, JSONValue]) -> Iterator[Piece]:
    """A text that stands in another block, with what else is said of it."""
    if isinstance(block, dict) and isinstance(block.get("text"), str):
        yield Part({"type": "text", "text": block["text"], **further})
    else:
        yield Unknown("content that is neither text nor parts")


def _result(content: JSONValue) -> JSONValue:
    """What a tool answered: its texts, or the one value that is JSON."""
    if not isinstance(content, list):
        return content
    values = [block["json"] for block in content if isinstance(block, dict) and "json" in block]
    if values and len(content) == 1:
        return values[0]
    return [
        {"type": "text", **block} if isinstance(block, dict) and "text" in block else block
        for block in content
    ]


FORM = Form("bedrock", "Amazon Bedrock Converse", is_whole, read, is_message)
