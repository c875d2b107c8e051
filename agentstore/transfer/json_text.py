"""JSON text, read strictly and written in one spelling.

``json.loads`` lets NaN and doubled keys pass; here both are errors, since neither would come
back as it was.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

from agentstore.records import JSONValue


def parse(text: str | bytes) -> JSONValue:
    """The value of a JSON text.

    Raises:
        ValueError: not JSON, not UTF-8, a key twice in one object, or a number that JSON
            cannot hold (NaN, Infinity, 1e999); also for nesting too deep to read.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_finite_float,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def compact(value: JSONValue) -> str:
    """The value as JSON text without spaces, as OpenAI spells a call's arguments."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encoded(value: JSONValue) -> bytes:
    """The value as compact JSON in UTF-8; escaped where UTF-8 cannot hold it."""
    try:
        return compact(value).encode()
    except UnicodeEncodeError:  # a lone surrogate
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def canonical(value: JSONValue) -> str:
    """The value as ASCII JSON text with sorted keys: the same for equal values only."""
    return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":"))


def same(one: JSONValue, other: JSONValue) -> bool:
    """Whether two JSON values are equal and of the same types: 1 is neither 1.0 nor True."""
    if isinstance(one, str) or isinstance(other, str):
        return bool(one == other)
    return one is other or canonical(one) == canonical(other)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, JSONValue]:
    result: dict[str, JSONValue] = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"the key {key!r} stands twice in one object")
        result[key] = value
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value
