"""Which fault an exception of the sqlite3 module is, by its code, or by its text."""

from __future__ import annotations

import sqlite3

from agentstore.engine.faults import Fault, error_of
from agentstore.errors import StorageError

_FAULTS = {
    "SQLITE_BUSY": Fault.LOCKED,
    "SQLITE_LOCKED": Fault.LOCKED,
    "SQLITE_CANTOPEN": Fault.CONFIGURATION,
    "SQLITE_READONLY_CANTINIT": Fault.CONFIGURATION,
    "SQLITE_READONLY_CANTLOCK": Fault.CONFIGURATION,
    "SQLITE_READONLY_DIRECTORY": Fault.CONFIGURATION,
    "SQLITE_READONLY_RECOVERY": Fault.CONFIGURATION,
    "SQLITE_NOTADB": Fault.CONFIGURATION,
    "SQLITE_INTERRUPT": Fault.TIMED_OUT,
    "SQLITE_TOOBIG": Fault.TOO_LARGE,
    "SQLITE_CONSTRAINT_UNIQUE": Fault.DUPLICATE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": Fault.DUPLICATE,
}
# Python 3.10 has no codes on its exceptions; SQLite's texts are in English always.
_FAULT_TEXTS = {
    "database is locked": Fault.LOCKED,
    "database table is locked": Fault.LOCKED,
    "unable to open database file": Fault.CONFIGURATION,
    "file is not a database": Fault.CONFIGURATION,
    "no such vfs": Fault.CONFIGURATION,
    "interrupted": Fault.TIMED_OUT,
    "too big": Fault.TOO_LARGE,
    "UNIQUE constraint failed": Fault.DUPLICATE,
    "no such table": Fault.MISSING_TABLE,
    "no such column": Fault.MISSING_TABLE,
    "has no column named": Fault.MISSING_TABLE,
    "closed database": Fault.DISCONNECTED,
}


def public_error(exc: BaseException, detail: str, path: str | None) -> StorageError:
    """The public error for an exception of the sqlite3 module.

    Args:
        exc: the exception.
        detail: it in one line.
        path: the database file that is named where it cannot be opened, or None.
    """
    fault = fault_of_statement(exc)
    is_the_file = fault is Fault.CONFIGURATION and path is not None
    return error_of(
        fault, detail, headline=f"cannot open the database file {path}" if is_the_file else ""
    )


def fault_of_statement(exc: BaseException) -> Fault:
    """Which fault an exception is of a statement, or of opening the file."""
    name = getattr(exc, "sqlite_errorname", None) or ""
    for known, fault in _FAULTS.items():
        if name == known or name.startswith(f"{known}_"):
            return fault
    text = str(exc)
    for known, fault in _FAULT_TEXTS.items():
        if known in text:
            return fault
    return Fault.OTHER


def is_busy(exc: sqlite3.Error) -> bool:
    """Whether another connection's lock is in the way, and waiting for it may help."""
    # In a transaction whose snapshot is too old it does not help.
    return (
        fault_of_statement(exc) is Fault.LOCKED
        and getattr(exc, "sqlite_errorname", "") != "SQLITE_BUSY_SNAPSHOT"
    )
