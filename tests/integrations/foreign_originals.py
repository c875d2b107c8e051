"""Conversations in the tables of other libraries, written by these libraries themselves."""

from __future__ import annotations

import asyncio
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import llm.migrations
import psycopg
import sqlite_utils
from agents.extensions.memory import SQLAlchemySession
from agents.memory import SQLiteSession
from google.adk.events.event import Event
from google.adk.events.event_actions import EventActions
from google.adk.sessions import DatabaseSessionService, Session
from google.adk.sessions.schemas import v1
from google.genai import types
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_postgres import PostgresChatMessageHistory
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph
from sqlalchemy import String, create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session as OrmSession

with warnings.catch_warnings():
    # It is no longer maintained, and in many programs all the same.
    warnings.simplefilter("ignore", DeprecationWarning)
    from langchain_community.chat_message_histories import SQLChatMessageHistory

LLM_SCHEMA: Any = llm.migrations

__all__ = ["SQLChatMessageHistory"]

CALL = {"name": "wind", "args": {"city": "Bergen"}, "id": "call_1", "type": "tool_call"}
MESSAGES: list[BaseMessage] = [
    SystemMessage("Be brief."),
    HumanMessage("How windy?", id="h1"),
    AIMessage("", tool_calls=[CALL], response_metadata={"model": "m"}),
    ToolMessage("8 m/s", tool_call_id="call_1"),
    AIMessage("It is 8 m/s. é 👩‍👧"),
]
ITEMS: list[Any] = [
    {"role": "user", "content": "How windy?"},
    {"type": "reasoning", "id": "rs_1", "summary": []},
    {
        "type": "function_call",
        "call_id": "call_1",
        "name": "wind",
        "arguments": '{"city": "Bergen"}',
    },
    {"type": "function_call_output", "call_id": "call_1", "output": "8 m/s"},
    {"role": "assistant", "content": [{"type": "output_text", "text": "8 m/s", "annotations": []}]},
]


def add_langchain(url: str, sessions: int = 3) -> None:
    """By SQLChatMessageHistory; messages of sessions lie among each other's."""
    names = [f"chat {number}" for number in range(sessions)]
    histories = [SQLChatMessageHistory(name, connection=with_driver(url)) for name in names]
    for message in MESSAGES:
        for history in histories:
            history.add_message(message)
    for history in histories:
        history.engine.dispose()


def add_langchain_postgres(url: str) -> list[str]:
    """By PostgresChatMessageHistory; its session ids are UUIDs."""
    names = [str(uuid.uuid4()) for _ in range(3)]
    with psycopg.connect(url) as connection:
        PostgresChatMessageHistory.create_tables(connection, "chat_history")
        for name in names:
            history = PostgresChatMessageHistory("chat_history", name, sync_connection=connection)
            history.add_messages(MESSAGES)
    return names


def add_openai_sqlite(path: str, items: list[Any] = ITEMS) -> None:
    """By SQLiteSession."""
    for number in range(3):
        session = SQLiteSession(f"chat {number}", path)
        asyncio.run(session.add_items(items))
        session.close()


def add_openai_sqlalchemy(url: str, items: list[Any] = ITEMS) -> None:
    """By SQLAlchemySession; on MySQL its ids need a length, which who uses it there must give."""

    async def add() -> None:
        engine = create_async_engine(with_driver(url, is_async=True))
        for number in range(3):
            session = SQLAlchemySession(f"chat {number}", engine=engine)
            tables = session._metadata
            for table in tables.tables.values():
                table.c.session_id.type = String(191)
            async with engine.begin() as connection:
                await connection.run_sync(tables.create_all)
            await session.add_items(items)
        await engine.dispose()

    asyncio.run(add())


@contextmanager
def adk_service(url: str) -> Iterator[Callable[[Any], Any]]:
    """Runs what is done with a DatabaseSessionService."""

    def run(work: Any) -> Any:
        async def with_service() -> Any:
            service = DatabaseSessionService(db_url=with_driver(url, is_async=True))
            try:
                return await work(service)
            finally:
                await service.db_engine.dispose()

        return asyncio.run(with_service())

    yield run


async def add_adk(service: Any) -> None:
    """Two users' sessions, with events, a call, its answer and states of all scopes."""
    for user in ("ann", "bob"):
        state = {"app:motto": "go", "user:name": user, "own": [1, 1.0]}
        session = await service.create_session(
            app_name="weather", user_id=user, session_id=f"chat {user}", state=state
        )
        for event in adk_events():
            await service.append_event(session, event)


def adk_events() -> list[Event]:
    call = types.FunctionCall(id="c1", name="wind", args={"city": "Bergen"})
    answer = types.FunctionResponse(id="c1", name="wind", response={"speed": 8})
    return [
        event("user", types.Part(text="How windy?")),
        event("agent", types.Part(function_call=call)),
        event("agent", types.Part(function_response=answer)),
        Event(
            author="agent",
            content=types.Content(role="model", parts=[types.Part(text="8 m/s")]),
            actions=EventActions(state_delta={"app:asked": 1, "own": "changed"}),
        ),
    ]


