"""A statement that is interrupted, and an application that catches that and goes on."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from backends import NETWORKED

import agentstore
from agentstore import UnavailableError
from agentstore.engine.connection import Connection

over_the_network = pytest.mark.parametrize("backend", NETWORKED, indirect=True)


class Interruption(BaseException):
    """As a time limit of a task queue's, raised by a signal at any place."""


def interrupt_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next statement be sent, and what follows be interrupted."""
    guarded: Any = Connection._guarded

    def once(self: Connection, function: Any, *args: Any, **options: Any) -> Any:
        monkeypatch.setattr(Connection, "_guarded", guarded)

        def interrupted(*_: Any) -> None:
            raise Interruption

        return guarded(self, interrupted, *args, **options)

    monkeypatch.setattr(Connection, "_guarded", once)


@over_the_network
def test_a_block_that_was_interrupted_can_only_be_left(
    store: agentstore.Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = store.create_session()
    with pytest.raises(UnavailableError, match="interrupted"), store.transaction():  # noqa: PT012
        store.save_user_message(session_id, "outer")
        with suppress(Interruption), store.transaction():
            store.save_user_message(session_id, "inner")
            interrupt_next(monkeypatch)
            store.save_user_message(session_id, "interrupted")
        with suppress(UnavailableError):
            store.save_user_message(session_id, "later")
    assert store.get_history(session_id) == []
    store.save_user_message(session_id, "anew")


@over_the_network
def test_a_bound_store_undoes_blocks_after_an_interruption(
    store: agentstore.Storage, driver_connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = store.create_session()
    bound = agentstore.bind(driver_connection)
    interrupt_next(monkeypatch)
    with suppress(Interruption):
        bound.get_session(session_id)
    bound.save_user_message(session_id, "kept")
    with suppress(ZeroDivisionError), bound.transaction():
        bound.save_user_message(session_id, "undone")
        1 / 0  # noqa: B018
    driver_connection.commit()
    assert [message.content for message in store.get_history(session_id)] == ["kept"]
