"""The adapter for the OpenAI Agents SDK, by itself and under the SDK's Runner."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, function_tool
from agents.memory import Session, SessionSettings
from agents.testing import ScriptedModel, assistant_message, function_call

import agentstore
from agentstore.integrations.openai_agents import KEY, AgentstoreSession

OFFLINE = RunConfig(tracing_disabled=True)

ITEMS: list[Any] = [
    {"role": "user", "content": "Where is my order?"},
    {"type": "message", "role": "developer", "content": "Be short."},
    {
        "role": "user",
        "content": [
            {"type": "input_text", "text": "This one:"},
            {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "auto"},
        ],
    },
    {
        "id": "rs_1",
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "They want the order."}],
        "encrypted_content": "gAAAA…",
    },
    {
        "id": "fc_1",
        "type": "function_call",
        "call_id": "call_1",
        "name": "find_order",
        "arguments": '{ "order": 4711 }',
        "status": "completed",
    },
    {
        "type": "function_call",
        "call_id": "call_2",
        "name": "find_order",
        "arguments": "not JSON",
    },
    {"type": "function_call_output", "call_id": "call_2", "output": "no such order"},
    {
        "type": "function_call_output",
        "call_id": "call_1",
        "output": [{"type": "input_text", "text": "in Hamburg"}],
    },
    {
        "id": "ws_1",
        "type": "web_search_call",
        "status": "completed",
        "action": {"type": "search", "query": "Hamburg"},
    },
    {"type": "custom_tool_call", "call_id": "call_3", "name": "shell", "input": "ls -l\n"},
    {"type": "custom_tool_call_output", "call_id": "call_3", "output": "total 0"},
    {"type": "item_reference", "id": "msg_7"},
    {
        "id": "msg_8",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "In Hamburg.", "annotations": []}],
    },
    {"role": "assistant", "content": ""},
    {"role": "tool", "content": None, "odd": [1, 1.0, None, {"\0": "\ud800"}]},
    {"neither": "role", "nor": "type"},
    {"type": "function_call", "call_id": "x" * 500, "name": "y" * 500, "arguments": "[1]"},
    {"type": "function_call_output", "call_id": "x" * 500, "output": "long"},
    {"type": "function_call", "call_id": "call_4", "name": "", "arguments": ""},
    {},
]


@pytest.fixture
def session(store: agentstore.Storage) -> AgentstoreSession:
    return AgentstoreSession("chat", store)


def add(session: AgentstoreSession, *items: Any) -> None:
    asyncio.run(session.add_items(list(items)))


def get(session: AgentstoreSession, limit: int | None = None) -> list[Any]:
    return list(asyncio.run(session.get_items(limit)))


def pop(session: AgentstoreSession) -> Any:
    return asyncio.run(session.pop_item())


def test_it_is_a_session(session: AgentstoreSession) -> None:
    assert isinstance(session, Session)
    assert get(session) == []
    assert pop(session) is None
    asyncio.run(session.clear_session())
    assert session.store.get_session("chat") is None


def test_items_come_back_as_they_went_in(session: AgentstoreSession) -> None:
    add(session, *ITEMS)
    read = get(session)
    assert read == ITEMS
    assert [repr(item) for item in read[-6:-5]] == [repr(item) for item in ITEMS[-6:-5]]


def test_items_come_back_whether_added_at_once_or_one_by_one(session: AgentstoreSession) -> None:
    for item in ITEMS:
        add(session, item)
    assert get(session) == ITEMS
    assert get(AgentstoreSession("chat", session.store)) == ITEMS


def test_an_item_that_is_no_json_is_refused_and_nothing_stored(session: AgentstoreSession) -> None:
    add(session, ITEMS[0])
    for wrong in ({"role": "user", "content": {1, 2}}, "text", {"x": float("nan")}):
        with pytest.raises(agentstore.InvalidInputError, match=r"items\[1\]"):
            add(session, ITEMS[0], wrong)
    assert get(session) == [ITEMS[0]]


def test_other_readers_see_messages_and_tool_calls(session: AgentstoreSession) -> None:
    add(session, *ITEMS)
    history = session.store.get_history("chat")
    assert [(message.role, message.content) for message in history[:4]] == [
        ("user", "Where is my order?"),
        ("system", "Be short."),
        ("user", "This one:"),
        ("assistant", "They want the order."),
    ]
    assert history[3].response_type == "reasoning"
    assert [(message.role, message.content) for message in history[6:8]] == [
        ("tool", "no such order"),
        ("tool", "in Hamburg"),
    ]
    calls = session.store.query_tool_calls(session_id="chat", order="asc")
    assert [(call.tool_name, call.call_id, call.arguments, call.result) for call in calls[:4]] == [
        ("find_order", "call_1", {"order": 4711}, [{"type": "input_text", "text": "in Hamburg"}]),
        ("find_order", "call_2", "not JSON", "no such order"),
        (
            "web_search",
            "ws_1",
            {"action": {"type": "search", "query": "Hamburg"}},
            "completed",
        ),
        ("shell", "call_3", "ls -l\n", "total 0"),
    ]
    assert [call.result for call in calls[4:]] == ["long", None]


def test_an_output_that_comes_later_is_the_result(session: AgentstoreSession) -> None:
    call, output = ITEMS[4], ITEMS[7]
    add(session, call)
    assert [pending.call_id for pending in session.store.query_tool_calls(pending=True)] == [
        "call_1"
    ]
    add(session, output)
    (done,) = session.store.query_tool_calls(session_id="chat")
    assert (done.result, done.completed_at is None) == (output["output"], False)
    assert get(session) == [call, output]


@pytest.mark.parametrize("limit", range(4))
def test_limit_is_the_last_so_many(session: AgentstoreSession, limit: int) -> None:
    add(session, *ITEMS[:3])
    assert get(session, limit) == ITEMS[3 - limit : 3]


def test_the_session_settings_have_a_limit_too(store: agentstore.Storage) -> None:
    session = AgentstoreSession("chat", store, session_settings=SessionSettings(limit=2))
    add(session, *ITEMS)
    assert get(session) == ITEMS[-2:]
    assert get(session, 3) == ITEMS[-3:]
    by_dict = AgentstoreSession("chat", store, session_settings={"limit": 1})
    assert get(by_dict) == ITEMS[-1:]


def test_items_are_popped_to_the_first(session: AgentstoreSession) -> None:
    add(session, *ITEMS)
    assert [pop(session) for _ in ITEMS] == ITEMS[::-1]
    assert pop(session) is None
    add(session, ITEMS[0])
    assert get(session) == [ITEMS[0]]


def test_a_popped_output_leaves_its_call_waiting(session: AgentstoreSession) -> None:
    add(session, *ITEMS[4:8])
    before = session.store.get_history("chat")
    assert pop(session) == ITEMS[7]
    assert get(session) == ITEMS[4:7]
    after = session.store.get_history("chat")
    assert [message.id for message in after] == [message.id for message in before[:3]]
    assert [message.timestamp for message in after] == [message.timestamp for message in before[:3]]
    (pending,) = session.store.query_tool_calls(session_id="chat", pending=True)
    assert pending.call_id == "call_1"
    add(session, {**ITEMS[7], "output": "in Bremen"})
    assert session.store.get_tool_calls_for_message(after[0].id)[0].result == "in Bremen"


def test_what_others_saved_is_read_and_popped_too(session: AgentstoreSession) -> None:
    store = session.store
    store.create_session(id="chat", system_message="You help.")
    store.save_user_message("chat", "Where is it?")
    store.save_assistant_message(
        "chat",
        {
            "type": "execute",
            "message": "Let me see.",
            "tool_calls": [
                {"tool_name": "find", "arguments": {"id": 7}, "call_id": "c1", "result": {"at": 1}},
                {"tool_name": "find", "arguments": {"id": 8}, "call_id": "c2"},
            ],
        },
    )
    items = [
        {"role": "system", "content": "You help."},
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": "Let me see."},
        {"type": "function_call", "call_id": "c1", "name": "find", "arguments": '{"id":7}'},
        {"type": "function_call", "call_id": "c2", "name": "find", "arguments": '{"id":8}'},
        {"type": "function_call_output", "call_id": "c1", "output": '{"at":1}'},
    ]
    assert get(session) == items
    assert get(session, 2) == items[-2:]
    assert [pop(session) for _ in items] == items[::-1]
    assert store.get_history("chat") == []


def test_clearing_leaves_the_session(session: AgentstoreSession) -> None:
    session.store.create_session(id="chat", metadata={"user_id": "7"})
    add(session, *ITEMS)
    asyncio.run(session.clear_session())
    assert get(session) == []
    kept = session.store.get_session("chat")
    assert kept is not None
    assert kept.metadata == {"user_id": "7"}


def test_sessions_do_not_mix(store: agentstore.Storage) -> None:
    one, two = AgentstoreSession("one", store), AgentstoreSession("two", store)
    add(one, ITEMS[0])
    add(two, ITEMS[1])
    asyncio.run(one.clear_session())
    assert get(two) == [ITEMS[1]]


def test_tasks_add_side_by_side_and_lose_nothing(session: AgentstoreSession) -> None:
    async def add_all() -> None:
        await asyncio.gather(
            *(
                session.add_items(
                    [
                        {"type": "function_call", "call_id": f"c{n}", "name": "t", "arguments": ""},
                        {"type": "function_call_output", "call_id": f"c{n}", "output": str(n)},
                    ]
                )
                for n in range(12)
            )
        )

    asyncio.run(add_all())
    items = get(session)
    pairs = list(zip(items[::2], items[1::2], strict=True))
    assert all(call["call_id"] == output["call_id"] for call, output in pairs)
    assert sorted(int(output["output"]) for _, output in pairs) == list(range(12))


@function_tool
def find_order(order: int) -> str:
    """Finds an order."""
    return json.dumps({"success": True, "order": order, "place": "Hamburg"})


def support(*steps: Any) -> tuple[Agent[Any], ScriptedModel]:
    model = ScriptedModel(steps)
    return Agent(name="support", model=model, tools=[find_order]), model


def run(agent: Agent[Any], given: Any, session: AgentstoreSession) -> Any:
    return asyncio.run(Runner.run(agent, given, session=session, run_config=OFFLINE))


def test_runner_with_a_tool(session: AgentstoreSession) -> None:
    agent, model = support(
        [function_call("find_order", {"order": 4711}, call_id="call_1")],
        [assistant_message("It is in Hamburg.")],
        [assistant_message("You are welcome.")],
    )
    first = run(agent, "Where is 4711?", session)
    assert first.final_output == "It is in Hamburg."
    reopened = AgentstoreSession("chat", session.store)
    run(agent, "Thank you!", reopened)
    model.assert_complete()

    assert model.last_call is not None
    given = [item.get("content", item.get("type")) for item in model.last_call.input]
    assert [given[0], *given[1:3], given[4]] == [
        "Where is 4711?",
        "function_call",
        "function_call_output",
        "Thank you!",
    ]

    history = session.store.get_history("chat")
    assert [message.role for message in history] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
        "assistant",
    ]
    (call,) = session.store.query_tool_calls(session_id="chat")
    assert (call.tool_name, call.arguments) == ("find_order", {"order": 4711})
    assert json.loads(call.result)["place"] == "Hamburg"
    assert history[-1].content == "You are welcome."


def test_runner_streams(session: AgentstoreSession) -> None:
    agent, _ = support(
        [function_call("find_order", {"order": 1}, call_id="call_1")], [assistant_message("There.")]
    )

    async def run() -> None:
        result = Runner.run_streamed(agent, "Where is 1?", session=session, run_config=OFFLINE)
        async for _ in result.stream_events():
            pass

    asyncio.run(run())
    assert [message.role for message in session.store.get_history("chat")] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]


def test_runner_waits_for_an_approval(session: AgentstoreSession) -> None:
    @function_tool(needs_approval=True)
    def refund(order: int) -> str:
        """Refunds an order."""
        return f"refunded {order}"

    model = ScriptedModel(
        [
            [function_call("refund", {"order": 4711}, call_id="call_1")],
            [assistant_message("Done.")],
        ]
    )
    agent = Agent(name="support", model=model, tools=[refund])
    first = run(agent, "Refund 4711", session)
    (interruption,) = first.interruptions
    state = first.to_state()
    state.approve(interruption)
    second = run(agent, state, session)
    assert second.final_output == "Done."
    (call,) = session.store.query_tool_calls(session_id="chat")
    assert call.result == "refunded 4711"
    assert [message.role for message in session.store.get_history("chat")] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]


class Gate:
    """Holds a call of the store until it is let through, and counts those that came out."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.ended = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.entered.set()
        assert self.opened.wait(30)
        try:
            return self.call(*args, **kwargs)
        finally:
            self.ended += 1


