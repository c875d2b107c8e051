"""What an adapter has written, and was deleted, is nowhere: all tables are dumped and searched."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from backends import SHARED
from shared_conversation import WRITERS

from agentstore import HeldError, RetentionPolicy, Storage
from agentstore.integrations import adk, langchain, langgraph, openai_agents, strands
from agentstore.operations.holding import HoldOperations
from agentstore.retention.rules import RetentionRule

MARKERS = ("Hamburg", "Thank you!", r"order\W{1,8}4711")
"""What each adapter's conversation says, as patterns that no random id can match: 4711 alone is in
one of a few thousand UUIDs."""
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = database()",
}
TRASH_AND_DELETE = RetentionPolicy(
    (
        RetentionRule("bin", "delete", timedelta(), state="trashed"),
        RetentionRule("rest", "trash", timedelta()),
    )
)

pytestmark = pytest.mark.parametrize("backend", SHARED, indirect=True)


def is_in(data: bytes, *patterns: str) -> bool:
    return any(re.search(pattern.encode(), data) for pattern in patterns)


def tables_with(connection: Any, store: Storage, *markers: str) -> set[str]:
    """The tables of the database that have one of these patterns in some value."""
    cursor = connection.cursor()
    cursor.execute(TABLES[store.dialect])
    found = set()
    for (table,) in cursor.fetchall():
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
        for value in (value for row in cursor.fetchall() for value in row):
            data = value if isinstance(value, bytes) else str(value).encode(errors="replace")
            if is_in(data, *markers):
                found.add(table)
    connection.rollback()
    return found


def id_of(writer: str) -> str:
    return adk.store_session_id("shop", "ann", "17") if writer == "adk" else "chat"


def apply_twice(store: Storage, _session_id: str) -> None:
    for _ in range(2):
        store.apply_retention(TRASH_AND_DELETE)


DELETIONS: dict[str, Callable[[Storage, str], object]] = {
    "delete_session": lambda store, session_id: store.delete_session(session_id),
    "erase_user": lambda store, session_id: store.erase_user("ann"),
    "retention": apply_twice,
}


@pytest.mark.parametrize("deletion", DELETIONS)
@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_is_left(
    store: Storage, driver_connection: Any, database_url: str, writer: str, deletion: str
) -> None:
    ann = store.scoped(tenant_id="acme", user_id="ann")
    WRITERS[writer](ann, id_of(writer))
    for marker in MARKERS:
        assert tables_with(driver_connection, store, marker), marker
    assert {"agentstore_messages"} <= tables_with(driver_connection, store, *MARKERS)
    assert ("agentstore_checkpoint_blobs" in tables_with(driver_connection, store, *MARKERS)) == (
        writer == "langgraph"
    )
    DELETIONS[deletion](store, id_of(writer))
    assert store.get_session(id_of(writer), trashed=True) is None
    assert tables_with(driver_connection, store, *MARKERS) == set()
    if store.dialect == "sqlite":
        driver_connection.execute("PRAGMA secure_delete")  # the connection that deleted has its own
        driver_connection.execute("VACUUM")
        driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        path = Path(database_url.removeprefix("sqlite:///"))
        for file in path.parent.glob(f"{path.name}*"):
            assert not is_in(file.read_bytes(), *MARKERS), file


def own_deletions(store: Storage, writer: str) -> Iterator[Callable[[], Any]]:
    """How a user of the adapter would delete something of the conversation."""
    session_id = id_of(writer)
    if writer == "openai_agents":
        session = openai_agents.AgentstoreSession(session_id, store)
        yield lambda: asyncio.run(session.pop_item())
        yield lambda: asyncio.run(session.clear_session())
    elif writer == "langchain":
        yield langchain.AgentstoreChatMessageHistory(session_id, store).clear
    elif writer == "langgraph":
        saver = langgraph.AgentstoreSaver(store)
        yield lambda: saver.prune([session_id])
        yield lambda: saver.prune([session_id], strategy="delete")
        yield lambda: saver.delete_thread(session_id)
    elif writer == "adk":
        service = adk.AgentstoreSessionService(store)
        names = {"app_name": "shop", "user_id": "ann", "session_id": "17"}
        yield lambda: asyncio.run(service.delete_session(**names))
    elif writer == "strands":
        yield lambda: strands.AgentstoreSessionRepository(store).delete_session(session_id)


def dump(connection: Any, store: Storage) -> dict[str, list[str]]:
    """Every row of every table."""
    cursor = connection.cursor()
    cursor.execute(TABLES[store.dialect])
    rows = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
        rows[table] = sorted(map(repr, cursor.fetchall()))
    connection.rollback()
    return rows


@pytest.mark.parametrize("on", [{"user_id": "ann"}, {"tenant_id": "acme"}], ids=["user", "tenant"])
@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_held_survives_the_adapters(
    store: Storage, driver_connection: Any, writer: str, on: dict[str, Any]
) -> None:
    ann = store.scoped(tenant_id="acme", user_id="ann")
    WRITERS[writer](ann, id_of(writer))
    hold_id = store.place_hold(reason="a lawsuit", **on)
    before = dump(driver_connection, store)
    for delete in own_deletions(ann, writer):
        with pytest.raises(HeldError):
            delete()
        assert dump(driver_connection, store) == before
    assert store.apply_retention(TRASH_AND_DELETE).rules[1].held == 1
    assert dump(driver_connection, store) == before
    store.release_hold(hold_id)
    for delete in own_deletions(ann, writer):
        delete()


def test_one_held_thread_keeps_those_that_are_pruned_with_it(
    store: Storage, driver_connection: Any
) -> None:
    saver = langgraph.AgentstoreSaver(store)
    for thread_id in ("free", "held"):
        WRITERS["langgraph"](store, thread_id)
    store.place_hold(reason="a lawsuit", session_id="held")
    before = dump(driver_connection, store)
    for strategy in ("keep_latest", "delete"):
        with pytest.raises(HeldError):
            saver.prune(["free", "held"], strategy=strategy)
        assert dump(driver_connection, store) == before
    saver.prune(["free"], strategy="delete")
    assert dump(driver_connection, store) != before


def test_what_comes_out_of_the_trash_meanwhile_is_held(
    store: Storage, make_store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleted while it is restored: the session is still in the trash, or it is held."""
    other = make_store(statement_timeout=5)
    saver = langgraph.AgentstoreSaver(store)
    WRITERS["langgraph"](store, "chat")
    store.place_hold(reason="a lawsuit", session_id="chat")
    store.trash_session("chat")
    restoring = Thread(target=other.restore_session, args=("chat",))
    check = HoldOperations.lock_sessions

    def late(operations: HoldOperations, *arguments: Any) -> dict[str, bool]:
        found = check(operations, *arguments)
        if restoring.ident is None:
            restoring.start()
            restoring.join(1)
        return found

    monkeypatch.setattr(HoldOperations, "lock_sessions", late)
    saver.delete_thread("chat")
    restoring.join()
    assert saver.get_tuple({"configurable": {"thread_id": "chat"}}) is not None
