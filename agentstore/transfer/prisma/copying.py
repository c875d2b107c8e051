"""The original's sessions into a store, several in a transaction.

A session is read page by page; a transaction holds pages until it has BATCH_ROWS rows, so a copy
that is killed leaves whole pages, and one that is started again goes on behind them. Ids are the
original's own, so nothing is doubled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from agentstore.errors import (
    InvalidInputError,
    MessageExistsError,
)
from agentstore.model.preparing import PreparedMessage
from agentstore.model.values import same_json
from agentstore.records import Session
from agentstore.storage import Storage
from agentstore.transfer.foreign import Problem
from agentstore.transfer.prisma.rows import (
    SessionCopy,
    read_session,
    read_turns,
    text_of,
)
from agentstore.transfer.prisma.source import PrismaSource

BATCH_ROWS = 1000
BATCH_CHARACTERS = 4_000_000
"""No more joins a transaction that has so much: PostgreSQL keeps a lock for each id in it."""

_PRECISION = timedelta(milliseconds=1)
"""Of the original's times. A save moves updated_at by a microsecond at least, so a session that
nobody but the copy has written is within this of what it was in the original."""


@dataclass(frozen=True)
class CopySummary:
    """What a copy stored.

    Attributes:
        sessions, messages, tool_calls, confirmations: how many were stored.
        completed: how many sessions were there already and got what they lacked.
        skipped: how many sessions were there already and lacked nothing.
        not_taken: how many rows of the original could not be taken.
    """

    sessions: int = 0
    messages: int = 0
    tool_calls: int = 0
    confirmations: int = 0
    completed: int = 0
    skipped: int = 0
    not_taken: int = 0


def copy_prisma(
    source: PrismaSource,
    store: Storage,
    *,
    progress: Callable[[int], None] = lambda sessions: None,
    report: Callable[[Problem], None] = lambda problem: None,
) -> CopySummary:
    """Copy all sessions of the original that the store lacks, and complete those it has in part.

    A session that the store has, and that has been used there since, gets no more than the
    messages it lacks.

    Args:
        source: the original's database.
        store: where to.
        progress: called with the number of sessions that are done with, as it grows.
        report: called with each row that could not be taken.

    Raises:
        StorageError: as ``Storage.transaction``; what was stored until then stays.
    """
    return _Copier(source, store, progress, report).run()


@dataclass
class _SessionState:
    """What has become of a session in this run."""

    copy: SessionCopy
    exists: bool
    is_created: bool = False
    is_changed: bool = False
    is_refused: bool = False


@dataclass
class _Page:
    """A page of a session's messages that waits to be stored."""

    session: _SessionState
    turns: list[PreparedMessage]
    is_first: bool
    is_last: bool = False

    @property
    def rows(self) -> int:
        """How many rows it makes, about."""
        return 1 + sum(1 + len(turn.calls) for turn in self.turns)

    @property
    def characters(self) -> int:
        """How long its texts are."""
        return sum(turn.size for turn in self.turns)


@dataclass
class _Batch:
    """What one transaction stored, counted once it is committed."""

    summary: CopySummary
    problems: list[Problem] = field(default_factory=list)

    def add(self, **counts: int) -> None:
        """Count what was stored, by the summary's names."""
        changed = {name: getattr(self.summary, name) + more for name, more in counts.items()}
        self.summary = replace(self.summary, **changed)


