"""What the walk over scopes may do: every method of a store, and each adapter."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from google.adk.events.event import Event
from google.adk.events.event_actions import EventActions
from google.adk.sessions import Session as AdkSession
from google.genai import types
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base import empty_checkpoint
from pydantic_ai.messages import ModelRequest, UserPromptPart
from scope_walk import REFUSALS, SCOPES, Walker, mark_of
from strands.types.session import Session, SessionAgent, SessionMessage, SessionType

from agentstore import Storage, compat
from agentstore.integrations import langchain, openai_agents, pydantic_ai, strands
from agentstore.integrations.adk import AgentstoreSessionService
from agentstore.integrations.langgraph import AgentstoreSaver

FAR_OFF = datetime(2900, 1, 1, tzinfo=timezone.utc)


class _Undo(Exception):
    """Raised to undo a transaction."""


def in_transaction(w: Walker) -> Any:
    """Some steps in one transaction, which may be undone."""
    names = [w.random.choice(IN_TRANSACTION) for _ in range(3)]
    with suppress(_Undo), w.one(w.view, w.store).transaction():
        for name in names:
            with suppress(*REFUSALS), w.view.transaction():
                STEPS[name](w)
        if w.one(True, False):
            raise _Undo


def use_langgraph(w: Walker) -> Any:
    """Something that a saver does."""
    saver = AgentstoreSaver(w.view)
    thread = w.session()
    config: Any = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}

    def put() -> Any:
        checkpoint = empty_checkpoint()
        checkpoint["id"] = w.id("k", 3)
        checkpoint["channel_values"] = {"messages": [HumanMessage(w.mark, id="h")]}
        checkpoint["channel_versions"] = {"messages": "1"}
        metadata: Any = {"source": "loop", "run_id": "run", "of": w.mark}
        saved = saver.put(config, checkpoint, metadata, {"messages": "1"})
        return saver.put_writes(saved, [("x", w.mark)], w.id("t"))

    return w.one(
        put,
        put,
        lambda: saver.get_tuple(config),
        lambda: list(saver.list(config)),
        lambda: list(saver.list(None)),
        lambda: list(saver.list(None, filter={"run_id": "run"})),
        lambda: saver.delete_thread(thread),
        lambda: saver.copy_thread(thread, w.session()),
        lambda: saver.prune([thread], strategy=w.one("keep_latest", "delete")),
        lambda: saver.delete_for_runs(["run"]),
    )()


def use_adk(w: Walker) -> Any:
    """Something that ADK's session service does."""
    user = w.owner[1] or "u"
    service = AgentstoreSessionService(w.view, scope_users=w.one(True, False))
    names: Any = {"app_name": "shop", "user_id": w.one("u", user)}
    session_id = w.id("s")
    shared = mark_of((w.owner[0], "*"))
    state = {"app:x": shared, "user:x": w.mark, "own": w.mark}

    def append() -> Any:
        session = w.run(service.get_session(**names, session_id=session_id))
        if session is None:
            session = AdkSession(**names, id=session_id, last_update_time=9e9)
        content = types.Content(role="user", parts=[types.Part(text=w.mark)])
        actions = EventActions(state_delta=state)
        event = Event(author="user", content=content, actions=actions)
        return w.run(service.append_event(session, event))

    def create() -> Any:
        return w.run(service.create_session(**names, session_id=session_id, state=state))

    return w.one(
        create,
        append,
        append,
        lambda: w.run(service.get_session(**names, session_id=session_id)),
        lambda: w.run(service.list_sessions(app_name="shop")),
        lambda: w.run(service.list_sessions(**names)),
        lambda: w.run(service.get_user_state(**names)),
        lambda: w.run(service.delete_session(**names, session_id=session_id)),
    )()


def use_openai_agents(w: Walker) -> Any:
    """Something that a session of the OpenAI Agents SDK does."""
    session = openai_agents.AgentstoreSession(w.session(), w.view)
    items: Any = [{"role": "user", "content": w.mark}]
    return w.one(
        lambda: w.run(session.add_items(items)),
        lambda: w.run(session.get_items()),
        lambda: w.run(session.pop_item()),
        lambda: w.run(session.clear_session()),
    )()


def use_langchain(w: Walker) -> Any:
    """Something that a history of LangChain does."""
    history = langchain.AgentstoreChatMessageHistory(w.session(), w.view)
    return w.one(
        lambda: history.add_messages([HumanMessage(w.mark)]),
        lambda: history.messages,
        history.clear,
    )()


