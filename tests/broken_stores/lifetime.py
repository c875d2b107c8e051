"""Transactions that do not hold, and stores that outlive their end or their process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from agentstore import MessageExistsError, Storage, StorageError
from broken_stores.breaking import breakage, wrap


def _committing(original: Any, store: Storage, *, goes_on_up: bool) -> Any:
    @contextmanager
    def block() -> Iterator[Any]:
        failure: BaseException | None = None
        with original(store) as inside:
            try:
                yield inside
            except BaseException as exc:
                failure = exc
        if failure is not None and goes_on_up:
            raise failure

    return block()


@breakage(
    "TestTransaction::test_an_exception_undoes_it",
    "TestStateful::test_store_and_model_stay_the_same",
)
def swallows_a_rollback() -> None:
    wrap("transaction", lambda f, s: _committing(f, s, goes_on_up=True))


@breakage("TestNestedTransactions::test_the_exception_goes_on_up_as_it_is")
def swallows_the_exception_of_a_block() -> None:
    wrap("transaction", lambda f, s: _committing(f, s, goes_on_up=False))


@breakage(
    "TestTransaction::test_a_nested_one_is_a_savepoint",
    "TestStateful::test_store_and_model_stay_the_same",
)
def has_no_savepoints() -> None:
    depth: list[int] = [0]

    def transaction(original: Any, store: Storage) -> Any:
        @contextmanager
        def block() -> Iterator[Any]:
            depth[0] += 1
            try:
                if depth[0] == 1:
                    with original(store):
                        yield
                else:
                    yield
            finally:
                depth[0] -= 1

        return block()

    wrap("transaction", transaction)


@breakage("TestTransaction::test_a_refusal_leaves_the_block_usable")
def a_refusal_ends_the_block() -> None:
    broken: list[bool] = []

    def transaction(original: Any, store: Storage) -> Any:
        @contextmanager
        def block() -> Iterator[Any]:
            broken.clear()
            with original(store):
                yield

        return block()

    def save(original: Any, store: Storage, *a: Any, **how: Any) -> Any:
        if broken:
            raise StorageError("current transaction is aborted")
        try:
            return original(store, *a, **how)
        except MessageExistsError:
            broken.append(True)
            raise

    wrap("transaction", transaction)
    wrap("save_user_message", save)


@breakage("TestClosed::test_every_method_says_so", "TestClose::test_a_context_manager")
def answers_after_it_was_closed() -> None:
    for method in ("close", "disconnect", "__exit__"):
        wrap(method, lambda f, s, *a: None)


@breakage("TestFork::test_a_private_store_stays_the_parents")
def answers_in_a_forked_child() -> None:
    parent = os.getpid()

    def get(original: Any, store: Storage, session_id: str) -> Any:
        return None if os.getpid() != parent else original(store, session_id)

    wrap("get_session", get)
