"""A few rows, and the parameters with which each statement finds one of them, or may not.

For lock_readers.py: what a statement locks shows only where there is something to lock.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

ROWS: dict[str, dict[str, Any]] = {
    "agentstore_sessions": {
        "id": "s1",
        "created_at": "2025-01-01",
        "updated_at": "2025-01-01",
        "active": False,
        "next_position": 1,
        "metadata": '{"user_id": "123"}',
        "tenant_id": "acme",
        "user_id": "ann",
    },
    "agentstore_session_metadata": {
        "session_id": "s1",
        "entry": '["user_id","123"]',
        "created_at": "2025-01-01",
    },
    "agentstore_messages": {
        "session_id": "s1",
        "position": 0,
        "id": "m1",
        "role": "user",
        "content": "Hello",
        "content_escaped": False,
        "timestamp": "2025-01-01",
        "metadata": "{}",
    },
    "agentstore_tool_calls": {
        "session_id": "s1",
        "message_position": 0,
        "position": 0,
        "id": "c1",
        "message_id": "m1",
        "tool_name": "search",
        "arguments": "{}",
        "timestamp": "2025-01-01",
    },
    "agentstore_pending_confirmations": {
        "session_id": "s1",
        "id": "p0",
        "tool_name": "refund",
        "arguments": "{}",
        "user_message": "Refund it",
        "user_message_escaped": False,
        "timestamp": "2025-01-01",
    },
    "agentstore_checkpoints": {
        "thread_id": "t1",
        "namespace_key": "",
        "checkpoint_id": "1f0",
        "namespace": "",
        "channel_versions": "[]",
        "checkpoint_type": "msgpack",
        "checkpoint_bytes": b"",
        "metadata_type": "msgpack",
        "metadata_bytes": b"",
    },
    "agentstore_checkpoint_blobs": {
        "thread_id": "t1",
        "namespace_key": "",
        "channel_key": "messages",
        "channel_version": "1",
        "value_type": "msgpack",
        "value_bytes": b"",
    },
    "agentstore_checkpoint_writes": {
        "thread_id": "t1",
        "namespace_key": "",
        "checkpoint_id": "1f0",
        "task_id": "task1",
        "idx": 0,
        "channel_name": "messages",
        "task_path": "",
        "value_type": "msgpack",
        "value_bytes": b"",
    },
    "agentstore_checkpoint_metadata": {
        "thread_id": "t1",
        "namespace_key": "",
        "checkpoint_id": "1f0",
        "entry": '["run_id","r1"]',
    },
    "agentstore_adk_sessions": {
        "session_id": "s1",
        "app_key": "shop",
        "user_key": "=u1",
        "last_update_time": 0.5,
        "marker": "m0",
        "session_state": "{}",
    },
    "agentstore_adk_states": {
        "app_key": "shop",
        "user_key": "=u1",
        "name_key": "theme",
        "entry": '["theme","light"]',
    },
    "agentstore_holds": {
        "id": "h1",
        "reason": "A lawsuit",
        "placed_at": "2025-01-01",
    },
    "agentstore_erasure_receipts": {
        "id": "r1",
        "user_digest": "5e88",
        "started_at": "2025-01-01",
        "deleted_rows": "{}",
        "held": 0,
        "remains": "[]",
    },
}
"""A row for each table, under the keys that the samples of the files have."""

BARE_SESSIONS = [
    {**ROWS["agentstore_sessions"], "id": session_id, "metadata": "{}"}
    for session_id in ("s2", "t1", "t2")
]
"""Sessions that have nothing, and those of two threads."""

_CALL = {
    "call_ids": ["c2"],
    "call_positions": [1],
    "call_message_ids": ["m2"],
    "call_call_ids": ["call_1"],
    "call_arguments": ["{}"],
    "call_results": [None],
    "call_timestamps": [datetime(2026, 1, 1, tzinfo=timezone.utc)],
}
_MESSAGE = {"id": "m2", "position": 1}
_OWN_IDS = {"own_message_ids": ["m2"], "own_call_ids": ["c2"]}
_AT = "2026-01-01T00:00:00+00:00"
_CALL_OBJECT = {
    "message_ordinal": 0,
    "message_id": "m2",
    "position": 1,
    "id": "c2",
    "tool_name": "search",
    "arguments": "{}",
    "timestamp": _AT,
}
_MESSAGE_OBJECT = {
    "ordinal": 0,
    "id": "m2",
    "role": "user",
    "content": "Hello",
    "content_escaped": False,
    "timestamp": _AT,
    "metadata": "{}",
}
_ENTRIES = {"entries": ['["user_id","123"]']}
_OTHER_ENTRIES = {"entries": ['["plan","pro"]']}
_KEYS = {"namespace_keys": [""], "checkpoint_ids": ["1f0"]}


def _lists(table: str, row: dict[str, Any]) -> dict[str, list[Any]]:
    """A row of a table as a list a column."""
    whole = {**ROWS[f"agentstore_{table}"], **row}
    return {f"{name}_list": [value] for name, value in whole.items()}


_COPIED: dict[str, dict[str, Any]] = {
    "holds": {"id": "h9"},
    "sessions": {"id": "s9"},
    "session_metadata": {"session_id": "s2"},
    "messages": {"id": "m9", "position": 9},
    "tool_calls": {"id": "c9", "position": 9},
    "pending_confirmations": {"id": "p9", "session_id": "s2"},
    "checkpoints": {"checkpoint_id": "1f9"},
    "checkpoint_blobs": {"channel_version": "9"},
    "checkpoint_writes": {"idx": 9},
    "checkpoint_metadata": {"entry": '["run_id","r9"]'},
    "adk_sessions": {"session_id": "s2"},
    "adk_states": {"name_key": "other"},
    "erasure_receipts": {"id": "e9"},
}
"""A row of each table that is not there."""

CASES: dict[str, list[dict[str, Any]]] = {
    **{f"copies/insert_{table}": [row] for table, row in _COPIED.items()},
    **{f"copies/put_{table}": [_lists(table, row)] for table, row in _COPIED.items()},
    "adk/insert_session": [{"session_id": "s1"}, {"session_id": "s2"}],
    "adk/put_state": [{}, {"name_key": "other"}],
    "adk/put_states": [
        {"user_keys": ["=u1"], "name_keys": [name], "entries": ["[]"]} for name in ("theme", "x")
    ],
    "adk/delete_of_sessions": [{"ids": ["s1"]}],
    "adk/delete_of_user": [{"app_key": "shop", "user_key": "=u1"}],
    "checkpoints/delete_checkpoints": [_KEYS],
    "checkpoints/delete_entries": [_KEYS],
    "checkpoints/delete_of_sessions": [{"ids": ["t1"]}],
    "checkpoints/delete_of_sessions_blobs": [{"ids": ["t1"]}],
    "checkpoints/delete_of_sessions_checkpoints": [{"ids": ["t1"]}],
    "checkpoints/delete_of_sessions_entries": [{"ids": ["t1"]}],
    "checkpoints/delete_of_sessions_writes": [{"ids": ["t1"]}],
    "checkpoints/delete_writes": [_KEYS],
    "checkpoints/forget_parents": [_KEYS],
    "checkpoints/insert_blob": [{}, {"channel_version": "2"}],
    "checkpoints/insert_checkpoint": [{}, {"checkpoint_id": "1f9"}],
    "checkpoints/insert_entries": [{"entries": ['["run_id","r1"]']}, _OTHER_ENTRIES],
    "checkpoints/put_checkpoint": [
        {"thread_id": thread_id, "checkpoint_id": checkpoint_id, "values": [b""], **_OTHER_ENTRIES}
        for thread_id in ("t1", "s1")
        for checkpoint_id in ("1f0", "1f9")
    ],
    "checkpoints/put_write": [{}, {"idx": -1}, {"task_id": "other"}],
    "confirmations/take_pending_confirmation": [{"id": "p0"}],
    "checkpoints/put_writes": [
        {"values": [b""]},
        {"values": [b""], "task_id": "other"},
        {"values": [b""], "thread_id": "s1"},
    ],
    "confirmations/save_pending_confirmation": [{"session_id": "s1"}, {"session_id": "s2"}],
    "holds/lock_sessions": [{"ids": ["s1"]}],
    "messages/import_turns": [{**_CALL, **_OWN_IDS, "ids": ["m2"], "metadatas": ["{}"]}],
    "messages/insert_message": [_MESSAGE],
    "messages/insert_messages": [_MESSAGE],
    "messages/save_turn": [{**_MESSAGE, **_OWN_IDS, "tool_calls": json.dumps([_CALL_OBJECT])}],
    "messages/save_turns": [
        {
            **_OWN_IDS,
            "messages": json.dumps([_MESSAGE_OBJECT]),
            "tool_calls": json.dumps([_CALL_OBJECT]),
        }
    ],
    "retention/lock_sessions": [{"ids": ["s1"]}],
    "retention/trash_sessions": [{"ids": ["s1"]}],
    "sessions/create_session": [{"session_id": "s9", "message_id": "m9", **_ENTRIES}, _ENTRIES],
    "sessions/delete_metadata_entries": [_ENTRIES],
    "sessions/delete_sessions": [{"ids": ["s1"]}],
    "sessions/insert_metadata_entries": [_OTHER_ENTRIES],
    "sessions/insert_session": [{"session_id": "s9"}],
    "tool_calls/insert_turn_tool_calls": [{"id": "c2", "position": 1}],
    "tool_calls/insert_tool_calls": [{"id": "c2", "position": 1}],
}
"""Parameters with which a statement finds its row, and where it may, finds none."""

BEFORE: dict[str, list[str]] = {
    "messages/insert_message": ["SELECT last_insert_id(2)"],
    "tool_calls/insert_turn_tool_calls": ["SELECT last_insert_id(1)"],
}
"""What stands before a statement of a batch: the positions that were taken."""
