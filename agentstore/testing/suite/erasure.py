"""Erasure: a user's conversations go, a receipt stays; a message's words go, its place stays."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from agentstore import HeldError, InvalidInputError, Storage, StorageError

SECRET = "S3CRET"


def filled(store: Storage, session_id: str, **owner: Any) -> str:
    """A session with something in each table; says the id of its message."""
    store.create_session(id=session_id, metadata={"about": SECRET}, title=SECRET, **owner)
    store.save_pending_confirmation(
        session_id, {"tool_name": "t", "arguments": {"a": SECRET}, "user_message": SECRET}
    )
    call = {"tool_name": "t", "call_id": "c", "arguments": {"a": SECRET}, "result": {"a": SECRET}}
    response = {"type": "execute", "message": SECRET, "preview": SECRET, "tool_calls": [call]}
    return store.save_assistant_message(session_id, response, metadata={"a": SECRET})


class TestEraseUser:
    def test_all_of_a_user_goes(self, store: Storage) -> None:
        for number in range(3):
            filled(store, f"s{number}", user_id="ann")
        filled(store, "bobs", user_id="bob")
        before = store.get_session("bobs"), store.get_history("bobs")
        store.trash_session("s1")
        receipt = store.erase_user("ann")
        assert store.count_sessions() == 1
        assert store.count_sessions(trashed=True) == 0
        assert (store.get_session("bobs"), store.get_history("bobs")) == before
        assert {table: rows for table, rows in receipt.rows.items() if rows} == {
            "agentstore_sessions": 3,
            "agentstore_messages": 3,
            "agentstore_tool_calls": 3,
            "agentstore_session_metadata": 3,
            "agentstore_pending_confirmations": 3,
        }
        assert receipt.held == 0
        assert receipt.tenant_id is None
        assert receipt.user_digest == hashlib.sha256(b"ann").hexdigest()
        assert receipt.finished_at is not None
        assert receipt.started_at <= receipt.finished_at
        assert store.query_erasure_receipts() == [receipt]

    def test_the_key_names_the_user(self, store: Storage) -> None:
        receipt = store.erase_user("änn", receipt_key=b"key")
        assert receipt.user_digest == hmac.new(b"key", "änn".encode(), "sha256").hexdigest()
        assert set(receipt.rows.values()) <= {0}

    def test_what_is_held_stays(self, store: Storage) -> None:
        message_id = filled(store, "s1", user_id="ann")
        filled(store, "s2", user_id="ann")
        hold_id = store.place_hold(reason="a lawsuit", session_id="s1")
        assert store.erase_user("ann").held == 1
        assert store.get_session("s2") is None
        assert store.get_message(message_id) is not None
        with pytest.raises(HeldError):
            store.erase_message(message_id)
        assert store.get_message(message_id).content == SECRET  # type: ignore[union-attr]
        store.release_hold(hold_id)
        assert store.erase_user("ann").held == 0
        assert store.get_session("s1") is None

    def test_of_several_tenants(self, store: Storage) -> None:
        for tenant_id in ("acme", "other"):
            filled(store, tenant_id, user_id="ann", tenant_id=tenant_id)
        with pytest.raises(InvalidInputError):
            store.erase_user("ann")
        assert store.query_erasure_receipts() == []
        receipt = store.erase_user("ann", tenant_id="acme")
        assert receipt.tenant_id == "acme"
        assert [session.id for session in store.query_sessions()] == ["other"]
        filled(store, "acme", user_id="ann", tenant_id="acme")
        store.erase_user("ann", all_tenants=True)
        assert store.count_sessions() == 0

    def test_of_a_tenants_store(self, store: Storage) -> None:
        acme: Any = store.scoped(tenant_id="acme")
        for tenant_id in ("acme", "other"):
            filled(store, tenant_id, user_id="ann", tenant_id=tenant_id)
        store.erase_user("nobody")
        receipt = acme.erase_user("ann")
        assert receipt.rows["agentstore_sessions"] == 1
        assert acme.query_erasure_receipts() == [receipt]
        assert len(store.query_erasure_receipts()) == 2
        assert [session.id for session in store.query_sessions()] == ["other"]
        for wrong in ({"all_tenants": True}, {"tenant_id": "other"}):
            with pytest.raises(InvalidInputError):
                acme.erase_user("ann", **wrong)
        view = store.scoped(tenant_id="acme", user_id="ann")
        with pytest.raises(StorageError, match="scoped to a user"):
            view.erase_user("ann")
        with pytest.raises(StorageError, match="scoped to a user"):
            view.query_erasure_receipts()

    def test_in_batches(self, store: Storage) -> None:
        for number in range(230):
            store.create_session(id=f"s{number}", user_id="ann")
        assert store.erase_user("ann").rows["agentstore_sessions"] == 230
        assert store.count_sessions() == 0

    def test_refused(self, store: Any) -> None:
        with store.transaction(), pytest.raises(StorageError, match="batches"):
            store.erase_user("ann")
        for wrong in ({"receipt_key": "text"}, {"receipt_key": b""}, {"tenant_id": ""}):
            with pytest.raises(InvalidInputError):
                store.erase_user("ann", **wrong)
        with pytest.raises(InvalidInputError):
            store.erase_user("ann", tenant_id="acme", all_tenants=True)


class TestEraseMessage:
    def test_the_words_go_and_the_place_stays(self, store: Storage) -> None:
        message_id = filled(store, "s")
        before = store.get_message(message_id)
        session = store.get_session("s")
        assert before is not None
        assert store.erase_message(message_id) is True
        after = store.get_message(message_id)
        assert after is not None
        assert SECRET not in str(after)
        assert (after.content, after.parts, after.response, after.metadata) == ("", None, None, {})
        for name in ("id", "session_id", "position", "role", "response_type", "timestamp"):
            assert getattr(after, name) == getattr(before, name)
        [was], [call] = before.tool_calls, after.tool_calls
        assert (call.arguments, call.result) == ({}, None)
        for name in ("id", "call_id", "tool_name", "success", "timestamp", "completed_at"):
            assert getattr(call, name) == getattr(was, name)
        assert store.get_session("s") == session
        assert store.erase_message(message_id) is True

    def test_of_none(self, store: Storage) -> None:
        message_id = filled(store, "s", tenant_id="acme")
        assert store.erase_message("nowhere") is False
        assert store.scoped(tenant_id="other").erase_message(message_id) is False
        store.trash_session("s")
        assert store.erase_message(message_id) is False
        store.restore_session("s")
        assert store.get_message(message_id).content == SECRET  # type: ignore[union-attr]
