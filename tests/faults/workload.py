"""What the clients of the fault suite do, and the log that each of them keeps.

A call is noted when it has returned, before the next one is made, with one write to a file, so
that what a client was told survives the kill -9 of that client. What a call wrote says by itself
what belongs to it: the content ``batch|w1.7|2/3`` is the third message of the batch that writer
w1 saved as its seventh call.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import agentstore
from agentstore import (
    NewMessage,
    Storage,
    TransactionConflictError,
    UnavailableError,
)

CALLS_A_TURN = 2
BATCH = 3
APPENDS = ("user", "turn", "own", "batch")
"""Operations that append to the session of all writers or to the writer's own."""
MOST_KEYS = 900
"""A writer's keys in the metadata of its session, which may have 1,000."""

ALL = (*APPENDS, "block", "result", "metadata", "confirm", "create", "close")


class WrongAnswer(AssertionError):
    """A call has returned what cannot be."""


@dataclass(frozen=True)
class Entry:
    """One call in a client's log.

    Attributes:
        writer, number: which call of which client.
        operation: what it did, one of `ALL`.
        error: '' or the class of what was raised; 'WrongAnswer' for a wrong answer.
        detail: the error's message.
        ids: what it returned.
        took: seconds.
    """

    writer: str
    number: int
    operation: str
    error: str = ""
    detail: str = ""
    ids: tuple[str, ...] = ()
    took: float = 0.0

    @property
    def tag(self) -> str:
        """What marks all that the call wrote."""
        return f"{self.writer}.{self.number}"


@dataclass
class Client:
    """A writer: a process of its own or some threads of one.

    Attributes:
        url: the database.
        writer: its name; the session of its own has it too.
        log: where its log goes.
        shared: the session that all writers append to.
        options: the store's.
        operations: what it does, over and over.
        turns: after how many calls it ends.
        threads: how many of its threads do so.
    """

    url: str
    writer: str
    log: Path
    shared: str = "shared"
    options: dict[str, Any] = field(default_factory=dict)
    operations: Sequence[str] = ALL
    turns: int = 1_000_000
    threads: int = 1
    stop: Path | None = None

    def run(self) -> None:
        """Works until the turns are done or the file ``stop`` is there."""
        with agentstore.connect(self.url, **self.options) as store:
            workers = [
                threading.Thread(target=Writer(self, store, f"{self.writer}t{n}").work)
                for n in range(self.threads)
            ]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()


