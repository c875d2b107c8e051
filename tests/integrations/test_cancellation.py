"""Calls of the asynchronous adapters, cancelled at any instant: whole turns and a whole pool."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from google.adk.events.event import Event
from google.genai import types
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ToolCallPart,
    ToolReturnPart,
)

import agentstore
from agentstore.integrations import adk, langchain, langgraph, openai_agents, pydantic_ai

PAUSES = [*range(12), 15, 20, 30, 50, 100, 200]
"""How many turns of the event loop a call has before it is cancelled."""

Call = Callable[[], Awaitable[Any]]


async def calls_of_openai_agents(store: agentstore.Storage) -> tuple[Call, Call]:
    session = openai_agents.AgentstoreSession("chat", store)
    items: list[Any] = [
        {"type": "function_call", "call_id": "c", "name": "find", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "found"},
    ]
    return lambda: session.add_items(items), session.get_items


def langchain_turn() -> list[BaseMessage]:
    call = {"name": "find", "args": {}, "id": "c"}
    return [AIMessage("", tool_calls=[call]), ToolMessage("found", tool_call_id="c")]


async def calls_of_langchain(store: agentstore.Storage) -> tuple[Call, Call]:
    history = langchain.AgentstoreChatMessageHistory("chat", store)
    return lambda: history.aadd_messages(langchain_turn()), history.aget_messages


async def calls_of_langgraph(store: agentstore.Storage) -> tuple[Call, Call]:
    saver = langgraph.AgentstoreSaver(store)
    config: RunnableConfig = {"configurable": {"thread_id": "chat", "checkpoint_ns": ""}}

    async def put() -> None:
        checkpoint = empty_checkpoint()
        versions: dict[str, Any] = {"messages": checkpoint["id"]}
        messages = langchain_turn()
        for number, message in enumerate(messages):
            message.id = f"{checkpoint['id']}/{number}"
        checkpoint["channel_values"] = {"messages": messages}
        checkpoint["channel_versions"] = versions
        await saver.aput(config, checkpoint, {"step": 1}, versions)

    async def read() -> None:
        found = [one async for one in saver.alist(config)]
        assert all(len(one.checkpoint["channel_values"]["messages"]) == 2 for one in found)
        assert 2 * len(found) == len(await asyncio.to_thread(store.get_history, "chat"))

    return put, read


async def calls_of_adk(store: agentstore.Storage) -> tuple[Call, Call]:
    service = adk.AgentstoreSessionService(store)
    names: dict[str, Any] = {"app_name": "shop", "user_id": "ann", "session_id": "17"}
    session = await service.create_session(**names)
    parts = [
        types.Part(function_call=types.FunctionCall(id="c", name="find", args={})),
        types.Part(
            function_response=types.FunctionResponse(id="c", name="find", response={"found": 1})
        ),
    ]

    async def append() -> None:
        content = types.Content(role="model", parts=parts)
        await service.append_event(session, Event(author="shop", content=content))

    async def read() -> None:
        read = await service.get_session(**names)
        assert read is not None
        assert read.events == session.events

    return append, read


async def calls_of_pydantic_ai(store: agentstore.Storage) -> tuple[Call, Call]:
    turn: list[ModelMessage] = [
        ModelResponse([ToolCallPart("find", {}, "c")]),
        ModelRequest([ToolReturnPart("find", "found", "c")]),
    ]
    return (
        lambda: pydantic_ai.asave_messages(store, "chat", turn),
        lambda: pydantic_ai.aload_messages(store, "chat"),
    )


ADAPTERS = {
    "openai_agents": calls_of_openai_agents,
    "langchain": calls_of_langchain,
    "langgraph": calls_of_langgraph,
    "adk": calls_of_adk,
    "pydantic_ai": calls_of_pydantic_ai,
}
"""What a test cancels: a call that saves a tool's call with its answer, and one that reads."""


async def cancel_after(pauses: int, call: Call) -> None:
    task = asyncio.ensure_future(cast("Any", call()))
    for _ in range(pauses):
        await asyncio.sleep(0)
    task.cancel()
    outcome: Any = (await asyncio.gather(task, return_exceptions=True))[0]
    assert not isinstance(outcome, Exception), outcome  # a CancelledError is none


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_cancelled_call_leaves_whole_turns_and_a_whole_pool(
    make_store: Callable[..., agentstore.Storage], adapter: str
) -> None:
    store = make_store(pool_size=1, pool_timeout=20)

    async def cancel_many() -> None:
        save, read = await ADAPTERS[adapter](store)
        await save()
        for pauses in PAUSES:
            await cancel_after(pauses, save)
            await cancel_after(pauses, read)
            await read()
        await save()
        await read()

    asyncio.run(cancel_many())
    store.ping()  # by the only connection of the pool
    (session,) = store.query_sessions()
    history = store.get_history(session.id)
    assert len(history) >= 4
    assert [message.role for message in history] == ["assistant", "tool"] * (len(history) // 2)
    calls = store.query_tool_calls(session_id=session.id)
    assert len(calls) == len(history) // 2
    assert store.query_tool_calls(session_id=session.id, pending=True) == []
