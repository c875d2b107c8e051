"""A row in its three forms: as a database gives and takes it, and as JSON in an archive.

Between them it is a tuple of plain values: times are datetimes in UTC, flags are booleans, bytes
are bytes, JSON is its text. The JSON form is the same whatever database a row came from, so it is
what checksums are made of.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from agentstore.errors import InvalidInputError
from agentstore.model.values import UTC, load_json, unescape_text
from agentstore.operations.rows import read_time
from agentstore.transfer.copying.tables import Column, Kind, Table, Value, Values

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_AS_IT_IS: dict[Kind, type] = {Kind.TEXT: str, Kind.JSON: str, Kind.FLAG: bool, Kind.INTEGER: int}

_CANONICAL = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))
_READERS: dict[Kind, Callable[[Any], Value]] = {
    Kind.TIME: read_time,
    Kind.FLAG: bool,
    Kind.INTEGER: int,
    Kind.REAL: float,
    Kind.BYTES: bytes,
}


def read_row(table: Table, row: Sequence[Any]) -> Values:
    """A row as a database gives it, in plain values."""
    values = list(row)
    for kind, read in _READERS.items():
        for place in table.by_kind[kind]:
            if values[place] is not None:
                values[place] = read(values[place])
    return tuple(values)


def write_row(table: Table, row: Values, write_time: Callable[[datetime], Any]) -> dict[str, Any]:
    """A row as the parameters of a statement that inserts it.

    Args:
        table: the table.
        row: the row.
        write_time: makes a parameter of a time (`Extension.time`).
    """
    values: list[Any] = list(row)
    for place in table.by_kind[Kind.TIME]:
        if values[place] is not None:
            values[place] = write_time(values[place])
    return dict(zip(table.columns, values, strict=True))


def encode_row(table: Table, row: Values) -> dict[str, Any]:
    """A row as a JSON object, by column: its form in an archive."""
    return {name: _encoded(value) for name, value in table.named(row).items()}


def canonical(table: Table, row: Values) -> bytes:
    """A row as bytes that are the same in whatever database it is, and no other row's."""
    values: list[Any] = list(row)
    for kind in (Kind.TIME, Kind.BYTES):
        for place in table.by_kind[kind]:
            values[place] = _encoded(values[place])
    return _CANONICAL.encode([table.name, *values]).encode("ascii")


def size_of(row: Collection[Any]) -> int:
    """About how much memory a row takes, in bytes."""
    size = 50 * len(row)
    for value in row:
        if type(value) is str or type(value) is bytes:
            size += len(value)
    return size


def decode_row(table: Table, value: Any) -> Values:
    """The row that a JSON object in an archive stands for.

    Raises:
        InvalidInputError: it is no row of the table; the message says what is wrong.
    """
    if not isinstance(value, Mapping):
        raise InvalidInputError(f"a row of {table.name} is an object")
    if missing := table.columns.keys() - value.keys():
        raise InvalidInputError(f"a row of {table.name} lacks {', '.join(sorted(missing))}")
    if unknown := value.keys() - table.columns.keys():
        raise InvalidInputError(f"{table.name} has no {', '.join(sorted(unknown))}")
    row = tuple(
        _decoded(f"{table.name}.{name}", column, value[name])
        for name, column in table.columns.items()
    )
    for place, flag in table.escaped:
        if row[flag]:
            _check_escapes(f"{table.name}.{[*table.columns][place]}", str(row[place]))
    return row


def _encoded(value: Value) -> Any:
    if isinstance(value, datetime):
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def _decoded(name: str, column: Column, value: Any) -> Value:
    if value is None and column.may_be_none:
        return None
    expected = _AS_IT_IS.get(column.kind)
    if expected is not None and type(value) is expected and _is_valid(column, value):
        return cast(Value, value)
    try:
        if column.kind is Kind.REAL and type(value) in (int, float) and math.isfinite(value):
            return float(value)
        if column.kind is Kind.TIME and isinstance(value, str) and _TIME.fullmatch(value):
            return datetime.fromisoformat(value.replace("Z", "+00:00"))
        if column.kind is Kind.BYTES and isinstance(value, str):
            return base64.b64decode(value, validate=True)
    except (ValueError, OverflowError, binascii.Error):
        pass
    raise InvalidInputError(f"{name} is no {column.kind.value}")


def _is_valid(column: Column, value: Any) -> bool:
    if column.kind is not Kind.JSON:
        return True
    try:
        return column.is_one(load_json(value))
    except (ValueError, RecursionError):
        return False


def _check_escapes(name: str, text: str) -> None:
    try:
        unescape_text(text)
    except ValueError as error:
        raise InvalidInputError(f"{name} is no text with Python's escapes") from error