class _Copier:
    def __init__(
        self,
        source: PrismaSource,
        store: Storage,
        progress: Callable[[int], None],
        report: Callable[[Problem], None],
    ) -> None:
        self._source = source
        self._store = store
        # The public calls have no argument for the times of a session, and now() is not theirs.
        self._repository = store._repository
        self._progress = progress
        self._report = report
        self._done = 0
        self._summary = CopySummary()

    def run(self) -> CopySummary:
        pages: list[_Page] = []
        for page in self._pages():
            pages.append(page)
            if (
                sum(page.rows for page in pages) >= BATCH_ROWS
                or sum(page.characters for page in pages) >= BATCH_CHARACTERS
            ):
                self._store_pages(pages)
                pages = []
        self._store_pages(pages)
        for problem in self._source.stray_rows():
            self._refuse(problem)
        return self._summary

    def _pages(self) -> Iterator[_Page]:
        """What there is to store, in order; what is whole already is passed over."""
        for row in self._source.sessions():
            try:
                copy, problems = read_session(row)
            except InvalidInputError as exc:
                self._refuse(Problem("session", text_of(row.id), None, str(exc)))
                self._finish_one()
                continue
            stored = self._store.get_session(copy.id)
            if stored is not None and self._is_whole(stored, copy):
                self._summary = replace(self._summary, skipped=self._summary.skipped + 1)
                self._finish_one()
                continue
            for problem in problems:
                self._refuse(problem)
            yield from self._pages_of(_SessionState(copy, exists=stored is not None))

    def _pages_of(self, session: _SessionState) -> Iterator[_Page]:
        """A session's pages; the last one is known only when there is no other behind it."""
        waiting = _Page(session, [], is_first=True)
        for rows, calls in self._source.messages(session.copy.id):
            turns, problems = read_turns(session.copy.id, rows, calls)
            for problem in problems:
                self._refuse(problem)
            if waiting.turns:
                yield waiting
                waiting = _Page(session, turns, is_first=False)
            else:
                waiting.turns = turns
        waiting.is_last = True
        yield waiting

    def _is_whole(self, stored: Session, copy: SessionCopy) -> bool:
        """Whether a session of the store has all that the original has."""
        if stored.created_at != copy.prepared.created_at or stored.updated_at < copy.updated_at:
            return False
        last_id = self._source.last_message_id(copy.id)
        if last_id is None:
            return True
        try:
            last = self._store.get_message(last_id)
        except InvalidInputError:
            return False
        return last is not None and last.session_id == copy.id

    def _store_pages(self, pages: list[_Page]) -> None:
        """Store pages in a transaction, again where it was in conflict with another one."""
        if not pages:
            return

        def work() -> _Batch:
            batch = _Batch(self._summary)
            for page in pages:
                self._store_page(page, batch)
            return batch

        batch = self._store.run_in_transaction(work)
        self._summary = batch.summary
        for problem in batch.problems:
            self._refuse(problem)
        for page in pages:
            if page.is_last:
                self._finish_one()

    def _store_page(self, page: _Page, batch: _Batch) -> None:
        session = page.session
        if page.is_first:
            self._begin(session, batch)
        if session.is_refused:
            return
        if page.turns:
            self._save_turns(session, page.turns, batch)
        if page.is_last:
            self._end(session, batch)

    def _begin(self, session: _SessionState, batch: _Batch) -> None:
        """Create a session, or see that the one of its id is the same."""
        copy = session.copy
        session.is_changed = session.is_refused = session.is_created = False
        stored = self._store.get_session(copy.id) if session.exists else None
        if stored is None:
            session.is_created = self._repository.create_session(copy.prepared)
            if session.is_created:
                return
            stored = self._store.get_session(copy.id)
        if stored is None or stored.created_at != copy.prepared.created_at:
            session.is_refused = True
            reason = "the store has another session of this id"
            batch.problems.append(Problem("session", copy.id, None, reason))

    def _end(self, session: _SessionState, batch: _Batch) -> None:
        """Give a session what it was in the original, unless it was used here since."""
        if session.is_created:
            self._set_state(session.copy, True, batch)
            batch.add(sessions=1)
            return
        self._update_state(session, batch)
        batch.add(**{"completed" if session.is_changed else "skipped": 1})

    def _save_turns(
        self, session: _SessionState, turns: list[PreparedMessage], batch: _Batch
    ) -> None:
        if not session.is_created:
            turns = self._missing(session.copy.id, turns)
        try:
            self._save(session, turns, batch)
        except (MessageExistsError, InvalidInputError):
            for turn in turns:
                self._save_or_report(session, turn, batch)

    def _save_or_report(self, session: _SessionState, turn: PreparedMessage, batch: _Batch) -> None:
        try:
            self._save(session, [turn], batch)
        except (MessageExistsError, InvalidInputError) as exc:
            batch.problems.append(Problem("message", turn.id, session.copy.id, str(exc)))

    def _save(self, session: _SessionState, turns: list[PreparedMessage], batch: _Batch) -> None:
        if turns:
            created_at = session.copy.prepared.created_at
            self._repository.save_turns(session.copy.id, turns, created_at)
            session.is_changed = True
            calls = sum(len(turn.calls) for turn in turns)
            batch.add(messages=len(turns), tool_calls=calls)

    def _missing(self, session_id: str, turns: list[PreparedMessage]) -> list[PreparedMessage]:
        """Those of some turns that the session does not have."""
        present = self._repository.find_present(session_id, [turn.id for turn in turns])
        return [turn for turn in turns if turn.id not in present]

    def _update_state(self, session: _SessionState, batch: _Batch) -> None:
        """Bring a session up to date that was there, where the original has moved on."""
        copy = session.copy
        stored = self._store.get_session(copy.id)
        if stored is None:
            return
        has_moved = session.is_changed or stored.updated_at < copy.updated_at
        last_moved_at = max(copy.updated_at, copy.prepared.created_at)
        if not has_moved or stored.updated_at >= last_moved_at + _PRECISION:
            return
        session.is_changed = True
        if not same_json(stored.metadata, copy.metadata):
            removed = stored.metadata.keys() - copy.metadata.keys()
            self._repository.update_session_metadata(
                copy.id, copy.metadata, removed, copy.prepared.created_at
            )
        self._store.clear_pending_confirmation(copy.id)
        self._set_state(copy, stored.active, batch)

    def _set_state(self, copy: SessionCopy, was_active: bool, batch: _Batch) -> None:
        """Set what of a session is not its messages; the last write is the one of updated_at."""
        if copy.active != was_active or copy.updated_at > copy.prepared.created_at:
            self._repository.set_session_active(copy.id, copy.active, copy.updated_at)
        if copy.confirmation is not None:
            self._save_confirmation(copy, batch)

    def _save_confirmation(self, copy: SessionCopy, batch: _Batch) -> None:
        assert copy.confirmation is not None
        try:
            self._store.save_pending_confirmation(copy.id, copy.confirmation)
        except InvalidInputError as exc:
            problem = Problem("confirmation", text_of(copy.confirmation_id), copy.id, str(exc))
            batch.problems.append(problem)
        else:
            batch.add(confirmations=1)

    def _refuse(self, problem: Problem) -> None:
        self._summary = replace(self._summary, not_taken=self._summary.not_taken + 1)
        self._report(problem)

    def _finish_one(self) -> None:
        self._done += 1
        self._progress(self._done)
