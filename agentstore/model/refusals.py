"""How a value is refused: in few words, at a cost in proportion to the value."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from agentstore.errors import InvalidInputError

MAX_NESTING = 500
"""How deep a JSON value may be nested; ``[]`` is 1."""

_PLAIN_NESTING = 32
_FEW = 64
_LONGEST_SHOWN = 60
_LONGEST_PATH = 150
"""Of 200: the rest is for what a list of messages and of tool calls puts before it."""
_LONG_INTEGER = 128  # bits; from some thousands on Python refuses to write one in digits
_SCALARS = frozenset({str, int, float, bool, type(None)})
_ALWAYS_JSON = frozenset({str, bool, type(None)})


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


def are_plain(items: Iterable[Any], inner: list[Any]) -> bool:
    """Whether each of some items can be JSON; those in it that are no plain scalars are added."""
    for item in items:
        kind = type(item)
        if kind is dict or isinstance(item, dict):
            try:
                "".join(item)
            except TypeError:
                return False  # json.dumps turns such keys into text without a word
            children: Iterable[Any] = item.values()
        elif kind is list or isinstance(item, (list, tuple)):
            children = item
        elif isinstance(item, (str, int, float)):
            continue
        else:
            return False
        for child in children:
            if type(child) not in _SCALARS:
                inner.append(child)  # noqa: PERF401 - as most are not
    return True


def has_plain_levels(value: Any) -> bool:
    """Whether a value, level by level, `are_plain`; False too where it is worth a closer look."""
    level = [value]
    for _ in range(_PLAIN_NESTING):
        below: list[Any] = []
        if not are_plain(level, below):
            return False
        if not below:
            return True
        # What is in many places counts once: who nests a list in itself twice makes no more.
        level = below if len(below) <= _FEW else list({id(item): item for item in below}.values())
    return False


def json_error(value: Any, name: str) -> InvalidInputError | None:
    """What keeps a value from being stored as JSON, and where; None where nothing does.

    Each container is looked at once, and only the way to where it looks is remembered, so that it
    costs no more than the value itself.
    """
    way: list[tuple[Any, Iterator[tuple[Any, Any]]]] = []
    keys: list[Any] = []
    heights: list[int] = []
    inside: set[int] = set()
    done: dict[int, int] = {}
    item = value
    while True:
        if id(item) in inside:
            return InvalidInputError(f"{_path(name, way, keys)} contains itself")
        if isinstance(item, (dict, list, tuple)):
            height = done.get(id(item), 0)
            if len(way) + max(height, 1) > MAX_NESTING:
                return InvalidInputError(
                    f"{name} is nested too deeply for JSON: more than {MAX_NESTING} levels"
                )
            if height:
                heights[-1] = max(heights[-1], height)
            else:
                if isinstance(item, dict) and (wrong := _wrong_keys(item)):
                    path = _path(name, way, keys)
                    return InvalidInputError(f"{path} has a key that is no str: {shown(wrong[0])}")
                inside.add(id(item))
                steps = item.items() if isinstance(item, dict) else enumerate(item)
                way.append((item, iter(steps)))
                keys.append(None)
                heights.append(0)
        elif (reason := _refusal(item)) is not None:
            path = _path(name, way, keys)
            return InvalidInputError(f"{path} cannot be stored as JSON: {reason}")
        step = None
        while way and (step := next(way[-1][1], None)) is None:
            finished = id(way.pop()[0])
            keys.pop()
            inside.remove(finished)
            done[finished] = heights.pop() + 1
            if heights:
                heights[-1] = max(heights[-1], done[finished])
        if step is None:
            return None
        keys[-1], item = step


def _wrong_keys(item: dict[Any, Any]) -> list[Any]:
    return [key for key in item if not isinstance(key, str)]


def _refusal(item: Any) -> str | None:
    """Why a value that is no container cannot be JSON; None where it can."""
    if type(item) in _ALWAYS_JSON:
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
