"""Responses: text, an AgentResponse or a mapping; nothing of one is dropped."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from agentstore import AgentResponse, InvalidInputError, Message, Storage, ToolCall
from agentstore.testing.suite.samples import (
    answer,
    at,
    call,
    everything,
    from_json,
    message,
    refused,
    same_json,
)

FIELDS: dict[str, Any] = {
    "data": {"rows": [1, 2.5, None], "deep": {"a": {"b": []}}},
    "questions": [{"id": 1, "text": "which?"}],
    "options": ["a", "b"],
    "action": "delete",
    "risk": "high",
    "preview": "rm -rf",
    "missing": ["date"],
}
FALSY: dict[str, Any] = {
    "data": 0,
    "questions": [],
    "options": {},
    "action": "",
    "risk": False,
    "preview": 0.0,
    "missing": "",
}


def _saved(store: Storage, response: Any) -> Message:
    session_id = store.create_session()
    return message(store, store.save_assistant_message(session_id, response))


class TestTextResponse:
    def test_text(self, store: Storage) -> None:
        found = _saved(store, "just text")
        assert (found.role, found.content) == ("assistant", "just text")
        assert (found.response_type, found.response, found.parts) == (None, None, None)
        assert found.tool_calls == []

    def test_text_that_looks_like_json_stays_text(self, store: Storage) -> None:
        found = _saved(store, '{"type": "x", "message": "y"}')
        assert found.content == '{"type": "x", "message": "y"}'
        assert (found.response_type, found.response) == (None, None)


class TestAgentResponse:
    def test_every_field(self, store: Storage) -> None:
        found = _saved(store, AgentResponse(type="confirm", message="sure?", **FIELDS))
        assert (found.response_type, found.content) == ("confirm", "sure?")
        assert same_json(found.response, FIELDS)

    @pytest.mark.parametrize("name", list(FIELDS))
    def test_one_field(self, store: Storage, name: str) -> None:
        found = _saved(store, AgentResponse(type="t", message="m", **{name: FIELDS[name]}))
        assert found.response == {name: FIELDS[name]}

    def test_none_left(self, store: Storage) -> None:
        found = _saved(store, AgentResponse(type="execute", message="done"))
        assert (found.response_type, found.content, found.response) == ("execute", "done", None)

    def test_falsy_values_are_values(self, store: Storage) -> None:
        found = _saved(store, AgentResponse(type="t", **FALSY))
        assert same_json(found.response, FALSY)
        assert found.content == ""

    def test_extra_is_spread_among_the_others(self, store: Storage) -> None:
        extra = {"confidence": 0.5, "sources": None, "camelCase": 1}
        found = _saved(store, AgentResponse(type="t", message="m", risk="low", extra=extra))
        assert same_json(found.response, {"risk": "low", **extra})

    def test_extra_alone(self, store: Storage) -> None:
        assert _saved(store, AgentResponse(type="t", extra={"a": 1})).response == {"a": 1}
        assert _saved(store, AgentResponse(type="t", extra={})).response is None

    def test_extra_may_fill_a_field_that_is_none(self, store: Storage) -> None:
        found = _saved(store, AgentResponse(type="t", extra={"data": None, "risk": "low"}))
        assert found.response == {"data": None, "risk": "low"}

    def test_a_field_given_twice_is_refused(self, store: Storage) -> None:
        with pytest.raises(InvalidInputError):
            _saved(store, AgentResponse(type="t", data=1, extra={"data": 2}))
        assert store.count_messages() == 0

    def test_message_as_parts(self, store: Storage) -> None:
        parts = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]
        found = _saved(store, AgentResponse(type="t", message=parts))
        assert (found.content, found.parts) == ("a\nb", parts)

    def test_tool_calls(self, store: Storage) -> None:
        calls: list[Any] = [ToolCall(tool_name="one"), call("two", result=2)]
        found = _saved(store, AgentResponse(type="clarify", message="m", tool_calls=calls))
        assert [made.tool_name for made in found.tool_calls] == ["one", "two"]


class TestMappingResponse:
    def test_every_other_field_under_its_key(self, store: Storage) -> None:
        rest = {**FIELDS, "riskLevel": 3, "nothing": None, "": "empty key", "id": "x", "role": 1}
        found = _saved(store, {"type": "confirm", "message": "sure?", **rest})
        assert (found.response_type, found.content) == ("confirm", "sure?")
        assert same_json(found.response, rest)

    def test_falsy_values_are_values(self, store: Storage) -> None:
        found = _saved(store, {"type": "t", "message": "", **FALSY, "none": None})
        assert same_json(found.response, {**FALSY, "none": None})

    def test_nothing_left(self, store: Storage) -> None:
        found = _saved(store, {"type": "t", "message": "m", "tool_calls": []})
        assert found.response is None

    def test_an_extra_key_is_one_like_any_other(self, store: Storage) -> None:
        found = _saved(store, {"type": "t", "message": "m", "extra": {"a": 1}})
        assert found.response == {"extra": {"a": 1}}

    def test_without_message_its_json_is_the_content(self, store: Storage) -> None:
        response = {"type": "clarify", "questions": ["which \u00e9?"], "n": 1.0, "nul": "\x00"}
        found = _saved(store, response)
        assert same_json(from_json(found.content), response)
        assert found.response_type == "clarify"
        assert same_json(found.response, {"questions": ["which \u00e9?"], "n": 1.0, "nul": "\x00"})

    def test_an_empty_message_is_one(self, store: Storage) -> None:
        assert _saved(store, {"type": "t", "message": "", "data": 1}).content == ""

    def test_message_as_parts(self, store: Storage) -> None:
        parts = [{"type": "text", "text": "a"}, {"type": "image", "n": 1}]
        found = _saved(store, {"type": "t", "message": parts})
        assert (found.content, found.parts, found.response) == ("a", parts, None)

    @pytest.mark.parametrize("key", ["tool_calls", "toolCalls"])
    def test_tool_calls(self, store: Storage, key: str) -> None:
        response = {"type": "t", "message": "m", key: [call("one"), call("two"), call("one")]}
        found = _saved(store, response)
        assert [made.tool_name for made in found.tool_calls] == ["one", "two", "one"]
        assert found.response is None

    @pytest.mark.parametrize("kind", ["execute", "clarify", "confirm", "error", "x y", "\u00e9"])
    def test_tool_calls_whatever_the_type(self, store: Storage, kind: str) -> None:
        found = _saved(store, {"type": kind, "message": "m", "tool_calls": [call()]})
        assert found.response_type == kind
        assert [made.tool_name for made in found.tool_calls] == ["search"]

    def test_tool_calls_without_message(self, store: Storage) -> None:
        found = _saved(store, {"type": "t", "toolCalls": [call()], "data": 1})
        assert [made.tool_name for made in found.tool_calls] == ["search"]
        assert found.response == {"data": 1}
        assert from_json(found.content)["data"] == 1

    def test_nothing_of_it_is_changed(self, store: Storage) -> None:
        response = answer(call(result={"a": [1]}), call(), data={"a": [(1, 2)]})
        before = deepcopy(response)
        _saved(store, response)
        assert response == before

    def test_bad_responses(self, store: Storage) -> None:
        session_id = store.create_session()
        before = everything(store)
        cases: list[Any] = [
            None,
            5,
            b"bytes",
            ["list"],
            object(),
            {"type": 5, "message": "m"},
            {"type": "t" * 65, "message": "m"},
            {"type": "\x00", "message": "m"},
            {"type": "\ud800", "message": "m"},
            {"type": "t", "message": 5},
            {"type": "t", "message": b"bytes"},
            {"type": "t", "message": {"type": "text", "text": "x"}},
            {"type": "t", "message": "m", "tool_calls": "search"},
            {"type": "t", "message": "m", "tool_calls": 5},
            {"type": "t", "message": "m", "tool_calls": ["search"]},
            {"type": "t", "message": "m", "tool_calls": [None]},
            {"type": "t", "message": "m", "data": float("nan")},
            {"type": "t", "data": {1, 2}},
            {"type": "t", "message": "m", 1: "not a str"},
            {"type": "t", "message": "m", "data": {"a": {None: 1}}},
            AgentResponse(type="t" * 65),
            AgentResponse(type="t", data=b"bytes"),
            AgentResponse(type="t", extra={"a": at(0)}),
        ]
        for bad in cases:
            refused(store.save_assistant_message, session_id, bad, about=bad)
        assert everything(store) == before


SNAKE: dict[str, Any] = {
    "tool_name": "search",
    "arguments": {"snakeOrCamel_case": 1},
    "result": {"success": True, "toolName": "inner"},
    "call_id": "call_1",
    "id": "own",
    "timestamp": at(1),
    "completed_at": at(2),
}
CAMEL: dict[str, Any] = {
    "toolName": SNAKE["tool_name"],
    "arguments": SNAKE["arguments"],
    "result": SNAKE["result"],
    "callId": SNAKE["call_id"],
    "id": SNAKE["id"],
    "timestamp": SNAKE["timestamp"],
    "completedAt": SNAKE["completed_at"],
}


class TestCallsOfAResponse:
    def _call(self, store: Storage, given: Any) -> ToolCall:
        [made] = _saved(store, {"type": "t", "message": "", "tool_calls": [given]}).tool_calls
        return made

    @pytest.mark.parametrize("given", [SNAKE, CAMEL], ids=["snake_case", "camelCase"])
    def test_as_a_mapping(self, store: Storage, given: dict[str, Any]) -> None:
        made = self._call(store, given)
        for name, value in SNAKE.items():
            assert getattr(made, name) == value, name
        assert made.success is True
        assert made.position == 0

    def test_as_a_record(self, store: Storage) -> None:
        given = ToolCall(**SNAKE)
        made = self._call(store, given)
        for name, value in SNAKE.items():
            assert getattr(made, name) == value, name

    def test_what_the_store_decides_is_ignored_in_a_record(self, store: Storage) -> None:
        given = ToolCall(
            tool_name="search",
            session_id="elsewhere",
            message_id="elsewhere",
            position=7,
            success=True,
            result={"success": False},
            completed_at=at(1),
        )
        session_id = store.create_session()
        message_id = store.save_assistant_message(
            session_id, AgentResponse(type="t", tool_calls=[given])
        )
        [made] = store.get_tool_calls_for_message(message_id)
        assert (made.session_id, made.message_id, made.position) == (session_id, message_id, 0)
        assert made.success is False

    def test_another_key_is_refused(self, store: Storage) -> None:
        for key in ("name", "args", "output", "Tool_Name", "tool-name", "message_id", "", "extra"):
            with pytest.raises(InvalidInputError):
                self._call(store, {**call(), key: "x"})
        assert store.count_messages() == 0
        assert store.query_tool_calls() == []

    def test_bad_calls(self, store: Storage) -> None:
        session_id = store.create_session()
        before = everything(store)
        cases: list[Any] = [
            {"arguments": {}},
            call(""),
            call("x" * 192),
            call("a\x00b"),
            call("\ud800"),
            {"tool_name": None, "arguments": {}},
            {"tool_name": 5, "arguments": {}},
            call(call_id="x" * 192),
            call(call_id="a\x00b"),
            call(call_id="\ud800"),
            call(call_id=5),
            call(arguments={"a": float("nan")}),
            call(result={"a": b"bytes"}),
            call(timestamp=at(0).replace(tzinfo=None)),
            call(timestamp=5),
            call(result=1, completed_at=at(0).replace(tzinfo=None)),
            call(completed_at=at(0)),
            ToolCall(tool_name=""),
            ToolCall(tool_name="t", arguments={1: 2}),
            ToolCall(tool_name="t", timestamp=at(0).replace(tzinfo=None)),
            ToolCall(tool_name="t", call_id="x" * 192),
        ]
        for bad in cases:
            response = answer(call("good"), bad)
            refused(store.save_assistant_message, session_id, response, about=bad)
        assert everything(store) == before
