"""Who may be sent PostgreSQL's password as it is: a server that has proved who it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from psycopg import pq

_FIRST_WITH_REQUIRE_AUTH = 160000
_NO_CLEARTEXT = "!password"
_VERIFYING = frozenset({"verify-ca", "verify-full"})
_OF_A_SERVICE = frozenset({"service", "servicefile"})


def authentication_arguments(arguments: Mapping[str, Any]) -> dict[str, str]:
    """What libpq is told besides, for the arguments of a connection.

    The password is not sent in clear (PostgreSQL's method ``password``, which LDAP and others use
    too) but over verified TLS, over a local socket, or where the URL or PGREQUIREAUTH says what is
    required. What a service that the URL names says of host and TLS, nobody is told: only what
    stands in the URL itself counts then. libpq before 16 cannot be told.
    """
    if pq.version() < _FIRST_WITH_REQUIRE_AUTH:
        return {}
    given = {name: str(value) for name, value in arguments.items()}
    has_service = not _OF_A_SERVICE.isdisjoint(given)
    if not has_service:
        given = {**_defaults(), **given}
    is_verified = given.get("sslmode") in _VERIFYING or given.get("sslrootcert") == "system"
    if given.get("require_auth") or os.environ.get("PGREQUIREAUTH") or is_verified:
        return {}
    hosts = given.get("hostaddr") or given.get("host") or ""
    if not all(map(_is_local, hosts.split(","))) or (has_service and not hosts):
        return {"require_auth": _NO_CLEARTEXT}
    # An address that the service names would go before the URL's local host.
    return {"hostaddr": ""} if has_service else {}


def _defaults() -> dict[str, str]:
    """What libpq takes where nothing is said: the environment's, and its service's, own."""
    return {
        option.keyword.decode(): option.val.decode()
        for option in pq.Conninfo.get_defaults()
        if option.val is not None
    }


def is_refusal(text: str) -> bool:
    """Whether libpq did not send the password in clear: it says so in the user's language."""
    return f'"{_NO_CLEARTEXT}"' in text


def explain_refusal(line: str, text: str) -> str:
    """What to do, in the place of libpq's words, where it did not send the password in clear.

    Args:
        line: what else would be said.
        text: all of libpq's words.
    """
    if not is_refusal(text):
        return line
    return (
        "the server asks for the password in clear, and nothing has proved that it is the right "
        "server: add sslmode=verify-full to the URL, or require_auth=password where the "
        "network is trusted"
    )


def _is_local(host: str) -> bool:
    return not host or host.startswith(("/", "@"))
