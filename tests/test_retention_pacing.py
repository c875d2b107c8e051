"""How fast clean-up goes: what batches take, and what is left to those who write."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest

from agentstore import RetentionPolicy, Storage
from agentstore.operations import batches
from agentstore.records import StatementEvent
from agentstore.retention import pacing
from agentstore.retention.pacing import Pace
from agentstore.retention.rules import RetentionRule
from agentstore.testing import Backend

DELETE_ALL = RetentionPolicy((RetentionRule("all", "delete", timedelta(hours=1)),))
AGO = datetime.now(timezone.utc) - timedelta(days=9)

Clean = Callable[[Storage], int]
CLEANERS: dict[str, Clean] = {
    "apply_retention": lambda store: store.apply_retention(DELETE_ALL).rules[0].sessions,
    "delete_sessions": lambda store: store.delete_sessions(inactive_only=False, updated_before=AGO),
    "erase_user": lambda store: store.erase_user("ann").rows["agentstore_sessions"],
}


def run(
    pace: Pace,
    seconds_a_row: float,
    *,
    positions: int,
    batches: int = 20,
    commit: float = 0.0,
    writers_queue: bool = True,
) -> list[int]:
    """The rows of each batch, on a machine that takes so long for a row, and for a commit."""
    rows = []
    for _ in range(batches):
        rows.append(pace.fitting([1 + positions] * 200) * (1 + positions))
        pace.learn(rows[-1], commit + rows[-1] * seconds_a_row, writers_queue=writers_queue)
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
    fewest = pacing.FEWEST_ROWS_WHERE_WRITERS_QUEUE
    assert min(run(Pace(1), pacing.BOUND / 2 / fewest, positions=3)) == fewest
    assert run(Pace(1), 1e-9, positions=5_000)[-1] == 5_001, "one session is never parted"
    assert Pace(1).fitting([1] * 9, 2) == 2
    assert Pace(1).fitting([]) == 0


def test_a_slow_commit_leaves_a_batch_its_rows() -> None:
    """Where nobody waits for it: however few there were, it would be no quicker."""
    of_a_commit = partial(run, Pace(1), 1e-5, positions=2, writers_queue=False)
    assert of_a_commit(commit=2 * pacing.AIM)[-1] == pacing.FEWEST_ROWS
    assert of_a_commit(commit=1.5 * pacing.BOUND)[-1] < pacing.FEWEST_ROWS


def test_a_batch_grows_and_shrinks_by_steps() -> None:
    """One that met something slow, or nothing at all, says little of the next one."""
    pace = Pace(1)
    slow = pacing.BOUND / pacing.MOST_SESSIONS
    rows = run(pace, 1e-9, positions=0) + run(pace, slow, positions=0)
    for before, after in itertools.pairwise(rows):
        assert before / 2 <= after <= before * 2


@pytest.mark.parametrize("seconds_a_session", [0.003, 0.01, 0.024, 0.2, 5])
def test_behind_one_over_the_bound_batches_keep_to_it(seconds_a_session: float) -> None:
    """At once, and for good: down to a single session, of which nobody saw that it was heavy."""
    first, second, *others = run(Pace(1), seconds_a_session, positions=0)
    assert first == pacing.FEWEST_ROWS_WHERE_WRITERS_QUEUE
    assert first * seconds_a_session > pacing.BOUND
    for number in (second, *others):
        assert number == 1 or number * seconds_a_session <= pacing.BOUND


def test_a_moment_of_the_machine_is_soon_forgotten() -> None:
    pace = Pace(1)
    usual = run(pace, 1e-5, positions=0)[-1]
    pace.learn(usual, 3.0, writers_queue=True)
    assert pace.fitting([1] * 200) == 1
    assert run(pace, 1e-5, positions=0, batches=9)[-1] == usual


def test_sessions_of_unknown_size_begin_few() -> None:
    pace = Pace(1)
    first = pacing.FEWEST_ROWS_WHERE_WRITERS_QUEUE
    assert pace.sessions == first // pacing.ROWS_OF_A_SESSION
    for _ in range(20):
        pace.learn(pace.sessions * pacing.ROWS_OF_A_SESSION, 1e-9, writers_queue=False)
    assert pace.sessions == pacing.MOST_SESSIONS
    pace.learn(pacing.MOST_ROWS, 60, writers_queue=False)
    assert pace.sessions == 1
    pace.learn(0, 60, writers_queue=False)
    assert pace.sessions == 1, "nothing was learnt from nothing"


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 1])
def test_the_pause_leaves_others_their_share(share: float) -> None:
    took = 0.05
    pause = Pace(share).learn(6, took, writers_queue=False)
    assert took / (took + pause) == pytest.approx(share)
    assert Pace(share).learn(1, 3_600, writers_queue=True) <= pacing.LONGEST_PAUSE


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float]]:
    """The rows of each batch, and for how long it kept its locks."""
    found: list[tuple[int, float]] = []
    learn = Pace.learn

    def noted(self: Pace, rows: int, took: float, *, writers_queue: bool) -> float:
        found.append((rows, took))
        return learn(self, rows, took, writers_queue=writers_queue)

    monkeypatch.setattr(Pace, "learn", noted)
    return found


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses of clean-up, which are not waited for."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def test_a_run_pauses_between_its_batches(
    store: Storage,
    taken: list[tuple[int, float]],
    paused: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By what the transactions took, and not beyond the time that the run has."""
    monkeypatch.setattr(batches, "_FIRST_BATCHES", 1_000)
    for share, times in ((1, 0), (0.5, 1), (0.2, 4)):
        taken.clear()
        paused.clear()
        for number in range(30):
            store.create_session(id=f"s{number}", created_at=AGO)
        assert store.apply_retention(DELETE_ALL, share=share).rules[0].sessions == 30
        assert len(taken) > 1
        pauses = [
            pytest.approx(min(took * times, pacing.LONGEST_PAUSE))
            for _, took in taken[:-1]
            if times
        ]
        assert [pause for pause in paused if pause in pauses] == pauses
    for number in range(30):
        store.create_session(id=f"s{number}", created_at=AGO)
    paused.clear()
    store.apply_retention(DELETE_ALL, share=0.000_001, max_seconds=2)
    assert max(paused) <= 2


