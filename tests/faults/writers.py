"""Threads that save turns while servers die, and the audit of what was acknowledged."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from figures import Figures
from ledger import SLACK
from settling import Account, call_limit

from agentstore import Message, NewMessage, Storage, TransactionConflictError, UnavailableError

LONG = os.environ.get("AGENTSTORE_FAULTS") == "long"
"""Is this the long form of the suite?"""

OPTIONS = {"retry_timeout": 60.0}
"""Of the stores, so that a busy machine has the time to bring a server back."""

_PATIENCE = 180.0


@dataclass
class _Writer:
    """One thread's work: the contents that were acknowledged, session by session, in order."""

    number: int
    store: Storage
    reader: Storage | None
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    late: int = 0
    unread: int = 0
    failure: BaseException | None = None


class Writers:
    """Threads that save turns of four kinds, one after the other, until the block is left.

    A call's exception ends its thread and is raised by `wait_for` or when the block is left;
    only a transaction() that fails is run again, with the same ids, as its caller would.

    Args:
        stores: the store of each thread, in turn.
        session_ids: where they write, each to all of them in turn.
        threads: how many.
        readers: the stores at which a turn must be seen as soon as it was acknowledged.
    """

    def __init__(
        self,
        stores: Sequence[Storage],
        session_ids: Sequence[str],
        *,
        threads: int,
        readers: Sequence[Storage] = (),
    ) -> None:
        self._session_ids = list(session_ids)
        self._writers = [
            _Writer(n, stores[n % len(stores)], readers[n % len(readers)] if readers else None)
            for n in range(threads)
        ]
        self._threads = [
            threading.Thread(target=self._run, args=(writer,), daemon=True)
            for writer in self._writers
        ]
        self._progress = threading.Condition()
        self._count = 0
        self._stopping = False

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping = True
        for thread in self._threads:
            thread.join()
        if exception[0] is None:
            self._raise_failure()

    def wait_for(self, turns: int) -> None:
        """Return when so many more turns have been acknowledged.

        Raises:
            BaseException: what ended a thread.
            AssertionError: they do not get on.
        """
        with self._progress:
            wanted = self._count + turns
            self._progress.wait_for(
                lambda: self._count >= wanted or self._has_failed(), timeout=_PATIENCE
            )
            self._raise_failure()
            assert self._count >= wanted, "the writers do not get on"

    def settle(self, store: Storage, account: Account, column: str, *, kills: int = 0) -> None:
        """Compare what is stored with what was acknowledged, when all threads have ended.

        Args:
            store: where to read.
            account: takes the figures.
            column: of the table of figures.
            kills: how many servers were killed meanwhile.

        Raises:
            AssertionError: something is lost, doubled, torn or out of order.
        """
        figures = Figures(
            kills=kills,
            late=sum(writer.late for writer in self._writers),
            wrong=sum(writer.unread for writer in self._writers),
        )
        for session_id in self._session_ids:
            figures += self._audit(store, session_id)
        account.record(column, figures)
        assert figures.acknowledged > 0
        assert figures.faults() == {}

    def _audit(self, store: Storage, session_id: str) -> Figures:
        history = store.get_history(session_id)
        places = {message.content: message.position for message in history}
        found = Counter(message.content for message in history)
        orders = [writer.acknowledged.get(session_id, []) for writer in self._writers]
        wanted = {content for order in orders for content in order}
        gaps = [message.position for message in history] != list(range(len(history)))
        disordered = [
            order
            for order in orders
            if order != sorted(order, key=lambda content: places.get(content, -1))
        ]
        return Figures(
            acknowledged=len(wanted),
            lost=len(wanted - found.keys()),
            doubled=sum(found.values()) - len(found),
            torn=sum(not _is_whole(message, places) for message in history),
            gaps=gaps + len(disordered),
            # All calls have returned, so nothing else may be there.
            wrong=len(found.keys() - wanted),
        )

    def _run(self, writer: _Writer) -> None:
        number = 0
        try:
            while not self._stopping:
                session_id = self._session_ids[number % len(self._session_ids)]
                began = time.monotonic()
                contents = _WAYS[number % len(_WAYS)](
                    writer.store, session_id, f"{writer.number}.{number}"
                )
                writer.late += time.monotonic() - began > call_limit(**OPTIONS) + SLACK
                writer.acknowledged.setdefault(session_id, []).extend(contents)
                if writer.reader is not None:
                    seen = {m.content for m in writer.reader.get_history(session_id, limit=200)}
                    writer.unread += len(set(contents) - seen)
                number += 1
                with self._progress:
                    self._count += 1
                    self._progress.notify_all()
        except BaseException as error:
            writer.failure = error
            with self._progress:
                self._progress.notify_all()

    def _has_failed(self) -> bool:
        return any(writer.failure is not None for writer in self._writers)

    def _raise_failure(self) -> None:
        for writer in self._writers:
            if writer.failure is not None:
                raise writer.failure


def _question(store: Storage, session_id: str, name: str) -> list[str]:
    store.save_user_message(session_id, f"question {name}")
    return [f"question {name}"]


def _answer(store: Storage, session_id: str, name: str) -> list[str]:
    content = f"answer {name}"
    calls = [{"tool_name": tool, "arguments": {}} for tool in _call_names(content)]
    response = {"type": "execute", "message": content, "tool_calls": calls}
    store.save_assistant_message(session_id, response)
    return [content]


def _batch(store: Storage, session_id: str, name: str) -> list[str]:
    contents = [f"first {name}", f"second {name}"]
    store.save_messages(session_id, [NewMessage("user", content) for content in contents])
    return contents


def _block(store: Storage, session_id: str, name: str) -> list[str]:
    contents = [f"first {name}", f"second {name}"]
    deadline = time.monotonic() + _PATIENCE
    while not _try_block(store, session_id, contents):
        assert time.monotonic() < deadline, "transaction() never got through"
    return contents


def _try_block(store: Storage, session_id: str, contents: list[str]) -> bool:
    try:
        with store.transaction():
            for content in contents:
                store.save_user_message(session_id, content, id=f"{session_id} {content}")
    except (TransactionConflictError, UnavailableError):
        return False
    return True


_WAYS: list[Callable[[Storage, str, str], list[str]]] = [_question, _answer, _batch, _block]


def _call_names(content: str) -> list[str]:
    return [f"{content}, call {n}" for n in (0, 1)] if content.startswith("answer") else []


def _is_whole(message: Message, places: dict[str, int]) -> bool:
    """Whether a message has its calls, and right behind it what was saved with it."""
    if [call.tool_name for call in message.tool_calls] != _call_names(message.content):
        return False
    kind, _, name = message.content.partition(" ")
    return kind != "first" or places.get(f"second {name}") == message.position + 1
