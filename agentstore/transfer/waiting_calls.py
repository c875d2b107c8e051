"""The calls of a conversation that wait for their answers, found in the same time however many."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import NamedTuple


class Origin(NamedTuple):
    """What a message of a form stands for: a turn, or the answer to a call of one."""

    turn: int
    call: int | None = None


class WaitingCalls:
    """Calls by their ids, in the order of the conversation; ids need not be unique."""

    def __init__(self) -> None:
        self._waiting: set[Origin] = set()
        self._turns_by_id: defaultdict[str | None, list[deque[Origin]]] = defaultdict(list)

    def __bool__(self) -> bool:
        return bool(self._turns_by_id)

    def __contains__(self, call: object) -> bool:
        return call in self._waiting

    def add(self, call: Origin, call_id: str | None) -> None:
        """Take note of a call, behind all others."""
        turns = self._turns_by_id[call_id]
        if not turns or turns[-1][0].turn != call.turn:
            turns.append(deque())
        turns[-1].append(call)
        self._waiting.add(call)

    def find(self, call_id: str | None) -> Origin | None:
        """The call that an answer to this id means: of the latest turn with such, the first."""
        turns = self._turns_by_id.get(call_id, [])
        while turns:
            calls = turns[-1]
            # Those that were taken by their place leave when somebody comes across them.
            while len(calls) > 1 and calls[0] not in self._waiting:
                calls.popleft()
            if calls[0] in self._waiting:
                return calls[0]
            turns.pop()
        return None

    def take(self, call: Origin) -> bool:
        """Take note that a call has its answer; False where it was not waiting for one."""
        if call not in self._waiting:
            return False
        self._waiting.remove(call)
        return True