def test_a_cancelled_call_ends_whole_and_leaks_nothing(
    make_store: Callable[..., agentstore.Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(pool_size=1, pool_timeout=5)
    session = AgentstoreSession("chat", store)
    add(session, ITEMS[4])
    gate = Gate(store.save_messages)

    async def cancel_in_the_middle() -> None:
        monkeypatch.setattr(store, "save_messages", gate)
        task = asyncio.create_task(session.add_items([ITEMS[7], ITEMS[0]]))
        await asyncio.to_thread(gate.entered.wait, 30)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()  # the store is in the middle of its transaction
        gate.opened.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert gate.ended == 1
        monkeypatch.undo()
        # The only connection of the pool is free again, and the turn is there whole.
        assert await session.get_items() == [ITEMS[4], ITEMS[7], ITEMS[0]]

    asyncio.run(cancel_in_the_middle())
    (call,) = store.query_tool_calls(session_id="chat")
    assert call.result == ITEMS[7]["output"]


def test_a_cancelled_call_that_fails_leaves_nothing(
    make_store: Callable[..., agentstore.Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(pool_size=1, pool_timeout=5)
    session = AgentstoreSession("chat", store)
    add(session, ITEMS[4])

    def fail(*args: Any) -> bool:
        raise agentstore.DatabaseError("the disk is full")

    gate = Gate(fail)

    async def cancel_in_the_middle() -> None:
        monkeypatch.setattr(store, "save_tool_result", gate)
        task = asyncio.create_task(session.add_items([ITEMS[7], ITEMS[0]]))
        await asyncio.to_thread(gate.entered.wait, 30)
        task.cancel()
        gate.opened.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        monkeypatch.undo()
        assert await session.get_items() == [ITEMS[4]]

    asyncio.run(cancel_in_the_middle())
    (call,) = store.query_tool_calls(session_id="chat", pending=True)
    assert call.completed_at is None


def test_a_cancelled_run_leaves_the_pool_whole(
    make_store: Callable[..., agentstore.Storage],
) -> None:
    store = make_store(pool_size=1, pool_timeout=5)
    session = AgentstoreSession("chat", store)
    turn = [ITEMS[4], {**ITEMS[7], "output": "x" * 200_000}]

    async def cancel_many() -> None:
        for delay in range(20):
            task = asyncio.create_task(session.add_items(turn))
            for _ in range(delay):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert await session.pop_item() in (None, turn[1])

    asyncio.run(cancel_many())
    history = store.get_history("chat")
    assert [message.role for message in history[:-1]] == ["assistant", "tool"] * (len(history) // 2)
    store.ping()


def test_the_key_says_whose_it_is(session: AgentstoreSession) -> None:
    add(session, ITEMS[0])
    (message,) = session.store.get_history("chat")
    assert message.metadata == {KEY: {}}
