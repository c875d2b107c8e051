"""What stands in files -> batches to store: all that is done of an import without a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace

from agentstore.storage import Storage
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.conversation_files import Item
from agentstore.transfer.gathering import Found, Gatherer
from agentstore.transfer.identities import Identities, id_in
from agentstore.transfer.storing_many import ManyConversations, PreparedConversation

BATCH_MESSAGES = 2000
"""No more conversations join a transaction that has this many messages."""


@dataclass(frozen=True)
class ImportOptions:
    """How conversations are imported.

    Attributes:
        form: the name of their form, where it is not to be found out.
        messages_key: where an object has its messages: keys with dots between them.
        id_key: where a conversation has its id, likewise. It becomes the session's, and a
            conversation that has grown since goes on in its session.
        strict: refuse a conversation of which anything is not understood.
        keep_going: leave out what cannot be stored, and go on with the others.
        dry_run: store nothing, and say what would be.
        batch_size: how many conversations share a transaction.
    """

    form: str | None = None
    messages_key: str | None = None
    id_key: str | None = None
    strict: bool = False
    keep_going: bool = False
    dry_run: bool = False
    batch_size: int = 100


@dataclass(frozen=True)
class Numbered:
    """A conversation that waits to be stored, and where it came from."""

    number: int
    item: Item
    session_id: str
    conversation: Conversation

    def without_content(self) -> Numbered:
        """What of it is needed where its rows are there already."""
        known = Conversation(
            {},
            [],
            {},
            remarks=self.conversation.remarks,
            passed_over=self.conversation.passed_over,
        )
        return replace(self, item=replace(self.item, value=None), conversation=known)


@dataclass(frozen=True)
class Batch:
    """Conversations that share a transaction.

    Attributes:
        conversations: each of them.
        prepared: their rows, where they can be stored together.
        has_content: False where the rows are all that there is of them.
        passed_over: what was read beside them and holds no conversation, and how often.
    """

    conversations: list[Numbered]
    prepared: list[PreparedConversation] | None
    has_content: bool = True
    passed_over: Counter[str] = field(default_factory=Counter)

    def as_rows(self) -> Batch:
        """The same without what only a batch needs that cannot be stored together."""
        if self.prepared is None:
            return self
        known = [each.without_content() for each in self.conversations]
        return replace(self, conversations=known, has_content=False)


@dataclass(frozen=True)
class LeftOut:
    """A conversation that cannot be read, and why."""

    place: str
    error: ValueError

    def as_text(self) -> LeftOut:
        """The same with an error that any process can read."""
        return replace(self, error=ValueError(str(self.error)))


def read_batches(
    store: Storage, items: Iterable[Item], options: ImportOptions
) -> Generator[Batch | LeftOut, None, None]:
    """What is to be stored, in order: all is done that takes no database.

    Args:
        store: where to.
        items: the conversations.
        options: how.

    Raises:
        InvalidInputError: there is no form of that name.
    """
    found = Gatherer(options.form, options.messages_key).gather(items)
    return _Reading(options, ManyConversations(store)).batches(found)


@dataclass
class _Reading:
    """Conversations that are being read."""

    options: ImportOptions
    many: ManyConversations
    identities: Identities = field(default_factory=Identities)
    passed_over: Counter[str] = field(default_factory=Counter)

    def batches(self, found: Iterable[Found]) -> Generator[Batch | LeftOut, None, None]:
        batch: list[Numbered] = []
        messages = 0
        numbers: Counter[str] = Counter()
        for each in found:
            if each.passed_over is not None:
                self.passed_over[each.passed_over] += 1
                continue
            numbers[each.item.source] += 1
            number = numbers[each.item.source]
            try:
                numbered = self._read(number, each)
            except ValueError as exc:
                yield self._batch(batch)
                batch, messages = [], 0
                yield LeftOut(place_of(number, each.item), exc)
                continue
            batch.append(numbered)
            messages += len(numbered.conversation.messages)
            if len(batch) >= self.options.batch_size or messages >= BATCH_MESSAGES:
                yield self._batch(batch)
                batch, messages = [], 0
        yield self._batch(batch)

    def _batch(self, batch: list[Numbered]) -> Batch:
        passed_over, self.passed_over = self.passed_over, Counter()
        if self.options.dry_run or self.options.id_key is not None:
            return Batch(batch, None, passed_over=passed_over)
        named = [(each.session_id, each.conversation) for each in batch]
        return Batch(batch, self.many.prepare(named), passed_over=passed_over)

    def _read(self, number: int, found: Found) -> Numbered:
        """A conversation with its id."""
        if found.conversation is None:
            raise ValueError(found.error)
        conversation = found.conversation
        if self.options.strict and conversation.remarks:
            raise ValueError(f"not understood: {next(iter(conversation.remarks))}")
        try:
            if self.options.id_key is None:
                session_id = self.identities.session_id(conversation)
            else:
                session_id = id_in(conversation, found.item.value, self.options.id_key)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        return Numbered(number, found.item, session_id, conversation)


def place_of(number: int, item: Item) -> str:
    """How a conversation is named to the user."""
    line = "" if item.line is None else f" (line {item.line})"
    source = f"{item.source}: " if item.source else ""
    return f"{source}conversation {number}{line}"
