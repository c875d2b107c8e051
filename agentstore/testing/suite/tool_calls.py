"""Tool calls: pending and complete, their results, and the queries over them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentstore import NewMessage, Storage, ToolCall, ToolResultExistsError
from agentstore.testing.suite.samples import (
    answer,
    at,
    call,
    everything,
    message,
    refused,
    same_json,
    tick,
)

SHAPES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    1.0,
    -0.0,
    2**70,
    "",
    "text",
    "\x00\ud800",
    "null",
    [],
    {},
    [1, [2, {"a": None}]],
    {"success": True},
    {"success": "true", "data": [1.5]},
    {"success": None},
]


def _save(store: Storage, *calls: Any) -> list[ToolCall]:
    session_id = store.create_session()
    response = {"type": "execute", "message": "m", "tool_calls": list(calls)}
    return store.get_tool_calls_for_message(store.save_assistant_message(session_id, response))


def _one(store: Storage, call_id: str) -> ToolCall:
    [found] = [found for found in store.query_tool_calls() if found.id == call_id]
    return found


class TestToolCalls:
    def test_a_pending_call(self, store: Storage) -> None:
        [made] = _save(store, {"tool_name": "search", "arguments": {"q": "x"}})
        found = message(store, made.message_id)
        assert uuid.UUID(made.id).version == 7
        assert made == ToolCall(
            id=made.id,
            session_id=found.session_id,
            message_id=found.id,
            position=0,
            call_id=None,
            tool_name="search",
            arguments={"q": "x"},
            result=None,
            success=None,
            timestamp=found.timestamp,
            completed_at=None,
        )

    def test_pending_as_a_record(self, store: Storage) -> None:
        [made] = _save(store, ToolCall(tool_name="search"))
        assert (made.arguments, made.result, made.completed_at) == ({}, None, None)
        assert store.query_tool_calls(pending=True) == [made]

    def test_complete_from_the_start(self, store: Storage) -> None:
        [made] = _save(store, call(result={"success": True, "n": 1}))
        assert made.result == {"success": True, "n": 1}
        assert made.success is True
        assert made.completed_at == made.timestamp == message(store, made.message_id).timestamp

    def test_a_result_of_none_is_a_result(self, store: Storage) -> None:
        mapping, record = _save(
            store, call(result=None), ToolCall(tool_name="t", result=None, completed_at=at(1))
        )
        assert (mapping.result, mapping.completed_at) == (None, mapping.timestamp)
        assert (record.result, record.completed_at) == (None, at(1))
        assert store.query_tool_calls(pending=True) == []

    def test_own_times(self, store: Storage) -> None:
        west = timezone(-timedelta(hours=7))
        both, made, done = _save(
            store,
            call(result=1, timestamp=at(1), completed_at=at(2).astimezone(west)),
            call(result=1, timestamp=at(3)),
            call(result=1, completed_at=at(4)),
        )
        moment = message(store, both.message_id).timestamp
        assert (both.timestamp, both.completed_at) == (at(1), at(2))
        assert (made.timestamp, made.completed_at) == (at(3), moment)
        assert (done.timestamp, done.completed_at) == (moment, at(4))
        for found in (both, made, done):
            assert found.timestamp.utcoffset() == timedelta(0)
            assert found.completed_at is not None
            assert found.completed_at.utcoffset() == timedelta(0)

    def test_the_messages_own_timestamp(self, store: Storage) -> None:
        session_id = store.create_session()
        new = NewMessage("assistant", "m", timestamp=at(9), tool_calls=[call(result=1), call()])
        [message_id] = store.save_messages(session_id, [new])
        done, pending = store.get_tool_calls_for_message(message_id)
        assert (done.timestamp, done.completed_at) == (at(9), at(9))
        assert (pending.timestamp, pending.completed_at) == (at(9), None)

    def test_call_order(self, store: Storage) -> None:
        made = _save(store, *(call(f"t{n}", timestamp=at(-n)) for n in range(12)))
        assert [found.tool_name for found in made] == [f"t{n}" for n in range(12)]
        assert [found.position for found in made] == list(range(12))

    def test_call_id_need_not_be_unique(self, store: Storage) -> None:
        made = _save(store, call(call_id="call_1"), call(call_id="call_1"), call(call_id=""))
        assert [found.call_id for found in made] == ["call_1", "call_1", ""]

    @pytest.mark.parametrize("shape", SHAPES, ids=ascii)
    def test_arguments_and_results_of_any_shape(self, store: Storage, shape: Any) -> None:
        complete, pending = _save(store, call(arguments=shape, result=shape), call())
        assert same_json(complete.arguments, shape)
        assert same_json(complete.result, shape)
        assert store.save_tool_result(pending.id, shape) is True
        assert same_json(_one(store, pending.id).result, shape)
        assert store.query_tool_calls(pending=True) == []

    def test_success(self, store: Storage) -> None:
        cases: list[tuple[Any, bool | None]] = [
            ({"success": True}, True),
            ({"success": False, "success ": True}, False),
            ({"success": 1}, None),
            ({"success": 0}, None),
            ({"success": "true"}, None),
            ({"success": None}, None),
            ({"success": [True]}, None),
            ({"Success": True}, None),
            ({"data": {"success": True}}, None),
            ([{"success": True}], None),
            (["success", True], None),
            (True, None),
            ("success", None),
            (None, None),
        ]
        given = _save(store, *(call(result=result) for result, _ in cases))
        assert [found.success for found in given] == [success for _, success in cases]
        pending = _save(store, *(call() for _ in cases))
        for found, (result, success) in zip(pending, cases, strict=True):
            store.save_tool_result(found.id, result)
            assert _one(store, found.id).success is success, result

    def test_calls_of_an_unknown_message(self, store: Storage) -> None:
        assert store.get_tool_calls_for_message("nobody") == []


class TestSaveToolResult:
    def test_completes_a_pending_call(self, store: Storage) -> None:
        first, second = _save(store, call(), call())
        now = datetime.now(timezone.utc)
        assert store.save_tool_result(first.id, {"success": False, "why": "x"}) is True
        found = _one(store, first.id)
        assert (found.result, found.success) == ({"success": False, "why": "x"}, False)
        assert found.completed_at is not None
        assert found.completed_at.utcoffset() == timedelta(0)
        assert abs(found.completed_at - now) < timedelta(hours=1)
        assert found.timestamp == first.timestamp
        assert _one(store, second.id) == second
        assert message(store, first.message_id).tool_calls == [found, second]

    def test_unknown_call(self, store: Storage) -> None:
        _save(store, call(id="c", call_id="provider"))
        before = everything(store)
        assert store.save_tool_result("nobody", 1) is False
        assert store.save_tool_result("provider", 1) is False
        assert everything(store) == before

    @pytest.mark.parametrize("shape", SHAPES, ids=ascii)
    def test_the_same_again(self, store: Storage, shape: Any) -> None:
        _save(store, call(id="given", result=shape), call(id="saved"))
        store.save_tool_result("saved", shape)
        before = everything(store)
        tick()
        assert store.save_tool_result("given", shape) is True
        assert store.save_tool_result("saved", shape) is True
        assert everything(store) == before

    def test_the_same_in_another_order_or_as_a_tuple(self, store: Storage) -> None:
        _save(store, call(id="c", result={"a": 1, "b": [1, 2]}))
        before = everything(store)
        assert store.save_tool_result("c", {"b": (1, 2), "a": 1}) is True
        assert everything(store) == before

    def test_another_result(self, store: Storage) -> None:
        cases: list[tuple[Any, Any]] = [
            (1, 2),
            (1, 1.0),
            (1, True),
            (0, False),
            (0, None),
            (None, {}),
            ("a", "A"),
            ("a", "a "),
            ("\x00", "\\u0000"),
            ([1, 2], [2, 1]),
            ({"a": 1}, {"a": 1.0}),
            ({"a": 1}, {"a": 1, "b": None}),
            ({"success": True}, {"success": False}),
        ]
        for one, other in cases:
            for stored, wrong in ((one, other), (other, one)):
                [pending] = _save(store, call())
                store.save_tool_result(pending.id, stored)
                before = store.get_history(pending.session_id)
                session = store.get_session(pending.session_id)
                refused(
                    store.save_tool_result,
                    pending.id,
                    wrong,
                    error=ToolResultExistsError,
                    about=(stored, wrong),
                )
                assert store.get_history(pending.session_id) == before
                assert store.get_session(pending.session_id) == session


class TestQueryToolCalls:
    @pytest.fixture(autouse=True)
    def _calls(self, store: Storage) -> None:
        """In 'one': a0 b6 | c1; in 'two': d5 e2 f3. The number is the time."""
        ok, bad = {"success": True}, {"success": False}
        store.create_session(id="one")
        store.create_session(id="two")
        store.save_assistant_message(
            "one",
            answer(
                call("search", id="a0", timestamp=at(0), result=ok),
                call("book", id="b6", timestamp=at(6)),
            ),
        )
        store.save_user_message("one", "between")
        store.save_assistant_message(
            "one", answer(call("search", id="c1", timestamp=at(1), result=bad))
        )
        store.save_assistant_message(
            "two",
            answer(
                call("search", id="d5", timestamp=at(5)),
                call("book", id="e2", timestamp=at(2), result=None),
                call("book", id="f3", timestamp=at(3), result=ok),
            ),
        )

    def _ids(self, store: Storage, **how: Any) -> str:
        return " ".join(found.id for found in store.query_tool_calls(**how))

    def test_across_sessions_by_timestamp(self, store: Storage) -> None:
        assert self._ids(store) == "b6 d5 f3 e2 c1 a0"
        assert self._ids(store, order="desc") == "b6 d5 f3 e2 c1 a0"
        assert self._ids(store, order="asc") == "a0 c1 e2 f3 d5 b6"

    def test_within_a_session_by_position(self, store: Storage) -> None:
        assert self._ids(store, session_id="one", order="asc") == "a0 b6 c1"
        assert self._ids(store, session_id="one") == "c1 b6 a0"
        assert self._ids(store, session_id="two", order="asc") == "d5 e2 f3"
        assert self._ids(store, session_id="nobody") == ""

    def test_tool_name(self, store: Storage) -> None:
        assert self._ids(store, tool_name="search") == "d5 c1 a0"
        assert self._ids(store, tool_name="book", session_id="two") == "f3 e2"
        assert self._ids(store, tool_name="unknown") == ""

    def test_success(self, store: Storage) -> None:
        assert self._ids(store, success=True) == "f3 a0"
        assert self._ids(store, success=False) == "c1"
        assert self._ids(store, success=None) == "b6 d5 f3 e2 c1 a0"

    def test_pending(self, store: Storage) -> None:
        assert self._ids(store, pending=True) == "b6 d5"
        assert self._ids(store, pending=False) == "f3 e2 c1 a0"
        assert self._ids(store, pending=None) == "b6 d5 f3 e2 c1 a0"
        store.save_tool_result("d5", None)
        assert self._ids(store, pending=True) == "b6"
        assert self._ids(store, pending=False) == "d5 f3 e2 c1 a0"

    def test_success_follows_the_result(self, store: Storage) -> None:
        store.save_tool_result("b6", {"success": True})
        store.save_tool_result("d5", {"success": False})
        assert self._ids(store, success=True) == "b6 f3 a0"
        assert self._ids(store, success=False) == "d5 c1"

    def test_bounds_are_inclusive(self, store: Storage) -> None:
        microsecond = timedelta(microseconds=1)
        assert self._ids(store, after=at(2)) == "b6 d5 f3 e2"
        assert self._ids(store, after=at(2) + microsecond) == "b6 d5 f3"
        assert self._ids(store, before=at(2)) == "e2 c1 a0"
        assert self._ids(store, before=at(2) - microsecond) == "c1 a0"
        assert self._ids(store, after=at(1), before=at(3), order="asc") == "c1 e2 f3"
        assert self._ids(store, session_id="one", after=at(1), order="asc") == "b6 c1"

    def test_limit_and_offset_after_every_filter(self, store: Storage) -> None:
        assert self._ids(store, limit=2) == "b6 d5"
        assert self._ids(store, limit=2, offset=3) == "e2 c1"
        assert self._ids(store, offset=4) == "c1 a0"
        assert self._ids(store, limit=0) == ""
        assert self._ids(store, offset=10**30) == ""
        assert self._ids(store, limit=10**30, order="asc") == "a0 c1 e2 f3 d5 b6"
        assert self._ids(store, success=False, limit=1) == "c1"
        assert self._ids(store, pending=True, limit=1, offset=1) == "d5"
        assert self._ids(store, tool_name="search", limit=1, order="asc") == "a0"
        assert self._ids(store, tool_name="search", success=True, limit=1) == "a0"
        assert self._ids(store, session_id="two", pending=False, limit=1) == "f3"
        assert self._ids(store, after=at(1), before=at(3), limit=1) == "f3"

    def test_bad_filters(self, store: Storage) -> None:
        naive = at(0).replace(tzinfo=None)
        cases: list[dict[str, Any]] = [
            {"tool_name": 5},
            {"tool_name": ""},
            {"tool_name": "x" * 192},
            {"tool_name": "a\x00b"},
            {"tool_name": "\ud800"},
            {"after": naive},
            {"before": naive},
            {"after": "2024-05-01"},
            {"order": "ASC"},
            {"order": None},
            {"limit": -1},
            {"offset": True},
        ]
        for bad in cases:
            refused(store.query_tool_calls, **bad, about=bad)
