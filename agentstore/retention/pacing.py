"""How fast a retention run goes: how much a batch takes, and how long the pause behind it is."""

from __future__ import annotations

from collections.abc import Iterable

from agentstore.retention.rules import Candidate

SHARE = 0.25
"""Of the time, that a run's transactions may take where nothing else is asked for."""
AIM_WHERE_WRITERS_QUEUE = 0.002
"""Seconds that a batch is to take where all writers wait for it, as on SQLite: a few saves."""
AIM = 0.02
"""Seconds elsewhere, where a batch locks nothing but what it deletes, which lay idle."""
MOST_SESSIONS = 100
FEWEST_ROWS = 20
"""A batch may have so many rows (sessions, and the positions that they have given out), however
slow a busy machine has made the ones before it."""
MOST_ROWS = 1_000
"""It has no more, or it is one session."""
LONGEST_PAUSE = 10.0
"""Seconds: a batch may have taken long because the machine slept."""
_MOST_GROWTH = 2.0


class Pace:
    """What the batches of a run have taken, and what follows from it for the next one.

    Args:
        share: of the time, that the transactions may take: more than 0, at most 1.
    """

    def __init__(self, share: float) -> None:
        self._pause = (1 - share) / share
        self._rows = float(FEWEST_ROWS)

    def next_batch(self, waiting: list[Candidate], most: int | None) -> list[Candidate]:
        """Take from the end of a list what one transaction may act on: at least one session.

        Args:
            waiting: what is to be acted on, the last first.
            most: so many sessions, or None for no limit.
        """
        sessions = MOST_SESSIONS if most is None else min(MOST_SESSIONS, most)
        batch = [waiting.pop()]
        rows = _count(batch)
        while waiting and len(batch) < sessions:
            rows += _count(waiting[-1:])
            if rows > self._rows:
                break
            batch.append(waiting.pop())
        return batch

    def pause_after(self, batch: list[Candidate], took: float, *, writers_queue: bool) -> float:
        """Learn from a batch; the seconds in which others come to write.

        Args:
            batch: what was acted on.
            took: for how many seconds its transaction was open.
            writers_queue: whether all writers had to wait for it.
        """
        aim = AIM_WHERE_WRITERS_QUEUE if writers_queue else AIM
        fitting = _count(batch) * aim / max(took, 1e-6)
        # One that met something slow says little of the next one.
        fitting = min(max(fitting, self._rows / _MOST_GROWTH), self._rows * _MOST_GROWTH)
        self._rows = min(max(fitting, float(FEWEST_ROWS)), float(MOST_ROWS))
        return min(took * self._pause, LONGEST_PAUSE)


def _count(sessions: Iterable[Candidate]) -> int:
    """The rows of some sessions, or a few more."""
    return sum(1 + session.positions for session in sessions)
