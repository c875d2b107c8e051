"""Which checkpoints a LangGraph config means, and how they are read page by page."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import get_checkpoint_id

from agentstore.integrations.langgraph.tables import (
    CheckpointKey,
    CheckpointTables,
    StoredCheckpoint,
)
from agentstore.integrations.shared.keys import key_of
from agentstore.model.filters import Filter
from agentstore.model.values import check_id, check_name

CHECKPOINTS_A_PAGE = 50
KEYS_A_PAGE = 500


def thread_id_of(config: RunnableConfig) -> str:
    """The thread of a config; a number or a UUID stands for its text.

    Raises:
        InvalidInputError: it is no id.
    """
    return check_id(str(config["configurable"]["thread_id"]), "thread_id")


def parent_id_of(config: RunnableConfig) -> str | None:
    """The id of the checkpoint that a config names, as the parent of the next; None without one.

    Raises:
        InvalidInputError: it is no id.
    """
    checkpoint_id = get_checkpoint_id(config)
    return check_id(str(checkpoint_id), "checkpoint_id") if checkpoint_id else None


def namespace_of(config: RunnableConfig) -> str:
    """The namespace of a config, the root's where it has none.

    Raises:
        InvalidInputError: it has a NUL or a lone surrogate.
    """
    return plain_text_of(config["configurable"].get("checkpoint_ns", ""), "checkpoint_ns")


def plain_text_of(text: str, name: str) -> str:
    """A text of any length that every database takes; ``name`` is for errors.

    Raises:
        InvalidInputError: it has a NUL or a lone surrogate.
    """
    return check_name(text, name, least=0, most=sys.maxsize)


def texts_of(ids: Iterable[object], name: str) -> list[str]:
    """Several ids, each as its text; ``name`` is for errors.

    Raises:
        TypeError: it is one text, whose letters would be taken for ids.
    """
    if isinstance(ids, (str, bytes)):
        raise TypeError(f"{name} is a list of ids, not one {type(ids).__name__}")
    return [str(each) for each in ids]


def version_text(version: str | int | float) -> str:
    """A channel's version as it is kept.

    Raises:
        InvalidInputError: it is too long, or has a NUL or a lone surrogate.
    """
    return check_name(str(version), "a channel's version")


def config_of(thread_id: str, namespace: str, checkpoint_id: str) -> RunnableConfig:
    """The config of a checkpoint."""
    return {
        "configurable": {
            "thread_id": thread_id,
            "checkpoint_ns": namespace,
            "checkpoint_id": checkpoint_id,
        }
    }


def stored_pages(
    tables: CheckpointTables,
    config: RunnableConfig | None,
    *,
    entries: Sequence[str] = (),
    before: RunnableConfig | None = None,
    limit: int | None = None,
) -> Iterator[Sequence[StoredCheckpoint]]:
    """Checkpoints, newest first, page by page.

    Args:
        tables: where they are.
        config: the thread, and the namespace and checkpoint where it has them; None for all
            threads.
        entries: only those with all of these in their metadata.
        before: only those older than this one.
        limit: how many will be taken; more may come.
    """
    wanted: dict[str, Any] = {}
    if before is not None and (before_id := get_checkpoint_id(before)):
        wanted["before_id"] = before_id
    if config is None:
        for key in found_keys(tables, entries, wanted):
            yield load_checkpoint(tables, key)
        return
    if config["configurable"].get("checkpoint_ns") is not None:
        wanted["namespace_key"] = key_of(namespace_of(config))
    if checkpoint_id := get_checkpoint_id(config):
        wanted["checkpoint_id"] = check_id(checkpoint_id, "checkpoint_id")
        if checkpoint_id >= wanted.pop("before_id", "\U0010ffff"):
            return
    if entries:
        wanted["entries"] = list(entries)
    size = CHECKPOINTS_A_PAGE if limit is None else min(CHECKPOINTS_A_PAGE, max(limit, 1))
    if checkpoint_id:
        size = sys.maxsize  # one in each namespace that has this id: hardly ever two
    after_key = None
    while True:
        page = tables.load_checkpoints(
            thread_id_of(config), Filter(frozenset(wanted), wanted), size, after_key
        )
        yield page
        if checkpoint_id or len(page) < size:
            return
        after_key = page[-1].key
        wanted.pop("before_id", None)  # all beyond a page are older than it


def found_keys(
    tables: CheckpointTables, entries: Sequence[str], wanted: dict[str, Any] | None = None
) -> Iterator[CheckpointKey]:
    """The keys of all threads' checkpoints, newest first.

    Args:
        tables: where they are.
        entries: only those with all of these in their metadata.
        wanted: ``before_id``, or nothing.
    """
    parameters = dict(wanted or {})
    blocks = set(parameters)
    if entries:
        parameters["entry"] = entries[0]
    if len(entries) > 1:
        parameters["entries"] = list(entries[1:])
        blocks.add("more_entries")
    after_key = None
    while True:
        keys = tables.find_checkpoints(
            Filter(frozenset(blocks), parameters), KEYS_A_PAGE, after_key
        )
        yield from keys
        if len(keys) < KEYS_A_PAGE:
            return
        after_key = keys[-1]
        blocks.discard("before_id")  # all beyond a page are older than it


def load_checkpoint(tables: CheckpointTables, key: CheckpointKey) -> Sequence[StoredCheckpoint]:
    """The checkpoint with a key; none where it is gone."""
    wanted = {"namespace_key": key.namespace_key, "checkpoint_id": key.checkpoint_id}
    return tables.load_checkpoints(key.thread_id, Filter(frozenset(wanted), wanted), 1)
