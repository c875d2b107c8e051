"""How fast clean-up goes: how much a batch takes, and how long the pause behind it is."""

from __future__ import annotations

from collections.abc import Iterable

SHARE = 0.1
"""Of the time, that the transactions may take where nothing else is asked for."""
AIM_WHERE_WRITERS_QUEUE = 0.0005
"""Seconds that a batch is to take where all writers wait for it, as on SQLite: less than a save."""
AIM = 0.003
"""Seconds elsewhere, where a batch locks nothing but what it deletes, but the next commit of a
writer takes to the disk what the batch has put into the log."""
BOUND = 0.05
"""Seconds: the batch behind one that has kept its locks for longer is as much smaller as it was too
long, be that a single session."""
MOST_SESSIONS = 100
FEWEST_ROWS_WHERE_WRITERS_QUEUE = 20
"""A batch may have so many rows (sessions, and the positions that they have given out), however
slow a busy machine has made the ones before it, unless they came near the bound."""
FEWEST_ROWS = 36
"""The same elsewhere: a slow disk or a cold machine takes longer than the aim for the commit alone,
and writers hardly feel some more rows in it."""
MOST_ROWS = 1_000
"""It has no more, or it is one session."""
ROWS_OF_A_SESSION = 5
"""For so many counts a session of which nothing is known but that it is there."""
LONGEST_PAUSE = 10.0
"""Seconds: a batch may have taken long because the machine slept."""
_MOST_GROWTH = 2.0


def rows_of(sessions: int) -> int:
    """For how many rows some sessions count of which nothing more is known."""
    return sessions * ROWS_OF_A_SESSION


class Pace:
    """What the batches of a run have taken, and what follows from it for the next one.

    Args:
        share: of the time, that the transactions may take: more than 0, at most 1.
    """

    def __init__(self, share: float = SHARE) -> None:
        self._pause = (1 - share) / share
        self._rows = float(FEWEST_ROWS_WHERE_WRITERS_QUEUE)

    def fitting(self, rows: Iterable[int], most: int | None = None) -> int:
        """How many of some sessions one transaction may act on: the first of them, at least.

        Args:
            rows: of each session.
            most: so many sessions, or None for no limit.
        """
        limit = MOST_SESSIONS if most is None else min(MOST_SESSIONS, most)
        number, total = 0, 0
        for each in rows:
            total += each
            if number == limit or (number and total > self._rows):
                break
            number += 1
        return number

    @property
    def sessions(self) -> int:
        """How many sessions it may act on where their rows are not known."""
        return min(MOST_SESSIONS, max(1, int(self._rows / ROWS_OF_A_SESSION)))

    def learn(self, rows: int, took: float, *, writers_queue: bool) -> float:
        """Learn from a batch; the seconds in which others come to write.

        Args:
            rows: of the sessions that were acted on; 0 teaches nothing.
            took: for how many seconds its transaction was open.
            writers_queue: whether all writers had to wait for it.
        """
        if not rows:
            return self.pause_for(took)
        took = max(took, 1e-6)
        aim, fewest = (
            (AIM_WHERE_WRITERS_QUEUE, FEWEST_ROWS_WHERE_WRITERS_QUEUE)
            if writers_queue
            else (AIM, FEWEST_ROWS)
        )
        fitting = rows * aim / took
        if took <= BOUND:
            # One that met something slow says little of the next one.
            fitting = max(fitting, self._rows / _MOST_GROWTH)
        fitting = min(fitting, self._rows * _MOST_GROWTH)
        within_bound = min(float(fewest), rows * BOUND / 2 / took)
        self._rows = min(max(fitting, within_bound, 1.0), float(MOST_ROWS))
        return self.pause_for(took)

    def pause_for(self, took: float) -> float:
        """The seconds of pause that so many seconds of work are worth."""
        return min(took * self._pause, LONGEST_PAUSE)
