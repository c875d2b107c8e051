"""Rows for the plan tests in the tables of LangGraph's checkpoints and of Google ADK.

3,000 threads with 10,500 checkpoints, 1,500 of them in one thread; 3,000 sessions of ADK in ten
apps, and the states that they share. Each is the same in every dialect.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from plan_seed import SESSIONS, Table

THREADS = 3_000
LONG_THREAD = "thread-00700"
LONG_THREAD_CHECKPOINTS = 1_500
SHORT_THREAD = "thread-02700"
SHORT_THREAD_CHECKPOINTS = 3
FIRST_OF_LONG_THREAD = int(LONG_THREAD[-5:]) * SHORT_THREAD_CHECKPOINTS
SUBGRAPH = "child:1"
"""The other namespace, of every fifth checkpoint."""
FREQUENT_SOURCE = '["source","loop"]'

APP = "app-4"
APPS = 10
FREQUENT_CUSTOMER = "frequent"
RARE_CUSTOMER = "u-0042"
ADK_EVERY = 4
"""Of how many sessions one is ADK's."""


def checkpoint_id(number: int) -> str:
    """Ids sort by age, over all threads."""
    return f"1f0-{number:08d}"


@cache
def tables() -> list[Table]:
    """The tables, for a database that has the sessions of plan_seed.py."""
    checkpoints: list[tuple[Any, ...]] = []
    blobs: list[tuple[Any, ...]] = []
    writes: list[tuple[Any, ...]] = []
    entries: list[tuple[Any, ...]] = []
    for number, thread_id, namespace, place in _checkpoints():
        checkpoint, version = checkpoint_id(number), f"{place:032}"
        key = (thread_id, namespace, checkpoint)
        parent = checkpoint_id(number - 1) if place else None
        # The values of "topic" are of the thread's first checkpoints; all others share them.
        versions = [["messages", version], ["topic", f"{place % 5:032}"]]
        checkpoints.append(
            (*key, parent, namespace, json.dumps(versions), "msgpack", b"c" * 60, "msgpack", b"m")
        )
        blobs.append((thread_id, namespace, "messages", version, "msgpack", b"v" * 200))
        if place < 5:
            blobs.append((thread_id, namespace, "topic", version, "msgpack", b"v" * 20))
        writes += [
            (*key, f"task-{place}", idx, "messages", "", "msgpack", b"w" * 50) for idx in range(2)
        ]
        source = FREQUENT_SOURCE if place % 3 else '["source","input"]'
        entries += [(*key, source), (*key, f'["run_id","run-{number // 4}"]')]
    sessions = [
        (
            f"session-{number:05d}",
            _app(number),
            _customer(number),
            float(number),
            f"m-{number}",
            "{}",
        )
        for number in range(0, SESSIONS, ADK_EVERY)
    ]
    owners = {(app, user) for _, app, name, *_ in sessions for user in ("", f"={name}")}
    states = [
        (*owner, f"key-{key}", f'["key-{key}",1]') for owner in sorted(owners) for key in range(4)
    ]
    return [
        Table("agentstore_checkpoints", _CHECKPOINT_COLUMNS, sorted(checkpoints)),
        Table("agentstore_checkpoint_blobs", _BLOB_COLUMNS, sorted(blobs)),
        Table("agentstore_checkpoint_writes", _WRITE_COLUMNS, sorted(writes)),
        Table("agentstore_checkpoint_metadata", (*_KEY, "entry"), sorted(entries)),
        Table("agentstore_adk_sessions", _ADK_SESSION_COLUMNS, sessions),
        Table("agentstore_adk_states", _ADK_STATE_COLUMNS, states),
    ]


_KEY = ("thread_id", "namespace_key", "checkpoint_id")
_CHECKPOINT_COLUMNS = (
    *_KEY,
    "parent_id",
    "namespace",
    "channel_versions",
    "checkpoint_type",
    "checkpoint_bytes",
    "metadata_type",
    "metadata_bytes",
)
_BLOB_COLUMNS = (
    "thread_id",
    "namespace_key",
    "channel_key",
    "channel_version",
    "value_type",
    "value_bytes",
)
_WRITE_COLUMNS = (*_KEY, "task_id", "idx", "channel_name", "task_path", "value_type", "value_bytes")
_ADK_SESSION_COLUMNS = (
    "session_id",
    "app_key",
    "user_key",
    "last_update_time",
    "marker",
    "session_state",
)
_ADK_STATE_COLUMNS = ("app_key", "user_key", "name_key", "entry")


def _checkpoints() -> Iterator[tuple[int, str, str, int]]:
    """(number, thread, namespace, place in the thread) of each, oldest first."""
    number = 0
    for thread in range(THREADS):
        thread_id = f"thread-{thread:05d}"
        is_long = thread_id == LONG_THREAD
        for place in range(LONG_THREAD_CHECKPOINTS if is_long else SHORT_THREAD_CHECKPOINTS):
            yield number, thread_id, SUBGRAPH if place % 5 == 4 else "", place
            number += 1


def _app(number: int) -> str:
    return f"app-{number // ADK_EVERY % APPS}"


def _customer(number: int) -> str:
    return FREQUENT_CUSTOMER if number % 16 == 0 else f"u-{number // 20:04d}"
