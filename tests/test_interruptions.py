"""A statement that is interrupted, and an application that catches that and goes on."""

from __future__ import annotations

import ast
import re
import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from backends import NETWORKED

import agentstore
from agentstore import UnavailableError
from agentstore.engine.connection import Connection
from agentstore.engine.mutex import holding, new_mutex

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


def test_no_lock_is_taken_by_a_with_statement() -> None:
    """From Python 3.14 on a handler may run behind its ``__enter__`` and before its block."""
    package = Path(agentstore.__file__).parent
    found = [
        f"{path.relative_to(package)}:{node.lineno}"
        for path in package.rglob("*.py")
        if "testing" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.With)
        for item in node.items
        if re.search(r"(lock|mutex|semaphore)\w*$", ast.unparse(item.context_expr))
    ]
    assert found == []


def test_a_mutex_that_was_not_had_is_not_given_back() -> None:
    mutex = new_mutex()
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        mutex.acquire()
        taken.set()
        done.wait(20)
        mutex.release()

    other = threading.Thread(target=hold)
    other.start()
    assert taken.wait(20)

    def interrupt(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            holding(mutex, lambda: None)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not mutex.acquire(blocking=False), "the other thread has it"
    done.set()
    other.join(20)
    assert holding(mutex, lambda: "done") == "done"


_OF_A_COMMAND = ("testing", "cli", "transfer", "doctor")


def test_no_question_about_a_file_takes_a_handler_s_error_for_a_no() -> None:
    """As Path.exists() and its like do with any OSError; commands are one call a process."""
    package = Path(agentstore.__file__).parent
    asks = re.compile(r"\.(exists|is_file|is_dir|isfile|isdir|lexists)\(")
    found = [
        f"{path.relative_to(package)}:{number}"
        for path in package.rglob("*.py")
        if path.relative_to(package).parts[0] not in _OF_A_COMMAND
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if asks.search(line.partition("#")[0])
    ]
    assert found == []
