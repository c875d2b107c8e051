"""query_messages, iter_messages and count_messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta, timezone
from typing import Any

import pytest

from agentstore import Message, NewMessage, Storage
from agentstore.testing.suite.samples import at, call, refused

MICROSECOND = timedelta(microseconds=1)


def _ids(messages: Iterable[Message]) -> str:
    return " ".join(found.id for found in messages)


class TestQueryMessages:
    """Two sessions whose messages alternate in time; those of 'two' run against their order."""

    @pytest.fixture(autouse=True)
    def _two_sessions(self, store: Storage) -> None:
        store.create_session(id="one")
        store.create_session(id="two")
        store.save_messages(
            "one",
            [
                NewMessage("user", "a", id="a0", timestamp=at(0)),
                NewMessage(
                    "assistant",
                    "b",
                    id="b2",
                    timestamp=at(2),
                    response_type="execute",
                    tool_calls=[call("x"), call("y")],
                ),
                NewMessage("tool", "c", id="c4", timestamp=at(4)),
                NewMessage("user", "d", id="d6", timestamp=at(6)),
            ],
        )
        store.save_messages(
            "two",
            [
                NewMessage("user", "e", id="e5", timestamp=at(5)),
                NewMessage("assistant", "f", id="f3", timestamp=at(3), response_type="clarify"),
                NewMessage("assistant", "g", id="g1", timestamp=at(1), response_type="execute"),
            ],
        )

    def test_across_sessions_by_timestamp(self, store: Storage) -> None:
        assert _ids(store.query_messages()) == "a0 g1 b2 f3 c4 e5 d6"
        assert _ids(store.query_messages(order="asc")) == "a0 g1 b2 f3 c4 e5 d6"
        assert _ids(store.query_messages(order="desc")) == "d6 e5 c4 f3 b2 g1 a0"

    def test_within_a_session_by_position(self, store: Storage) -> None:
        assert _ids(store.query_messages(session_id="two")) == "e5 f3 g1"
        assert _ids(store.query_messages(session_id="two", order="desc")) == "g1 f3 e5"
        assert _ids(store.query_messages(session_id="one")) == "a0 b2 c4 d6"
        assert _ids(store.query_messages(session_id="nobody")) == ""

    def test_each_is_what_get_message_gives(self, store: Storage) -> None:
        for found in store.query_messages():
            assert found == store.get_message(found.id)
        [found] = store.query_messages(role="assistant", session_id="one")
        assert [made.tool_name for made in found.tool_calls] == ["x", "y"]

    def test_role(self, store: Storage) -> None:
        assert _ids(store.query_messages(role="user")) == "a0 e5 d6"
        assert _ids(store.query_messages(role="assistant")) == "g1 b2 f3"
        assert _ids(store.query_messages(role="system")) == ""
        assert _ids(store.query_messages(role="assistant", session_id="two")) == "f3 g1"

    def test_response_type(self, store: Storage) -> None:
        assert _ids(store.query_messages(response_type="execute")) == "g1 b2"
        assert _ids(store.query_messages(response_type="clarify")) == "f3"
        assert _ids(store.query_messages(response_type="unknown")) == ""
        assert _ids(store.query_messages(response_type="execute", session_id="two")) == "g1"

    def test_bounds_are_inclusive(self, store: Storage) -> None:
        query = store.query_messages
        assert _ids(query(after=at(2))) == "b2 f3 c4 e5 d6"
        assert _ids(query(after=at(2) + MICROSECOND)) == "f3 c4 e5 d6"
        assert _ids(query(before=at(2))) == "a0 g1 b2"
        assert _ids(query(before=at(2) - MICROSECOND)) == "a0 g1"
        assert _ids(query(after=at(1), before=at(3))) == "g1 b2 f3"
        assert _ids(query(after=at(3), before=at(3))) == "f3"
        assert _ids(query(after=at(3), before=at(1))) == ""
        assert _ids(query(session_id="two", after=at(3))) == "e5 f3"
        assert _ids(query(session_id="one", before=at(4))) == "a0 b2 c4"

    def test_bounds_take_any_offset(self, store: Storage) -> None:
        east = at(3).astimezone(timezone(timedelta(hours=13)))
        west = at(3).astimezone(timezone(-timedelta(hours=3, minutes=30)))
        assert _ids(store.query_messages(after=east, before=west)) == "f3"

    def test_limit_and_offset(self, store: Storage) -> None:
        assert _ids(store.query_messages(limit=2)) == "a0 g1"
        assert _ids(store.query_messages(limit=2, offset=3)) == "f3 c4"
        assert _ids(store.query_messages(limit=2, offset=3, order="desc")) == "f3 b2"
        assert _ids(store.query_messages(offset=5)) == "e5 d6"
        assert _ids(store.query_messages(offset=7)) == ""
        assert _ids(store.query_messages(limit=0)) == ""
        assert _ids(store.query_messages(limit=10**30)) == "a0 g1 b2 f3 c4 e5 d6"
        assert _ids(store.query_messages(offset=10**30)) == ""
        assert _ids(store.query_messages(session_id="one", limit=2, offset=1)) == "b2 c4"
        assert _ids(store.query_messages(session_id="one", limit=1, order="desc")) == "d6"

    def test_filters_come_before_the_limit(self, store: Storage) -> None:
        assert _ids(store.query_messages(role="tool", limit=1)) == "c4"
        assert _ids(store.query_messages(response_type="execute", limit=1, offset=1)) == "b2"
        assert _ids(store.query_messages(session_id="two", role="assistant", limit=1)) == "f3"

    def test_limit_counts_messages_not_calls(self, store: Storage) -> None:
        found = store.query_messages(limit=3)
        assert [len(entry.tool_calls) for entry in found] == [0, 0, 2]

    def test_iter_and_count_take_the_same_filters(self, store: Storage) -> None:
        cases: list[dict[str, Any]] = [
            {},
            {"session_id": "one"},
            {"session_id": "two"},
            {"role": "assistant"},
            {"response_type": "execute"},
            {"after": at(2)},
            {"before": at(4)},
            {"session_id": "one", "role": "user"},
            {"session_id": "two", "after": at(1), "before": at(3)},
            {"role": "assistant", "response_type": "execute", "before": at(1)},
        ]
        for filters in cases:
            for order in ("asc", "desc"):
                wanted = store.query_messages(**filters, order=order)
                assert wanted, filters
                for batch_size in (1, 2, 500):
                    found = store.iter_messages(**filters, order=order, batch_size=batch_size)
                    assert list(found) == wanted, (filters, order, batch_size)
            assert store.count_messages(**filters) == len(wanted), filters

    def test_iter_is_oldest_first_too(self, store: Storage) -> None:
        assert _ids(store.iter_messages()) == "a0 g1 b2 f3 c4 e5 d6"

    def test_iter_takes_no_limit_or_offset(self, store: Storage) -> None:
        iterate: Any = store.iter_messages
        for keyword in ("limit", "offset"):
            refused(iterate, **{keyword: 1}, error=TypeError, about=keyword)

    def test_bad_filters(self, store: Storage) -> None:
        naive = at(0).replace(tzinfo=None)
        cases: list[dict[str, Any]] = [
            {"role": "robot"},
            {"role": ""},
            {"role": "User"},
            {"role": ["user"]},
            {"response_type": 5},
            {"response_type": "t" * 65},
            {"response_type": "a\x00b"},
            {"response_type": "\ud800"},
            {"after": naive},
            {"before": naive},
            {"after": "2024-05-01T12:00:00Z"},
            {"before": at(0).date()},
            {"before": 1714564800},
        ]
        for bad in cases:
            refused(store.query_messages, **bad, about=bad)
            refused(store.query_messages, **bad, limit=0, about=bad)
            refused(store.iter_messages, **bad, about=bad)
            refused(store.count_messages, **bad, about=bad)


class TestSameTimestamps:
    """Twenty messages of four sessions with one timestamp."""

    @pytest.fixture(autouse=True)
    def _ties(self, store: Storage) -> None:
        for name in "dbac":
            store.create_session(id=name)
        for turn in range(5):
            for name in "cadb":
                store.save_messages(
                    name,
                    [
                        NewMessage(
                            "assistant",
                            f"{turn}",
                            timestamp=at(0),
                            tool_calls=[call(name), call(name)],
                        )
                    ],
                )

    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_pages_neither_skip_nor_repeat(self, store: Storage, order: Any) -> None:
        messages = [m.id for m in store.query_messages(order=order)]
        assert len(set(messages)) == 20
        for size in (1, 3, 7):
            pages = [
                m.id
                for offset in range(0, 20, size)
                for m in store.query_messages(order=order, limit=size, offset=offset)
            ]
            assert pages == messages
            assert [m.id for m in store.iter_messages(order=order, batch_size=size)] == messages

    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_pages_of_tool_calls(self, store: Storage, order: Any) -> None:
        calls = [c.id for c in store.query_tool_calls(order=order)]
        assert len(set(calls)) == 40
        for size in (1, 7):
            pages = [
                c.id
                for offset in range(0, 40, size)
                for c in store.query_tool_calls(order=order, limit=size, offset=offset)
            ]
            assert pages == calls

    def test_within_a_session_by_position(self, store: Storage) -> None:
        found = store.query_messages(session_id="a", order="desc")
        assert [m.position for m in found] == [4, 3, 2, 1, 0]
