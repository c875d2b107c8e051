"""What can go wrong at a database, told apart as far as the library acts on it.

A dialect's connection names the fault of a driver's exception by its code; everything above
deals with these few kinds and never sees a driver's exception.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from agentstore.errors import (
    ConfigurationError,
    DatabaseError,
    InvalidInputError,
    SchemaError,
    StorageError,
    TransactionConflictError,
    UnavailableError,
)


class Fault(Enum):
    """A kind of failure. Each value: the error raised, and how its message begins."""

    CONFIGURATION = (ConfigurationError, "access denied by the database")
    UNREACHABLE = (UnavailableError, "the database cannot be reached")
    DISCONNECTED = (UnavailableError, "the connection to the database was lost")
    UNAVAILABLE = (UnavailableError, "the database is not accepting queries")
    LOCKED = (UnavailableError, "a lock was not free in time")
    TIMED_OUT = (UnavailableError, "the statement took longer than statement_timeout")
    LATE = (UnavailableError, "the call's deadline was exceeded")
    CONFLICT = (TransactionConflictError, "the transaction was in conflict with another")
    UNPREPARED = (TransactionConflictError, "the pooler refused a prepared statement")
    DUPLICATE = (DatabaseError, "there is a row with this key already")
    MISSING_VALUE = (DatabaseError, "a value is missing")
    MISSING_TABLE = (
        SchemaError,
        "the database lacks agentstore's tables or is behind: run `agentstore migrate`, "
        "store.migrate() or yoyo apply",
    )
    TOO_LARGE = (InvalidInputError, "a value is larger than the database takes")
    OTHER = (DatabaseError, "the database refused the statement")

    @property
    def error_class(self) -> type[StorageError]:
        """The public error."""
        cls: type[StorageError] = self.value[0]
        return cls

    @property
    def is_transient(self) -> bool:
        """Whether the same call may well succeed a little later."""
        return self in _TRANSIENT

    @property
    def ends_transaction(self) -> bool:
        """Whether no part of the open transaction can be saved by a savepoint."""
        return self in (Fault.DISCONNECTED, Fault.CONFLICT)


_TRANSIENT = frozenset(
    {
        Fault.UNREACHABLE,
        Fault.DISCONNECTED,
        Fault.UNAVAILABLE,
        Fault.LOCKED,
        Fault.LATE,
        Fault.CONFLICT,
        Fault.UNPREPARED,
    }
)


def error_of(fault: Fault, detail: str = "", *, headline: str = "") -> StorageError:
    """The public error for a fault; `fault_of` finds the fault again.

    Args:
        fault: the kind.
        detail: the driver's own words, with nothing secret in them.
        headline: how the message begins, where there is a better one than the kind's.
    """
    headline = headline or fault.value[1]
    message = f"{headline} ({detail})" if detail else headline
    error = fault.error_class(message)
    error.__dict__["fault"] = fault
    return error


def fault_of(error: BaseException) -> Fault | None:
    """The fault that an error stands for, or None where it is no failure of the database."""
    fault: Any = error.__dict__.get("fault")
    return fault if isinstance(fault, Fault) else None


def mark_uncancelled(error: StorageError) -> None:
    """Note that the server could not be told to end what this is the error of."""
    error.__dict__["uncancelled"] = True


def is_uncancelled(error: BaseException) -> bool:
    """Whether what failed may still take effect."""
    return "uncancelled" in error.__dict__
