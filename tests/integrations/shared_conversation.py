"""One conversation, as each adapter writes and reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, TypedDict

from google.adk.events.event import Event
from google.genai import types
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
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
from agentstore.integrations import adk, langchain, langgraph, openai_agents, pydantic_ai, strands

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


def write_openai_agents(store: agentstore.Storage, session_id: str) -> None:
    session = openai_agents.AgentstoreSession(session_id, store)
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


def read_openai_agents(store: agentstore.Storage, session_id: str) -> Iterator[tuple[Any, ...]]:
    items: list[Any] = asyncio.run(openai_agents.AgentstoreSession(session_id, store).get_items())
    for item in items:
        if item.get("type") == "function_call":
            yield "call", item["call_id"], item["name"], json.loads(item["arguments"])
        elif item.get("type") == "function_call_output":
            yield "answer", item["call_id"], item["output"]
        elif "role" in item:
            yield item["role"], item["content"]


def langchain_messages() -> list[BaseMessage]:
    calls = [
        {"name": "find", "args": {"order": 4711}, "id": "call_1"},
        {"name": "find", "args": {"order": 4712}, "id": "call_2"},
    ]
    return [
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


def write_langchain(store: agentstore.Storage, session_id: str) -> None:
    history = langchain.AgentstoreChatMessageHistory(session_id, store)
    for message in langchain_messages():
        history.add_message(message)


def write_langgraph(store: agentstore.Storage, session_id: str) -> None:
    class State(TypedDict):
        messages: Annotated[list[AnyMessage], add_messages]

    builder = StateGraph(State)
    builder.add_node("listen", lambda state: {"messages": []})
    builder.add_edge(START, "listen")
    graph = builder.compile(checkpointer=langgraph.AgentstoreSaver(store))
    for message in langchain_messages():
        state: Any = {"messages": [message]}
        graph.invoke(state, {"configurable": {"thread_id": session_id}})


def write_adk(store: agentstore.Storage, session_id: str) -> None:
    """Into the session of ADK's that has this id in the store."""
    _, app_name, user_id, adk_id = session_id.split("/")
    service = adk.AgentstoreSessionService(store)

    def call(call_id: str, order: int) -> types.Part:
        return types.Part(
            function_call=types.FunctionCall(id=call_id, name="find", args={"order": order})
        )

    def answer(call_id: str, response: dict[str, str]) -> types.Part:
        return types.Part(
            function_response=types.FunctionResponse(id=call_id, name="find", response=response)
        )

    said: list[tuple[str, list[types.Part]]] = [
        ("user", [types.Part(text="Where are my orders?")]),
        (
            "shop",
            [
                types.Part(text="Two of them.", thought=True),
                types.Part(text="I will look."),
                call("call_1", 4711),
                call("call_2", 4712),
            ],
        ),
        (
            "shop",
            [
                answer("call_1", {"result": "in Hamburg"}),
                answer("call_2", {"error": "no such order"}),
            ],
        ),
        ("shop", [types.Part(text="One is in Hamburg.")]),
        ("user", [types.Part(text="Thank you!")]),
    ]

    async def append() -> None:
        session = await service.create_session(
            app_name=app_name, user_id=user_id, session_id=adk_id
        )
        for author, parts in said:
            content = types.Content(role="user" if author == "user" else "model", parts=parts)
            await service.append_event(session, Event(author=author, content=content))

    asyncio.run(append())


def read_adk(store: agentstore.Storage, session_id: str) -> Iterator[tuple[Any, ...]]:
    _, app_name, user_id, adk_id = session_id.split("/")
    service = adk.AgentstoreSessionService(store)
    session = asyncio.run(
        service.get_session(app_name=app_name, user_id=user_id, session_id=adk_id)
    )
    assert session is not None
    return said_in(session.events)


def said_in(events: Sequence[Event]) -> Iterator[tuple[Any, ...]]:
    """What ADK's events say."""
    for event in events:
        assert event.content is not None
        for part in event.content.parts or []:
            if part.function_call is not None:
                yield "call", part.function_call.id, "find", part.function_call.args
            elif part.function_response is not None:
                answer = part.function_response
                assert answer.response is not None
                failed = answer.response.get("error")
                yield "answer", answer.id, answer.response.get("result", failed)
            elif part.text is not None:
                yield "user" if event.author == "user" else "assistant", part.text


def read_langchain(store: agentstore.Storage, session_id: str) -> Iterator[tuple[Any, ...]]:
    for message in langchain.AgentstoreChatMessageHistory(session_id, store).messages:
        if isinstance(message, ToolMessage):
            yield "answer", message.tool_call_id, message.content
            continue
        roles = {"human": "user", "ai": "assistant", "system": "system"}
        yield roles[message.type], message.content
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                yield "call", call["id"], call["name"], call["args"]


def write_strands(store: agentstore.Storage, session_id: str) -> None:
    repository = strands.AgentstoreSessionRepository(store)
    repository.create_session(Session(session_id=session_id, session_type=SessionType.AGENT))
    repository.create_agent(session_id, SessionAgent("bot", {}, {}))
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
        repository.create_message(session_id, "bot", SessionMessage.from_message(message, number))


def read_strands(store: agentstore.Storage, session_id: str) -> Iterator[tuple[Any, ...]]:
    for message in strands.load_messages(store, session_id):
        for block in message["content"]:
            if "toolUse" in block:
                use = block["toolUse"]
                yield "call", use["toolUseId"], use["name"], use["input"]
            elif "toolResult" in block:
                result = block["toolResult"]
                (content,) = result["content"]
                yield "answer", result["toolUseId"], content.get("text", content.get("json"))
            elif "text" in block:
                yield message["role"], block["text"]


def write_pydantic_ai(store: agentstore.Storage, session_id: str) -> None:
    pydantic_ai.save_messages(
        store,
        session_id,
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


def read_pydantic_ai(store: agentstore.Storage, session_id: str) -> Iterator[tuple[Any, ...]]:
    for message in pydantic_ai.load_messages(store, session_id):
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                yield "call", part.tool_call_id, part.tool_name, part.args_as_dict()
            elif isinstance(part, ToolReturnPart):
                assert part.tool_name in {"find", "unknown"}
                yield "answer", part.tool_call_id, part.content
            elif isinstance(part, SystemPromptPart):
                yield "system", part.content
            elif isinstance(part, (UserPromptPart, TextPart)):
                yield "user" if isinstance(part, UserPromptPart) else "assistant", part.content


def write_store(store: agentstore.Storage, session_id: str) -> None:
    """As somebody would who knows no framework."""
    store.create_session(id=session_id, system_message="You help.")
    store.save_user_message(session_id, "Where are my orders?")
    write_store_turns(store, session_id)


def write_store_turns(store: agentstore.Storage, session_id: str) -> None:
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
        session_id, {"type": "execute", "message": "I will look.", "tool_calls": calls}
    )
    store.save_assistant_message(session_id, "One is in Hamburg.")
    store.save_user_message(session_id, "Thank you!")


Writer = Callable[[agentstore.Storage, str], None]
Reader = Callable[[agentstore.Storage, str], Iterator[tuple[Any, ...]]]

WRITERS: dict[str, Writer] = {
    "openai_agents": write_openai_agents,
    "langchain": write_langchain,
    "strands": write_strands,
    "pydantic_ai": write_pydantic_ai,
    "langgraph": write_langgraph,
    "adk": write_adk,
    "store": write_store,
}
READERS: dict[str, Reader] = {
    "openai_agents": read_openai_agents,
    "langchain": read_langchain,
    "strands": read_strands,
    "pydantic_ai": read_pydantic_ai,
}
