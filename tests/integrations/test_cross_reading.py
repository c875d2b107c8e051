"""A conversation written through one adapter, read through the others and by everybody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from pydantic_ai.messages import (
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from strands.types.session import Session, SessionAgent, SessionMessage, SessionType

import agentstore
from agentstore.cli.app import cli
from agentstore.integrations import langchain, openai_agents, pydantic_ai, strands
from agentstore.transfer import read_conversation, write_conversation

SYSTEM = ("system", "You help.")
CONVERSATION: list[tuple[Any, ...]] = [
    ("user", "Where are my orders?"),
    ("assistant", "I will look."),
    ("call", "call_1", "find", {"order": 4711}),
    ("call", "call_2", "find", {"order": 4712}),
    ("answer", "call_1", "in Hamburg"),
    ("answer", "call_2", "no such order"),
    ("assistant", "One is in Hamburg."),
    ("user", "Thank you!"),
]
"""What all of them can say; a system prompt comes before it, where they have such messages."""


def write_openai_agents(store: agentstore.Storage) -> None:
    session = openai_agents.AgentstoreSession("chat", store)
    turns: list[Any] = [
        [
            {"role": "system", "content": "You help."},
            {"role": "user", "content": "Where are my orders?"},
        ],
        [
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "Two of them."}],
            },
            {
                "type": "message",
                "id": "msg_1",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "I will look.", "annotations": []}],
            },
            {
                "type": "function_call",
                "call_id": "call_1",
                "name": "find",
                "arguments": '{"order":4711}',
            },
            {
                "type": "function_call",
                "call_id": "call_2",
                "name": "find",
                "arguments": '{"order":4712}',
            },
            {"type": "function_call_output", "call_id": "call_1", "output": "in Hamburg"},
            {"type": "function_call_output", "call_id": "call_2", "output": "no such order"},
        ],
        [{"role": "assistant", "content": "One is in Hamburg."}],
        [{"role": "user", "content": [{"type": "input_text", "text": "Thank you!"}]}],
    ]
    for turn in turns:
        asyncio.run(session.add_items(turn))


def read_openai_agents(store: agentstore.Storage) -> Iterator[tuple[Any, ...]]:
    items: list[Any] = asyncio.run(openai_agents.AgentstoreSession("chat", store).get_items())
    for item in items:
        if item.get("type") == "function_call":
            yield "call", item["call_id"], item["name"], json.loads(item["arguments"])
        elif item.get("type") == "function_call_output":
            yield "answer", item["call_id"], item["output"]
        elif "role" in item:
            yield item["role"], item["content"]


def write_langchain(store: agentstore.Storage) -> None:
    history = langchain.AgentstoreChatMessageHistory("chat", store)
    calls = [
        {"name": "find", "args": {"order": 4711}, "id": "call_1"},
        {"name": "find", "args": {"order": 4712}, "id": "call_2"},
    ]
    messages: list[BaseMessage] = [
        SystemMessage("You help."),
        HumanMessage("Where are my orders?"),
        AIMessage(
            [
                {"type": "reasoning", "reasoning": "Two of them."},
                {"type": "text", "text": "I will look."},
            ],
            tool_calls=calls,
        ),
        ToolMessage("in Hamburg", tool_call_id="call_1"),
        ToolMessage("no such order", tool_call_id="call_2", status="error"),
        AIMessage("One is in Hamburg."),
        HumanMessage("Thank you!"),
    ]
    for message in messages:
        history.add_message(message)


def read_langchain(store: agentstore.Storage) -> Iterator[tuple[Any, ...]]:
    for message in langchain.AgentstoreChatMessageHistory("chat", store).messages:
        if isinstance(message, ToolMessage):
            yield "answer", message.tool_call_id, message.content
            continue
        roles = {"human": "user", "ai": "assistant", "system": "system"}
        yield roles[message.type], message.content
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                yield "call", call["id"], call["name"], call["args"]


def write_strands(store: agentstore.Storage) -> None:
    repository = strands.AgentstoreSessionRepository(store)
    repository.create_session(Session(session_id="chat", session_type=SessionType.AGENT))
    repository.create_agent("chat", SessionAgent("bot", {}, {}))
    messages: list[Any] = [
        {"role": "user", "content": [{"text": "Where are my orders?"}]},
        {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "Two of them."}}},
                {"text": "I will look."},
                {"toolUse": {"toolUseId": "call_1", "name": "find", "input": {"order": 4711}}},
                {"toolUse": {"toolUseId": "call_2", "name": "find", "input": {"order": 4712}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "toolResult": {
                        "toolUseId": "call_1",
                        "status": "success",
                        "content": [{"text": "in Hamburg"}],
                    }
                },
                {
                    "toolResult": {
                        "toolUseId": "call_2",
                        "status": "error",
                        "content": [{"text": "no such order"}],
                    }
                },
            ],
        },
        {"role": "assistant", "content": [{"text": "One is in Hamburg."}]},
        {"role": "user", "content": [{"text": "Thank you!"}]},
    ]
    for number, message in enumerate(messages):
        repository.create_message("chat", "bot", SessionMessage.from_message(message, number))


def read_strands(store: agentstore.Storage) -> Iterator[tuple[Any, ...]]:
    for message in strands.load_messages(store, "chat"):
        for block in message["content"]:
            if "toolUse" in block:
                use = block["toolUse"]
                yield "call", use["toolUseId"], use["name"], use["input"]
            elif "toolResult" in block:
                result = block["toolResult"]
                yield "answer", result["toolUseId"], result["content"][0]["text"]
            elif "text" in block:
                yield message["role"], block["text"]


def write_pydantic_ai(store: agentstore.Storage) -> None:
    pydantic_ai.save_messages(
        store,
        "chat",
        [
            ModelRequest([SystemPromptPart("You help."), UserPromptPart("Where are my orders?")]),
            ModelResponse(
                [
                    ThinkingPart("Two of them."),
                    TextPart("I will look."),
                    ToolCallPart("find", {"order": 4711}, "call_1"),
                    ToolCallPart("find", '{"order": 4712}', "call_2"),
                ]
            ),
            ModelRequest(
                [
                    ToolReturnPart("find", "in Hamburg", "call_1"),
                    ToolReturnPart("find", "no such order", "call_2", outcome="failed"),
                ]
            ),
            ModelResponse([TextPart("One is in Hamburg.")]),
            ModelRequest([UserPromptPart("Thank you!")]),
        ],
        run_id="run-1",
    )


def read_pydantic_ai(store: agentstore.Storage) -> Iterator[tuple[Any, ...]]:
    for message in pydantic_ai.load_messages(store, "chat"):
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                yield "call", part.tool_call_id, part.tool_name, part.args_as_dict()
            elif isinstance(part, ToolReturnPart):
                assert part.tool_name == "find"
                yield "answer", part.tool_call_id, part.content
            elif isinstance(part, SystemPromptPart):
                yield "system", part.content
            elif isinstance(part, (UserPromptPart, TextPart)):
                yield "user" if isinstance(part, UserPromptPart) else "assistant", part.content


def write_store(store: agentstore.Storage) -> None:
    """As somebody would who knows no framework."""
    store.create_session(id="chat", system_message="You help.")
    store.save_user_message("chat", "Where are my orders?")
    calls = [
        {
            "tool_name": "find",
            "arguments": {"order": 4711},
            "call_id": "call_1",
            "result": "in Hamburg",
        },
        {
            "tool_name": "find",
            "arguments": {"order": 4712},
            "call_id": "call_2",
            "result": "no such order",
        },
    ]
    store.save_assistant_message(
        "chat", {"type": "execute", "message": "I will look.", "tool_calls": calls}
    )
    store.save_assistant_message("chat", "One is in Hamburg.")
    store.save_user_message("chat", "Thank you!")


Writer = Callable[[agentstore.Storage], None]
Reader = Callable[[agentstore.Storage], Iterator[tuple[Any, ...]]]

WRITERS: dict[str, Writer] = {
    "openai_agents": write_openai_agents,
    "langchain": write_langchain,
    "strands": write_strands,
    "pydantic_ai": write_pydantic_ai,
    "store": write_store,
}
READERS: dict[str, Reader] = {
    "openai_agents": read_openai_agents,
    "langchain": read_langchain,
    "strands": read_strands,
    "pydantic_ai": read_pydantic_ai,
}
PAIRS = [(writer, reader) for writer in WRITERS for reader in READERS if writer != reader]


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_one_writes_another_reads(store: agentstore.Storage, writer: str, reader: str) -> None:
    WRITERS[writer](store)
    has_system = "strands" not in (writer, reader)
    assert list(READERS[reader](store)) == [SYSTEM] * has_system + CONVERSATION


@pytest.mark.parametrize("writer", WRITERS)
def test_everybody_sees_messages_and_tool_calls(store: agentstore.Storage, writer: str) -> None:
    WRITERS[writer](store)
    history = store.get_history("chat")
    said = [(message.role, message.content) for message in history if message.content]
    said = [what for what in said if what[0] != "tool" and what[1] != "Two of them."]
    spoken = [what for what in CONVERSATION if what[0] in {"user", "assistant"}]
    assert said == [SYSTEM] * (writer != "strands") + spoken
    calls = store.query_tool_calls(session_id="chat", tool_name="find", order="asc")
    assert [(call.call_id, call.arguments, call.result) for call in calls] == [
        ("call_1", {"order": 4711}, "in Hamburg"),
        ("call_2", {"order": 4712}, "no such order"),
    ]
    assert store.query_tool_calls(pending=True) == []


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)
def test_show_prints_it(store: agentstore.Storage, database_url: str, writer: str) -> None:
    WRITERS[writer](store)
    shown = CliRunner().invoke(cli, ["show", "chat", "--database", database_url])
    assert shown.exit_code == 0, shown.output
    for text in (
        "Where are my orders?",
        "I will look.",
        'find({"order":4711}) = in Hamburg',
        'find({"order":4712}) = no such order',
        "One is in Hamburg.",
    ):
        assert text in shown.output


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_it_survives_export_and_import(store: agentstore.Storage, writer: str) -> None:
    WRITERS[writer](store)
    exported = write_conversation({}, store.get_history("chat"))
    imported = read_conversation(json.loads(json.dumps(exported)))
    store.create_session(id="copy")
    store.save_messages("copy", imported.messages)
    assert write_conversation({}, store.get_history("copy")) == exported
    copied = store.query_tool_calls(session_id="copy", order="asc")
    original = store.query_tool_calls(session_id="chat", order="asc")
    assert [(call.call_id, call.arguments, call.result) for call in copied] == [
        (call.call_id, call.arguments, call.result) for call in original
    ]


@pytest.mark.parametrize("first", WRITERS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_they_take_turns_in_one_session(store: agentstore.Storage, first: str) -> None:
    WRITERS[first](store)
    session = openai_agents.AgentstoreSession("chat", store)
    history = langchain.AgentstoreChatMessageHistory("chat", store)
    asyncio.run(session.add_items([{"role": "user", "content": "one"}]))
    history.add_message(HumanMessage("two"))
    pydantic_ai.save_messages(store, "chat", [ModelRequest([UserPromptPart("three")])])
    store.save_user_message("chat", "four")
    for name, read in READERS.items():
        said = [content for role, content, *_ in read(store) if role == "user"]
        assert said[-4:] == ["one", "two", "three", "four"], name
