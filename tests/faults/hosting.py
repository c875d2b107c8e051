"""What an application does in a host that runs its code in threads and contexts of its own.

A host may leave a block in another thread than it was entered in, or run what follows a yield in
another context. What is part of the block then, the contract says; here it is known of each save
whether it was, so that the ledger can be held against it.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from figures import Figures
from settling import Account
from workload import Writer, create_shared

import agentstore
from agentstore import Storage

SESSIONS = [f"s{number}" for number in range(50)]
"""One a save, in turn, so that a block that hangs open holds up no other."""

OPTIONS = {"statement_timeout": 0.5, "retry_timeout": 0.0, "pool_size": 20}
"""On SQLite a block that hangs open holds up every other writer."""

_inside: ContextVar[object] = ContextVar("inside")


class Host:
    """An application's calls, noted when it is known that they are kept.

    Args:
        account: settles them.
        url: the database, migrated.
        store: the application's.
    """

    def __init__(self, account: Account, url: str, store: Storage) -> None:
        create_shared(url, *SESSIONS)
        self.store = store
        self.undone: list[str] = []
        self._url = url
        self._account = account
        self._writer = Writer(account.client(url, "h"), store, "h")
        self._numbers = itertools.count()

    def alone(self) -> str:
        """A save outside of any block; its error, or ''."""
        number, call = self._new_save()
        return self._writer.note("user", number, lambda: [call()]).error

    @contextmanager
    def block(self) -> Iterator[Callable[[], None]]:
        """A transaction(); gives what saves a message, in it or wherever the host runs that."""
        inside: list[tuple[int, str]] = []
        tried: list[int] = []
        thread = threading.get_ident()

        def save() -> None:
            number, call = self._new_save()
            if _inside.get(None) is inside and threading.get_ident() == thread:
                tried.append(number)
                inside.append((number, call()))
            else:
                saved = call()
                self._writer.note("user", number, lambda: [saved])

        try:
            with self.store.transaction():
                _inside.set(inside)
                yield save
        except BaseException:
            self.undone += map(self._content, tried)
            raise
        for number, saved in inside:
            self._writer.note("user", number, lambda saved=saved: [saved])  # type: ignore[misc]

    def settle(self) -> Figures:
        """Hold what was noted against the database; nothing of a block that was undone is there."""
        assert self.store.stats().in_use == 0
        assert self.store.save_user_message(SESSIONS[0], "user|later.0|0/1")
        figures = self._account.settle(self._url, Figures(), **OPTIONS)
        with agentstore.connect(self._url) as store:
            found = {message.content for message in store.iter_messages()}
        assert found.isdisjoint(self.undone)
        return figures

    def _content(self, number: int) -> str:
        return f"user|h.{number}|0/1"

    def _new_save(self) -> tuple[int, Callable[[], str]]:
        number = next(self._numbers)
        session_id = SESSIONS[number % len(SESSIONS)]
        content = self._content(number)
        return number, lambda: self.store.save_user_message(session_id, content)
