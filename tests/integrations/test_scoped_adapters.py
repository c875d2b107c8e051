"""Each adapter over a scoped store keeps to the scope, with its own tables too."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from google.adk.errors.already_exists_error import AlreadyExistsError
from google.adk.errors.session_not_found_error import SessionNotFoundError
from google.adk.events.event import Event
from google.adk.events.event_actions import EventActions
from google.adk.sessions import InMemorySessionService
from langgraph.checkpoint.base import empty_checkpoint
from shared_conversation import READERS, WRITERS
from strands.types.exceptions import SessionException
from strands.types.session import SessionAgent, SessionMessage

import agentstore
from agentstore import compat
from agentstore.integrations import langchain, openai_agents, strands
from agentstore.integrations.adk import AgentstoreSessionService, store_session_id
from agentstore.integrations.langgraph import AgentstoreSaver
from agentstore.transfer.copying import dump_rows

ID = store_session_id("shop", "u", "17")
"""A session's id that all adapters take."""

TAKEN: dict[str, type[Exception]] = {"strands": SessionException, "adk": AlreadyExistsError}
"""How an adapter says that an id is in use; the others raise the store's own error."""

INSIDE = {"tenant_id": "acme", "user_id": "ann"}
OUTSIDE = [
    {"tenant_id": "umbrella"},
    {"tenant_id": "acme", "user_id": "bob"},
    {"tenant_id": "umbrella", "user_id": "ann"},
]


def read_langgraph(store: agentstore.Storage, session_id: str) -> Iterator[Any]:
    return AgentstoreSaver(store).list({"configurable": {"thread_id": session_id}})


def read_adk(store: agentstore.Storage, session_id: str) -> Iterator[Any]:
    _, app_name, user_id, adk_id = session_id.split("/")
    service = AgentstoreSessionService(store)
    session = asyncio.run(
        service.get_session(app_name=app_name, user_id=user_id, session_id=adk_id)
    )
    return iter(()) if session is None else iter(session.events)


READ: dict[str, Callable[[agentstore.Storage, str], Iterator[Any]]] = {
    **READERS,
    "langgraph": read_langgraph,
    "adk": read_adk,
    "store": lambda store, session_id: iter(store.get_history(session_id)),
}


def everything(store: agentstore.Storage) -> bytes:
    """All rows of all tables."""
    file = io.BytesIO()
    dump_rows(store, file)
    return file.getvalue()


@pytest.fixture
def outsides(store: agentstore.Storage) -> list[agentstore.Storage]:
    """Another tenant's store, that of another user, and that of the user's name elsewhere."""
    return [store.scoped(**scope) for scope in OUTSIDE]


@pytest.mark.parametrize("adapter", WRITERS)
def test_what_one_scope_writes_another_neither_reads_nor_adds_to(
    store: agentstore.Storage, outsides: list[agentstore.Storage], adapter: str
) -> None:
    inside = store.scoped(**INSIDE)
    WRITERS[adapter](inside, ID)
    session = store.get_session(ID)
    assert session is not None
    assert (session.tenant_id, session.user_id) == ("acme", "ann")
    read = list(READ[adapter](inside, ID))
    assert read
    written = everything(store)
    for outside in outsides:
        assert list(READ[adapter](outside, ID)) == []
        with pytest.raises(TAKEN.get(adapter, agentstore.SessionExistsError)):
            WRITERS[adapter](outside, ID)
        assert everything(store) == written
    # The whole store and the tenant's see what the user's store has written.
    for wider in (store, store.scoped(tenant_id="acme")):
        assert list(READ[adapter](wider, ID)) == read


def openai_agents_calls(store: agentstore.Storage) -> Iterator[Callable[[], Any]]:
    session = openai_agents.AgentstoreSession(ID, store)
    yield lambda: asyncio.run(session.pop_item())
    yield lambda: asyncio.run(session.clear_session())
    yield lambda: asyncio.run(session.get_items(5)) or None


def langchain_calls(store: agentstore.Storage) -> Iterator[Callable[[], Any]]:
    yield langchain.AgentstoreChatMessageHistory(ID, store).clear


def langgraph_calls(store: agentstore.Storage) -> Iterator[Callable[[], Any]]:
    saver = AgentstoreSaver(store)
    thread: Any = {"configurable": {"thread_id": ID}}
    yield lambda: saver.get_tuple(thread)
    yield lambda: list(saver.list(None)) or None
    yield lambda: list(saver.list(None, filter={"source": "loop"})) or None
    yield lambda: saver.delete_thread(ID)
    yield lambda: saver.prune([ID])
    yield lambda: saver.prune([ID], strategy="delete")
    yield lambda: saver.delete_for_runs(["run"])


