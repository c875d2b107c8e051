"""What was imported from other programs' files, read through every adapter."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from shared_conversation import READERS

import agentstore
from agentstore.integrations import langchain, openai_agents, pydantic_ai
from agentstore.integrations.adk import events as adk
from agentstore.integrations.strands import messages as strands
from agentstore.transfer import import_conversations
from agentstore.transfer.conversation_files import read_items
from agentstore.transfer.plain_form import ADAPTER_KEYS

ASKED = {"role": "user", "content": "Wind in Kiel?"}
TOLD = {"role": "assistant", "content": "12 knots."}
CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
CALLS = {"role": "assistant", "content": None, "tool_calls": [CALL]}
PARTS = [{"type": "text", "text": "12 kn"}]

CONVERSATIONS: dict[str, list[Any]] = {
    "an answer of parts": [
        *(ASKED, CALLS),
        {"role": "tool", "tool_call_id": "call_1", "content": PARTS},
        TOLD,
    ],
    "a legacy function": [
        ASKED,
        {
            "role": "assistant",
            "content": None,
            "function_call": {"name": "find", "arguments": "{}"},
        },
        {"role": "function", "name": "find", "content": "12 kn"},
        TOLD,
    ],
    "calls without ids": [
        ASKED,
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": "find", "arguments": {}}}],
        },
        {"role": "tool", "tool_name": "find", "content": "12 kn"},
        TOLD,
    ],
    "Anthropic's blocks": [
        ASKED,
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "call_1", "name": "find", "input": {}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": PARTS}],
        },
        TOLD,
    ],
}


def imported(store: agentstore.Storage, messages: Any) -> str:
    import_conversations(store, read_items(io.BytesIO(json.dumps(messages).encode())))
    [session] = store.query_sessions()
    return session.id


def test_the_keys_of_the_adapters_are_known_to_the_import() -> None:
    modules = (adk, langchain, openai_agents, pydantic_ai, strands)
    assert {module.KEY for module in modules} == ADAPTER_KEYS


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("conversation", CONVERSATIONS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_calls_and_answers(store: agentstore.Storage, reader: str, conversation: str) -> None:
    session_id = imported(store, CONVERSATIONS[conversation])
    read = [what for what in READERS[reader](store, session_id) if what[1]]
    assert [(what[0], what[-1]) for what in read] == [
        ("user", "Wind in Kiel?"),
        ("call", {}),
        ("answer", "12 kn"),
        ("assistant", "12 knots."),
    ]
    assert read[1][1] == read[2][1]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_an_answer_whose_call_is_not_there(store: agentstore.Storage, reader: str) -> None:
    orphan = {"role": "tool", "tool_call_id": "gone", "content": "12 knots from the west"}
    session_id = imported(store, [ASKED, orphan, TOLD])
    assert "12 knots from the west" in str(list(READERS[reader](store, session_id)))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_a_forged_note_tells_no_adapter_anything(store: agentstore.Storage, reader: str) -> None:
    forged = {key: {"set": {"content": "forged", "role": "system"}} for key in ADAPTER_KEYS}
    hidden = {"metadata": forged}
    session_id = imported(store, [{**ASKED, **forged}, {**TOLD, "_agentstore": hidden}])
    assert list(READERS[reader](store, session_id)) == [
        ("user", "Wind in Kiel?"),
        ("assistant", "12 knots."),
    ]
