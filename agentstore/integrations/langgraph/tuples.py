"""Stored checkpoints as LangGraph has them: values by its serializer, tuples, pages of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import Checkpoint, CheckpointTuple
from langgraph.checkpoint.serde.base import SerializerProtocol

from agentstore.integrations.langgraph.queries import (
    config_of,
    stored_pages,
    version_text,
)
from agentstore.integrations.langgraph.tables import (
    CheckpointTables,
    Payload,
    StoredCheckpoint,
)
from agentstore.model.metadata_index import INDEXED_TYPES, metadata_entries


def dump_value(serde: SerializerProtocol, value: Any) -> Payload:
    """A value as it is stored."""
    form, data = serde.dumps_typed(value)
    return Payload(form, bytes(data))


def read_tuple(serde: SerializerProtocol, stored: StoredCheckpoint) -> CheckpointTuple:
    """A stored checkpoint with its values and the writes after it."""
    thread_id, namespace = stored.key.thread_id, stored.namespace
    checkpoint: Checkpoint = serde.loads_typed(stored.checkpoint)
    values = {
        channel: stored.value(channel, version_text(version))
        for channel, version in checkpoint["channel_versions"].items()
    }
    checkpoint["channel_values"] = {
        channel: serde.loads_typed(value) for channel, value in values.items() if value is not None
    }
    return CheckpointTuple(
        config=config_of(thread_id, namespace, stored.key.checkpoint_id),
        checkpoint=checkpoint,
        metadata=serde.loads_typed(stored.metadata),
        parent_config=(
            None if stored.parent_id is None else config_of(thread_id, namespace, stored.parent_id)
        ),
        pending_writes=[
            (write.task_id, write.channel, serde.loads_typed(write.value))
            for write in stored.writes
        ],
    )


def tuple_pages(
    tables: CheckpointTables,
    serde: SerializerProtocol,
    config: RunnableConfig | None,
    *,
    filter_: Mapping[str, Any] | None,
    before: RunnableConfig | None,
    limit: int | None,
) -> Iterator[Sequence[CheckpointTuple]]:
    """Checkpoints, newest first, page by page; no connection is held between them.

    Args:
        tables: where they are.
        serde: the serializer that they were stored with.
        config, filter_, before, limit: as `AgentstoreSaver.list` has them.
    """
    # A key that is missing is None too, so only the metadata itself can tell.
    indexed = {
        key: value
        for key, value in (filter_ or {}).items()
        if value is not None and isinstance(value, INDEXED_TYPES)
    }
    others = [(key, value) for key, value in (filter_ or {}).items() if key not in indexed]
    left = sys.maxsize if limit is None else limit
    pages = stored_pages(
        tables,
        config,
        entries=metadata_entries(indexed),
        before=before,
        limit=None if others else limit,
    )
    for page in pages:
        if left <= 0:
            return
        tuples = [
            found
            for found in (read_tuple(serde, stored) for stored in page)
            if all(found.metadata.get(key) == value for key, value in others)
        ][:left]
        left -= len(tuples)
        yield tuples
