"""Holds: what is held loses nothing, and all else goes on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentstore import (
    HeldError,
    InvalidInputError,
    RetentionPolicy,
    SessionNotFoundError,
    Storage,
    StorageError,
)
from agentstore.retention.rules import RetentionRule

LATER = datetime(2200, 1, 1, tzinfo=timezone.utc)
DELETE_ALL = RetentionPolicy((RetentionRule("all", "delete", timedelta()),))
RACES = int(os.environ.get("AGENTSTORE_HOLD_RACES", "100"))
"""How often a hold and a deletion are started at once."""

ON: dict[str, dict[str, str]] = {
    "session": {"session_id": "s"},
    "user": {"user_id": "ann"},
    "tenant": {"tenant_id": "acme"},
    "tenant's user": {"tenant_id": "acme", "user_id": "ann"},
}
NOT_ON: dict[str, dict[str, str]] = {
    "another session": {"session_id": "other"},
    "another user": {"user_id": "Ann"},
    "another tenant": {"tenant_id": "acme2"},
    "another tenant's user": {"tenant_id": "acme2", "user_id": "ann"},
    "another user of the tenant": {"tenant_id": "acme", "user_id": "bob"},
}


def deletions(store: Storage, message_id: str) -> Iterator[Callable[[], object]]:
    yield lambda: store.erase_message(message_id)
    yield lambda: store.delete_message(message_id)
    yield lambda: store.delete_session_messages("s")
    yield lambda: store.delete_session("s")


def state(store: Storage) -> Any:
    return (
        store.get_session("s", trashed=True),
        store.get_history("s", trashed=True),
        store.get_pending_confirmation("s"),
    )


@pytest.mark.usefixtures("message_id")
class TestHolds:
    @pytest.fixture
    def message_id(self, store: Storage) -> str:
        """A message of 's', which is acme's ann's; there is another session, nobody's."""
        store.create_session(id="s", tenant_id="acme", user_id="ann", metadata={"k": "v"})
        store.create_session(id="other")
        store.save_pending_confirmation(
            "s", {"tool_name": "t", "arguments": {}, "user_message": "u"}
        )
        return store.save_assistant_message(
            "s",
            {
                "type": "execute",
                "message": "hi",
                "tool_calls": [{"tool_name": "t", "arguments": {}}],
            },
        )

    @pytest.mark.parametrize("on", ON.values(), ids=ON)
    def test_what_is_held_loses_nothing(
        self, store: Storage, message_id: str, on: dict[str, str]
    ) -> None:
        before = state(store)
        hold_id = store.place_hold(reason="a lawsuit", **on)
        for delete in deletions(store, message_id):
            with pytest.raises(HeldError):
                delete()
        assert store.delete_sessions(inactive_only=False, updated_before=LATER) == 1
        assert store.get_session("other") is None
        assert state(store) == before
        assert store.release_hold(hold_id) is True
        assert [delete() for delete in deletions(store, message_id)] == [True, True, 0, True]

    @pytest.mark.parametrize("on", NOT_ON.values(), ids=NOT_ON)
    def test_what_is_not_held_goes(
        self, store: Storage, message_id: str, on: dict[str, str]
    ) -> None:
        store.place_hold(reason="a lawsuit", **on)
        assert [delete() for delete in deletions(store, message_id)] == [True, True, 0, True]

    @pytest.mark.parametrize("on", ON.values(), ids=ON)
    def test_all_else_goes_on(self, store: Storage, message_id: str, on: dict[str, str]) -> None:
        store.place_hold(reason="a lawsuit", **on)
        updated_at = store.get_session("s").updated_at  # type: ignore[union-attr]
        store.save_user_message("s", "more")
        [call] = store.get_tool_calls_for_message(message_id)
        assert store.save_tool_result(call.id, 1)
        assert store.take_pending_confirmation("s") is not None
        assert store.update_session_metadata("s", {"k": 2})
        assert store.trash_session("s")
        with pytest.raises(HeldError):
            store.delete_session("s")
        assert store.restore_session("s")
        assert store.get_session("s").updated_at > updated_at  # type: ignore[union-attr]

    def test_what_comes_later_is_held_too(self, store: Storage) -> None:
        store.place_hold(reason="a lawsuit", user_id="new")
        store.create_session(id="later", user_id="new", tenant_id="any")
        with pytest.raises(HeldError):
            store.delete_session("later")

    def test_each_of_two_holds_counts(self, store: Storage) -> None:
        first, second = (store.place_hold(reason=text, session_id="s") for text in "ab")
        assert [hold.id for hold in store.query_holds()] == [first, second]
        assert (store.release_hold(first), store.release_hold(first)) == (True, False)
        with pytest.raises(HeldError):
            store.delete_session("s")
        assert [hold.id for hold in store.query_holds(released=True)] == [first]
        assert store.release_hold(second)
        assert store.delete_session("s")

    def test_the_record(self, store: Storage) -> None:
        before = datetime.now(timezone.utc) - timedelta(seconds=1)
        hold_id = store.place_hold(reason="Nö 😀", tenant_id="acme", user_id="ann")
        [hold] = store.query_holds()
        assert hold.to_dict() == {
            **{"id": hold_id, "reason": "Nö 😀", "session_id": None, "user_id": "ann"},
            **{"tenant_id": "acme", "placed_at": hold.placed_at.isoformat(), "released_at": None},
        }
        assert before < hold.placed_at
        store.release_hold(hold_id)
        [released] = store.query_holds(released=True)
        assert released.released_at is not None
        assert released.released_at >= hold.placed_at
        assert store.query_holds() == []

    def test_in_the_trash(self, store: Storage, message_id: str) -> None:
        store.trash_session("s")
        store.place_hold(reason="a lawsuit", session_id="s")
        with pytest.raises(HeldError):
            store.delete_session("s")
        assert store.delete_message(message_id) is False

    def test_updated_at_stays(self, store: Storage) -> None:
        before = store.get_session("s")
        store.release_hold(store.place_hold(reason="a lawsuit", session_id="s"))
        assert store.get_session("s") == before

    def test_no_such_session_or_hold(self, store: Storage) -> None:
        with pytest.raises(SessionNotFoundError):
            store.place_hold(reason="a lawsuit", session_id="nowhere")
        assert store.query_holds() == []
        assert store.release_hold("nowhere") is False

    def test_bad_arguments(self, store: Storage) -> None:
        for wrong in (
            {"reason": "r"},
            {"reason": "r", "session_id": "s", "user_id": "ann"},
            {"reason": "r", "session_id": "s", "tenant_id": "acme"},
            {"reason": "\0", "session_id": "s"},
            {"reason": None, "session_id": "s"},
            {"reason": "r", "user_id": ""},
            {"reason": "r", "tenant_id": " a"},
        ):
            with pytest.raises(InvalidInputError):
                store.place_hold(**wrong)
        assert store.query_holds() == []

    @pytest.mark.parametrize("on", ["user", "tenant's user"])
    def test_a_session_held_by_its_user_is_not_reassigned(self, store: Storage, on: str) -> None:
        hold_id = store.place_hold(reason="a lawsuit", **ON[on])
        for user_id in ("bob", None):
            with pytest.raises(HeldError):
                store.reassign_session("s", user_id=user_id)
        assert store.reassign_session("s", user_id="ann")
        assert store.reassign_session("other", user_id="bob")
        store.release_hold(hold_id)
        assert store.reassign_session("s", user_id="bob")

    @pytest.mark.parametrize("on", ["session", "tenant"])
    def test_one_held_otherwise_is(self, store: Storage, on: str) -> None:
        store.place_hold(reason="a lawsuit", **ON[on])
        assert store.reassign_session("s", user_id="bob")

    def test_a_transaction_stays_usable(self, store: Storage, message_id: str) -> None:
        store.place_hold(reason="a lawsuit", session_id="s")
        with store.transaction():
            store.save_user_message("s", "one")
            for delete in deletions(store, message_id):
                with pytest.raises(HeldError):
                    delete()
            with pytest.raises(SessionNotFoundError):
                store.place_hold(reason="a lawsuit", session_id="nowhere")
            store.save_user_message("s", "two")
        assert [m.content for m in store.get_history("s")] == ["hi", "one", "two"]

    def test_what_is_undone_is_not_held(self, store: Storage) -> None:
        def place() -> None:
            with store.transaction():
                store.place_hold(reason="a lawsuit", session_id="s")
                store.place_hold(reason="a lawsuit", user_id="ann")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            place()
        assert store.query_holds() == []
        assert store.delete_session("s")

    def test_a_tenants_holds_are_its_own(self, store: Storage) -> None:
        acme, other = store.scoped(tenant_id="acme"), store.scoped(tenant_id="other")
        everybodys = store.place_hold(reason="all", user_id="ann")
        holds = [
            acme.place_hold(reason="a lawsuit", session_id="s"),
            acme.place_hold(reason="a lawsuit", tenant_id="acme"),
            acme.place_hold(reason="a lawsuit", user_id="ann"),
        ]
        assert [hold.id for hold in acme.query_holds()] == holds
        assert {hold.tenant_id for hold in acme.query_holds()} == {"acme"}
        assert other.query_holds() == []
        assert other.release_hold(holds[0]) is False
        assert acme.release_hold(everybodys) is False
        for store_ in (acme, store, acme.scoped(tenant_id="acme", user_id="ann")):
            with pytest.raises(HeldError):
                store_.delete_session("s")
        assert other.delete_session("s") is False
        with pytest.raises(SessionNotFoundError):
            other.place_hold(reason="a lawsuit", session_id="s")
        with pytest.raises(InvalidInputError):
            acme.place_hold(reason="a lawsuit", tenant_id="other")
        assert [acme.release_hold(hold_id) for hold_id in holds] == [True, True, True]

    def test_a_users_store_refuses_them(self, store: Storage) -> None:
        view: Any = store.scoped(tenant_id="acme", user_id="ann")
        for call in (
            lambda: view.place_hold(reason="r", session_id="s"),
            lambda: view.release_hold("h"),
            view.query_holds,
        ):
            with pytest.raises(StorageError, match="scoped to a user"):
                call()


