"""transaction(): this thread's calls, whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from agentstore import (
    InvalidInputError,
    MessageExistsError,
    NewMessage,
    SessionExistsError,
    SessionNotFoundError,
    Storage,
    StorageError,
    ToolResultExistsError,
)
from agentstore.testing.suite.samples import (
    Undo,
    all_well,
    answer,
    call,
    contents,
    everything,
    positions,
    refused,
    tick,
    together,
    undone,
)

WRITES: dict[str, Callable[[Storage], object]] = {
    "create_session": lambda s: s.create_session(id="new", metadata={"user": 1}),
    "create_session with a message": lambda s: s.create_session(system_message="x"),
    "get_or_create_session": lambda s: s.get_or_create_session("new"),
    "update_session_metadata": lambda s: s.update_session_metadata("s", {"b": 2}, remove=["a"]),
    "close_session": lambda s: s.close_session("s"),
    "reopen_session": lambda s: s.reopen_session("closed"),
    "delete_session": lambda s: s.delete_session("s"),
    "delete_sessions": lambda s: s.delete_sessions(
        updated_before=s.query_sessions(active=False)[0].updated_at
    ),
    "save_user_message": lambda s: s.save_user_message("s", "new"),
    "save_assistant_message": lambda s: s.save_assistant_message("s", answer(call(), call())),
    "save_messages": lambda s: s.save_messages("s", [NewMessage("user", "new")] * 3),
    "delete_message": lambda s: s.delete_message("m"),
    "delete_session_messages": lambda s: s.delete_session_messages("s"),
    "save_tool_result": lambda s: s.save_tool_result("pending", {"success": True}),
    "save_pending_confirmation": lambda s: s.save_pending_confirmation(
        "s", {"tool_name": "fly", "arguments": {}}
    ),
    "clear_pending_confirmation": lambda s: s.clear_pending_confirmation("s"),
    "take_pending_confirmation": lambda s: s.take_pending_confirmation("s"),
}
"""Each changes something, and is undone by the block it stands in."""

REFUSED: dict[str, tuple[type[StorageError], Callable[[Storage], object]]] = {
    "bad input": (InvalidInputError, lambda s: s.save_user_message("s", "x", {"a": {1}})),
    "bad id": (InvalidInputError, lambda s: s.get_session("")),
    "no session": (SessionNotFoundError, lambda s: s.save_user_message("nobody", "x")),
    "no session for a batch": (
        SessionNotFoundError,
        lambda s: s.save_messages("nobody", [NewMessage("user", "x")]),
    ),
    "no session for a confirmation": (
        SessionNotFoundError,
        lambda s: s.save_pending_confirmation("nobody", {"tool_name": "t", "arguments": {}}),
    ),
    "session exists": (SessionExistsError, lambda s: s.create_session(id="s")),
    "message exists": (MessageExistsError, lambda s: s.save_user_message("s", "other", id="m")),
    "message exists elsewhere": (
        MessageExistsError,
        lambda s: s.save_messages(
            "closed", [NewMessage("user", "x"), NewMessage("user", "x", id="m")]
        ),
    ),
    "call exists": (
        MessageExistsError,
        lambda s: s.save_assistant_message("s", answer(call(), call(id="pending"))),
    ),
    "result exists": (ToolResultExistsError, lambda s: s.save_tool_result("done", 2)),
}


class TestTransaction:
    @pytest.fixture(autouse=True)
    def _filled(self, store: Storage) -> None:
        store.create_session(id="s", metadata={"a": 1})
        store.save_assistant_message("s", answer(call(id="pending")), id="m")
        store.save_assistant_message("s", answer(call(id="done", result=1)))
        store.save_pending_confirmation("s", {"tool_name": "pay", "arguments": {}})
        store.create_session(id="closed", system_message="x")
        store.close_session("closed")
        tick()

    @pytest.mark.parametrize("what", list(WRITES))
    def test_an_exception_undoes_it(self, store: Storage, what: str) -> None:
        before = everything(store)
        with undone(store):
            WRITES[what](store)
            assert everything(store) != before
        assert everything(store) == before

    @pytest.mark.parametrize("what", list(WRITES))
    def test_without_one_it_stays(self, store: Storage, other_store: Storage, what: str) -> None:
        with store.transaction():
            WRITES[what](store)
            inside = everything(store)
        assert everything(store) == inside
        assert everything(other_store) == inside

    @pytest.mark.parametrize("what", list(WRITES))
    def test_a_nested_one_is_a_savepoint(self, store: Storage, what: str) -> None:
        with store.transaction():
            store.save_user_message("s", "before")
            before = everything(store)
            with undone(store):
                WRITES[what](store)
                assert everything(store) != before
            assert everything(store) == before
        assert everything(store) == before
        assert contents(store, "s")[-1] == "before"

    @pytest.mark.parametrize("what", list(REFUSED))
    def test_a_refusal_leaves_the_block_usable(self, store: Storage, what: str) -> None:
        error, action = REFUSED[what]
        with store.transaction():
            store.save_user_message("s", "before")
            before = everything(store)
            with pytest.raises(error):
                action(store)
            assert everything(store) == before
            store.save_user_message("s", "after")
        assert contents(store, "s")[-2:] == ["before", "after"]
        assert positions(store, "s") == [0, 1, 2, 3]

    @pytest.mark.parametrize("what", list(REFUSED))
    def test_a_refusal_that_is_not_caught_undoes_all(self, store: Storage, what: str) -> None:
        before = everything(store)
        error, action = REFUSED[what]

        def block() -> None:
            with store.transaction():
                store.save_user_message("s", "before")
                action(store)

        refused(block, error=error, about=what)
        assert everything(store) == before

    def test_migrate_is_refused(self, store: Storage) -> None:
        """A migrator's own connection would wait for what the block has locked."""
        with store.transaction():
            store.save_user_message("s", "before")
            for each in (store, store.scoped(tenant_id="acme")):
                with pytest.raises(StorageError, match="transaction"):
                    each.migrate()
            store.save_user_message("s", "after")
        assert store.migrate() == []
        assert contents(store, "s")[-2:] == ["before", "after"]


