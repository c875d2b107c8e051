"""How a value is refused: in few words, at a cost in proportion to the value."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from agentstore.errors import InvalidInputError

MAX_NESTING = 500
"""How deep a JSON value may be nested; ``[]`` is 1."""

_LONGEST_SHOWN = 60
_LONGEST_PATH = 200
_LONG_INTEGER = 128  # bits; from some thousands on Python refuses to write one in digits
_SCALARS = frozenset({int, float, bool, type(None)})


def shown(value: Any) -> str:
    """A value as an error names it: short, whatever it is and however large."""
    if isinstance(value, str):
        text = str.__str__(value)
        return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")
    if isinstance(value, int) and value.bit_length() > _LONG_INTEGER:
        return f"an integer of {value.bit_length()} bits"
    if type(value) in _SCALARS:
        return repr(value)
    return type(value).__name__[:_LONGEST_SHOWN]


def check_nesting(value: Any, name: str) -> None:
    """Refuse a value that is nested too deeply.

    Raises:
        InvalidInputError: it is nested more than 500 deep.
    """
    level: list[Any] = [value]
    for _ in range(MAX_NESTING + 1):
        # A container that is in many places counts once: who nests one in itself makes no more.
        containers = {id(item): item for item in level if isinstance(item, (dict, list, tuple))}
        if not containers:
            return
        level = [child for container in containers.values() for child in _children(container)]
    raise InvalidInputError(f"{name} is nested too deeply for JSON: more than {MAX_NESTING} levels")


def _children(container: Any) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def json_error(value: Any, name: str, error: Exception) -> InvalidInputError:
    """Find what json.dumps did not take, for the message.

    Only the way to where it looks is remembered, so that it costs no more than the value itself.
    """
    way: list[tuple[Any, Iterator[tuple[Any, Any]]]] = []
    keys: list[Any] = []
    inside: set[int] = set()
    item = value
    while True:
        if id(item) in inside:
            return InvalidInputError(f"{_path(name, way, keys)} contains itself")
        if isinstance(item, (dict, list, tuple)):
            if isinstance(item, dict) and (wrong := [k for k in item if not isinstance(k, str)]):
                path = _path(name, way, keys)
                return InvalidInputError(f"{path} has a key that is no str: {shown(wrong[0])}")
            inside.add(id(item))
            way.append((item, iter(item.items() if isinstance(item, dict) else enumerate(item))))
            keys.append(None)
        elif (reason := _refusal(item)) is not None:
            path = _path(name, way, keys)
            return InvalidInputError(f"{path} cannot be stored as JSON: {reason}")
        step = None
        while way and (step := next(way[-1][1], None)) is None:
            inside.remove(id(way.pop()[0]))
            keys.pop()
        if step is None:
            return InvalidInputError(f"{name} cannot be stored as JSON: {str(error)[:100]}")
        keys[-1], item = step


def _refusal(item: Any) -> str | None:
    """Why a value that is no container cannot be JSON; None where it can."""
    if type(item) in {str, bool, type(None)}:
        return None
    if isinstance(item, float):
        return None if math.isfinite(item) else "NaN or Infinity"
    try:
        json.dumps(item)
    except (TypeError, ValueError) as reason:
        return str(reason)[:100]
    return None


def _path(name: str, way: Sequence[tuple[Any, Any]], keys: Sequence[Any]) -> str:
    """Where in a value something is, shortened in the middle."""
    half = _LONGEST_PATH // 2
    first, last = name, ""
    for (container, _), key in zip(way, keys, strict=True):
        step = f".{key[:_LONGEST_PATH]}" if isinstance(container, dict) else f"[{key}]"
        if len(first) <= half:
            first += step
        else:
            last = (last + step)[-_LONGEST_PATH:]
    path = first + last
    return path if len(path) <= _LONGEST_PATH else f"{path[: half - 1]}…{path[-half:]}"
