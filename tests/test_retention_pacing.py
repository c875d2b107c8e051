"""How fast a retention run goes: what batches take, and what is left to those who write."""

from __future__ import annotations

import itertools
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentstore import RetentionPolicy, Storage
from agentstore.retention import pacing
from agentstore.retention.pacing import Pace
from agentstore.retention.rules import Candidate, RetentionRule

DELETE_ALL = RetentionPolicy((RetentionRule("all", "delete", timedelta(hours=1)),))
AGO = datetime.now(timezone.utc) - timedelta(days=9)


def sessions(count: int, positions: int) -> list[Candidate]:
    """Sessions that are to be acted on."""
    return [
        Candidate(f"s{number}", AGO, "", "", True, False, False, positions, False, frozenset())
        for number in range(count)
    ]


def run(pace: Pace, seconds_a_row: float, *, positions: int, batches: int = 20) -> list[int]:
    """The rows of each batch, on a machine that takes so long for a row."""
    rows = []
    for _ in range(batches):
        batch = pace.next_batch(sessions(200, positions), None)
        rows.append(len(batch) * (1 + positions))
        pace.pause_after(batch, rows[-1] * seconds_a_row, writers_queue=True)
    return rows


def test_a_batch_takes_what_it_is_to_take() -> None:
    """Where rows are quick there are many, where they are slow there are few."""
    for seconds_a_row in (pacing.AIM_WHERE_WRITERS_QUEUE / rows for rows in (50, 200, 700)):
        *_, last = run(Pace(1), seconds_a_row, positions=9)
        took = last * seconds_a_row
        assert pacing.AIM_WHERE_WRITERS_QUEUE / 2 < took <= pacing.AIM_WHERE_WRITERS_QUEUE


def test_a_batch_has_bounds() -> None:
    assert max(run(Pace(1), 1e-9, positions=9)) == pacing.MOST_ROWS
    assert max(run(Pace(1), 1e-9, positions=0)) == pacing.MOST_SESSIONS
    assert min(run(Pace(1), 10, positions=3)) == pacing.FEWEST_ROWS
    assert run(Pace(1), 1e-9, positions=5_000)[-1] == 5_001, "one session is never parted"
    assert len(Pace(1).next_batch(sessions(9, 0), 2)) == 2


def test_a_batch_grows_and_shrinks_by_steps() -> None:
    """One that met something slow, or nothing at all, says little of the next one."""
    pace = Pace(1)
    rows = run(pace, 1e-9, positions=0) + run(pace, 10, positions=0)
    for before, after in itertools.pairwise(rows):
        assert before / 2 <= after <= before * 2


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 1])
def test_the_pause_leaves_others_their_share(share: float) -> None:
    took = 0.05
    pause = Pace(share).pause_after(sessions(3, 3), took, writers_queue=False)
    assert took / (took + pause) == pytest.approx(share)
    assert Pace(share).pause_after(sessions(1, 1), 3_600, writers_queue=True) <= (
        pacing.LONGEST_PAUSE
    )


def test_a_run_pauses_behind_each_batch(store: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what the transaction took, and not beyond the time that the run has."""
    taken: list[float] = []
    paused: list[float] = []
    operations: Any = store._repository
    act = operations._act

    def noted(*arguments: Any) -> Any:
        outcome = act(*arguments)
        taken.append(outcome.took)
        return outcome

    monkeypatch.setattr(operations, "_act", noted)
    monkeypatch.setattr(time, "sleep", paused.append)
    for share, times in ((1, 0), (0.5, 1), (0.2, 4)):
        taken.clear()
        paused.clear()
        for number in range(30):
            store.create_session(id=f"s{number}", created_at=AGO)
        assert store.apply_retention(DELETE_ALL, share=share).rules[0].sessions == 30
        assert len(taken) > 1
        pauses = [pytest.approx(min(took * times, pacing.LONGEST_PAUSE)) for took in taken]
        assert [pause for pause in paused if pause in pauses] == pauses
    store.create_session(id="last", created_at=AGO)
    paused.clear()
    store.apply_retention(DELETE_ALL, share=0.000_001, max_seconds=2)
    assert max(paused) <= 2
