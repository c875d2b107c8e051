"""Checkpoints: what a LangGraph thread leaves behind at each step, kept as opaque bytes.

A thread's checkpoints lie in namespaces, one for each (sub)graph. A checkpoint names its
channels' values by version; each version is stored once, whatever checkpoints share it. What a
task writes after a checkpoint may arrive before the checkpoint itself. All of it hangs on the
session with the thread's id: what is put locks the session's row, or makes it, and who deletes a
session deletes the row first and the thread's rows after it, so that none outlives it. Nothing
here knows LangGraph itself: `saver` does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agentstore.engine.batch import Batch
from agentstore.integrations.shared.keys import key_of
from agentstore.model.filters import Filter
from agentstore.storage import Storage

KEYS_AT_ONCE = 500
"""Checkpoints whose keys are sent in one statement."""

CREATED_BY = {"created_by": "langgraph"}
"""Metadata of a session that was made for a thread: it goes with the thread."""


_OF_CHECKPOINTS = (
    "delete_checkpoints",
    "delete_writes",
    "delete_entries",
)
_COPIES = (
    "copy_blobs",
    "copy_writes",
    "copy_entries",
    "copy_checkpoints",
)


class Payload(NamedTuple):
    """A serialized value: the serializer's name for its form, and the bytes."""

    type: str
    data: bytes


class CheckpointKey(NamedTuple):
    """Where a checkpoint is: its thread, the key of its namespace, its id."""

    thread_id: str
    namespace_key: str
    checkpoint_id: str


@dataclass(frozen=True, slots=True)
class NewCheckpoint:
    """A checkpoint to be stored.

    Attributes:
        thread_id: its thread.
        namespace: its namespace, any text without a NUL or lone surrogate.
        checkpoint_id: its id; within a namespace ids sort by age.
        parent_id: the id of the one before it, or None.
        channel_versions: the version of each channel's value.
        new_values: the values whose versions may not be stored yet, by channel.
        checkpoint, metadata: the checkpoint without its values, and its metadata.
        entries: what it is found by (`agentstore.model.metadata_index`).
    """

    thread_id: str
    namespace: str
    checkpoint_id: str
    parent_id: str | None
    channel_versions: Mapping[str, str]
    new_values: Mapping[str, Payload]
    checkpoint: Payload
    metadata: Payload
    entries: list[str]


class TaskWrite(NamedTuple):
    """One write of a task: below 0 idx is a special channel's, whose last write counts."""

    idx: int
    channel: str
    value: Payload


class Task(NamedTuple):
    """Whose writes they are: a task's, after a checkpoint."""

    thread_id: str
    namespace: str
    checkpoint_id: str
    task_id: str
    task_path: str


class StoredWrite(NamedTuple):
    """A write as it is read back."""

    task_path: str
    task_id: str
    idx: int
    channel: str
    value: Payload


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as it is read back.

    Attributes:
        key: where it is.
        namespace: its namespace.
        parent_id: the id of the one before it, or None.
        checkpoint, metadata: as in `NewCheckpoint`.
        values: the values of its namespace that were read with it, by (key of the channel,
            version): its own and those of other checkpoints of the page.
        writes: what tasks have written after it, in the order (task_path, task_id, idx).
    """

    key: CheckpointKey
    namespace: str
    parent_id: str | None
    checkpoint: Payload
    metadata: Payload
    values: Mapping[tuple[str, str], Payload]
    writes: list[StoredWrite] = field(default_factory=list)

    def value(self, channel: str, version: str) -> Payload | None:
        """A channel's value in some version; None where the channel was empty."""
        return self.values.get((key_of(channel), version))


