"""Moves from other libraries: what our adapters read then is what the libraries read.

docs/importing.md tells of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import foreign_chats as chats
import foreign_originals as originals
import pytest
from agents.memory import SQLiteSession
from backends import SHARED
from foreign_originals import SQLChatMessageHistory
from langchain_core.messages import AIMessage, HumanMessage, messages_to_dict
from moves import EACH_TO_ITSELF, FROM_EITHER, FROM_POSTGRESQL, between, move, moved

import agentstore
from agentstore.cli import main
from agentstore.integrations.adk import AgentstoreSessionService, store_session_id
from agentstore.integrations.langchain import AgentstoreChatMessageHistory
from agentstore.integrations.langgraph import AgentstoreSaver
from agentstore.integrations.openai_agents import AgentstoreSession
from agentstore.movers import KINDS, chainlit, rows
from agentstore.transfer.foreign import Problem


def assert_ends_where_it_is_stopped(
    kind: str, url: str, store: agentstore.Storage, make: Callable[[agentstore.Storage], Any]
) -> None:
    """A move that was stopped twice and goes on leaves what an undisturbed one does."""

    class Stopped(Exception):
        pass

    def stop(done: int) -> None:
        raise Stopped

    for _ in range(2):
        with pytest.raises(Stopped):
            move(kind, url, store, progress=stop)
    move(kind, url, store)
    with agentstore.connect("sqlite://") as other:
        move(kind, url, other)
        assert make(store) == make(other)


def said(store: agentstore.Storage) -> list[Any]:
    """What sessions have, but for the ids and times of a store's own."""
    return [
        [
            session.id,
            session.title,
            [
                [
                    *(message.id, message.role, message.content, message.parts, message.metadata),
                    *((c.tool_name, c.call_id, c.arguments, c.result) for c in message.tool_calls),
                ]
                for message in store.get_history(session.id)
            ],
        ]
        for session in sorted(store.iter_sessions(), key=lambda session: session.id)
    ]


def langchain_messages(store: agentstore.Storage, session_id: str) -> list[Any]:
    return messages_to_dict(AgentstoreChatMessageHistory(session_id, store).messages)