def strands_calls(store: agentstore.Storage) -> Iterator[Callable[[], Any]]:
    repository = strands.AgentstoreSessionRepository(store)
    message = SessionMessage.from_message({"role": "user", "content": [{"text": "x"}]}, 0)
    yield lambda: repository.read_session(ID)
    yield lambda: repository.read_agent(ID, "bot")
    yield lambda: repository.read_message(ID, "bot", 0)
    yield lambda: refused(SessionException, repository.delete_session, ID)
    yield lambda: refused(SessionException, repository.list_messages, ID, "bot")
    for call in (repository.create_agent, repository.update_agent):
        yield partial(refused, SessionException, call, ID, SessionAgent("bot", {}, {}))
    for save in (repository.create_message, repository.update_message):
        yield partial(refused, SessionException, save, ID, "bot", message)


def pydantic_ai_calls(_: agentstore.Storage) -> Iterator[Callable[[], Any]]:
    yield from ()  # it reads and writes, and that is all


def adk_calls(store: agentstore.Storage) -> Iterator[Callable[[], Any]]:
    service = AgentstoreSessionService(store)
    names: Any = {"app_name": "shop", "user_id": "u"}
    session = asyncio.run(InMemorySessionService().create_session(**names, session_id="17"))
    event = Event(author="user", actions=EventActions(state_delta={"app:a": 1, "user:u": 1}))
    yield lambda: asyncio.run(service.list_sessions(app_name="shop")).sessions or None
    yield lambda: asyncio.run(service.list_sessions(**names)).sessions or None
    yield lambda: asyncio.run(service.get_user_state(**names)) or None
    yield lambda: asyncio.run(service.delete_session(**names, session_id="17"))
    yield lambda: refused(
        SessionNotFoundError, lambda: asyncio.run(service.append_event(session, event))
    )


CALLS = {
    "openai_agents": openai_agents_calls,
    "langchain": langchain_calls,
    "strands": strands_calls,
    "pydantic_ai": pydantic_ai_calls,
    "langgraph": langgraph_calls,
    "adk": adk_calls,
}
"""What an adapter can do to a session besides, none of which finds or changes anything."""


def refused(error: type[Exception], call: Callable[..., Any], *arguments: Any) -> None:
    with pytest.raises(error):
        call(*arguments)


@pytest.mark.parametrize("adapter", CALLS)
def test_no_call_of_an_adapter_leaves_the_scope(
    store: agentstore.Storage, outsides: list[agentstore.Storage], adapter: str
) -> None:
    WRITERS[adapter](store.scoped(**INSIDE), ID)
    written = everything(store)
    for outside in outsides:
        for call in CALLS[adapter](outside):
            assert call() is None
        assert everything(store) == written


def test_a_thread_is_copied_from_within_the_scope_alone(
    store: agentstore.Storage, outsides: list[agentstore.Storage]
) -> None:
    inside = store.scoped(**INSIDE)
    WRITERS["langgraph"](inside, ID)
    saver = AgentstoreSaver(outsides[0])
    saver.copy_thread(ID, "copy")
    assert list(read_langgraph(store, "copy")) == []
    with pytest.raises(agentstore.SessionExistsError):
        saver.copy_thread("copy", ID)
    AgentstoreSaver(inside).copy_thread(ID, "own copy")
    assert len(list(read_langgraph(inside, "own copy"))) == len(list(read_langgraph(inside, ID)))
    assert inside.get_history("own copy")


def test_a_task_s_writes_do_not_cross(
    store: agentstore.Storage, outsides: list[agentstore.Storage]
) -> None:
    config: Any = {"configurable": {"thread_id": ID, "checkpoint_ns": ""}}
    config = AgentstoreSaver(store.scoped(**INSIDE)).put(config, empty_checkpoint(), {}, {})
    written = everything(store)
    for saver in map(AgentstoreSaver, outsides):
        refused(agentstore.SessionExistsError, saver.put_writes, config, [("x", 1)], "task")
        refused(agentstore.SessionExistsError, saver.put, config, empty_checkpoint(), {}, {})
    assert everything(store) == written


# ADK's states


def remembering(service: AgentstoreSessionService, user_id: str, session_id: str, text: str) -> Any:
    state = {"app:last": text, "user:last": text, "own": text}
    return asyncio.run(
        service.create_session(app_name="shop", user_id=user_id, session_id=session_id, state=state)
    ).state


def user_state(service: AgentstoreSessionService, user_id: str) -> dict[str, Any]:
    return asyncio.run(service.get_user_state(app_name="shop", user_id=user_id))


def test_adk_s_shared_states_are_a_scope_s(store: agentstore.Storage) -> None:
    """An app's is its tenant's, and a user's never another's of the tenant."""
    ann, bob, other = (
        AgentstoreSessionService(store.scoped(**scope))
        for scope in (INSIDE, OUTSIDE[1], OUTSIDE[0])
    )
    remembering(ann, "user", "a", "ann's")
    assert remembering(other, "user", "o", "other's")["app:last"] == "other's"
    assert user_state(ann, "user") == {"last": "ann's"}
    assert user_state(bob, "user") == {}
    remembering(bob, "user", "b", "bob's")
    assert user_state(ann, "user") == {"last": "ann's"}
    assert user_state(other, "user") == {"last": "other's"}
    [session] = asyncio.run(ann.list_sessions(app_name="shop")).sessions
    assert session.state == {"app:last": "bob's", "user:last": "ann's", "own": "ann's"}
    assert user_state(AgentstoreSessionService(store), "user") == {}