class CheckpointTables:
    """The checkpoints of a store.

    Args:
        store: the store.

    Raises:
        ConfigurationError: its dialect does not have the statements.
    """

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._extension = store.extension("checkpoints")

    def put_checkpoint(self, checkpoint: NewCheckpoint) -> None:
        """Store a checkpoint; stored again under the same id, it is replaced."""
        own, entries = _own_row(checkpoint), self._entries_of(checkpoint)
        extension = self._extension
        if extension.has("put_checkpoint"):
            self._put(
                checkpoint.thread_id,
                [extension.step("put_checkpoint", own | _value_columns(checkpoint) | entries)],
            )
            return
        self._put(
            checkpoint.thread_id,
            [
                extension.step("insert_checkpoint", own),
                *(extension.step("insert_blob", value) for value in _value_rows(checkpoint)),
                extension.step("delete_stale_entries", entries),
                extension.step("insert_entries", entries),
            ],
        )

    def _put(self, thread_id: str, steps: Batch) -> None:
        """Write what is stored for a thread's session alone; the first time there is none.

        Raises:
            SessionExistsError: its id is in use where the store does not see it.
        """
        if not self._extension.write(steps)[0]:
            self._store.get_or_create_session(thread_id, metadata=CREATED_BY)
            self._extension.write(steps)

    def _entries_of(self, checkpoint: NewCheckpoint) -> dict[str, Any]:
        """The index entries of its metadata as parameters."""
        return {**_key(checkpoint), "entries": self._extension.list(checkpoint.entries)}

    def put_writes(self, task: Task, writes: Sequence[TaskWrite]) -> None:
        """Store what a task has written after a checkpoint; what is there stays (see TaskWrite)."""
        # The last of two writes to one special channel; of a plain one there is one an idx.
        last = {write.idx: write for write in writes}
        parameters = {
            "thread_id": task.thread_id,
            "namespace_key": key_of(task.namespace),
            "checkpoint_id": task.checkpoint_id,
            "task_id": task.task_id,
            "task_path": task.task_path,
        }
        if not last:
            return
        rows = list(last.values())
        extension = self._extension
        if extension.has("put_writes"):
            self._put(
                task.thread_id,
                [extension.step("put_writes", parameters | _write_columns(rows))],
            )
            return
        self._put(
            task.thread_id,
            [extension.step("put_write", parameters | _write_row(write)) for write in rows],
        )

    def load_checkpoints(
        self,
        thread_id: str,
        filter_: Filter,
        limit: int,
        after_key: CheckpointKey | None = None,
    ) -> list[StoredCheckpoint]:
        """A page of a thread's checkpoints, newest first, with all that belongs to them.

        Args:
            thread_id: the thread.
            filter_: ``namespace_key``, ``checkpoint_id``, ``before_id`` (older ones only) and
                ``entries`` (with all of these).
            limit: how many at most; of those with one ``checkpoint_id`` any.
            after_key: the last of the page before, where pages follow each other.
        """
        if after_key is not None:
            filter_ = filter_.with_block(
                "after_key",
                {
                    "after_key_id": after_key.checkpoint_id,
                    "after_key_namespace_key": after_key.namespace_key,
                },
            )
        blocks = filter_.blocks
        if not filter_.has("namespace_key") and not filter_.has("checkpoint_id"):
            blocks |= {"every_namespace"}
        parameters = self._extension.filter(filter_, thread_id=thread_id, limit=limit)
        rows = self._extension.read("load_checkpoints", parameters, blocks)
        values: dict[str, dict[tuple[str, str], Payload]] = {}
        loaded: dict[tuple[str, str], StoredCheckpoint] = {}
        writes: list[tuple[tuple[str, str], StoredWrite]] = []
        for part, namespace_key, checkpoint_id, item, detail, task_id, idx, *payloads in rows:
            payload = Payload(payloads[0], bytes(payloads[1]))
            if part == 0:
                loaded[checkpoint_id, namespace_key] = StoredCheckpoint(
                    key=CheckpointKey(thread_id, namespace_key, checkpoint_id),
                    namespace=detail,
                    parent_id=item,
                    checkpoint=payload,
                    metadata=Payload(payloads[2], bytes(payloads[3])),
                    values=values.setdefault(namespace_key, {}),
                )
            elif part == 1:
                values.setdefault(namespace_key, {})[item, detail] = payload
            else:
                write = StoredWrite(detail, task_id, idx, item, payload)
                writes.append(((checkpoint_id, namespace_key), write))
        for place, write in sorted(writes, key=lambda pair: pair[1][:3]):
            loaded[place].writes.append(write)
        return [loaded[place] for place in sorted(loaded, reverse=True)]

    def find_checkpoints(
        self, filter_: Filter, limit: int, after_key: CheckpointKey | None = None
    ) -> list[CheckpointKey]:
        """A page of the keys of all threads' checkpoints, newest first.

        Args:
            filter_: ``before_id``, and ``entry`` with ``entries`` (see
                `agentstore.model.filters.session_filter`).
            limit: how many at most.
            after_key: the last of the page before, where pages follow each other.
        """
        if after_key is not None:
            filter_ = filter_.with_block(
                "after_key",
                {f"after_key_{name}": value for name, value in _by_name(after_key).items()},
            )
        name = "find_checkpoints"
        if filter_.has("entry"):
            name = "find_checkpoints_by_metadata"
        rows = self._extension.read(
            name, self._extension.filter(filter_, limit=limit), filter_.blocks
        )
        return [CheckpointKey(*row) for row in rows]

    def get_checkpoint_keys(self, thread_id: str) -> list[CheckpointKey]:
        """The keys of a thread's checkpoints, by namespace, newest first."""
        rows = self._extension.read("get_checkpoint_keys", {"thread_id": thread_id})
        return [CheckpointKey(thread_id, *row) for row in rows]

    def check_none_held(self, thread_ids: Sequence[str]) -> None:
        """Before checkpoints of several threads are deleted.

        Raises:
            HeldError: a hold keeps the session of one.
        """
        for start in range(0, len(thread_ids), KEYS_AT_ONCE):
            self._extension.check_none_held(list(thread_ids[start : start + KEYS_AT_ONCE]))

    def delete_checkpoint_thread(self, thread_id: str) -> None:
        """Delete all that there is of a thread but its session.

        Raises:
            HeldError: a hold keeps its session.
        """
        parameters = {"thread_id": thread_id}
        self._extension.delete(
            thread_id,
            [self._extension.step(name, parameters) for name in (*_OF_CHECKPOINTS, "delete_blobs")],
        )

    def delete_checkpoints(self, thread_id: str, keys: Sequence[CheckpointKey]) -> None:
        """Delete some checkpoints of a thread, and the values that no other one uses.

        Those that followed a deleted one have no parent from then on.

        Raises:
            HeldError: a hold keeps the thread's session.
        """
        if not keys:
            return
        extension = self._extension
        steps = []
        for start in range(0, len(keys), KEYS_AT_ONCE):
            some = keys[start : start + KEYS_AT_ONCE]
            parameters = {
                "thread_id": thread_id,
                "namespace_keys": extension.list([key.namespace_key for key in some]),
                "checkpoint_ids": extension.list([key.checkpoint_id for key in some]),
            }
            steps += [
                extension.step(name, parameters, frozenset({"keys"})) for name in _OF_CHECKPOINTS
            ]
            steps.append(extension.step("forget_parents", parameters))
        unused = frozenset({"unused"})
        steps.append(extension.step("delete_blobs", {"thread_id": thread_id}, unused))
        extension.delete(thread_id, steps)

    def copy_checkpoint_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy all that there is of a thread to another; what is there already stays."""
        parameters = {
            "source_thread_id": source_thread_id,
            "target_thread_id": target_thread_id,
        }
        self._store.get_or_create_session(target_thread_id, metadata=CREATED_BY)
        self._extension.write([self._extension.step(name, parameters) for name in _COPIES])


def _key(checkpoint: NewCheckpoint) -> dict[str, Any]:
    return {
        "thread_id": checkpoint.thread_id,
        "namespace_key": key_of(checkpoint.namespace),
        "checkpoint_id": checkpoint.checkpoint_id,
    }


def _by_name(key: CheckpointKey) -> dict[str, str]:
    return {
        "id": key.checkpoint_id,
        "thread_id": key.thread_id,
        "namespace_key": key.namespace_key,
    }


def _own_row(checkpoint: NewCheckpoint) -> dict[str, Any]:
    """A checkpoint's own row as parameters."""
    versions = [
        [key_of(channel), version] for channel, version in checkpoint.channel_versions.items()
    ]
    return {
        **_key(checkpoint),
        "parent_id": checkpoint.parent_id,
        "namespace": checkpoint.namespace,
        "channel_versions": json.dumps(versions, ensure_ascii=False, separators=(",", ":")),
        "checkpoint_type": checkpoint.checkpoint.type,
        "checkpoint_bytes": checkpoint.checkpoint.data,
        "metadata_type": checkpoint.metadata.type,
        "metadata_bytes": checkpoint.metadata.data,
    }


