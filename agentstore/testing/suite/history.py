"""get_history: a session's messages, oldest first, with their tool calls."""

from __future__ import annotations

from typing import Any

import pytest

from agentstore import NewMessage, Storage
from agentstore.testing.suite.samples import answer, at, call, everything, refused


class TestHistory:
    ROLES = ("system", "user", "assistant", "tool", "user", "assistant", "user", "assistant")

    @pytest.fixture(autouse=True)
    def _a_session(self, store: Storage) -> None:
        """Eight messages at the positions 0 to 7; assistants made one to three calls."""
        store.create_session(id="s")
        store.create_session(id="other", system_message="not mine")
        for position, role in enumerate(self.ROLES):
            store.save_messages(
                "s",
                [
                    NewMessage(
                        role=role,  # type: ignore[arg-type]
                        content=f"text {position}",
                        id=f"m{position}",
                        timestamp=at(-position),
                        tool_calls=self._calls(position) if role == "assistant" else (),
                    )
                ],
            )
            store.save_assistant_message("other", answer(call("not mine")))

    def _calls(self, position: int) -> list[dict[str, Any]]:
        return [call(f"tool {position}.{n}", id=f"{position}.{n}") for n in range(position // 2)]

    def _positions(self, store: Storage, **how: Any) -> list[int]:
        return [found.position for found in store.get_history("s", **how)]

    def test_all_oldest_first(self, store: Storage) -> None:
        history = store.get_history("s")
        assert [found.id for found in history] == [f"m{n}" for n in range(8)]
        assert [found.role for found in history] == list(self.ROLES)
        assert [found.content for found in history] == [f"text {n}" for n in range(8)]

    def test_each_is_what_get_message_gives(self, store: Storage) -> None:
        for found in store.get_history("s"):
            assert found == store.get_message(found.id)

    def test_tool_calls_in_their_order(self, store: Storage) -> None:
        for found in store.get_history("s"):
            wanted = self._calls(found.position) if found.role == "assistant" else []
            assert [made.id for made in found.tool_calls] == [made["id"] for made in wanted]
            assert [made.position for made in found.tool_calls] == list(range(len(wanted)))
            assert {made.message_id for made in found.tool_calls} <= {found.id}

    def test_limit_gives_the_last_ones(self, store: Storage) -> None:
        assert self._positions(store, limit=3) == [5, 6, 7]
        assert self._positions(store, limit=1) == [7]
        assert self._positions(store, limit=8) == list(range(8))
        assert self._positions(store, limit=100) == list(range(8))
        assert self._positions(store, limit=10**30) == list(range(8))
        assert self._positions(store, limit=None) == list(range(8))
        assert self._positions(store, limit=0) == []

    def test_limit_counts_messages_and_keeps_their_calls(self, store: Storage) -> None:
        found = store.get_history("s", limit=3)
        assert [len(entry.tool_calls) for entry in found] == [2, 0, 3]

    def test_before_a_position(self, store: Storage) -> None:
        assert self._positions(store, before=3) == [0, 1, 2]
        assert self._positions(store, before=1) == [0]
        assert self._positions(store, before=0) == []
        assert self._positions(store, before=8) == list(range(8))
        assert self._positions(store, before=1000) == list(range(8))
        assert self._positions(store, before=2**70) == list(range(8))
        assert self._positions(store, before=None) == list(range(8))

    def test_pages_backwards(self, store: Storage) -> None:
        assert self._positions(store, limit=3, before=5) == [2, 3, 4]
        assert self._positions(store, limit=3, before=2) == [0, 1]
        assert self._positions(store, limit=3, before=0) == []

    def test_roles(self, store: Storage) -> None:
        assert self._positions(store, roles=["user"]) == [1, 4, 6]
        assert self._positions(store, roles=("user", "tool")) == [1, 3, 4, 6]
        assert self._positions(store, roles=("tool", "user", "user")) == [1, 3, 4, 6]
        assert self._positions(store, roles=["user", "assistant", "system", "tool"]) == list(
            range(8)
        )
        assert self._positions(store, roles=None) == list(range(8))
        assert self._positions(store, roles=()) == []
        assert self._positions(store, roles=[]) == []

    def test_roles_come_before_the_limit(self, store: Storage) -> None:
        assert self._positions(store, roles=["user"], limit=2) == [4, 6]
        assert self._positions(store, roles=["system"], limit=1) == [0]
        assert self._positions(store, roles=["user", "tool"], limit=2, before=6) == [3, 4]

    def test_calls_come_with_any_of_it(self, store: Storage) -> None:
        [found] = store.get_history("s", roles=["assistant"], limit=1, before=7)
        assert [made.id for made in found.tool_calls] == ["5.0", "5.1"]

    def test_gaps_of_deleted_messages(self, store: Storage) -> None:
        store.delete_message("m5")
        store.delete_message("m7")
        assert self._positions(store, limit=3) == [3, 4, 6]
        assert self._positions(store, limit=2, before=6) == [3, 4]

    def test_unknown_session(self, store: Storage) -> None:
        assert store.get_history("nobody") == []
        assert store.get_history("nobody", limit=1, before=1, roles=["user"]) == []

    def test_an_empty_session(self, store: Storage) -> None:
        assert store.get_history(store.create_session()) == []

    def test_bad_arguments(self, store: Storage) -> None:
        before = everything(store)
        cases: list[dict[str, Any]] = [
            {"limit": -1},
            {"limit": True},
            {"limit": False},
            {"limit": 1.0},
            {"limit": "1"},
            {"before": "1"},
            {"before": 1.5},
            {"before": True},
            {"before": at(0)},
            {"roles": ["robot"]},
            {"roles": ["user", "robot"]},
            {"roles": ["User"]},
            {"roles": [""]},
            {"roles": [None]},
            {"roles": "user"},
            {"roles": 5},
        ]
        for bad in cases:
            refused(store.get_history, "s", **bad, about=bad)
            refused(store.get_history, "nobody", **bad, about=bad)
        assert everything(store) == before


class TestLongHistory:
    def test_of_a_thousand_messages(self, store: Storage) -> None:
        session_id = store.create_session()
        store.save_messages(
            session_id,
            [
                NewMessage(
                    role="assistant",
                    content=f"text {number}",
                    tool_calls=[call(f"t{number}.{n}") for n in range(number % 3)],
                )
                for number in range(1000)
            ],
        )
        history = store.get_history(session_id)
        assert [found.content for found in history] == [f"text {n}" for n in range(1000)]
        for number, found in enumerate(history):
            wanted = [f"t{number}.{n}" for n in range(number % 3)]
            assert [made.tool_name for made in found.tool_calls] == wanted
        assert store.get_history(session_id, limit=10) == history[-10:]
        assert store.get_history(session_id, limit=10, before=500) == history[490:500]
