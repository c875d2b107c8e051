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


def inspect_sample(*messages: Any, **further: Any) -> Any:
    return {"id": 1, "epoch": 1, "target": "", "messages": messages, **further}


def test_what_went_wrong_with_a_tool_of_inspects_is_its_answer() -> None:
    call = {"id": "t1", "function": "py", "arguments": {}}
    error = {"type": "parsing", "message": "bad json"}
    answer = {"role": "tool", "tool_call_id": "t1", "function": "py", "error": error}
    asked = {"role": "assistant", "content": "", "tool_calls": [call]}
    for content, result in [("", "bad json"), (None, "bad json"), ("half of it", "half of it")]:
        found = read(inspect_sample(asked, {**answer, "content": content}))
        assert calls(found) == [("py", "t1", result)]
        assert said(found)[1] == ("tool", result)
        assert found.messages[1].metadata == {
            "tool_call_id": "t1",
            "tool_status": "error",
            "function": "py",
            "error": error,
        }
    found = read(inspect_sample(asked, {**answer, "content": "", "error": None}))
    assert calls(found) == [("py", "t1", "")]
    assert len(found.messages) == 1


def test_inspects_attachments_are_put_in() -> None:
    asked = {
        "role": "user",
        "content": [text("attachment://t"), {"type": "image", "image": "attachment://i"}],
    }
    told = {"role": "assistant", "content": "attachment://t", "model": "attachment://gone"}
    attachments = {"t": "A long text", "i": PIXEL}
    found = read(inspect_sample(asked, told, attachments=attachments))
    assert said(found) == [
        ("user", [text("A long text"), IMAGE]),
        ("assistant", "A long text"),
    ]
    assert found.messages[1].metadata == {"model": "attachment://gone"}
