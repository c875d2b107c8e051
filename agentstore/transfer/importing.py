"""Conversations in the OpenAI form into a store.

Several conversations share a transaction, and each is stored whole or not at all. A session's id
is made from its conversation, so what is there already is skipped: an import that was killed
and is started again doubles nothing.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from agentstore.errors import InvalidInputError, SessionExistsError
from agentstore.storage import Storage
from agentstore.transfer.conversation_files import Item
from agentstore.transfer.json_text import canonical
from agentstore.transfer.openai_form import Conversation, read_conversation

BATCH_MESSAGES = 2000
"""No more conversations join a transaction that has this many messages."""


@dataclass(frozen=True)
class ImportSummary:
    """What an import stored.

    Attributes:
        conversations, messages, tool_calls: how many were stored.
        skipped: how many conversations were there already.
    """

    conversations: int = 0
    messages: int = 0
    tool_calls: int = 0
    skipped: int = 0

    def plus(self, conversation: Conversation) -> ImportSummary:
        """This summary after one more conversation was stored."""
        return replace(
            self,
            conversations=self.conversations + 1,
            messages=self.messages + len(conversation.messages),
            tool_calls=self.tool_calls + conversation.tool_call_count,
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
    batch_size: int = 100,
    progress: Callable[[Item], None] = lambda item: None,
) -> ImportSummary:
    """Store conversations, each as a session of its own.

    Args:
        store: where to.
        items: the conversations, see ``conversation_files.read_items``.
        batch_size: how many conversations share a transaction.
        progress: called with each item that is stored or was there already.

    Raises:
        ConversationError: one cannot be read or stored; it is named by number and line.
        StorageError: as ``Storage.transaction``.
    """
    identities = _Identities()
    summary = ImportSummary()
    batch: list[_Numbered] = []
    for number, item in enumerate(items, 1):
        try:
            batch.append(_read(number, item, identities))
        except ValueError as exc:
            summary = _store(store, batch, summary)
            raise ConversationError(f"{_place(number, item)}: {exc}", summary) from exc
        messages = sum(len(numbered.conversation.messages) for numbered in batch)
        if len(batch) >= batch_size or messages >= BATCH_MESSAGES:
            summary = _store(store, batch, summary)
            for numbered in batch:
                progress(numbered.item)
            batch = []
    summary = _store(store, batch, summary)
    for numbered in batch:
        progress(numbered.item)
    return summary


@dataclass(frozen=True)
class _Numbered:
    """A conversation that waits to be stored, and where it came from."""

    number: int
    item: Item
    session_id: str
    conversation: Conversation


class _Identities:
    """Session ids made from conversations; remembers 16 bytes of each it has seen."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def session_id(self, conversation: Conversation) -> str:
        """The same for the same conversation; another for its second occurrence in a file."""
        digest = hashlib.sha256(canonical(conversation.form).encode()).digest()
        self._seen[digest[:16]] += 1
        occurrence = self._seen[digest[:16]]
        number = int.from_bytes(hashlib.sha256(digest + b"%d" % occurrence).digest()[:16], "big")
        # A UUIDv8 (RFC 9562): of our own making, and as long as the store's own ids.
        number = number & ~(0xF << 76) & ~(0x3 << 62) | 8 << 76 | 2 << 62
        return str(uuid.UUID(int=number))


def _read(number: int, item: Item, identities: _Identities) -> _Numbered:
    if item.error is not None:
        raise ValueError(item.error)
    try:
        conversation = read_conversation(item.value)
        return _Numbered(number, item, identities.session_id(conversation), conversation)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _place(number: int, item: Item) -> str:
    return f"conversation {number}" + ("" if item.line is None else f" (line {item.line})")


def _store(store: Storage, batch: list[_Numbered], summary: ImportSummary) -> ImportSummary:
    """Store a batch in a transaction, or what stands before its first bad conversation.

    Returns:
        The summary with this batch added.
    """
    reached = 0

    def work() -> ImportSummary:
        nonlocal reached
        stored = summary
        for index, numbered in enumerate(batch):
            reached = index
            stored = _store_one(store, numbered, stored)
        return stored

    try:
        return store.run_in_transaction(work)
    except InvalidInputError as exc:
        bad = batch[reached]
        message = f"{_place(bad.number, bad.item)}: {exc}"
        raise ConversationError(message, _store(store, batch[:reached], summary)) from exc


def _store_one(store: Storage, numbered: _Numbered, summary: ImportSummary) -> ImportSummary:
    conversation = numbered.conversation
    try:
        store.create_session(id=numbered.session_id, metadata=conversation.metadata)
    except SessionExistsError:
        return replace(summary, skipped=summary.skipped + 1)
    store.save_messages(numbered.session_id, conversation.messages)
    return summary.plus(conversation)
