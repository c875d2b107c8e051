"""What bounds a value: how deep it is nested, how many keys metadata has, what a refusal says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentstore import InvalidInputError, NewMessage, Storage, ToolResultExistsError
from agentstore.testing.suite.samples import answer, call

DEEPEST = 500
MOST_KEYS = 1000
MANY = {f"k{number:04}": number for number in range(MOST_KEYS)}


def _nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


def _with_free_stack_of(depth: int, function: Any) -> Any:
    return function() if depth == 0 else _with_free_stack_of(depth - 1, function)


class TestBounds:
    """Of values."""

    def test_the_deepest(self, store: Storage) -> None:
        """500 levels, counted from the argument, come back; one more is refused."""
        session_id = store.create_session(metadata={"k": _nested(DEEPEST - 1)})
        store.save_assistant_message(session_id, answer(call(arguments=_nested(DEEPEST))))
        [message] = store.get_history(session_id)
        assert message.tool_calls[0].arguments == _nested(DEEPEST)
        with pytest.raises(InvalidInputError, match="nested too deeply"):
            store.create_session(metadata={"k": _nested(DEEPEST)})

    def test_the_deepest_with_little_stack(self, store: Storage) -> None:
        """Whether a value is taken does not depend on who calls from how deep."""
        session_id = store.create_session()
        value = _nested(DEEPEST)
        _with_free_stack_of(
            500, lambda: store.save_assistant_message(session_id, answer(call(arguments=value)))
        )
        read = _with_free_stack_of(500, lambda: store.get_history(session_id))
        assert read[0].tool_calls[0].arguments == value

    def test_a_retry_with_little_stack(self, store: Storage) -> None:
        """Whether two deep values are the same does not depend on it either."""
        session_id = store.create_session()
        store.save_assistant_message(session_id, answer(call(id="call")))
        parts = [{"type": "data", "data": _nested(DEEPEST - 2)}]
        result = _nested(DEEPEST)

        def save() -> None:
            assert store.save_user_message(session_id, parts, id="deep") == "deep"
            assert store.save_tool_result("call", result) is True

        save()
        _with_free_stack_of(500, save)
        with pytest.raises(ToolResultExistsError):
            _with_free_stack_of(500, lambda: store.save_tool_result("call", [result[0], 1]))

    def test_lone_surrogates_with_little_stack(self, store: Storage) -> None:
        value = [*_nested(DEEPEST - 20), "\u20ac \ud800"]
        session_id = store.create_session()
        message_id = _with_free_stack_of(
            500, lambda: store.save_user_message(session_id, "x", {"k": value})
        )
        found = store.get_message(message_id)
        assert found is not None
        assert found.metadata["k"] == value

    def test_brackets_in_texts_are_no_levels(self, store: Storage) -> None:
        """What looks nested and is not."""
        metadata = {"text": "[{" * 5000, "many": [[] for _ in range(1000)]}
        session_id = store.create_session(metadata=metadata)
        session = store.get_session(session_id)
        assert session is not None
        assert session.metadata == metadata

    def test_most_keys(self, store: Storage) -> None:
        """A session's metadata has at most 1,000 keys, after a merge too."""
        session_id = store.create_session(metadata=MANY)
        for refused in ({**MANY, "more": 1}, {f"n{n}": n for n in range(MOST_KEYS + 1)}):
            with pytest.raises(InvalidInputError, match="at most 1000 keys"):
                store.create_session(metadata=refused)
            with pytest.raises(InvalidInputError, match="at most 1000 keys"):
                store.update_session_metadata(session_id, refused)
        with pytest.raises(InvalidInputError, match="at most 1000 keys"):
            store.update_session_metadata(session_id, {"more": 1})
        assert store.update_session_metadata(session_id, {"more": 1}, remove=["k0000"])
        session = store.get_session(session_id)
        assert session is not None
        assert len(session.metadata) == MOST_KEYS
        with pytest.raises(InvalidInputError, match="at most 1000 keys"):
            store.query_sessions(metadata={**MANY, "more": 1})

    @pytest.mark.parametrize("length", [10, 100_000])
    def test_a_refusal_is_short(self, store: Storage, length: int) -> None:
        """It names the path, in at most 200 characters, however long its keys are."""
        for value in (
            {"k" * length: [1, 2, float("nan")]},
            {"k" * length: {"x" * length: [float("nan")]}},
            {"a": {("k",) * length: 1}},
            {"a": [10**length]} if length > 5000 else {"a": [{1}]},
        ):
            with pytest.raises(InvalidInputError, match=r"^metadata") as info:
                store.create_session(metadata=value)
            assert len(str(info.value)) < 400

    def test_a_path_with_its_list_is_short_too(self, store: Storage) -> None:
        """The 200 characters have the places of the message and its tool call in them."""
        session_id = store.create_session()
        bad = {"k" * 500: [{"x" * 500: float("nan")}]}
        for message in (
            NewMessage("user", "x", metadata=bad),
            NewMessage("assistant", "x", tool_calls=[{"tool_name": "t", "arguments": bad}]),
        ):
            with pytest.raises(InvalidInputError, match=r"^messages\[11\]\.") as info:
                store.save_messages(session_id, [*[NewMessage("user", "")] * 11, message])
            path, _, _ = str(info.value).partition(" cannot be stored")
            assert len(path) <= 200

    @pytest.mark.parametrize("name", ["limit", "offset"])
    @pytest.mark.parametrize("sign", [-1, 1])
    def test_numbers_of_5000_digits(self, store: Storage, name: str, sign: int) -> None:
        """Python writes no such number in digits; a limit of that size is no limit."""
        number = sign * 10**5000
        if number < 0:
            with pytest.raises(InvalidInputError, match="bits") as info:
                store.query_sessions(**{name: number})  # type: ignore[arg-type]
            assert len(str(info.value)) < 200
        else:
            assert store.query_sessions(**{name: number}) == []  # type: ignore[arg-type]

    def test_a_long_word(self, store: Storage) -> None:
        """A role of a megabyte is not in the message that refuses it."""
        with pytest.raises(InvalidInputError, match=r"^role") as info:
            store.query_messages(role="x" * 1_000_000)  # type: ignore[arg-type]
        assert len(str(info.value)) < 200

    def test_a_path_names_the_place(self, store: Storage) -> None:
        """Short ones are whole."""
        value = json.loads('{"scores": [{"x": 1}, {"y": [1, NaN]}]}')
        with pytest.raises(InvalidInputError, match=r"^metadata\.scores\[1\]\.y\[1\] cannot"):
            store.create_session(metadata=value)
