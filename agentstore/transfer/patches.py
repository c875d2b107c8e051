"""The difference between two JSON objects, small enough to be stored beside one of them.

A patch is a dict with any of three keys: ``set`` (keys and their values), ``drop`` (a list of
keys) and ``in`` (patches of the objects and lists further in, by key or by index as text).
RFC 7396 merge patches would be shorter, but cannot say "this key is null".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentstore.records import JSONValue
from agentstore.transfer.json_text import same

PATCH_KEYS = frozenset({"set", "drop", "in"})


def difference(old: Mapping[str, JSONValue], new: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """The patch that turns ``old`` into ``new``; ``{}`` where they are the same."""
    if old.keys() == new.keys() and all(same(value, new[key]) for key, value in old.items()):
        return {}
    return _patch(
        {key: value for key, value in new.items() if key not in old},
        [key for key in old if key not in new],
        {key: (value, new[key]) for key, value in old.items() if key in new},
    )


def apply(patch: Mapping[str, JSONValue], value: JSONValue) -> JSONValue:
    """A copy of ``value`` with ``patch`` applied; steps that do not fit it are passed over."""
    if isinstance(value, list):
        indexed = {str(index): item for index, item in enumerate(value)}
        changed = {key: item for key, item in patch.get("set", {}).items() if key in indexed}
        return list(apply({"in": patch.get("in", {}), "set": changed}, indexed).values())
    if not isinstance(value, dict):
        return value
    dropped = set(patch.get("drop", ()))
    result = {key: item for key, item in value.items() if key not in dropped}
    for key, inner in patch.get("in", {}).items():
        if key in result:
            result[key] = apply(inner, result[key])
    result.update(patch.get("set", {}))
    return result


def is_patch(value: Any, *, also: frozenset[str] = frozenset()) -> bool:
    """Whether ``value`` has the shape of a patch that is not empty, with keys ``also`` allowed."""
    return (
        isinstance(value, dict)
        and bool(value)
        and value.keys() <= PATCH_KEYS | also
        and isinstance(value.get("set", {}), dict)
        and isinstance(value.get("drop", []), list)
        and all(isinstance(key, str) for key in value.get("drop", []))
        and isinstance(value.get("in", {}), dict)
        and all(is_patch(inner) for inner in value.get("in", {}).values())
    )


def _patch(
    added: dict[str, JSONValue],
    dropped: list[str],
    common: dict[str, tuple[JSONValue, JSONValue]],
) -> dict[str, JSONValue]:
    changed = dict(added)
    further_in: dict[str, JSONValue] = {}
    for key, (old, new) in common.items():
        if same(old, new):
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            further_in[key] = difference(old, new)
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            pairs = {str(index): pair for index, pair in enumerate(zip(old, new, strict=True))}
            further_in[key] = _patch({}, [], pairs)
        else:
            changed[key] = new
    patch = {"set": changed, "drop": dropped, "in": further_in}
    return {key: value for key, value in patch.items() if value}
