"""A store as the target of a copy: each page in a transaction, and nothing twice.

A row of the same key that is equal is passed over; another one is left as it is and reported, and
nothing more of its session is taken: what hangs on one row must not hang on another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from agentstore.engine.executor import NO_SNAPSHOT
from agentstore.engine.faults import Fault, fault_of
from agentstore.errors import DatabaseError, StorageError
from agentstore.storage import Storage
from agentstore.transfer.copying.pages import Page, Problem, TableReport
from agentstore.transfer.copying.stored import StoredRows
from agentstore.transfer.copying.tables import MESSAGES, Table, Values

_ATTEMPTS = 5
"""So often a page is begun where somebody else stores rows with the same keys at that moment."""

_LOCK_IDS = "messages/lock_ids"
"""A dialect has it where no index keeps ids from being used twice."""

T = TypeVar("T")
Named: TypeAlias = "Sequence[Mapping[str, Any]]"
"""A page's rows as parameters, by column."""


@dataclass(slots=True)
class _Outcome:
    """What has become of a page, once its transaction is committed."""

    stored: int = 0
    present: int = 0
    refused_sessions: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


class StoreTarget:
    """A store that rows are copied to; it may be in use.

    Args:
        store: the store.

    Raises:
        ConfigurationError: its dialect does not have the statements of copies.
        StorageError: it is bound, or a transaction() is open.
    """

    def __init__(self, store: Storage) -> None:
        if store._repository.executor.in_transaction():
            raise StorageError(NO_SNAPSHOT)
        self._store = store
        self._stored = StoredRows(store)
        self._refused_sessions: set[str] = set()
        self._expects_new = True
        """Whether a page is stored without looking first: nothing of the one before was there."""

    def prepare(self, page: Page) -> Named:
        """What storing a page takes that takes no database."""
        return self._stored.named(page.table, page.rows)

    def write(
        self, page: Page, named: Named, report: TableReport, tell: Callable[[Problem], None]
    ) -> None:
        """Store what of a page is not there.

        Args:
            page: the page.
            named: what `prepare` has made of it.
            report: counts what has become of it.
            tell: called with each row that is not taken, unless all of its session is not.

        Raises:
            StorageError: as every call of a store; nothing of the page is stored then.
        """
        outcome = self._write(page, named)
        self._refused_sessions |= outcome.refused_sessions
        report.stored += outcome.stored
        report.present += outcome.present
        report.refused += len(page.rows) - outcome.stored - outcome.present
        for problem in outcome.problems:
            tell(problem)

    def find(self, page: Page) -> list[Values]:
        """The rows that have the keys of a page's rows."""
        table = page.table
        return list(self._stored.find(table, [table.key_of(row) for row in page.rows]).values())

    def _write(self, page: Page, named: Named) -> _Outcome:
        if self._expects_new:
            with _passing_duplicates():
                stored = self._in_transaction(lambda: self._write_new(page, named))
                if stored is not None:
                    return stored
        for _ in range(_ATTEMPTS - 1):
            with _passing_duplicates():
                return self._write_compared(page)
        return self._write_compared(page)

    def _write_compared(self, page: Page) -> _Outcome:
        outcome = self._in_transaction(lambda: self._write_once(page))
        self._expects_new = not outcome.present and not outcome.problems
        return outcome

    def _in_transaction(self, work: Callable[[], T]) -> T:
        return self._store.run_in_transaction(work, is_repeatable=True)

    def _write_new(self, page: Page, named: Named) -> _Outcome | None:
        """Store a page of which nothing is there; None where an id is taken.

        Raises:
            DatabaseError: of a row the key is taken, or the id where an index keeps these.
        """
        table, outcome = page.table, _Outcome()
        rows = [row for row in page.rows if not self._is_refused(table, row, outcome)]
        if _LOCK_IDS in self._store._repository.statement_library() and self._with_taken_ids(
            table, rows
        ):
            return None
        self._stored.insert(table, rows, named if len(rows) == len(named) else None)
        outcome.stored = len(rows)
        return outcome

    def _write_once(self, page: Page) -> _Outcome:
        table, outcome = page.table, _Outcome()
        rows = [row for row in page.rows if not self._is_refused(table, row, outcome)]
        existing = self._stored.find(table, [table.key_of(row) for row in rows])
        missing = []
        for row in rows:
            other = existing.get(table.key_of(row))
            if other is None:
                missing.append(row)
            elif other == row:
                outcome.present += 1
            else:
                differing = ", ".join(table.differing(row, other))
                self._refuse(
                    table, row, f"another row is there (it differs in {differing})", outcome
                )
        for row in self._with_taken_ids(table, missing):
            self._refuse(table, row, "its id is in use by another row", outcome)
            missing.remove(row)
        missing = [row for row in missing if not self._is_refused(table, row, outcome)]
        self._stored.insert(table, missing)
        outcome.stored = len(missing)
        return outcome

    def _refuse(self, table: Table, row: Values, reason: str, outcome: _Outcome) -> None:
        outcome.problems.append(Problem(table.name, table.key_of(row), reason))
        if table.session:
            outcome.refused_sessions.add(str(table.value(row, table.session)))

    def _is_refused(self, table: Table, row: Values, outcome: _Outcome) -> bool:
        if not table.session:
            return False
        session_id = str(table.value(row, table.session))
        return session_id in self._refused_sessions or session_id in outcome.refused_sessions

    def _with_taken_ids(self, table: Table, rows: list[Values]) -> list[Values]:
        """Those rows whose id another row has, in whatever session."""
        if not table.has_ids or not rows:
            return []
        repository = self._store._repository
        ids = repository.write_list([str(table.value(row, "id")) for row in rows])
        if _LOCK_IDS in repository.statement_library():
            repository.read(_LOCK_IDS, {"ids": ids})
        name = "messages/find_messages" if table is MESSAGES else "tool_calls/find_tool_calls"
        taken = {found[0] for found in repository.read(name, {"ids": ids})}
        return [row for row in rows if table.value(row, "id") in taken]


@contextmanager
def _passing_duplicates() -> Iterator[None]:
    """Go on where a row with the same key was stored by somebody else meanwhile."""
    try:
        yield
    except DatabaseError as error:
        if fault_of(error) is not Fault.DUPLICATE:
            raise
