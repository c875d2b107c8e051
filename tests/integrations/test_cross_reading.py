"""A conversation written through one adapter, read through the others and by everybody else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from backends import SHARED
from click.testing import CliRunner
from langchain_core.messages import HumanMessage
from pydantic_ai.messages import ModelRequest, UserPromptPart
from shared_conversation import (
    CONVERSATION,
    READERS,
    SYSTEM,
    WRITERS,
    langchain_messages,
    read_adk,
    write_store_turns,
)

import agentstore
from agentstore.cli.app import cli
from agentstore.integrations import adk, langchain, openai_agents, pydantic_ai
from agentstore.integrations.shared.drafts import as_text
from agentstore.transfer.conversation_files import Item
from agentstore.transfer.exporting import export_conversations
from agentstore.transfer.importing import import_conversations
from agentstore.transfer.plain_form import ADAPTER_KEYS, FORM_KEY, is_adapter_session_key

PAIRS = [
    (writer, reader)
    for writer in WRITERS
    for reader in READERS
    if reader != {"langgraph": "langchain"}.get(writer, writer)
]
"""What LangGraph writes is LangChain's own, and comes back to it exactly."""
WITHOUT_SYSTEM = {"strands", "adk"}
"""Their system prompts are no messages."""


def session_of(writer: str) -> str:
    return adk.store_session_id("shop", "ann", "17") if writer == "adk" else "chat"


def as_said(what: tuple[Any, ...], writer: str) -> tuple[Any, ...]:
    """What is read where the writer was another: ADK's tools answer with objects."""
    if writer != "adk" or what[0] != "answer":
        return what
    return (*what[:2], RESULTS["adk"][what[1]])


RESULTS: dict[str, dict[str, Any]] = {
    "adk": {"call_1": {"result": "in Hamburg"}, "call_2": {"error": "no such order"}}
}


def results(writer: str) -> dict[str, Any]:
    return RESULTS.get(writer, {"call_1": "in Hamburg", "call_2": "no such order"})


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_one_writes_another_reads(store: agentstore.Storage, writer: str, reader: str) -> None:
    WRITERS[writer](store, session_of(writer))
    read = list(READERS[reader](store, session_of(writer)))
    if writer == "adk":
        # Its tools answer with objects, which some have as text.
        read = [
            (*what[:2], json.loads(what[2]) if isinstance(what[2], str) else what[2])
            if what[0] == "answer"
            else what
            for what in read
        ]
    has_system = not WITHOUT_SYSTEM & {writer, reader}
    assert read == [SYSTEM] * has_system + [as_said(what, writer) for what in CONVERSATION]


def test_langchain_reads_what_langgraph_writes_as_its_own(store: agentstore.Storage) -> None:
    WRITERS["langgraph"](store, "chat")
    read = langchain.AgentstoreChatMessageHistory("chat", store).messages
    assert [message.model_dump(exclude={"id"}) for message in read] == [
        message.model_dump(exclude={"id"}) for message in langchain_messages()
    ]


# Strands makes its sessions itself, and refuses one that is there.
@pytest.mark.parametrize("writer", [name for name in WRITERS if name not in {"adk", "strands"}])
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_adk_reads_what_others_write_into_its_session(
    store: agentstore.Storage, writer: str
) -> None:
    names: dict[str, Any] = {"app_name": "shop", "user_id": "ann", "session_id": "17"}
    asyncio.run(adk.AgentstoreSessionService(store).create_session(**names))
    if writer == "store":
        store.save_user_message(session_of("adk"), "Where are my orders?")
        write_store_turns(store, session_of("adk"))
    else:
        WRITERS[writer](store, session_of("adk"))
    assert list(read_adk(store, session_of("adk"))) == CONVERSATION


