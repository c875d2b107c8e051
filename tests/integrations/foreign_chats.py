"""Chats in the tables of Chainlit and Open WebUI, whose packages not every run installs.

The tables are those of Chainlit's documentation (2.12) and of Open WebUI's models (0.12.4), the
rows as these write them; `test_written_by_programs` has what the programs themselves write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from foreign_originals import with_driver
from sqlalchemy import Connection, create_engine

ANN = "aaaaaaaa-0000-4000-8000-000000000001"
THREADS = [f"{number}1111111-1111-4111-8111-111111111111" for number in range(3)]

_CHAINLIT = {
    "users": "id UUID PRIMARY KEY, identifier TEXT, metadata JSONB NOT NULL, createdAt TEXT",
    "threads": (
        "id UUID PRIMARY KEY, createdAt TEXT, name TEXT, userId UUID, userIdentifier TEXT, "
        "tags TEXT[], metadata JSONB"
    ),
    "steps": (
        "id UUID PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, threadId UUID NOT NULL, "
        "parentId UUID, streaming BOOLEAN NOT NULL, waitForAnswer BOOLEAN, isError BOOLEAN, "
        "metadata JSONB, tags TEXT[], input TEXT, output TEXT, createdAt TEXT, start TEXT, "
        "end TEXT, generation JSONB, showInput TEXT, language TEXT, indent INT"
    ),
    "elements": (
        "id UUID PRIMARY KEY, threadId UUID, type TEXT, url TEXT, chainlitKey TEXT, "
        "name TEXT NOT NULL, display TEXT, objectKey TEXT, size TEXT, page INT, language TEXT, "
        "forId UUID, mime TEXT, props JSONB"
    ),
    "feedbacks": (
        "id UUID PRIMARY KEY, forId UUID NOT NULL, threadId UUID NOT NULL, value INT NOT NULL, "
        "comment TEXT"
    ),
}
_NEWER_STEPS = ", command TEXT, defaultOpen BOOLEAN, modes JSONB"
_OPEN_WEBUI = (
    "id VARCHAR PRIMARY KEY, user_id VARCHAR, title TEXT, chat JSON, created_at BIGINT, "
    "updated_at BIGINT, share_id TEXT UNIQUE, archived BOOLEAN"
)
_NEWER_CHATS = ", pinned BOOLEAN, meta JSON DEFAULT '{}', folder_id TEXT, variables JSON"


def add_chainlit(url: str, *, newer: bool = True) -> None:
    """Three threads of a user: a question, a run with a tool and a model's step, and an answer."""
    with _writing(url) as connection:
        for statement in chainlit_tables(newer=newer):
            connection.exec_driver_sql(statement)
        user = {"id": ANN, "identifier": "ann", "metadata": '{"role": "admin"}'}
        _insert(connection, "users", [{**user, "createdAt": "2026-01-01T00:00:00.000001Z"}])
        for number, thread in enumerate(THREADS):
            row = {"id": thread, "createdAt": "2026-01-02T03:04:00.123456Z", "name": "How windy?"}
            row |= {"userId": ANN, "userIdentifier": "ann", "metadata": '{"chat_profile": "fast"}'}
            _insert(connection, "threads", [row])
            _insert(connection, "steps", reversed(_steps(number, newer=newer)))
            answer = step_id(number, 6)
            file = {"id": step_id(number, 90), "threadId": thread, "forId": answer, "type": "file"}
            file |= {
                "name": "wind.csv",
                "url": "https://files.example/wind.csv",
                "mime": "text/csv",
            }
            _insert(connection, "elements", [{**file, "objectKey": "ann/wind.csv", "props": "{}"}])
            good = {"id": step_id(number, 91), "forId": answer, "threadId": thread, "value": 1}
            _insert(connection, "feedbacks", [{**good, "comment": "good"}])


def chainlit_tables(*, newer: bool = True) -> list[str]:
    """The statements that make Chainlit's tables."""
    return [
        _table(name, columns + (_NEWER_STEPS if newer and name == "steps" else ""))
        for name, columns in _CHAINLIT.items()
    ]


def chainlit_steps(thread: int) -> list[dict[str, Any]]:
    """A thread's steps as Chainlit hands them to its data layer, which takes no modes."""
    steps = _steps(thread, newer=True)
    for step in steps:
        step.pop("modes", None)
        step |= {key: json.loads(step[key]) for key in ("metadata", "generation")}
    return steps


def add_chainlit_steps(url: str, number: int, *steps: dict[str, Any]) -> None:
    """Further steps of a thread, each with its number as the second of its minute."""
    with _writing(url) as connection:
        _insert(connection, "steps", [_step(number, **step) for step in steps])


