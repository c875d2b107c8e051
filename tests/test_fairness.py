"""The semaphore in front of a pool, and of the writers of a SQLite file."""

from __future__ import annotations

import threading
import time

import pytest

from agentstore.engine.semaphore import FairSemaphore


@pytest.mark.parametrize("places", [1, 2, 3])
def test_no_more_are_in_than_there_are_places(places: int) -> None:
    semaphore = FairSemaphore(places)
    inside: list[int] = []
    most = 0
    refused = 0

    def come_and_go(number: int) -> None:
        nonlocal most, refused
        for turn in range(200):
            if not semaphore.acquire(number, 0.0 if turn % 7 == 0 else 60):
                refused += 1
                continue
            inside.append(number)
            most = max(most, len(inside))
            if turn % 50 == 0:
                time.sleep(0.001)
            inside.remove(number)
            semaphore.release(number)

    threads = [threading.Thread(target=come_and_go, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    assert most <= places
    # All places are free again.
    assert [semaphore.acquire(object(), 0) for _ in range(places + 1)] == [True] * places + [False]


def test_one_who_waits_is_served_before_one_who_takes_it_again_and_again() -> None:
    semaphore = FairSemaphore(1)
    assert semaphore.acquire("first", 0)
    served = threading.Event()

    def wait() -> None:
        assert semaphore.acquire("second", 60)
        served.set()
        semaphore.release("second")

    waiting = threading.Thread(target=wait)
    waiting.start()
    rounds = 0
    while not served.is_set() and rounds < 1_000:
        time.sleep(0.001)
        semaphore.release("first")
        assert semaphore.acquire("first", 60)
        rounds += 1
    semaphore.release("first")
    waiting.join(60)
    assert rounds < 1_000


def test_two_places_given_back_at_once_wake_two() -> None:
    for _ in range(200):
        semaphore = FairSemaphore(2)
        assert semaphore.acquire("a", 0)
        assert semaphore.acquire("b", 0)
        got: list[bool] = []
        threads = [
            threading.Thread(target=lambda: got.append(semaphore.acquire(object(), 60)))  # noqa: B023
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        semaphore.release("a")
        semaphore.release("b")
        for thread in threads:
            thread.join(60)
        assert got == [True, True]


def test_nobody_is_let_in_after_the_time() -> None:
    semaphore = FairSemaphore(1)
    assert semaphore.acquire("first", 0)
    assert not semaphore.acquire("second", 0.01)
    assert not semaphore.acquire("second", -1)
    semaphore.release("first")
    assert semaphore.acquire("second", 0)
