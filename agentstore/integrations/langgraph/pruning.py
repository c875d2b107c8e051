"""Which checkpoints of a thread a prune keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple
from langgraph.checkpoint.serde import types
from langgraph.checkpoint.serde.base import SerializerProtocol

from agentstore.integrations.langgraph.queries import load_checkpoint
from agentstore.integrations.langgraph.tables import CheckpointKey, CheckpointTables
from agentstore.integrations.langgraph.tuples import read_tuple
from agentstore.integrations.shared.keys import key_of

_ROOT = key_of("")
_SNAPSHOT: Any = getattr(types, "_DeltaSnapshot", ())  # before LangGraph 1.2 there was none


def kept_keys(
    tables: CheckpointTables, serde: SerializerProtocol, keys: Sequence[CheckpointKey]
) -> set[CheckpointKey]:
    """What stays of a thread: the newest of each namespace, and what it is rebuilt from.

    A call of a subgraph has a namespace of its own. It goes with the checkpoint that it started
    from, once it cannot be resumed from there any more.

    Args:
        tables: where they are.
        serde: the serializer that they were stored with.
        keys: the keys of all checkpoints of the thread, newest first in each namespace.
    """
    newest = {key.namespace_key: key for key in reversed(keys)}
    root = newest.pop(_ROOT, None)
    kept = set(_needed(_ancestry(tables, serde, root))) if root else set()
    finished = {key.checkpoint_id for key in keys if key.namespace_key == _ROOT and key not in kept}
    for key in newest.values():
        path = _ancestry(tables, serde, key)
        first = next(path, None)
        if first is not None and _started_from(first[1]) not in finished:
            kept.update(_needed(chain([first], path)))
    return kept


def _started_from(found: CheckpointTuple) -> str | None:
    """The graph's checkpoint that a subgraph's call started from; None where it is no call."""
    namespace: str = found.config["configurable"]["checkpoint_ns"]
    # A subgraph that keeps its state from call to call (checkpointer=True) has no task's id.
    if ":" not in namespace:
        return None
    return (found.metadata.get("parents") or {}).get("")


def _needed(path: Iterable[tuple[CheckpointKey, CheckpointTuple]]) -> list[CheckpointKey]:
    """A checkpoint, and those before it from which its delta channels are rebuilt."""
    walked: list[CheckpointKey] = []
    needed = 0
    missing: set[str] = set()
    unclear: set[str] = set()
    for key, found in path:
        walked.append(key)
        values = found.checkpoint["channel_values"]
        if not needed:
            needed = 1
            missing = set(found.metadata.get("counters_since_delta_snapshot") or ())
            unclear = set(found.checkpoint["channel_versions"]) - missing
        elif missing or any(isinstance(values.get(name), _SNAPSHOT) for name in unclear):
            # A channel without a counter is an empty one, or a delta channel: a snapshot tells.
            needed = len(walked)
        missing -= set(values)
        unclear -= set(values)
        if not missing and not unclear:
            break
    return walked[:needed]


def _ancestry(
    tables: CheckpointTables, serde: SerializerProtocol, newest: CheckpointKey
) -> Iterator[tuple[CheckpointKey, CheckpointTuple]]:
    """A checkpoint and, as far as they are asked for, those before it."""
    key: CheckpointKey | None = newest
    while key is not None and (loaded := load_checkpoint(tables, key)):
        yield key, read_tuple(serde, loaded[0])
        parent_id = loaded[0].parent_id
        key = key._replace(checkpoint_id=parent_id) if parent_id else None