def _value_rows(checkpoint: NewCheckpoint) -> list[dict[str, Any]]:
    """The new values of its channels as parameters, a set each."""
    return [
        {
            "thread_id": checkpoint.thread_id,
            "namespace_key": key_of(checkpoint.namespace),
            "channel_key": key_of(channel),
            "channel_version": checkpoint.channel_versions[channel],
            "value_type": value.type,
            "value_bytes": value.data,
        }
        for channel, value in checkpoint.new_values.items()
    ]


def _value_columns(checkpoint: NewCheckpoint) -> dict[str, Any]:
    """The new values of its channels column by column."""
    values = checkpoint.new_values
    return {
        "channel_keys": [key_of(channel) for channel in values],
        "new_versions": [checkpoint.channel_versions[channel] for channel in values],
        "value_types": [value.type for value in values.values()],
        "values": [value.data for value in values.values()],
    }


def _write_row(write: TaskWrite) -> dict[str, Any]:
    """A write as parameters, beside those of its task."""
    return {
        "idx": write.idx,
        "channel_name": write.channel,
        "value_type": write.value.type,
        "value_bytes": write.value.data,
    }


def _write_columns(writes: list[TaskWrite]) -> dict[str, Any]:
    """Writes column by column."""
    return {
        "idxs": [write.idx for write in writes],
        "channel_names": [write.channel for write in writes],
        "value_types": [write.value.type for write in writes],
        "values": [write.value.data for write in writes],
    }
