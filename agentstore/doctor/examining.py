"""An examination: all checks of a store's dialect, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from agentstore.doctor import contents, database, mysql, postgresql, sqlite
from agentstore.doctor.patient import Patient
from agentstore.doctor.verdict import Finding, Verdict, look
from agentstore.errors import DatabaseError, SchemaError, StorageError
from agentstore.storage import Storage

Check = Callable[[Patient], Verdict]

_OF_DIALECT: dict[str, tuple[Check, ...]] = {
    "mysql": mysql.CHECKS,
    "postgresql": postgresql.CHECKS,
    "sqlite": sqlite.CHECKS,
}


def checks_of(dialect: str) -> tuple[Check, ...]:
    """The checks of a dialect, in the order in which they are told."""
    return (*database.CHECKS, *_OF_DIALECT.get(dialect, ()), *contents.CHECKS)


def examine(store: Storage, now: datetime | None = None) -> Iterator[Finding]:
    """Look at a store's database; nothing is written.

    Args:
        store: an open store, not scoped.
        now: the time (UTC) from which ages count; the clock's where None.

    Yields:
        What each check found, as it is found.

    Raises:
        ConfigurationError: the dialect has no statements for it, or the store is scoped.
        UnavailableError: the database cannot be reached.
    """
    patient = Patient(store, now)
    store.ping()
    for check in checks_of(store.dialect):
        try:
            verdict = check(patient)
        except SchemaError:
            verdict = look("not looked at: its tables are not there", "agentstore migrate")
        except (DatabaseError, StorageError) as exc:
            verdict = _not_looked_at(exc)
        yield Finding(check.__name__.replace("_", " "), *verdict)


def _not_looked_at(error: StorageError) -> Verdict:
    reason = " ".join(str(error).split())
    return look(
        f"not looked at: {reason}",
        "run doctor by a role that may read it, or with a larger statement_timeout in the URL",
    )
