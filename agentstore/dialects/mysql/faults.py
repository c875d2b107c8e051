"""Which fault an exception of PyMySQL is, by its number."""

from __future__ import annotations

import ssl

import pymysql

from agentstore.dialects.mysql.error_codes import Code
from agentstore.dialects.mysql.tls import explain_refusal
from agentstore.engine.connection import Connection
from agentstore.engine.faults import Fault

_CHANGES_OF_A_GROUP = frozenset(
    {
        Code.BEFORE_DML_VALIDATION_ERROR,
        Code.RUN_HOOK_ERROR,
        Code.GR_HOLD_WAIT_TIMEOUT,
        Code.GR_HOLD_KILLED,
        Code.GR_HOLD_MEMBER_STATUS_ERROR,
        Code.GRP_TRX_CONSISTENCY_NOT_ALLOWED,
        Code.GRP_TRX_CONSISTENCY_BEFORE,
        Code.GRP_TRX_CONSISTENCY_AFTER_ON_TRX_BEGIN,
        Code.GRP_TRX_CONSISTENCY_BEGIN_NOT_ALLOWED,
    }
)
"""What a member of a MySQL group says while a primary is elected, or it is out of the group."""
_FAULTS: dict[int, Fault] = {
    **dict.fromkeys(_CHANGES_OF_A_GROUP, Fault.UNAVAILABLE),
    Code.CHECKREAD: Fault.CONFLICT,
    Code.CON_COUNT_ERROR: Fault.UNAVAILABLE,
    Code.DBACCESS_DENIED_ERROR: Fault.CONFIGURATION,
    Code.ACCESS_DENIED_ERROR: Fault.CONFIGURATION,
    Code.NO_DB_ERROR: Fault.CONFIGURATION,
    Code.UNKNOWN_COM_ERROR: Fault.UNAVAILABLE,
    Code.BAD_NULL_ERROR: Fault.MISSING_VALUE,
    Code.BAD_DB_ERROR: Fault.CONFIGURATION,
    Code.SERVER_SHUTDOWN: Fault.DISCONNECTED,
    Code.BAD_FIELD_ERROR: Fault.MISSING_TABLE,
    Code.DUP_ENTRY: Fault.DUPLICATE,
    Code.HOST_IS_BLOCKED: Fault.UNAVAILABLE,
    Code.HOST_NOT_PRIVILEGED: Fault.CONFIGURATION,
    Code.NO_SUCH_TABLE: Fault.MISSING_TABLE,
    Code.NET_PACKET_TOO_LARGE: Fault.TOO_LARGE,
    Code.NET_READ_ERROR: Fault.DISCONNECTED,
    Code.NET_READ_INTERRUPTED: Fault.DISCONNECTED,
    Code.NET_ERROR_ON_WRITE: Fault.DISCONNECTED,
    Code.NET_WRITE_INTERRUPTED: Fault.DISCONNECTED,
    Code.KEY_DOES_NOT_EXITS: Fault.MISSING_TABLE,
    Code.ERROR_DURING_COMMIT: Fault.UNAVAILABLE,
    Code.TOO_MANY_USER_CONNECTIONS: Fault.UNAVAILABLE,
    Code.LOCK_WAIT_TIMEOUT: Fault.LOCKED,
    Code.LOCK_DEADLOCK: Fault.CONFLICT,
    Code.USER_LIMIT_REACHED: Fault.UNAVAILABLE,
    Code.NOT_SUPPORTED_AUTH_MODE: Fault.CONFIGURATION,
    Code.OPTION_PREVENTS_STATEMENT: Fault.UNAVAILABLE,
    Code.QUERY_INTERRUPTED: Fault.TIMED_OUT,
    Code.PLUGIN_IS_NOT_LOADED: Fault.CONFIGURATION,
    Code.XA_RBTIMEOUT: Fault.CONFLICT,
    Code.XA_RBDEADLOCK: Fault.CONFLICT,
    Code.ACCESS_DENIED_NO_PASSWORD_ERROR: Fault.CONFIGURATION,
    Code.CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: Fault.CONFIGURATION,
    Code.MUST_CHANGE_PASSWORD: Fault.CONFIGURATION,
    Code.READ_ONLY_MODE: Fault.UNAVAILABLE,
    Code.MUST_CHANGE_PASSWORD_LOGIN: Fault.CONFIGURATION,
    Code.CONNECTION_KILLED: Fault.DISCONNECTED,
    Code.STATEMENT_TIMEOUT: Fault.TIMED_OUT,
    Code.CR_CONNECTION_ERROR: Fault.UNREACHABLE,
    Code.CR_CONN_HOST_ERROR: Fault.UNREACHABLE,
    Code.CR_UNKNOWN_HOST: Fault.UNREACHABLE,
    Code.CR_SERVER_GONE_ERROR: Fault.DISCONNECTED,
    Code.CR_SERVER_LOST: Fault.DISCONNECTED,
    Code.CR_COMMANDS_OUT_OF_SYNC: Fault.DISCONNECTED,
    Code.CR_SSL_CONNECTION_ERROR: Fault.CONFIGURATION,
    Code.CR_MALFORMED_PACKET: Fault.DISCONNECTED,
    Code.CR_SHARED_MEMORY_CONNECT_ABANDONED_ERROR: Fault.DISCONNECTED,
    Code.CR_SERVER_LOST_EXTENDED: Fault.DISCONNECTED,
    Code.CR_AUTH_PLUGIN_ERR: Fault.CONFIGURATION,
    Code.QUERY_TIMEOUT: Fault.TIMED_OUT,
    Code.TRANSACTION_ROLLBACK_DURING_COMMIT: Fault.CONFLICT,
    Code.ACCOUNT_HAS_BEEN_LOCKED: Fault.CONFIGURATION,
    Code.SECURE_TRANSPORT_REQUIRED: Fault.CONFIGURATION,
    Code.USER_ACCESS_DENIED_FOR_USER_ACCOUNT_BLOCKED_BY_PASSWORD_LOCK: Fault.CONFIGURATION,
    Code.CLIENT_INTERACTION_TIMEOUT: Fault.DISCONNECTED,
    Code.MARIADB_ACCOUNT_HAS_BEEN_LOCKED: Fault.CONFIGURATION,
}
_OUTAGES_AT_LOGIN = frozenset(
    {
        Code.DISK_FULL,
        Code.OUTOFMEMORY,
        Code.OUT_OF_SORTMEMORY,
        Code.OUT_OF_RESOURCES,
        Code.BAD_HOST_ERROR,
        Code.HANDSHAKE_ERROR,
        Code.CANT_CREATE_THREAD,
        Code.ABORTING_CONNECTION,
        Code.NEW_ABORTING_CONNECTION,
    }
)
"""The server is short of disk, memory or threads, or did not get to the end of the handshake."""
_TLS_HANG_UPS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_PACKAGES = {"cryptography": "rsa", "pynacl": "ed25519"}
"""What PyMySQL wants for some ways to authenticate, and its extra that brings it."""
NO_DATABASE = "the URL names no database: mysql://user:password@host/DATABASE"
_NEW_PASSWORD = "give the account a new password: ALTER USER … IDENTIFIED BY …"
_UNLOCK = "ALTER USER … ACCOUNT UNLOCK"
_ANOTHER_METHOD = (
    "the server or the driver lacks the way in which the account proves its password; one that "
    "both have: ALTER USER … IDENTIFIED WITH caching_sha2_password BY …, or on MariaDB "
    "IDENTIFIED VIA mysql_native_password USING PASSWORD(…)"
)
_REMEDIES: dict[int, str] = {
    Code.MUST_CHANGE_PASSWORD: _NEW_PASSWORD,
    Code.MUST_CHANGE_PASSWORD_LOGIN: _NEW_PASSWORD,
    Code.ACCOUNT_HAS_BEEN_LOCKED: _UNLOCK,
    Code.MARIADB_ACCOUNT_HAS_BEEN_LOCKED: _UNLOCK,
    Code.USER_ACCESS_DENIED_FOR_USER_ACCOUNT_BLOCKED_BY_PASSWORD_LOCK: _UNLOCK,
    Code.NOT_SUPPORTED_AUTH_MODE: _ANOTHER_METHOD,
    Code.PLUGIN_IS_NOT_LOADED: _ANOTHER_METHOD,
    Code.SECURE_TRANSPORT_REQUIRED: "leave ssl_disabled out of the URL",
}
"""What mends a refusal of an account, in words of the server's administrator."""
_ELSEWHERE = frozenset(
    {
        Code.UNKNOWN_COM_ERROR,
        Code.ERROR_DURING_COMMIT,
        Code.OPTION_PREVENTS_STATEMENT,
        Code.READ_ONLY_MODE,
        *_CHANGES_OF_A_GROUP,
    }
)
"""It is cut off from its cluster or group, or a replica: the next attempt looks for another."""


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


def describe(exc: BaseException) -> str:
    """An exception in one line, with what mends it where we know."""
    refusal = explain_refusal(exc)
    if refusal is not None:
        return refusal
    if (remedy := _remedy_of(exc)) is not None:
        return f"{exc}: {remedy}"
    if isinstance(exc, pymysql.MySQLError) and len(exc.args) > 1:
        said = f"{type(exc).__name__} {exc.args[0]}: {exc.args[1]}"
        remedy = _REMEDIES.get(_code(exc))
        return said if remedy is None else f"{said} ({remedy})"
    return Connection.describe(exc)


def _remedy_of(exc: BaseException) -> str | None:
    """The command that mends an error of the driver's, where a package is missing."""
    if isinstance(exc, RuntimeError):
        for package, extra in _PACKAGES.items():
            if package in str(exc):
                # Over TLS the password needs no key of the server's.
                otherwise = ", or use TLS: leave ssl_disabled out" if extra == "rsa" else ""
                return f'pip install "PyMySQL[{extra}]"{otherwise}'
    return None


def _code(exc: BaseException) -> int:
    code = exc.args[0] if isinstance(exc, pymysql.MySQLError) and exc.args else 0
    return code if isinstance(code, int) else 0
