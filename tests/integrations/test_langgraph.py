"""The saver for LangGraph: the published conformance package, real graphs, many writers, faults."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from operator import add
from typing import Annotated, Any, TypedDict, cast

import ormsgpack
import pytest
from backends import NETWORKED, SHARED
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    Checkpoint,
    CheckpointTuple,
    empty_checkpoint,
)
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.conformance.capabilities import Capability
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import _DeltaSnapshot
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, interrupt
from plan_readers import MySQLPlans, PostgreSQLPlans, SQLitePlans

import agentstore
from agentstore.dialects.registry import load_statements
from agentstore.integrations.langchain import AgentstoreChatMessageHistory
from agentstore.integrations.langgraph import AgentstoreSaver, queries
from agentstore.integrations.langgraph.tables import CheckpointTables, NewCheckpoint
from agentstore.testing import Backend, Proxy

MakeStore = Callable[..., agentstore.Storage]


@pytest.fixture
def saver(store: agentstore.Storage) -> AgentstoreSaver:
    return AgentstoreSaver(store)


def test_the_conformance_package_finds_nothing_missing(store: agentstore.Storage) -> None:
    @checkpointer_test(name=f"AgentstoreSaver on {store.dialect}")
    async def make_saver() -> AsyncIterator[AgentstoreSaver]:
        yield AgentstoreSaver(store)

    report = asyncio.run(validate(make_saver))
    assert {name: result.failures for name, result in report.results.items()} == {
        capability.value: [] for capability in Capability
    }
    assert all(result.passed for result in report.results.values())
    assert report.conformance_level() == "FULL"


# A graph with tools and a question to the user


class Chat(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    approved: bool


def model(state: Chat) -> dict[str, Any]:
    last = state["messages"][-1]
    if isinstance(last, ToolMessage):
        return {"messages": [AIMessage(f"Done: {last.text}", id=f"answer-{last.tool_call_id}")]}
    call = {"name": "refund", "args": {"order": last.text}, "id": f"call-{last.id}"}
    return {"messages": [AIMessage("I will.", id=f"calls-{last.id}", tool_calls=[call])]}


def ask(state: Chat) -> dict[str, Any]:
    return {"approved": interrupt({"question": "Really?"})}


def tool(state: Chat) -> dict[str, Any]:
    (call,) = cast("AIMessage", state["messages"][-1]).tool_calls
    text = f"{call['args']['order']} {'refunded' if state['approved'] else 'refused'}"
    return {"messages": [ToolMessage(text, tool_call_id=call["id"], id=f"result-{call['id']}")]}


def chat_graph(saver: BaseCheckpointSaver[Any]) -> Any:
    builder = StateGraph(Chat)
    builder.add_node("model", model)
    builder.add_node("ask", ask)
    builder.add_node("tool", tool)
    builder.add_edge(START, "model")
    builder.add_conditional_edges(
        "model", lambda state: "ask" if state["messages"][-1].tool_calls else END
    )
    builder.add_edge("ask", "tool")
    builder.add_edge("tool", "model")
    return builder.compile(checkpointer=saver)


def say(graph: Any, text: str, thread: RunnableConfig) -> Any:
    return graph.invoke({"messages": [HumanMessage(text, id=text)]}, thread)


THREAD: RunnableConfig = {"configurable": {"thread_id": "chat"}}


def test_a_run_that_waits_for_the_user_goes_on_in_another_process(
    store: agentstore.Storage, other_store: agentstore.Storage
) -> None:
    waiting = say(chat_graph(AgentstoreSaver(store)), "4711", THREAD)
    assert waiting["__interrupt__"][0].value == {"question": "Really?"}
    graph = chat_graph(AgentstoreSaver(other_store))
    assert graph.get_state(THREAD).next == ("ask",)
    state = graph.invoke(Command(resume=True), THREAD)
    assert [message.text for message in state["messages"]] == [
        "4711",
        "I will.",
        "4711 refunded",
        "Done: 4711 refunded",
    ]
    assert graph.get_state(THREAD).values == state


def history_of(saver: BaseCheckpointSaver[Any]) -> list[Any]:
    graph = chat_graph(saver)
    say(graph, "4711", THREAD)
    graph.invoke(Command(resume=False), THREAD)
    say(graph, "4712", THREAD)
    before = graph.get_state(THREAD)
    graph.update_state(THREAD, {"approved": True}, as_node="ask")
    graph.invoke(None, THREAD)
    graph.invoke(Command(resume=True), before.config)  # a fork
    return [
        (
            state.values,
            state.next,
            {key: value for key, value in state.metadata.items() if key != "parents"},
            [(task.name, task.error, task.interrupts, task.result) for task in state.tasks],
            state.parent_config is None,
        )
        for state in graph.get_state_history(THREAD)
    ]


def plain(history: list[Any]) -> list[Any]:
    """Without the ids of interrupts, which depend on the ids of checkpoints."""
    return [
        (*rest[:3], [(*task[:2], [i.value for i in task[2]], task[3]) for task in rest[3]], rest[4])
        for rest in history
    ]


def test_a_threads_history_is_what_langgraphs_own_saver_makes_of_it(
    saver: AgentstoreSaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "CHECKPOINTS_A_PAGE", 3)
    assert plain(history_of(saver)) == plain(history_of(InMemorySaver()))


def test_the_conversation_is_readable_by_everybody(
    saver: AgentstoreSaver, store: agentstore.Storage
) -> None:
    graph = chat_graph(saver)
    say(graph, "4711", THREAD)
    (pending,) = store.query_tool_calls(session_id="chat", pending=True)
    assert pending.arguments == {"order": "4711"}
    state = graph.invoke(Command(resume=True), THREAD)
    history = store.get_history("chat")
    assert [(message.role, message.content) for message in history] == [
        ("user", "4711"),
        ("assistant", "I will."),
        ("tool", "4711 refunded"),
        ("assistant", "Done: 4711 refunded"),
    ]
    (call,) = history[1].tool_calls
    assert (call.call_id, call.tool_name) == ("call-4711", "refund")
    assert (call.arguments, call.result) == ({"order": "4711"}, "4711 refunded")
    assert AgentstoreChatMessageHistory("chat", store).messages == state["messages"]


def test_what_changes_in_the_state_is_said_again_in_the_session(
    saver: AgentstoreSaver, store: agentstore.Storage, other_store: agentstore.Storage
) -> None:
    put_messages(saver, [HumanMessage("one", id="1"), HumanMessage("two", id="2")])
    put_messages(saver, [HumanMessage("two!", id="2"), HumanMessage("three", id="3")])
    # Another process, and one that was told by another that all is there.
    for other in (AgentstoreSaver(other_store), saver):
        put_messages(other, [HumanMessage("three", id="3"), HumanMessage("four", id="4")])
    assert contents(store) == ["one", "two", "two!", "three", "four"]


def test_a_session_that_was_deleted_begins_anew(
    saver: AgentstoreSaver, store: agentstore.Storage
) -> None:
    put_messages(saver, [HumanMessage("one", id="1")])
    store.delete_session("chat")
    put_messages(saver, [HumanMessage("one", id="1"), HumanMessage("two", id="2")])
    assert contents(store) == ["one", "two"]


def test_a_message_that_is_no_json_is_saved_as_its_text(
    saver: AgentstoreSaver, store: agentstore.Storage
) -> None:
    message = ToolMessage("a plot", tool_call_id="1", id="1", artifact=b"\x89PNG")
    put_messages(saver, [message])
    assert contents(store) == ["a plot"]
    found = saver.get_tuple(THREAD)
    assert found is not None
    assert found.checkpoint["channel_values"]["messages"] == [message]


def test_messages_can_be_kept_out_of_sessions(store: agentstore.Storage) -> None:
    put_messages(AgentstoreSaver(store, messages_channel=None), [HumanMessage("one")])
    [session] = store.query_sessions(metadata={"created_by": "langgraph"})
    assert session.id == "chat"
    assert contents(store) == []


class Mirror:
    """A cipher that nobody breaks."""

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        return "mirror", plaintext[::-1]

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        assert ciphername == "mirror"
        return ciphertext[::-1]


def test_encryption_is_not_undone_by_a_session(store: agentstore.Storage) -> None:
    serde = EncryptedSerializer(Mirror())
    with pytest.raises(agentstore.ConfigurationError, match="messages_channel=None"):
        AgentstoreSaver(store, serde=serde)
    saver = AgentstoreSaver(store, serde=serde, messages_channel=None)
    put_messages(saver, [HumanMessage("a secret")])
    found = saver.get_tuple(THREAD)
    assert found is not None
    assert found.checkpoint["channel_values"]["messages"][0].content == "a secret"
    assert contents(store) == []


def test_deleting_a_thread_deletes_the_session_that_it_made(
    saver: AgentstoreSaver, store: agentstore.Storage
) -> None:
    put_messages(saver, [HumanMessage("one")])
    store.create_session(id="other", metadata={"user_id": "123"})
    put_messages(saver, [HumanMessage("one")], "other")
    for thread_id in ("chat", "other", "unknown"):
        saver.delete_thread(thread_id)
        assert list(saver.list({"configurable": {"thread_id": thread_id}})) == []
    assert [session.id for session in store.query_sessions()] == ["other"]
    assert contents(store, "other") == ["one"]


@pytest.mark.parametrize("channel", ["messages", None])
def test_every_thread_has_a_sessions_row(store: agentstore.Storage, channel: str | None) -> None:
    saver = AgentstoreSaver(store, messages_channel=channel)
    put(saver, {"count": 1}, {"configurable": {"thread_id": "put"}})
    pending: RunnableConfig = {
        "configurable": {"thread_id": "writes", "checkpoint_ns": "", "checkpoint_id": "1"}
    }
    saver.put_writes(pending, [("count", 1)], "task")
    saver.copy_thread("put", "copy")
    store.create_session(id="mine", metadata={"user_id": "123"})
    put(saver, {"count": 1}, {"configurable": {"thread_id": "mine"}})
    made = store.query_sessions(metadata={"created_by": "langgraph"})
    assert sorted(session.id for session in made) == ["copy", "put", "writes"]
    mine = store.get_session("mine")
    assert mine is not None
    assert mine.metadata == {"user_id": "123"}
    for thread_id in ("put", "writes", "copy", "mine"):
        assert store.delete_session(thread_id)
    assert list(saver.list(None)) == []
    for thread_id in ("put", "writes", "copy", "mine"):
        saver.delete_thread(thread_id)  # of what is not there


def test_a_checkpoint_does_not_outlive_its_session(
    saver: AgentstoreSaver, store: agentstore.Storage
) -> None:
    def put_some(writer: int) -> None:
        for _ in range(15):
            config = put(saver, {"count": writer})
            saver.put_writes(config, [("count", 1)], "task")

    with ThreadPoolExecutor(3) as threads:
        putting = [threads.submit(put_some, writer) for writer in range(3)]
        while not all(done.done() for done in putting):
            store.delete_session("chat")
        for done in putting:
            done.result()
    store.delete_session("chat")
    tables = CheckpointTables(store)
    assert tables.get_checkpoint_keys("chat") == []
    put(saver, {})
    found = saver.get_tuple(THREAD)
    assert found is not None
    assert not found.pending_writes


def test_a_copied_thread_has_the_conversation_too(
    saver: AgentstoreSaver, store: agentstore.Storage
) -> None:
    graph = chat_graph(saver)
    say(graph, "4711", THREAD)
    saver.copy_thread("chat", "copy")
    assert contents(store, "copy") == ["4711", "I will."]
    copy: RunnableConfig = {"configurable": {"thread_id": "copy"}}
    graph.invoke(Command(resume=True), copy)
    assert contents(store, "copy")[-1] == "Done: 4711 refunded"
    assert contents(store) == ["4711", "I will."]
    saver.copy_thread("chat", "copy")  # changes nothing of what is there
    saver.copy_thread("copy", "copy")
    assert graph.get_state(copy).next == ()


# Checkpoints by hand


def put(
    saver: BaseCheckpointSaver[Any],
    values: dict[str, Any],
    config: RunnableConfig = THREAD,
    *,
    metadata: dict[str, Any] | None = None,
    versions: dict[str, Any] | None = None,
) -> RunnableConfig:
    checkpoint = new_checkpoint(values, versions or {name: new_version() for name in values})
    config = {"configurable": {"checkpoint_ns": "", **config["configurable"]}}
    new_versions = checkpoint["channel_versions"]
    return saver.put(config, checkpoint, cast("Any", metadata or {}), new_versions)


def new_checkpoint(values: dict[str, Any], versions: dict[str, Any]) -> Checkpoint:
    checkpoint = empty_checkpoint()
    checkpoint["id"] = str(uuid6())
    checkpoint["channel_values"], checkpoint["channel_versions"] = values, versions
    return checkpoint


def new_version() -> str:
    return f"{1:032}.{random.getrandbits(64):020}"


def put_messages(
    saver: AgentstoreSaver, messages: Sequence[AnyMessage], thread_id: str = "chat"
) -> None:
    put(saver, {"messages": list(messages)}, {"configurable": {"thread_id": thread_id}})


def contents(store: agentstore.Storage, session_id: str = "chat") -> list[str]:
    return [message.content for message in store.get_history(session_id)]


def ids(found: Iterator[CheckpointTuple]) -> list[str]:
    return [one.config["configurable"]["checkpoint_id"] for one in found]


VALUES: dict[str, Any] = {
    "none": None,
    "bytes": b"\x00\xff'\\\"%s :x",
    "text": "\0 \U0001f389 é 'quoted' %(name)s :name ?",
    "number": 2**63,
    "set": {1, 2},
    "n" * 300: [1.5, {"deep": [None]}],
    "sha256:x": "looks like a digest",
    " padded ": "with blanks",
    "Case": 1,
    "case": 2,
}


def test_values_come_back_as_they_were(saver: AgentstoreSaver) -> None:
    namespace = "child:" + "x" * 500 + "|grandchild:\U0001f389"
    thread: RunnableConfig = {
        "configurable": {"thread_id": "Ünïcode '1'", "checkpoint_ns": namespace}
    }
    stored = put(saver, VALUES, thread, metadata={"note": VALUES["text"], "n": {"x": [None]}})
    saver.put_writes(stored, list(VALUES.items()), "task", "~path, 'x'")
    found = saver.get_tuple(thread)
    assert found is not None
    assert found.config == stored
    assert found.checkpoint["channel_values"] == VALUES
    assert found.metadata == {"note": VALUES["text"].replace("\0", ""), "n": {"x": [None]}}
    assert found.pending_writes == [("task", name, value) for name, value in VALUES.items()]
    assert saver.get_tuple({"configurable": {"thread_id": "ünïcode '1'"}}) is None
    assert list(saver.list(thread)) == [found]


def test_large_values_come_back_as_they_were(saver: AgentstoreSaver) -> None:
    large = os.urandom(5_000_000)
    put(saver, {"large": large})
    found = saver.get_tuple(THREAD)
    assert found is not None
    assert found.checkpoint["channel_values"] == {"large": large}


@pytest.mark.parametrize("thread_id", [17, uuid.UUID(int=1)])
def test_a_thread_id_may_be_a_number_or_a_uuid(saver: AgentstoreSaver, thread_id: Any) -> None:
    stored = put(saver, {"x": 1}, {"configurable": {"thread_id": thread_id}})
    assert stored["configurable"]["thread_id"] == str(thread_id)
    assert saver.get_tuple({"configurable": {"thread_id": thread_id}}) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"thread_id": ""},
        {"thread_id": "x" * 192},
        {"thread_id": "x", "checkpoint_ns": "\0"},
        {"thread_id": "x", "checkpoint_ns": "\ud800"},
    ],
)
def test_what_no_database_takes_is_refused(saver: AgentstoreSaver, wrong: dict[str, Any]) -> None:
    with pytest.raises(agentstore.InvalidInputError):
        put(saver, {"x": 1}, {"configurable": wrong})


def test_a_checkpoint_that_is_put_again_is_replaced(saver: AgentstoreSaver) -> None:
    versions: dict[str, Any] = {"x": new_version()}
    checkpoint = new_checkpoint({"x": 1}, versions)
    config: RunnableConfig = {"configurable": {"thread_id": "chat", "checkpoint_ns": ""}}
    for step in (1, 2):
        saver.put(config, checkpoint, {"step": step, "source": "loop"}, versions)
    (found,) = saver.list(None)
    assert found.metadata["step"] == 2
    assert list(saver.list(None, filter={"step": 1})) == []
    assert list(saver.list(THREAD, filter={"step": 2})) == [found]


def test_of_a_special_channel_the_last_write_counts(saver: AgentstoreSaver) -> None:
    stored = put(saver, {"x": 1})
    for number in (1, 2):
        saver.put_writes(
            stored,
            [("x", number), ("__error__", number), ("__error__", f"{number}!")],
            "task",
        )
    found = saver.get_tuple(stored)
    assert found is not None
    assert found.pending_writes == [("task", "__error__", "2!"), ("task", "x", 1)]


def test_writes_come_in_the_order_of_their_tasks(saver: AgentstoreSaver) -> None:
    stored = put(saver, {"x": 1})
    for path, task_id in (("b", "1"), ("a", "3"), ("", "4"), ("a", "2")):
        saver.put_writes(stored, [("x", "first"), ("x", "second")], task_id, path)
    (found,) = saver.list(THREAD)
    assert found.pending_writes is not None
    assert [(task_id, value) for task_id, _, value in found.pending_writes] == [
        (task_id, value) for task_id in "4231" for value in ("first", "second")
    ]


def test_writes_may_come_before_their_checkpoint(saver: AgentstoreSaver) -> None:
    checkpoint = new_checkpoint({}, {})
    config: RunnableConfig = {"configurable": {"thread_id": "chat", "checkpoint_ns": ""}}
    later: RunnableConfig = {
        "configurable": {**config["configurable"], "checkpoint_id": checkpoint["id"]}
    }
    saver.put_writes(later, [("x", 1)], "task")
    assert saver.get_tuple(THREAD) is None
    saver.put(config, checkpoint, {}, {})
    found = saver.get_tuple(THREAD)
    assert found is not None
    assert found.pending_writes == [("task", "x", 1)]


# Lists


def test_lists_are_filtered_by_metadata(
    saver: AgentstoreSaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "CHECKPOINTS_A_PAGE", 2)
    monkeypatch.setattr(queries, "KEYS_A_PAGE", 2)
    long = "x" * 1000
    all_metadata: list[dict[str, Any]] = [
        {"n": 1, "user": "Ann"},
        {"n": True, "user": "ann"},
        {"n": 1.0, "user": "Ann", "nested": {"deep": [1]}},
        {"n": None, "user": "Ann "},
        {"user": long},
        {"n": "1", "user": "Ann", "é'%": "x"},
    ]
    configs = [
        put(
            saver,
            {"x": number},
            {"configurable": {"thread_id": f"t{number % 2}", "checkpoint_ns": "ab"[number // 4]}},
            metadata=metadata,
        )
        for number, metadata in enumerate(all_metadata)
    ]
    newest_first = [config["configurable"]["checkpoint_id"] for config in configs][::-1]

    def found(filter_: dict[str, Any] | None, thread_id: str | None = None, **more: Any) -> str:
        config: RunnableConfig | None = None
        if thread_id is not None:
            config = {"configurable": {"thread_id": thread_id}}
        found = ids(saver.list(config, filter=filter_, **more))
        return "".join(str(5 - newest_first.index(one)) for one in found)

    assert found(None) == "543210"
    assert found(None, "t1") == "531"
    assert found({"n": 1}) == "20"
    assert found({"n": True}) == "1"
    assert found({"n": None}) == "43"
    assert found({"user": "Ann"}) == "520"
    assert found({"user": "Ann"}, "t0") == "20"
    assert found({"user": "Ann", "n": 1}) == "20"
    assert found({"user": "Ann", "n": 1}, "t0", limit=1) == "2"
    assert found({"user": long}) == "4"
    assert found({"nested": {"deep": [1]}}) == "2"
    assert found({"nested": {"deep": [1]}, "user": "Ann"}, "t0", limit=1) == "2"
    assert found({"é'%": "x"}) == "5"
    assert found({"user": "' OR '1' = '1"}) == ""
    assert found({}, "t0", before=configs[4]) == "20"
    assert found({}, before=configs[4]) == "3210"
    assert found({"user": "Ann"}, before=configs[5]) == "20"
    assert ids(saver.list(configs[2], before=configs[4])) == [newest_first[3]]
    assert ids(saver.list(configs[2], before=configs[2])) == []
    assert ids(saver.list(configs[4], before=configs[2])) == []
    same_id: RunnableConfig = {
        "configurable": {"thread_id": "t0", "checkpoint_id": newest_first[3]}
    }
    assert ids(saver.list(same_id)) == [newest_first[3]]
    assert found(None, limit=0) == found(None, "t0", limit=0) == ""
    assert found(None, limit=3) == "543"
    assert found(None, "t0", limit=2) == "42"
    one: RunnableConfig = {"configurable": {"thread_id": "t0", "checkpoint_ns": "a"}}
    assert ids(saver.list(one)) == [newest_first[3], newest_first[5]]
    assert ids(saver.list(configs[2])) == [newest_first[3]]


def test_the_async_twins_do_the_same(saver: AgentstoreSaver) -> None:
    async def run() -> None:
        config = {"configurable": {"thread_id": "chat", "checkpoint_ns": ""}}
        stored = [
            await saver.aput(
                cast("RunnableConfig", config), new_checkpoint({}, {}), {"run_id": run_id}, {}
            )
            for run_id in ("r1", "r2", "r3")
        ]
        await saver.aput_writes(stored[-1], [("x", 1)], "task")
        assert await saver.aget_tuple(THREAD) == saver.get_tuple(THREAD)
        assert [one async for one in saver.alist(THREAD)] == list(saver.list(THREAD))
        await saver.adelete_for_runs(["r2"])
        await saver.acopy_thread("chat", "copy")
        await saver.aprune(["copy"])
        assert len(list(saver.list(THREAD))) == 2
        assert len(list(saver.list({"configurable": {"thread_id": "copy"}}))) == 1
        await saver.adelete_thread("chat")
        assert await saver.aget_tuple(THREAD) is None

    asyncio.run(run())


# Deletions


def count(connection: Any, table: str) -> int:
    cursor = connection.cursor()
    cursor.execute(f"SELECT count(*) FROM agentstore_{table}")  # noqa: S608
    return int(cursor.fetchone()[0])


def test_values_go_with_the_last_checkpoint_that_uses_them(
    saver: AgentstoreSaver, store: agentstore.Storage, backend: Backend, driver_connection: Any
) -> None:
    shared = {"shared": new_version()}
    config = THREAD
    for number, run_id in enumerate(("r1", "r2", "r2")):
        config = put(
            saver,
            {"shared": "x", "own": number},
            config,
            metadata={"run_id": run_id},
            versions={**shared, "own": new_version()},
        )
        saver.put_writes(config, [("x", number)], "task")
    saver.delete_for_runs(["r1", "unknown"])
    assert [one.checkpoint["channel_values"] for one in saver.list(THREAD)] == [
        {"shared": "x", "own": 2},
        {"shared": "x", "own": 1},
    ]
    saver.prune(["chat"])
    (kept,) = saver.list(THREAD)
    assert kept.checkpoint["channel_values"] == {"shared": "x", "own": 2}
    assert kept.pending_writes == [("task", "x", 2)]
    if not backend.private:
        tables = ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "checkpoint_metadata")
        assert [count(driver_connection, table) for table in tables] == [1, 2, 1, 1]
        driver_connection.rollback()
    saver.prune(["chat"], strategy="delete")
    assert list(saver.list(None)) == []
    if not backend.private:
        assert [count(driver_connection, table) for table in tables] == [0, 0, 0, 0]
    with pytest.raises(agentstore.InvalidInputError, match="keep_latest"):
        saver.prune(["chat"], strategy="all")


def test_pruning_leaves_what_a_delta_channel_is_rebuilt_from(saver: AgentstoreSaver) -> None:
    class Log(TypedDict):
        lines: Annotated[
            list[str],
            DeltaChannel(lambda old, new: [*old, *chain(*new)], snapshot_frequency=4),
        ]

    builder = StateGraph(Log)
    builder.add_node("add", lambda state: {"lines": [f"line {len(state['lines'])}"]})
    builder.add_edge(START, "add")
    graph = builder.compile(checkpointer=saver)
    for number in range(7):
        graph.invoke({"lines": [f"said {number}"]}, THREAD)
    before = graph.get_state(THREAD).values
    assert len(before["lines"]) == 14
    checkpoints = len(list(saver.list(THREAD)))
    saver.prune(["chat"])
    assert 1 < len(list(saver.list(THREAD))) < checkpoints
    assert graph.get_state(THREAD).values == before
    assert len(graph.invoke({"lines": ["more"]}, THREAD)["lines"]) == 16


def test_one_text_is_no_list_of_ids(saver: AgentstoreSaver) -> None:
    """The letters of "12" would be the threads "1" and "2"."""
    for thread_id in ("1", "2", "12"):
        config = cast("RunnableConfig", {"configurable": {"thread_id": thread_id}})
        put(saver, {}, config, metadata={"run_id": thread_id})
    calls: tuple[Callable[[], Any], ...] = (
        lambda: saver.prune("12"),
        lambda: saver.prune("12", strategy="delete"),
        lambda: saver.delete_for_runs("12"),
        lambda: asyncio.run(saver.aprune("12")),
        lambda: asyncio.run(saver.adelete_for_runs("12")),
    )
    for call in calls:
        with pytest.raises(TypeError, match="is a list of ids"):
            call()
    assert len(list(saver.list(None))) == 3


def test_what_follows_a_deleted_checkpoint_has_no_parent(saver: AgentstoreSaver) -> None:
    config = THREAD
    for run_id in ("r1", "r2", "r3"):
        config = put(saver, {}, config, metadata={"run_id": run_id})
    saver.delete_for_runs(["r1"])
    assert [one.parent_config is None for one in saver.list(THREAD)] == [False, True]
    saver.prune(["chat"])
    (kept,) = saver.list(THREAD)
    assert kept.config == config
    assert kept.parent_config is None


class Count(TypedDict):
    """The state of graphs with subgraphs."""

    total: Annotated[int, add]


def with_subgraph(saver: AgentstoreSaver, *, stateful: bool, stops: bool) -> Any:
    """A graph whose node is a graph, each of which has checkpoints of its own."""
    inner = StateGraph(Count)
    inner.add_node("ask", lambda state: {"total": interrupt("how many?") if stops else 1})
    inner.add_edge(START, "ask")
    outer = StateGraph(Count)
    outer.add_node("call", inner.compile(checkpointer=True if stateful else None))
    outer.add_edge(START, "call")
    return outer.compile(checkpointer=saver)


def namespaces(saver: AgentstoreSaver) -> list[str]:
    found = saver.list(THREAD)
    return sorted({one.config["configurable"]["checkpoint_ns"].partition(":")[0] for one in found})


def test_finished_calls_of_subgraphs_are_pruned(saver: AgentstoreSaver) -> None:
    graph = with_subgraph(saver, stateful=False, stops=False)
    for _ in range(3):
        graph.invoke({"total": 1}, THREAD)
    saver.prune(["chat"])
    assert namespaces(saver) == [""]
    assert len(list(saver.list(THREAD))) == 1
    total = graph.get_state(THREAD).values["total"]
    assert graph.invoke({"total": 1}, THREAD)["total"] == 2 * (total + 1) + 1


def test_a_call_of_a_subgraph_that_waits_is_kept(saver: AgentstoreSaver) -> None:
    graph = with_subgraph(saver, stateful=False, stops=True)
    graph.invoke({"total": 1}, THREAD)
    saver.prune(["chat"])
    assert namespaces(saver) == ["", "call"]
    assert graph.invoke(Command(resume=5), THREAD)["total"] == 1 + 6


def test_a_subgraph_that_keeps_its_state_keeps_it(saver: AgentstoreSaver) -> None:
    graph = with_subgraph(saver, stateful=True, stops=False)
    for _ in range(2):
        graph.invoke({"total": 1}, THREAD)
    saver.prune(["chat"])
    assert namespaces(saver) == ["", "call"]


def test_a_snapshot_shows_a_delta_channel_that_has_no_counter(saver: AgentstoreSaver) -> None:
    first = new_version()
    config = put(saver, {"log": _DeltaSnapshot(["a"])}, versions={"log": first})
    saver.put_writes(config, [("log", ["b"])], "task")
    config = put(saver, {"other": 1}, config, versions={"other": new_version()})
    stored = saver.get_tuple(config)
    assert stored is not None
    checkpoint = stored.checkpoint
    checkpoint["id"] = str(uuid6())
    checkpoint["channel_versions"] = {**checkpoint["channel_versions"], "log": new_version()}
    saver.put(config, checkpoint, {}, {})
    saver.prune(["chat"])
    assert len(list(saver.list(THREAD))) == 3


# Many writers, and faults


def test_two_savers_on_one_thread_lose_nothing(
    store: agentstore.Storage, other_store: agentstore.Storage
) -> None:
    start = put(AgentstoreSaver(store), {"x": "start"})
    written: dict[str, str] = {}

    def write(number: int) -> None:
        saver = AgentstoreSaver((store, other_store)[number % 2])
        for turn in range(8):
            value = f"{number}.{turn}"
            # From one checkpoint all make the next version of one channel.
            versions = {"x": saver.get_next_version(1)}
            config = put(saver, {"x": value}, start, versions=versions, metadata={"w": number})
            saver.put_writes(config, [("x", value)], "task")
            written[config["configurable"]["checkpoint_id"]] = value

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    found = {
        one.config["configurable"]["checkpoint_id"]: one
        for one in AgentstoreSaver(store).list(THREAD, filter=None)
        if one.parent_config is not None
    }
    assert len(found) == 64
    assert {key: one.checkpoint["channel_values"]["x"] for key, one in found.items()} == written
    assert {
        key: [value for _, _, value in one.pending_writes or []] for key, one in found.items()
    } == {key: [value] for key, value in written.items()}
    assert len(list(AgentstoreSaver(store).list(None, filter={"w": 3}))) == 8


def test_graphs_that_run_side_by_side_keep_apart(
    store: agentstore.Storage, other_store: agentstore.Storage
) -> None:
    def run(number: int) -> None:
        thread: RunnableConfig = {"configurable": {"thread_id": f"thread {number}"}}
        graph = chat_graph(AgentstoreSaver((store, other_store)[number % 2]))
        say(graph, str(number), thread)
        graph.invoke(Command(resume=True), thread)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    for number in range(4):
        assert contents(store, f"thread {number}") == [
            f"{number}",
            "I will.",
            f"{number} refunded",
            f"Done: {number} refunded",
        ]


TCP = pytest.mark.parametrize("backend", NETWORKED, indirect=True)


@TCP
@pytest.mark.parametrize("statement", [b"_checkpoint */", b"put_write", b"messages/", b"commit"])
def test_a_lost_reply_doubles_nothing(
    proxy: Proxy, proxied_store: agentstore.Storage, store: agentstore.Storage, statement: bytes
) -> None:
    if statement == b"messages/":
        statement += b"save_turn" if store.dialect == "postgresql" else b"reserve_positions"
    saver = AgentstoreSaver(proxied_store)
    put(saver, {"x": 0}, {"configurable": {"thread_id": "another"}})  # connects
    proxy.cut_after_request(containing=statement)
    stored = put(saver, {"messages": [HumanMessage("one", id="1")]}, metadata={"step": 1})
    saver.put_writes(stored, [("x", 1), ("y", 2)], "task")
    assert proxy.cuts == 1
    (found,) = AgentstoreSaver(store).list(THREAD, filter={"step": 1})
    assert found.config == stored
    assert found.pending_writes == [("task", "x", 1), ("task", "y", 2)]
    assert contents(store) == ["one"]


def test_a_cancelled_call_ends_whole_and_gives_its_connection_back(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make_store(pool_size=1, pool_timeout=20)
    saver = AgentstoreSaver(store)
    put(saver, {"x": 1})
    entered, opened = threading.Event(), threading.Event()
    put_checkpoint = CheckpointTables.put_checkpoint

    def slow(self: CheckpointTables, checkpoint: NewCheckpoint) -> None:
        with store.transaction():
            put_checkpoint(self, checkpoint)
            entered.set()
            assert opened.wait(30)

    async def cancel_in_the_middle() -> None:
        monkeypatch.setattr(CheckpointTables, "put_checkpoint", slow)
        versions: dict[str, Any] = {"messages": new_version()}
        checkpoint = new_checkpoint({"messages": [HumanMessage("one")]}, versions)
        config: RunnableConfig = {"configurable": {"thread_id": "chat", "checkpoint_ns": ""}}
        task = asyncio.create_task(saver.aput(config, checkpoint, {"step": 7}, versions))
        await asyncio.to_thread(entered.wait, 30)
        task.cancel()
        await asyncio.sleep(0)
        opened.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The only connection of the pool is free again, and all of the call is there.
        found = await saver.aget_tuple(THREAD)
        assert found is not None
        assert found.checkpoint["channel_values"] == checkpoint["channel_values"]
        assert [one async for one in saver.alist(None, filter={"step": 7})] == [found]

    asyncio.run(cancel_in_the_middle())
    assert contents(store) == ["one"]


def test_a_list_holds_no_connection_while_its_reader_thinks(make_store: MakeStore) -> None:
    store = make_store(pool_size=1, pool_timeout=1)
    saver = AgentstoreSaver(store)
    for number in range(3):
        put(saver, {"x": number})
    found = saver.list(THREAD)
    next(found)
    store.ping()
    assert len(list(found)) == 2


def test_a_put_can_be_part_of_the_callers_transaction(
    saver: AgentstoreSaver, store: agentstore.Storage
) -> None:
    class Undo(Exception):
        pass

    def undo() -> None:
        with store.transaction():
            put_messages(saver, [HumanMessage("one")])
            store.save_user_message("s", "mine")
            raise Undo

    store.create_session(id="s")
    with pytest.raises(Undo):
        undo()
    assert saver.get_tuple(THREAD) is None
    assert contents(store, "s") == []
    with store.transaction():
        put_messages(saver, [HumanMessage("one")])
        store.save_user_message("s", "mine")
    assert contents(store) == ["one"]
    assert saver.get_tuple(THREAD) is not None


@pytest.mark.parametrize("backend", SHARED, indirect=True)
@pytest.mark.parametrize("is_analyzed", [False, True])
def test_a_checkpoint_costs_the_same_in_a_long_thread(
    store: agentstore.Storage, driver_connection: Any, is_analyzed: bool
) -> None:
    saver = AgentstoreSaver(store)
    versions: dict[str, Any] = {"x": new_version()}
    with store.transaction():
        for thread_id in ["long"] * 300 + ["short"] * 2 + [f"t{number}" for number in range(40)]:
            thread: RunnableConfig = {"configurable": {"thread_id": thread_id}}
            saver.put_writes(put(saver, {"x": 1}, thread, versions=versions), [("x", 1)], "task")
    readers = {"postgresql": PostgreSQLPlans, "mysql": MySQLPlans, "sqlite": SQLitePlans}
    if store.dialect == "postgresql":
        driver_connection.autocommit = True
    if is_analyzed:
        tables = ", ".join(f"agentstore_checkpoint{end}" for end in ("s", "_blobs", "_writes"))
        analyze = f"ANALYZE TABLE {tables}" if store.dialect == "mysql" else f"ANALYZE {tables}"
        driver_connection.cursor().execute(analyze if store.dialect != "sqlite" else "ANALYZE")
    reader = readers[store.dialect](driver_connection)
    statement = load_statements(store.dialect)["checkpoints/load_checkpoints"]
    for thread_id, checkpoint_id in (("long", None), ("long", 150), ("short", None)):
        wanted: dict[str, Any] = {"thread_id": thread_id, "namespace_key": "", "limit": 1}
        if checkpoint_id is not None:
            found = ids(saver.list({"configurable": {"thread_id": thread_id}}))
            wanted["checkpoint_id"] = found[checkpoint_id]
        blocks = frozenset(wanted) & frozenset(statement.blocks)
        work = reader.work(statement.render(blocks), wanted)
        assert work < 60, (thread_id, checkpoint_id, work)


RAN: list[str] = []


class Planted:
    """What an altered row names: to make one has an effect."""

    def __init__(self, word: str) -> None:
        RAN.append(word)


def test_an_altered_row_runs_no_code(store: agentstore.Storage) -> None:
    """LangGraph's own serializer makes whatever a row names; ours has to be asked."""
    planted = ormsgpack.packb(
        ormsgpack.Ext(0, ormsgpack.packb((Planted.__module__, Planted.__qualname__, "evil")))
    )
    RAN.clear()
    AgentstoreSaver(store).serde.loads_typed(("msgpack", planted))
    assert RAN == []
    asked = JsonPlusSerializer(allowed_msgpack_modules=[(Planted.__module__, "Planted")])
    AgentstoreSaver(store, serde=asked).serde.loads_typed(("msgpack", planted))
    assert RAN == ["evil"]
