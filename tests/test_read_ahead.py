"""What is read in a thread of its own while a server stores what came before."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any, cast

import pytest
from waiting import until

from agentstore import Storage
from agentstore.transfer.read_ahead import read_ahead


def store_with(connection: Any) -> Storage:
    """A store as far as it is looked at."""
    executor = SimpleNamespace(read=lambda operation: operation(connection))
    return cast(Storage, SimpleNamespace(_repository=SimpleNamespace(executor=executor)))


SERVER, FILE = (store_with(SimpleNamespace(is_remote=is_remote)) for is_remote in (True, False))


def numbers(
    most: int, done: Callable[[str], object] = lambda what: None
) -> Generator[int, None, None]:
    """Numbers; says in which thread it began and ended."""
    done(f"began in {threading.get_ident()}")
    try:
        yield from range(most)
    finally:
        done(f"ended in {threading.get_ident()}")


@pytest.mark.parametrize("target", [SERVER, FILE])
@pytest.mark.parametrize("most", [0, 1, 2, 1000])
def test_all_in_order(target: Storage, most: int) -> None:
    assert list(read_ahead(numbers(most), target)) == list(range(most))


@pytest.mark.parametrize("taken", [0, 1, 5, 1000])
@pytest.mark.parametrize("target", [SERVER, FILE])
def test_it_begins_and_ends_in_one_thread(target: Storage, taken: int) -> None:
    said: list[str] = []
    before = threading.active_count()
    with closing(read_ahead(numbers(1000, said.append), target)) as found:
        for number, _ in zip(range(taken), found, strict=False):
            assert number < taken
    assert threading.active_count() == before
    if taken == 0:
        assert said == []
        return
    began, ended = (each.rpartition(" ")[2] for each in said)
    assert began == ended
    assert (began == str(threading.get_ident())) is (target is FILE)


@pytest.mark.parametrize("target", [SERVER, FILE])
def test_an_error_comes_behind_what_came_before_it(target: Storage) -> None:
    def failing() -> Generator[int, None, None]:
        yield 1
        yield 2
        raise LookupError("no third")

    found = read_ahead(failing(), target)
    assert [next(found), next(found)] == [1, 2]
    with pytest.raises(LookupError, match="no third"):
        next(found)


def test_it_is_one_item_ahead_and_no_more() -> None:
    begun: list[int] = []

    def noted() -> Generator[int, None, None]:
        for number in range(10):
            begun.append(number)
            yield number

    with closing(read_ahead(noted(), SERVER)) as found:
        assert next(found) == 0
        until(lambda: len(begun) == 3)  # one waits, one waits for its place
        time.sleep(0.05)
        assert begun == [0, 1, 2]


def test_it_sees_the_callers_context() -> None:
    tenant: ContextVar[str] = ContextVar("tenant")
    tenant.set("acme")

    def seen() -> Generator[str, None, None]:
        yield tenant.get("nobody")

    assert list(read_ahead(seen(), SERVER)) == ["acme"]


class Interrupted(Exception):
    """What the handler of a signal raises."""


def test_a_signal_ends_it_as_closing_does() -> None:
    said: list[str] = []

    def endless() -> Generator[int, None, None]:
        try:
            while True:
                yield 1
        finally:
            said.append("ended")

    def handler(*_: Any) -> None:
        raise Interrupted

    def read(killer: threading.Timer) -> None:
        with closing(read_ahead(endless(), SERVER)) as found:
            next(found)
            killer.start()
            deque(found, maxlen=0)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        for _ in range(200):
            killer = threading.Timer(0.0005, os.kill, (os.getpid(), signal.SIGUSR1))
            with pytest.raises(Interrupted):
                read(killer)
            killer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert said == ["ended"] * 200
