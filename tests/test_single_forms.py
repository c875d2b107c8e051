"""What single forms have that no other has: it is read as what it is there."""

from __future__ import annotations

import io
from typing import Any

import pytest

from agentstore.transfer.conversation import Conversation
from agentstore.transfer.conversation_files import read_items
from agentstore.transfer.gathering import Gatherer
from agentstore.transfer.json_text import encoded

HI = {"role": "user", "content": "Hi"}
GREETED = [("user", "Hi"), ("assistant", "Hello")]
PIXEL = "data:image/png;base64,AAAA"
IMAGE = {"type": "image_url", "image_url": {"url": PIXEL}}


def read_all(value: Any) -> list[Conversation]:
    found = list(Gatherer().gather(read_items(io.BytesIO(encoded(value)))))
    assert [one.error for one in found] == [None] * len(found)
    return [one.conversation for one in found if one.conversation is not None]


def read(value: Any) -> Conversation:
    [conversation] = read_all(value)
    return conversation


def said(conversation: Conversation) -> list[tuple[str, Any]]:
    return [(message.role, message.content) for message in conversation.messages]


def calls(conversation: Conversation) -> list[tuple[Any, ...]]:
    return [
        (call["tool_name"], call["call_id"], call.get("result"))
        for message in conversation.messages
        for call in message.tool_calls
        if isinstance(call, dict)
    ]


def text(said: str, **further: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **further}


@pytest.mark.parametrize(
    ("block", "content"),
    [
        ({"guardContent": {"text": {"text": "Hi"}}}, "Hi"),
        (
            {"guardContent": {"text": {"text": "Hi", "qualifiers": ["query"]}}},
            [text("Hi", guardContent={"qualifiers": ["query"]})],
        ),
        (
            {"guardContent": {"image": {"format": "png", "source": {"bytes": "AAAA"}}}},
            [IMAGE],
        ),
        ({"citationsContent": {"content": [{"text": "Hi"}], "citations": []}}, "Hi"),
        (
            {"citationsContent": {"content": [{"text": "Hi"}], "citations": [{"title": "T"}]}},
            [text("Hi", citationsContent={"citations": [{"title": "T"}]})],
        ),
    ],
)
def test_bedrocks_blocks_with_texts_inside_say_them(block: Any, content: Any) -> None:
    system = [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}]
    found = read({"system": system, "messages": [{"role": "user", "content": [block]}]})
    assert said(found) == [("system", "Be brief."), ("user", content)]
    assert not found.remarks
