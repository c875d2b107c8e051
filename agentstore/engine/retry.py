"""When a failed call is tried again, and when it is given up.

Exponential back-off with full jitter, after "Exponential Backoff And Jitter" (AWS
Architecture Blog): writers that collided once do not meet again.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from agentstore.engine.deadline import Deadline
from agentstore.engine.faults import fault_of, is_uncancelled
from agentstore.errors import StorageError, TransactionConflictError, UnavailableError

T = TypeVar("T")

_logger = logging.getLogger("agentstore.retry")
_SECOND_ATTEMPT = 2
_UNCANCELLED = (
    "; the server could not be told to cancel it: a write that has arrived there may still take "
    "effect"
)

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 1.0


def try_again(
    failure: StorageError,
    attempt: Callable[[], T],
    *,
    until: Deadline,
    timeout: float,
    may_retry: Callable[[StorageError], bool],
    on_retry: Callable[[int, StorageError], None],
) -> T:
    """Call, after a first attempt that has failed, until it succeeds, fails permanently, or the
    time is over.

    Args:
        failure: what the first attempt has raised.
        attempt: what to call; it must be safe to call again after a failure whose outcome
            is not known.
        until: when no further attempt is begun.
        timeout: the seconds of retry_timeout, for the message.
        may_retry: asked after each transient failure.
        on_retry: called before each attempt, with its number and the error of the one before.

    Raises:
        UnavailableError: the failures were transient, and did not end in time.
        StorageError: a permanent failure, at once.
    """
    longest = FIRST_PAUSE
    number = 1
    may_take_effect = ""
    try:
        while True:
            if is_uncancelled(failure):
                may_take_effect = _UNCANCELLED
            fault = fault_of(failure)
            if fault is None or not fault.is_transient or not may_retry(failure):
                raise outside_transaction(failure) from failure.__cause__
            time_left = until.left
            if time_left <= 0:
                raise UnavailableError(
                    f"gave up after {timeout:g} s (retry_timeout): {failure}{may_take_effect}"
                ) from (failure.__cause__ or failure)
            time.sleep(min(random.uniform(0, longest), time_left))
            longest = min(longest * 2, LONGEST_PAUSE)
            number += 1
            on_retry(number, failure)
            try:
                return attempt()
            except StorageError as error:
                failure = error
    finally:
        del failure  # see "let_through"


def log_retry(number: int, error: StorageError, until: Deadline) -> None:
    """Log that a call is tried again: our own words alone, as the driver's may hold values."""
    fault = fault_of(error)
    _logger.log(
        logging.INFO if number == _SECOND_ATTEMPT else logging.WARNING,
        "trying %s again: %s%s, attempt %d, %.1f s left",
        error.__dict__.get("statement", "to connect"),
        "" if fault is None else fault.name.lower(),
        f" ({error.__dict__['code']})" if error.__dict__.get("code") else "",
        number,
        max(until.left, 0.0),
    )


def outside_transaction(error: StorageError) -> StorageError:
    """TransactionConflictError is for transaction() blocks; elsewhere it is unavailability."""
    if isinstance(error, TransactionConflictError):
        return UnavailableError(str(error))
    return error
