"""Messages: saved one by one, read, counted and deleted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentstore import InvalidInputError, Message, NewMessage, SessionNotFoundError, Storage
from agentstore.testing.suite.samples import (
    answer,
    call,
    contents,
    everything,
    message,
    positions,
    refused,
)

Save = Callable[..., str]
SAVES = ["user", "assistant", "system", "tool"]

PARTS: list[dict[str, Any]] = [
    {"type": "text", "text": "What is"},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": None}},
    {"type": "text", "text": "on this \U0001f4f7 picture?", "cache": True},
    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
]


def _save(store: Storage, role: str) -> Save:
    save: Save = getattr(store, f"save_{role}_message")
    return save


class TestSaveMessage:
    @pytest.mark.parametrize("role", SAVES)
    def test_what_is_saved_comes_back(self, store: Storage, role: str) -> None:
        session_id = store.create_session()
        before = datetime.now(timezone.utc)
        message_id = _save(store, role)(session_id, "hello", {"a": [1]})
        found = message(store, message_id)
        assert found == Message(
            id=message_id,
            session_id=session_id,
            position=0,
            role=found.role,
            content="hello",
            parts=None,
            timestamp=found.timestamp,
            response_type=None,
            response=None,
            metadata={"a": [1]},
            tool_calls=[],
        )
        assert found.role == role
        assert found.timestamp.utcoffset() == timedelta(0)
        assert abs(found.timestamp - before) < timedelta(hours=1)
        assert store.get_history(session_id) == [found]

    @pytest.mark.parametrize("role", SAVES)
    def test_generated_id_is_a_uuid7(self, store: Storage, role: str) -> None:
        session_id = store.create_session()
        ids = [_save(store, role)(session_id, "hello") for _ in range(3)]
        assert len(set(ids)) == 3
        assert [uuid.UUID(made).version for made in ids] == [7, 7, 7]
        assert [str(uuid.UUID(made)) for made in ids] == ids

    @pytest.mark.parametrize("role", SAVES)
    def test_own_id(self, store: Storage, role: str) -> None:
        session_id = store.create_session()
        assert _save(store, role)(session_id, "hello", id="turn 1") == "turn 1"
        assert message(store, "turn 1").content == "hello"

    @pytest.mark.parametrize("role", SAVES)
    def test_metadata_is_a_dict_always(self, store: Storage, role: str) -> None:
        session_id = store.create_session()
        for metadata in (None, dict[str, Any]()):
            assert message(store, _save(store, role)(session_id, "x", metadata)).metadata == {}

    @pytest.mark.parametrize("role", SAVES)
    def test_empty_content(self, store: Storage, role: str) -> None:
        session_id = store.create_session()
        found = message(store, _save(store, role)(session_id, ""))
        assert (found.content, found.parts) == ("", None)

    @pytest.mark.parametrize("role", SAVES)
    def test_unknown_session(self, store: Storage, role: str) -> None:
        store.create_session(id="s")
        before = everything(store)
        with pytest.raises(SessionNotFoundError):
            _save(store, role)("nobody", "hello", id="m")
        assert everything(store) == before
        assert store.get_message("m") is None
        _save(store, role)("s", "hello", id="m")
        assert message(store, "m").position == 0

    def test_a_closed_session_still_takes_messages(self, store: Storage) -> None:
        store.create_session(id="s")
        store.close_session("s")
        for role in SAVES:
            _save(store, role)("s", role)
        assert contents(store, "s") == SAVES
        session = store.get_session("s")
        assert session is not None
        assert session.active is False

    def test_positions_count_up_in_each_session(self, store: Storage) -> None:
        one, two = store.create_session(), store.create_session()
        for number in range(3):
            store.save_user_message(one, f"one {number}")
            store.save_assistant_message(two, answer(call(), message=f"two {number}"))
        store.save_messages(one, [NewMessage(role="user", content=f"one {n}") for n in (3, 4)])
        assert positions(store, one) == [0, 1, 2, 3, 4]
        assert contents(store, one) == [f"one {number}" for number in range(5)]
        assert positions(store, two) == [0, 1, 2]

    @pytest.mark.parametrize("role", SAVES)
    def test_a_refused_save_leaves_no_hole(self, store: Storage, role: str) -> None:
        session_id = store.create_session()
        _save(store, role)(session_id, "first")
        with pytest.raises(InvalidInputError):
            _save(store, role)(session_id, "second", {"bad": {1}})
        with pytest.raises(SessionNotFoundError):
            _save(store, role)("nobody", "second")
        _save(store, role)(session_id, "second")
        assert positions(store, session_id) == [0, 1]

    @pytest.mark.parametrize("role", ["user", "system", "tool"])
    def test_content_of_another_type_is_refused(self, store: Storage, role: str) -> None:
        session_id = store.create_session()
        before = everything(store)
        for content in (None, 5, True, b"bytes", {"type": "text", "text": "x"}, object()):
            refused(_save(store, role), session_id, content, about=content)
        assert everything(store) == before


class TestParts:
    @pytest.mark.parametrize("role", ["user", "system", "tool"])
    def test_parts_are_kept_whole(self, store: Storage, role: str) -> None:
        session_id = store.create_session()
        found = message(store, _save(store, role)(session_id, PARTS))
        assert found.parts == PARTS
        assert found.content == "What is\non this \U0001f4f7 picture?"
        assert store.get_history(session_id) == [found]

    def test_one_text_part(self, store: Storage) -> None:
        session_id = store.create_session()
        parts = [{"type": "text", "text": "a\nb"}]
        found = message(store, store.save_user_message(session_id, parts))
        assert (found.content, found.parts) == ("a\nb", parts)

    def test_no_text_part(self, store: Storage) -> None:
        session_id = store.create_session()
        found = message(store, store.save_user_message(session_id, PARTS[1:2]))
        assert (found.content, found.parts) == ("", PARTS[1:2])

    def test_text_of_other_parts_is_not_content(self, store: Storage) -> None:
        session_id = store.create_session()
        parts = [{"type": "file", "text": "not me"}, {"type": "text", "text": "me"}]
        found = message(store, store.save_user_message(session_id, parts))
        assert (found.content, found.parts) == ("me", parts)

    def test_a_tuple_is_a_list_too(self, store: Storage) -> None:
        session_id = store.create_session()
        found = message(store, store.save_user_message(session_id, tuple(PARTS)))
        assert found.parts == PARTS

    def test_no_parts_are_not_text(self, store: Storage) -> None:
        session_id = store.create_session()
        found = message(store, store.save_user_message(session_id, []))
        assert (found.content, found.parts) == ("", [])

    def test_parts_of_a_new_message(self, store: Storage) -> None:
        session_id = store.create_session()
        store.save_messages(session_id, [NewMessage(role="user", content=PARTS)])
        [found] = store.get_history(session_id)
        assert found.parts == PARTS
        assert found.content == "What is\non this \U0001f4f7 picture?"

    def test_bad_parts_are_refused(self, store: Storage) -> None:
        session_id = store.create_session()
        before = everything(store)
        cases: list[Any] = [
            ["text"],
            [None],
            [["type", "text"]],
            [{"text": "no type"}],
            [{"type": "text", "text": "fine"}, {}],
            [{"type": "image", "data": b"bytes"}],
            [{"type": "image", "data": float("nan")}],
            [{"type": "image", 1: "x"}],
        ]
        for bad in cases:
            refused(store.save_user_message, session_id, bad, about=bad)
            response: Any = {"type": "t", "message": bad}
            refused(store.save_assistant_message, session_id, response, about=bad)
        assert everything(store) == before


class TestGetMessage:
    def test_unknown_is_none(self, store: Storage) -> None:
        assert store.get_message("nobody") is None

    def test_with_its_tool_calls(self, store: Storage) -> None:
        session_id = store.create_session()
        store.save_assistant_message(session_id, answer(call("other")))
        message_id = store.save_assistant_message(
            session_id, answer(call("one"), call("two", result=2), call("three"))
        )
        found = message(store, message_id)
        assert [made.tool_name for made in found.tool_calls] == ["one", "two", "three"]
        assert found.tool_calls == store.get_tool_calls_for_message(message_id)

    def test_count(self, store: Storage) -> None:
        session_id = store.create_session(system_message="x")
        other = store.create_session()
        for number in range(3):
            assert store.get_message_count(session_id) == number + 1
            store.save_user_message(session_id, "x")
        store.save_user_message(other, "x")
        assert store.get_message_count(session_id) == 4
        assert store.get_message_count(other) == 1
        assert store.get_message_count("nobody") == 0


class TestDeleteMessage:
    def _five(self, store: Storage) -> None:
        store.create_session(id="s")
        for number in range(5):
            store.save_assistant_message(
                "s", answer(call(id=f"c{number}"), message=f"text {number}"), id=f"m{number}"
            )

    def test_it_goes_with_its_calls(self, store: Storage) -> None:
        self._five(store)
        assert store.delete_message("m2") is True
        assert store.get_message("m2") is None
        assert store.get_tool_calls_for_message("m2") == []
        assert [c.id for c in store.query_tool_calls(order="asc")] == ["c0", "c1", "c3", "c4"]
        assert store.get_message_count("s") == 4
        assert store.save_tool_result("c2", 1) is False

    def test_second_time_is_false(self, store: Storage) -> None:
        self._five(store)
        assert store.delete_message("m2") is True
        assert store.delete_message("m2") is False
        assert store.delete_message("nobody") is False
        assert store.get_message_count("s") == 4

    def test_positions_of_the_others_stay(self, store: Storage) -> None:
        self._five(store)
        store.delete_message("m0")
        store.delete_message("m2")
        assert positions(store, "s") == [1, 3, 4]
        assert contents(store, "s") == ["text 1", "text 3", "text 4"]
        store.save_user_message("s", "next")
        assert positions(store, "s") == [1, 3, 4, 5]

    def test_the_last_position_is_never_given_again(self, store: Storage) -> None:
        self._five(store)
        store.delete_message("m4")
        store.delete_message("m3")
        next_id = store.save_user_message("s", "next")
        assert message(store, next_id).position == 5
        store.delete_message(next_id)
        assert store.save_messages("s", [NewMessage(role="user", content="x")] * 2)
        assert positions(store, "s") == [0, 1, 2, 6, 7]

    def test_all_of_a_session(self, store: Storage) -> None:
        self._five(store)
        store.create_session(id="other", system_message="stays")
        assert store.delete_session_messages("s") == 5
        assert store.get_history("s") == []
        assert store.query_tool_calls() == []
        assert store.get_session("s") is not None
        assert contents(store, "other") == ["stays"]
        assert store.delete_session_messages("s") == 0
        assert store.delete_session_messages("nobody") == 0

    def test_no_position_is_given_again_after_all_went(self, store: Storage) -> None:
        self._five(store)
        store.delete_session_messages("s")
        store.save_user_message("s", "next")
        assert positions(store, "s") == [5]

    def test_the_confirmation_stays(self, store: Storage) -> None:
        self._five(store)
        store.save_pending_confirmation("s", {"tool_name": "pay", "arguments": {}})
        store.delete_message("m4")
        store.delete_session_messages("s")
        assert store.get_pending_confirmation("s") is not None
