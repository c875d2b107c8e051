"""Moves from tables that Open WebUI and Chainlit have written themselves, in pinned versions.

Their packages take a minute to install, so that this runs with AGENTSTORE_TEST_MATRIX=1; in each
run `test_movers` has the rows as these programs write them.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import Any

import foreign_chats as chats
import pytest
from moves import FROM_EITHER, between, move, moved
from programs.environments import write_chainlit, write_open_webui

import agentstore
from agentstore.transfer.forms import open_webui

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("AGENTSTORE_TEST_MATRIX") != "1",
        reason="installs the programs: with AGENTSTORE_TEST_MATRIX=1",
    ),
    pytest.mark.skipif(
        not (3, 11) <= sys.version_info < (3, 13), reason="Open WebUI is for Python 3.11 and 3.12"
    ),
]


@between(FROM_EITHER)
def test_open_webuis_own_tables(store: agentstore.Storage, original: str) -> None:
    written = write_open_webui(original, chats.branching_chat())
    summary = move("open-webui", original, store)
    assert moved(summary) == (3, 7, 0)
    assert moved(move("open-webui", original, store)) == (0, 0, 7)
    assert store.count_sessions() == len(written)
    for chat in written:
        [expected] = open_webui.read(chat)
        session = store.get_session(chat["id"])
        assert session is not None
        assert (session.title, session.created_at) == (chat["title"], expected.created_at)
        assert (session.archived_at is not None) is chat["archived"]
        metadata = {**expected.metadata, "imported_from": "open-webui"}
        if not metadata["pinned"]:  # what a session is not is not said
            del metadata["pinned"]
        assert session.metadata == metadata
        history = store.get_history(session.id)
        assert [
            (message.role, message.content, message.metadata, message.timestamp)
            for message in history
        ] == [
            (message.role, message.content, message.metadata, message.timestamp)
            for message in expected.messages
        ]


@between(FROM_EITHER)
def test_chainlits_own_rows(store: agentstore.Storage, original: str) -> None:
    steps = chats.chainlit_steps(0)
    thread = write_chainlit(original, chats.chainlit_tables(), steps)
    assert moved(move("chainlit", original, store)) == (1, 5, 0)
    assert moved(move("chainlit", original, store)) == (0, 0, 5)
    session = store.get_session(thread["id"])
    assert session is not None
    assert session.created_at == _moment(thread["createdAt"])
    assert (session.title, session.metadata["userIdentifier"]) == ("How windy?", "ann")
    assert session.metadata["metadata"] == {"chat_profile": "fast"}
    assert session.metadata["user"] == {"role": "admin"}
    history = store.get_history(session.id)
    asked, looked, missed, failed, answered = history
    by_name: dict[str, Any] = {step["name"]: step for step in thread["steps"]}
    assert (asked.role, asked.content) == ("user", by_name["ann"]["output"])
    assert asked.timestamp == _moment(by_name["ann"]["createdAt"])
    assert asked.metadata["command"] == "Weather"
    [wind], [tide] = looked.tool_calls, missed.tool_calls
    assert (wind.tool_name, wind.arguments, wind.result) == ("wind", {"city": "Bergen"}, "8")
    assert (tide.tool_name, tide.result) == ("tide", by_name["tide"]["output"])
    assert failed.metadata["tool_status"] == "error"
    assert (answered.role, answered.content) == ("assistant", by_name["Assistant"]["output"])
    [feedback] = answered.metadata["feedbacks"]
    kept = {key: by_name["Assistant"]["feedback"][key] for key in ("id", "value", "comment")}
    assert feedback == kept


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
