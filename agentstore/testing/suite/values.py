"""Section 5: what comes back equals what went in, value for value and type for type."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentstore import NewMessage, Storage
from agentstore.testing.suite.samples import (
    NUL_AND_SURROGATES,
    answer,
    call,
    message,
    same_json,
)

quick = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

any_character = st.characters(exclude_categories=())
any_text = st.one_of(
    st.text(any_character, max_size=40),
    st.text("\x00\ud800\udfff\\u0dx8\"'%:{}\u00e9\U0001f600\n\r", max_size=12),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**130), 2**130),
    st.floats(allow_nan=False, allow_infinity=False),
    any_text,
)
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(any_text, inner, max_size=4)
    ),
    max_leaves=12,
)
json_objects = st.dictionaries(any_text, json_values, max_size=4)

ODD_VALUES: dict[str, Any] = {
    "2**70": 2**70,
    "-(2**70)": -(2**70),
    "10**400": 10**400,
    "2**53 + 1": 2**53 + 1,
    "2**63": 2**63,
    "2**64": 2**64,
    "-0.0": -0.0,
    "1.0": 1.0,
    "1e308": 1e308,
    "5e-324": 5e-324,
    "1e22": 1e22,
    "0.1 + 0.2": 0.1 + 0.2,
    "True": True,
    "1": 1,
    "NUL": "\x00",
    "NUL escaped": "\\u0000",
    "surrogate": "\ud800",
    "surrogate escaped": "\\ud800",
    "pair as two": "\ud83d\ude00",
    "emoji": "\U0001f600\u200d\U0001f680",
    "separators": "\u2028\u2029\ufeff\x85",
    "controls": "".join(map(chr, range(32))) + "\x7f",
    "quotes": "'\"`\\ -- /* */ %s %(a)s :a ? $1 {}",
    "keys": {"": 1, "\x00": 2, "\\u0000": 3, "\ud800": 4, " a ": 5, "A": 6, "a": 7, '"': 8},
    "key twice in other forms": {"caf\u00e9": 1, "cafe\u0301": 2},
    "order of keys": {"b": 1, "a": 2, "c": {"z": 1, "y": 2}},
    "empty": [[], {}, "", [[]], [{}], {"": {}}],
    "tuple": (1, (2, [3, ()])),
}


def _nested(depth: int) -> Any:
    value: Any = "bottom"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def _in_session_metadata(store: Storage, value: Any) -> Any:
    session = store.get_session(store.create_session(metadata={"value": value}))
    assert session is not None
    return session.metadata["value"]


def _in_merged_metadata(store: Storage, value: Any) -> Any:
    session_id = store.create_session(metadata={"value": 0, "other": value})
    store.update_session_metadata(session_id, {"value": value})
    session = store.get_session(session_id)
    assert session is not None
    assert same_json(session.metadata["other"], value)
    return session.metadata["value"]


def _in_message_metadata(store: Storage, value: Any) -> Any:
    session_id = store.create_session()
    message_id = store.save_user_message(session_id, "x", {"value": value})
    return message(store, message_id).metadata["value"]


def _in_parts(store: Storage, value: Any) -> Any:
    session_id = store.create_session()
    message_id = store.save_user_message(session_id, [{"type": "data", "value": value}])
    parts = message(store, message_id).parts
    assert parts is not None
    return parts[0]["value"]


def _in_response(store: Storage, value: Any) -> Any:
    session_id = store.create_session()
    message_id = store.save_assistant_message(session_id, answer(value=value))
    response = message(store, message_id).response
    assert response is not None
    return response["value"]


def _in_arguments(store: Storage, value: Any) -> Any:
    session_id = store.create_session()
    message_id = store.save_assistant_message(session_id, answer(call(arguments=value)))
    return message(store, message_id).tool_calls[0].arguments


def _in_result(store: Storage, value: Any) -> Any:
    session_id = store.create_session()
    message_id = store.save_assistant_message(session_id, answer(call(result=value)))
    return message(store, message_id).tool_calls[0].result


def _in_later_result(store: Storage, value: Any) -> Any:
    session_id = store.create_session()
    message_id = store.save_assistant_message(session_id, answer(call()))
    [pending] = store.get_tool_calls_for_message(message_id)
    assert store.save_tool_result(pending.id, value) is True
    return store.query_tool_calls(session_id=session_id)[0].result


def _in_confirmation(store: Storage, value: Any) -> Any:
    session_id = store.create_session()
    store.save_pending_confirmation(session_id, {"tool_name": "t", "arguments": value})
    taken = store.take_pending_confirmation(session_id)
    assert taken is not None
    return taken.arguments


PLACES: dict[str, Callable[[Storage, Any], Any]] = {
    "session metadata": _in_session_metadata,
    "merged metadata": _in_merged_metadata,
    "message metadata": _in_message_metadata,
    "parts": _in_parts,
    "response": _in_response,
    "arguments": _in_arguments,
    "result": _in_result,
    "later result": _in_later_result,
    "confirmation": _in_confirmation,
}


@pytest.mark.parametrize("place", list(PLACES))
class TestJSONValues:
    """Each place that takes JSON keeps any JSON."""

    def test_odd_values(self, store: Storage, place: str) -> None:
        for name, value in ODD_VALUES.items():
            found = PLACES[place](store, value)
            assert same_json(found, value), name

    def test_tuples_come_back_as_lists(self, store: Storage, place: str) -> None:
        assert PLACES[place](store, (1, (2, ()))) == [1, [2, []]]

    def test_nested_a_hundred_deep(self, store: Storage, place: str) -> None:
        assert PLACES[place](store, _nested(100)) == _nested(100)

    def test_half_a_megabyte(self, store: Storage, place: str) -> None:
        value = {"text": "x\u00e9\U0001f600\x00\ud800" * 20_000, "list": list(range(50_000))}
        assert PLACES[place](store, value) == value

    def test_the_callers_value_is_copied(self, store: Storage, place: str) -> None:
        value = {"a": [1]}
        session_before = PLACES[place](store, value)
        assert value == {"a": [1]}
        session_before["a"].append(2)
        assert PLACES[place](store, value) == {"a": [1]}

    @quick
    @given(value=json_values)
    def test_any_value(self, store: Storage, place: str, value: Any) -> None:
        assert same_json(PLACES[place](store, value), value)


class TestContent:
    @pytest.mark.parametrize("role", ["user", "assistant", "system", "tool"])
    def test_odd_content(self, store: Storage, role: str) -> None:
        session_id = store.create_session()
        save: Any = getattr(store, f"save_{role}_message")
        texts = [v for v in ODD_VALUES.values() if isinstance(v, str)]
        texts += ["", " ", "\n", NUL_AND_SURROGATES, "null", '"', "\\", "a\x00" * 3, "tail\x00"]
        for text in texts:
            assert message(store, save(session_id, text)).content == text
        assert [found.content for found in store.get_history(session_id)] == texts

    def test_a_megabyte(self, store: Storage) -> None:
        session_id = store.create_session()
        for piece in ("x", "\U0001f600", "\x00 \ud800 \U0001f600 \\u0000 "):
            text = (piece * (1_100_000 // len(piece.encode("utf-8", "surrogatepass")))) + "end"
            assert message(store, store.save_user_message(session_id, text)).content == text

    @quick
    @given(text=any_text)
    def test_any_text(self, store: Storage, text: str) -> None:
        session_id = store.create_session(system_message=text)
        message_id = store.save_user_message(session_id, text)
        assert message(store, message_id).content == text
        assert store.save_user_message(session_id, text, id=message_id) == message_id
        assert [found.content for found in store.get_history(session_id)] == [text, text]

    @quick
    @given(texts=st.lists(any_text, max_size=4))
    def test_any_text_parts(self, store: Storage, texts: list[str]) -> None:
        session_id = store.create_session()
        parts = [{"type": "text", "text": text} for text in texts]
        found = message(store, store.save_user_message(session_id, parts))
        assert (found.content, found.parts) == ("\n".join(texts), parts)

    @quick
    @given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
    def test_any_names(self, store: Storage, text: str) -> None:
        session_id = store.create_session()
        name, kind = f"t{text}"[:191], text[:64]
        new = NewMessage(
            "assistant", "x", response_type=kind, tool_calls=[call(name, call_id=text[:191])]
        )
        [message_id] = store.save_messages(session_id, [new])
        found = message(store, message_id)
        assert found.response_type == kind
        [made] = found.tool_calls
        assert (made.tool_name, made.call_id) == (name, text[:191])
        assert store.query_tool_calls(session_id=session_id, tool_name=name) == [made]
        assert store.query_messages(session_id=session_id, response_type=kind) == [found]


class Word(str, Enum):
    """Text that is more than text, as callers' constants often are."""

    ID = "word-id"
    TEXT = "word text"