class TestNestedTransactions:
    @pytest.fixture(autouse=True)
    def _one_session(self, store: Storage) -> None:
        store.create_session(id="s")

    def test_the_exception_goes_on_up_as_it_is(self, store: Storage) -> None:
        undo = Undo("mine")
        with pytest.raises(Undo) as caught, store.transaction(), store.transaction():
            raise undo
        assert caught.value is undo

    @pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_any_exception_undoes(self, store: Storage, error: type[BaseException]) -> None:
        def block() -> None:
            with store.transaction():
                store.save_user_message("s", "x")
                raise error

        with pytest.raises(error):
            block()
        assert contents(store, "s") == []

    def test_an_inner_one_that_went_well_falls_with_the_outer(self, store: Storage) -> None:
        with undone(store), store.transaction():
            store.save_user_message("s", "inner")
        assert contents(store, "s") == []

    def test_three_deep(self, store: Storage) -> None:
        with store.transaction():
            store.save_user_message("s", "one")
            with undone(store):
                store.save_user_message("s", "two")
                with store.transaction():
                    store.save_user_message("s", "three")
                assert contents(store, "s") == ["one", "two", "three"]
            with store.transaction():
                store.save_user_message("s", "four")
                with undone(store):
                    store.save_user_message("s", "five")
                store.save_user_message("s", "six")
            assert contents(store, "s") == ["one", "four", "six"]
        assert contents(store, "s") == ["one", "four", "six"]
        assert positions(store, "s") == [0, 1, 2]

    def test_one_after_the_other(self, store: Storage) -> None:
        with store.transaction():
            for number in range(6):
                if number % 2:
                    with undone(store):
                        store.save_user_message("s", f"undone {number}")
                else:
                    with store.transaction():
                        store.save_user_message("s", f"done {number}")
        assert contents(store, "s") == ["done 0", "done 2", "done 4"]
        assert positions(store, "s") == [0, 1, 2]

    def test_what_is_undone_leaves_no_hole(self, store: Storage) -> None:
        store.save_user_message("s", "first")
        for _ in range(3):
            with undone(store):
                store.save_messages("s", [NewMessage("user", "undone")] * 2)
        store.save_user_message("s", "second")
        assert positions(store, "s") == [0, 1]

    def test_ids_of_what_is_undone_are_free(self, store: Storage) -> None:
        for text in ("one", "two"):
            with undone(store):
                store.create_session(id="new")
                store.save_assistant_message("new", answer(call(id="c"), message=text), id="m")
        store.create_session(id="new")
        store.save_assistant_message("new", answer(call(id="c"), message="three"), id="m")
        assert contents(store, "new") == ["three"]

    def test_usable_after_an_undone_one(self, store: Storage) -> None:
        for _ in range(15):
            with undone(store):
                store.save_user_message("s", "x")
        with store.transaction():
            store.save_user_message("s", "y")
        assert contents(store, "s") == ["y"]

    def test_empty_and_reading_blocks(self, store: Storage) -> None:
        with store.transaction():
            pass
        with store.transaction(), store.transaction():
            assert store.get_history("s") == []
            assert [session.id for session in store.iter_sessions()] == ["s"]
        store.save_user_message("s", "x")
        assert contents(store, "s") == ["x"]

    def test_metadata_filter_follows(self, store: Storage) -> None:
        store.update_session_metadata("s", {"user": "old"})
        with undone(store):
            store.update_session_metadata("s", {"user": "new"})
            assert store.count_sessions(metadata={"user": "new"}) == 1
        assert store.count_sessions(metadata={"user": "new"}) == 0
        assert store.count_sessions(metadata={"user": "old"}) == 1

    def test_a_whole_conversation(self, store: Storage) -> None:
        with store.transaction():
            session_id = store.create_session(system_message="rules")
            store.save_user_message(session_id, "question")
            turn = store.save_assistant_message(session_id, answer(call(id="c")))
            store.save_tool_result("c", {"success": True})
            store.save_pending_confirmation(session_id, {"tool_name": "t", "arguments": {}})
            assert store.get_message_count(session_id) == 3
            assert store.take_pending_confirmation(session_id) is not None
        assert positions(store, session_id) == [0, 1, 2]
        assert store.get_tool_calls_for_message(turn)[0].success is True


