"""A transaction() block that is run again after a conflict with another one."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from agentstore.engine.deadline import Deadline
from agentstore.engine.retry import FIRST_PAUSE, LONGEST_PAUSE
from agentstore.errors import StorageError, TransactionConflictError

T = TypeVar("T")


def run_in_transaction(
    transaction: Callable[[], AbstractContextManager[None]],
    work: Callable[[], T],
    *,
    timeout: float,
    also_after: tuple[type[StorageError], ...] = (),
) -> T:
    """Run some work in a transaction() block, again where it failed but may succeed.

    Args:
        transaction: opens the block.
        work: what to do in it; it is done anew each time.
        timeout: seconds in which it is begun again; 0 where an outer block is open, which alone
            can be run again.
        also_after: the errors after which it is, beside a conflict.

    Raises:
        StorageError: the last attempt's.
    """
    until = Deadline.after(timeout)
    longest = FIRST_PAUSE
    retried: tuple[type[StorageError], ...] = (TransactionConflictError, *also_after)
    while True:
        try:
            with transaction():
                return work()
        except retried:
            if until.has_passed:
                raise
        time.sleep(min(random.uniform(0, longest), max(until.left, 0.0)))
        longest = min(longest * 2, LONGEST_PAUSE)
