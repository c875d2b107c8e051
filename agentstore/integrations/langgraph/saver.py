"""LangGraph's checkpointer over a store; see the package."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, cast

from agentstore.errors import ConfigurationError, InvalidInputError
from agentstore.integrations.langgraph.tables import (
    CheckpointKey,
    CheckpointTables,
    NewCheckpoint,
    Task,
    TaskWrite,
)
from agentstore.integrations.shared.worker_threads import reading, writing
from agentstore.model.metadata_index import metadata_entries
from agentstore.model.values import check_id
from agentstore.storage import Storage

try:
    from langchain_core.runnables import RunnableConfig
    from langgraph.checkpoint.base import (
        WRITES_IDX_MAP,
        BaseCheckpointSaver,
        ChannelVersions,
        Checkpoint,
        CheckpointMetadata,
        CheckpointTuple,
        get_checkpoint_metadata,
    )
    from langgraph.checkpoint.serde.base import SerializerProtocol
    from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
except ImportError as error:
    raise ImportError(
        "agentstore.integrations.langgraph needs LangGraph: pip install 'agentstore[langgraph]'"
    ) from error

from agentstore.integrations.langgraph.conversations import ThreadConversations
from agentstore.integrations.langgraph.pruning import kept_keys
from agentstore.integrations.langgraph.queries import (
    config_of,
    found_keys,
    namespace_of,
    parent_id_of,
    plain_text_of,
    stored_pages,
    texts_of,
    thread_id_of,
    version_text,
)
from agentstore.integrations.langgraph.tuples import (
    dump_value,
    read_tuple,
    tuple_pages,
)


class AgentstoreSaver(BaseCheckpointSaver[str]):
    """A `BaseCheckpointSaver` over a store.

    Each thread has a session with its id, made with its first checkpoint where there is none; who
    deletes the session deletes the thread.

    Any number of savers, in any number of processes, may work on one thread. A call that returns
    has committed; one that is repeated after a lost reply takes effect once. The asynchronous
    forms run the store's calls in worker threads; a cancelled one that writes ends before the
    cancellation goes on, whole or undone.

    Args:
        store: where the threads are kept; it stays the caller's to close.
        serde: the serializer of values. Where None it is LangGraph's own, which makes objects of
            the types that LangGraph knows to be safe, and of no other: rows that somebody has
            altered run no code. ``JsonPlusSerializer(allowed_msgpack_modules=[…])`` adds types
            of your own.
        messages_channel: the channel whose messages are also saved to the thread's session; None
            for none.

    Raises:
        ConfigurationError: the store's dialect has no statements for checkpoints; or ``serde``
            encrypts, and ``messages_channel`` would still put the messages in plain text.
    """

    def __init__(
        self,
        store: Storage,
        *,
        serde: SerializerProtocol | None = None,
        messages_channel: str | None = "messages",
    ) -> None:
        super().__init__(serde=serde or JsonPlusSerializer(allowed_msgpack_modules=None))
        if isinstance(serde, EncryptedSerializer) and messages_channel is not None:
            raise ConfigurationError(
                "the serializer encrypts, but the session would have the messages in plain text: "
                "AgentstoreSaver(…, messages_channel=None) keeps them in the checkpoints alone"
            )
        self.store = store
        self.messages_channel = messages_channel
        self._tables = CheckpointTables(store)
        self._conversations = ThreadConversations(store)

    def get_next_version(self, current: str | int | float | None, channel: None = None) -> str:
        """The version after another; two writers never make the same one."""
        number = 0 if current is None else int(str(current).split(".")[0])
        return f"{number + 1:032}.{random.getrandbits(64):020}"

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """A checkpoint with its values and the writes after it.

        Args:
            config: its ``thread_id``, ``checkpoint_ns`` and ``checkpoint_id``; without an id the
                newest one.

        Returns:
            None where there is none.

        Raises:
            StorageError: as every call of a store.
        """
        conf = config["configurable"]
        one = {**config, "configurable": {**conf, "checkpoint_ns": namespace_of(config)}}
        for page in stored_pages(self._tables, cast("RunnableConfig", one), limit=1):
            return read_tuple(self.serde, page[0]) if page else None
        return None

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Checkpoints, newest first, read page by page.

        Args:
            config: the ``thread_id``, and ``checkpoint_ns`` and ``checkpoint_id`` where only
                these are wanted; None for all threads.
            filter: only those whose metadata has these values at the top level. Strings, numbers
                and booleans are found through an index.
            before: only those older than this one's ``checkpoint_id``.
            limit: how many at most.

        Raises:
            StorageError: as every call of a store.
        """
        pages = tuple_pages(
            self._tables, self.serde, config, filter_=filter, before=before, limit=limit
        )
        for page in pages:
            yield from page

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint; again under the same id, it is replaced.

        Args:
            config: its ``thread_id`` and ``checkpoint_ns``, and the id of its parent.
            checkpoint: the checkpoint.
            metadata: its metadata.
            new_versions: the channels whose values are new, with their versions.

        Returns:
            The config of the checkpoint.

        Raises:
            StorageError: as every call of a store.
        """
        thread_id, namespace = thread_id_of(config), namespace_of(config)
        bare: dict[str, Any] = {**checkpoint}
        values: dict[str, Any] = bare.pop("channel_values")
        full_metadata = cast("dict[str, Any]", get_checkpoint_metadata(config, metadata))
        self._tables.put_checkpoint(
            NewCheckpoint(
                thread_id=thread_id,
                namespace=namespace,
                checkpoint_id=check_id(checkpoint["id"], "checkpoint['id']"),
                parent_id=parent_id_of(config),
                channel_versions={
                    plain_text_of(channel, "channel"): version_text(version)
                    for channel, version in {
                        **checkpoint["channel_versions"],
                        **new_versions,
                    }.items()
                },
                new_values={
                    channel: dump_value(self.serde, values[channel])
                    for channel in new_versions
                    if channel in values
                },
                checkpoint=dump_value(self.serde, bare),
                metadata=dump_value(self.serde, full_metadata),
                entries=sorted(set(metadata_entries(full_metadata))),
            )
        )
        channel = self.messages_channel
        if namespace == "" and channel is not None and channel in new_versions:
            self._conversations.save(thread_id, values.get(channel))
        return config_of(thread_id, namespace, checkpoint["id"])

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Store what a task has written after a checkpoint; a repetition changes nothing.

        Args:
            config: the checkpoint.
            writes: (channel, value) pairs.
            task_id: the task.
            task_path: its path.

        Raises:
            StorageError: as every call of a store.
        """
        self._tables.put_writes(
            Task(
                thread_id_of(config),
                namespace_of(config),
                check_id(config["configurable"]["checkpoint_id"], "checkpoint_id"),
                check_id(task_id, "task_id"),
                plain_text_of(task_path, "task_path"),
            ),
            [
                TaskWrite(
                    WRITES_IDX_MAP.get(channel, idx),
                    plain_text_of(channel, "channel"),
                    dump_value(self.serde, value),
                )
                for idx, (channel, value) in enumerate(writes)
            ],
        )

    def delete_thread(self, thread_id: str) -> None:
        """Delete a thread's checkpoints, and its session.

        A session that was there before the thread stays, with all in it.

        Raises:
            StorageError: as every call of a store.
        """
        thread_id = check_id(str(thread_id), "thread_id")
        if not self._conversations.delete(thread_id):
            self._tables.delete_checkpoint_thread(thread_id)

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a thread's checkpoints to another thread, and what is said to its session.

        What the target has already stays.

        Raises:
            StorageError: as every call of a store.
        """
        source = check_id(str(source_thread_id), "source_thread_id")
        target = check_id(str(target_thread_id), "target_thread_id")
        if source == target:
            return
        self._tables.copy_checkpoint_thread(source, target)
        if self.messages_channel is not None:
            newest = self.get_tuple({"configurable": {"thread_id": target}})
            if newest is not None:
                values = newest.checkpoint["channel_values"]
                self._conversations.save(target, values.get(self.messages_channel))

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Delete old checkpoints of threads; the sessions of their messages stay.

        Not for a thread that is being forked from an old checkpoint meanwhile.

        Args:
            thread_ids: the threads.
            strategy: 'keep_latest' leaves the newest checkpoint of each namespace, and those
                before it from which a `DeltaChannel` is rebuilt; a subgraph's call goes with
                the checkpoint that it started from. 'delete' leaves none.

        Raises:
            TypeError: ``thread_ids`` is one text, not a list of them.
            InvalidInputError: there is no such strategy.
            HeldError: one of the threads' sessions is held; nothing is deleted.
            StorageError: as every call of a store.
        """
        if strategy not in ("keep_latest", "delete"):
            raise InvalidInputError(f"strategy is 'keep_latest' or 'delete', not {strategy!r}")
        threads = [check_id(text, "thread_ids") for text in texts_of(thread_ids, "thread_ids")]
        if strategy == "delete":
            self._tables.check_none_held(threads)
            for thread_id in threads:
                self._tables.delete_checkpoint_thread(thread_id)
            return
        doomed: dict[str, list[CheckpointKey]] = {}
        for thread_id in threads:
            keys = self._tables.get_checkpoint_keys(thread_id)
            kept = kept_keys(self._tables, self.serde, keys)
            doomed[thread_id] = [key for key in keys if key not in kept]
        self._delete(doomed)

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Delete the checkpoints that runs have made, by ``run_id`` in their metadata.

        Not while a run goes on from them.

        Raises:
            TypeError: ``run_ids`` is one text, not a list of them.
            HeldError: the session of one of their threads is held; nothing is deleted.
            StorageError: as every call of a store.
        """
        doomed: defaultdict[str, list[CheckpointKey]] = defaultdict(list)
        for run_id in texts_of(run_ids, "run_ids"):
            (entry,) = metadata_entries({"run_id": run_id})
            for key in found_keys(self._tables, [entry]):
                doomed[key.thread_id].append(key)
        self._delete(doomed)

    def _delete(self, doomed: Mapping[str, Sequence[CheckpointKey]]) -> None:
        """Delete checkpoints by thread; none where one of the threads is held."""
        self._tables.check_none_held([thread_id for thread_id, keys in doomed.items() if keys])
        for thread_id, keys in doomed.items():
            self._tables.delete_checkpoints(thread_id, keys)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """As `get_tuple`."""
        return await reading(self.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """As `list`."""
        pages = tuple_pages(
            self._tables, self.serde, config, filter_=filter, before=before, limit=limit
        )
        while (page := await reading(next, pages, None)) is not None:
            for found in page:
                yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """As `put`."""
        return await writing(self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """As `put_writes`."""
        await writing(self.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """As `delete_thread`."""
        await writing(self.delete_thread, thread_id)

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """As `copy_thread`."""
        await writing(self.copy_thread, source_thread_id, target_thread_id)

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """As `prune`."""
        await writing(self.prune, thread_ids, strategy=strategy)

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """As `delete_for_runs`."""
        await writing(self.delete_for_runs, run_ids)
