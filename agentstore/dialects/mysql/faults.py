"""Which fault an exception of PyMySQL is, by its number."""

from __future__ import annotations

import ssl

import pymysql

from agentstore.engine.faults import Fault

_FAULTS = {
    1020: Fault.CONFLICT,
    1040: Fault.UNAVAILABLE,
    1044: Fault.CONFIGURATION,
    1045: Fault.CONFIGURATION,
    1047: Fault.UNAVAILABLE,
    1048: Fault.MISSING_VALUE,
    1049: Fault.CONFIGURATION,
    1053: Fault.DISCONNECTED,
    1054: Fault.MISSING_TABLE,
    1062: Fault.DUPLICATE,
    1129: Fault.UNAVAILABLE,
    1130: Fault.CONFIGURATION,
    1146: Fault.MISSING_TABLE,
    1153: Fault.TOO_LARGE,
    1158: Fault.DISCONNECTED,
    1159: Fault.DISCONNECTED,
    1160: Fault.DISCONNECTED,
    1161: Fault.DISCONNECTED,
    1180: Fault.UNAVAILABLE,
    1203: Fault.UNAVAILABLE,
    1205: Fault.LOCKED,
    1213: Fault.CONFLICT,
    1226: Fault.UNAVAILABLE,
    1251: Fault.CONFIGURATION,
    1290: Fault.UNAVAILABLE,
    1317: Fault.TIMED_OUT,
    1613: Fault.CONFLICT,
    1614: Fault.CONFLICT,
    1698: Fault.CONFIGURATION,
    1792: Fault.CONFIGURATION,
    1820: Fault.CONFIGURATION,
    1836: Fault.UNAVAILABLE,
    1862: Fault.CONFIGURATION,
    1927: Fault.DISCONNECTED,
    1969: Fault.TIMED_OUT,
    2002: Fault.UNREACHABLE,
    2003: Fault.UNREACHABLE,
    2005: Fault.UNREACHABLE,
    2006: Fault.DISCONNECTED,
    2013: Fault.DISCONNECTED,
    2014: Fault.DISCONNECTED,
    2026: Fault.CONFIGURATION,
    2027: Fault.DISCONNECTED,
    2045: Fault.DISCONNECTED,
    2055: Fault.DISCONNECTED,
    2061: Fault.CONFIGURATION,
    3024: Fault.TIMED_OUT,
    3101: Fault.CONFLICT,
    3118: Fault.CONFIGURATION,
    3159: Fault.CONFIGURATION,
    3955: Fault.CONFIGURATION,
    4031: Fault.DISCONNECTED,
    4151: Fault.CONFIGURATION,
}
_OUTAGES_AT_LOGIN = frozenset({1021, 1037, 1038, 1041, 1042, 1043, 1135, 1152, 1184})
"""The server is short of disk, memory or threads, or did not get to the end of the handshake."""
_TLS_HANG_UPS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_PACKAGES = {"cryptography": "rsa", "pynacl": "ed25519"}
"""What PyMySQL wants for some ways to authenticate, and its extra that brings it."""
_ELSEWHERE = frozenset({1047, 1180, 1290, 1836})
"""The server is cut off from its cluster, or a replica: the next attempt looks for another."""


def fault_of_statement(exc: BaseException) -> tuple[Fault, bool]:
    """The fault of a statement, and whether another server may be better off."""
    code = _code(exc)
    fault = _FAULTS.get(code, Fault.OTHER)
    if fault is Fault.OTHER and isinstance(exc, (pymysql.InterfaceError, OSError)):
        fault = Fault.DISCONNECTED
    return fault, code in _ELSEWHERE


def fault_of_login(exc: BaseException, fault: Fault) -> Fault:
    """What an attempt to connect failed of, where `fault` is what a statement would have."""
    if fault is Fault.DISCONNECTED:
        # A server that hangs up on a newcomer is there; a silent one may not be.
        return Fault.UNREACHABLE if "timed out" in str(exc) else Fault.UNAVAILABLE
    cause = getattr(exc, "original_exception", None)
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, _TLS_HANG_UPS):
        return Fault.CONFIGURATION
    if fault is Fault.OTHER:
        # What the server or the driver says to a newcomer is a refusal, where it is not known
        # to pass; the driver's own errors mean that a package or a file is not as it should be.
        return Fault.UNAVAILABLE if _code(exc) in _OUTAGES_AT_LOGIN else Fault.CONFIGURATION
    return fault


def remedy_of(exc: BaseException) -> str | None:
    """The command that mends an error of the driver's, where a package is missing."""
    if isinstance(exc, RuntimeError):
        for package, extra in _PACKAGES.items():
            if package in str(exc):
                return f'pip install "PyMySQL[{extra}]"'
    return None


def _code(exc: BaseException) -> int:
    code = exc.args[0] if isinstance(exc, pymysql.MySQLError) and exc.args else 0
    return code if isinstance(code, int) else 0
