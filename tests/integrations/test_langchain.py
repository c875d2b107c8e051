"""The adapter for LangChain, by itself and under RunnableWithMessageHistory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.documents import Document
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    HumanMessageChunk,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables.history import RunnableWithMessageHistory

import agentstore
from agentstore.integrations.langchain import KEY, AgentstoreChatMessageHistory

MESSAGES: list[BaseMessage] = [
    SystemMessage("You help.", id="system-1"),
    HumanMessage("Where is my order?", name="Ann", additional_kwargs={"odd": [1, 1.0, None]}),
    HumanMessage(
        [
            "this one",
            {"type": "text", "text": "or this"},
            {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        ]
    ),
    AIMessage(
        "I will look.",
        id="run-1",
        tool_calls=[
            {"name": "find", "args": {"order": 4711}, "id": "call_1", "type": "tool_call"},
            {"name": "find", "args": {}, "id": None, "type": "tool_call"},
            {"name": "find", "args": {"order": 4712}, "id": "call_2", "type": "tool_call"},
        ],
        invalid_tool_calls=[
            {
                "name": "find",
                "args": "{",
                "id": "call_3",
                "error": "no JSON",
                "type": "invalid_tool_call",
            }
        ],
        usage_metadata={
            "input_tokens": 7,
            "output_tokens": 3,
            "total_tokens": 10,
            "input_token_details": {"cache_read": 5},
        },
        response_metadata={"model_name": "m", "logprobs": None},
    ),
    ToolMessage(
        "in Hamburg",
        tool_call_id="call_1",
        name="find",
        artifact={"rows": [[1, 2.0, None]], "documents": {"lc": 1}},
    ),
    ToolMessage(
        [{"type": "text", "text": "not found"}],
        tool_call_id="call_2",
        status="error",
        artifact=[Document("A page", id="d1", metadata={"source": "a.txt"}), {"score": 0.5}],
    ),
    ToolMessage("alone", tool_call_id="call_9", artifact=Document("only")),
    FunctionMessage(content="7", name="seven"),
    ChatMessage(content="narrated", role="narrator"),
    ChatMessage(content="developed", role="developer"),
    RemoveMessage("run-1"),
    AIMessage([{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "Hamburg."}]),
    AIMessage([{"no": "type"}, "text"]),
    AIMessage(""),
    HumanMessage("\0 and \ud800 and 🙂"),
    HumanMessage("more", extra_field={"kept": True}),
    AIMessageChunk(
        content="chunk",
        tool_call_chunks=[
            {"name": "find", "args": '{"a": 1}', "id": "c", "index": 0, "type": "tool_call_chunk"}
        ],
        chunk_position="last",
    ),
    HumanMessageChunk(content="chunk"),
    AIMessage("legacy", additional_kwargs={"function_call": {"name": "f", "arguments": "{}"}}),
    AIMessage("", tool_calls=[{"name": "n" * 300, "args": {}, "id": "i" * 300}]),
    ToolMessage("long", tool_call_id="i" * 300),
]


@pytest.fixture
def history(store: agentstore.Storage) -> AgentstoreChatMessageHistory:
    return AgentstoreChatMessageHistory("chat", store)


def test_it_is_a_history(history: AgentstoreChatMessageHistory) -> None:
    assert isinstance(history, BaseChatMessageHistory)
    assert history.messages == []
    history.clear()
    history.add_user_message("hi")
    history.add_ai_message("hello")
    assert history.messages == [HumanMessage("hi"), AIMessage("hello")]
    assert str(history) == "Human: hi\nAI: hello"


def test_messages_come_back_as_they_went_in(history: AgentstoreChatMessageHistory) -> None:
    history.add_messages(MESSAGES)
    read = history.messages
    assert read == MESSAGES
    assert [type(message) for message in read] == [type(message) for message in MESSAGES]
    assert [message.model_dump() for message in read] == [
        message.model_dump() for message in MESSAGES
    ]


def test_messages_come_back_whether_added_at_once_or_one_by_one(
    history: AgentstoreChatMessageHistory,
) -> None:
    for message in MESSAGES:
        history.add_message(message)
    assert AgentstoreChatMessageHistory("chat", history.store).messages == MESSAGES


def test_the_asynchronous_form(history: AgentstoreChatMessageHistory) -> None:
    async def use() -> None:
        await history.aadd_messages(MESSAGES)
        assert await history.aget_messages() == MESSAGES
        await history.aclear()
        assert await history.aget_messages() == []

    asyncio.run(use())


def test_a_message_that_is_no_json_is_refused_and_nothing_stored(
    history: AgentstoreChatMessageHistory,
) -> None:
    class Note(BaseMessage):
        type: str = "note"

    history.add_messages(MESSAGES[:1])
    wrong: list[BaseMessage] = [
        ToolMessage("x", tool_call_id="c", artifact={1, 2}),
        ToolMessage("x", tool_call_id="c", artifact=[threading.Lock()]),
        HumanMessage("x", additional_kwargs={"raw": b"x"}),
        Note(content="x"),
    ]
    for message in wrong:
        with pytest.raises(agentstore.InvalidInputError, match=r"messages\[1\]"):
            history.add_messages([HumanMessage("before"), message])
    assert history.messages == MESSAGES[:1]


def test_other_readers_see_messages_and_tool_calls(history: AgentstoreChatMessageHistory) -> None:
    history.add_messages(MESSAGES[:6])
    stored = history.store.get_history("chat")
    assert [(message.role, message.content) for message in stored] == [
        ("system", "You help."),
        ("user", "Where is my order?"),
        ("user", "this one\nor this"),
        ("assistant", "I will look."),
        ("tool", "in Hamburg"),
        ("tool", "not found"),
    ]
    assert [
        (call.tool_name, call.call_id, call.arguments, call.result) for call in stored[3].tool_calls
    ] == [
        ("find", "call_1", {"order": 4711}, "in Hamburg"),
        ("find", None, {}, None),
        ("find", "call_2", {"order": 4712}, [{"type": "text", "text": "not found"}]),
    ]
    assert stored[5].metadata["tool_status"] == "error"


def test_an_answer_that_comes_later_is_the_result(history: AgentstoreChatMessageHistory) -> None:
    history.add_message(MESSAGES[3])
    assert len(history.store.query_tool_calls(pending=True)) == 3
    history.add_message(MESSAGES[4])
    first, _, last = history.store.query_tool_calls(session_id="chat", order="asc")
    assert (first.result, last.completed_at) == ("in Hamburg", None)
    assert history.messages == MESSAGES[3:5]


def test_what_others_saved_is_read_too(history: AgentstoreChatMessageHistory) -> None:
    store = history.store
    store.create_session(id="chat", system_message="You help.")
    store.save_user_message(
        "chat",
        [
            {"type": "input_text", "text": "Where is it?"},
            {"type": "input_image", "image_url": "https://example.org/a.png"},
        ],
    )
    store.save_assistant_message(
        "chat",
        {
            "type": "execute",
            "message": "Let me see.",
            "tool_calls": [
                {"tool_name": "find", "arguments": {"id": 7}, "call_id": "c1", "result": {"at": 1}},
                {"tool_name": "find", "arguments": [8], "result": {"success": False}},
            ],
        },
    )
    store.save_tool_message("chat", "a note of a tool")
    (_, call) = store.query_tool_calls(session_id="chat", order="asc")
    assert history.messages == [
        SystemMessage("You help."),
        HumanMessage(
            [
                {"type": "text", "text": "Where is it?"},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
            ]
        ),
        AIMessage(
            "Let me see.",
            tool_calls=[
                {"name": "find", "args": {"id": 7}, "id": "c1"},
                {"name": "find", "args": {"input": [8]}, "id": call.id},
            ],
        ),
        ToolMessage('{"at":1}', tool_call_id="c1"),
        ToolMessage('{"success":false}', tool_call_id=call.id, status="error"),
        HumanMessage("a note of a tool"),
    ]


def test_clearing_leaves_the_session(history: AgentstoreChatMessageHistory) -> None:
    history.store.create_session(id="chat", metadata={"user_id": "7"})
    history.add_messages(MESSAGES)
    history.clear()
    assert history.messages == []
    kept = history.store.get_session("chat")
    assert kept is not None
    assert kept.metadata == {"user_id": "7"}


@pytest.mark.filterwarnings("ignore:RunnableWithMessageHistory is deprecated")
def test_under_a_runnable(history: AgentstoreChatMessageHistory) -> None:
    store = history.store
    prompt = ChatPromptTemplate.from_messages(
        [("system", "You help."), MessagesPlaceholder("history"), ("human", "{question}")]
    )
    model = GenericFakeChatModel(messages=iter(["In Hamburg.", "You are welcome."]))
    chain = RunnableWithMessageHistory(
        prompt | model,
        lambda session_id: AgentstoreChatMessageHistory(session_id, store),
        input_messages_key="question",
        history_messages_key="history",
    )
    config: Any = {"configurable": {"session_id": "chat"}}
    chain.invoke({"question": "Where is it?"}, config)
    asyncio.run(chain.ainvoke({"question": "Thank you!"}, config))
    assert [(message.type, message.content) for message in history.messages] == [
        ("human", "Where is it?"),
        ("ai", "In Hamburg."),
        ("human", "Thank you!"),
        ("ai", "You are welcome."),
    ]


def test_a_cancelled_call_ends_whole_and_leaks_nothing(
    make_store: Callable[..., agentstore.Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(pool_size=1, pool_timeout=5)
    history = AgentstoreChatMessageHistory("chat", store)
    history.add_message(MESSAGES[3])
    entered, opened = threading.Event(), threading.Event()
    save_tool_result = store.save_tool_result

    def slow(*args: Any) -> bool:
        entered.set()
        assert opened.wait(30)
        return save_tool_result(*args)

    async def cancel_in_the_middle() -> None:
        monkeypatch.setattr(store, "save_tool_result", slow)
        task = asyncio.create_task(history.aadd_messages(MESSAGES[4:6]))
        await asyncio.to_thread(entered.wait, 30)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        opened.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The only connection of the pool is free again, and the turn is there whole.
        assert await history.aget_messages() == MESSAGES[3:6]

    asyncio.run(cancel_in_the_middle())
    assert [call.call_id for call in store.query_tool_calls(session_id="chat", pending=True)] == [
        None
    ]


def test_the_key_says_whose_it_is(history: AgentstoreChatMessageHistory) -> None:
    history.add_user_message("hi")
    (message,) = history.store.get_history("chat")
    assert message.metadata == {KEY: {}}
