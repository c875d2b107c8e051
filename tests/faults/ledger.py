"""Compares what clients were told with what the database has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from figures import Figures
from workload import CALLS_A_TURN, Entry

from agentstore import Message, Storage

SLACK = 3.0
"""Seconds that a call may come late because the machine is busy."""
# What a caller may be told when the database is away.
_ALLOWED = ("", "UnavailableError", "TransactionConflictError")


class Ledger:
    """Compares what clients were told with what the database has.

    Args:
        store: on the database, with no fault in between.
        entries: the clients' logs.
        limit: seconds that a call may take.
    """

    def __init__(self, store: Storage, entries: Iterable[Entry], *, limit: float) -> None:
        self.entries = list(entries)
        self.problems: list[str] = []
        self.figures = Figures()
        self._limit = limit
        self._store = store
        self._found: dict[str, list[Message]] = {}
        self._count_answers()
        self._read_sessions()
        self._check_messages()
        self._check_acknowledged()

    def _problem(self, kind: str, text: str) -> None:
        setattr(self.figures, kind, getattr(self.figures, kind) + 1)
        self.problems.append(f"{kind}: {text}")

    def _count_answers(self) -> None:
        for entry in self.entries:
            if not entry.error:
                self.figures.acknowledged += 1
            elif entry.error in _ALLOWED:
                self.figures.unavailable += 1
            else:
                kind = "wrong" if entry.error in ("WrongAnswer", "SessionExistsError") else "errors"
                self._problem(kind, f"{entry.operation} {entry.tag}: {entry.error}: {entry.detail}")
            # A block is run again by its caller, and a confirmation is three calls.
            calls = {"block": 2, "confirm": 3, "close": 2}.get(entry.operation, 1)
            if entry.took > self._limit * calls + SLACK:
                self._problem("late", f"{entry.operation} {entry.tag} took {entry.took:.1f} s")

    def _read_sessions(self) -> None:
        self._sessions = {session.id: session for session in self._store.iter_sessions()}
        self._results = {
            call.id: call.result for call in self._store.query_tool_calls(pending=False)
        }
        for session_id in self._sessions:
            history = self._store.get_history(session_id)
            for position, message in enumerate(history):
                if message.position != position:
                    self._problem("gaps", f"{session_id} has {message.position} at {position}")
                self._found.setdefault(message.content, []).append(message)

    def _check_messages(self) -> None:
        for content, messages in self._found.items():
            if len(messages) > 1:
                self._problem("doubled", f"{content} is there {len(messages)} times")
            operation, tag, place = content.split("|")
            names = [call.tool_name for call in messages[0].tool_calls]
            count = 0 if operation in ("user", "create") else CALLS_A_TURN
            if names != [f"{content}.{n}" for n in range(count)]:
                self._problem("torn", f"{content} has the calls {names}")
            number, parts = map(int, place.split("/"))
            if number + 1 < parts:
                following = self._found.get(f"{operation}|{tag}|{number + 1}/{parts}", [])
                together = operation == "block" or any(
                    after.position == messages[0].position + 1 for after in following
                )
                if not following or not together:
                    self._problem("torn", f"{content} is without what follows it")
            if number and f"{operation}|{tag}|{number - 1}/{parts}" not in self._found:
                self._problem("torn", f"{content} is without what comes before it")

    def _check_acknowledged(self) -> None:
        for entry in self.entries:
            if not entry.error and not self._is_kept(entry):
                self._problem("lost", f"{entry.operation} {entry.tag} {entry.ids}")

    def _is_kept(self, entry: Entry) -> bool:
        if entry.operation == "result":
            by_this = {"success": True, "by": entry.tag}
            return all(self._results.get(call_id) == by_this for call_id in entry.ids)
        if entry.operation == "metadata" and entry.ids:
            session = self._sessions.get(f"own-{entry.writer}")
            return session is not None and session.metadata.get(entry.tag) == entry.tag
        if entry.operation == "create" and entry.number >= 0:
            session = self._sessions.get(entry.ids[0])
            made = self._found.get(f"create|{entry.tag}|0/1", [])
            return session is not None and session.metadata == {"by": entry.tag} and bool(made)
        if entry.operation in ("create", "confirm", "close"):
            return f"own-{entry.writer}" in self._sessions
        count = len(entry.ids)
        found = [
            message.id
            for n in range(count)
            for message in self._found.get(f"{entry.operation}|{entry.tag}|{n}/{count}", [])[:1]
        ]
        return found == list(entry.ids)


def most_common(problems: list[str]) -> str:
    """The problems for a failed test's message: how many of each kind, and the first."""
    kinds = Counter(problem.partition(":")[0] for problem in problems)
    return f"{dict(kinds)}\n" + "\n".join(problems[:20])
