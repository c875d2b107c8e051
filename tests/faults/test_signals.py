"""Exceptions that a signal's handler raises at any moment of a call: a soft time limit, Ctrl-C.

What was interrupted is done or not done, and nothing else is touched: the thread's next call
works, and other threads and processes go on.
"""

from __future__ import annotations

import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

import pytest
from figures import Figures
from forked import ends_well, fork
from form import SHARED, Form
from ledger import Ledger, most_common
from settling import Account
from workload import ALL, Writer, create_shared, read_log

import agentstore
from agentstore import Storage

OPTIONS = {"pool_size": 2, "pool_timeout": 5.0, "statement_timeout": 10.0, "retry_timeout": 10.0}


class Interruption(BaseException):
    """As gevent's Timeout and KeyboardInterrupt are."""


class SoftTimeLimit(Exception):
    """As Celery's SoftTimeLimitExceeded is."""


KINDS = (Interruption, SoftTimeLimit, TimeoutError, ConnectionResetError, KeyboardInterrupt)
"""What handlers raise: the class must make no difference, be it that of the network's errors."""


class Alarm:
    """A signal's handler.

    Args:
        kind: what it raises.

    Attributes:
        raised: how often it has, since the last call began.
    """

    def __init__(self, kind: type[BaseException] = Interruption) -> None:
        self.kind = kind
        self.raised = 0
        self._is_on = True

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """Handle the signal: raise, unless the call is over."""
        if self._is_on:
            self.raised += 1
            raise self.kind("of the handler")

    def interrupts(self, call: Callable[[], object], after: float, again: float) -> bool:
        """Make a call that is interrupted after some seconds, and every so often from then on.

        Returns:
            Whether what was raised came out.
        """
        self.raised = 0
        try:
            self._is_on = True
            signal.setitimer(signal.ITIMER_REAL, after, again)
            call()
        except self.kind:
            return True
        finally:
            # CPython runs no handler before an assignment that follows without a call.
            self._is_on = False
            signal.setitimer(signal.ITIMER_REAL, 0)
        return False


class Interrupted(Writer):
    """A writer that does not take what a handler raises for an answer."""

    lets_through = KINDS


def interrupt_calls(writer: Interrupted, moments: int) -> None:
    """Make all kinds of calls, each interrupted at some moment; then some that are not."""
    chance = random.Random(moments)
    writer.create_own()
    seconds: dict[str, float] = {}
    for number, operation in enumerate(ALL * 3):
        began = time.monotonic()
        writer.do(operation, number)
        seconds[operation] = time.monotonic() - began
    alarm = Alarm()
    signal.signal(signal.SIGALRM, alarm)
    raised = count = 0
    for number in range(1000, 1000 + moments):
        operation = ALL[number % len(ALL)]
        after = 1e-6 + chance.uniform(0, 1.2 * seconds[operation])
        # Half of them also while the first one is cleaned up after.
        again = chance.choice([0.0, 5e-5])
        alarm.kind = chance.choice(KINDS)
        count += alarm.interrupts(lambda: writer.do(operation, number), after, again)  # noqa: B023
        raised += alarm.raised > 0
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    assert count > moments / 10
    # Drivers, logging and Python's collector of garbage drop what is raised in some places.
    assert raised - count <= moments / 50
    for number, operation in enumerate(ALL, 1_000_000):
        assert writer.do(operation, number).error == ""
    assert writer.store.stats().in_use == 0


def both_places_are_free(store: Storage) -> None:
    """Two threads at once have a connection each."""
    both = threading.Barrier(2, timeout=20)

    def hold() -> None:
        store._repository.executor.read(lambda connection: both.wait())

    threads = [threading.Thread(target=hold) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not both.broken


@SHARED
def test_interrupted_at_any_moment(database_url: str, account: Account, form: Form) -> None:
    create_shared(database_url)

    def be_client() -> None:
        with agentstore.connect(database_url, **OPTIONS) as store:  # type: ignore[arg-type]
            client = account.client(database_url, "w")
            interrupt_calls(Interrupted(client, store, "w"), form.interruptions)
            both_places_are_free(store)
            # Nothing of its was left begun: another store is not held up.
            with agentstore.connect(database_url, **OPTIONS) as other:  # type: ignore[arg-type]
                Writer(account.client(database_url, "o"), other, "w").do("block", 2_000_000)

    assert ends_well(fork(be_client), seconds=60 + form.interruptions / 10)
    account.settle(database_url, Figures(), **OPTIONS)


def test_a_store_in_memory_is_interrupted(account: Account, form: Form) -> None:
    def be_client() -> None:
        with agentstore.connect("sqlite://") as store:
            store.create_session(id="shared")
            client = account.client("sqlite://", "w")
            interrupt_calls(Interrupted(client, store, "w"), form.interruptions)
            ledger = Ledger(store, read_log(client.log), limit=60)
            assert ledger.figures.faults() == {}, most_common(ledger.problems)

    assert ends_well(fork(be_client), seconds=60 + form.interruptions / 10)


def test_a_thread_that_was_interrupted_and_ended(make_store: Callable[..., Storage]) -> None:
    """What nobody gives back is got back by others, at the latest after pool_timeout."""
    store = make_store(pool_size=1, pool_timeout=0.5)
    store.create_session(id="s")

    def leave_behind() -> None:
        store._repository.executor._pool.acquire()  # type: ignore[attr-defined]

    thread = threading.Thread(target=leave_behind)
    thread.start()
    thread.join()
    assert store.stats().in_use == 1
    assert store.get_session("s") is not None
    assert store.stats().in_use == 0


def test_a_block_whose_end_was_interrupted_is_undone(make_store: Callable[..., Storage]) -> None:
    """Before the first line of its ``__exit__``: the with statement is over, unknown to it."""
    store = make_store()
    store.create_session(id="s")
    with pytest.raises(Interruption), store.transaction():  # noqa: PT012
        store.save_user_message("s", "cut off")
        interrupt_the_end()
    store.save_user_message("s", "alone")
    with store.transaction():
        store.save_user_message("s", "outer")
        with pytest.raises(Interruption), store.transaction():  # noqa: PT012
            store.save_user_message("s", "inner, cut off")
            interrupt_the_end()
        store.save_user_message("s", "outer again")
    contents = [message.content for message in store.get_history("s")]
    assert contents == ["alone", "outer", "outer again"]
    assert store.stats().in_use == 0


def interrupt_the_end() -> None:
    """Have the next end of a block interrupted as it is called."""

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name == "_leave":
            sys.setprofile(None)
            raise Interruption

    sys.setprofile(profile)
