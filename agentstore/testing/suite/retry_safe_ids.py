"""The same id saved again: a retry is safe, another message is refused."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from agentstore import MessageExistsError, NewMessage, Storage, ToolResultExistsError
from agentstore.testing.suite.samples import (
    NUL_AND_SURROGATES,
    answer,
    call,
    contents,
    everything,
    positions,
    refused,
    tick,
)

PARTS: list[dict[str, Any]] = [{"type": "text", "text": "a"}, {"type": "image", "n": 1}]


class TestSavedAgain:
    @pytest.mark.parametrize("role", ["user", "assistant", "system", "tool"])
    def test_returns_the_id_and_changes_nothing(self, store: Storage, role: str) -> None:
        store.create_session(id="s")
        save: Any = getattr(store, f"save_{role}_message")
        assert save("s", "text", {"a": 1}, id="m") == "m"
        before = everything(store)
        tick()
        assert save("s", "text", {"a": 1}, id="m") == "m"
        assert save("s", "text", {"other": True}, id="m") == "m"
        assert save("s", "text", id="m") == "m"
        assert everything(store) == before

    def test_with_tool_calls(self, store: Storage) -> None:
        store.create_session(id="s")
        response = answer(call(id="c1"), call("two", result=1), data={"x": 1})
        store.save_assistant_message("s", response, id="m")
        before = everything(store)
        tick()
        assert store.save_assistant_message("s", response, id="m") == "m"
        other_calls = answer(call(id="c2"), call(id="c3"), data={"y": 2})
        assert store.save_assistant_message("s", other_calls, id="m") == "m"
        assert everything(store) == before

    def test_with_parts(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_user_message("s", PARTS, id="m")
        before = everything(store)
        tick()
        assert store.save_user_message("s", tuple(PARTS), id="m") == "m"
        assert everything(store) == before

    def test_two_surrogates_are_not_the_character_they_would_make(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_assistant_message("s", answer(call(id="c")))
        two, one = ([{"type": "data", "data": text}] for text in ("\ud83d\ude00", "\U0001f600"))
        store.save_user_message("s", two, id="m")
        assert store.save_tool_result("c", two) is True
        before = everything(store)
        assert store.save_user_message("s", two, id="m") == "m"
        assert store.save_tool_result("c", two) is True
        refused(store.save_user_message, "s", one, id="m", about=one, error=MessageExistsError)
        refused(store.save_tool_result, "c", one, about=one, error=ToolResultExistsError)
        assert everything(store) == before

    @pytest.mark.parametrize(
        "content",
        ["", NUL_AND_SURROGATES, "\U0001f600", "x" * 100_000],
        ids=["empty", "odd", "emoji", "long"],
    )
    def test_with_any_content(self, store: Storage, content: str) -> None:
        store.create_session(id="s")
        store.save_user_message("s", content, id="m")
        before = everything(store)
        assert store.save_user_message("s", content, id="m") == "m"
        assert everything(store) == before

    def test_by_a_batch(self, store: Storage) -> None:
        store.create_session(id="s")
        batch = [
            NewMessage(role="user", content="q", id="m1"),
            NewMessage(role="assistant", content="a", id="m2", tool_calls=[call(id="c")]),
        ]
        assert store.save_messages("s", batch) == ["m1", "m2"]
        before = everything(store)
        tick()
        assert store.save_messages("s", batch) == ["m1", "m2"]
        assert store.save_user_message("s", "q", id="m1") == "m1"
        assert everything(store) == before

    def test_by_a_longer_batch(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_user_message("s", "q", id="m1")
        ids = store.save_messages(
            "s",
            [
                NewMessage(role="user", content="new", id="m0"),
                NewMessage(role="user", content="q", id="m1"),
                NewMessage(role="user", content="newer", id="m2"),
            ],
        )
        assert ids == ["m0", "m1", "m2"]
        assert contents(store, "s") == ["q", "new", "newer"]
        assert positions(store, "s") == [0, 1, 2]

    def test_leaves_no_hole(self, store: Storage) -> None:
        store.create_session(id="s")
        for content in ("one", "one", "two", "two", "two", "three"):
            store.save_user_message("s", content, id=content)
        assert contents(store, "s") == ["one", "two", "three"]
        assert positions(store, "s") == [0, 1, 2]

    def test_in_a_transaction(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_user_message("s", "one", id="m1")
        with store.transaction():
            assert store.save_user_message("s", "one", id="m1") == "m1"
            assert store.save_user_message("s", "two", id="m2") == "m2"
            assert store.save_user_message("s", "two", id="m2") == "m2"
        assert positions(store, "s") == [0, 1]


class TestAnotherMessageWithTheId:
    @pytest.fixture(autouse=True)
    def _one_message(self, store: Storage) -> None:
        store.create_session(id="s")
        store.create_session(id="other")
        store.save_user_message("s", "text", id="m")
        store.save_user_message("s", PARTS, id="parts")
        store.save_assistant_message("s", answer(call(id="c")), id="with call")

    def _is_refused(self, store: Storage, action: Any, about: str) -> None:
        before = everything(store)
        tick()
        refused(action, error=MessageExistsError, about=about)
        assert everything(store) == before

    def test_other_content(self, store: Storage) -> None:
        for content in ("Text", "text ", "", "te\u0301xt", "text\x00"):
            self._is_refused(store, partial(store.save_user_message, "s", content, id="m"), content)

    def test_other_role(self, store: Storage) -> None:
        for role in ("assistant", "system", "tool"):
            save: Any = getattr(store, f"save_{role}_message")
            self._is_refused(store, partial(save, "s", "text", id="m"), role)

    def test_other_session(self, store: Storage) -> None:
        self._is_refused(store, lambda: store.save_user_message("other", "text", id="m"), "session")
        one = [NewMessage(role="user", content="text", id="m")]
        self._is_refused(store, lambda: store.save_messages("other", one), "batch")

    def test_other_parts(self, store: Storage) -> None:
        cases: list[Any] = [
            "a",
            [PARTS[0]],
            [PARTS[0], {"type": "image", "n": 2}],
            [PARTS[0], {"type": "image", "n": 1.0}],
            [PARTS[0], {"type": "image", "n": True}],
        ]
        for parts in cases:
            self._is_refused(
                store, partial(store.save_user_message, "s", parts, id="parts"), str(parts)
            )
        text_part = [{"type": "text", "text": "text"}]
        self._is_refused(
            store, lambda: store.save_user_message("s", text_part, id="m"), "text as a part"
        )

    def test_content_that_looks_like_its_escape(self, store: Storage) -> None:
        store.save_user_message("s", "\x00", id="nul")
        for content in ("\\u0000", "\\x00", "\\0", ""):
            self._is_refused(
                store, partial(store.save_user_message, "s", content, id="nul"), content
            )

    def test_a_call_id_in_use(self, store: Storage) -> None:
        for session_id in ("s", "other"):
            self._is_refused(
                store,
                partial(
                    store.save_assistant_message, session_id, answer(call(), call(id="c")), id="new"
                ),
                session_id,
            )
        assert store.get_message("new") is None

    def test_a_call_id_twice_in_one_turn(self, store: Storage) -> None:
        self._is_refused(
            store,
            lambda: store.save_assistant_message("s", answer(call(id="d"), call(id="d"))),
            "twice in one message",
        )
        batch = [
            NewMessage(role="assistant", content="1", tool_calls=[call(id="d")]),
            NewMessage(role="assistant", content="2", tool_calls=[call(id="d")]),
        ]
        self._is_refused(store, lambda: store.save_messages("s", batch), "twice in one batch")

    def test_positions_go_on_without_a_hole(self, store: Storage) -> None:
        refused(store.save_user_message, "s", "no", id="m", error=MessageExistsError, about="m")
        store.save_user_message("s", "next")
        assert positions(store, "s") == [0, 1, 2, 3]
