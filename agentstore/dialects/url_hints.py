"""What a DATABASE_URL as hosters and other programs hand it out means here."""

from __future__ import annotations

import re

_LEAVE_OUT = "leave it out"
_VERIFIED = "ssl_verify_cert=true, or ssl_ca=FILE"
_COMMON = {
    "connection_limit": "pool_size",
    "max_connections": "pool_size",
    "pool": "pool_size",
    "pgbouncer": "prepared_statements=false",
    "statement_cache_size": "prepared_statements=false",
    "socket_timeout": "statement_timeout",
    "command_timeout": "statement_timeout",
    "encoding": _LEAVE_OUT,
    "reconnect": _LEAVE_OUT,
    "serverversion": _LEAVE_OUT,
}
_HINTS = {
    "mysql": {
        "sslmode": _VERIFIED,
        "usessl": _VERIFIED,
        "ssl": _VERIFIED,
        "sslaccept": _VERIFIED,
        "sslca": "ssl_ca",
        "sslcert": "ssl_ca for the authority's certificate, ssl_cert for the client's",
        "sslkey": "ssl_key",
        "sslidentity": "ssl_cert and ssl_key, in PEM files",
        "socket": "unix_socket",
        "schema": "the database's name in the path",
    },
    "postgresql": {
        "ssl": "sslmode=require",
        "sslaccept": "sslmode=verify-full for strict, else sslmode=require",
        "sslidentity": "sslcert and sslkey, in PEM files",
        "sslca": "sslrootcert",
        "currentschema": "schema",
        "searchpath": "schema",
    },
    "sqlite": {"socket_timeout": "statement_timeout", "timeout": "statement_timeout"},
}
_FILE_URL = re.compile(r"file:(?://)?(?P<path>[^?#:@]+)(?:\?[^#]*)?")


def hint_for(parameter: str, dialect: str) -> str:
    """What to write in the place of a parameter that is not known; empty where nobody knows.

    Args:
        parameter: its name, as it was given.
        dialect: the dialect of the URL.
    """
    name = parameter.lower()
    squeezed = re.sub(r"[-_]", "", name)
    known = _HINTS.get(dialect, {})
    ours = known.get(name) or known.get(squeezed) or _COMMON.get(name) or _COMMON.get(squeezed)
    if ours is None:
        return ""
    return f"; {ours}" if ours == _LEAVE_OUT else f"; write {ours}"


def hint_for_file(url: str) -> str:
    """Our spelling of Prisma's ``file:`` URL of a SQLite database; empty for another text."""
    match = _FILE_URL.fullmatch(url)
    return f"sqlite:///{match['path']}" if match is not None else ""
