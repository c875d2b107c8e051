"""A store with something in each table, and of each state that a row can be in."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import agentstore
from agentstore import NewMessage
from agentstore.transfer.copying.stored import StoredRows
from agentstore.transfer.copying.tables import (
    ADK_SESSIONS,
    ADK_STATES,
    CHECKPOINT_BLOBS,
    CHECKPOINT_METADATA,
    CHECKPOINT_WRITES,
    CHECKPOINTS,
    ERASURE_RECEIPTS,
    HOLDS,
    PENDING_CONFIRMATIONS,
    SESSIONS,
    TABLES,
    Key,
    Table,
    Values,
)

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
ON_THE_SECOND = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
EARLY = datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=timezone.utc)
ODD_TEXT = "Ärger \\ 'quoted' \"twice\" % %s :name ; -- 😀 \u2028 \t\r\n end "
ODD_JSON = '{"b": 1.0, "a": [1e400, 1180591620717411303424, -0.0], "\\ud800": "\\u0000", "z": {}}'
ALL_BYTES = bytes(range(256))


def row(table: Table, **values: Any) -> Values:
    """A row of a table by its columns; what is not named is None."""
    assert set(values) <= set(table.columns)
    return tuple(values.get(name) for name in table.columns)


def session_row(session_id: str, **values: Any) -> Values:
    """A session, with values of its own."""
    plain = {
        "created_at": AT,
        "updated_at": AT + timedelta(microseconds=1),
        "active": True,
        "next_position": 0,
        "metadata": "{}",
        "tenant_id": "",
        "user_id": "",
        "holds": 0,
    }
    return row(SESSIONS, id=session_id, **plain | values)


STATES = [
    session_row("closed", active=False, updated_at=ON_THE_SECOND, created_at=EARLY),
    session_row("archived", archived_at=AT, pinned_at=EARLY, title=ODD_TEXT.strip()),
    session_row("trashed", trashed_at=AT, tenant_id="acme", user_id="ann", creation_token="t1"),
    session_row("held", holds=1, tenant_id="acme", user_id="bob", last_message_at=AT),
    session_row("emptied", next_position=17, metadata='{"n": 1.0, "plan": "pro", "deep": [1]}'),
    session_row("Ünïcode 😀", tenant_id="beta", user_id="ann", metadata=ODD_JSON),
    session_row("adk/shop/ann/1", tenant_id="acme", user_id="ann"),
]
_THREADS = ("held", "thread without a session")


def _adapters_rows(thread_id: str) -> list[tuple[Table, list[Values]]]:
    keys = [{"namespace_key": ns, "checkpoint_id": f"1f{n}"} for ns in ("", "sub") for n in (0, 1)]
    payload = {"checkpoint_type": "msgpack", "metadata_type": "json", "metadata_bytes": b""}
    return [
        (
            CHECKPOINTS,
            [
                row(
                    CHECKPOINTS,
                    thread_id=thread_id,
                    parent_id="1f0" if key["checkpoint_id"] == "1f1" else None,
                    namespace=key["namespace_key"],
                    channel_versions='[["messages", "1"]]',
                    checkpoint_bytes=ALL_BYTES,
                    **key,
                    **payload,
                )
                for key in keys
            ],
        ),
        (
            CHECKPOINT_BLOBS,
            [
                row(
                    CHECKPOINT_BLOBS,
                    thread_id=thread_id,
                    namespace_key="",
                    channel_key="messages",
                    channel_version=version,
                    value_type="null",
                    value_bytes=b"\0\\x" * length,
                )
                for version, length in (("1", 0), ("2", 100_000))
            ],
        ),
        (
            CHECKPOINT_WRITES,
            [
                row(
                    CHECKPOINT_WRITES,
                    thread_id=thread_id,
                    task_id="task",
                    idx=idx,
                    channel_name=ODD_TEXT,
                    task_path="",
                    value_type="msgpack",
                    value_bytes=b"'",
                    **keys[0],
                )
                for idx in (-3, -1, 0, 2**31 - 1)
            ],
        ),
        (
            CHECKPOINT_METADATA,
            [
                row(CHECKPOINT_METADATA, thread_id=thread_id, entry=entry, **keys[1])
                for entry in ('["run_id","r1"]', '["source","loop"]')
            ],
        ),
    ]


OTHERS: list[tuple[Table, list[Values]]] = [
    (
        HOLDS,
        [
            row(HOLDS, id="h1", reason=ODD_TEXT, session_id="held", placed_at=AT),
            row(HOLDS, id="h2", reason="done", user_id="ann", placed_at=EARLY, released_at=AT),
            row(HOLDS, id="h3", reason="all", tenant_id="beta", placed_at=ON_THE_SECOND),
        ],
    ),
    (SESSIONS, STATES),
    (
        PENDING_CONFIRMATIONS,
        [
            row(
                PENDING_CONFIRMATIONS,
                session_id="held",
                id="p1",
                tool_name="refund",
                arguments=ODD_JSON,
                user_message=ODD_TEXT,
                user_message_escaped=False,
                timestamp=AT,
            )
        ],
    ),
    *(pair for thread in _THREADS for pair in _adapters_rows(thread)),
    (
        ADK_SESSIONS,
        [
            row(
                ADK_SESSIONS,
                session_id="adk/shop/ann/1",
                app_key="shop",
                user_key="ann",
                last_update_time=1767322800.1234567,
                marker="m1",
                session_state=ODD_JSON,
            )
        ],
    ),
    (
        ADK_STATES,
        [
            row(ADK_STATES, app_key=app, user_key=user, name_key=name, entry='["n", 1.0]')
            for app in ("shop", '["acme","shop"]', '["acme","till"]', '["acme2","shop"]')
            for user in ("", "=ann", "=bob")
            for name in ("n", "sha256:0")
        ],
    ),
    (
        ERASURE_RECEIPTS,
        [
            row(
                ERASURE_RECEIPTS,
                id="e1",
                user_digest="5e88",
                tenant_id="acme",
                started_at=AT,
                finished_at=AT,
                deleted_rows='{"agentstore_messages": 3}',
                held=1,
                remains='[["backups", "they are removed"]]',
            ),
            row(
                ERASURE_RECEIPTS,
                id="e2",
                user_digest="5e89",
                started_at=EARLY,
                deleted_rows="{}",
                held=0,
                remains="[]",
            ),
        ],
    ),
]


def fill(store: agentstore.Storage, *, conversations: int = 3) -> None:
    """Put something in each table: by the calls of a store, and rows of states as they are."""
    for number in range(conversations):
        _converse(store, f"c{number:04d}", number)
    stored = StoredRows(store)
    for table, rows in OTHERS:
        stored.insert(table, rows)


def _converse(store: agentstore.Storage, session_id: str, number: int) -> None:
    store.create_session(
        id=session_id, metadata={"user_id": f"u{number % 2}", "n": 1.0, "deep": {"a": [None]}}
    )
    store.save_messages(
        session_id,
        [
            NewMessage("system", "Be brief.\0 \ud800"),
            NewMessage("user", ODD_TEXT, metadata={"z": 1, "a": 1.0}),
            NewMessage(
                "assistant",
                "",
                tool_calls=[
                    {"tool_name": "search", "arguments": {"q": "😀", "n": 2**70}, "call_id": "1"},
                    {"tool_name": "find", "arguments": {}, "result": {"success": False, "n": 1.5}},
                ],
            ),
            NewMessage("user", [{"type": "text", "text": "What?"}, {"type": "image", "x": 1}]),
        ],
    )
    store.save_assistant_message(session_id, {"type": "clarify", "question": "Which?"})
    last = store.save_user_message(session_id, "never mind")
    if number % 2:
        store.delete_message(last)
    if number % 3 == 1:
        store.close_session(session_id)


def all_rows(store: agentstore.Storage) -> dict[str, dict[Key, Values]]:
    """All rows of all tables, by key."""
    stored = StoredRows(store)
    found: dict[str, dict[Key, Values]] = {}
    for table in TABLES:
        rows: dict[Key, Values] = {}
        after = table.first_key
        while page := stored.read_after(table, after, 1000):
            rows |= {table.key_of(each): each for each in page}
            after = table.key_of(page[-1])
        found[table.name] = rows
    return found


def conversations_of(store: agentstore.Storage) -> str:
    """What the calls of a store say of its conversations, for comparison."""
    return json.dumps(
        [
            (session.to_dict(), [message.to_dict() for message in store.get_history(session.id)])
            for session in store.iter_sessions()
        ]
    )
