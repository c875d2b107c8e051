"""Many threads on the same rows: nothing lost, doubled or split."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from agentstore import (
    NewMessage,
    SessionExistsError,
    SessionNotFoundError,
    Storage,
    ToolResultExistsError,
    TransactionConflictError,
    UnavailableError,
)
from agentstore.testing.suite.samples import (
    all_well,
    answer,
    call,
    contents,
    positions,
    together,
)

THREADS = 6


class _TwoStores:
    @pytest.fixture
    def stores(self, store: Storage, other_store: Storage) -> list[Storage]:
        """A store for each of the threads: two, turn and turn about."""
        return [store, other_store] * (THREADS // 2)


class TestAppends(_TwoStores):
    def test_many_writers_on_one_session(self, store: Storage, stores: list[Storage]) -> None:
        session_id = store.create_session()

        def write(number: int) -> list[str]:
            ids = []
            for turn in range(8):
                name = f"{number}.{turn}"
                if turn % 2:
                    reply = answer(call(f"{name}.0"), call(f"{name}.1"), message=name)
                    ids.append(stores[number].save_assistant_message(session_id, reply))
                else:
                    ids.append(stores[number].save_user_message(session_id, name))
            return ids

        made = all_well(together([partial(write, n) for n in range(THREADS)]))
        history = store.get_history(session_id)
        assert [found.position for found in history] == list(range(THREADS * 8))
        assert len({found.content for found in history}) == THREADS * 8
        for number, ids in enumerate(made):
            mine = [found for found in history if found.content.startswith(f"{number}.")]
            assert [found.id for found in mine] == ids
            assert [found.content for found in mine] == [f"{number}.{turn}" for turn in range(8)]
        for found in history:
            wanted = [f"{found.content}.{n}" for n in (0, 1)] if found.tool_calls else []
            assert [made.tool_name for made in found.tool_calls] == wanted
        assert len(store.query_tool_calls(session_id=session_id)) == THREADS * 4 * 2

    def test_batches_stay_together(self, store: Storage, stores: list[Storage]) -> None:
        session_id = store.create_session()

        def write(number: int) -> None:
            for turn in range(4):
                batch = [NewMessage("user", f"{number}.{turn}.{n}") for n in range(3)]
                stores[number].save_messages(session_id, batch)

        all_well(together([partial(write, n) for n in range(THREADS)]))
        found = contents(store, session_id)
        assert positions(store, session_id) == list(range(THREADS * 12))
        for start in range(0, len(found), 3):
            name = found[start].rpartition(".")[0]
            assert found[start : start + 3] == [f"{name}.{n}" for n in range(3)]

    def test_the_same_id_at_once_is_one_row(self, store: Storage, stores: list[Storage]) -> None:
        session_id = store.create_session()
        for turn in range(5):
            outcomes = together(
                [
                    partial(
                        s.save_assistant_message,
                        session_id,
                        answer(call(id=f"c{turn}"), message=f"{turn}"),
                        id=f"m{turn}",
                    )
                    for s in stores
                ]
            )
            assert all_well(outcomes) == [f"m{turn}"] * THREADS
        assert contents(store, session_id) == ["0", "1", "2", "3", "4"]
        assert positions(store, session_id) == [0, 1, 2, 3, 4]
        calls = store.query_tool_calls(session_id=session_id, order="asc")
        assert [found.id for found in calls] == [f"c{turn}" for turn in range(5)]

    def test_a_reader_sees_whole_turns(self, store: Storage, other_store: Storage) -> None:
        session_id = store.create_session()
        done = threading.Event()

        def write() -> None:
            try:
                for _ in range(15):
                    reply = NewMessage("assistant", "a", tool_calls=[call(), call()])
                    ids = store.save_messages(session_id, [NewMessage("user", "q"), reply])
                    if len(store.query_messages(session_id=session_id, limit=9)) > 8:
                        store.delete_message(ids[1])
            finally:
                done.set()

        def read() -> None:
            while not done.is_set():
                history = other_store.get_history(session_id)
                assert [m.role for m in history].count("user") >= len(history) / 2
                for found in history:
                    assert len(found.tool_calls) == (2 if found.role == "assistant" else 0)
                for found in other_store.query_messages(role="assistant"):
                    assert len(found.tool_calls) == 2

        all_well(together([write, read, read]))

    def test_appends_while_the_session_is_created(
        self, store: Storage, stores: list[Storage]
    ) -> None:
        for turn in range(20):
            session_id = f"s{turn}"

            def write(writer: Storage, session_id: str = session_id) -> None:
                deadline = time.monotonic() + 30
                while time.monotonic() < deadline:
                    with suppress(SessionNotFoundError):
                        writer.save_messages(session_id, [NewMessage("user", "a")] * 2)
                        return
                raise AssertionError("the session never came")

            actions: list[Callable[[], Any]] = [partial(write, s) for s in stores[:3]]
            actions.append(partial(store.create_session, id=session_id))
            all_well(together(actions))
            assert [m.position for m in store.get_history(session_id)] == list(range(6))

    def test_appends_while_the_session_is_deleted(
        self, store: Storage, stores: list[Storage]
    ) -> None:
        for turn in range(4):
            session_id = store.create_session()

            def write(writer: Storage, session_id: str = session_id) -> int:
                for number in range(6):
                    try:
                        writer.save_assistant_message(session_id, answer(call()))
                    except SessionNotFoundError:  # noqa: PERF203
                        return number
                return 6

            def delete(session_id: str = session_id, turn: int = turn) -> bool:
                time.sleep(turn * 0.004)
                return store.delete_session(session_id)

            actions: list[Callable[[], Any]] = [partial(write, s) for s in stores[:3]]
            *_, deleted = all_well(together([*actions, delete]))
            assert deleted is True
            assert store.get_session(session_id) is None
        assert store.count_messages() == 0
        assert store.query_tool_calls() == []


class TestSessionsAtOnce(_TwoStores):
    def test_one_create_wins(self, store: Storage, stores: list[Storage]) -> None:
        for turn in range(4):
            outcomes = together(
                [
                    partial(
                        s.create_session, id=f"s{turn}", metadata={"by": n}, system_message=f"{n}"
                    )
                    for n, s in enumerate(stores)
                ]
            )
            winners = [n for n, outcome in enumerate(outcomes) if outcome == f"s{turn}"]
            assert len(winners) == 1
            losers = [outcome for outcome in outcomes if outcome != f"s{turn}"]
            assert [type(loser) for loser in losers] == [SessionExistsError] * (THREADS - 1)
            session = store.get_session(f"s{turn}")
            assert session is not None
            assert session.metadata == {"by": winners[0]}
            assert contents(store, f"s{turn}") == [f"{winners[0]}"]

    def test_get_or_create_makes_one(self, store: Storage, stores: list[Storage]) -> None:
        for turn in range(4):
            found = all_well(
                together(
                    [
                        partial(s.get_or_create_session, f"s{turn}", metadata={"by": n})
                        for n, s in enumerate(stores)
                    ]
                )
            )
            assert found == [store.get_session(f"s{turn}")] * THREADS
        assert store.count_sessions() == 4

    def test_no_metadata_key_is_lost(self, store: Storage, stores: list[Storage]) -> None:
        session_id = store.create_session(metadata={f"old {n}": n for n in range(THREADS)})

        def write(number: int) -> None:
            for turn in range(5):
                assert stores[number].update_session_metadata(
                    session_id, {f"{number}.{turn}": turn}
                )
            assert stores[number].update_session_metadata(session_id, {}, remove=[f"old {number}"])

        all_well(together([partial(write, n) for n in range(THREADS)]))
        session = store.get_session(session_id)
        assert session is not None
        assert session.metadata == {f"{n}.{t}": t for n in range(THREADS) for t in range(5)}
        for key, value in session.metadata.items():
            assert store.count_sessions(metadata={key: value}) == 1

    def test_closing_appending_and_merging_do_not_undo_each_other(
        self, store: Storage, other_store: Storage
    ) -> None:
        for turn in range(6):
            session_id = store.create_session(id=f"s{turn}", metadata={"a": 1})
            actions: list[Callable[[], object]] = [
                partial(store.close_session, session_id),
                partial(other_store.save_user_message, session_id, "x"),
                partial(store.update_session_metadata, session_id, {"b": 2}),
                partial(other_store.update_session_metadata, session_id, {"c": 3}),
            ]
            all_well(together(actions))
            session = store.get_session(session_id)
            assert session is not None
            assert (session.active, session.metadata) == (False, {"a": 1, "b": 2, "c": 3})
            assert positions(store, session_id) == [0]


class TestResultsAndConfirmationsAtOnce(_TwoStores):
    def test_exactly_one_takes_the_confirmation(
        self, store: Storage, stores: list[Storage]
    ) -> None:
        session_id = store.create_session()
        for turn in range(6):
            store.save_pending_confirmation(
                session_id, {"tool_name": "pay", "arguments": {"turn": turn}}
            )
            saved = store.get_pending_confirmation(session_id)
            taken = all_well(
                together([partial(s.take_pending_confirmation, session_id) for s in stores])
            )
            assert [found for found in taken if found is not None] == [saved]
            assert store.get_pending_confirmation(session_id) is None

    def test_exactly_one_clears_it(self, store: Storage, stores: list[Storage]) -> None:
        session_id = store.create_session()
        for _ in range(3):
            store.save_pending_confirmation(session_id, {"tool_name": "pay", "arguments": {}})
            cleared = all_well(
                together([partial(s.clear_pending_confirmation, session_id) for s in stores])
            )
            assert sorted(cleared) == [False] * (THREADS - 1) + [True]

    def test_many_confirmations_at_once_leave_one(
        self, store: Storage, stores: list[Storage]
    ) -> None:
        session_id = store.create_session()
        for _ in range(4):
            all_well(
                together(
                    [
                        partial(
                            s.save_pending_confirmation,
                            session_id,
                            {"tool_name": f"t{n}", "arguments": {"n": n}},
                        )
                        for n, s in enumerate(stores)
                    ]
                )
            )
            taken = store.take_pending_confirmation(session_id)
            assert taken is not None
            assert taken.tool_name == f"t{taken.arguments['n']}"
            assert store.take_pending_confirmation(session_id) is None

    def test_the_same_result_at_once(self, store: Storage, stores: list[Storage]) -> None:
        session_id = store.create_session()
        store.save_assistant_message(session_id, answer(call(id="c")))
        result = {"success": True, "n": [1.0]}
        assert (
            all_well(together([partial(s.save_tool_result, "c", result) for s in stores]))
            == [True] * THREADS
        )
        assert store.query_tool_calls()[0].result == result

    def test_one_of_many_results_wins(self, store: Storage, stores: list[Storage]) -> None:
        session_id = store.create_session()
        for turn in range(4):
            store.save_assistant_message(session_id, answer(call(f"t{turn}", id=f"c{turn}")))
            outcomes = together(
                [partial(s.save_tool_result, f"c{turn}", n) for n, s in enumerate(stores)]
            )
            winners = [n for n, outcome in enumerate(outcomes) if outcome is True]
            assert len(winners) == 1
            losers = [type(outcome) for outcome in outcomes if outcome is not True]
            assert losers == [ToolResultExistsError] * (THREADS - 1)
            [found] = store.query_tool_calls(tool_name=f"t{turn}")
            assert found.result == winners[0]


class TestLocksAndPools:
    def test_conflicting_transactions_end_in_conflict_or_success(
        self, store: Storage, other_store: Storage
    ) -> None:
        store.create_session(id="a")
        store.create_session(id="b")

        def write(writer: Storage, first: str, second: str) -> None:
            for turn in range(3):
                for _ in range(50):
                    try:
                        with writer.transaction():
                            writer.save_user_message(first, f"{first}{second} {turn}")
                            time.sleep(0.01)
                            writer.save_user_message(second, f"{first}{second} {turn}")
                        break
                    except TransactionConflictError:
                        continue
                else:
                    raise AssertionError("never got through")

        all_well(together([lambda: write(store, "a", "b"), lambda: write(other_store, "b", "a")]))
        wanted = sorted(f"{name} {turn}" for name in ("ab", "ba") for turn in range(3))
        for session_id in ("a", "b"):
            assert sorted(contents(store, session_id)) == wanted
            assert positions(store, session_id) == list(range(6))

    def test_a_lock_waited_for_too_long(
        self, backend: Any, store: Storage, make_store: Callable[..., Storage]
    ) -> None:
        if backend.private:
            pytest.skip("one store alone reaches this database")
        hasty = make_store(statement_timeout=0.3, retry_timeout=0.3, pool_timeout=1)
        store.create_session(id="s")
        assert hasty.get_session("s") is not None
        with store.transaction():
            store.save_user_message("s", "first")
            with pytest.raises(UnavailableError):
                hasty.save_user_message("s", "never", id="m")
        assert contents(hasty, "s") == ["first"]
        hasty.save_user_message("s", "second", id="m")
        assert contents(store, "s") == ["first", "second"]
        assert positions(store, "s") == [0, 1]

    def test_no_free_connection(self, make_store: Callable[..., Storage]) -> None:
        store = make_store(pool_size=1, pool_timeout=0.2, statement_timeout=1, retry_timeout=0.2)
        store.create_session(id="s")
        outcome: list[Any] = []
        with store.transaction():
            store.save_user_message("s", "x")
            outcome += together([lambda: store.get_session("s")])
        assert isinstance(outcome[0], UnavailableError)
        assert contents(store, "s") == ["x"]

    def test_threads_wait_for_a_connection(self, make_store: Callable[..., Storage]) -> None:
        store = make_store(pool_size=1)
        session_id = store.create_session()
        all_well(
            together([lambda: store.save_user_message(session_id, "x") for _ in range(THREADS)])
        )
        assert positions(store, session_id) == list(range(THREADS))

    def test_more_threads_than_connections(self, make_store: Callable[..., Storage]) -> None:
        store = make_store(pool_size=2)

        def run(number: int) -> list[int]:
            session_id = store.create_session(id=f"s{number}")
            for _ in range(5):
                with store.transaction():
                    store.save_user_message(session_id, "x")
                    assert store.get_message_count(session_id)
            return positions(store, session_id)

        outcomes = together([partial(run, n) for n in range(12)])
        assert all_well(outcomes) == [[0, 1, 2, 3, 4]] * 12