@between(EACH_TO_ITSELF)
def test_langchains_sql_history(
    store: agentstore.Storage, original: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS_A_PAGE", 4)  # a call and its answer lie in two
    originals.add_langchain(original)
    assert_ends_where_it_is_stopped("langchain-sql", original, store, said)
    assert moved(move("langchain-sql", original, store)) == (0, 0, 15)
    history = SQLChatMessageHistory("chat 1", connection=originals.with_driver(original))
    assert langchain_messages(store, "chat 1") == messages_to_dict(history.messages)
    [call] = store.query_tool_calls(session_id="chat 1")
    assert (call.call_id, call.result) == ("call_1", "8 m/s")
    # It goes on on both sides.
    history.add_message(HumanMessage("And now?"))
    history.engine.dispose()
    AgentstoreChatMessageHistory("chat 2", store).add_message(AIMessage("Only here"))
    assert moved(move("langchain-sql", original, store)) == (0, 1, 15)
    assert langchain_messages(store, "chat 1")[-1]["data"]["content"] == "And now?"
    assert langchain_messages(store, "chat 2")[-1]["data"]["content"] == "Only here"


@between(FROM_POSTGRESQL)
def test_langchains_postgres_history(store: agentstore.Storage, original: str) -> None:
    names = originals.add_langchain_postgres(original)
    assert moved(move("langchain-postgres", original, store)) == (3, 15, 0)
    assert moved(move("langchain-postgres", original, store)) == (0, 0, 15)
    for name in names:
        assert langchain_messages(store, name) == messages_to_dict(originals.MESSAGES)
        session = store.get_session(name)
        first = store.get_history(name)[0]
        assert session is not None
        assert first.timestamp == session.created_at < session.updated_at


@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_openais_sqlite_session(
    tmp_path: Path, store: agentstore.Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "ROWS_A_PAGE", 4)
    path = str(tmp_path / "agents.db")
    originals.add_openai_sqlite(path)
    url = f"sqlite:///{path}"
    assert_ends_where_it_is_stopped("openai-agents", url, store, said)
    assert moved(move("openai-agents", url, store)) == (0, 0, 15)
    items = asyncio.run(AgentstoreSession("chat 1", store).get_items())
    theirs = SQLiteSession("chat 1", path)
    assert items == asyncio.run(theirs.get_items()) == originals.ITEMS
    asyncio.run(theirs.add_items([{"role": "user", "content": "And now?"}]))
    theirs.close()
    assert moved(move("openai-agents", url, store)) == (0, 1, 15)


@between(EACH_TO_ITSELF)
def test_openais_sqlalchemy_session(store: agentstore.Storage, original: str) -> None:
    originals.add_openai_sqlalchemy(original)
    assert moved(move("openai-agents", original, store)) == (3, 15, 0)
    assert moved(move("openai-agents", original, store)) == (0, 0, 15)
    items = asyncio.run(AgentstoreSession("chat 2", store).get_items())
    assert items == originals.ITEMS
    session = store.get_session("chat 2")
    assert session is not None
    [call] = store.query_tool_calls(session_id="chat 2")
    day = timedelta(days=1)
    assert session.updated_at - day < session.created_at <= call.timestamp <= session.updated_at
    assert call.completed_at is not None
    assert call.completed_at - day < call.timestamp


def adk_view(service: Any) -> Any:
    async def read() -> list[Any]:
        found = []
        for user in ("ann", "bob"):
            session = await service.get_session(
                app_name="weather", user_id=user, session_id=f"chat {user}"
            )
            assert session is not None
            events = [event.model_dump(mode="json") for event in session.events]
            found.append([session.state, events, session.last_update_time])
        return found

    return read()


@between(EACH_TO_ITSELF)
def test_adks_session_service(store: agentstore.Storage, original: str) -> None:
    with originals.adk_service(original) as run:
        run(originals.add_adk)
        theirs = run(adk_view)
        assert_ends_where_it_is_stopped("adk", original, store, said)
        assert moved(move("adk", original, store)) == (0, 0, 8)
        ours = AgentstoreSessionService(store)
        assert asyncio.run(adk_view(ours)) == theirs

        async def go_on(service: Any) -> None:
            session = await service.get_session(
                app_name="weather", user_id="ann", session_id="chat ann"
            )
            event = originals.adk_events()[-1]
            event.actions.state_delta = {"own": "again"}
            await service.append_event(session, event)

        run(go_on)
        assert moved(move("adk", original, store)) == (0, 1, 8)
        assert asyncio.run(adk_view(ours)) == run(adk_view)
        asyncio.run(go_on(ours))
    [call] = store.query_tool_calls(session_id=store_session_id("weather", "bob", "chat bob"))
    assert call.result == {"speed": 8}


@between(EACH_TO_ITSELF)
def test_adks_tables_on_each_database(store: agentstore.Storage, original: str) -> None:
    originals.add_adk_models(original)
    assert moved(move("adk", original, store)) == (1, 4, 0)
    session = asyncio.run(
        AgentstoreSessionService(store).get_session(
            app_name="weather", user_id="ann", session_id="chat ann"
        )
    )
    assert session is not None
    assert session.state == {"own": "é", "app:motto": "go", "user:name": "ann"}
    assert [event.author for event in session.events] == ["user", "agent", "agent", "agent"]
    [stored] = store.query_sessions()
    assert stored.created_at.isoformat() == "2026-01-02T03:04:05.678900+00:00"


def langgraph_view(saver: Any, thread_id: str) -> list[Any]:
    return [
        [
            found.checkpoint,
            found.metadata,
            found.parent_config and found.parent_config["configurable"],
            found.pending_writes,
        ]
        for found in saver.list({"configurable": {"thread_id": thread_id}})
    ]


@between(FROM_EITHER)
def test_langgraphs_savers(store: agentstore.Storage, original: str) -> None:
    ours = AgentstoreSaver(store)
    with originals.langgraph_saver(original) as theirs:
        for thread in ("t1", "t2"):
            for text in ("one", "two"):
                originals.ask(theirs, thread, text)
        assert_ends_where_it_is_stopped("langgraph", original, store, said)
        again = move("langgraph", original, store)
        assert (again.checkpoints, again.skipped, again.messages) == (0, 12, 0)
        for thread in ("t1", "t2"):
            assert langgraph_view(ours, thread) == langgraph_view(theirs, thread)
        contents = [message.content for message in store.get_history("t2")]
        assert contents == ["one", "You said one", "two", "You said two"]
        session = store.get_session("t2")
        first = langgraph_view(theirs, "t2")[-1][0]["ts"]
        assert session is not None
        assert session.created_at.isoformat() == first
        # A thread goes on here as it would have there.
        originals.ask(theirs, "t1", "three")
        assert move("langgraph", original, store).checkpoints == 3
        originals.ask(ours, "t1", "four")
        assert [message.content for message in store.get_history("t1")][-2:] == [
            "four",
            "You said four",
        ]


@pytest.mark.parametrize("backend", SHARED, indirect=True)
def test_llms_logs(tmp_path: Path, store: agentstore.Storage) -> None:
    path = tmp_path / "logs.db"
    originals.add_llm(path)
    url = f"sqlite:///{path}"
    assert_ends_where_it_is_stopped("llm", url, store, said)
    assert moved(move("llm", url, store)) == (0, 0, 8)
    asked, chatted = sorted(store.iter_sessions(), key=lambda session: session.created_at)
    assert (asked.title, chatted.title) == ("How windy?", "Hi")
    [call] = store.query_tool_calls(session_id=asked.id)
    assert (call.tool_name, call.arguments, call.result) == (
        "wind",
        {"city": "Bergen"},
        "8 m/s in Bergen",
    )
    assert [message.content for message in store.get_history(chatted.id)] == [
        "Hi",
        "Hi []",
        "More",
        "More []",
    ]
    assert store.get_history(chatted.id)[-1].timestamp < chatted.updated_at


def test_an_older_llms_logs(tmp_path: Path, memory_store: agentstore.Storage) -> None:
    path = tmp_path / "logs.db"
    originals.add_old_llm(path)
    assert moved(move("llm", f"sqlite:///{path}", memory_store)) == (1, 4, 0)
    assert moved(move("llm", f"sqlite:///{path}", memory_store)) == (0, 0, 4)
    history = memory_store.get_history("c1")
    assert [message.role for message in history] == ["system", "user", "assistant", "assistant"]
    [call] = memory_store.query_tool_calls(session_id="c1")
    assert (call.arguments, call.call_id, call.result) == ({"city": "Bergen"}, "t1", "8")
    assert history[1].timestamp.isoformat() == "2026-01-02T03:04:05.500000+00:00"
    session = memory_store.get_session("c1")
    assert session is not None
    assert session.title == "Wind"


@pytest.mark.parametrize("newer", [True, False])
@between(FROM_EITHER)
def test_chainlits_data_layer(
    newer: bool, store: agentstore.Storage, original: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chainlit, "THREADS_A_PAGE", 2)
    chats.add_chainlit(original, newer=newer)
    assert_ends_where_it_is_stopped("chainlit", original, store, said)
    assert moved(move("chainlit", original, store)) == (0, 0, 15)
    session = store.get_session(chats.THREADS[1])
    assert session is not None
    assert session.created_at.isoformat() == "2026-01-02T03:04:00.123456+00:00"
    assert (session.title, session.metadata) == (
        "How windy?",
        {
            "userId": chats.ANN,
            "userIdentifier": "ann",
            "metadata": {"chat_profile": "fast"},
            "user": {"role": "admin"},
            "imported_from": "chainlit",
        },
    )
    asked, looked, missed, failed, answered = store.get_history(session.id)
    chosen = {"command": "Weather", "modes": {"model": "m"}} if newer else {}
    assert (asked.role, asked.content) == ("user", "How windy?")
    assert asked.metadata == {"id": chats.step_id(1, 1), "name": "ann", **chosen}
    [wind], [tide] = looked.tool_calls, missed.tool_calls
    assert (wind.tool_name, wind.arguments, wind.result) == ("wind", {"city": "Bergen"}, "8")
    assert wind.completed_at is not None
    times = [at.isoformat() for at in (asked.timestamp, wind.timestamp, wind.completed_at)]
    assert [time[17:26] for time in times] == ["01.123456", "04.123456", "04.623456"]
    [step] = looked.metadata["steps"]
    assert (step["type"], step["input"], step["generation"]) == ("llm", "[…]", {"model": "m"})
    assert (tide.arguments, tide.result, failed.role) == ({}, "no such tool", "tool")
    assert failed.metadata["tool_status"] == "error"
    assert (answered.role, answered.content) == ("assistant", "It is 8 m/s. é")
    [element], [feedback] = answered.metadata["elements"], answered.metadata["feedbacks"]
    assert (element["name"], element["objectKey"]) == ("wind.csv", "ann/wind.csv")
    assert feedback == {"id": chats.step_id(1, 91), "value": 1, "comment": "good"}
    # It goes on there; a tool still runs, and a step that nothing follows is not taken.
    chats.add_chainlit_steps(
        original,
        1,
        {"second": 10, "type": "user_message", "name": "ann", "output": "And now?"},
        {"second": 11, "type": "tool", "name": "wind", "end": None},
        {"second": 12, "type": "llm", "name": "gpt", "output": "It"},
    )
    problems: list[Problem] = []
    again = move("chainlit", original, store, report=problems.append)
    assert (again.messages, again.skipped, again.not_taken) == (2, 15, 1)
    assert "step of type 'llm' that no message follows" in str(problems[0])
    [running] = store.get_history(session.id)[-1].tool_calls
    assert running.completed_at is None


@pytest.mark.parametrize("newer", [True, False])
@between(FROM_EITHER)
def test_open_webuis_chats(newer: bool, store: agentstore.Storage, original: str) -> None:
    chats.add_open_webui(original, newer=newer)
    problems: list[Problem] = []
    summary = move("open-webui", original, store, report=problems.append)
    assert (summary.sessions, summary.messages, summary.passed_over) == (2, 2, 1)
    [problem] = problems
    assert str(problem) == 'session chat-3: there is no "chat.history" with messages'
    session, archived = store.get_session("chat-1"), store.get_session("chat-2")
    assert session is not None
    assert archived is not None
    assert archived.archived_at is not None
    assert (session.title, session.archived_at) == ("Wind", None)
    assert session.created_at.isoformat() == "2026-01-02T03:04:04+00:00"
    assert session.metadata["user_id"] == "u1"
    if newer:
        assert session.metadata["folder_id"] == "f1"
        assert session.metadata["meta"] == {"tags": ["wind"]}
        assert session.metadata["pinned"] is True
    history = store.get_history("chat-1")
    assert [message.content for message in history] == ["How windy?", "8 m/s. é"]
    assert history[1].timestamp.isoformat() == "2026-01-02T03:04:09+00:00"
    assert (history[1].metadata["id"], len(history[1].metadata["output"])) == ("m3", 1)
    chats.go_on_with_open_webui(original, "m3")
    again = move("open-webui", original, store)
    assert (again.sessions, again.messages, again.skipped) == (0, 1, 2)
    # As it would have been moved at once.
    with agentstore.connect("sqlite://") as other:
        move("open-webui", original, other)
        assert said(other) == said(store)
    # Another answer is chosen there: what was moved stays.
    chats.go_on_with_open_webui(original, "m2")
    problems.clear()
    changed = move("open-webui", original, store, report=problems.append)
    assert (changed.messages, changed.not_taken) == (0, 2)
    assert "goes on in another way from message 2 on" in str(problems[0])
    assert [message.content for message in store.get_history("chat-1")][1:] == [
        "8 m/s. é",
        "And now?",
    ]


@pytest.mark.parametrize("state", ["another's", "trashed", "out of scope"])
def test_a_conversation_that_is_somebody_elses_is_left_as_it_is(
    state: str, tmp_path: Path, memory_store: agentstore.Storage
) -> None:
    url = f"sqlite:///{tmp_path / 'webui.db'}"
    chats.add_open_webui(url)
    memory_store.create_session(id="chat-1", tenant_id="acme")
    if state == "trashed":
        memory_store.trash_session("chat-1")
    scope = {"tenant_id": "other"} if state == "out of scope" else {}
    target = memory_store.scoped(**scope) if scope else memory_store
    problems: list[Problem] = []
    summary = move("open-webui", url, target, report=problems.append)
    assert (summary.sessions, summary.messages) == (1, 0)
    assert str(problems[0]) == "session chat-1: the store has another session of this id"
    assert memory_store.get_history("chat-1", trashed=True) == []


@pytest.fixture
def memory_store() -> Iterator[agentstore.Storage]:
    with agentstore.connect("sqlite://") as store:
        yield store


def test_a_session_of_somebody_elses_is_left_as_it_is(
    tmp_path: Path, memory_store: agentstore.Storage
) -> None:
    path = str(tmp_path / "agents.db")
    originals.add_openai_sqlite(path)
    memory_store.create_session(id="chat 1")
    memory_store.create_session(id="chat 2")
    memory_store.trash_session("chat 2")
    problems: list[Problem] = []
    summary = move("openai-agents", f"sqlite:///{path}", memory_store, report=problems.append)
    assert (summary.sessions, summary.messages, summary.not_taken) == (1, 5, 2)
    assert [str(problem) for problem in problems] == [
        f"session chat {number}: the store has another session of this id" for number in (1, 2)
    ]
    assert memory_store.get_history("chat 1") == []


def test_what_cannot_be_taken_is_listed_and_the_rest_moved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "history.db"
    originals.add_langchain(f"sqlite:///{path}", sessions=1)
    history = SQLChatMessageHistory("chat\x07", connection=f"sqlite:///{path}")
    history.add_message(HumanMessage("Hi"))
    with history._make_sync_session() as session:
        session.add(history.sql_model_class(session_id="chat 0", message='{"type": "ghost"}'))
        session.add(history.sql_model_class(session_id="chat 0", message="no JSON"))
        session.commit()
    history.engine.dispose()
    store = f"sqlite:///{tmp_path / 'store.db'}"
    assert main(["--database", store, "migrate"]) == 0
    capsys.readouterr()
    arguments = ["import-from", "langchain-sql", f"sqlite+pysqlite:///{path}"]
    assert main(["--database", store, *arguments]) == 1
    output = capsys.readouterr()
    assert output.out == (
        "moved 1 session (5 messages, 1 tool call); 0 skipped, since they were there; 3 not taken\n"
    )
    assert output.err.count("not taken: message") == 2
    assert "session chat\\x07: session_id has a control" in output.err
    assert main(["--database", store, *arguments, "--json"]) == 1
    again = json.loads(capsys.readouterr().out)
    assert (again["messages"], again["skipped"], len(again["problems"])) == (0, 5, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_another_database_is_refused(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = f"sqlite:///{tmp_path / 'store.db'}"
    assert main(["--database", store, "migrate"]) == 0
    assert main(["--database", store, "import-from", kind, "oracle://x/y"]) == 2
    if kind == "langchain-postgres":
        assert main(["--database", store, "import-from", kind, store]) == 2
        assert "are read in postgresql, not in sqlite" in capsys.readouterr().err
        return
    missing = f"sqlite:///{tmp_path / 'nowhere.db'}"
    assert main(["--database", store, "import-from", kind, missing]) == 1
    capsys.readouterr()
    assert main(["--database", store, "import-from", kind, store]) == 1
    assert "this is no database of" in capsys.readouterr().err


def test_import_from_prisma_is_import_prisma(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", "sqlite:///x", "import-from", "prisma", "oracle://x/y"]) == 2
    assert "oracle" in capsys.readouterr().err
