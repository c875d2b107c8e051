"""Rows of the original's, and what a store has to say of them."""

from __future__ import annotations

import json
from typing import Any

from prisma_database import START, PrismaDatabase, moment

import agentstore

METADATA = '{"userId": "123", "né": "👩‍👧", "ratio": 1.5, "one": 1, "deep": {"a": [1, null, true]}}'
OTHER_FIELDS = '{"data": {"rows": [1, 2]}, "questions": ["which?"], "preview": null}'

SESSIONS = [
    ("s-plain", START, START + 5000, True, METADATA),
    ("s-empty", START + 1000, START + 1000, True, None),
    ("s-closed", START + 2001, START + 9999, False, "{}"),
    ("s-waiting", START - 777, START + 1, True, '{"a": "' + "x" * 3000 + '"}'),
    ("é 👩 'quoted' \\ %s", START + 5, START + 6, True, "null"),
]
MESSAGES = [
    ("m-1", "s-plain", "system", "", START, None, None),
    ("m-2", "s-plain", "user", "né 👩‍👧 \\ ' \" %s ?\n\ttab", START + 1, None, "{}"),
    ("m-0", "s-plain", "assistant", "found", START + 1234, "execute", OTHER_FIELDS),
    ("m-z", "s-closed", "user", "first by its time", START + 10, None, None),
    ("m-c", "s-closed", "user", "second by its id", START + 11, None, None),
    ("m-d", "s-closed", "assistant", "third by its id", START + 11, "clarify", '{"b": 1}'),
    ("m-w", "s-waiting", "user", "x" * 60_000, START - 700, None, "null"),
    ("m-é", "é 👩 'quoted' \\ %s", "user", " ", START + 5, None, None),
]
RESULT = '{"success": true, "content": "né", "data": [1, 2.5, null]}'
CALLS = [
    ("c-9", "m-0", "first by its time", '{"q": "né 👩"}', RESULT, START + 1230),
    ("c-1", "m-0", "second by its id", "[]", "null", START + 1231),
    ("c-2", "m-0", "third by its id", "{}", None, START + 1231),
    ("c-3", "m-d", "x" * 191, '"text"', '{"success": false}', START + 11),
]
CONFIRMATIONS = [
    ("p-1", "s-waiting", "delete", '{"path": "/tmp/né"}', "Delete it 👩", START + 3),
    ("p-2", "s-closed", "x", "null", "", START + 4),
]


def add_sample(original: PrismaDatabase) -> None:
    original.add("agent_sessions", *SESSIONS)
    original.add("agent_messages", *reversed(MESSAGES))
    original.add("agent_tool_calls", *CALLS)
    original.add("agent_pending_confirmations", *CONFIRMATIONS)


def expected_sample() -> dict[str, Any]:
    """The sample as `contents` gives it, from the rows as they were written."""
    return {
        session_id: {
            "times": (moment(created), moment(updated)),
            "active": active,
            "metadata": value_of(metadata) or {},
            "confirmation": next(
                (
                    (tool, value_of(arguments), said, moment(when))
                    for _, owner, tool, arguments, said, when in CONFIRMATIONS
                    if owner == session_id
                ),
                None,
            ),
            "messages": [
                (
                    *(message_id, role, content, moment(when), kind),
                    *(value_of(notes) or {}, None, None),
                    [
                        (
                            *(call_id, None, tool, value_of(arguments), value_of(result)),
                            *(moment(made), None if result is None else moment(made)),
                        )
                        for call_id, message, tool, arguments, result, made in CALLS
                        if message == message_id
                    ],
                )
                for message_id, owner, role, content, when, kind, notes in MESSAGES
                if owner == session_id
            ],
        }
        for session_id, created, updated, active, metadata in SESSIONS
    }


def value_of(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def contents(store: agentstore.Storage) -> dict[str, Any]:
    """All that a store has, by session; updated_at as exactly as the original has it."""
    return {session.id: session_contents(store, session) for session in store.iter_sessions()}


def session_contents(store: agentstore.Storage, session: agentstore.Session) -> dict[str, Any]:
    messages = store.get_history(session.id)
    assert [message.position for message in messages] == list(range(len(messages)))
    updated_at = session.updated_at
    confirmation = store.get_pending_confirmation(session.id)
    return {
        "times": (
            session.created_at,
            updated_at.replace(microsecond=updated_at.microsecond // 1000 * 1000),
        ),
        "active": session.active,
        "metadata": session.metadata,
        "confirmation": confirmation
        and (
            *(confirmation.tool_name, confirmation.arguments),
            *(confirmation.user_message, confirmation.timestamp),
        ),
        "messages": [
            (
                *(message.id, message.role, message.content, message.timestamp),
                *(message.response_type, message.metadata, message.response, message.parts),
                [
                    (
                        *(call.id, call.call_id, call.tool_name, call.arguments, call.result),
                        *(call.timestamp, call.completed_at),
                    )
                    for call in message.tool_calls
                ],
            )
            for message in messages
        ],
    }


def add_many(original: PrismaDatabase, sessions: int, *, long: int = 0, start: int = 0) -> None:
    """Sessions of three messages and a call each, the first of them with ``long`` more messages."""
    numbers = range(start, start + sessions)
    original.add(
        "agent_sessions",
        *(
            (f"s{number:04}", START + number, START + 100_000 + number, number % 3 > 0, None)
            for number in numbers
        ),
    )
    original.add(
        "agent_messages",
        *(
            (
                f"m{number}-{place}",
                f"s{number:04}",
                role,
                f"text {place}",
                START + place,
                None,
                None,
            )
            for number in numbers
            for place, role in enumerate(
                ("user", "assistant", "user") + ("user",) * (long if number == start else 0)
            )
        ),
    )
    original.add(
        "agent_tool_calls",
        *((f"c{number}", f"m{number}-1", "f", "{}", RESULT, START + 1) for number in numbers),
    )
