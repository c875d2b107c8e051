"""DATABASE_URL, taken apart: who, where, which database, and the options in its query.

The parser is our own: the standard library's puts the whole URL, password and all, into some
of its error messages, and knows one host only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import unquote

from agentstore.errors import ConfigurationError

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://(?P<authority>[^/?#]*)"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?",
    re.DOTALL,
)
_HOST = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d+))?")
_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})


@dataclass(frozen=True, slots=True)
class Options:
    """The options of ours, in the URL's query or as keywords of ``connect``.

    Attributes:
        pool_size: connections at most.
        pool_timeout: seconds to wait for a free connection.
        max_lifetime: seconds after which a connection is replaced.
        connect_timeout: seconds to wait for the server to accept a connection.
        statement_timeout: seconds that one statement may take.
        retry_timeout: seconds during which a failed call is tried again.
        prepared_statements: False where a pooler in front of the server refuses them.
    """

    pool_size: int = 10
    pool_timeout: float = 10.0
    max_lifetime: float = 3600.0
    connect_timeout: float = 5.0
    statement_timeout: float = 30.0
    retry_timeout: float = 30.0
    prepared_statements: bool = True

    @classmethod
    def names(cls) -> frozenset[str]:
        """The names of all options."""
        return frozenset(f.name for f in fields(cls))

    def changed(self, values: Mapping[str, Any]) -> Options:
        """These options with some others in their place, each checked.

        Args:
            values: name to value; text is converted, as it comes from a URL.

        Raises:
            ConfigurationError: a value that the option does not take.
        """
        return replace(self, **{name: _option(name, value) for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class DatabaseURL:
    """A DATABASE_URL in parts; its repr shows no password.

    Attributes:
        scheme: as given, in lower case (``postgresql+psycopg``).
        user, password: decoded, or None.
        hosts: (host, port) pairs, port None where not given; empty for SQLite.
        database: decoded name or path, or None where the URL has none.
        query: the parameters that are not options of ours, decoded.
        options: the options of ours.
    """

    scheme: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    hosts: tuple[tuple[str, int | None], ...] = ()
    database: str | None = None
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Options = field(default_factory=Options)


def parse(url: str, overrides: Mapping[str, Any] | None = None) -> DatabaseURL:
    """Take a DATABASE_URL apart.

    Args:
        url: the URL.
        overrides: options of ours given as keywords; they win over the URL's.

    Raises:
        ConfigurationError: it is not a URL, or an option in it has a bad value.
    """
    match = _URL.fullmatch(url) if isinstance(url, str) else None
    if match is None:
        raise ConfigurationError(
            "the database URL is not of the form scheme://user:password@host/database "
            "(percent-encode '/', '?', '#' and '@' in user and password)"
        )
    credentials, at, location = match["authority"].rpartition("@")
    user, colon, password = credentials.partition(":")
    query = _parse_query(match["query"] or "")
    ours = {name: query.pop(name) for name in Options.names() & query.keys()}
    path = match["path"]
    return DatabaseURL(
        scheme=match["scheme"].lower(),
        user=_decode(user) if at and user else None,
        password=_decode(password) if colon else None,
        hosts=tuple(_parse_host(part) for part in location.split(",")) if location else (),
        database=_decode(path[1:]) if path and len(path) > 1 else None,
        query=query,
        options=Options().changed({**ours, **(overrides or {})}),
    )


def has_empty_path(url: str) -> bool:
    """Whether a URL ends in a slash with no path behind it, as ``sqlite:///`` does."""
    match = _URL.fullmatch(url)
    return match is not None and match["path"] == "/"


def _parse_query(text: str) -> dict[str, str]:
    query: dict[str, str] = {}
    for part in filter(None, text.split("&")):
        name, equals, value = part.partition("=")
        name = _decode(name.replace("+", " "))
        if not equals or not name:
            raise ConfigurationError("a query parameter of the database URL is not name=value")
        if name in query:
            raise ConfigurationError(f"the database URL gives the parameter {name!r} twice")
        query[name] = _decode(value.replace("+", " "))
    return query


def _parse_host(text: str) -> tuple[str, int | None]:
    match = _HOST.fullmatch(text)
    if match is None or (match["port"] is not None and not 0 < int(match["port"]) < 65536):
        raise ConfigurationError("the database URL has a host or port that cannot be read")
    return _decode(match["host"].strip("[]")), int(match["port"]) if match["port"] else None


def _decode(text: str) -> str:
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ConfigurationError("the percent-encoding in the database URL is not UTF-8") from None
    if "\0" in decoded:
        raise ConfigurationError("the database URL has a NUL character in it")
    return decoded


def _option(name: str, value: Any) -> Any:
    if name == "prepared_statements":
        return _boolean(name, value)
    if name == "pool_size":
        return _whole_number(name, value)
    return _seconds(name, value)


def _boolean(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word not in _TRUE | _FALSE:
        raise ConfigurationError(f"{name} is true or false, not {value!r}")
    return word in _TRUE


def _whole_number(name: str, value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{name} is a whole number of at least 1, not {value!r}")
    return value


def _seconds(name: str, value: Any) -> float:
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    least_is_zero = name in ("pool_timeout", "retry_timeout")
    if not (seconds > 0 or (least_is_zero and seconds == 0)) or math.isinf(seconds):
        bound = "at least 0" if least_is_zero else "more than 0"
        raise ConfigurationError(f"{name} is a number of seconds, {bound}, not {value!r}")
    return seconds
