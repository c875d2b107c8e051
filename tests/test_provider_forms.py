"""Readers of OpenAI's, Anthropic's and Vercel's forms: what logs and batches have around them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from test_forms import read

import agentstore
from agentstore.transfer import import_conversations
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.conversation_files import read_items
from agentstore.transfer.gathering import Gatherer

HI = {"role": "user", "content": "Hi"}
HELLO = {"role": "assistant", "content": "Hello"}
GREETED = [("user", "Hi"), ("assistant", "Hello")]
BLOCKS = [
    {"role": "user", "content": "Wind?"},
    {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "wind", "input": {"c": "Kiel"}}],
    },
    {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "12 kn"}],
    },
]
ASKED = [("system", "Be brief"), ("user", "Wind?"), ("wind", {"c": "Kiel"}, "12 kn")]
REQUEST = {"model": "claude", "system": "Be brief", "messages": BLOCKS}
ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
}


def said(conversation: Conversation) -> list[Any]:
    """What is said, which is the same when the export is read again."""
    [again] = read(conversation.form)
    assert json.dumps(again.form, sort_keys=True) == json.dumps(conversation.form, sort_keys=True)
    assert not again.remarks
    found: list[Any] = []
    for message in conversation.messages:
        if message.content:
            found.append((message.role, message.content))
        for call in message.tool_calls:
            assert isinstance(call, dict)
            found.append((call["tool_name"], call["arguments"], call.get("result")))
    return found


@pytest.mark.parametrize("key", ["body", "params", "request", "input"])
@pytest.mark.parametrize("form", [None, "anthropic"])
def test_a_request_of_anthropics_inside_a_line(key: str, form: str | None) -> None:
    [found] = read({"custom_id": "r1", key: REQUEST}, form)
    assert said(found) == ASKED
    assert found.metadata == {"custom_id": "r1", key: {"model": "claude"}}
    assert not found.remarks


@pytest.mark.parametrize(
    ("value", "metadata"),
    [
        ({"request": REQUEST, "response": ANSWER}, {"request": {"model": "claude"}}),
        ({**REQUEST, "response": {"body": ANSWER, "status": 200}}, {"model": "claude"}),
        ({"params": REQUEST, "result": {"message": ANSWER}}, {"params": {"model": "claude"}}),
        ({**REQUEST, "messages": [*BLOCKS, HELLO], "model": None}, {}),
    ],
)
def test_anthropics_answer_stands_behind_its_request(value: Any, metadata: Any) -> None:
    [found] = read(value)
    assert said(found) == [*ASKED, ("assistant", "Hello")]
    assert found.metadata.items() >= metadata.items()
    assert not {"result", "messages", "system"} & found.metadata.keys()


def test_anthropics_answer_to_a_plain_request() -> None:
    for value in (
        {"messages": [HI], "response": ANSWER},
        {"body": {"messages": [HI]}, "response": ANSWER},
    ):
        [found] = read(value)
        assert said(found) == GREETED
        assert found.messages[1].metadata == {"id": "msg_1", "stop_reason": "end_turn"}


def test_an_answer_that_is_there_already_is_not_said_again() -> None:
    choices = [{"message": HELLO}]
    for value in (
        {"messages": [HI, HELLO], "choices": choices},
        {"system": "Be brief", "messages": [HI, ANSWER], "response": ANSWER},
    ):
        [found] = read(value)
        assert [what for what in said(found) if what[0] != "system"] == GREETED


@pytest.mark.parametrize(
    ("value", "metadata"),
    [
        (
            {"messages": [HI], "choices": [{"index": 0, "message": HELLO}]},
            {"choices": [{"index": 0}]},
        ),
        (
            {"id": "x", "messages": [HI], "response": {"id": "c", "choices": [{"message": HELLO}]}},
            {"id": "x", "response": {"id": "c", "choices": [{}]}},
        ),
        (
            {"request": {"messages": [HI]}, "response": {"choices": [{"message": HELLO}]}},
            {"request": {}, "response": {"choices": [{}]}},
        ),
        (
            {"body": {"messages": [HI]}, "response": {"body": {"choices": [{"message": HELLO}]}}},
            {"body": {}, "response": {"body": {"choices": [{}]}}},
        ),
        ({"messages": [HI], "message": HELLO, "done": True}, {"done": True}),
        ({"request": {"messages": [HI]}, "response": {"message": HELLO, "done": True}}, None),
        ({"system": "", "messages": [HI], "choices": [{"message": HELLO}]}, None),
    ],
)
def test_an_answer_stands_behind_its_request(value: Any, metadata: Any) -> None:
    [found] = read(value)
    assert said(found) == GREETED
    assert metadata is None or found.metadata == metadata
    assert not found.remarks


def test_the_call_of_an_answer_beside_anthropics_request() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "wind", "arguments": "{}"}}
    answer = {"role": "assistant", "content": None, "tool_calls": [call]}
    [found] = read({**REQUEST, "choices": [{"message": answer}]})
    assert said(found) == [*ASKED, ("wind", {}, None)]


def test_what_only_looks_like_an_answer_is_metadata() -> None:
    for further in ({"message": HELLO}, {"response": "Hello"}, {"choices": [{"text": "Hello"}]}):
        [found] = read({"messages": [HI], **further})
        assert (said(found), found.metadata) == ([("user", "Hi")], further)


def test_the_lines_of_a_batchs_results() -> None:
    lines = [
        {"custom_id": "r1", "result": {"type": "succeeded", "message": ANSWER}},
        {"custom_id": "r2", "result": {"type": "errored", "error": {"type": "invalid"}}},
        {"custom_id": "r3", "result": {"type": "expired"}},
        {"custom_id": "r4", "response": None, "error": {"code": "batch_expired"}},
        {"custom_id": "r5", "response": {"body": {"error": {"message": "no"}}}, "error": None},
    ]
    file = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    for form in (None, "anthropic"):
        with agentstore.connect("sqlite://") as store:
            summary = import_conversations(store, read_items(io.BytesIO(file)), form=form)
            [session] = store.query_sessions()
            assert store.get_history(session.id)[0].content == "Hello"
        assert (summary.conversations, summary.messages) == (1, 1)
        assert summary.passed_over == {"line of a batch's results without an answer": 4}
        assert not summary.remarks


def test_the_system_prompt_beside_messages_that_are_named() -> None:
    value = {"custom_id": "r1", "data": {"model": "claude", "system": "Be brief", "talk": BLOCKS}}
    items = read_items(io.BytesIO(json.dumps(value).encode()))
    [found] = Gatherer(messages_key="data.talk").gather(items)
    assert found.conversation is not None
    assert said(found.conversation) == ASKED
    assert found.conversation.metadata == {"custom_id": "r1", "data": {"model": "claude"}}
