"""Ids are compared exactly, and so are the strings and scalars of a filter."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from agentstore import MessageExistsError, NewMessage, Storage
from agentstore.testing.suite.samples import EXACT_PAIRS, answer, call, contents

GOOD_IDS = [
    "a",
    "x" * 191,
    "\U0001f600" * 191,
    "\u00e9" * 191,
    "two words",
    'it\'s "quoted" `so` [and] {so}',
    "'; DROP TABLE agentstore_sessions; --",
    "100% %s %(id)s :id ? $1 @x",
    "back\\slash\\",
    "/* comment */ -- and #",
    "_%",
    "0",
    "null",
    "None",
    "\u05d0\u05d1 \u0639\u0631 \u4e2d\u6587",
    "\ufdd0",
    "\U0010ffff",
]

SCALARS: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.5,
    0.1,
    2**53,
    2**53 + 1,
    float(2**53),
    2**63,
    2**64 + 1,
    10**22,
    1e22,
    10**23,
    1e23,
    10**400,
    1e308,
    5e-324,
    -0.0,
    "",
    " ",
    "1",
    "1.0",
    "true",
    "null",
    "None",
    '"a"',
    "a",
    "a ",
    " a",
    "A",
    "\u00e1",
    "a\u0301",
    "\x00",
    "\\u0000",
    "\ud800",
    "\\ud800",
    "%",
    "_",
    "it's",
    "x" * 10_000,
    "x" * 9_999 + "y",
    "x" * 9_999,
    "\u00e9" * 10_000,
]

KEYS = [
    "",
    " ",
    "a",
    "A",
    "a ",
    "a.b",
    "$",
    "$.a",
    "a[0]",
    'with "quotes"',
    "with 'quotes'",
    "back\\slash",
    "\x00",
    "\\u0000",
    "\ud800",
    "\U0001f600",
    "caf\u00e9",
    "cafe\u0301",
    "%s",
    ":key",
    "k" * 1_000,
    "k" * 999 + "l",
]


def _equal(stored: Any, wanted: Any) -> bool:
    """How a metadata filter compares, by section 3 of the contract."""
    if isinstance(stored, bool) or isinstance(wanted, bool):
        return stored is wanted
    if stored is None or wanted is None:
        return stored is wanted
    return bool(stored == wanted)


class TestIds:
    def test_any_text_without_controls(self, store: Storage) -> None:
        for number, own in enumerate(GOOD_IDS):
            assert store.create_session(id=own, metadata={"n": number}) == own
            assert store.save_user_message(own, f"text {number}", id=own) == own
            reply = f"r{number}"
            store.save_assistant_message(own, answer(call(id=own)), id=reply)
        for number, own in enumerate(GOOD_IDS):
            session = store.get_session(own)
            assert session is not None
            assert (session.id, session.metadata) == (own, {"n": number})
            message = store.get_message(own)
            assert message is not None
            assert (message.id, message.session_id) == (own, own)
            assert contents(store, own) == [f"text {number}", "done"]
            assert [c.id for c in store.query_tool_calls(session_id=own)] == [own]
            assert store.save_tool_result(own, number) is True
            assert [c.result for c in store.get_tool_calls_for_message(f"r{number}")] == [number]
        assert store.count_sessions() == len(GOOD_IDS)

    @pytest.mark.parametrize(("one", "two"), EXACT_PAIRS, ids=ascii)
    def test_compared_exactly(self, store: Storage, one: str, two: str) -> None:
        store.create_session(id=one, metadata={"me": one})
        assert store.get_session(two) is None
        assert store.close_session(two) is False
        assert store.delete_session(two) is False
        store.save_user_message(one, "first", id=one)
        assert store.get_message(two) is None
        assert store.delete_message(two) is False
        store.save_assistant_message(one, answer(call(id=one)), id="m1")
        assert store.save_tool_result(two, 1) is False
        assert store.query_tool_calls(session_id=two) == []
        assert store.query_messages(session_id=two) == []
        assert store.get_history(two) == []
        assert store.get_or_create_session(two, metadata={"me": two}).metadata == {"me": two}
        store.save_user_message(two, "second", id=two)
        store.save_assistant_message(two, answer(call(id=two)), id="m2")
        assert store.save_tool_result(two, 2) is True
        assert [found.result for found in store.query_tool_calls(session_id=one)] == [None]
        assert [found.result for found in store.query_tool_calls(session_id=two)] == [2]
        assert contents(store, one) == ["first", "done"]
        assert contents(store, two) == ["second", "done"]

    def test_unicode_forms_are_two_ids(self, store: Storage) -> None:
        composed = "Zo\u00eb"
        decomposed = unicodedata.normalize("NFD", composed)
        assert composed != decomposed
        store.create_session(id=composed)
        store.create_session(id=decomposed)
        assert {s.id for s in store.query_sessions()} == {composed, decomposed}

    def test_one_message_id_for_all_sessions(self, store: Storage) -> None:
        store.create_session(id="s1")
        store.create_session(id="s2")
        store.save_user_message("s1", "x", id="m")
        with pytest.raises(MessageExistsError):
            store.save_user_message("s2", "x", id="m")
        assert contents(store, "s2") == []

    def test_sessions_messages_and_calls_have_ids_of_their_own(self, store: Storage) -> None:
        store.create_session(id="same")
        store.save_assistant_message("same", answer(call(id="same")), id="same")
        assert [c.message_id for c in store.query_tool_calls()] == ["same"]


class TestStringFilters:
    NAMES = (
        "search",
        "Search",
        "search ",
        " search",
        "s\u00e9arch",
        "se\u0301arch",
        "s%",
        "s_arch",
    )

    def test_tool_name(self, store: Storage) -> None:
        session_id = store.create_session()
        for name in self.NAMES:
            store.save_assistant_message(session_id, answer(call(name)))
        for name in self.NAMES:
            assert [c.tool_name for c in store.query_tool_calls(tool_name=name)] == [name]
            found = store.query_tool_calls(session_id=session_id, tool_name=name)
            assert [c.tool_name for c in found] == [name]
        assert store.query_tool_calls(tool_name="search  ") == []
        assert store.query_tool_calls(tool_name="SEARCH") == []

    def test_response_type(self, store: Storage) -> None:
        session_id = store.create_session()
        store.save_user_message(session_id, "no type")
        for name in ("", *self.NAMES):
            store.save_messages(
                session_id, [NewMessage(role="assistant", content=name, response_type=name)]
            )
        for name in ("", *self.NAMES):
            cases: list[dict[str, Any]] = [{}, {"session_id": session_id}]
            for case in cases:
                filters = {"response_type": name, **case}
                found = store.query_messages(**filters)
                assert [(m.response_type, m.content) for m in found] == [(name, name)], filters
                assert list(store.iter_messages(**filters)) == found
                assert store.count_messages(**filters) == 1
        assert store.count_messages(response_type="search  ") == 0


class TestMetadataFilter:
    def test_scalars(self, store: Storage) -> None:
        for number, stored in enumerate(SCALARS):
            store.create_session(id=f"s{number}", metadata={"key": stored})
        store.create_session(id="list", metadata={"key": ["a"]})
        store.create_session(id="dict", metadata={"key": {"key": "a"}})
        store.create_session(id="none", metadata={})
        for wanted in SCALARS:
            expected = {f"s{n}" for n, stored in enumerate(SCALARS) if _equal(stored, wanted)}
            found = {s.id for s in store.query_sessions(metadata={"key": wanted})}
            assert found == expected, ascii(wanted)[:40]
            assert store.count_sessions(metadata={"key": wanted}) == len(expected)

    def test_numbers_by_value(self, store: Storage) -> None:
        stored: list[Any] = [1, 1.0, True, "1", 0, 0.0, -0.0, False, None]
        for number, value in enumerate(stored):
            store.create_session(id=f"s{number}", metadata={"n": value})

        def found(wanted: Any) -> list[str]:
            return [s.id for s in store.query_sessions(metadata={"n": wanted}, order="asc")]

        assert found(1) == found(1.0) == ["s0", "s1"]
        assert found(True) == ["s2"]
        assert found("1") == ["s3"]
        assert found(0) == found(-0.0) == ["s4", "s5", "s6"]
        assert found(False) == ["s7"]
        assert found(None) == ["s8"]

    def test_keys(self, store: Storage) -> None:
        for number, key in enumerate(KEYS):
            store.create_session(id=f"s{number}", metadata={key: "value"})
        for number, key in enumerate(KEYS):
            found = [s.id for s in store.query_sessions(metadata={key: "value"})]
            assert found == [f"s{number}"], ascii(key)
        assert store.query_sessions(metadata={"b": "value"}) == []

    def test_all_pairs_must_hold(self, store: Storage) -> None:
        store.create_session(id="one", metadata={"a": "x", "b": "y", "c": 1})
        store.create_session(id="two", metadata={"a": "x", "b": "z", "c": 1})
        store.create_session(id="swapped", metadata={"a": "y", "b": "x"})

        def found(**wanted: Any) -> list[str]:
            return [s.id for s in store.query_sessions(metadata=wanted, order="asc")]

        assert found(a="x") == ["one", "two"]
        assert found(a="x", b="y") == ["one"]
        assert found(a="x", c=1.0) == ["one", "two"]
        assert found(a="x", b="y", c=1) == ["one"]
        assert found(a="x", b="y", c=2) == []
        assert found(a="x", d=None) == []

    def test_many_pairs(self, store: Storage) -> None:
        metadata = {f"key {number}": number for number in range(60)}
        store.create_session(id="s", metadata=metadata)
        assert [s.id for s in store.query_sessions(metadata=metadata)] == ["s"]
        assert store.query_sessions(metadata={**metadata, "key 59": -1}) == []

    def test_top_level_only(self, store: Storage) -> None:
        store.create_session(metadata={"outer": {"inner": "x"}, "items": ["x", 1]})
        for wanted in ({"inner": "x"}, {"outer": "x"}, {"items": "x"}, {"outer.inner": "x"}):
            assert store.query_sessions(metadata=wanted) == [], wanted
        assert store.query_sessions(metadata={"items": '["x", 1]'}) == []

    def test_message_metadata_does_not_count(self, store: Storage) -> None:
        session_id = store.create_session()
        store.save_user_message(session_id, "x", {"user_id": "1"})
        assert store.query_sessions(metadata={"user_id": "1"}) == []

    def test_follows_each_change(self, store: Storage) -> None:
        def found(**wanted: Any) -> list[str]:
            return [s.id for s in store.query_sessions(metadata=wanted)]

        store.create_session(id="s", metadata={"a": 1, "b": "x"})
        store.update_session_metadata("s", {"a": "1", "c": None})
        assert (found(a=1), found(a="1"), found(b="x"), found(c=None)) == ([], ["s"], ["s"], ["s"])
        store.update_session_metadata("s", {"a": [1]}, remove=["b"])
        assert (found(a="1"), found(b="x"), found(c=None)) == ([], [], ["s"])
        store.update_session_metadata("s", {"a": 2}, remove=["c"])
        assert (found(a=2), found(c=None)) == (["s"], [])
        store.close_session("s")
        assert found(a=2) == ["s"]
        store.delete_session("s")
        assert found(a=2) == []
        store.get_or_create_session("s", metadata={"a": 3})
        assert (found(a=2), found(a=3)) == ([], ["s"])
