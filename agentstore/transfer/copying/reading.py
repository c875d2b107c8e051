"""A store as the source of a copy: its rows, page by page, as they are at one moment."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import chain, islice, product, takewhile
from typing import Any, Protocol

from agentstore.errors import UnavailableError
from agentstore.model.keys import DIGEST, USERS_OWN, key_of, key_of_owned, owner_prefixes
from agentstore.model.values import load_json
from agentstore.storage import Storage
from agentstore.transfer.copying.pages import CHARACTERS, ROWS, Page, paged
from agentstore.transfer.copying.selection import EVERYTHING, Selection
from agentstore.transfer.copying.stored import StoredRows
from agentstore.transfer.copying.tables import (
    ADK_SESSIONS,
    ADK_STATES,
    ERASURE_RECEIPTS,
    HOLDS,
    OF_SESSIONS,
    SESSIONS,
    TABLES,
    Key,
    Table,
    Values,
)
from agentstore.transfer.copying.values import size_of

_FIRST_ROWS = 16
"""What is asked for first: nobody knows yet how long the rows are."""

_MEASURED = 200
"""So many of the rows that were read say how long the next ones are."""

_SESSIONS_AT_ONCE = 100


class Source(Protocol):
    """What a copy is made of: a store or an archive; its pages can be read more than once."""

    def snapshot(self) -> AbstractContextManager[None]:
        """The block in which they are read, so that they are always the same."""

    def pages(self) -> Iterator[Page]:
        """All rows, those first that others hang on."""

    def share(self) -> float | None:
        """What share (0 to 1) of it the pages so far are; None where nobody knows."""


class StoreSource:
    """A store, or some of its sessions with all that hangs on them.

    Args:
        store: the store; it may be in use.
        selection: which sessions.
        counts: count a whole store's rows now, so that `share` knows; where that takes longer than
            a statement may, it does not.

    Raises:
        ConfigurationError: the store's dialect does not have the statements of copies.
    """

    def __init__(
        self, store: Storage, selection: Selection = EVERYTHING, *, counts: bool = False
    ) -> None:
        self._store = store
        self._stored = StoredRows(store)
        self._selection = selection
        # Outside of the snapshot, which a statement that takes too long would end.
        self._total = self._count() if counts and selection.is_all else 0
        self._share: float | None = None

    def snapshot(self) -> AbstractContextManager[None]:
        """A transaction in which all that is read is of one moment.

        Raises:
            StorageError: the store is bound, or a transaction() is open.
        """
        return self._store._repository.executor.snapshot()

    def pages(self) -> Iterator[Page]:
        """All rows, those first that others hang on."""
        if not self._selection.is_all:
            yield from self._selected_pages()
            return
        done = 0
        for table in TABLES:
            for page in paged(table, self._rows(table)):
                done += len(page.rows)
                # The store may be in use, and have other rows by now.
                self._share = min(done / self._total, 1.0) if self._total else None
                yield page

    def share(self) -> float | None:
        """What share (0 to 1) of the rows the pages so far are; None where they are not counted."""
        return self._share

    def _count(self) -> int:
        try:
            return self._stored.count()
        except UnavailableError:
            return 0

    def _selected_pages(self) -> Iterator[Page]:
        yield from paged(HOLDS, filter(self._takes_hold, self._rows(HOLDS)))
        owners: set[Key] = set()
        ids = self._selection.session_ids(self._store)
        while some := list(islice(ids, _SESSIONS_AT_ONCE)):
            found = self._stored.find(SESSIONS, [(id_,) for id_ in some])
            yield from paged(SESSIONS, found.values())
            for table in OF_SESSIONS:
                rows: Iterator[Values] = chain.from_iterable(
                    self._rows(table, (id_,)) for id_ in some
                )
                if table is ADK_SESSIONS:
                    rows = self._noting_owners(rows, found, owners)
                yield from paged(table, rows)
        yield from self._states(owners)
        if self._selection.is_tenant:
            yield from paged(
                ERASURE_RECEIPTS, filter(self._is_tenants, self._rows(ERASURE_RECEIPTS))
            )

    def _noting_owners(
        self, rows: Iterable[Values], sessions: Mapping[Key, Values], owners: set[Key]
    ) -> Iterator[Values]:
        """Rows of ADK's sessions, whose apps and users are noted, as shared states' keys are.

        Args:
            rows: the rows.
            sessions: the rows of the sessions.
            owners: where they are noted.
        """
        for row in rows:
            session_id, app_key, user_key, *_ = map(str, row)
            session = SESSIONS.named(sessions[session_id,])
            names = load_json(str(session["metadata"]))
            # Under the app's own key is what a store without a scope keeps: no tenant sees it.
            apps = [] if self._selection.tenant_id is not None else [app_key]
            users = [""]
            app_name = _name_of(app_key, names.get("app_name"))
            if app_name is not None and session["tenant_id"]:
                apps.append(key_of_owned(str(session["tenant_id"]), app_name))
            user_name = _name_of(user_key, names.get("user_id"))
            if user_name is not None:
                users.append(key_of(f"={user_name}"))
                if session["user_id"]:
                    users.append(key_of_owned(str(session["user_id"]), user_name, USERS_OWN))
            owners.update(product(apps, users))
            yield row

    def _states(self, owners: set[Key]) -> Iterator[Page]:
        """The states that sessions of ADK share: of some owners, and all of a whole tenant."""
        prefixes: tuple[str, ...] = ()
        if self._selection.is_tenant:
            prefixes = owner_prefixes(str(self._selection.tenant_id))
        for app_key, user_key in sorted(owners):
            if str(app_key).startswith(prefixes):
                continue
            # A name may be empty, and is the first then, which rows are read behind.
            nameless = self._stored.find(ADK_STATES, [(app_key, user_key, "")]).values()
            yield from paged(ADK_STATES, nameless)
            yield from paged(ADK_STATES, self._rows(ADK_STATES, (app_key, user_key)))
        for prefix in prefixes:
            yield from paged(ADK_STATES, self._states_of_apps(prefix))

    def _states_of_apps(self, prefix: str) -> Iterator[Values]:
        rows = self._rows_behind(ADK_STATES, (prefix, "", ""))
        return takewhile(lambda row: str(row[0]).startswith(prefix), rows)

    def _takes_hold(self, row: Values) -> bool:
        session_id = HOLDS.value(row, "session_id")
        if session_id is None:
            return self._selection.takes_hold(row)
        found = self._stored.find(SESSIONS, [(str(session_id),)])
        return any(self._selection.takes_session(session) for session in found.values())

    def _is_tenants(self, row: Values) -> bool:
        return ERASURE_RECEIPTS.value(row, "tenant_id") == self._selection.tenant_id

    def _rows(self, table: Table, beginning: Key = ()) -> Iterator[Values]:
        """A table's rows in the order of the key; of those whose key begins so, where it is said.

        The rows of one session lie together, so that a page begins with them and goes on behind
        them: what is read too much is less than a page.
        """
        if beginning and len(beginning) == table.key_length:
            yield from self._stored.find(table, [beginning], table.source_blocks).values()
            return
        rows = self._rows_behind(table, beginning + table.first_key[len(beginning) :])
        yield from takewhile(lambda row: row[: len(beginning)] == beginning, rows)

    def _rows_behind(self, table: Table, after: Key) -> Iterator[Values]:
        """A table's rows in the order of the key, from behind one."""
        limit = _FIRST_ROWS
        while True:
            rows = self._stored.read_after(table, after, limit)
            yield from rows
            if len(rows) < limit:
                return
            after = table.key_of(rows[-1])
            # Not each nth: those might be the short ones.
            some = random.sample(rows, min(len(rows), _MEASURED))
            fitting = CHARACTERS * len(some) // sum(map(size_of, some))
            limit = max(1, min(fitting, 2 * limit, ROWS))


def _name_of(key: str, name: Any) -> str | None:
    """The name that a key is of: what the metadata says, where it is that; None for a digest."""
    if isinstance(name, str) and key_of(name) == key:
        return name
    return None if key.startswith(DIGEST) else key
