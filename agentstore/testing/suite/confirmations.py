"""Pending confirmations: one a session, the last saved wins."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentstore import PendingConfirmation, SessionNotFoundError, Storage
from agentstore.testing.suite.samples import (
    NUL_AND_SURROGATES,
    at,
    everything,
    refused,
    same_json,
)

PAY: dict[str, Any] = {
    "tool_name": "pay",
    "arguments": {"toolName": "inner", "sum": 1.0, "to": [None, "\x00"]},
    "user_message": "pay them",
}


class TestConfirmations:
    @pytest.fixture(autouse=True)
    def _two_sessions(self, store: Storage) -> None:
        store.create_session(id="s")
        store.create_session(id="other")

    def _saved(self, store: Storage, confirmation: Any) -> PendingConfirmation:
        save: Any = store.save_pending_confirmation
        assert save("s", confirmation) is None
        found = store.get_pending_confirmation("s")
        assert found is not None
        return found

    def test_as_a_mapping(self, store: Storage) -> None:
        now = datetime.now(timezone.utc)
        found = self._saved(store, PAY)
        assert uuid.UUID(found.id).version == 7
        assert found == PendingConfirmation(
            id=found.id,
            session_id="s",
            tool_name="pay",
            arguments=PAY["arguments"],
            user_message="pay them",
            timestamp=found.timestamp,
        )
        assert same_json(found.arguments, PAY["arguments"])
        assert found.timestamp.utcoffset() == timedelta(0)
        assert abs(found.timestamp - now) < timedelta(hours=1)

    def test_as_a_mapping_in_camel_case(self, store: Storage) -> None:
        found = self._saved(
            store,
            {
                "toolName": "pay",
                "arguments": PAY["arguments"],
                "userMessage": "pay them",
                "timestamp": at(1),
            },
        )
        assert (found.tool_name, found.user_message) == ("pay", "pay them")
        assert (found.arguments, found.timestamp) == (PAY["arguments"], at(1))

    def test_as_a_record(self, store: Storage) -> None:
        east = timezone(timedelta(hours=2))
        given = PendingConfirmation(**PAY, timestamp=at(1).astimezone(east), session_id="other")
        found = self._saved(store, given)
        assert found.session_id == "s"
        assert (found.tool_name, found.user_message) == ("pay", "pay them")
        assert (found.arguments, found.timestamp) == (PAY["arguments"], at(1))
        assert found.timestamp.utcoffset() == timedelta(0)
        assert store.get_pending_confirmation("other") is None

    @pytest.mark.parametrize("shape", [None, True, 2**70, "", "x", [], {}, [1, {"a": 1.0}]])
    def test_arguments_of_any_shape(self, store: Storage, shape: Any) -> None:
        assert same_json(self._saved(store, {**PAY, "arguments": shape}).arguments, shape)

    @pytest.mark.parametrize(
        "text",
        ["", "\U0001f600", NUL_AND_SURROGATES, "x" * 100_000],
        ids=["empty", "emoji", "odd", "long"],
    )
    def test_any_user_message(self, store: Storage, text: str) -> None:
        assert self._saved(store, {**PAY, "user_message": text}).user_message == text

    def test_the_last_saved_wins(self, store: Storage) -> None:
        first = self._saved(store, {**PAY, "timestamp": at(9)})
        second = self._saved(store, PendingConfirmation(tool_name="fly", timestamp=at(1)))
        assert second.id != first.id
        assert (second.tool_name, second.arguments, second.user_message) == ("fly", {}, "")
        assert second.timestamp == at(1)
        assert store.take_pending_confirmation("s") == second
        assert store.get_pending_confirmation("s") is None

    def test_one_a_session(self, store: Storage) -> None:
        mine = self._saved(store, PAY)
        store.save_pending_confirmation("other", {**PAY, "tool_name": "fly"})
        assert store.get_pending_confirmation("s") == mine
        assert store.clear_pending_confirmation("other") is True
        assert store.get_pending_confirmation("s") == mine

    def test_get_leaves_it(self, store: Storage) -> None:
        found = self._saved(store, PAY)
        assert store.get_pending_confirmation("s") == found
        assert store.get_pending_confirmation("s") == found

    def test_clear(self, store: Storage) -> None:
        self._saved(store, PAY)
        assert store.clear_pending_confirmation("s") is True
        assert store.get_pending_confirmation("s") is None
        assert store.clear_pending_confirmation("s") is False

    def test_take(self, store: Storage) -> None:
        found = self._saved(store, PAY)
        assert store.take_pending_confirmation("s") == found
        assert store.get_pending_confirmation("s") is None
        assert store.take_pending_confirmation("s") is None
        assert store.clear_pending_confirmation("s") is False

    def test_saved_after_it_was_taken(self, store: Storage) -> None:
        self._saved(store, PAY)
        store.take_pending_confirmation("s")
        assert self._saved(store, {**PAY, "tool_name": "fly"}).tool_name == "fly"

    def test_a_closed_session_has_one_too(self, store: Storage) -> None:
        store.close_session("s")
        assert self._saved(store, PAY).tool_name == "pay"

    def test_unknown_session(self, store: Storage) -> None:
        before = everything(store)
        with pytest.raises(SessionNotFoundError):
            store.save_pending_confirmation("nobody", PAY)
        assert store.get_pending_confirmation("nobody") is None
        assert store.take_pending_confirmation("nobody") is None
        assert store.clear_pending_confirmation("nobody") is False
        assert everything(store) == before

    def test_bad_confirmations(self, store: Storage) -> None:
        self._saved(store, PAY)
        before = everything(store)
        cases: list[Any] = [
            None,
            "pay",
            5,
            [PAY],
            {"arguments": {}},
            {**PAY, "tool_name": ""},
            {**PAY, "tool_name": "x" * 192},
            {**PAY, "tool_name": "a\x00b"},
            {**PAY, "tool_name": "\ud800"},
            {**PAY, "tool_name": None},
            {**PAY, "arguments": {"a": float("nan")}},
            {**PAY, "arguments": {"a": {1, 2}}},
            {**PAY, "arguments": {1: 2}},
            {**PAY, "user_message": 5},
            {**PAY, "user_message": b"bytes"},
            {**PAY, "timestamp": at(0).replace(tzinfo=None)},
            {**PAY, "timestamp": "2024-05-01T12:00:00"},
            {**PAY, "timestamp": 1714564800},
            PendingConfirmation(tool_name=""),
            PendingConfirmation(tool_name="t", arguments=b"bytes"),
            PendingConfirmation(tool_name="t", timestamp=at(0).replace(tzinfo=None)),
        ]
        for bad in cases:
            refused(store.save_pending_confirmation, "s", bad, about=bad)
        assert everything(store) == before