@pytest.mark.parametrize("writer", WRITERS)
def test_everybody_sees_messages_and_tool_calls(store: agentstore.Storage, writer: str) -> None:
    WRITERS[writer](store, session_of(writer))
    history = store.get_history(session_of(writer))
    said = [(message.role, message.content) for message in history if message.content]
    said = [what for what in said if what[0] != "tool" and what[1] != "Two of them."]
    spoken = [what for what in CONVERSATION if what[0] in {"user", "assistant"}]
    assert said == [SYSTEM] * (writer not in WITHOUT_SYSTEM) + spoken
    calls = store.query_tool_calls(session_id=session_of(writer), tool_name="find", order="asc")
    assert [(call.call_id, call.arguments, call.result) for call in calls] == [
        ("call_1", {"order": 4711}, results(writer)["call_1"]),
        ("call_2", {"order": 4712}, results(writer)["call_2"]),
    ]
    assert store.query_tool_calls(pending=True) == []


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_show_prints_it(store: agentstore.Storage, database_url: str, writer: str) -> None:
    WRITERS[writer](store, session_of(writer))
    shown = CliRunner().invoke(cli, ["show", session_of(writer), "--database", database_url])
    assert shown.exit_code == 0, shown.output
    for text in (
        "Where are my orders?",
        "I will look.",
        f'find({{"order":4711}}) = {as_text(results(writer)["call_1"])}',
        f'find({{"order":4712}}) = {as_text(results(writer)["call_2"])}',
        "One is in Hamburg.",
    ):
        assert text in shown.output


@pytest.mark.parametrize("writer", WRITERS)
def test_it_survives_export_and_import(store: agentstore.Storage, writer: str) -> None:
    WRITERS[writer](store, session_of(writer))
    session = store.get_session(session_of(writer))
    assert session is not None
    [exported] = export_conversations(store)
    answers = [form["tool_call_id"] for form in exported["messages"] if form["role"] == "tool"]
    assert answers == ["call_1", "call_2"]
    form = json.loads(json.dumps(exported))
    summary = import_conversations(store, [Item(form, None, None, 0)])
    assert (summary.conversations, summary.tool_calls) == (1, 2)
    [copied] = [found for found in store.query_sessions() if found.id != session.id]
    assert shared(copied.metadata) == shared(session.metadata)
    assert facts(store, copied.id) == facts(store, session.id)
    own = {"langgraph": "langchain"}.get(writer, writer)
    for name, read in READERS.items():
        if name != own:
            assert list(read(store, copied.id)) == list(read(store, session.id)), name
    assert [dict(again) for again in export_conversations(store)] == [exported, exported]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "content", ["in Hamburg", [{"type": "text", "text": "in"}, {"type": "text", "text": "Hamburg"}]]
)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_an_answer_to_a_call_that_is_not_in_the_session(
    store: agentstore.Storage, reader: str, content: Any
) -> None:
    """A history that was cut begins with one; what it says is all that there is of it."""
    session_id = session_of("adk" if reader == "adk" else "store")
    if reader == "adk":
        names: dict[str, Any] = {"app_name": "shop", "user_id": "ann", "session_id": "17"}
        asyncio.run(adk.AgentstoreSessionService(store).create_session(**names))
    else:
        store.create_session(id=session_id)
    answer = agentstore.NewMessage("tool", content, metadata={"tool_call_id": "call_0"})
    store.save_messages(session_id, [answer, agentstore.NewMessage("user", "And now?")])
    (kind, call_id, said), user = READERS[reader](store, session_id)
    assert (kind, call_id) == ("answer", "call_0")
    assert said.split() == ["in", "Hamburg"]
    assert user == ("user", "And now?")


def shared(metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata but for the adapters' own: what is in a file, no adapter takes for its own."""
    return {
        key: value
        for key, value in metadata.items()
        if key not in ADAPTER_KEYS | {FORM_KEY} and not is_adapter_session_key(key)
    }


def facts(store: agentstore.Storage, session_id: str) -> list[Any]:
    """All that is known of a session's messages but ids and times."""
    return [
        (
            *(message.role, message.content, message.parts, shared(message.metadata)),
            *(message.response_type, message.response),
            [
                (call.tool_name, call.call_id, call.arguments, call.result, call.success)
                for call in message.tool_calls
            ],
        )
        for message in store.get_history(session_id)
    ]


@pytest.mark.parametrize("first", WRITERS)
@pytest.mark.parametrize("backend", ["sqlite-memory"], indirect=True)
def test_they_take_turns_in_one_session(store: agentstore.Storage, first: str) -> None:
    session_id = session_of(first)
    WRITERS[first](store, session_id)
    session = openai_agents.AgentstoreSession(session_id, store)
    history = langchain.AgentstoreChatMessageHistory(session_id, store)
    asyncio.run(session.add_items([{"role": "user", "content": "one"}]))
    history.add_message(HumanMessage("two"))
    pydantic_ai.save_messages(store, session_id, [ModelRequest([UserPromptPart("three")])])
    store.save_user_message(session_id, "four")
    for name, read in READERS.items():
        said = [content for role, content, *_ in read(store, session_id) if role == "user"]
        assert said[-4:] == ["one", "two", "three", "four"], name
