"""Values that JSON cannot hold are refused, with their path, and nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from agentstore import AgentResponse, InvalidInputError, NewMessage, PendingConfirmation, Storage
from agentstore.testing.suite.samples import answer, call, everything, refused


def _circle() -> Any:
    value: dict[str, Any] = {"a": []}
    value["a"].append(value)
    return value


def _endless(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


BAD: dict[str, Any] = {
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
    "set": {1, 2},
    "frozenset": frozenset(),
    "bytes": b"bytes",
    "bytearray": bytearray(b"bytes"),
    "datetime": datetime(2024, 1, 1, tzinfo=timezone.utc),
    "Decimal": Decimal("1.5"),
    "UUID": UUID(int=1),
    "Path": Path("x"),
    "complex": 1j,
    "object": object(),
    "type": int,
    "function": len,
    "generator": (str(n) for n in range(3)),
    "int key": {1: "x"},
    "None key": {None: "x"},
    "bool key": {True: "x"},
    "tuple key": {("a",): "x"},
    "bytes key": {b"a": "x"},
    "float key": {1.5: "x"},
    "circle": _circle(),
    "too deep": _endless(100_000),
    "too deep by one": _endless(500),
}

PLACES: dict[str, Callable[[Storage, Any], object]] = {
    "create_session": lambda s, v: s.create_session(id="new", metadata={"k": v}),
    "get_or_create_session": lambda s, v: s.get_or_create_session("new", metadata={"k": v}),
    "update_session_metadata": lambda s, v: s.update_session_metadata("s", {"ok": 1, "k": v}),
    "save_user_message": lambda s, v: s.save_user_message("s", "x", {"k": v}),
    "save_system_message": lambda s, v: s.save_system_message("s", "x", {"k": v}),
    "save_tool_message": lambda s, v: s.save_tool_message("s", "x", {"k": v}),
    "save_assistant_message": lambda s, v: s.save_assistant_message("s", "x", {"k": v}),
    "response": lambda s, v: s.save_assistant_message("s", answer(call(), k=v)),
    "response without message": lambda s, v: s.save_assistant_message("s", {"type": "t", "k": v}),
    "AgentResponse.data": lambda s, v: s.save_assistant_message(
        "s", AgentResponse(type="t", data=v)
    ),
    "AgentResponse.extra": lambda s, v: s.save_assistant_message(
        "s", AgentResponse(type="t", extra={"k": v})
    ),
    "parts": lambda s, v: s.save_user_message("s", [{"type": "data", "k": v}]),
    "arguments": lambda s, v: s.save_assistant_message("s", answer(call(arguments={"k": v}))),
    "arguments itself": lambda s, v: s.save_assistant_message("s", answer(call(arguments=v))),
    "result": lambda s, v: s.save_assistant_message("s", answer(call(), call(result=[v]))),
    "NewMessage.metadata": lambda s, v: s.save_messages(
        "s", [NewMessage("user", "x"), NewMessage("user", "x", metadata={"k": v})]
    ),
    "NewMessage.response": lambda s, v: s.save_messages(
        "s", [NewMessage("user", "x", response={"k": [v]})]
    ),
    "save_tool_result": lambda s, v: s.save_tool_result("pending", {"k": v}),
    "save_tool_result itself": lambda s, v: s.save_tool_result("pending", v),
    "save_pending_confirmation": lambda s, v: s.save_pending_confirmation(
        "s", {"tool_name": "t", "arguments": {"k": v}}
    ),
    "save_pending_confirmation itself": lambda s, v: s.save_pending_confirmation(
        "s", {"tool_name": "t", "arguments": v}
    ),
    "PendingConfirmation": lambda s, v: s.save_pending_confirmation(
        "s", PendingConfirmation(tool_name="t", arguments=v)
    ),
    "query_sessions": lambda s, v: s.query_sessions(metadata={"k": v}),
    "iter_sessions": lambda s, v: list(s.iter_sessions(metadata={"k": v})),
    "count_sessions": lambda s, v: s.count_sessions(metadata={"k": v}),
}

METADATA: dict[str, Callable[[Storage, Any], object]] = {
    "create_session": lambda s, v: s.create_session(id="new", metadata=v),
    "get_or_create_session": lambda s, v: s.get_or_create_session("new", metadata=v),
    "update_session_metadata": lambda s, v: s.update_session_metadata("s", v),
    "save_user_message": lambda s, v: s.save_user_message("s", "x", v),
    "save_system_message": lambda s, v: s.save_system_message("s", "x", v),
    "save_tool_message": lambda s, v: s.save_tool_message("s", "x", v),
    "save_assistant_message": lambda s, v: s.save_assistant_message("s", "x", v),
    "NewMessage.metadata": lambda s, v: s.save_messages("s", [NewMessage("user", "x", metadata=v)]),
    "NewMessage.response": lambda s, v: s.save_messages("s", [NewMessage("user", "x", response=v)]),
    "query_sessions": lambda s, v: s.query_sessions(metadata=v),
    "count_sessions": lambda s, v: s.count_sessions(metadata=v),
}

PATHS: dict[str, tuple[str, Callable[[Storage, Any], object]]] = {
    "metadata of a session": (
        "metadata.scores[3]",
        lambda s, v: s.create_session(metadata={"ok": [1], "scores": [1, 2, 3, v]}),
    ),
    "metadata of a message": (
        "metadata.scores[3]",
        lambda s, v: s.save_user_message("s", "x", {"scores": (1, 2, 3, v)}),
    ),
    "metadata deep inside": (
        "metadata.a.b[0].c",
        lambda s, v: s.update_session_metadata("s", {"a": {"b": [{"x": 1, "c": v}]}}),
    ),
    "metadata in a filter": ("metadata.a", lambda s, v: s.query_sessions(metadata={"a": v})),
    "arguments": (
        "arguments.a[1]",
        lambda s, v: s.save_assistant_message("s", answer(call(arguments={"a": [0, v]}))),
    ),
    "a call's result": (
        "result[0].a",
        lambda s, v: s.save_assistant_message("s", answer(call(result=[{"a": v}]))),
    ),
    "a later result": ("result.a[1]", lambda s, v: s.save_tool_result("pending", {"a": [0, v]})),
    "response": (
        "response.data[1].x",
        lambda s, v: s.save_assistant_message("s", answer(data=[0, {"x": v}])),
    ),
    "confirmation": (
        "arguments.a[1]",
        lambda s, v: s.save_pending_confirmation(
            "s", {"tool_name": "t", "arguments": {"a": [0, v]}}
        ),
    ),
}


class TestBadValues:
    @pytest.fixture(autouse=True)
    def _one_session(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"k": 1})
        store.save_assistant_message("s", answer(call(id="pending")))
        store.save_pending_confirmation("s", {"tool_name": "pay", "arguments": {}})

    @pytest.mark.parametrize("place", list(PLACES))
    def test_refused_and_nothing_stored(self, store: Storage, place: str) -> None:
        before = everything(store)
        for name, bad in BAD.items():
            refused(PLACES[place], store, bad, about=name)
        assert everything(store) == before

    @pytest.mark.parametrize("place", list(METADATA))
    def test_metadata_is_a_mapping_with_str_keys(self, store: Storage, place: str) -> None:
        before = everything(store)
        cases: list[Any] = ["text", 5, True, ["a"], [("a", 1)], {1, 2}, b"x", {1: 2}, {None: 1}]
        for bad in cases:
            refused(METADATA[place], store, bad, about=bad)
        assert everything(store) == before

    @pytest.mark.parametrize("place", list(PATHS))
    def test_the_error_names_the_path(self, store: Storage, place: str) -> None:
        path, action = PATHS[place]
        for name in ("NaN", "set", "bytes", "datetime", "object"):
            refusal = refused(action, store, BAD[name], about=name)
            assert path in str(refusal), name

    def test_integers_that_json_does_not_take(self, store: Storage) -> None:
        before = everything(store)
        try:
            str(10**6000)
        except ValueError:
            with pytest.raises(InvalidInputError):
                store.create_session(metadata={"k": 10**6000})
        else:
            pytest.skip("this Python writes integers of any length")
        assert everything(store) == before

    def test_the_store_goes_on(self, store: Storage) -> None:
        refused(store.save_user_message, "s", "x", {"k": {1}}, about="set")
        store.save_user_message("s", "x", {"k": [1]})
        assert store.get_message_count("s") == 2

    @pytest.mark.parametrize("place", ["arguments itself", "save_pending_confirmation itself"])
    @pytest.mark.parametrize("text", ['{"q": 1}', "{}", ' {"a": {"b": [1.5, null]}}\n'])
    def test_arguments_are_no_json_text(self, store: Storage, place: str, text: str) -> None:
        """Providers give them so: parsed they are meant, and stored as a text nobody finds them."""
        before = everything(store)
        assert "json.loads" in str(refused(PLACES[place], store, text, about=text))
        assert everything(store) == before

    @pytest.mark.parametrize("text", ["", "Paris", "{", '{"a": 1, "a": 2}', '{"a": NaN}', "[1]"])
    def test_arguments_may_be_a_text(self, store: Storage, text: str) -> None:
        """One that is no object, or none that could be parsed without a loss."""
        message_id = store.save_assistant_message("s", answer(call(arguments=text)))
        [saved] = store.get_tool_calls_for_message(message_id)
        assert saved.arguments == text
