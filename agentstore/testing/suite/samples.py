"""Values and steps that several modules of the suite share."""

from __future__ import annotations

import inspect
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest

from agentstore import InvalidInputError, Message, Storage

T = TypeVar("T")

NUL_AND_SURROGATES = "\x00 \ud800 \udfff \\u0000 \\ud800 \\"
"""Text that no driver takes as it is, and text that looks like it once it is escaped."""

EXACT_PAIRS = [
    ("a", "A"),
    ("e", "\u00e9"),
    ("caf\u00e9", "cafe\u0301"),
    ("ss", "\u00df"),
    ("k", "\u212a"),
    ("f", "\uff46"),
    ("i", "\u0131"),
    ("\u03c3", "\u03c2"),
    ("1", "\u0661"),
    ("a-b", "ab"),
    ("\U0001f600", "\U0001f601"),
    ("%", "_"),
    ("a\\b", "a\\\\b"),
]
"""Pairs that some collation or normal form takes for the same."""


def at(seconds: float) -> datetime:
    """A moment with microseconds, the same in each run."""
    return datetime(2024, 5, 1, 12, 0, 0, 123456, tzinfo=timezone.utc) + timedelta(seconds=seconds)


def tick() -> None:
    """Wait until the clock has surely moved."""
    time.sleep(0.002)


def with_options(url: str, **options: object) -> str:
    """The URL with further query parameters."""
    return url + ("&" if "?" in url else "?") + urlencode(options)


def call(tool_name: str = "search", **fields: Any) -> dict[str, Any]:
    """A tool call as a mapping."""
    return {"tool_name": tool_name, "arguments": {"q": tool_name}, **fields}


def answer(*calls: Mapping[str, Any], message: str = "done", **fields: Any) -> dict[str, Any]:
    """A response as a mapping."""
    return {"type": "execute", "message": message, "tool_calls": list(calls), **fields}


def message(store: Storage, message_id: str) -> Message:
    """The message, which is there."""
    found = store.get_message(message_id)
    assert found is not None
    return found


def updated_at(store: Storage, session_id: str) -> datetime:
    """When the session was last saved to."""
    session = store.get_session(session_id)
    assert session is not None
    return session.updated_at


def contents(store: Storage, session_id: str) -> list[str]:
    """The contents of a session's messages, in order."""
    return [found.content for found in store.get_history(session_id)]


def positions(store: Storage, session_id: str) -> list[int]:
    """The positions of a session's messages, in order."""
    return [found.position for found in store.get_history(session_id)]


def everything(store: Storage) -> list[object]:
    """All that a store holds, to compare before and after."""
    sessions = store.query_sessions(order="asc")
    return [
        sessions,
        [store.get_history(session.id) for session in sessions],
        store.query_messages(),
        store.query_tool_calls(),
        [store.get_pending_confirmation(session.id) for session in sessions],
    ]


def same_json(left: object, right: object) -> bool:
    """Equal and of the same types all the way down; tuples count as lists."""
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(same_json, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[k], right[k]) for k in left)
    if isinstance(left, float) and isinstance(right, float):
        return repr(left) == repr(right)  # -0.0 equals 0.0 and is not the same
    return type(left) is type(right) and left == right


class Undo(Exception):
    """What a block is left with to undo it."""


@contextmanager
def undone(store: Storage) -> Iterator[None]:
    """A transaction() block that fails at its end, with an exception that must come out."""
    try:
        with store.transaction():
            yield
            raise Undo
    except Undo:
        return
    pytest.fail("the exception did not go on up")


def refused(
    action: Callable[..., object],
    *args: Any,
    about: object,
    error: type[Exception] = InvalidInputError,
    **how: Any,
) -> Exception:
    """Do what must be refused with this very error, and say about which case if it is not."""
    try:
        result = action(*args, **how)
        if inspect.isgenerator(result):
            result = list(result)
    except error as refusal:
        return refusal
    except Exception as other:
        pytest.fail(f"{about!a}: {type(other).__name__} instead of {error.__name__}: {other!a}")
    pytest.fail(f"{about!a} was accepted: {result!a}")


def together(actions: list[Callable[[], T]]) -> list[T | Exception]:
    """Run all actions at once in threads; each one's result, or the exception it raised."""
    barrier = threading.Barrier(len(actions))
    outcomes: list[Any] = [None] * len(actions)

    def run(index: int) -> None:
        barrier.wait(timeout=60)
        try:
            outcomes[index] = actions[index]()
        except Exception as exc:
            outcomes[index] = exc

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive(), "a call did not return"
    return outcomes


def all_well(outcomes: list[T | Exception]) -> list[T]:
    """The outcomes, none of which may be an exception."""
    results: list[T] = []
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
        results.append(outcome)
    return results


def from_json(text: str) -> Any:
    """The value of a JSON text."""
    return json.loads(text)
