"""Checkpoints: what a LangGraph thread leaves behind at each step, kept as opaque bytes.

A thread's checkpoints lie in namespaces, one for each (sub)graph. A checkpoint names its
channels' values by version; each version is stored once, whatever checkpoints share it. What a
task writes after a checkpoint may arrive before the checkpoint itself. Nothing here knows
LangGraph: `agentstore.integrations.langgraph` does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agentstore.connections.base import Connection
from agentstore.filters import Filter
from agentstore.repositories.core import RepositoryCore
from agentstore.values import MAX_NAME_LENGTH

KEYS_AT_ONCE = 500
"""Checkpoints whose keys are sent in one statement."""

_NO_ID = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DIGEST = "sha256:"
_OF_CHECKPOINTS = (
    "checkpoints/delete_checkpoints",
    "checkpoints/delete_writes",
    "checkpoints/delete_entries",
)
_COPIES = (
    "checkpoints/copy_blobs",
    "checkpoints/copy_writes",
    "checkpoints/copy_entries",
    "checkpoints/copy_checkpoints",
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
        entries: what it is found by (`agentstore.metadata_index`).
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


def key_of(text: str) -> str:
    """A namespace or channel name as it can stand in a key: itself, or a digest of it."""
    if (
        len(text) <= MAX_NAME_LENGTH
        and not _NO_ID.search(text)
        and text.strip() == text
        and not text.startswith(_DIGEST)
    ):
        return text
    return _DIGEST + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class CheckpointRepository(RepositoryCore):
    """The checkpoint operations of a repository."""

    def put_checkpoint(self, checkpoint: NewCheckpoint) -> None:
        """Store a checkpoint; stored again under the same id, it is replaced."""
        self.executor.write(
            lambda connection: self._insert_checkpoint(connection, checkpoint),
            atomic=self._checkpoint_needs_transaction(),
        )

    def _checkpoint_needs_transaction(self) -> bool:
        """Whether _insert_checkpoint is several statements, with no transaction of its own."""
        return True

    def _insert_checkpoint(self, connection: Connection, checkpoint: NewCheckpoint) -> None:
        entries = self.write_entries_of(checkpoint)
        connection.count("checkpoints/insert_checkpoint", self.write_checkpoint(checkpoint))
        values = self.write_values(checkpoint)
        if values:
            connection.run_many("checkpoints/insert_blob", values)
        connection.count("checkpoints/delete_stale_entries", entries)
        connection.count("checkpoints/insert_entries", entries)

    def write_checkpoint(self, checkpoint: NewCheckpoint) -> dict[str, Any]:
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

    def write_values(self, checkpoint: NewCheckpoint) -> list[dict[str, Any]]:
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

    def write_entries_of(self, checkpoint: NewCheckpoint) -> dict[str, Any]:
        """The index entries of its metadata as parameters."""
        return {**_key(checkpoint), "entries": self.write_list(checkpoint.entries)}

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
        if last:
            self.executor.write(
                lambda connection: self._insert_writes(connection, parameters, list(last.values())),
                atomic=self._writes_need_transaction(),
            )

    def _writes_need_transaction(self) -> bool:
        """Whether _insert_writes is more than one statement."""
        return True

    def _insert_writes(
        self, connection: Connection, parameters: Mapping[str, Any], writes: list[TaskWrite]
    ) -> None:
        connection.run_many(
            "checkpoints/put_write", [self.write_task_write(parameters, write) for write in writes]
        )

    def write_task_write(self, task: Mapping[str, Any], write: TaskWrite) -> dict[str, Any]:
        """A write as parameters, beside those of its task."""
        return {
            **task,
            "idx": write.idx,
            "channel_name": write.channel,
            "value_type": write.value.type,
            "value_bytes": write.value.data,
        }

    def load_checkpoints(
        self,
        thread_id: str,
        filter_: Filter,
        limit: int,
        beyond: CheckpointKey | None = None,
    ) -> list[StoredCheckpoint]:
        """A page of a thread's checkpoints, newest first, with all that belongs to them.

        Args:
            thread_id: the thread.
            filter_: ``namespace_key``, ``checkpoint_id``, ``before_id`` (older ones only) and
                ``entries`` (with all of these).
            limit: how many at most; of those with one ``checkpoint_id`` any.
            beyond: the last of the page before, where pages follow each other.
        """
        if beyond is not None:
            filter_ = filter_.with_block(
                "beyond",
                {
                    "beyond_id": beyond.checkpoint_id,
                    "beyond_namespace_key": beyond.namespace_key,
                },
            )
        blocks = filter_.blocks
        if not filter_.has("namespace_key") and not filter_.has("checkpoint_id"):
            blocks |= {"every_namespace"}
        parameters = self.write_filter(filter_, thread_id=thread_id, limit=limit)
        rows = self.read("checkpoints/load_checkpoints", parameters, blocks)
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
        self, filter_: Filter, limit: int, beyond: CheckpointKey | None = None
    ) -> list[CheckpointKey]:
        """A page of the keys of all threads' checkpoints, newest first.

        Args:
            filter_: ``before_id``, and ``entry`` with ``entries`` (see
                `agentstore.filters.session_filter`).
            limit: how many at most.
            beyond: the last of the page before, where pages follow each other.
        """
        if beyond is not None:
            filter_ = filter_.with_block(
                "beyond", {f"beyond_{name}": value for name, value in _beyond(beyond).items()}
            )
        name = "checkpoints/find_checkpoints"
        if filter_.has("entry"):
            name = "checkpoints/find_checkpoints_by_metadata"
        rows = self.read(name, self.write_filter(filter_, limit=limit), filter_.blocks)
        return [CheckpointKey(*row) for row in rows]

    def get_checkpoint_keys(self, thread_id: str) -> list[CheckpointKey]:
        """The keys of a thread's checkpoints, by namespace, newest first."""
        rows = self.read("checkpoints/get_checkpoint_keys", {"thread_id": thread_id})
        return [CheckpointKey(thread_id, *row) for row in rows]

    def delete_checkpoint_thread(self, thread_id: str) -> None:
        """Delete all that there is of a thread."""
        parameters = {"thread_id": thread_id}

        def operation(connection: Connection) -> None:
            for name in (*_OF_CHECKPOINTS, "checkpoints/delete_blobs"):
                connection.count(name, parameters)

        self.executor.write(operation)

    def delete_checkpoints(self, thread_id: str, keys: Sequence[CheckpointKey]) -> None:
        """Delete some checkpoints of a thread, and the values that no other one uses."""

        def operation(connection: Connection) -> None:
            for start in range(0, len(keys), KEYS_AT_ONCE):
                some = keys[start : start + KEYS_AT_ONCE]
                parameters = {
                    "thread_id": thread_id,
                    "namespace_keys": self.write_list([key.namespace_key for key in some]),
                    "checkpoint_ids": self.write_list([key.checkpoint_id for key in some]),
                }
                for name in _OF_CHECKPOINTS:
                    connection.count(name, parameters, frozenset({"keys"}))
            connection.count(
                "checkpoints/delete_blobs", {"thread_id": thread_id}, frozenset({"unused"})
            )

        if keys:
            self.executor.write(operation)

    def copy_checkpoint_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy all that there is of a thread to another; what is there already stays."""
        parameters = {
            "source_thread_id": source_thread_id,
            "target_thread_id": target_thread_id,
        }

        def operation(connection: Connection) -> None:
            for name in _COPIES:
                connection.count(name, parameters)

        self.executor.write(operation)


def _key(checkpoint: NewCheckpoint) -> dict[str, Any]:
    return {
        "thread_id": checkpoint.thread_id,
        "namespace_key": key_of(checkpoint.namespace),
        "checkpoint_id": checkpoint.checkpoint_id,
    }


def _beyond(key: CheckpointKey) -> dict[str, str]:
    return {
        "id": key.checkpoint_id,
        "thread_id": key.thread_id,
        "namespace_key": key.namespace_key,
    }
