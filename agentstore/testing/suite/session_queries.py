"""query_sessions, iter_sessions and count_sessions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentstore import InvalidInputError, Session, Storage
from agentstore.testing.suite.samples import refused, tick

MICROSECOND = timedelta(microseconds=1)


def _ids(sessions: list[Session] | Iterator[Session]) -> str:
    return "".join(session.id for session in sessions)


class TestQuerySessions:
    @pytest.fixture(autouse=True)
    def _six_sessions(self, store: Storage) -> None:
        """'a' to 'f' in this order of creation; 'b' and 'e' closed; 'a' updated last."""
        for number, session_id in enumerate("abcdef"):
            store.create_session(id=session_id, metadata={"n": number, "odd": number % 2 == 1})
            tick()
        for session_id in "eba":
            store.close_session(session_id)
            tick()
        store.reopen_session("a")

    def _session(self, store: Storage, session_id: str) -> Session:
        session = store.get_session(session_id)
        assert session is not None
        return session

    def test_all_newest_first(self, store: Storage) -> None:
        assert _ids(store.query_sessions()) == "fedcba"
        assert _ids(store.query_sessions(order="desc")) == "fedcba"
        assert _ids(store.query_sessions(order="asc")) == "abcdef"

    def test_they_are_what_get_session_gives(self, store: Storage) -> None:
        for session in store.query_sessions():
            assert session == store.get_session(session.id)

    def test_active(self, store: Storage) -> None:
        assert _ids(store.query_sessions(active=True)) == "fdca"
        assert _ids(store.query_sessions(active=False)) == "eb"
        assert _ids(store.query_sessions(active=None)) == "fedcba"

    def test_metadata(self, store: Storage) -> None:
        assert _ids(store.query_sessions(metadata={"odd": True})) == "fdb"
        assert _ids(store.query_sessions(metadata={"odd": True, "n": 3})) == "d"
        assert _ids(store.query_sessions(metadata={"odd": False, "n": 3})) == ""
        assert _ids(store.query_sessions(metadata={"unknown": None})) == ""
        assert _ids(store.query_sessions(metadata={})) == "fedcba"

    def test_created_bounds_are_inclusive(self, store: Storage) -> None:
        b = self._session(store, "b").created_at
        e = self._session(store, "e").created_at
        query = store.query_sessions
        assert _ids(query(created_after=b)) == "fedcb"
        assert _ids(query(created_after=b + MICROSECOND)) == "fedc"
        assert _ids(query(created_before=e)) == "edcba"
        assert _ids(query(created_before=e - MICROSECOND)) == "dcba"
        assert _ids(query(created_after=b, created_before=e)) == "edcb"
        assert _ids(query(created_after=b, created_before=b)) == "b"
        assert _ids(query(created_after=e, created_before=b)) == ""

    def test_updated_bounds_are_inclusive(self, store: Storage) -> None:
        e = self._session(store, "e").updated_at
        b = self._session(store, "b").updated_at
        query = store.query_sessions
        assert _ids(query(updated_after=e)) == "eba"
        assert _ids(query(updated_after=e + MICROSECOND)) == "ba"
        assert _ids(query(updated_before=b)) == "fedcb"
        assert _ids(query(updated_before=b - MICROSECOND)) == "fedc"
        assert _ids(query(updated_after=e, updated_before=b)) == "eb"

    def test_bounds_take_any_offset(self, store: Storage) -> None:
        b = self._session(store, "b").created_at.astimezone(timezone(timedelta(hours=5.5)))
        assert _ids(store.query_sessions(created_after=b, created_before=b)) == "b"
        assert _ids(store.query_sessions(created_after=b)) == "fedcb"

    def test_bounds_far_away(self, store: Storage) -> None:
        long_ago = datetime(1971, 1, 1, tzinfo=timezone.utc)
        far_off = datetime(9000, 1, 1, tzinfo=timezone.utc)
        assert _ids(store.query_sessions(created_after=long_ago)) == "fedcba"
        assert _ids(store.query_sessions(created_before=far_off)) == "fedcba"
        assert _ids(store.query_sessions(updated_before=long_ago)) == ""
        assert _ids(store.query_sessions(updated_after=far_off)) == ""

    def test_limit_and_offset(self, store: Storage) -> None:
        assert _ids(store.query_sessions(limit=2)) == "fe"
        assert _ids(store.query_sessions(limit=2, offset=3)) == "cb"
        assert _ids(store.query_sessions(limit=2, offset=3, order="asc")) == "de"
        assert _ids(store.query_sessions(offset=4)) == "ba"
        assert _ids(store.query_sessions(offset=6)) == ""
        assert _ids(store.query_sessions(limit=0)) == ""
        assert _ids(store.query_sessions(limit=100, offset=0)) == "fedcba"

    def test_limit_and_offset_beyond_64_bits(self, store: Storage) -> None:
        assert _ids(store.query_sessions(limit=2**63)) == "fedcba"
        assert _ids(store.query_sessions(limit=10**30)) == "fedcba"
        assert _ids(store.query_sessions(offset=10**30)) == ""

    def test_filters_come_before_the_limit(self, store: Storage) -> None:
        assert _ids(store.query_sessions(active=False, limit=1)) == "e"
        assert _ids(store.query_sessions(active=False, limit=1, offset=1)) == "b"
        assert _ids(store.query_sessions(metadata={"odd": True}, limit=2, order="asc")) == "bd"

    def test_filters_together(self, store: Storage) -> None:
        b = self._session(store, "b").created_at
        assert _ids(store.query_sessions(active=True, metadata={"odd": True})) == "fd"
        assert _ids(store.query_sessions(active=False, metadata={"odd": True})) == "b"
        assert _ids(store.query_sessions(active=True, created_before=b)) == "a"

    def test_iter_and_count_take_the_same_filters(self, store: Storage) -> None:
        b, e = self._session(store, "b"), self._session(store, "e")
        cases: list[dict[str, Any]] = [
            {},
            {"active": True},
            {"active": False},
            {"metadata": {"odd": True}},
            {"metadata": {"n": 3, "odd": True}},
            {"created_after": b.created_at},
            {"created_before": e.created_at},
            {"updated_after": e.updated_at},
            {"updated_before": b.updated_at},
            {"active": True, "metadata": {"odd": True}, "created_after": b.created_at},
        ]
        for filters in cases:
            for order in ("asc", "desc"):
                wanted = store.query_sessions(**filters, order=order)
                assert wanted, filters
                for batch_size in (1, 2, 500):
                    found = store.iter_sessions(**filters, order=order, batch_size=batch_size)
                    assert list(found) == wanted, (filters, order, batch_size)
            assert store.count_sessions(**filters) == len(wanted), filters

    def test_iter_is_newest_first_too(self, store: Storage) -> None:
        assert _ids(store.iter_sessions()) == "fedcba"

    def test_iter_takes_no_limit_or_offset(self, store: Storage) -> None:
        iterate: Any = store.iter_sessions
        for keyword in ("limit", "offset"):
            refused(iterate, **{keyword: 1}, error=TypeError, about=keyword)

    def test_an_unknown_order_is_refused(self, store: Storage) -> None:
        for order in ("ASC", "", "created_at", "desc; --", None, 1):
            bad: Any = order
            refused(store.query_sessions, order=bad, about=order)
            refused(store.iter_sessions, order=bad, about=order)

    def test_nothing_found(self, store: Storage) -> None:
        assert store.query_sessions(metadata={"n": 99}) == []
        assert list(store.iter_sessions(metadata={"n": 99})) == []
        assert store.count_sessions(metadata={"n": 99}) == 0

    def test_nested_metadata_is_no_filter(self, store: Storage) -> None:
        for value in ({"a": 1}, [1], (1,), {}):
            with pytest.raises(InvalidInputError):
                store.query_sessions(metadata={"n": value})
            with pytest.raises(InvalidInputError):
                list(store.iter_sessions(metadata={"n": value}))
            with pytest.raises(InvalidInputError):
                store.count_sessions(metadata={"n": value})
