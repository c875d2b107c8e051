"""Conversations into a store.

Several conversations share a transaction, and each is stored whole or not at all. A session's id
is made from its conversation, or is the conversation's own, so what is there already is skipped:
an import that was killed and is started again doubles nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from agentstore.errors import InvalidInputError
from agentstore.storage import Storage
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.conversation_files import Item
from agentstore.transfer.read_ahead import read_ahead
from agentstore.transfer.reading import (
    Batch,
    ImportOptions,
    LeftOut,
    Numbered,
    place_of,
    read_batches,
)
from agentstore.transfer.storing import Stored, store_new, store_or_continue
from agentstore.transfer.storing_many import ManyConversations


@dataclass(frozen=True)
class ImportSummary:
    """What an import stored.

    Attributes:
        conversations, messages, tool_calls: how many were stored.
        skipped: how many conversations were there already.
        continued: how many were there in part, and got what has come since.
        remarks: what was not understood, and how often.
        passed_over: what was understood and is no part of the conversations, and how often.
        left_out: the conversations that were not stored, and why.
    """

    conversations: int = 0
    messages: int = 0
    tool_calls: int = 0
    skipped: int = 0
    continued: int = 0
    remarks: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    left_out: tuple[str, ...] = ()

    def plus(self, stored: Stored, conversation: Conversation) -> ImportSummary:
        """This summary after one more conversation."""
        is_continued = not stored.is_new and bool(stored.messages or stored.results)
        return replace(
            self,
            conversations=self.conversations + stored.is_new,
            messages=self.messages + stored.messages,
            tool_calls=self.tool_calls + stored.tool_calls,
            skipped=self.skipped + (not stored.is_new and not is_continued),
            continued=self.continued + is_continued,
            remarks=self.remarks + conversation.remarks,
            passed_over=self.passed_over + conversation.passed_over,
        )


class ConversationError(InvalidInputError):
    """A conversation cannot be imported; nothing of it is stored, those before it are.

    Attributes:
        summary: what was stored before it.
    """

    def __init__(self, message: str, summary: ImportSummary | None = None) -> None:
        super().__init__(message)
        self.summary = summary or ImportSummary()


def import_conversations(
    store: Storage,
    items: Iterable[Item],
    *,
    progress: Callable[[Item], None] = lambda item: None,
    **options: Any,
) -> ImportSummary:
    """Store conversations, each as a session of its own.

    Args:
        store: where to.
        items: the conversations, see ``conversation_files.read_items``.
        progress: called with each item that is stored or was there already.
        options: see ``ImportOptions``.

    Raises:
        ConversationError: one cannot be read or stored; it is named by number and line.
        StorageError: as ``Storage.transaction``.
    """
    given = ImportOptions(**options)
    storing = Storing(store, given, progress)
    with closing(read_ahead(read_batches(store, items, given), store)) as batches:
        for batch in batches:
            storing.take(batch)
    return storing.summary


class _DryRun(Exception):
    """Raised to undo what a dry run has stored."""


@dataclass
class Storing:
    """Conversations that are being stored.

    Args:
        target: where to.
        options: how.
        progress: called with each item that is stored or was there already.

    Attributes:
        summary: what was stored so far.
    """

    target: Storage
    options: ImportOptions
    progress: Callable[[Item], None]
    many: ManyConversations = field(init=False)
    summary: ImportSummary = field(default_factory=ImportSummary)

    def __post_init__(self) -> None:
        self.many = ManyConversations(self.target)

    def take(self, given: Batch | LeftOut) -> bool:
        """Store a batch, or leave out what cannot be read.

        Returns:
            False, and nothing was done, where a batch without its content cannot be stored.

        Raises:
            ConversationError: one cannot be read or stored.
            StorageError: as ``Storage.transaction``.
        """
        if isinstance(given, LeftOut):
            self.leave_out(given.place, given.error)
            return True
        if not given.conversations:
            passed_over = self.summary.passed_over + given.passed_over
            self.summary = replace(self.summary, passed_over=passed_over)
            return True
        is_stored = given.prepared is not None and self._store_at_once(given)
        if not is_stored and given.has_content:
            self._store_in_parts(given.conversations)
        return is_stored or given.has_content

    def leave_out(self, place: str, error: ValueError) -> None:
        """Take note of a conversation that is not stored, or end here."""
        if not self.options.keep_going:
            raise ConversationError(f"{place}: {error}", self.summary) from error
        left_out = (*self.summary.left_out, f"{place}: {error}")
        self.summary = replace(self.summary, left_out=left_out)

    def _store_in_parts(self, batch: list[Numbered]) -> None:
        """Store a batch; where one of it is refused, those before it, and those behind it."""
        while batch:
            refused = self._store_some(batch)
            if refused is None:
                break
            index, error = refused
            # Those before it were undone with it.
            self._store_in_parts(batch[:index])
            self.leave_out(place_of(batch[index].number, batch[index].item), error)
            batch = batch[index + 1 :]
        for numbered in batch:
            self.progress(numbered.item)

    def _store_some(self, batch: list[Numbered]) -> tuple[int, InvalidInputError] | None:
        """Store conversations in one transaction; the index of the one that was refused."""
        summary = self.summary
        done = 0

        def work() -> None:
            nonlocal summary, done
            summary, done = self.summary, 0
            for numbered in batch:
                stored = self._store_one(numbered)
                summary = summary.plus(stored, numbered.conversation)
                done += 1
            if self.options.dry_run:
                raise _DryRun

        try:
            self.target.run_in_transaction(work)
        except _DryRun:
            pass
        except InvalidInputError as exc:
            return done, exc
        self.summary = summary
        return None

    def _store_at_once(self, batch: Batch) -> bool:
        """Store new conversations together; False where they have to be stored one by one."""
        stored = self.many.store(batch.prepared or [])
        if stored is None:
            return False
        for each, numbered in zip(stored, batch.conversations, strict=True):
            self.summary = self.summary.plus(each, numbered.conversation)
            self.progress(numbered.item)
        return True

    def _store_one(self, numbered: Numbered) -> Stored:
        store_it = store_new if self.options.id_key is None else store_or_continue
        return store_it(self.target, numbered.session_id, numbered.conversation)
