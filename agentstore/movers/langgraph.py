"""LangGraph's PostgresSaver and SqliteSaver: checkpoints, and what is said in their threads.

Values keep their bytes, whatever types of the caller's are in them: nothing but messages is made
an object of here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ormsgpack
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from agentstore.engine.connection import Row
from agentstore.integrations.langgraph.conversations import ThreadConversations
from agentstore.integrations.langgraph.queries import version_text
from agentstore.integrations.langgraph.tables import (
    CREATED_BY,
    CheckpointTables,
    NewCheckpoint,
    Payload,
    Task,
    TaskWrite,
)
from agentstore.integrations.langgraph.tuples import dump_value
from agentstore.model.keys import key_of
from agentstore.model.metadata_index import metadata_entries
from agentstore.movers.moving import Mover, Page, Target
from agentstore.transfer.foreign import Problem, Program, reason_of
from agentstore.transfer.forms.times import read_moment
from agentstore.transfer.json_text import parse

CHECKPOINTS_A_PAGE = 50
_MESSAGES = "messages"
_UNREADABLE = (ValueError, KeyError, TypeError, NotImplementedError)


class SaverMover(Mover):
    """Moves checkpoints with their ids, and a thread's messages into its session."""

    kind = "langgraph"
    program = Program(
        "LangGraph's PostgresSaver or SqliteSaver", "movers", "langgraph", ("postgresql", "sqlite")
    )

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._serde = JsonPlusSerializer(allowed_msgpack_modules=None)
        self._is_joined = self._database.dialect == "sqlite"

    def count(self) -> int:
        """How many checkpoints there are."""
        return int(self._database.read("count_checkpoints")[0][0])

    def _move(self, target: Target, progress: Callable[[int], None]) -> None:
        tables = CheckpointTables(target.store)
        conversations = ThreadConversations(target.store)
        present: set[tuple[str, str]] = set()
        thread_id, done = None, 0
        for rows in self._database.pages(
            "read_checkpoints",
            CHECKPOINTS_A_PAGE,
            after_key_thread_id=None,
            after_key_namespace=None,
            after_key_id=None,
        ):
            for row in rows:
                if row[0] != thread_id:
                    thread_id = row[0]
                    present = _present(tables, thread_id)
                if (key_of(row[1]), row[2]) in present:
                    target.count(skipped=1)
                else:
                    self._move_checkpoint(target, tables, conversations, row)
                done += 1
            progress(done)

    def _move_checkpoint(
        self,
        target: Target,
        tables: CheckpointTables,
        conversations: ThreadConversations,
        row: Row,
    ) -> None:
        try:
            new, checkpoint = self._read(row)
            writes = self._writes(row[:3])
            messages = self._messages(new)
        except _UNREADABLE as exc:
            reason = reason_of(exc)
            target.refuse(Problem("checkpoint", str(row[2]), str(row[0]), reason))
            return
        at = read_moment(checkpoint.get("ts"))
        attempts = iter([conversations])

        def work(page: Page) -> None:
            # What a transaction that was undone has saved must not be remembered as there.
            saved_by = next(attempts, ThreadConversations(target.store))
            if not page.begin(new.thread_id, created_at=at, metadata=CREATED_BY):
                return
            tables.put_checkpoint(new)
            for task, task_writes in writes.items():
                tables.put_writes(task, task_writes)
            page.counts["checkpoints"] += 1
            page.counts["messages"] += saved_by.save(new.thread_id, messages, at)

        target.store_page(work)

    def _read(self, row: Row) -> tuple[NewCheckpoint, dict[str, Any]]:
        """A checkpoint as the store keeps it, and as LangGraph has it, without its values."""
        thread_id, namespace, checkpoint_id, parent_id, kind, data, metadata = row
        checkpoint = self._value(kind, data)
        inline = checkpoint.pop("channel_values", None) or {}
        versions = {
            channel: version_text(version)
            for channel, version in checkpoint["channel_versions"].items()
        }
        values = {
            channel: dump_value(self._serde, value)
            for channel, value in inline.items()
            if channel in versions
        }
        values |= {} if self._is_joined else self._values(row[:3])
        about = _metadata(metadata)
        new = NewCheckpoint(
            thread_id=thread_id,
            namespace=namespace,
            checkpoint_id=checkpoint_id,
            parent_id=parent_id,
            channel_versions=versions,
            new_values=values,
            checkpoint=dump_value(self._serde, checkpoint),
            metadata=dump_value(self._serde, about),
            entries=sorted(set(metadata_entries(about))),
        )
        return new, checkpoint

    def _value(self, kind: str | None, data: Any) -> dict[str, Any]:
        """A checkpoint; whatever types are in its values stay as they are."""
        if kind == "msgpack":
            value = ormsgpack.unpackb(
                data, ext_hook=ormsgpack.Ext, option=ormsgpack.OPT_NON_STR_KEYS
            )
        elif self._is_joined:
            value = self._serde.loads_typed((kind or "", data))
        else:
            value = parse(data)
        if not isinstance(value, dict):
            raise ValueError("the checkpoint is no object")
        return value

    def _values(self, key: Row) -> dict[str, Payload]:
        rows = self._database.read("read_values", _parameters(key))
        return {channel: Payload(kind, bytes(data)) for channel, kind, data in rows}

    def _writes(self, key: Row) -> dict[Task, list[TaskWrite]]:
        found: dict[Task, list[TaskWrite]] = {}
        for path, task_id, idx, channel, kind, data in self._database.read(
            "read_writes", _parameters(key)
        ):
            task = Task(str(key[0]), str(key[1]), str(key[2]), task_id, path)
            found.setdefault(task, []).append(TaskWrite(idx, channel, Payload(kind, bytes(data))))
        return found

    def _messages(self, new: NewCheckpoint) -> Any:
        """What the thread says, where the checkpoint is one of the graph itself."""
        payload = new.new_values.get(_MESSAGES)
        if payload is None or new.namespace:
            return None
        return self._serde.loads_typed((payload.type, payload.data))


def _present(tables: CheckpointTables, thread_id: str) -> set[tuple[str, str]]:
    return {(key.namespace_key, key.checkpoint_id) for key in tables.get_checkpoint_keys(thread_id)}


def _parameters(key: Row) -> dict[str, Any]:
    return dict(zip(("thread_id", "namespace", "checkpoint_id"), key, strict=True))


def _metadata(value: Any) -> Mapping[str, Any]:
    found = parse(value) if value else {}
    return found if isinstance(found, dict) else {}


MOVERS: dict[str, type[Mover]] = {SaverMover.kind: SaverMover}