def step_id(thread: int, number: int) -> str:
    """The id of a step."""
    return f"{thread}2222222-2222-4222-8222-2222222222{number:02}"


def _steps(thread: int, *, newer: bool) -> list[dict[str, Any]]:
    run = step_id(thread, 2)
    command = {"command": "Weather", "modes": '{"model": "m"}'} if newer else {}
    return [
        _step(thread, 1, "user_message", "ann", output="How windy?", **command),
        _step(thread, 2, "run", "on_message", input="", output="", generation="null"),
        _step(thread, 3, "llm", "gpt", parentId=run, input="[…]", generation='{"model": "m"}'),
        _step(thread, 4, "tool", "wind", parentId=run, input='{\n "city": "Bergen"\n}', output="8"),
        _step(thread, 5, "tool", "tide", parentId=run, output="no such tool", isError=True),
        _step(thread, 6, "assistant_message", "Assistant", output="It is 8 m/s. é"),
    ]


def _step(thread: int, second: int, type: str, name: str, **more: Any) -> dict[str, Any]:
    at = f"2026-01-02T03:04:{second:02}"
    return {
        "id": step_id(thread, second),
        "threadId": THREADS[thread],
        "type": type,
        "name": name,
        "streaming": False,
        "waitForAnswer": False,
        "isError": False,
        "metadata": "{}",
        "generation": "{}",
        "createdAt": f"{at}.123456Z",
        "start": f"{at}.123456Z",
        "end": f"{at}.623456Z",
        **more,
    }


def add_open_webui(url: str, *, newer: bool = True) -> None:
    """A chat with an answer that was made again, an archived one, and what is no chat."""
    with _writing(url) as connection:
        columns = _OPEN_WEBUI + (_NEWER_CHATS if newer else "")
        connection.exec_driver_sql(_table("chat", columns))
        more = {"pinned": True, "folder_id": "f1", "meta": '{"tags": ["wind"]}'} if newer else {}
        _insert(connection, "chat", [{**_chat("chat-1", branching_chat()), **more}])
        archived = _chat("chat-2", {"history": {"messages": {}, "currentId": None}})
        _insert(connection, "chat", [{**archived, "archived": True}])
        _insert(connection, "chat", [_chat("chat-3", None)])
        snapshot = _chat("chat-4", branching_chat())
        _insert(connection, "chat", [{**snapshot, "user_id": "shared-chat-1"}])


def go_on_with_open_webui(url: str, parent: str) -> None:
    """Another question in the first chat, behind one of its messages."""
    chat = branching_chat()
    messages = chat["history"]["messages"]
    messages["m4"] = _said("m4", parent, "user", "And now?", 1767323090)
    chat["history"]["currentId"] = "m4"
    with _writing(url) as connection:
        connection.exec_driver_sql("DELETE FROM chat WHERE id = 'chat-1'")
        _insert(connection, "chat", [_chat("chat-1", chat)])


def branching_chat() -> dict[str, Any]:
    """A chat as Open WebUI keeps it."""
    said = [
        _said("m1", None, "user", "How windy?", 1767323045),
        _said("m2", "m1", "assistant", "No idea.", 1767323047),
        _said("m3", "m1", "assistant", "8 m/s. é", 1767323049),
    ]
    said[2]["output"] = [{"type": "function_call", "name": "wind", "arguments": "{}"}]
    messages = {str(message["id"]): message for message in said}
    return {"title": "Wind", "models": ["m"], "history": {"messages": messages, "currentId": "m3"}}


def _said(id: str, parent: str | None, role: str, content: str, at: int) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": id,
        "parentId": parent,
        "childrenIds": [],
        "role": role,
        "content": content,
    }
    return {**message, "timestamp": at, "done": True}


def _chat(id: str, chat: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "id": id,
        "user_id": "u1",
        "title": "Wind",
        "chat": json.dumps(chat),
        "created_at": 1767323044,
        "updated_at": 1767323050,
        "archived": False,
    }


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    engine = create_engine(with_driver(url))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _table(name: str, columns: str) -> str:
    quoted = ", ".join(
        f'"{column}" {kind}'
        for column, kind in (each.split(" ", 1) for each in columns.split(", "))
    )
    return f"CREATE TABLE {name} ({quoted})"


def _insert(connection: Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows with texts for all that is no number, as the server reads them."""
    mark = ":{}" if connection.dialect.name == "sqlite" else "%({})s"
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(map(mark.format, row))
        statement = f"INSERT INTO {table} ({names}) VALUES ({values})"  # noqa: S608
        connection.exec_driver_sql(statement, dict(row))