class Writer:
    """One thread of a client.

    Attributes:
        lets_through: exceptions of the test's own, which are no answer to a call.
    """

    lets_through: tuple[type[BaseException], ...] = ()

    def __init__(self, client: Client, store: Storage, name: str) -> None:
        self.client = client
        self.store = store
        self.name = name
        self.own = f"own-{name}"
        self.pending: list[str] = []
        self._keys = 0
        self._log = os.open(client.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def work(self) -> None:
        """Make calls, one after the other, each noted when it has returned."""
        operations = itertools.cycle(self.client.operations)
        self.note("create", -1, self.create_own)
        for number in range(self.client.turns):
            if self.client.stop is not None and self.client.stop.exists():
                return
            self.do(next(operations), number)

    def do(self, operation: str, number: int) -> Entry:
        """One call, noted; what it raises is in the entry."""
        tag = f"{self.name}.{number}"
        return self.note(operation, number, lambda: getattr(self, f"_{operation}")(tag))

    def note(self, operation: str, number: int, call: Callable[[], Sequence[str]]) -> Entry:
        """Make a call and write down how it went."""
        started_at = time.monotonic()
        error, detail = "", ""
        ids: tuple[str, ...] = ()
        try:
            ids = tuple(call())
        except self.lets_through:
            raise
        except Exception as exc:
            error, detail = type(exc).__name__, str(exc)
        took = time.monotonic() - started_at
        entry = Entry(self.name, number, operation, error, detail, ids, took)
        os.write(self._log, f"{json.dumps(entry.__dict__)}\n".encode())
        return entry

    def create_own(self) -> Sequence[str]:
        """The session of this writer alone."""
        return [self.store.get_or_create_session(self.own).id]

    def _user(self, tag: str) -> Sequence[str]:
        return [self.store.save_user_message(self.client.shared, f"user|{tag}|0/1")]

    def _turn(self, tag: str) -> Sequence[str]:
        return [self.store.save_assistant_message(self.client.shared, response(f"turn|{tag}|0/1"))]

    def _own(self, tag: str) -> Sequence[str]:
        call_id = f"c-{tag}"
        reply = response(f"own|{tag}|0/1", {"id": call_id})
        saved = self.store.save_assistant_message(self.own, reply, id=f"m-{tag}")
        if saved != f"m-{tag}":
            raise WrongAnswer(f"saved as {saved}")
        self.pending.append(call_id)
        return [saved]

    def _batch(self, tag: str) -> Sequence[str]:
        return self.store.save_messages(
            self.client.shared, [new_message(f"batch|{tag}|{n}/{BATCH}") for n in range(BATCH)]
        )

    def _block(self, tag: str) -> Sequence[str]:
        """A transaction() that its caller runs again, as a caller does who gives ids."""
        deadline = time.monotonic() + self.client.options.get("retry_timeout", 30)
        while True:
            try:
                with self.store.transaction():
                    return [
                        self.store.save_assistant_message(
                            session_id, response(f"block|{tag}|{n}/2"), id=f"m-{tag}-{n}"
                        )
                        for n, session_id in enumerate((self.own, self.client.shared))
                    ]
            except (TransactionConflictError, UnavailableError):  # noqa: PERF203
                if time.monotonic() > deadline:
                    raise

    def _result(self, tag: str) -> Sequence[str]:
        if not self.pending:
            return []
        call_id = self.pending.pop()
        if not self.store.save_tool_result(call_id, {"success": True, "by": tag}):
            raise WrongAnswer(f"there is no tool call {call_id}")
        return [call_id]

    def _metadata(self, tag: str) -> Sequence[str]:
        if self._keys == MOST_KEYS:
            return []
        self._keys += 1
        if not self.store.update_session_metadata(self.own, {tag: tag}):
            raise WrongAnswer("there is no session")
        return [tag]

    def _confirm(self, tag: str) -> Sequence[str]:
        self.store.save_pending_confirmation(self.own, {"tool_name": tag, "arguments": {}})
        taken = self.store.take_pending_confirmation(self.own)
        if taken is None or taken.tool_name != tag:
            raise WrongAnswer(f"saved {tag}, took {taken and taken.tool_name}")
        if self.store.take_pending_confirmation(self.own) is not None:
            raise WrongAnswer(f"took {tag} twice")
        return [taken.id]

    def _create(self, tag: str) -> Sequence[str]:
        created = self.store.create_session(
            id=f"s-{tag}", metadata={"by": tag}, system_message=f"create|{tag}|0/1"
        )
        return [created]

    def _close(self, tag: str) -> Sequence[str]:
        for change in (self.store.close_session, self.store.reopen_session):
            if not change(self.own):
                raise WrongAnswer("there is no session")
        return []


def response(content: str, first: dict[str, Any] | None = None) -> dict[str, Any]:
    """An assistant's turn with `CALLS_A_TURN` calls, the first of them with some fields more."""
    calls: list[dict[str, Any]] = [
        {"tool_name": f"{content}.{n}", "arguments": {"n": n}} for n in range(CALLS_A_TURN)
    ]
    calls[0] |= first or {}
    return {"type": "answer", "message": content, "tool_calls": calls}


def new_message(content: str) -> NewMessage:
    """The same for save_messages."""
    return NewMessage("assistant", content, tool_calls=response(content)["tool_calls"])


def read_log(path: Path) -> list[Entry]:
    """What a client has noted; a last line that was cut off by its end does not count."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    entries = (json.loads(line) for line in lines)
    return [Entry(**{**entry, "ids": tuple(entry["ids"])}) for entry in entries]


def create_shared(url: str, *names: str) -> None:
    """Make the sessions that several writers append to."""
    with agentstore.connect(url) as store:
        for name in names or ("shared",):
            store.create_session(id=name)
