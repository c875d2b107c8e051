"""Readers of OpenAI's, Anthropic's and Vercel's forms: what logs and batches have around them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from test_forms import flat_read, read

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


def item(role: str, text: str) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]}


ITEMS = [item("user", "Hi"), item("assistant", "Hello")]
CALLED = [
    {"type": "function_call", "call_id": "c1", "name": "wind", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "c1", "output": "12 kn"},
]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"instructions": [item("developer", "Be brief")], "output": ITEMS[1:]},
            [("system", "Be brief"), ("assistant", "Hello")],
        ),
        (
            {"url": "/v1/responses", "body": {"input": "Hi", "instructions": "Be brief"}},
            [("system", "Be brief"), ("user", "Hi")],
        ),
        ({"url": "/v1/responses", "body": {"input": "Hi", "model": "m"}}, [("user", "Hi")]),
        ({"model": "m", "instructions": "Be brief", "input": "Hi"}, None),
        ({"request": {"input": "Hi"}, "response": {"output": ITEMS[1:]}}, GREETED),
        ({"body": {"input": ITEMS[:1]}, "response": {"body": {"output": ITEMS[1:]}}}, GREETED),
        ({"input": "Hi", "output": ITEMS[1:]}, GREETED),
        ({"object": "response", "output": []}, []),
    ],
)
def test_requests_and_responses(value: Any, expected: Any) -> None:
    for form in (None, "responses"):
        [found] = read(value, form)
        assert said(found) == (expected or said(found))
        assert expected is not None or len(found.messages) == 2
        assert not found.remarks
        assert not {"input", "output", "instructions"} & found.metadata.keys()


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (None, {"url": "/v1/embeddings", "body": {"input": "Hi", "model": "m"}}),
        (None, {"model": "m", "instructions": "Be brief", "input": "Hi", "output": "Hello"}),
        (None, {"instructions": "Be brief"}),
        ("responses", {"instructions": "Be brief"}),
    ],
)
def test_what_is_no_request_of_the_responses_api(form: str | None, value: Any) -> None:
    [found] = Gatherer(form).gather(read_items(io.BytesIO(json.dumps(value).encode())))
    assert found.error is not None


@pytest.mark.parametrize(
    ("error", "result"),
    [("down", "down"), ({"message": "down"}, "down"), ({"code": 5, "message": "down"}, None)],
)
def test_the_error_of_an_mcp_call_is_its_failed_result(error: Any, result: Any) -> None:
    call = {"type": "mcp_call", "id": "m1", "name": "wind", "arguments": "{}", "output": None}
    [found] = read([{**call, "error": error}])
    [caller, told] = found.messages
    assert caller.tool_calls[0]["result"] == (result or error)  # type: ignore[index]
    assert told.metadata == {"tool_status": "error", "tool_call_id": "m1"}
    assert "down" in str(told.content)


def test_the_output_of_a_local_shell_finds_its_call_by_the_id() -> None:
    calls = [
        {"type": "local_shell_call", "id": f"lsh_{n}", "call_id": f"call_{n}", "action": {"n": n}}
        for n in (1, 2, 3)
    ]
    outputs = [
        {"type": "local_shell_call_output", "id": key, "output": key}
        for key in ("lsh_3", "call_2", "of its own")
    ]
    [found] = read([*calls, *outputs])
    results = [call["result"] for call in found.messages[0].tool_calls]  # type: ignore[index]
    assert results == ["of its own", "call_2", "lsh_3"]
    assert not found.remarks


@pytest.mark.parametrize(
    ("items", "is_reversed", "remarks"),
    [
        ([*ITEMS, item("user", "?"), *CALLED], False, 0),
        ([*CALLED[::-1], item("user", "Hi")], True, 1),
        (ITEMS, False, 0),
        (ITEMS[::-1], True, 1),
        ([item("user", "one"), item("user", "two")], False, 1),
        ([item("user", "one")], False, 0),
    ],
)
def test_a_list_of_items_is_read_from_its_oldest(
    items: list[Any], is_reversed: bool, remarks: int
) -> None:
    [found] = read({"object": "list", "data": items, "has_more": False})
    assert flat_read(found) == flat_read(read(items[::-1] if is_reversed else items)[0])
    assert sum(found.remarks.values()) == remarks


def in_thread(role: str, text: str, at: int) -> dict[str, Any]:
    return {
        "object": "thread.message",
        "thread_id": "t1",
        "role": role,
        "created_at": 1764300000 + at,
        "content": [{"type": "text", "text": {"value": text}}],
    }


THREAD = [
    in_thread("user", "1", 0),
    in_thread("user", "2", 0),
    in_thread("assistant", "3", 5),
    in_thread("assistant", "4", 5),
]


@pytest.mark.parametrize(
    ("messages", "order", "is_guess"),
    [
        (THREAD, "1234", False),
        (THREAD[::-1], "1234", False),
        (THREAD[1::-1], "12", True),
        ([in_thread("user", "1", 0), in_thread("assistant", "2", 0)], "12", True),
        ([in_thread("assistant", "2", 0), in_thread("user", "1", 0)], "12", True),
        (THREAD[:1], "1", False),
    ],
)
def test_a_thread_is_read_from_its_oldest(messages: Any, order: str, is_guess: bool) -> None:
    for value in (messages, {"object": "list", "data": messages}):
        [found] = read(value)
        assert "".join(str(message.content) for message in found.messages) == order
        assert bool(found.remarks) == is_guess


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ({"id": "a", "conversations": []}, "sharegpt"),
        ({"id": "a", "conversation": []}, "sharegpt"),
        ({"contents": []}, "gemini"),
        ({"contents": [], "systemInstruction": {"parts": []}}, "gemini"),
        ({"object": "list", "data": []}, "responses"),
    ],
)
def test_a_conversation_in_which_nobody_has_said_anything(value: Any, form: str) -> None:
    for named in (None, form):
        [found] = read(value, named)
        assert said(found) == []
        assert not found.remarks


PNG = "iVBORw0KGgo="
SHOWN = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "image", "image": PNG, "mediaType": "image/png"}, SHOWN),
        ({"type": "image", "image": PNG}, SHOWN),
        ({"type": "image", "image": SHOWN["image_url"]["url"], "mimeType": "image/png"}, SHOWN),  # type: ignore[index]
        ({"type": "file", "data": PNG, "mediaType": "image/png"}, SHOWN),
        ({"type": "file", "url": SHOWN["image_url"]["url"], "mediaType": "image/png"}, SHOWN),  # type: ignore[index]
        (
            {"type": "image", "image": "https://x/a.png", "mediaType": "image/png"},
            {
                "type": "image_url",
                "image_url": {"url": "https://x/a.png"},
                "mediaType": "image/png",
            },
        ),
        (
            {"type": "image", "image": "a.png"},
            {"type": "image_url", "image_url": {"url": "a.png"}},
        ),
        ({"type": "file", "data": "JVBERi0=", "mediaType": "application/pdf"}, None),
    ],
)
def test_an_image_in_base64_has_a_data_url(part: Any, expected: Any) -> None:
    called = {"type": "tool-call", "toolCallId": "c1", "toolName": "look", "input": {}}
    value = [{"role": "user", "content": [part]}, {"role": "assistant", "content": [called]}]
    [found] = read(value)
    assert found.messages[0].content == [expected or part]


@pytest.mark.parametrize(
    ("part", "arguments", "result", "has_failed"),
    [
        (
            {"state": "output-error", "rawInput": {"a": 1}, "errorText": "bad"},
            {"a": 1},
            "bad",
            True,
        ),
        ({"state": "output-error", "input": {}, "errorText": "bad"}, {}, "bad", True),
        ({"state": "output-denied", "input": {}, "approval": {"reason": "no"}}, {}, "no", True),
        ({"state": "output-denied", "input": {}}, {}, None, True),
        ({"state": "output-available", "input": {"a": 1}, "output": 0}, {"a": 1}, 0, False),
    ],
)
def test_what_a_tool_of_the_ui_answered(
    part: Any, arguments: Any, result: Any, has_failed: bool
) -> None:
    [found] = read(
        [{"role": "assistant", "parts": [{**part, "type": "tool-f", "toolCallId": "c"}]}]
    )
    [call] = found.messages[0].tool_calls
    assert isinstance(call, dict)
    assert (call["arguments"], call["result"]) == (arguments, result)
    assert [message.role for message in found.messages[1:]] == (["tool"] if has_failed else [])


@pytest.mark.parametrize(
    ("output", "result"),
    [
        ({"type": "execution-denied", "reason": "no"}, "no"),
        ({"type": "execution-denied"}, {"type": "execution-denied"}),
        ({"type": "error-text", "value": "no"}, "no"),
    ],
)
def test_what_was_denied_has_failed(output: Any, result: Any) -> None:
    call = {"type": "tool-call", "toolCallId": "c1", "toolName": "look", "input": {}}
    answer = {"type": "tool-result", "toolCallId": "c1", "toolName": "look", "output": output}
    [found] = read(
        [{"role": "assistant", "content": [call]}, {"role": "tool", "content": [answer]}]
    )
    assert found.messages[0].tool_calls[0]["result"] == result  # type: ignore[index]
    assert found.messages[1].metadata == {"tool_status": "error", "tool_call_id": "c1"}


def test_attachments_are_parts() -> None:
    attachments = [
        {"name": "a.png", "contentType": "image/png", "url": "https://x/a.png"},
        {"name": "a.pdf", "contentType": "application/pdf", "url": "https://x/a.pdf"},
    ]
    text = {"type": "text", "text": "What is it?"}
    shown = {"type": "file", "mediaType": "image/png", "url": "https://x/a.png"}
    for further in ({"content": "What is it?"}, {"parts": [text]}, {"parts": [text, shown]}):
        [found] = read([{"role": "user", **further, "experimental_attachments": attachments}])
        assert found.messages[0].content == [
            text,
            {"type": "image_url", "image_url": {"url": "https://x/a.png"}},
            {
                "type": "file",
                "filename": "a.pdf",
                "mediaType": "application/pdf",
                "url": "https://x/a.pdf",
            },
        ]
        assert found.messages[0].metadata == {}
