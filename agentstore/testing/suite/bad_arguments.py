"""Arguments of the wrong kind are refused by every method alike, and nothing is stored."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentstore import NewMessage, Storage
from agentstore.testing.suite.samples import answer, at, call, everything, refused

LIMITED: dict[str, Callable[..., object]] = {
    "query_sessions": lambda s, **how: s.query_sessions(**how),
    "query_messages": lambda s, **how: s.query_messages(**how),
    "query_messages of one": lambda s, **how: s.query_messages(session_id="s", **how),
    "query_tool_calls": lambda s, **how: s.query_tool_calls(**how),
    "query_tool_calls of one": lambda s, **how: s.query_tool_calls(session_id="s", **how),
}

_SESSION_BOUNDS = ("created_after", "created_before", "updated_after", "updated_before")
BOUNDS = [
    (method, bound)
    for method, bounds in {
        "query_sessions": _SESSION_BOUNDS,
        "iter_sessions": _SESSION_BOUNDS,
        "count_sessions": _SESSION_BOUNDS,
        "delete_sessions": ("updated_before",),
        "query_messages": ("after", "before"),
        "iter_messages": ("after", "before"),
        "count_messages": ("after", "before"),
        "query_tool_calls": ("after", "before"),
    }.items()
    for bound in bounds
]

MOMENTS: dict[str, Callable[[Storage, Any], object]] = {
    "create_session": lambda s, v: s.create_session(id="late", created_at=v),
    "NewMessage.timestamp": lambda s, v: s.save_messages(
        "s", [NewMessage("user", "x", timestamp=v)]
    ),
    "call timestamp": lambda s, v: s.save_assistant_message("s", answer(call(timestamp=v))),
    "call completed_at": lambda s, v: s.save_assistant_message(
        "s", answer(call(result=1, completed_at=v))
    ),
    "confirmation timestamp": lambda s, v: s.save_pending_confirmation(
        "s", {"tool_name": "t", "arguments": {}, "timestamp": v}
    ),
    "delete_sessions of all": lambda s, v: s.delete_sessions(inactive_only=False, updated_before=v),
}

_NAIVE = datetime(2024, 5, 1, 12)
_LAST = datetime(9999, 12, 31, tzinfo=timezone.utc)
NO_MOMENTS: list[Any] = [_NAIVE, _NAIVE.date(), _NAIVE.isoformat(), 1714564800, 1.5, True]

METHODS: dict[str, tuple[Any, ...]] = {
    "create_session": (),
    "get_session": ("s",),
    "get_or_create_session": ("new",),
    "query_sessions": (),
    "iter_sessions": (),
    "count_sessions": (),
    "update_session_metadata": ("s", {"a": 1}),
    "close_session": ("s",),
    "reopen_session": ("s",),
    "delete_session": ("s",),
    "delete_sessions": (),
    "save_user_message": ("s", "x"),
    "save_assistant_message": ("s", "x"),
    "save_system_message": ("s", "x"),
    "save_tool_message": ("s", "x"),
    "save_messages": ("s", [NewMessage("user", "x")]),
    "get_history": ("s",),
    "get_message": ("m",),
    "query_messages": (),
    "iter_messages": (),
    "count_messages": (),
    "get_message_count": ("s",),
    "delete_message": ("m",),
    "delete_session_messages": ("s",),
    "query_tool_calls": (),
    "get_tool_calls_for_message": ("m",),
    "save_tool_result": ("pending", 1),
    "save_pending_confirmation": ("s", {"tool_name": "t", "arguments": {}}),
    "get_pending_confirmation": ("s",),
    "clear_pending_confirmation": ("s",),
    "take_pending_confirmation": ("s",),
}
"""Every method of sections 4, with arguments that it takes."""

KEYWORD_ONLY = [
    "create_session",
    "query_sessions",
    "iter_sessions",
    "count_sessions",
    "delete_sessions",
    "query_messages",
    "iter_messages",
    "count_messages",
    "query_tool_calls",
]


class TestBadArguments:
    @pytest.fixture(autouse=True)
    def _one_session(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_assistant_message("s", answer(call(id="pending")), id="m")
        store.save_pending_confirmation("s", {"tool_name": "pay", "arguments": {}})

    @pytest.mark.parametrize("method", list(LIMITED))
    def test_limit_and_offset(self, store: Storage, method: str) -> None:
        query = LIMITED[method]
        for bad in (-1, True, False, 1.0, 1.5, "1", b"1", [1], float("nan"), -(2**70)):
            refused(query, store, limit=bad, about=("limit", bad))
            refused(query, store, offset=bad, about=("offset", bad))
            refused(query, store, limit=0, offset=bad, about=("offset", bad))
        refused(query, store, offset=None, about="offset None")
        assert query(store, limit=0) == []
        assert query(store, limit=0, offset=10**30) == []

    def test_limit_of_delete_sessions(self, store: Storage) -> None:
        delete: Any = store.delete_sessions
        for bad in (-1, True, 1.0, "1"):
            refused(delete, updated_before=at(0), inactive_only=False, limit=bad, about=bad)
        assert store.count_sessions() == 1

    @pytest.mark.parametrize(("method", "bound"), BOUNDS)
    def test_bounds(self, store: Storage, method: str, bound: str) -> None:
        before = everything(store)
        for bad in NO_MOMENTS:
            refused(getattr(store, method), **{bound: bad}, about=bad)
        assert everything(store) == before

    @pytest.mark.parametrize("where", list(MOMENTS))
    def test_moments(self, store: Storage, where: str) -> None:
        before = everything(store)
        for bad in NO_MOMENTS:
            refused(MOMENTS[where], store, bad, about=bad)
        assert everything(store) == before

    def test_the_end_of_time(self, store: Storage) -> None:
        """A session's start leaves room for the times of its writes; other times may be any."""
        end = datetime.max.replace(tzinfo=timezone.utc)
        for late in (_LAST, end):
            before = everything(store)
            refused(MOMENTS["create_session"], store, late, about="create_session")
            assert everything(store) == before
        assert store.count_sessions(created_before=end) == 1
        latest = _LAST - timedelta(microseconds=1)
        for name, use in MOMENTS.items():
            if not name.startswith("delete_"):
                use(store, latest if name == "create_session" else end)
        store.save_messages("late", [NewMessage("user", "x", timestamp=end)])
        assert store.update_session_metadata("late", {"k": 1}) is True
        session = store.get_session("late")
        assert session is not None
        assert session.created_at == latest < session.updated_at
        assert session.last_message_at == store.get_history("late")[0].timestamp == end

    @pytest.mark.parametrize("method", list(METHODS))
    def test_an_unknown_keyword(self, store: Storage, method: str) -> None:
        before = everything(store)
        action: Any = getattr(store, method)
        for keyword in ("unknown", "sesion_id", "_id"):

            def call_it(keyword: str = keyword) -> object:
                needed = {"updated_before": at(0)} if method == "delete_sessions" else {}
                made = action(*METHODS[method], **needed, **{keyword: None})
                return list(made) if inspect.isgenerator(made) else made

            refused(call_it, error=TypeError, about=(method, keyword))
        assert everything(store) == before

    @pytest.mark.parametrize("method", KEYWORD_ONLY)
    def test_filters_are_keywords(self, store: Storage, method: str) -> None:
        before = everything(store)
        action: Any = getattr(store, method)
        refused(action, "s", error=TypeError, about=method)
        assert everything(store) == before

    def test_remove_and_metadata_of_the_same_key(self, store: Storage) -> None:
        before = everything(store)
        for metadata, remove in (({"a": 1}, ["a"]), ({"a": None, "b": 1}, ("c", "b"))):
            refused(store.update_session_metadata, "s", metadata, remove=remove, about=remove)
            refused(store.update_session_metadata, "nobody", metadata, remove=remove, about=remove)
        assert everything(store) == before

    def test_every_method_is_in_the_table(self, store: Storage) -> None:
        for method in METHODS:
            assert callable(getattr(store, method)), method