@pytest.mark.parametrize("name", CLEANERS)
def test_all_that_deletes_many_keeps_to_one_pace(
    store: Storage,
    taken: list[tuple[int, float]],
    paused: list[float],
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Batches grow from a few; where one keeps its locks too long, the next is one session."""
    clean = CLEANERS[name]
    for number in range(60):
        store.create_session(id=f"s{number}", created_at=AGO, user_id="ann")
    assert clean(store) == 60
    assert len([rows for rows, _ in taken if rows]) > 1
    assert len([pause for pause in paused if pause > 0]) >= len(taken) - 1

    for limit in ("BOUND", "AIM", "AIM_WHERE_WRITERS_QUEUE"):
        monkeypatch.setattr(pacing, limit, 1e-9)
    taken.clear()
    for number in range(10):
        store.create_session(id=f"s{number}", created_at=AGO, user_id="ann")
    assert clean(store) == 10
    least = 1 if name == "apply_retention" else pacing.ROWS_OF_A_SESSION
    assert {rows for rows, _ in taken[1:]} <= {0, least}


def test_what_fills_and_assigns_keeps_to_that_pace(
    store: Storage,
    backend: Backend,
    database_url: str,
    taken: list[tuple[int, float]],
    paused: list[float],
) -> None:
    for number in range(60):
        store.create_session(id=f"s{number}")
    keepers: list[Callable[[], int]] = [lambda: store.assign_sessions(tenant_id="acme")]
    if not backend.private:
        connection = backend.open_connection(database_url)
        connection.cursor().execute("UPDATE agentstore_sessions SET last_message_at = NULL")
        connection.commit()
        connection.close()
        keepers.append(store.fill)
    for keep in keepers:
        taken.clear()
        paused.clear()
        assert keep() == 60
        acted_on = [rows for rows, _ in taken if rows]
        assert sum(acted_on) == 60 * pacing.ROWS_OF_A_SESSION
        assert acted_on[0] <= pacing.FEWEST_ROWS
        assert len([pause for pause in paused if pause > 0]) >= len(taken) - 1


@pytest.mark.parametrize("name", ["delete_sessions"])
def test_a_transaction_that_is_open_is_not_kept_waiting(
    store: Storage, paused: list[float], name: str
) -> None:
    for number in range(60):
        store.create_session(id=f"s{number}", created_at=AGO)
    with store.transaction():
        paused.clear()
        assert CLEANERS[name](store) == 60
        assert not paused


@pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)
@pytest.mark.parametrize("name", CLEANERS)
def test_clean_up_carries_the_log_of_sqlite_itself(
    make_store: Callable[..., Storage], database_url: str, name: str, paused: list[float]
) -> None:
    """So that it comes to no writer: behind the batches, when no lock is held."""
    events: list[StatementEvent] = []
    store = make_store(observer=events.append)
    path = database_url.removeprefix("sqlite:///")
    assert path
    for _ in range(3):
        with store.transaction():
            for number in range(300):
                store.create_session(id=f"s{number}", created_at=AGO, user_id="ann")
        assert CLEANERS[name](store) == 300
    names = [event.name for event in events]
    assert {
        before for before, name in itertools.pairwise(names) if name == "connection/checkpoint"
    } == {"connection/sync_fully"}
    with sqlite3.connect(path) as connection:
        ((_, pages, _),) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    assert pages < 1_000
