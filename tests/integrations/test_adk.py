"""The session service for Google ADK: against ADK's own services, under a Runner, with faults."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

import pytest
from backends import NETWORKED
from google.adk.agents import LlmAgent
from google.adk.errors.already_exists_error import AlreadyExistsError
from google.adk.errors.session_not_found_error import SessionNotFoundError
from google.adk.events.event import Event
from google.adk.events.event_actions import EventActions
from google.adk.models.base_llm import BaseLlm
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.adk.runners import Runner
from google.adk.sessions import BaseSessionService, InMemorySessionService, Session
from google.adk.sessions.base_session_service import GetSessionConfig
from google.genai import types

import agentstore
from agentstore.integrations.adk import (
    AgentstoreSessionService,
    StaleSessionError,
    store_session_id,
)
from agentstore.integrations.langchain import AgentstoreChatMessageHistory
from agentstore.testing import Proxy

MakeStore = Callable[..., agentstore.Storage]

NAMES: dict[str, Any] = {"app_name": "shop", "user_id": "ann"}
KEY = store_session_id(**NAMES, session_id="s")


@pytest.fixture
def service(store: agentstore.Storage) -> AgentstoreSessionService:
    return AgentstoreSessionService(store)


def said(text: str, author: str = "user", **fields: Any) -> Event:
    role = "user" if author == "user" else "model"
    content = types.Content(role=role, parts=[types.Part(text=text)])
    return Event(author=author, invocation_id="i", content=content, **fields)


def changed(timestamp: float | None = None, **delta: Any) -> Event:
    """An event that says nothing, and changes ``app_x`` (app:x), ``user_x``, ``temp_x`` and x."""
    names = {name: name.replace("_", ":", 1) for name in delta}
    times: dict[str, Any] = {} if timestamp is None else {"timestamp": timestamp}
    actions = EventActions(state_delta={names[name]: value for name, value in delta.items()})
    return Event(author="shop", invocation_id="i", actions=actions, **times)


def called(*calls: types.FunctionCall, **fields: Any) -> Event:
    parts = [types.Part(function_call=call) for call in calls]
    return Event(author="shop", content=types.Content(role="model", parts=parts), **fields)


def answered(*answers: types.FunctionResponse, author: str = "shop") -> Event:
    parts = [types.Part(function_response=answer) for answer in answers]
    return Event(author=author, content=types.Content(role="user", parts=parts))


async def loaded(service: BaseSessionService, session_id: str = "s", **config: Any) -> Session:
    session = await service.get_session(
        **NAMES, session_id=session_id, config=GetSessionConfig(**config)
    )
    assert session is not None
    return session


# What ADK's own services do


async def shared_states(service: BaseSessionService) -> list[Any]:
    results: list[Any] = []
    first = await service.create_session(
        **NAMES, session_id="s", state={"app:a": 1, "user:u": [1], "own": None, "temp:t": 1}
    )
    other = await service.create_session(app_name="shop", user_id="bob", session_id="s")
    elsewhere = await service.create_session(app_name="bank", user_id="ann", session_id="s")
    results += [first.state, other.state, elsewhere.state]
    await service.append_event(
        first, changed(app_a=2, app_b={"deep": [None]}, user_u="x", own=0, temp_t=2)
    )
    results += [first.state, first.events[-1].actions.state_delta]
    for names in (NAMES, {**NAMES, "user_id": "bob"}, {**NAMES, "app_name": "bank"}):
        results.append((await service.get_session(**names, session_id="s")).state)  # type: ignore[union-attr]
    results.append(await service.get_user_state(**NAMES))
    results.append(await service.get_user_state(app_name="shop", user_id="nobody"))
    await service.delete_session(**NAMES, session_id="s")
    again = await service.create_session(**NAMES, session_id="s")
    return [*results, again.state, again.events]


async def limited_events(service: BaseSessionService) -> list[Any]:
    session = await service.create_session(**NAMES, session_id="s")
    for number in range(1, 6):
        await service.append_event(session, said(str(number), timestamp=float(number)))
    await service.append_event(session, said("half", partial=True))
    configs: list[dict[str, Any]] = [
        {},
        {"num_recent_events": 0},
        {"num_recent_events": 3},
        {"num_recent_events": 50},
        {"after_timestamp": 4.0},
        {"after_timestamp": 4.5},
        {"after_timestamp": 50.0},
        {"after_timestamp": 4.0, "num_recent_events": 3},
        {"after_timestamp": 2.0, "num_recent_events": 3},
    ]
    return [
        [event.timestamp for event in (await loaded(service, **config)).events]
        for config in configs
    ]


async def lists(service: BaseSessionService) -> list[Any]:
    sessions = {}
    for user_id, session_id in (("ann", "a1"), ("ann", "a2"), ("bob", "b1"), ("", "e1")):
        sessions[session_id] = await service.create_session(
            app_name="shop", user_id=user_id, session_id=session_id, state={"user:id": session_id}
        )
    await service.create_session(app_name="bank", user_id="ann", session_id="a3")
    late = max(session.last_update_time for session in sessions.values()) + 100
    await service.append_event(sessions["a1"], changed(late, app_x=1, own="a1"))
    return [
        [
            (session.id, session.user_id, session.state, session.events)
            for session in (
                await service.list_sessions(app_name=app_name, user_id=user_id)
            ).sessions
        ]
        for app_name, user_id in (
            ("shop", None), ("shop", "ann"), ("shop", ""), ("bank", None), ("none", "ann"),
        )
    ]  # fmt: skip


async def odd_ids(service: BaseSessionService) -> list[Any]:
    results: list[Any] = []
    for session_id in (" padded ", "a/b", "é 'x' %2F", "x" * 300, "Case", "case", "\ud83d"):
        session = await service.create_session(**NAMES, session_id=session_id)
        await service.append_event(session, changed(own=session_id.strip()))
        results += [session.id, (await loaded(service, session_id)).state]
        with pytest.raises(AlreadyExistsError):
            await service.create_session(**NAMES, session_id=session_id)
    await service.delete_session(**NAMES, session_id="padded ")
    await service.delete_session(**NAMES, session_id="unknown")
    results.append(await service.get_session(**NAMES, session_id=" padded "))
    with pytest.raises(SessionNotFoundError):
        await service.append_event(session.model_copy(update={"id": "unknown"}), said("x"))
    made = await service.create_session(**NAMES, session_id="  ")
    return [*results, len(made.id)]


@pytest.mark.parametrize("scenario", [shared_states, limited_events, lists, odd_ids])
def test_it_does_what_adks_own_service_does(
    service: AgentstoreSessionService,
    scenario: Callable[[BaseSessionService], Awaitable[list[Any]]],
) -> None:
    async def run() -> None:
        assert await scenario(service) == await scenario(InMemorySessionService())

    asyncio.run(run())


EVENTS = [
    said("Where is my order?\0\ud800 \U0001f389", turn_complete=True),
    said("", "shop"),
    Event(author="shop", invocation_id="i"),
    Event(
        author="shop",
        invocation_id="i",
        branch="a.b",
        partial=False,
        content=types.Content(
            role="model",
            parts=[
                types.Part(text="I think.", thought=True, thought_signature=b"\x00\xff"),
                types.Part(text="Here:"),
                types.Part(inline_data=types.Blob(data=b"\x89PNG\x00", mime_type="image/png")),
                types.Part(
                    function_call=types.FunctionCall(
                        id="c1", name="find", args={"n": 1, "f": 1.0, "none": None, "l": [{}]}
                    )
                ),
                types.Part(function_call=types.FunctionCall(name="no id")),
            ],
        ),
        long_running_tool_ids={"c9", "c8"},
        usage_metadata=types.GenerateContentResponseUsageMetadata(total_token_count=2),
        grounding_metadata=types.GroundingMetadata(web_search_queries=["q"]),
        custom_metadata={"none": None, "deep": [{"x": None}]},
        actions=EventActions(
            artifact_delta={"file": 0}, transfer_to_agent="other", escalate=True,
            state_delta={"none": None, "d": {"e": [1, 1.0, None]}},
        ),
        timestamp=1700000000.1234567,
    ),
    answered(types.FunctionResponse(id="c1", name="find", response={"error": "none"})),
    said("Only thoughts", "shop"),
    Event(author="shop", error_code="500", error_message="It broke.", interrupted=True),
]  # fmt: skip


def test_events_come_back_as_they_were(service: AgentstoreSessionService) -> None:
    async def run() -> None:
        session = await service.create_session(**NAMES, session_id="s", state={"x": 1})
        for event in EVENTS:
            assert await service.append_event(session, event.model_copy(deep=True)) == event
        assert session.events == EVENTS
        assert await loaded(service) == session
        assert session.last_update_time == EVENTS[-1].timestamp

    asyncio.run(run())


def test_a_conversation_is_readable_by_everybody(
    service: AgentstoreSessionService, store: agentstore.Storage
) -> None:
    call_1 = types.FunctionCall(id="c1", name="find", args={"order": 4711})
    call_2 = types.FunctionCall(id="c2", name="pay", args={})
    thought = types.Part(text="Hm.", thought=True)
    events = [
        said("Where is 4711?"),
        Event(author="shop", content=types.Content(role="model", parts=[thought])),
        called(call_1, call_2),
        answered(
            types.FunctionResponse(id="c2", name="pay", response={"error": "no money"}),
            types.FunctionResponse(id="c1", name="find", response={"success": True, "at": "home"}),
        ),
        changed(x=1),
        said("At home.", "shop"),
    ]

    async def run() -> list[Event]:
        session = await service.create_session(**NAMES, session_id="s")
        for event in events:
            await service.append_event(session, event)
        # An event of several messages counts as one.
        assert len((await loaded(service, num_recent_events=3)).events) == 3
        return (await loaded(service)).events

    assert asyncio.run(run()) == events
    history = store.get_history(KEY)
    assert [(message.role, message.content, message.response_type) for message in history] == [
        ("user", "Where is 4711?", None),
        ("assistant", "Hm.", "reasoning"),
        ("assistant", "", None),
        ("tool", '{"error":"no money"}', None),
        ("tool", '{"success":true,"at":"home"}', None),
        ("assistant", "", "event"),
        ("assistant", "At home.", None),
    ]
    assert history[3].metadata["tool_status"] == "error"
    assert [(call.tool_name, call.arguments, call.result) for call in history[2].tool_calls] == [
        ("find", {"order": 4711}, {"success": True, "at": "home"}),
        ("pay", {}, {"error": "no money"}),
    ]
    assert history[0].timestamp == datetime.fromtimestamp(events[0].timestamp, timezone.utc)
    assert [message.type for message in AgentstoreChatMessageHistory(KEY, store).messages] == [
        "human", "ai", "tool", "tool", "ai",
    ]  # fmt: skip
    (session,) = store.query_sessions(metadata={"app_name": "shop", "user_id": "ann"})
    assert session.metadata == {**NAMES, "session_id": "s"}


def test_a_long_running_call_gets_the_result_that_the_user_brings(
    service: AgentstoreSessionService, store: agentstore.Storage
) -> None:
    async def run() -> None:
        session = await service.create_session(**NAMES, session_id="s")
        call = types.FunctionCall(id="c1", name="approve", args={})
        await service.append_event(session, called(call, long_running_tool_ids={"c1"}))
        for response, author in (({"status": "asked"}, "shop"), ({"status": "yes"}, "user")):
            answer = types.FunctionResponse(id="c1", name="approve", response=response)
            await service.append_event(session, answered(answer, author=author))

    asyncio.run(run())
    (call,) = store.query_tool_calls(session_id=KEY)
    assert call.result == {"status": "yes"}


def test_what_others_have_saved_comes_as_events(
    service: AgentstoreSessionService, store: agentstore.Storage
) -> None:
    async def run() -> list[Event]:
        session = await service.create_session(**NAMES, session_id="s")
        await service.append_event(session, said("by ADK"))
        store.save_system_message(KEY, "You help.")
        store.save_user_message(KEY, [{"type": "text", "text": "Where is 4711?"}])
        call = {"tool_name": "find", "arguments": {"n": 1}, "call_id": "c1", "result": "home"}
        looking = {"type": "execute", "message": "Let me see.", "tool_calls": [call]}
        store.save_assistant_message(KEY, looking)
        store.save_assistant_message(KEY, "At home.")
        assert [event.id for event in (await loaded(service, num_recent_events=1)).events] == [
            store.get_history(KEY)[-1].id
        ]
        return (await loaded(service)).events

    events = asyncio.run(run())
    assert [event.author for event in events] == ["user", "user", "shop", "shop", "shop"]
    assert [
        part.text or part.function_call or part.function_response
        for event in events
        for part in (event.content.parts if event.content and event.content.parts else [])
    ] == [
        "by ADK",
        "Where is 4711?",
        "Let me see.",
        types.FunctionCall(id="c1", name="find", args={"n": 1}),
        types.FunctionResponse(id="c1", name="find", response={"result": "home"}),
        "At home.",
    ]
    assert len({event.id for event in events}) == 5


def test_state_that_is_no_json_is_kept_as_adk_does(service: AgentstoreSessionService) -> None:
    async def run() -> None:
        moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
        session = await service.create_session(**NAMES, session_id="s", state={"at": moment})
        await service.append_event(session, changed(call=len, user_set=[moment]))
        assert (await loaded(service)).state == {
            "at": "2026-01-01T00:00:00Z",
            "call": repr(len),
            "user:set": ["2026-01-01T00:00:00Z"],
        }

    asyncio.run(run())


def test_a_session_that_the_store_deletes_is_gone_for_adk_too(
    service: AgentstoreSessionService, store: agentstore.Storage
) -> None:
    async def run() -> None:
        session = await service.create_session(**NAMES, session_id="s", state={"own": 1})
        await service.append_event(session, changed(app_x=1))
        assert store.delete_session(KEY)
        assert await service.get_session(**NAMES, session_id="s") is None
        assert (await service.list_sessions(app_name="shop")).sessions == []
        with pytest.raises(SessionNotFoundError):
            await service.append_event(session, said("x"))
        again = await service.create_session(**NAMES, session_id="s")
        assert (again.state, again.events) == ({"app:x": 1}, [])

    asyncio.run(run())


# Stale sessions


def test_a_stale_session_is_refused(service: AgentstoreSessionService) -> None:
    async def run() -> None:
        first = await service.create_session(**NAMES, session_id="s")
        await service.append_event(first, said("one"))
        second = await loaded(service)
        await service.append_event(second, changed(own=2, app_x=2))
        with pytest.raises(StaleSessionError, match="modified in storage"):
            await service.append_event(first, changed(own=1, app_x=1))
        assert len(first.events) == 1
        assert (await loaded(service)).state == {"own": 2, "app:x": 2}
        await service.append_event(await loaded(service), said("three"))
        assert len((await loaded(service)).events) == 3

    asyncio.run(run())


def test_a_session_that_the_caller_made_is_good_where_it_ends_with_the_last_event(
    service: AgentstoreSessionService,
) -> None:
    async def run() -> None:
        session = await service.create_session(**NAMES, session_id="s")
        empty = Session(**NAMES, id="s")
        await service.append_event(empty, said("one"))
        with pytest.raises(ValueError, match="modified in storage"):
            await service.append_event(Session(**NAMES, id="s"), said("two"))
        with pytest.raises(ValueError, match="modified in storage"):
            await service.append_event(session, said("two"))
        await service.append_event(Session(**NAMES, id="s", events=empty.events), said("two"))
        assert len((await loaded(service)).events) == 2

    asyncio.run(run())


def test_of_two_that_append_at_once_one_is_stale(
    store: agentstore.Storage, other_store: agentstore.Storage
) -> None:
    async def run() -> None:
        services = [AgentstoreSessionService(store), AgentstoreSessionService(other_store)]
        await services[0].create_session(**NAMES, session_id="s")
        for number in range(6):
            copies = [await loaded(service) for service in services]
            results = await asyncio.gather(
                *(
                    service.append_event(session, changed(**{f"own{number}": place}))
                    for place, (service, session) in enumerate(zip(services, copies, strict=True))
                ),
                return_exceptions=True,
            )
            assert sorted(type(result).__name__ for result in results) == [
                "Event",
                "StaleSessionError",
            ]
        final = await loaded(services[0])
        assert len(final.events) == len(final.state) == 6
        assert final.state == {
            key: value for event in final.events for key, value in event.actions.state_delta.items()
        }

    asyncio.run(run())


def test_branches_that_share_a_session_append_in_turn(service: AgentstoreSessionService) -> None:
    async def run() -> None:
        session = await service.create_session(**NAMES, session_id="s")
        await asyncio.gather(
            *(service.append_event(session, changed(**{f"own{n}": n})) for n in range(8))
        )
        assert await loaded(service) == session
        assert len(session.events) == 8

    asyncio.run(run())


def test_users_who_change_the_apps_state_at_once_lose_nothing(
    store: agentstore.Storage, other_store: agentstore.Storage
) -> None:
    async def append(number: int) -> None:
        service = AgentstoreSessionService((store, other_store)[number % 2])
        session = await service.create_session(app_name="shop", user_id=f"user {number}")
        for turn in range(4):
            delta = {f"app_{number}.{turn}": turn, "app_common": number, "user_x": turn}
            await service.append_event(session, changed(**delta))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda number: asyncio.run(append(number)), range(6)))
    service = AgentstoreSessionService(store)
    session = asyncio.run(service.create_session(**NAMES))
    common = session.state.pop("app:common")
    assert common in range(6)
    assert session.state == {
        f"app:{number}.{turn}": turn for number in range(6) for turn in range(4)
    }


# Faults


@pytest.mark.parametrize("backend", NETWORKED, indirect=True)
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("statement", [b"update_session */", b"commit"])
def test_a_lost_reply_doubles_nothing(
    proxy: Proxy,
    proxied_store: agentstore.Storage,
    store: agentstore.Storage,
    statement: bytes,
    nth: int,
) -> None:
    service = AgentstoreSessionService(proxied_store)

    async def run() -> None:
        await service.create_session(**NAMES, session_id="other")  # connects
        proxy.cut_after_request(nth, containing=statement)
        session = await service.create_session(**NAMES, session_id="s", state={"app:x": 1})
        await service.append_event(session, said("one"))
        await service.append_event(session, changed(own=1))
        assert proxy.cuts == 1
        assert await loaded(AgentstoreSessionService(store)) == session
        assert len(session.events) == 2

    asyncio.run(run())
    assert store.get_message_count(KEY) == 2


def test_a_failing_append_leaves_nothing(
    service: AgentstoreSessionService, store: agentstore.Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        session = await service.create_session(**NAMES, session_id="s", state={"app:x": 0})
        with monkeypatch.context() as patch:
            patch.setattr(store, "save_messages", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                await service.append_event(session, changed(own=1, app_x=1))
        assert await loaded(service) == session
        assert (session.state, session.events) == ({"app:x": 0}, [])
        await service.append_event(session, changed(own=1))  # is not stale

    asyncio.run(run())


def test_a_cancelled_append_ends_whole_and_gives_its_connection_back(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(pool_size=1, pool_timeout=20)
    service = AgentstoreSessionService(store)
    entered, opened = threading.Event(), threading.Event()
    save_messages = store.save_messages

    def slow(*args: Any) -> list[str]:
        entered.set()
        assert opened.wait(30)
        return save_messages(*args)

    async def cancel_in_the_middle() -> None:
        session = await service.create_session(**NAMES, session_id="s")
        monkeypatch.setattr(store, "save_messages", slow)
        task = asyncio.create_task(service.append_event(session, changed(own=1, app_x=1)))
        await asyncio.to_thread(entered.wait, 30)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        opened.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The only connection of the pool is free again, and the event is there whole.
        assert await loaded(service) == session
        assert session.state == {"own": 1, "app:x": 1}
        await service.append_event(session, said("next"))  # is not stale

    asyncio.run(cancel_in_the_middle())
    assert store.get_message_count(KEY) == 2


# Under a Runner


class ScriptedLlm(BaseLlm):
    """Calls a tool, and says what it has returned."""

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        last = (llm_request.contents[-1].parts or [types.Part(text="")])[-1]
        if last.function_response is not None:
            part = types.Part(text=f"It is {last.function_response.response['at']}.")  # type: ignore[index]
        else:
            call = types.FunctionCall(name="find", args={"order": last.text})
            part = types.Part(function_call=call)
        yield LlmResponse(content=types.Content(role="model", parts=[part]))


def find(order: str, tool_context: Any) -> dict[str, Any]:
    """Finds an order."""
    tool_context.state["user:last_order"] = order
    return {"success": True, "at": f"home ({order})"}


def test_a_runner_works_with_it(store: agentstore.Storage, other_store: agentstore.Storage) -> None:
    agent = LlmAgent(name="shop", model=ScriptedLlm(model="scripted"), tools=[find])

    async def ask(service: BaseSessionService, text: str) -> str:
        runner = Runner(app_name="shop", agent=agent, session_service=service)
        message = types.Content(role="user", parts=[types.Part(text=text)])
        texts = [
            part.text or ""
            async for event in runner.run_async(user_id="ann", session_id="s", new_message=message)
            for part in (event.content.parts if event.content and event.content.parts else [])
        ]
        return "".join(texts)

    async def run() -> None:
        services = [AgentstoreSessionService(store), AgentstoreSessionService(other_store)]
        await services[0].create_session(**NAMES, session_id="s")
        assert await ask(services[0], "4711") == "It is home (4711)."
        assert await ask(services[1], "4712") == "It is home (4712)."
        assert await services[0].get_user_state(**NAMES) == {"last_order": "4712"}

    asyncio.run(run())
    assert [message.role for message in store.get_history(KEY)] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ] * 2
    calls = store.query_tool_calls(session_id=KEY, success=True, order="asc")
    assert [call.arguments for call in calls] == [{"order": "4711"}, {"order": "4712"}]
