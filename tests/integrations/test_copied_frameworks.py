"""What all adapters have stored goes around the databases and comes back as it was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shared_conversation as shared
from langchain_core.messages import HumanMessage
from new_databases import OpenStore

import agentstore
from agentstore.integrations.langchain import AgentstoreChatMessageHistory
from agentstore.integrations.langgraph import AgentstoreSaver
from agentstore.transfer.copying import (
    ArchiveSource,
    Problem,
    compare_rows,
    copy_rows,
    dump_rows,
    open_source,
)

WRITERS = {
    "openai": shared.write_openai_agents,
    "langchain": shared.write_langchain,
    "langgraph": shared.write_langgraph,
    "adk/shop/ann/1": shared.write_adk,
    "strands": shared.write_strands,
    "pydantic": shared.write_pydantic_ai,
}
READERS = {
    "openai": shared.read_openai_agents,
    "langchain": shared.read_langchain,
    "langgraph": shared.read_langchain,
    "adk/shop/ann/1": shared.read_adk,
    "strands": shared.read_strands,
    "pydantic": shared.read_pydantic_ai,
}


def fill(store: agentstore.Storage) -> None:
    """Each adapter's conversation, of a tenant's users, and sessions in all states."""
    ann, bob = (store.scoped(tenant_id="acme", user_id=user) for user in ("ann", "bob"))
    for number, (session_id, write) in enumerate(WRITERS.items()):
        write(bob if number % 2 else ann, session_id)
    for state in ("closed", "archived", "trashed", "pending", "held"):
        shared.write_langchain(ann, state)
    store.close_session("closed")
    store.update_session("archived", archived=True, pinned=True, title="Kept é 👩‍👧")
    store.trash_session("trashed")
    call = {"tool_name": "find", "arguments": {"n": 2**70, "x": 1.0}, "call_id": "c"}
    store.save_assistant_message(
        "pending", {"type": "execute", "message": "", "tool_calls": [call]}
    )
    confirmation = {"tool_name": "pay", "arguments": {"sum": 1.0}, "user_message": "Pay?"}
    store.save_pending_confirmation("pending", confirmation)
    store.place_hold(reason="court", session_id="held")
    store.place_hold(reason="audit", tenant_id="other")
    store.erase_user("nobody", tenant_id="acme")


def read(store: agentstore.Storage) -> list[Any]:
    """What the adapters read, and LangGraph's checkpoints."""
    ann, bob = (store.scoped(tenant_id="acme", user_id=user) for user in ("ann", "bob"))
    said = [
        list(reader(bob if number % 2 else ann, session_id))
        for number, (session_id, reader) in enumerate(READERS.items())
    ]
    checkpoints = [
        (found.checkpoint, found.metadata, found.parent_config, found.pending_writes)
        for found in AgentstoreSaver(ann).list({"configurable": {"thread_id": "langgraph"}})
    ]
    return [said, checkpoints, store.get_pending_confirmation("pending")]


def assert_equal(one: agentstore.Storage, other: agentstore.Storage) -> None:
    """Row by row, either way."""
    problems: list[Problem] = []
    for source, target in ((one, other), (other, one)):
        reports = compare_rows(open_source(source), target, tell=problems.append)
        assert not problems
        assert all(report.is_equal for report in reports.values())


def test_around_the_databases(open_store: OpenStore, tmp_path: Path) -> None:
    names = ("sqlite-file", "postgresql", "mysql", "mariadb", "sqlite-file")
    stores = [open_store(name) for name in names]
    fill(stores[0])
    expected = read(stores[0])
    assert all(expected[0])
    for source, target in pairwise(stores):
        reports = copy_rows(open_source(source), target)
        assert all(report.is_equal and not report.refused for report in reports.values())
        assert read(target) == expected
    assert_equal(stores[0], stores[-1])
    # By a file too, from the database that keeps the least to the one that keeps the most.
    path = tmp_path / "store.jsonl"
    with path.open("wb") as file:
        dump_rows(stores[2], file)
    restored = open_store("postgresql")
    copy_rows(ArchiveSource(path), restored)
    assert_equal(stores[0], restored)
    # It goes on where it is now.
    ann = restored.scoped(tenant_id="acme", user_id="ann")
    AgentstoreChatMessageHistory("archived", ann).add_message(HumanMessage("And now?"))
    shared.write_langgraph(restored.scoped(tenant_id="acme", user_id="ann"), "langgraph")
    with pytest.raises(agentstore.HeldError):
        restored.delete_session("held")


@pytest.mark.parametrize("name", ["sqlite-file", "postgresql", "mysql", "mariadb"])
def test_killed_at_any_moment(name: str, new_url: Callable[[str], str]) -> None:
    source_url, target_url = new_url("sqlite-file"), new_url(name)
    command = [sys.executable, "-m", "agentstore", "copy", source_url, target_url]
    with agentstore.connect(source_url) as source, agentstore.connect(target_url) as target:
        fill(source)
        for moment in moments():
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
                time.sleep(moment)
                os.kill(run.pid, signal.SIGKILL)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert_equal(source, target)
        assert read(target) == read(source)


def moments() -> Iterator[float]:
    """Within what a copy takes, with Python's start."""
    for _ in range(3):
        yield random.uniform(0.4, 1.6)
