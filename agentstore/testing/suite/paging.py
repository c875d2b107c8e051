"""iter_sessions and iter_messages while rows come and go between the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from types import GeneratorType
from typing import Any

import pytest

from agentstore import NewMessage, Storage
from agentstore.testing.suite.samples import answer, at, call, refused, tick


def _sessions(store: Storage, count: int) -> list[str]:
    made = []
    for number in range(count):
        made.append(store.create_session(id=f"s{number:02}", metadata={"n": number}))
        tick()
    return made


def _messages(store: Storage, session_id: str, count: int) -> list[str]:
    store.create_session(id=session_id)
    return store.save_messages(
        session_id,
        [
            NewMessage("user", str(n), id=f"{session_id}-{n:02}", timestamp=at(n))
            for n in range(count)
        ],
    )


class TestIterSessions:
    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_rows_that_stay_come_once(self, store: Storage, order: Any) -> None:
        ids = _sessions(store, 20)
        if order == "desc":
            ids.reverse()
        seen = []
        for turn, session in enumerate(store.iter_sessions(order=order, batch_size=3)):
            seen.append(session.id)
            if turn == 4:
                store.delete_session(ids[0])
                store.delete_session(ids[3])
                store.delete_session(ids[4])
                store.delete_session(ids[12])
                store.create_session(id="new")
            if turn == 8:
                store.save_user_message(ids[1], "moves updated_at")
                store.save_user_message(ids[15], "moves updated_at")
                store.close_session(ids[2])
        stayed = [name for name in ids if name != ids[12]]
        assert [name for name in seen if name not in (ids[12], "new")] == stayed
        assert len(seen) == len(set(seen))

    def test_one_page_at_a_time(self, store: Storage) -> None:
        ids = _sessions(store, 9)
        found = store.iter_sessions(order="asc", batch_size=2)
        next(found)
        store.update_session_metadata(ids[8], {"late": True})
        assert list(found)[-1].metadata == {"n": 8, "late": True}

    def test_filters_hold_on_each_page(self, store: Storage) -> None:
        ids = _sessions(store, 12)
        found = store.iter_sessions(order="asc", active=True, batch_size=2)
        assert next(found).id == ids[0]
        for session_id in ids[6:10]:
            store.close_session(session_id)
        store.close_session(ids[0])
        assert [session.id for session in found] == [*ids[1:6], *ids[10:]]

    def test_many_pages(self, store: Storage) -> None:
        with store.transaction():
            made = {store.create_session(metadata={"odd": n % 2 == 1}) for n in range(1100)}
        found = [session.id for session in store.iter_sessions()]
        assert len(found) == 1100
        assert set(found) == made
        assert [s.id for s in store.iter_sessions(order="asc")] == found[::-1]
        odd = [s.id for s in store.iter_sessions(metadata={"odd": True}, batch_size=100)]
        assert len(set(odd)) == len(odd) == 550


class TestIterMessages:
    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("everywhere", [False, True], ids=["one session", "all sessions"])
    def test_rows_that_stay_come_once(self, store: Storage, order: Any, everywhere: bool) -> None:
        ids = _messages(store, "s", 20)
        if order == "desc":
            ids.reverse()
        filters: dict[str, Any] = {} if everywhere else {"session_id": "s"}
        seen = []
        for turn, found in enumerate(store.iter_messages(**filters, order=order, batch_size=3)):
            seen.append(found.id)
            if turn == 4:
                for gone in (ids[0], ids[3], ids[4], ids[12]):
                    store.delete_message(gone)
                store.save_messages("s", [NewMessage("user", "new", id="new")])
        stayed = [name for name in ids if name != ids[12]]
        assert [name for name in seen if name not in (ids[12], "new")] == stayed
        assert len(seen) == len(set(seen))

    def test_sessions_come_and_go(self, store: Storage) -> None:
        for name in "abcdef":
            _messages(store, name, 4)
        seen = []
        for turn, found in enumerate(store.iter_messages(batch_size=2)):
            seen.append(found.id)
            if turn == 5:
                store.delete_session("b")
                store.delete_session_messages("c")
                store.create_session(id="g", system_message="now")
        stayed = {f"{name}-{n:02}" for name in "adef" for n in range(4)}
        assert stayed <= set(seen)
        assert len(seen) == len(set(seen))

    def test_one_page_at_a_time(self, store: Storage) -> None:
        store.create_session(id="s")
        store.save_messages("s", [NewMessage("user", str(n)) for n in range(8)])
        store.save_assistant_message("s", answer(call(id="c")))
        found = store.iter_messages(session_id="s", batch_size=2)
        next(found)
        store.save_tool_result("c", "late")
        assert list(found)[-1].tool_calls[0].result == "late"

    @staticmethod
    def _everywhere_and_in(session_id: str) -> list[dict[str, Any]]:
        return [{}, {"session_id": session_id}]

    def test_tool_calls_on_each_page(self, store: Storage) -> None:
        session_id = store.create_session()
        for number in range(7):
            calls = [call(f"t{number}.{n}") for n in range(number % 3)]
            store.save_assistant_message(session_id, answer(*calls))
        for batch_size in (1, 2, 5):
            for filters in self._everywhere_and_in(session_id):
                found = list(store.iter_messages(**filters, batch_size=batch_size))
                assert found == store.get_history(session_id)

    def test_many_pages(self, store: Storage) -> None:
        _messages(store, "s", 1100)
        for order in ("asc", "desc"):
            wanted = [m.id for m in store.query_messages(session_id="s", order=order)]
            assert len(wanted) == 1100
            for filters in self._everywhere_and_in("s"):
                found = store.iter_messages(**filters, order=order)
                assert [m.id for m in found] == wanted


ITERATE: dict[str, Callable[[Storage, Any], Iterator[Any]]] = {
    "iter_sessions": lambda store, size: store.iter_sessions(batch_size=size),
    "iter_messages": lambda store, size: store.iter_messages(batch_size=size),
    "iter_messages of one": lambda store, size: store.iter_messages(
        session_id="s00", batch_size=size
    ),
}


@pytest.mark.parametrize("method", list(ITERATE))
class TestIterators:
    @staticmethod
    def _fill(store: Storage) -> None:
        for session_id in _sessions(store, 6):
            store.save_messages(session_id, [NewMessage("user", "x")] * 6)

    def test_they_are_generators(self, store: Storage, method: str) -> None:
        self._fill(store)
        assert isinstance(ITERATE[method](store, 2), GeneratorType)

    def test_they_are_where_nothing_can_be_found(self, store: Storage, method: str) -> None:
        scoped: Any = store.scoped(tenant_id="acme")
        if method == "iter_sessions":
            found = scoped.iter_sessions(tenant_id="other")
        else:
            found = scoped.iter_messages(session_id="none")
        assert isinstance(found, GeneratorType)
        assert list(found) == []

    def test_a_page_holds_no_connection(
        self, make_store: Callable[..., Storage], method: str
    ) -> None:
        store = make_store(pool_size=1, pool_timeout=5)
        self._fill(store)
        found = ITERATE[method](store, 2)
        next(found)
        store.create_session(id="in between")
        for number, _ in enumerate(found):
            if number < 5:  # an endless one would meet its own messages for ever
                store.save_user_message("in between", "x")
        store.ping()

    def test_may_be_left_early(self, make_store: Callable[..., Storage], method: str) -> None:
        store = make_store(pool_size=1, pool_timeout=5)
        self._fill(store)
        left = [ITERATE[method](store, 2) for _ in range(3)]
        for found in left:
            assert len(list(islice(found, 3))) == 3
        left[0].close()  # type: ignore[attr-defined]
        store.save_user_message("s00", "x")
        store.ping()

    def test_within_a_transaction(self, store: Storage, method: str) -> None:
        self._fill(store)
        with store.transaction():
            found = [row.id for row in ITERATE[method](store, 2)]
        assert found == [row.id for row in ITERATE[method](store, 500)]

    def test_batch_size_is_a_positive_integer(self, store: Storage, method: str) -> None:
        self._fill(store)
        for bad in (0, -1, True, 1.5, "2", None):
            refused(ITERATE[method], store, bad, about=bad)
