"""save_messages: many at once, whole or not at all."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentstore import (
    InvalidInputError,
    Message,
    MessageExistsError,
    NewMessage,
    SessionNotFoundError,
    Storage,
    ToolCall,
)
from agentstore.testing.suite.samples import at, call, contents, everything, positions, refused


def _new(content: str = "x", **fields: Any) -> NewMessage:
    return NewMessage(role=fields.pop("role", "user"), content=content, **fields)


class TestSaveMessages:
    def test_every_field(self, store: Storage) -> None:
        session_id = store.create_session()
        ids = store.save_messages(
            session_id,
            [
                _new("question", timestamp=at(1)),
                _new(
                    "answer",
                    role="assistant",
                    id="own",
                    metadata={"model": "m"},
                    response_type="execute",
                    response={"data": [1, None], "risk": "low"},
                    tool_calls=[
                        call("one", call_id="call_1", id="c1", result={"success": False}),
                        ToolCall(tool_name="two", arguments=[1]),
                    ],
                    timestamp=at(2),
                ),
                _new("result", role="tool"),
                _new("rule", role="system"),
            ],
        )
        question, reply, result, rule = store.get_history(session_id)
        assert ids == [question.id, "own", result.id, rule.id]
        assert [uuid.UUID(made).version for made in (ids[0], ids[2], ids[3])] == [7, 7, 7]
        assert [m.role for m in store.get_history(session_id)] == [
            "user",
            "assistant",
            "tool",
            "system",
        ]
        assert question.timestamp == at(1)
        assert (question.response_type, question.response, question.metadata) == (None, None, {})
        first, second = reply.tool_calls
        assert reply == Message(
            id="own",
            session_id=session_id,
            position=1,
            role="assistant",
            content="answer",
            parts=None,
            timestamp=at(2),
            response_type="execute",
            response={"data": [1, None], "risk": "low"},
            metadata={"model": "m"},
            tool_calls=[
                ToolCall(
                    id="c1",
                    session_id=session_id,
                    message_id="own",
                    position=0,
                    call_id="call_1",
                    tool_name="one",
                    arguments={"q": "one"},
                    result={"success": False},
                    success=False,
                    timestamp=at(2),
                    completed_at=at(2),
                ),
                ToolCall(
                    id=second.id,
                    session_id=session_id,
                    message_id="own",
                    position=1,
                    call_id=None,
                    tool_name="two",
                    arguments=[1],
                    result=None,
                    success=None,
                    timestamp=at(2),
                    completed_at=None,
                ),
            ],
        )
        assert store.get_tool_calls_for_message("own") == [first, second]

    def test_in_order_whatever_the_timestamps(self, store: Storage) -> None:
        session_id = store.create_session()
        store.save_messages(session_id, [_new(str(n), timestamp=at(-n)) for n in range(20)])
        assert contents(store, session_id) == [str(n) for n in range(20)]
        assert positions(store, session_id) == list(range(20))

    def test_a_few_hundred(self, store: Storage) -> None:
        session_id = store.create_session()
        ids = store.save_messages(
            session_id, [_new(str(n), tool_calls=[call(id=f"c{n}")]) for n in range(700)]
        )
        history = store.get_history(session_id)
        assert [m.id for m in history] == ids
        assert [m.position for m in history] == list(range(700))
        assert [m.tool_calls[0].id for m in history] == [f"c{n}" for n in range(700)]

    def test_any_iterable_sequence(self, store: Storage) -> None:
        session_id = store.create_session()
        assert len(store.save_messages(session_id, (_new("a"), _new("b")))) == 2
        assert contents(store, session_id) == ["a", "b"]

    def test_none_touches_nothing(self, store: Storage) -> None:
        session_id = store.create_session()
        before = everything(store)
        assert store.save_messages(session_id, []) == []
        assert everything(store) == before

    def test_unknown_session(self, store: Storage) -> None:
        with pytest.raises(SessionNotFoundError):
            store.save_messages("nobody", [_new(id="m", tool_calls=[call(id="c")])])
        assert store.count_messages() == 0
        assert store.query_tool_calls() == []

    @pytest.mark.parametrize("what", ["messages", "calls"])
    def test_unknown_session_comes_before_ids_that_are_there_twice(
        self, store: Storage, what: str
    ) -> None:
        of_one: dict[str, Any] = {"tool_calls": [call(id="c")]}
        if what == "messages":
            of_one = {"id": "m"}
        with pytest.raises(SessionNotFoundError):
            store.save_messages("nobody", [_new("a", **of_one), _new("b", **of_one)])

    def test_bad_message_among_good_ones(self, store: Storage) -> None:
        session_id = store.create_session(system_message="x")
        before = everything(store)
        bad_role: Any = "robot"
        cases = [
            _new(metadata={"a": float("inf")}),
            _new(response={"a": b"x"}),
            _new(role=bad_role),
            _new(id=""),
            _new(timestamp=datetime(2024, 1, 1)),
            _new(response_type="t" * 65),
            _new(tool_calls=[call("")]),
            _new(tool_calls=[call(unknown=1)]),
            _new(tool_calls=[call(arguments={"a": {1}})]),
            _new(tool_calls=[call(), call(completed_at=at(1))]),
        ]
        for bad in cases:
            refused(store.save_messages, session_id, [_new("a"), bad, _new("b")], about=bad)
            assert everything(store) == before
        store.save_messages(session_id, [_new("a")])
        assert positions(store, session_id) == [0, 1]

    def test_id_in_use_undoes_all(self, store: Storage) -> None:
        store.create_session(id="s")
        store.create_session(id="other")
        store.save_messages("other", [_new("x", id="m", tool_calls=[call(id="c")])])
        before = everything(store)
        for bad in (_new("x", id="m"), _new(tool_calls=[call(), call(id="c")])):
            with pytest.raises(MessageExistsError):
                store.save_messages("s", [_new("a", tool_calls=[call()]), bad, _new("b")])
            assert everything(store) == before
        store.save_messages("s", [_new("a"), _new("b")])
        assert positions(store, "s") == [0, 1]

    def test_an_id_twice_with_other_content(self, store: Storage) -> None:
        session_id = store.create_session()
        with pytest.raises(MessageExistsError):
            store.save_messages(session_id, [_new("a", id="m"), _new("b", id="m")])
        assert store.get_history(session_id) == []

    def test_an_id_twice_with_the_same_content(self, store: Storage) -> None:
        session_id = store.create_session()
        again = [_new("a", id="m"), _new("b"), _new("a", id="m")]
        first, second, third = store.save_messages(session_id, again)
        assert (first, third) == ("m", "m")
        assert [m.id for m in store.get_history(session_id)] == ["m", second]
        assert positions(store, session_id) == [0, 1]

    def test_timestamps_keep_microseconds_and_moment(self, store: Storage) -> None:
        session_id = store.create_session()
        moments = [
            at(0),
            datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=timezone.utc),
            datetime(2024, 3, 31, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=2))),
            datetime(2024, 1, 1, 0, 0, tzinfo=timezone(-timedelta(hours=9, minutes=30))),
            datetime(1970, 1, 1, 0, 0, 1, tzinfo=timezone.utc),
            datetime(2038, 1, 19, 3, 14, 8, tzinfo=timezone.utc),
            datetime(2500, 1, 1, tzinfo=timezone.utc),
        ]
        store.save_messages(session_id, [_new(timestamp=moment) for moment in moments])
        found = [m.timestamp for m in store.get_history(session_id)]
        assert found == moments
        assert [moment.utcoffset() for moment in found] == [timedelta(0)] * len(moments)
        assert [moment.microsecond for moment in found][:3] == [123456, 999999, 1]

    def test_response_type_and_names_at_their_limits(self, store: Storage) -> None:
        session_id = store.create_session()
        long_name, long_id, long_type = "\U0001f600" * 191, "\u00e9" * 191, "\u4e2d" * 64
        store.save_messages(
            session_id,
            [_new(response_type=long_type, tool_calls=[call(long_name, call_id=long_id)])],
        )
        [found] = store.get_history(session_id)
        assert found.response_type == long_type
        assert found.tool_calls[0].tool_name == long_name
        assert found.tool_calls[0].call_id == long_id

    def test_not_a_list_of_messages(self, store: Storage) -> None:
        session_id = store.create_session()
        cases: list[Any] = ["text", [None], ["text"], [5], None]
        for bad in cases:
            refused(store.save_messages, session_id, bad, about=bad)
        assert store.get_history(session_id) == []

    def test_same_error_for_all_kinds(self, store: Storage) -> None:
        with pytest.raises(InvalidInputError) as refusal:
            store.save_messages("nobody", [_new(metadata={"scores": [1, 2, 3, float("nan")]})])
        assert "metadata.scores[3]" in str(refusal.value)
