"""When a failed call is tried again, and when it is given up.

Exponential back-off with full jitter, after "Exponential Backoff And Jitter" (AWS
Architecture Blog): writers that collided once do not meet again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from agentstore.errors import StorageError, TransactionConflictError, UnavailableError
from agentstore.faults import fault_of

T = TypeVar("T")

_FIRST_PAUSE = 0.005
_LONGEST_PAUSE = 1.0


def retrying(
    attempt: Callable[[], T],
    *,
    started_at: float,
    timeout: float,
    may_retry: Callable[[StorageError], bool],
) -> T:
    """Call until it succeeds, fails for good, or the time is over.

    Args:
        attempt: what to call; it must be safe to call again after a failure whose outcome
            is not known.
        started_at: when the whole call began (time.monotonic).
        timeout: seconds after that in which further attempts are begun.
        may_retry: asked after each passing failure.

    Raises:
        UnavailableError: the failures would pass, but did not in time.
        StorageError: a failure that does not pass, at once.
    """
    deadline = started_at + timeout
    longest = _FIRST_PAUSE
    while True:
        try:
            return attempt()
        except StorageError as error:
            fault = fault_of(error)
            if fault is None or not fault.passes or not may_retry(error):
                raise outside_transaction(error) from error.__cause__
            time_left = deadline - time.monotonic()
            if time_left <= 0:
                raise UnavailableError(
                    f"gave up after {timeout:g} s (retry_timeout): {error}"
                ) from (error.__cause__ or error)
        time.sleep(min(random.uniform(0, longest), time_left))
        longest = min(longest * 2, _LONGEST_PAUSE)


def outside_transaction(error: StorageError) -> StorageError:
    """TransactionConflictError is for transaction() blocks; elsewhere it is unavailability."""
    if isinstance(error, TransactionConflictError):
        return UnavailableError(str(error))
    return error