def event(author: str, part: types.Part) -> Event:
    role = "user" if author == "user" else "model"
    return Event(author=author, content=types.Content(role=role, parts=[part]))


@contextmanager
def langgraph_saver(url: str) -> Iterator[BaseCheckpointSaver[Any]]:
    """LangGraph's own saver on a database."""
    if url.startswith("sqlite"):
        with SqliteSaver.from_conn_string(url.removeprefix("sqlite:///")) as saver:
            yield saver
    else:
        with PostgresSaver.from_conn_string(url) as saver:
            saver.setup()
            yield saver


def graph(saver: BaseCheckpointSaver[Any]) -> Any:
    """A graph that answers."""

    def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(f"You said {state['messages'][-1].text}")]}

    built = StateGraph(MessagesState).add_node("answer", answer).add_edge(START, "answer")
    return built.compile(checkpointer=saver)


def ask(saver: BaseCheckpointSaver[Any], thread_id: str, text: str) -> None:
    """A turn in a thread."""
    config = {"configurable": {"thread_id": thread_id}}
    graph(saver).invoke({"messages": [HumanMessage(text)]}, config)


class Echo(llm.Model):
    """A model that calls a tool where it has one, and else says what it was told."""

    model_id = "echo"
    supports_tools = True

    def execute(self, prompt: Any, stream: bool, response: Any, conversation: Any) -> Iterator[str]:
        if prompt.tools and not prompt.tool_results:
            call = llm.ToolCall(name="wind", arguments={"city": "Bergen"}, tool_call_id="c1")
            response.add_tool_call(call)
            return
        results = [result.output for result in prompt.tool_results]
        yield f"{prompt.prompt} {results}"


def wind(city: str) -> str:
    """How windy it is."""
    return f"8 m/s in {city}"


def add_llm(path: Path) -> None:
    """By the library of the command llm: one conversation with a tool, and one of two turns."""
    database: Any = sqlite_utils.Database(path)
    LLM_SCHEMA.migrate(database)
    model = Echo()
    chain: Any = model.conversation(tools=[wind]).chain("How windy?", system="Be brief.")
    chain.text()
    chain.log_to_db(database)
    conversation = model.conversation()
    for text in ("Hi", "More"):
        response: Any = conversation.prompt(text)
        response.text()
        response.log_to_db(database)
    database.close()


def add_old_llm(path: Path) -> None:
    """In the tables that llm had before its threads, made by its own migrations."""
    database: Any = sqlite_utils.Database(path)
    for migration in LLM_SCHEMA.MIGRATIONS:
        if migration.__name__ < "m023":
            migration(database)
    database["conversations"].insert({"id": "c1", "name": "Wind", "model": "m"})
    times = [f"2026-01-02T03:04:0{second}.5+00:00" for second in (5, 7)]
    said = [("r1", "How windy?", ""), ("r2", "", "8 m/s")]
    for (id_, prompt, response), at in zip(said, times, strict=True):
        row = {"id": id_, "model": "m", "prompt": prompt, "system": "Be brief."}
        row |= {"response": response, "conversation_id": "c1", "datetime_utc": at}
        database["responses"].insert(row)
    call = {"name": "wind", "tool_call_id": "t1"}
    arguments = '{"city": "Bergen"}'
    database["tool_calls"].insert({**call, "response_id": "r1", "arguments": arguments})
    database["tool_results"].insert({**call, "response_id": "r2", "output": "8"})
    database.close()


def add_adk_models(url: str) -> None:
    """By ADK's own models of its tables, where no asynchronous driver is at hand."""
    engine = create_engine(with_driver(url))
    v1.Base.metadata.create_all(engine)
    events = adk_events()
    with OrmSession(engine) as orm:
        names = {"app_name": "weather", "user_id": "ann"}
        at = datetime(2026, 1, 2, 3, 4, 5, 678900)
        times = {"create_time": at, "update_time": at}
        orm.add(v1.StorageSession(**names, **times, id="chat ann", state={"own": "é"}))
        orm.add(v1.StorageAppState(app_name="weather", state={"motto": "go"}))
        orm.add(v1.StorageUserState(**names, state={"name": "ann"}))
        orm.flush()
        session = Session(app_name="weather", user_id="ann", id="chat ann")
        for event in events:
            orm.add(v1.StorageEvent.from_event(session, event))
        orm.commit()
    engine.dispose()


def with_driver(url: str, *, is_async: bool = False) -> str:
    """A URL of ours in SQLAlchemy's spelling."""
    drivers = {"sqlite": "pysqlite", "postgresql": "psycopg", "mysql": "pymysql"}
    if is_async:
        drivers |= {"sqlite": "aiosqlite", "mysql": "aiomysql"}
    scheme, rest = url.split("://", 1)
    return f"{scheme}+{drivers[scheme]}://{rest}"