def test_adk_s_app_and_user_are_the_scope_where_that_is_asked_for(
    store: agentstore.Storage,
) -> None:
    service = AgentstoreSessionService(store, scope_users=True)
    remembering(service, "ann", "17", "ann's")
    remembering(service, "bob", "17", "bob's")
    owners = {(session.tenant_id, session.user_id) for session in store.query_sessions()}
    assert owners == {("shop", "ann"), ("shop", "bob")}
    assert user_state(service, "ann") == {"last": "ann's"}
    listed = asyncio.run(service.list_sessions(app_name="shop")).sessions
    assert [(session.user_id, session.state["user:last"]) for session in listed] == [
        ("ann", "ann's"),
        ("bob", "bob's"),
    ]
    for user_id in ("ann", "bob"):
        of_user = asyncio.run(service.list_sessions(app_name="shop", user_id=user_id)).sessions
        assert [session.user_id for session in of_user] == [user_id]
        event = Event(author="user", actions=EventActions(state_delta={"user:last": user_id}))
        loaded = asyncio.run(service.get_session(app_name="shop", user_id=user_id, session_id="17"))
        assert loaded is not None
        asyncio.run(service.append_event(loaded, event))
        assert user_state(service, user_id) == {"last": user_id}
    # What is the user's is what a store of the user sees, and it alone.
    view = store.scoped(tenant_id="shop", user_id="ann")
    assert [session.id for session in view.query_sessions()] == [
        store_session_id("shop", "ann", "17")
    ]
    asyncio.run(service.delete_session(app_name="shop", user_id="bob", session_id="17"))
    assert store.count_sessions() == 1
    assert asyncio.run(service.list_sessions(app_name="bank")).sessions == []


def test_adk_s_users_on_a_store_that_is_scoped(store: agentstore.Storage) -> None:
    tenant = AgentstoreSessionService(store.scoped(tenant_id="acme"), scope_users=True)
    remembering(tenant, "ann", "17", "ann's")
    [session] = store.query_sessions()
    assert (session.tenant_id, session.user_id) == ("acme", "ann")
    ann = AgentstoreSessionService(store.scoped(**INSIDE), scope_users=True)
    assert user_state(ann, "ann") == {"last": "ann's"}
    names: Any = {"app_name": "shop", "user_id": "bob"}
    with pytest.raises(agentstore.InvalidInputError, match="user_id"):
        remembering(ann, "bob", "17", "bob's")
    remembering(tenant, "bob", "17", "bob's")
    written = everything(store)
    assert asyncio.run(ann.get_session(**names, session_id="17")) is None
    assert asyncio.run(ann.list_sessions(**names)).sessions == []
    assert user_state(ann, "bob") == {}
    asyncio.run(ann.delete_session(**names, session_id="17"))
    assert everything(store) == written
    [listed] = asyncio.run(ann.list_sessions(app_name="shop")).sessions
    assert listed.user_id == "ann"


@pytest.mark.parametrize("name", ["", " shop", "a\nb"])
def test_what_is_no_id_is_no_scope(store: agentstore.Storage, name: str) -> None:
    service = AgentstoreSessionService(store, scope_users=True)
    with pytest.raises(agentstore.InvalidInputError):
        asyncio.run(service.create_session(app_name=name, user_id="ann"))
    with pytest.raises(agentstore.InvalidInputError):
        asyncio.run(service.create_session(app_name="shop", user_id=name))


# The calls of the TypeScript original


@pytest.mark.parametrize("scope", OUTSIDE, ids=str)
def test_compat_keeps_to_the_scope(store: agentstore.Storage, scope: dict[str, str]) -> None:
    inside = compat.SessionManager(store.scoped(**INSIDE))
    inside.add_user_message("s", "hello")
    confirmation = {"tool_name": "refund", "arguments": {}, "user_message": "Refund?"}
    inside.save_pending_confirmation("s", confirmation)
    session = store.get_session("s")
    assert session is not None
    assert (session.tenant_id, session.user_id) == ("acme", "ann")
    written = everything(store)
    manager = compat.SessionManager(store.scoped(**scope))
    for call in (
        lambda: manager.add_user_message("s", "hello"),
        lambda: manager.add_assistant_message("s", "hello"),
        lambda: manager.add_system_message("s", "hello"),
        lambda: manager.create_session(id="s"),
        lambda: manager.get_or_create_session("s"),
        lambda: manager.save_pending_confirmation("s", confirmation),
    ):
        refused(agentstore.SessionExistsError, call)
    found = [
        manager.get_session("s"),
        manager.has_session("s"),
        manager.query_sessions(),
        manager.get_history("s"),
        manager.close_session("s"),
        manager.delete_session("s"),
        manager.clear_session("s"),
        manager.update_metadata("s", {"x": 1}),
        manager.get_pending_confirmation("s"),
        manager.clear_pending_confirmation("s"),
        manager.get_session_count(),
        manager.get_total_message_count(),
    ]
    assert not any(found)
    assert everything(store) == written