class TestStrSubclasses:
    def test_they_are_the_text_they_hold(self, store: Storage) -> None:
        assert store.create_session(id=Word.ID, metadata={"k": Word.TEXT}) == "word-id"
        assert store.save_user_message(Word.ID, Word.TEXT, id=Word.ID) == "word-id"
        reply = answer(call(Word.TEXT, call_id=Word.ID, id=Word.ID, result=Word.TEXT))
        store.save_assistant_message("word-id", {**reply, "type": Word.TEXT, "data": Word.TEXT})
        store.save_pending_confirmation(
            "word-id", {"tool_name": Word.TEXT, "arguments": {}, "user_message": Word.TEXT}
        )
        session = store.get_session("word-id")
        assert session is not None
        assert same_json(session.metadata, {"k": "word text"})
        assert message(store, "word-id").content == "word text"
        reply_found = store.get_history(Word.ID)[1]
        assert (reply_found.response_type, reply_found.response) == (
            "word text",
            {"data": "word text"},
        )
        [made] = store.query_tool_calls(session_id=Word.ID, tool_name=Word.TEXT)
        assert (made.id, made.tool_name, made.call_id) == ("word-id", "word text", "word-id")
        assert made.result == "word text"
        confirmation = store.take_pending_confirmation(Word.ID)
        assert confirmation is not None
        assert (confirmation.tool_name, confirmation.user_message) == ("word text", "word text")
        assert store.count_sessions(metadata={"k": Word.TEXT}) == 1
        assert store.count_messages(response_type=Word.TEXT) == 1


class TestMetadataObjects:
    @quick
    @given(metadata=json_objects, later=json_objects)
    def test_merge_is_a_dict_update(
        self, store: Storage, metadata: dict[str, Any], later: dict[str, Any]
    ) -> None:
        session_id = store.create_session(metadata=metadata)
        assert store.update_session_metadata(session_id, later) is True
        removed = list(metadata)[:1]
        removed = [key for key in removed if key not in later]
        assert store.update_session_metadata(session_id, {}, remove=removed) is True
        merged = {k: v for k, v in {**metadata, **later}.items() if k not in removed}
        session = store.get_session(session_id)
        assert session is not None
        assert same_json(session.metadata, merged)
        for key, value in merged.items():
            if not isinstance(value, (list, dict)):
                found = {s.id for s in store.query_sessions(metadata={key: value})}
                assert session_id in found
