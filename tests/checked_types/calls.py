"""Good calls, and bad ones: each bad line ends in ``# bad``, and type checkers refuse it alone.

It is read by them, and never run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
import pymysql
from pymysql.cursors import Cursor

import agentstore
from agentstore import (
    ConfirmationDict,
    Content,
    JSONValue,
    Message,
    NewMessage,
    Order,
    OrderBy,
    Page,
    ResponseDict,
    Role,
    Session,
    Storage,
    ToolCallDict,
)


def opened() -> Storage:
    agentstore.connect(pool_size=5, statement_timeout=1.5)
    agentstore.connect("sqlite://", pool_size="5")  # bad
    agentstore.connect("sqlite://", poolsize=5)  # bad
    with agentstore.connect("sqlite://") as store:
        return store


def bound(
    file: sqlite3.Connection,
    postgresql: psycopg.Connection[tuple[Any, ...]],
    mysql: pymysql.Connection[Cursor],
    asynchronous: psycopg.AsyncConnection[tuple[Any, ...]],
) -> list[Storage]:
    agentstore.bind("sqlite://")  # bad
    agentstore.bind(asynchronous)  # bad
    agentstore.bind(file.cursor())  # bad
    return [agentstore.bind(file), agentstore.bind(postgresql), agentstore.bind(mysql)]


def saved(store: Storage, text: Content, role: Role) -> str:
    store.save_user_message("s", text)
    store.save_user_message("s", [{"type": "text", "text": "hi"}], {"k": 1}, id="m1")
    store.save_user_message("s", b"hi")  # bad
    store.save_user_message("s")  # bad
    store.save_messages("s", [NewMessage(role, "hi"), NewMessage("tool", "hi")])
    store.save_messages("s", [NewMessage("bot", "hi")])  # bad
    store.save_messages("s", "hi")  # bad
    return store.create_session(metadata={"user_id": 1}, created_at=datetime.now())


def answered(store: Storage) -> None:
    call: ToolCallDict = {"tool_name": "find", "arguments": {"n": 1}, "result": {"success": True}}
    response: ResponseDict = {"type": "execute", "message": "Done.", "tool_calls": [call]}
    store.save_assistant_message("s", response)
    store.save_assistant_message("s", "Done.")
    store.save_assistant_message("s", {"type": "execute", "preview": [1], "own": 1})
    store.save_assistant_message("s", 5)  # bad
    confirmation: ConfirmationDict = {"tool_name": "pay", "arguments": {}, "user_message": "Pay?"}
    store.save_pending_confirmation("s", confirmation)
    misspelt: ToolCallDict = {"tool_name": "find", "arguments": {}, "reslt": 1}  # bad
    nameless: ToolCallDict = {"arguments": {}}  # bad
    untyped: ResponseDict = {"message": "Done."}  # bad
    store.save_assistant_message("s", {"type": "x", "tool_calls": [misspelt, nameless, untyped]})


def read(store: Storage, order: Order, order_by: OrderBy) -> Iterator[Message]:
    sessions: list[Session] = store.query_sessions(order=order, order_by=order_by, archived=False)
    store.query_sessions(order="newest")  # bad
    store.query_sessions(order_by="updated_at")  # bad
    store.query_sessions(active="yes")  # bad
    store.query_messages(role="robot")  # bad
    store.get_history("s", roles=["user", "assistant"], limit=5)
    store.get_history("s", roles=["robot"])  # bad
    store.iter_messages(limit=5)  # bad
    page: Page[Message] = store.page_messages(limit=5)
    wrong: Page[Session] = store.page_messages()  # bad
    found = store.get_session("s")
    print(found.id)  # bad
    if found is not None:
        found.title = "Kites"  # bad
        value: JSONValue = found.metadata["k"]
        print(value, sessions, wrong)
    yield from page.items
