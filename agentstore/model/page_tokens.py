"""Page tokens: where the next page of a list begins, and of which list it is."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agentstore.errors import InvalidInputError
from agentstore.model.filters import Filter, PageRequest

_LONGEST = 2500
"""Characters; two ids of 191 characters fit in it, also of four bytes each."""


def write_token(
    key: tuple[Any, ...], of: str, filter_: Filter, page: PageRequest, scope: Any
) -> str:
    """The token of the page behind a row.

    Args:
        key: where the row stands in the list: times, ids and numbers.
        of: what is listed.
        filter_, page, scope: of which list; how long a page is does not matter.
    """
    values = [_plain(value) for value in key]
    place = json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()
    return f"{_text(place)}.{_text(_digest(place, of, filter_, page, scope))}"


def read_token(
    token: Any, of: str, filter_: Filter, page: PageRequest, scope: Any
) -> tuple[Any, ...]:
    """Where the page behind a token begins.

    Args:
        token: what `write_token` gave, to the letter.
        of, filter_, page, scope: of which list it must be.

    Raises:
        InvalidInputError: it is no token, or of another list.
    """
    if not isinstance(token, str):
        raise InvalidInputError(f"page_token is a str, not {type(token).__name__}")
    try:
        place, digest = (_bytes(part) for part in token[:_LONGEST].split("."))
        key = [_value(value) for value in json.loads(place)]
    except (ValueError, TypeError, KeyError, RecursionError):
        key, place, digest = [], b"", b""
    if not key or token != f"{_text(place)}.{_text(digest)}":
        raise InvalidInputError("page_token is no token of a page")
    if digest != _digest(place, of, filter_, page, scope):
        raise InvalidInputError(
            "page_token is of another list: ask with the filters and the order that gave it"
        )
    return tuple(key)


def _digest(place: bytes, of: str, filter_: Filter, page: PageRequest, scope: Any) -> bytes:
    parameters: Mapping[str, Any] = filter_.parameters
    entries = sorted({parameters[k] for k in ("entry",) if k in parameters}) + sorted(
        parameters.get("entries", [])
    )
    listed = [
        of,
        sorted(filter_.blocks),
        sorted(
            [name, _plain(value)]
            for name, value in parameters.items()
            if name not in ("entry", "entries")
        ),
        sorted(entries),
        [page.order, page.order_by],
        None if scope is None else list(scope),
    ]
    text = json.dumps(listed, separators=(",", ":"), default=str).encode()
    return hashlib.sha256(text + b"\n" + place).digest()[:16]


def _plain(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _value(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
