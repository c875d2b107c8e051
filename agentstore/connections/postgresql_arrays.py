"""Lists as PostgreSQL takes them, in text: ``{"a","b",NULL}``.

psycopg's own dumper looks at each item for the narrowest type they all have in common and
escapes by a regular expression with a template: half the time of saving a turn. Our statements
say each array's type themselves (``%(ids)s::text[]``), and have one dimension.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from psycopg.adapt import AdaptersMap, Dumper


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_ITEMS: dict[type, Callable[[Any], str]] = {
    str: _quoted,
    type(None): lambda _: "NULL",
    bool: lambda value: "t" if value else "f",
    int: str,
    datetime: lambda value: f'"{value.isoformat()}"',
    bytes: lambda value: f'"\\\\x{value.hex()}"',
}


class ListDumper(Dumper):
    """Dumps a list of strings, numbers, flags, datetimes or bytes, and None among them."""

    def dump(self, obj: list[Any]) -> bytes:
        items = ",".join([_ITEMS[type(item)](item) for item in obj])
        return f"{{{items}}}".encode()


def register(adapters: AdaptersMap) -> None:
    """Have lists dumped so."""
    adapters.register_dumper(list, ListDumper)
