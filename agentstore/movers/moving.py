"""What movers share: sessions and messages into a store, page by page, nothing twice.

Ids are those of the program, or made from what they name, so that a move that was killed, or is
run again when the program has gone on, stores what is not there yet and nothing else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar

from agentstore.errors import (
    InvalidInputError,
    MessageExistsError,
    SessionExistsError,
    SessionNotFoundError,
)
from agentstore.integrations.shared.drafts import Draft, attach_results, pending_calls
from agentstore.model.values import now
from agentstore.records import JSONValue
from agentstore.storage import Storage
from agentstore.transfer.conversation import Conversation
from agentstore.transfer.foreign import ForeignDatabase, Problem, Program
from agentstore.transfer.storing import store_or_continue

if TYPE_CHECKING:
    from typing_extensions import Self

IMPORTED_FROM = "imported_from"
"""Metadata key of a session: the kind of the move that made it."""

_ANOTHER = "the store has another session of this id"


@dataclass(frozen=True)
class MoveSummary:
    """What a move stored.

    Attributes:
        sessions, messages, tool_calls, checkpoints: how many were stored.
        skipped: how many messages (of LangGraph: checkpoints) were there already.
        passed_over: how many messages are no part of what was chosen (other branches of a tree).
        not_taken: how many things of the program could not be taken.
    """

    sessions: int = 0
    messages: int = 0
    tool_calls: int = 0
    checkpoints: int = 0
    skipped: int = 0
    passed_over: int = 0
    not_taken: int = 0


class Mover(ABC):
    """One program's database, opened for reading.

    Args:
        url: where it is.

    Raises:
        ConfigurationError: the URL cannot be used.
    """

    kind: ClassVar[str]
    program: ClassVar[Program]

    def __init__(self, url: str) -> None:
        self._database = ForeignDatabase(self.program, url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()

    @abstractmethod
    def count(self) -> int:
        """How many of what is counted in ``progress`` there are.

        Raises:
            ConfigurationError: it denies access, or is no database of the program's.
        """

    def move(
        self,
        store: Storage,
        *,
        progress: Callable[[int], None] = lambda done: None,
        report: Callable[[Problem], None] = lambda problem: None,
    ) -> MoveSummary:
        """Store what the store lacks.

        Args:
            store: where to.
            progress: called with how much is done with, as it grows.
            report: called with each thing that could not be taken.

        Raises:
            StorageError: as ``Storage.transaction``; what was stored until then stays.
        """
        target = Target(store, self.kind, report)
        self._move(target, progress)
        return target.summary

    @abstractmethod
    def _move(self, target: Target, progress: Callable[[int], None]) -> None:
        """Read all there is, and hand it to the target."""


class Target:
    """A store that a program's sessions go to.

    Args:
        store: the store.
        kind: what is moved; a session of another origin is left as it is.
        report: called with each thing that could not be taken.
    """

    def __init__(self, store: Storage, kind: str, report: Callable[[Problem], None]) -> None:
        self.store = store
        self._kind = kind
        self._report = report
        self._counts: Counter[str] = Counter()
        self._refused: set[str] = set()

    @property
    def summary(self) -> MoveSummary:
        """What was stored so far."""
        return MoveSummary(**self._counts)

    def refuse(self, problem: Problem) -> None:
        """Report what cannot be taken."""
        self._counts["not_taken"] += 1
        self._report(problem)

    def count(self, **counts: int) -> None:
        """Count what needs no transaction, by the summary's names."""
        self._counts.update(counts)

    def store_page(self, work: Callable[[Page], None]) -> None:
        """Store what belongs together in a transaction, again where it was in conflict.

        Args:
            work: stores it by the calls of the page; may be called more than once.
        """

        def attempt() -> Page:
            page = Page(self.store, self._kind, self._refused)
            work(page)
            return page

        page = self.store.run_in_transaction(attempt)
        self._counts += page.counts
        self._refused |= page.refused
        for problem in page.problems:
            self.refuse(problem)


