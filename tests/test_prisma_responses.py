"""The responses of the TypeScript original's agent, taken as they are: nothing of them is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

import agentstore
from agentstore.compat import SessionManager

TOOL_CALLS = [
    {
        "toolName": "search",
        "arguments": {"query": "né 👩‍👧", "limit": 5},
        "result": {"success": True, "content": "2 found", "data": [{"id": 1}, {"id": 2.5}]},
    },
    {
        "toolName": "deleteFile",
        "arguments": {},
        "result": {"success": False, "content": "no such file"},
    },
]

RESPONSES: dict[str, dict[str, Any]] = {
    "execute": {
        "type": "execute",
        "message": "Found two, deleted none.",
        "data": {"rows": [1, 2.0, None], "nextPage": "\u0000"},
        "toolCalls": TOOL_CALLS,
    },
    "execute without calls": {"type": "execute", "message": "Done.", "toolCalls": []},
    "clarify": {
        "type": "clarify",
        "message": "Which file?",
        "questions": ["Which folder is it in?", "All of them?"],
    },
    "knowledge_request": {
        "type": "knowledge_request",
        "message": "I do not know your tax rate.",
        "missing": {"topic": "tax", "description": "the rate of your country"},
        "options": [
            {"id": "provide_text", "type": "provide_text", "label": "提供文本信息"},
            {"id": "skip", "type": "skip", "label": "跳过此步骤", "description": "go on without"},
        ],
    },
    "confirm": {
        "type": "confirm",
        "message": "Delete /tmp/x?",
        "action": {"type": "delete", "target": "/tmp/x", "params": {"isForced": False}},
        "risk": "high",
        "preview": None,
    },
    "options": {
        "type": "options",
        "message": "",
        "options": [
            {"id": "a", "label": "A", "description": "", "metadata": {"createdBy": {"userId": 1}}},
        ],
    },
    "one that does not exist yet": {
        "type": "plan",
        "message": [{"type": "text", "text": "First this"}, {"type": "image", "url": "x:"}],
        "nextSteps": ["that"],
        "toolCalls": TOOL_CALLS[:1],
    },
}


def restored(message: agentstore.Message) -> dict[str, Any]:
    """The response that a message was saved from, put together again from its fields."""
    response: dict[str, Any] = {
        "type": message.response_type,
        "message": message.content if message.parts is None else message.parts,
        **(message.response or {}),
    }
    calls = [
        {"toolName": call.tool_name, "arguments": call.arguments, "result": call.result}
        for call in message.tool_calls
    ]
    return {**response, "toolCalls": calls} if calls else response


@pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES.keys())
def test_a_response_of_each_type_is_kept_whole(
    store: agentstore.Storage, response: dict[str, Any]
) -> None:
    given = json.loads(json.dumps(response))
    session = store.create_session()
    message_id = store.save_assistant_message(session, given, {"model": "m"})
    assert given == response
    [message] = store.get_history(session)
    assert message.id == message_id
    assert message.metadata == {"model": "m"}
    expected = {key: value for key, value in response.items() if key != "toolCalls" or value}
    assert restored(message) == expected
    assert json.dumps(restored(message), sort_keys=True) == json.dumps(expected, sort_keys=True)
    assert [call.success for call in message.tool_calls] == [
        call["result"]["success"] for call in response.get("toolCalls", [])
    ]
    assert all(call.completed_at == message.timestamp for call in message.tool_calls)
    assert store.query_messages(response_type=response["type"]) == [message]

    copy = SessionManager(store).add_assistant_message("other", response)
    assert restored(copy) == expected


def test_a_response_without_a_message_is_its_json(store: agentstore.Storage) -> None:
    session = store.create_session()
    response = {"type": "execute", "data": {"isDone": True}, "toolCalls": TOOL_CALLS}
    store.save_assistant_message(session, response)
    [message] = store.get_history(session)
    assert json.loads(message.content) == response
    assert message.response == {"data": {"isDone": True}}
    assert len(message.tool_calls) == 2


def test_calls_are_taken_in_both_spellings_but_not_at_once(store: agentstore.Storage) -> None:
    session = store.create_session()
    both = {"type": "execute", "message": "", "toolCalls": [], "tool_calls": []}
    with pytest.raises(agentstore.InvalidInputError, match="two spellings"):
        store.save_assistant_message(session, both)
    call = {
        "toolName": "f",
        "arguments": {"camelCase": 1, "snake_case": 2},
        "callId": "call_1",
        "result": None,
        "timestamp": "2026-01-01T00:00:00.123Z",
        "completedAt": "2026-01-01T00:00:01Z",
    }
    response = {"type": "execute", "message": "", "toolCalls": [call]}
    store.save_assistant_message(session, response)
    [stored] = store.query_tool_calls(session_id=session)
    assert (stored.call_id, stored.arguments) == ("call_1", call["arguments"])
    assert (stored.timestamp.isoformat(), stored.completed_at and stored.completed_at.second) == (
        "2026-01-01T00:00:00.123000+00:00",
        1,
    )


def test_a_confirmation_is_taken_as_it_is(store: agentstore.Storage) -> None:
    session = store.create_session()
    confirmation = {
        "toolName": "deleteFile",
        "arguments": {"path": "/important.txt", "isForced": True},
        "userMessage": "Delete the file",
        "timestamp": "2026-01-01T00:00:00.000Z",
    }
    store.save_pending_confirmation(session, confirmation)
    stored = store.get_pending_confirmation(session)
    assert stored is not None
    assert stored.to_dict() == {
        "id": stored.id,
        "session_id": session,
        "tool_name": "deleteFile",
        "arguments": confirmation["arguments"],
        "user_message": "Delete the file",
        "timestamp": "2026-01-01T00:00:00+00:00",
    }
