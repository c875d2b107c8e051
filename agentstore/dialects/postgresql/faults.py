"""Which fault an exception of psycopg is, by its SQLSTATE, or by libpq's text."""

from __future__ import annotations

import re

from agentstore.dialects.postgresql.authentication import is_refusal
from agentstore.dialects.postgresql.opening import AnsweredError, TLSError, sqlstates
from agentstore.engine.faults import Fault

_FAULTS = {
    "23505": Fault.DUPLICATE,
    "25006": Fault.UNAVAILABLE,
    "25P03": Fault.DISCONNECTED,
    "26000": Fault.UNPREPARED,
    "40001": Fault.CONFLICT,
    "40P01": Fault.CONFLICT,
    "42P01": Fault.MISSING_TABLE,
    "42703": Fault.MISSING_TABLE,
    "3F000": Fault.MISSING_TABLE,
    "42P05": Fault.UNPREPARED,
    "3D000": Fault.CONFIGURATION,
    "53300": Fault.UNAVAILABLE,
    "55P03": Fault.LOCKED,
    "57014": Fault.TIMED_OUT,
    "57P01": Fault.DISCONNECTED,
    "57P02": Fault.DISCONNECTED,
    "57P03": Fault.UNAVAILABLE,
    "57P05": Fault.DISCONNECTED,
}
_FAULT_CLASSES = {"08": Fault.DISCONNECTED, "28": Fault.CONFIGURATION}
_OUTAGES = frozenset({"08", "25", "40", "53", "57", "58", "XX"})
"""Classes of what a server says to a newcomer that may be let in later; all others are refusals."""
# What libpq finds itself has no code, and PgBouncer gives one code to all.
_REFUSALS = re.compile(
    "authentication failed|no password supplied|does not exist|no such (?:database|user)"
    "|not permitted to log in|permission denied for database"
    "|invalid .*(?:option|value|number)|invalid sslmode|does not support SSL"
    "|unsupported startup parameter|certificate"
)
_HANG_UPS = re.compile("server closed the connection|reset by peer|EOF detected|SYSCALL")


def fault_of_sqlstate(code: str) -> Fault | None:
    """Which fault a code says that a statement failed of; None where it says nothing to us."""
    return _FAULTS.get(code) or _FAULT_CLASSES.get(code[:2])


def fault_of_login(exc: BaseException) -> Fault:
    """What an attempt to connect failed of."""
    # PgBouncer's 08P01 says nothing.
    codes = [code for code in sqlstates(exc) if code != "08P01"]
    if any(code[:2] in _OUTAGES for code in codes):
        return Fault.UNAVAILABLE
    text = str(exc)
    is_hang_up = _HANG_UPS.search(text) is not None
    is_refused = is_refusal(text) or _REFUSALS.search(text) is not None
    if codes or is_refused or (isinstance(exc, TLSError) and not is_hang_up):
        return Fault.CONFIGURATION
    answered = isinstance(exc, AnsweredError) or is_hang_up or "session is read-only" in text
    # Of several hosts, one that answers may be starting up, or be a standby that takes over.
    return Fault.UNAVAILABLE if answered or "FATAL: " in text else Fault.UNREACHABLE