class Page:
    """What one transaction stores, counted once it is committed."""

    def __init__(self, store: Storage, kind: str, refused: set[str]) -> None:
        self.counts: Counter[str] = Counter()
        self.problems: list[Problem] = []
        self.refused: set[str] = set(refused)
        self.store = store
        self._kind = kind

    def begin(
        self,
        session_id: str,
        *,
        created_at: datetime | None = None,
        metadata: Mapping[str, JSONValue] | None = None,
        title: str | None = None,
    ) -> bool:
        """Create a session, or see that it is one that was moved before.

        Returns:
            False where the store has another session of this id, or cannot have it.
        """
        if session_id in self.refused:
            return False
        try:
            stored = self.store.get_session(session_id)
            if stored is None:
                marked = {**(metadata or {}), IMPORTED_FROM: self._kind}
                self.store.create_session(
                    id=session_id, metadata=marked, created_at=created_at, title=title
                )
                self.counts["sessions"] += 1
                return True
        except SessionExistsError:
            stored = None
        except InvalidInputError as exc:
            self._refuse_session(session_id, str(exc))
            return False
        if stored is None or stored.metadata.get(IMPORTED_FROM) != self._kind:
            self._refuse_session(session_id, _ANOTHER)
            return False
        return True

    def save(self, session_id: str, key: str, drafts: Sequence[Draft]) -> None:
        """Save messages, all of which have ids, at the end of a session, and their results.

        Args:
            session_id: the session.
            key: the adapter's key of the metadata.
            drafts: the messages; those that are there are passed over.
        """
        ids = [str(draft.id) for draft in drafts]
        present = self.store._repository.find_present(session_id, ids)
        missing = [draft for draft in drafts if draft.id not in present]
        self.counts["skipped"] += len(present)
        late = attach_results(missing)
        if not missing:
            return
        try:
            self._save(session_id, key, missing)
        except (InvalidInputError, MessageExistsError):
            for draft in missing:
                self._save_or_report(session_id, key, draft)
        self._save_results(session_id, late)

    def save_conversation(self, conversation: Conversation) -> None:
        """Store a conversation that has an id, or what of it is not there yet.

        A session of this id that begins otherwise is left as it is, and reported.
        """
        session_id = str(conversation.id)
        marked = {**conversation.metadata, IMPORTED_FROM: self._kind}
        try:
            self._check_origin(session_id)
            stored = store_or_continue(
                self.store, session_id, replace(conversation, metadata=marked)
            )
        except SessionNotFoundError:  # it was there, and somebody else deleted it meanwhile
            self._refuse_session(session_id, _ANOTHER)
            return
        except (InvalidInputError, SessionExistsError, MessageExistsError) as exc:
            self._refuse_session(session_id, str(exc))
            return
        self.counts["sessions"] += stored.is_new
        self.counts["messages"] += stored.messages
        self.counts["tool_calls"] += stored.tool_calls
        self.counts["skipped"] += len(conversation.messages) - stored.messages
        self.counts["passed_over"] += sum(conversation.passed_over.values())
        for remark, count in conversation.remarks.items():
            self.problems += [Problem("message", "?", session_id, remark)] * count

    def _check_origin(self, session_id: str) -> None:
        stored = self.store.get_session(session_id, trashed=True)
        if stored is None:
            return
        if stored.trashed_at is not None or stored.metadata.get(IMPORTED_FROM) != self._kind:
            raise SessionExistsError(_ANOTHER)

    def _save(self, session_id: str, key: str, drafts: Sequence[Draft]) -> None:
        self.store.save_messages(session_id, [draft.new_message(key) for draft in drafts])
        self.counts["messages"] += len(drafts)
        self.counts["tool_calls"] += sum(len(draft.calls) for draft in drafts)

    def _save_or_report(self, session_id: str, key: str, draft: Draft) -> None:
        try:
            self._save(session_id, key, [draft])
        except (InvalidInputError, MessageExistsError) as exc:
            self.problems.append(Problem("message", str(draft.id), session_id, str(exc)))

    def _save_results(self, session_id: str, answers: Sequence[Draft]) -> None:
        """Give calls of pages before their results, at the time when they came."""
        for call, draft in pending_calls(self.store, session_id, answers):
            at = draft.timestamp or now()
            self.store._repository.save_tool_result(call.id, draft.result, at)

    def _refuse_session(self, session_id: str, reason: str) -> None:
        self.refused.add(session_id)
        self.problems.append(Problem("session", session_id, None, reason))
