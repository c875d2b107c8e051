"""updated_at: what moves it, and what leaves it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentstore import NewMessage, SessionNotFoundError, Storage
from agentstore.testing.suite.samples import answer, call, tick, updated_at

MOVES: dict[str, Callable[[Storage], object]] = {
    "save_user_message": lambda s: s.save_user_message("s", "x"),
    "save_assistant_message": lambda s: s.save_assistant_message("s", answer(call())),
    "save_system_message": lambda s: s.save_system_message("s", "x"),
    "save_tool_message": lambda s: s.save_tool_message("s", "x"),
    "save_messages": lambda s: s.save_messages("s", [NewMessage(role="user", content="x")]),
    "save_tool_result": lambda s: s.save_tool_result("pending", {"success": True}),
    "update_session_metadata": lambda s: s.update_session_metadata("s", {"a": 1}),
    "update_session_metadata without a change": lambda s: s.update_session_metadata("s", {}),
    "close_session": lambda s: s.close_session("s"),
    "close_session again": lambda s: s.close_session("closed"),
    "reopen_session": lambda s: s.reopen_session("closed"),
    "reopen_session of an open one": lambda s: s.reopen_session("s"),
}

LEAVES: dict[str, Callable[[Storage], object]] = {
    "delete_message": lambda s: s.delete_message("m1"),
    "delete_message of the last": lambda s: s.delete_message("m2"),
    "delete_session_messages": lambda s: s.delete_session_messages("s"),
    "delete_session of another": lambda s: s.delete_session("closed"),
    "save_pending_confirmation": lambda s: s.save_pending_confirmation(
        "s", {"tool_name": "pay", "arguments": {}}
    ),
    "get_pending_confirmation": lambda s: s.get_pending_confirmation("s"),
    "take_pending_confirmation": lambda s: s.take_pending_confirmation("s"),
    "clear_pending_confirmation": lambda s: s.clear_pending_confirmation("s"),
    "get_or_create_session": lambda s: s.get_or_create_session("s", metadata={"b": 2}),
    "get_history": lambda s: s.get_history("s"),
    "save_messages of none": lambda s: s.save_messages("s", []),
    "saving the same again": lambda s: s.save_user_message("s", "one", {"other": 1}, id="m1"),
    "the same result again": lambda s: s.save_tool_result("complete", 1),
    "a save to another session": lambda s: s.save_user_message("closed", "x"),
}


class TestUpdatedAt:
    @pytest.fixture(autouse=True)
    def _two_sessions(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_user_message("s", "one", id="m1")
        store.save_assistant_message(
            "s", answer(call(id="pending"), call(id="complete", result=1)), id="m2"
        )
        store.save_pending_confirmation("s", {"tool_name": "pay", "arguments": {}})
        store.create_session(id="closed")
        store.close_session("closed")
        tick()

    @pytest.mark.parametrize("what", list(MOVES))
    def test_moves(self, store: Storage, what: str) -> None:
        before = {session.id: session for session in store.query_sessions()}
        MOVES[what](store)
        after = {session.id: session for session in store.query_sessions()}
        moved = {key for key in after if after[key].updated_at > before[key].updated_at}
        assert moved == ({"closed"} if what in ("close_session again", "reopen_session") else {"s"})
        assert {key: after[key].created_at for key in after} == {
            key: before[key].created_at for key in before
        }

    @pytest.mark.parametrize("what", list(LEAVES))
    def test_leaves(self, store: Storage, what: str) -> None:
        before = store.get_session("s")
        LEAVES[what](store)
        assert store.get_session("s") == before

    def test_a_refused_save_leaves_it(self, store: Storage) -> None:
        before = store.query_sessions()
        with pytest.raises(SessionNotFoundError):
            store.save_user_message("nobody", "x")
        assert store.query_sessions() == before

    def test_each_save_moves_it_further(self, store: Storage) -> None:
        seen = [updated_at(store, "s")]
        for number in range(5):
            tick()
            store.save_user_message("s", str(number))
            seen.append(updated_at(store, "s"))
        assert seen == sorted(set(seen))
