"""Sessions: made, read, changed, closed and deleted."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from agentstore import InvalidInputError, NewMessage, SessionExistsError, Storage
from agentstore.testing.suite.samples import (
    answer,
    at,
    call,
    contents,
    everything,
    positions,
    refused,
    tick,
    updated_at,
)


def _filled(store: Storage, session_id: str) -> None:
    """Give a session one of everything."""
    store.create_session(id=session_id, metadata={"user_id": "7"})
    store.save_user_message(session_id, "hello", id=f"{session_id}-m0")
    store.save_assistant_message(
        session_id, answer(call(id=f"{session_id}-c0")), id=f"{session_id}-m1"
    )
    store.save_pending_confirmation(session_id, {"tool_name": "pay", "arguments": {}})


class TestCreateSession:
    def test_generated_id_is_a_uuid7(self, store: Storage) -> None:
        session_id = store.create_session()
        assert isinstance(session_id, str)
        assert str(uuid.UUID(session_id)) == session_id
        assert uuid.UUID(session_id).version == 7

    def test_generated_ids_differ(self, store: Storage) -> None:
        assert len({store.create_session() for _ in range(50)}) == 50
        assert store.count_sessions() == 50

    def test_own_id_is_returned_and_used(self, store: Storage) -> None:
        assert store.create_session(id="my session #1") == "my session #1"
        session = store.get_session("my session #1")
        assert session is not None
        assert session.id == "my session #1"

    def test_defaults(self, store: Storage) -> None:
        session_id = store.create_session()
        session = store.get_session(session_id)
        assert session is not None
        assert session.active is True
        assert session.metadata == {}
        assert session.created_at.utcoffset() == timedelta(0)
        assert session.updated_at.utcoffset() == timedelta(0)
        assert session.updated_at >= session.created_at
        assert store.get_history(session_id) == []
        assert store.get_pending_confirmation(session_id) is None

    def test_metadata_comes_back(self, store: Storage) -> None:
        metadata = {"user_id": "123", "tags": ["a", {"b": None}], "n": 1, "ok": True}
        session = store.get_session(store.create_session(metadata=metadata))
        assert session is not None
        assert session.metadata == metadata

    def test_a_conversation_may_be_older_than_the_store(self, store: Storage) -> None:
        began = at(-86_400)
        session_id = store.create_session(created_at=began, system_message="Be kind.")
        session = store.get_session(session_id)
        assert session is not None
        assert (session.created_at, session.updated_at) == (began, began)
        [message] = store.get_history(session_id)
        assert message.timestamp == began
        with pytest.raises(InvalidInputError, match="created_at"):
            store.create_session(created_at=began.replace(tzinfo=None))

    def test_system_message_is_the_first_message(self, store: Storage) -> None:
        session_id = store.create_session(system_message="Be kind.")
        store.save_user_message(session_id, "hello")
        first, second = store.get_history(session_id)
        assert (first.role, first.content, first.position) == ("system", "Be kind.", 0)
        assert (first.parts, first.response_type, first.response) == (None, None, None)
        assert first.metadata == {}
        assert second.position == 1

    def test_empty_system_message_is_one(self, store: Storage) -> None:
        session_id = store.create_session(system_message="")
        assert [(m.role, m.content) for m in store.get_history(session_id)] == [("system", "")]

    def test_id_in_use(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"first": True})
        before = everything(store)
        with pytest.raises(SessionExistsError):
            store.create_session(id="s", metadata={"first": False}, system_message="again")
        assert everything(store) == before

    def test_id_in_use_by_a_closed_session(self, store: Storage) -> None:
        store.create_session(id="s")
        store.close_session("s")
        with pytest.raises(SessionExistsError):
            store.create_session(id="s")

    def test_bad_system_message_leaves_no_session(self, store: Storage) -> None:
        bad: Any = b"bytes"
        with pytest.raises(InvalidInputError):
            store.create_session(id="s", system_message=bad)
        assert store.get_session("s") is None
        assert store.count_sessions() == 0

    def test_id_and_metadata_are_keywords(self, store: Storage) -> None:
        create: Any = store.create_session
        refused(create, "s", error=TypeError, about="positional id")
        assert store.count_sessions() == 0


class TestGetOrCreateSession:
    def test_unknown_is_none(self, store: Storage) -> None:
        assert store.get_session("nobody") is None

    def test_creates(self, store: Storage) -> None:
        session = store.get_or_create_session("s", metadata={"a": 1})
        assert (session.id, session.active, session.metadata) == ("s", True, {"a": 1})
        assert store.get_session("s") == session

    def test_metadata_is_for_a_new_one_only(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": 1})
        before = store.get_session("s")
        tick()
        assert store.get_or_create_session("s", metadata={"a": 2, "b": 3}) == before
        assert store.get_session("s") == before

    def test_a_closed_one_stays_closed(self, store: Storage) -> None:
        store.create_session(id="s")
        store.close_session("s")
        assert store.get_or_create_session("s").active is False

    def test_bad_metadata_is_refused_for_an_old_one_too(self, store: Storage) -> None:
        store.create_session(id="s")
        with pytest.raises(InvalidInputError):
            store.get_or_create_session("s", metadata={"a": {1, 2}})


class TestUpdateSessionMetadata:
    def _metadata(self, store: Storage) -> dict[str, Any]:
        session = store.get_session("s")
        assert session is not None
        return session.metadata

    def test_merge_is_shallow(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": {"x": 1}, "b": 2, "c": [1]})
        assert store.update_session_metadata("s", {"a": {"y": 2}, "d": None}) is True
        assert self._metadata(store) == {"a": {"y": 2}, "b": 2, "c": [1], "d": None}

    def test_type_of_a_value_changes(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": 1})
        store.update_session_metadata("s", {"a": True})
        assert self._metadata(store)["a"] is True

    def test_remove(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": 1, "b": 2, "c": 3})
        assert store.update_session_metadata("s", {"d": 4}, remove=["a", "c", "unknown"]) is True
        assert self._metadata(store) == {"b": 2, "d": 4}

    def test_remove_alone(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": None})
        assert store.update_session_metadata("s", {}, remove=("a",)) is True
        assert self._metadata(store) == {}

    def test_a_key_in_both_is_refused(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": 1})
        before = everything(store)
        with pytest.raises(InvalidInputError):
            store.update_session_metadata("s", {"a": 2, "b": 1}, remove=["a"])
        assert everything(store) == before

    def test_keys_are_told_apart_exactly(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": 1, "A": 2, "caf\u00e9": 3, "cafe\u0301": 4})
        store.update_session_metadata("s", {"A": 5}, remove=["caf\u00e9", "a "])
        assert self._metadata(store) == {"a": 1, "A": 5, "cafe\u0301": 4}

    def test_unknown_session(self, store: Storage) -> None:
        assert store.update_session_metadata("nobody", {"a": 1}) is False
        assert store.get_session("nobody") is None

    def test_no_change_is_true(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": 1})
        assert store.update_session_metadata("s", {"a": 1}) is True
        assert store.update_session_metadata("s", {}) is True
        assert self._metadata(store) == {"a": 1}

    def test_other_sessions_keep_theirs(self, store: Storage) -> None:
        store.create_session(id="s")
        store.create_session(id="other", metadata={"a": 0})
        before = store.get_session("other")
        store.update_session_metadata("s", {"a": 1}, remove=["b"])
        assert store.get_session("other") == before


class TestCloseAndReopen:
    def test_close_and_reopen(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": 1}, system_message="x")
        assert store.close_session("s") is True
        closed = store.get_session("s")
        assert closed is not None
        assert (closed.active, closed.metadata) == (False, {"a": 1})
        assert store.reopen_session("s") is True
        reopened = store.get_session("s")
        assert reopened is not None
        assert (reopened.active, reopened.created_at) == (True, closed.created_at)
        assert contents(store, "s") == ["x"]

    def test_no_change_is_true(self, store: Storage) -> None:
        store.create_session(id="s")
        assert store.reopen_session("s") is True
        assert store.close_session("s") is True
        assert store.close_session("s") is True
        session = store.get_session("s")
        assert session is not None
        assert session.active is False

    def test_unknown_session(self, store: Storage) -> None:
        assert store.close_session("nobody") is False
        assert store.reopen_session("nobody") is False
        assert store.count_sessions() == 0


class TestDeleteSession:
    def test_all_that_hangs_on_it_goes(self, store: Storage) -> None:
        _filled(store, "s")
        assert store.delete_session("s") is True
        assert store.get_session("s") is None
        assert store.get_history("s") == []
        assert store.get_message("s-m1") is None
        assert store.query_messages() == []
        assert store.query_tool_calls() == []
        assert store.get_tool_calls_for_message("s-m1") == []
        assert store.get_pending_confirmation("s") is None
        assert store.save_tool_result("s-c0", 1) is False
        assert store.query_sessions(metadata={"user_id": "7"}) == []

    def test_second_time_is_false(self, store: Storage) -> None:
        store.create_session(id="s")
        assert store.delete_session("s") is True
        assert store.delete_session("s") is False
        assert store.delete_session("nobody") is False

    def test_others_stay(self, store: Storage) -> None:
        _filled(store, "other")
        before = everything(store)
        _filled(store, "s")
        store.delete_session("s")
        assert everything(store) == before

    def test_the_ids_are_free_again(self, store: Storage) -> None:
        _filled(store, "s")
        store.delete_session("s")
        _filled(store, "s")
        assert positions(store, "s") == [0, 1]
        assert [found.id for found in store.query_tool_calls()] == ["s-c0"]


class TestDeleteSessions:
    def _aged(self, store: Storage) -> list[str]:
        """Five sessions, least recently updated first; 'b', 'd' and 'e' are closed."""
        for session_id in "edcba":
            _filled(store, session_id)
        for session_id in "abcde":
            tick()
            if session_id in "bde":
                store.close_session(session_id)
            else:
                store.update_session_metadata(session_id, {"touched": True})
        tick()
        return list("abcde")

    def _left(self, store: Storage) -> list[str]:
        return sorted(session.id for session in store.query_sessions())

    def test_inactive_ones_only_by_default(self, store: Storage) -> None:
        self._aged(store)
        assert store.delete_sessions(updated_before=updated_at(store, "e")) == 3
        assert self._left(store) == ["a", "c"]

    def test_all(self, store: Storage) -> None:
        self._aged(store)
        bound = updated_at(store, "e")
        assert store.delete_sessions(inactive_only=False, updated_before=bound) == 5
        assert self._left(store) == []
        assert store.query_messages() == []
        assert store.query_tool_calls() == []

    def test_bound_is_inclusive(self, store: Storage) -> None:
        self._aged(store)
        bound = updated_at(store, "c")
        one_less = bound - timedelta(microseconds=1)
        assert store.delete_sessions(inactive_only=False, updated_before=one_less) == 2
        assert store.delete_sessions(inactive_only=False, updated_before=bound) == 1
        assert self._left(store) == ["d", "e"]

    def test_limit_takes_the_least_recently_updated(self, store: Storage) -> None:
        self._aged(store)
        bound = updated_at(store, "e")
        assert store.delete_sessions(updated_before=bound, limit=1) == 1
        assert self._left(store) == ["a", "c", "d", "e"]
        assert store.delete_sessions(inactive_only=False, updated_before=bound, limit=2) == 2
        assert self._left(store) == ["d", "e"]
        assert store.delete_sessions(updated_before=bound, limit=10) == 2

    def test_nothing_to_do(self, store: Storage) -> None:
        self._aged(store)
        assert store.delete_sessions(updated_before=at(0)) == 0
        assert store.delete_sessions(updated_before=updated_at(store, "e"), limit=0) == 0
        assert len(self._left(store)) == 5

    def test_more_than_one_batch(self, store: Storage) -> None:
        with store.transaction():
            for number in range(1201):
                store.create_session(id=f"s{number}")
        newest = store.query_sessions(limit=1)[0]
        store.save_messages(newest.id, [NewMessage(role="user", content="x")])
        bound = updated_at(store, newest.id)
        assert store.delete_sessions(inactive_only=False, updated_before=bound, limit=1100) == 1100
        assert store.count_sessions() == 101
        assert store.delete_sessions(inactive_only=False, updated_before=bound) == 101
        assert store.count_sessions() == 0

    def test_updated_before_is_required_and_all_are_keywords(self, store: Storage) -> None:
        delete: Any = store.delete_sessions
        store.create_session(id="s")
        store.close_session("s")
        refused(delete, error=TypeError, about="no updated_before")
        refused(delete, True, updated_before=at(0), error=TypeError, about="positional")
        assert store.count_sessions() == 1