class TestHoldsAndDeletionsAtOnce:
    """A hold either stops a deletion or comes after it, however they meet."""

    @pytest.mark.parametrize("on", ["session", "user", "tenant"])
    @pytest.mark.parametrize("deletion", ["session", "message", "clean-up", "retention", "erasure"])
    def test_a_hold_and_a_deletion(self, store: Storage, on: str, deletion: str) -> None:
        with ThreadPoolExecutor(2) as threads:
            for number in range(RACES):
                self._race(store, threads, number, on, deletion)

    @staticmethod
    def _race(
        store: Storage, threads: ThreadPoolExecutor, number: int, on: str, deletion: str
    ) -> None:
        session_id, owner = f"s{number}", f"o{number}"
        store.create_session(id=session_id, tenant_id=owner, user_id=owner)
        message_id = store.save_user_message(session_id, "hi")
        named: dict[str, Any] = {
            "session": {"session_id": session_id},
            "user": {"user_id": owner},
            "tenant": {"tenant_id": owner},
        }[on]
        start = threading.Barrier(2)

        def place() -> bool:
            start.wait()
            try:
                store.place_hold(reason="a lawsuit", **named)
            except SessionNotFoundError:
                return False
            # From here on nothing goes: what is there now is there at the end.
            return store.get_message(message_id) is not None

        def delete() -> bool:
            start.wait()
            try:
                if deletion == "message":
                    return store.delete_message(message_id)
                if deletion == "session":
                    return store.delete_session(session_id)
                if deletion == "retention":
                    return store.apply_retention(DELETE_ALL).rules[0].sessions > 0
                if deletion == "erasure":
                    return store.erase_user(owner).rows.get("agentstore_sessions", 0) > 0
                return store.delete_sessions(inactive_only=False, updated_before=LATER) > 0
            except HeldError:
                return False

        placing, deleting = threads.submit(place), threads.submit(delete)
        was_there, is_deleted = placing.result(), deleting.result()
        assert was_there != is_deleted
        assert (store.get_message(message_id) is not None) == was_there
        assert (store.get_history(session_id) != []) == was_there