def use_pydantic_ai(w: Walker) -> Any:
    """Something that Pydantic AI's functions do."""
    messages = [ModelRequest([UserPromptPart(w.mark)])]
    session_id = w.session()
    return w.one(
        lambda: pydantic_ai.save_messages(w.view, session_id, messages, run_id="run"),
        lambda: pydantic_ai.load_messages(w.view, session_id),
    )()


def use_strands(w: Walker) -> Any:
    """Something that a session repository of Strands does."""
    repository = strands.AgentstoreSessionRepository(w.view)
    session_id = w.session()
    agent = SessionAgent("bot", {"of": w.mark}, {})
    message = SessionMessage.from_message(
        {"role": "user", "content": [{"text": w.mark}]}, w.random.randrange(3)
    )
    return w.one(
        lambda: repository.create_session(Session(session_id, SessionType.AGENT)),
        lambda: repository.read_session(session_id),
        lambda: repository.create_agent(session_id, agent),
        lambda: repository.read_agent(session_id, "bot"),
        lambda: repository.update_agent(session_id, agent),
        lambda: repository.create_message(session_id, "bot", message),
        lambda: repository.update_message(session_id, "bot", message),
        lambda: repository.read_message(session_id, "bot", message.message_id),
        lambda: repository.list_messages(session_id, "bot"),
        lambda: load_and_delete(repository, w.view, session_id),
    )()


def use_compat(w: Walker) -> Any:
    """Something that the TypeScript original's manager does."""
    manager = compat.SessionManager(w.view)
    session_id = w.session()
    return w.one(
        lambda: manager.add_user_message(session_id, w.mark),
        lambda: manager.add_assistant_message(session_id, w.mark),
        lambda: manager.get_or_create_session(session_id, metadata={"of": w.mark}),
        lambda: manager.save_pending_confirmation(session_id, w.confirmation()),
        lambda: manager.clear_session(session_id),
        manager.query_sessions,
    )()


def load_and_delete(
    repository: strands.AgentstoreSessionRepository, store: Storage, session_id: str
) -> Any:
    """What Strands reads of a session before it deletes it."""
    messages = strands.load_messages(store, session_id)
    repository.delete_session(session_id)
    return messages


Step = Callable[[Walker], Any]


def _lists(w: Walker) -> dict[str, Any]:
    """Filters of sessions, others' owners among them."""
    return {
        "metadata": w.one(None, None, {"of": w.mark}),
        "trashed": w.one(False, True),
        "archived": w.one(None, True, False),
        "tenant_id": w.one(None, *(tenant for tenant, _ in SCOPES)),
        "user_id": w.one(None, "ann", "bob"),
    }


def _order(w: Walker) -> dict[str, Any]:
    return {
        "order_by": w.one("created_at", "last_message_at"),
        "order": w.one("asc", "desc"),
    }


