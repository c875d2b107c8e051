"""The adapter for Pydantic AI, by itself and around an Agent's runs."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from pydantic_ai import Agent, messages
from pydantic_ai.messages import (
    BinaryImage,
    ImageUrl,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.usage import RequestUsage

import agentstore
from agentstore.integrations.pydantic_ai import (
    KEY,
    aload_messages,
    asave_messages,
    load_messages,
    save_messages,
)

WHEN = datetime(2026, 1, 2, 3, 4, 5, 678, timezone.utc)

AGAIN: Any
if sys.version_info >= (3, 11):
    AGAIN = messages.RetryFeedbackPart(
        "Again, please.", retry=messages.RetryInfo("model_retry"), timestamp=WHEN
    )
else:  # Pydantic AI's last version for Python 3.10 has none yet
    AGAIN = messages.RetryPromptPart("Again, please.", timestamp=WHEN)

MESSAGES: list[ModelMessage] = [
    ModelRequest(
        [
            SystemPromptPart("You help.", timestamp=WHEN),
            SystemPromptPart("Be short.", timestamp=WHEN),
            UserPromptPart("Where is my order?", timestamp=WHEN),
        ],
        instructions="Answer in German.",
        timestamp=WHEN,
    ),
    ModelResponse(
        [
            ThinkingPart("hm", signature="s"),
            TextPart("I will look.", id="msg_1"),
            ToolCallPart("find", {"order": 4711}, "call_1"),
            ToolCallPart("find", '{ "order": 4712 }', "call_2"),
            ToolCallPart("find", None, "call_3"),
        ],
        usage=RequestUsage(input_tokens=7, output_tokens=3, details={"cached": 2}),
        model_name="m",
        timestamp=WHEN,
        provider_details={"logprobs": [1, 1.0, None]},
        finish_reason="tool_call",
    ),
    ModelRequest(
        [
            ToolReturnPart("find", {"success": True, "at": [1, 2.0]}, "call_1", timestamp=WHEN),
            ToolReturnPart("find", "no such order", "call_2", timestamp=WHEN, outcome="failed"),
            ToolReturnPart("find", None, "call_3", metadata={"kept": 1}, timestamp=WHEN),
            UserPromptPart(
                [
                    "And this?",
                    ImageUrl("https://example.org/a.png"),
                    BinaryImage(b"\0x", media_type="image/png"),
                ],
                timestamp=WHEN,
            ),
        ],
    ),
    ModelResponse([TextPart("a"), TextPart("b")], timestamp=WHEN),
    ModelRequest([AGAIN]),
    ModelResponse([], timestamp=WHEN),
    ModelRequest([]),
    ModelResponse([ToolCallPart("n" * 300, "not JSON", "i" * 300)], timestamp=WHEN),
    ModelRequest([ToolReturnPart("n" * 300, "long", "i" * 300, timestamp=WHEN)]),
    ModelRequest([UserPromptPart("\0 and 🙂", timestamp=WHEN)], run_id="run-9"),
]


def test_messages_come_back_as_they_went_in(store: agentstore.Storage) -> None:
    assert load_messages(store, "chat") == []
    ids = save_messages(store, "chat", MESSAGES)
    assert load_messages(store, "chat") == MESSAGES
    assert [message.id for message in store.get_history("chat")] == ids
    assert save_messages(store, "chat", []) == []


def test_messages_come_back_whether_saved_at_once_or_one_by_one(store: agentstore.Storage) -> None:
    for message in MESSAGES:
        save_messages(store, "chat", [message])
    assert load_messages(store, "chat") == MESSAGES


def test_other_readers_see_messages_and_tool_calls(store: agentstore.Storage) -> None:
    save_messages(store, "chat", MESSAGES)
    history = store.get_history("chat")
    assert [(message.role, message.content) for message in history[:9]] == [
        ("system", "You help.\nBe short."),
        ("user", "Where is my order?"),
        ("assistant", "I will look."),
        ("tool", '{"success":true,"at":[1,2.0]}'),
        ("tool", "no such order"),
        ("tool", ""),
        ("user", "And this?"),
        ("assistant", "a\nb"),
        ("user", "Again, please."),
    ]
    assert [
        (call.tool_name, call.call_id, call.arguments, call.result, call.success)
        for call in history[2].tool_calls
    ] == [
        ("find", "call_1", {"order": 4711}, {"success": True, "at": [1, 2.0]}, True),
        ("find", "call_2", {"order": 4712}, "no such order", None),
        ("find", "call_3", {}, None, None),
    ]
    assert all(call.completed_at for call in history[2].tool_calls)
    assert [message.metadata.get("tool_status") for message in history[3:6]] == [
        None,
        "error",
        None,
    ]


def test_a_return_that_comes_later_is_the_result(store: agentstore.Storage) -> None:
    save_messages(store, "chat", MESSAGES[:2], run_id="run-1")
    assert len(store.query_tool_calls(pending=True)) == 3
    for _ in range(2):
        save_messages(store, "chat", MESSAGES[2:3], run_id="run-2")
    assert store.query_tool_calls(pending=True) == []
    assert load_messages(store, "chat") == MESSAGES[:3]


def test_a_run_is_saved_once(store: agentstore.Storage) -> None:
    ids = save_messages(store, "chat", MESSAGES[:2], run_id="run-1")
    assert save_messages(store, "chat", MESSAGES[:2], run_id="run-1") == ids
    assert load_messages(store, "chat") == MESSAGES[:2]
    assert save_messages(store, "chat", MESSAGES[:4], run_id="run-1")[:3] == ids
    assert load_messages(store, "chat") == MESSAGES[:4]
    save_messages(store, "chat", MESSAGES[:1], run_id="run-2")
    save_messages(store, "other", MESSAGES[:1], run_id="run-1")
    assert load_messages(store, "chat") == [*MESSAGES[:4], MESSAGES[0]]
    assert load_messages(store, "other") == MESSAGES[:1]


def test_a_run_of_the_same_name_with_other_messages_is_refused(store: agentstore.Storage) -> None:
    save_messages(store, "chat", MESSAGES[:1], run_id="run-1")
    with pytest.raises(agentstore.MessageExistsError):
        save_messages(store, "chat", MESSAGES[1:2], run_id="run-1")
    assert load_messages(store, "chat") == MESSAGES[:1]
    for wrong in ("", 7):
        with pytest.raises(agentstore.InvalidInputError):
            save_messages(store, "chat", MESSAGES[:1], run_id=wrong)  # type: ignore[arg-type]


def test_messages_know_their_run(store: agentstore.Storage) -> None:
    for _ in range(2):
        save_messages(store, "chat", MESSAGES[-1:])
        save_messages(store, "chat", MESSAGES[-1:], run_id="another")
    assert load_messages(store, "chat") == MESSAGES[-1:]


def test_what_others_saved_is_read_too(store: agentstore.Storage) -> None:
    store.create_session(id="chat", system_message="You help.")
    store.save_user_message(
        "chat",
        [
            {"type": "text", "text": "Where is it?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AP/+"}},
            {"type": "image", "url": "https://example.org/a.png"},
        ],
    )
    store.save_assistant_message(
        "chat",
        {
            "type": "execute",
            "message": "Let me see.",
            "tool_calls": [
                {"tool_name": "find", "arguments": {"id": 7}, "call_id": "c1", "result": {"at": 1}},
                {"tool_name": "find", "arguments": {}, "result": {"success": False}},
            ],
        },
    )
    when = [message.timestamp for message in store.get_history("chat")]
    (_, call) = store.query_tool_calls(session_id="chat", order="asc")
    assert load_messages(store, "chat") == [
        ModelRequest([SystemPromptPart("You help.", timestamp=when[0])]),
        ModelRequest(
            [
                UserPromptPart(
                    [
                        "Where is it?",
                        BinaryImage(b"\x00\xff\xfe", media_type="image/png"),
                        ImageUrl("https://example.org/a.png"),
                    ],
                    timestamp=when[1],
                )
            ]
        ),
        ModelResponse(
            [
                TextPart("Let me see."),
                ToolCallPart("find", {"id": 7}, "c1"),
                ToolCallPart("find", {}, call.id),
            ],
            timestamp=when[2],
        ),
        ModelRequest([ToolReturnPart("find", {"at": 1}, "c1", timestamp=when[2])]),
        ModelRequest(
            [
                ToolReturnPart(
                    "find", {"success": False}, call.id, timestamp=when[2], outcome="failed"
                )
            ]
        ),
    ]


def answer(given: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    (*_, last) = given[-1].parts
    if isinstance(last, UserPromptPart) and "4711" in str(last.content):
        return ModelResponse([ToolCallPart("find_order", {"order": 4711})])
    return ModelResponse([TextPart(f"after {len(given)} messages")])


def support() -> Agent[None, str]:
    agent = Agent(FunctionModel(answer), system_prompt="You help.")

    @agent.tool_plain
    def find_order(order: int) -> dict[str, Any]:
        """Finds an order."""
        return {"success": True, "order": order, "place": "Hamburg"}

    return agent


def test_an_agent_goes_on_where_it_was(store: agentstore.Storage) -> None:
    async def use() -> None:
        first = await support().run(
            "Where is 4711?", message_history=await aload_messages(store, "chat")
        )
        await asave_messages(store, "chat", first.new_messages(), run_id=first.run_id)
        history = await aload_messages(store, "chat")
        assert history == first.all_messages()
        second = await support().run("Thank you!", message_history=history)
        for saved in (second.new_messages(), second.all_messages()):
            await asave_messages(store, "chat", saved, run_id=second.run_id)
        assert await aload_messages(store, "chat") == second.all_messages()
        assert second.output == "after 5 messages"

    asyncio.run(use())
    assert [message.role for message in store.get_history("chat")] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
        "assistant",
    ]
    (call,) = store.query_tool_calls(session_id="chat")
    assert (call.tool_name, call.arguments, call.success) == ("find_order", {"order": 4711}, True)
    assert call.result["place"] == "Hamburg"


def test_a_cancelled_call_ends_whole_and_leaks_nothing(
    make_store: Callable[..., agentstore.Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(pool_size=1, pool_timeout=5)
    save_messages(store, "chat", MESSAGES[:2])
    entered, opened = threading.Event(), threading.Event()
    save_tool_result = store.save_tool_result

    def slow(*args: Any) -> bool:
        entered.set()
        assert opened.wait(30)
        return save_tool_result(*args)

    async def cancel_in_the_middle() -> None:
        monkeypatch.setattr(store, "save_tool_result", slow)
        task = asyncio.create_task(asave_messages(store, "chat", MESSAGES[2:4]))
        await asyncio.to_thread(entered.wait, 30)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        opened.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The only connection of the pool is free again, and the turn is there whole.
        assert await aload_messages(store, "chat") == MESSAGES[:4]

    asyncio.run(cancel_in_the_middle())
    assert store.query_tool_calls(session_id="chat", pending=True) == []


def test_the_key_says_whose_it_is(store: agentstore.Storage) -> None:
    save_messages(store, "chat", MESSAGES[:1])
    first, second = store.get_history("chat")
    assert set(first.metadata) == set(second.metadata) == {KEY}
    assert second.metadata[KEY]["continues"]
