"""Conversations into a store.

Several conversations share a transaction, and each is stored whole or not at all. A session's id
is made from its conversation, or is the conversation's own, so what is there already is skipped:
an import that was killed and is started again doubles nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace

from agentstore.errors import InvalidInputError
from agentstore.storage import Storage
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.conversation_files import Item
from agentstore.transfer.gathering import Found, Gatherer
from agentstore.transfer.identities import Identities, id_in
from agentstore.transfer.read_ahead import read_ahead
from agentstore.transfer.storing import Stored, store_new, store_or_continue
from agentstore.transfer.storing_many import ManyConversations, PreparedConversation

BATCH_MESSAGES = 2000
"""No more conversations join a transaction that has this many messages."""


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
    form: str | None = None,
    messages_key: str | None = None,
    id_key: str | None = None,
    strict: bool = False,
    keep_going: bool = False,
    dry_run: bool = False,
    batch_size: int = 100,
    progress: Callable[[Item], None] = lambda item: None,
) -> ImportSummary:
    """Store conversations, each as a session of its own.

    Args:
        store: where to.
        items: the conversations, see ``conversation_files.read_items``.
        form: the name of their form, where it is not to be found out.
        messages_key: where an object has its messages: keys with dots between them.
        id_key: where a conversation has its id, likewise. It becomes the session's, and a
            conversation that has grown since goes on in its session.
        strict: refuse a conversation of which anything is not understood.
        keep_going: leave out what cannot be stored, and go on with the others.
        dry_run: store nothing, and say what would be.
        batch_size: how many conversations share a transaction.
        progress: called with each item that is stored or was there already.

    Raises:
        ConversationError: one cannot be read or stored; it is named by number and line.
        StorageError: as ``Storage.transaction``.
    """
    run = _Import(store, id_key, strict, keep_going, dry_run, progress)
    found = Gatherer(form, messages_key).gather(items)
    with closing(read_ahead(run.batches(found, batch_size), store)) as batches:
        for batch in batches:
            if isinstance(batch, _LeftOut):
                run.leave_out(batch.place, batch.error)
            else:
                run.store(batch.conversations, batch.prepared)
    return run.summary


@dataclass(frozen=True)
class _Numbered:
    """A conversation that waits to be stored, and where it came from."""

    number: int
    item: Item
    session_id: str
    conversation: Conversation


@dataclass(frozen=True)
class _Batch:
    """Conversations that share a transaction, checked already where they can be stored together."""

    conversations: list[_Numbered]
    prepared: list[PreparedConversation] | None


@dataclass(frozen=True)
class _LeftOut:
    """A conversation that cannot be read, and why."""

    place: str
    error: ValueError


class _DryRun(Exception):
    """Raised to undo what a dry run has stored."""


@dataclass
class _Import:
    """An import under way."""

    target: Storage
    id_key: str | None
    strict: bool
    keep_going: bool
    dry_run: bool
    progress: Callable[[Item], None]
    identities: Identities = field(default_factory=Identities)
    many: ManyConversations = field(init=False)
    summary: ImportSummary = field(default_factory=ImportSummary)

    def __post_init__(self) -> None:
        self.many = ManyConversations(self.target)

    def batches(
        self, found: Iterable[Found], batch_size: int
    ) -> Generator[_Batch | _LeftOut, None, None]:
        """What is to be stored, in order: all that can be done without the store is done."""
        batch: list[_Numbered] = []
        messages = 0
        numbers: Counter[str] = Counter()
        for each in found:
            numbers[each.item.source] += 1
            number = numbers[each.item.source]
            try:
                numbered = self._read(number, each)
            except ValueError as exc:
                yield self._batch(batch)
                batch, messages = [], 0
                yield _LeftOut(_place(number, each.item), exc)
                continue
            batch.append(numbered)
            messages += len(numbered.conversation.messages)
            if len(batch) >= batch_size or messages >= BATCH_MESSAGES:
                yield self._batch(batch)
                batch, messages = [], 0
        yield self._batch(batch)

    def _batch(self, batch: list[_Numbered]) -> _Batch:
        if self.dry_run or self.id_key is not None:
            return _Batch(batch, None)
        named = [(each.session_id, each.conversation) for each in batch]
        return _Batch(batch, self.many.prepare(named))

    def _read(self, number: int, found: Found) -> _Numbered:
        """A conversation with its id."""
        if found.conversation is None:
            raise ValueError(found.error)
        conversation = found.conversation
        if self.strict and conversation.remarks:
            raise ValueError(f"not understood: {next(iter(conversation.remarks))}")
        try:
            if self.id_key is None:
                session_id = self.identities.session_id(conversation)
            else:
                session_id = id_in(conversation, found.item.value, self.id_key)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        return _Numbered(number, found.item, session_id, conversation)

    def leave_out(self, place: str, error: ValueError) -> None:
        """Take note of a conversation that is not stored, or end here."""
        if not self.keep_going:
            raise ConversationError(f"{place}: {error}", self.summary) from error
        left_out = (*self.summary.left_out, f"{place}: {error}")
        self.summary = replace(self.summary, left_out=left_out)

    def store(
        self, batch: list[_Numbered], prepared: list[PreparedConversation] | None = None
    ) -> None:
        """Store a batch; where one of it is refused, those before it, and those behind it."""
        while batch:
            if prepared is not None and self._store_at_once(batch, prepared):
                break
            refused = self._store_some(batch)
            if refused is None:
                break
            index, error = refused
            # Those before it were undone with it.
            prepared = None
            self.store(batch[:index])
            self.leave_out(_place(batch[index].number, batch[index].item), error)
            batch = batch[index + 1 :]
        for numbered in batch:
            self.progress(numbered.item)

    def _store_some(self, batch: list[_Numbered]) -> tuple[int, InvalidInputError] | None:
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
            if self.dry_run:
                raise _DryRun

        try:
            self.target.run_in_transaction(work)
        except _DryRun:
            pass
        except InvalidInputError as exc:
            return done, exc
        self.summary = summary
        return None

    def _store_at_once(self, batch: list[_Numbered], prepared: list[PreparedConversation]) -> bool:
        """Store new conversations together; False where they have to be stored one by one."""
        stored = self.many.store(prepared)
        if stored is None:
            return False
        for each, numbered in zip(stored, batch, strict=True):
            self.summary = self.summary.plus(each, numbered.conversation)
        return True

    def _store_one(self, numbered: _Numbered) -> Stored:
        store_it = store_new if self.id_key is None else store_or_continue
        return store_it(self.target, numbered.session_id, numbered.conversation)


def _place(number: int, item: Item) -> str:
    line = "" if item.line is None else f" (line {item.line})"
    source = f"{item.source}: " if item.source else ""
    return f"{source}conversation {number}{line}"