STEPS: dict[str, Step] = {
    "create_session": lambda w: w.view.create_session(
        id=w.session(), title=w.mark, metadata={"of": w.mark}, system_message=w.one(None, w.mark)
    ),
    "get_or_create_session": lambda w: w.view.get_or_create_session(w.session(), title=w.mark),
    "get_session": lambda w: w.view.get_session(w.session(), trashed=w.one(True, False)),
    "update_session": lambda w: w.view.update_session(
        w.session(), title=w.mark, archived=w.one(True, False), pinned=w.one(True, False)
    ),
    "update_session_metadata": lambda w: w.view.update_session_metadata(
        w.session(), {w.mark: w.mark}
    ),
    "close_session": lambda w: w.view.close_session(w.session()),
    "reopen_session": lambda w: w.view.reopen_session(w.session()),
    "trash_session": lambda w: w.view.trash_session(w.session()),
    "restore_session": lambda w: w.view.restore_session(w.session()),
    "reassign_session": lambda w: w.view.reassign_session(w.session(), user_id=w.owner[1] or None),
    "assign_sessions": lambda w: w.view.assign_sessions(tenant_id=w.owner[0]),
    "delete_session": lambda w: w.view.delete_session(w.session()),
    "delete_sessions": lambda w: w.view.delete_sessions(
        inactive_only=w.one(True, False), updated_before=FAR_OFF, limit=1
    ),
    "query_sessions": lambda w: w.view.query_sessions(**_lists(w), **_order(w)),
    "iter_sessions": lambda w: list(w.view.iter_sessions(**_lists(w), **_order(w), batch_size=2)),
    "page_sessions": lambda w: w.view.page_sessions(**_lists(w), **_order(w), limit=2),
    "count_sessions": lambda w: w.view.count_sessions(**_lists(w)),
    "save_user_message": lambda w: w.view.save_user_message(
        w.session(), w.mark, {"of": w.mark}, id=w.id("m", 9)
    ),
    "save_assistant_message": lambda w: w.view.save_assistant_message(
        w.session(), {"type": "x", "message": w.mark, "data": w.mark}, id=w.id("m", 9)
    ),
    "save_system_message": lambda w: w.view.save_system_message(w.session(), w.mark),
    "save_tool_message": lambda w: w.view.save_tool_message(w.session(), w.mark),
    "save_messages": lambda w: w.view.save_messages(
        w.session(), [w.message() for _ in range(w.one(1, 3, 12))]
    ),
    "get_history": lambda w: w.view.get_history(
        w.session(), limit=w.one(None, 2), trashed=w.one(True, False)
    ),
    "get_message": lambda w: w.view.get_message(w.id("m", 9)),
    "query_messages": lambda w: w.view.query_messages(
        session_id=w.one(None, w.session()), order=w.one("asc", "desc")
    ),
    "iter_messages": lambda w: list(
        w.view.iter_messages(session_id=w.one(None, w.session()), batch_size=3)
    ),
    "page_messages": lambda w: w.view.page_messages(session_id=w.one(None, w.session()), limit=3),
    "count_messages": lambda w: w.view.count_messages(session_id=w.one(None, w.session())),
    "get_message_count": lambda w: w.view.get_message_count(w.session()),
    "delete_message": lambda w: w.view.delete_message(w.id("m", 9)),
    "delete_session_messages": lambda w: w.view.delete_session_messages(w.session()),
    "erase_message": lambda w: w.view.erase_message(w.id("m", 9)),
    "query_tool_calls": lambda w: w.view.query_tool_calls(
        session_id=w.one(None, w.session()), order=w.one("asc", "desc"), pending=w.one(None, True)
    ),
    "get_tool_calls_for_message": lambda w: w.view.get_tool_calls_for_message(w.id("m", 9)),
    "save_tool_result": lambda w: w.view.save_tool_result(w.id("c", 9), {"said": w.mark}),
    "save_pending_confirmation": lambda w: w.view.save_pending_confirmation(
        w.session(), w.confirmation()
    ),
    "get_pending_confirmation": lambda w: w.view.get_pending_confirmation(w.session()),
    "take_pending_confirmation": lambda w: w.view.take_pending_confirmation(w.session()),
    "clear_pending_confirmation": lambda w: w.view.clear_pending_confirmation(w.session()),
    "place_hold": lambda w: w.view.place_hold(reason=w.mark, session_id=w.session()),
    "query_holds": lambda w: w.view.query_holds(released=w.one(True, False)),
    "release_hold": lambda w: [w.view.release_hold(hold.id) for hold in w.view.query_holds()],
    "release_a_hold_of_others": lambda w: [
        w.view.release_hold(hold.id)
        for hold in w.store.query_holds()
        if hold.tenant_id != w.owner[0]
    ],
    "erase_user": lambda w: w.view.erase_user(w.one("ann", "bob")),
    "query_erasure_receipts": lambda w: w.view.query_erasure_receipts(),
    "fill": lambda w: w.view.fill(),
    "run_in_transaction": lambda w: w.view.run_in_transaction(
        lambda: w.view.save_messages(w.session(), [w.message()])
    ),
    "transaction": in_transaction,
    "langgraph": use_langgraph,
    "adk": use_adk,
    "openai_agents": use_openai_agents,
    "langchain": use_langchain,
    "pydantic_ai": use_pydantic_ai,
    "strands": use_strands,
    "compat": use_compat,
}
"""What may be done, by the name of the method or of the adapter."""

OFTEN = ["adk", "langgraph", "openai_agents", "langchain", "pydantic_ai", "strands", "compat"]
OFTEN += ["create_session", "save_messages", "save_pending_confirmation", "transaction"]
"""What is done more often than the rest: there are many ways of it, or others need it."""

IN_TRANSACTION = sorted(
    STEPS.keys()
    - {"transaction", "assign_sessions", "erase_user", "fill", "run_in_transaction"}
    - {"adk", "langgraph", "openai_agents"}
)
"""What can be a part of a transaction: the adapters' coroutines are not."""

NOT_WALKED = {
    "close": "of connections",
    "dialect": "a name",
    "disconnect": "of connections",
    "extension": "the adapters' own",
    "migrate": "the whole store's",
    "ping": "of connections",
    "schema_status": "the whole store's",
    "scoped": "every view comes from it",
    "stats": "of connections",
    "apply_retention": "tested with retention: a policy's rules name whose sessions they are",
    "plan_retention": "tested with retention: a policy's rules name whose sessions they are",
}
"""What a store has besides, and why it is no step."""
