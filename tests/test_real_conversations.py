"""200 real conversations, in and out of each dialect; they are read from beside the checkout."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import agentstore
from agentstore.transfer import export_conversations, import_conversations
from agentstore.transfer.conversation_files import read_items

CHECKOUT = Path(__file__).resolve().parent.parent
FILE = Path(
    os.environ.get("AGENTSTORE_REAL_DATA")
    or CHECKOUT.parent / "shared" / "data" / "airline-conversations.json"
)


@pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not there")
def test_real_conversations_come_back_as_they_were(store: agentstore.Storage) -> None:
    with FILE.open("rb") as file:
        summary = import_conversations(store, read_items(file))
    assert (summary.conversations, summary.messages, summary.tool_calls) == (200, 4144, 1164)
    assert store.count_sessions() == 200
    assert store.count_messages() == 4144
    assert len(store.query_tool_calls()) == len(store.query_tool_calls(pending=False)) == 1164

    given = {identity(item): item for item in json.loads(FILE.read_text(encoding="utf-8"))}
    exported = {identity(item): item for item in export_conversations(store)}
    assert exported.keys() == given.keys()
    for key, item in exported.items():
        expected = {**given[key], "messages": given[key]["traj"]}
        del expected["traj"]
        assert parsed(dict(item)) == parsed(expected)

    with FILE.open("rb") as file:
        assert import_conversations(store, read_items(file)).skipped == 200
    assert store.count_messages() == 4144


def identity(item: Any) -> tuple[int, int]:
    return item["task_id"], item["trial"]


def parsed(conversation: dict[str, Any]) -> dict[str, Any]:
    """The conversation with its calls' arguments as parsed JSON."""
    for message in conversation["messages"]:
        for call in message.get("tool_calls", ()):
            call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return conversation
