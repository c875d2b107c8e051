"""JSON text, read strictly and written in one spelling.

``json.loads`` lets NaN and doubled keys pass; here both are errors, since neither would come
back as it was.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from agentstore.model.values import encode_json
from agentstore.records import JSONValue


def parse(text: str | bytes) -> JSONValue:
    """The value of a JSON text.

    Raises:
        ValueError: not JSON, not UTF-8, a key twice in one object, or a number that JSON
            cannot hold (NaN, Infinity, 1e999); also for nesting too deep to read.
    """
    try:
        if isinstance(text, str) and not text.startswith("\ufeff"):
            return DECODER.decode(text)
        return json.loads(text, **_STRICT)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def problem_of(value: JSONValue) -> str:
    """What is wrong with a value that only `LENIENT_DECODER` takes, and where.

    Nothing is gone into deeper than what is wrong; objects are lists of pairs here.
    """
    waiting: list[tuple[JSONValue, str]] = [(value, "")]
    while waiting:
        item, path = waiting.pop()
        if isinstance(item, _Pairs):
            seen: set[str] = set()
            for key, _ in item:
                if key in seen:
                    return f"the key {key!r} stands twice in one object{_at(path)}"
                seen.add(key)
            waiting.extend((inner, _below(path, key)) for key, inner in reversed(item))
        elif isinstance(item, list):
            inner_paths = ((inner, f"{path}[{index}]") for index, inner in enumerate(item))
            waiting.extend(reversed(list(inner_paths)))
        elif isinstance(item, _Refused):
            return f"{item.reason}{_at(path)}"
    return "it is not JSON"


def compact(value: JSONValue) -> str:
    """The value as JSON text without spaces, as OpenAI spells a call's arguments."""
    return encode_json(value)


def encoded(value: JSONValue) -> bytes:
    """The value as compact JSON in UTF-8; escaped where UTF-8 cannot hold it."""
    try:
        return compact(value).encode()
    except UnicodeEncodeError:  # a lone surrogate
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def canonical(value: JSONValue) -> str:
    """The value as ASCII JSON text with sorted keys: the same for equal values only."""
    return _CANONICAL.encode(value)


def same(one: JSONValue, other: JSONValue) -> bool:
    """Whether two JSON values are equal and of the same types: 1 is neither 1.0 nor True."""
    if isinstance(one, str) or isinstance(other, str):
        return bool(one == other)
    # What is not even equal needs no second look, and most values are one or the other.
    return one is other or (bool(one == other) and canonical(one) == canonical(other))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, JSONValue]:
    result: dict[str, JSONValue] = dict(pairs)
    if len(result) == len(pairs):
        return result
    result = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"the key {key!r} stands twice in one object")
        result[key] = value
    return result


class _Pairs(list[tuple[str, JSONValue]]):
    """An object with all its keys, doubled ones too."""


class _Refused:
    """A number that is none."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def _at(path: str) -> str:
    if not path:
        return ""
    return f" (at {path if len(path) <= _MAX_PATH else path[:_MAX_PATH] + '…'})"


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _keep_constant(name: str) -> _Refused:
    return _Refused(f"{name} is not JSON")


def _keep_float(text: str) -> float | _Refused:
    try:
        return _finite_float(text)
    except ValueError as exc:
        return _Refused(str(exc))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


_MAX_PATH = 100
_STRICT: Any = {
    "object_pairs_hook": _object,
    "parse_constant": _refuse_constant,
    "parse_float": _finite_float,
}
_CANONICAL = json.JSONEncoder(sort_keys=True, allow_nan=False, separators=(",", ":"))
DECODER = json.JSONDecoder(**_STRICT)
LENIENT_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_constant=_keep_constant, parse_float=_keep_float
)
"""Takes what `DECODER` refuses though it ends where JSON does, for `problem_of`."""
