"""The errors a caller meets: every one is a StorageError, whatever the driver raised.

The driver's own exception is kept as ``__cause__``. All of them survive pickling, so they
cross process pools whole.
"""

from __future__ import annotations


class StorageError(Exception):
    """Base of everything agentstore raises."""


class ConfigurationError(StorageError):
    """The URL, an option, the dialect or its driver is missing or wrong."""


class InvalidInputError(StorageError, ValueError):
    """An argument is wrong; raised before anything is sent, and nothing is stored."""


class SessionNotFoundError(StorageError, LookupError):
    """There is no session with this id; nothing was stored."""


class SessionExistsError(StorageError):
    """A session with this id exists already."""


class MessageExistsError(StorageError):
    """A message or tool call with this id exists already and is not the same."""


class ToolResultExistsError(StorageError):
    """The tool call has another result already."""


class HeldError(StorageError):
    """A hold forbids the deletion; nothing was deleted."""


class SchemaError(StorageError):
    """The database lacks agentstore's tables, or some of its migrations."""


class UnavailableError(StorageError):
    """No connection in time: the server is gone, silent or locked, or the pool is exhausted."""


class DatabaseError(StorageError):
    """Anything else the driver raised; its exception is ``__cause__``."""


class TransactionConflictError(DatabaseError):
    """A deadlock or serialisation failure ended the transaction() block: run it again."""
