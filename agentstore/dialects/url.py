"""DATABASE_URL, taken apart: who, where, which database, and the options in its query.

The parser is our own: the standard library's puts the whole URL, password and all, into some
of its error messages, and knows one host only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from agentstore.dialects.url_hints import hint_for_file
from agentstore.engine.options import Options
from agentstore.errors import ConfigurationError

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://(?P<authority>[^/?#]*)"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?",
    re.DOTALL,
)
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,60}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HOST = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d+))?")


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
        raise ConfigurationError(_what_it_is_not(url))
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


def _what_it_is_not(url: Any) -> str:
    """Why something is no URL; a text that has a password in it is not repeated."""
    form = (
        "the database URL is not of the form scheme://user:password@host/database "
        "(percent-encode '/', '?', '#' and '@' in user and password)"
    )
    if isinstance(url, str) and (ours := hint_for_file(url)):
        return f"{form}; a SQLite file is {ours}"
    path = os.fspath(url) if isinstance(url, (str, os.PathLike)) else ""
    if isinstance(path, str) and re.fullmatch(r"[\w./\\ -]+\.(db|sqlite3?|db3)", path):
        return f"{form}; did you mean sqlite:///{path}?"
    return form


def parameter_named(name: str, query: Mapping[str, str]) -> str:
    """A parameter as an error names it: not where it may be the rest of a password.

    (A ``?`` in a password, that is not percent-encoded, begins the query.)
    """
    is_name = _PARAMETER.fullmatch(name) is not None
    if not is_name or any("@" in text for item in query.items() for text in item):
        return "a parameter (percent-encode '?' and '@' in user and password)"
    return f"the parameter {name!r}"


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
            named = parameter_named(name, {"": _decode(text)})
            raise ConfigurationError(f"the database URL gives {named} twice")
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
    if _SURROGATE.search(decoded):
        # By these Python stands for bytes of the environment that the locale cannot read.
        raise ConfigurationError(
            "the database URL has bytes in it that are not UTF-8, or that the locale cannot read: "
            "percent-encode them, in UTF-8"
        )
    return decoded