class TestTransactionsAndOthers:
    @pytest.fixture(autouse=True)
    def _one_session(self, store: Storage) -> None:
        store.create_session(id="s")

    def test_another_threads_calls_are_no_part_of_it(self, store: Storage) -> None:
        started = threading.Event()
        outcome: list[Any] = []

        def elsewhere() -> None:
            started.set()
            outcome.append(store.create_session(id="elsewhere"))

        thread = threading.Thread(target=elsewhere)
        with undone(store):
            store.save_user_message("s", "undone")
            thread.start()
            started.wait(timeout=30)
            thread.join(timeout=0.1)  # where the database has one writer, it waits for this block
        thread.join(timeout=60)
        assert outcome == ["elsewhere"]
        assert store.get_session("elsewhere") is not None
        assert contents(store, "s") == []

    def test_each_thread_has_its_own(self, store: Storage) -> None:
        def run(number: int) -> None:
            session_id = store.create_session(id=f"t{number}")
            for turn in range(4):
                undoes = (number + turn) % 2
                with undone(store) if undoes else store.transaction():
                    store.save_user_message(session_id, f"question {turn}")
                    store.save_assistant_message(session_id, f"answer {turn}")

        all_well(together([partial(run, number) for number in range(4)]))
        for number in range(4):
            turns = [turn for turn in range(4) if not (number + turn) % 2]
            wanted = [text for turn in turns for text in (f"question {turn}", f"answer {turn}")]
            assert contents(store, f"t{number}") == wanted
            assert positions(store, f"t{number}") == [0, 1, 2, 3]

    def test_nobody_sees_it_before_it_ends(
        self, backend: Any, store: Storage, other_store: Storage
    ) -> None:
        if backend.private:
            pytest.skip("one store alone reaches this database")
        before = everything(other_store)
        with store.transaction():
            store.create_session(id="new")
            store.save_user_message("s", "x")
            assert everything(other_store) == before
        assert other_store.get_session("new") is not None
        assert contents(other_store, "s") == ["x"]
