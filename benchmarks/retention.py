"""What writers feel of a retention run beside them: ``python -m benchmarks.retention``.

A store is filled with old sessions. Some threads save turns at a steady pace to sessions that stay;
in turn they are alone, and beside a process that applies a policy, as a scheduler's is. What counts
is the ratio of the 99th percentiles, which the machine's own noise spares as both are taken from
the same minutes, and for how long the batches have kept their locks, from BEGIN to the end of
COMMIT, beside the bound that the code sets itself. How much of that was COMMIT, which waits for the
disk, and the longest save of the writers alone tell what the machine does by itself. Figures go to
stdout as JSON. ``--to-the-end``
goes through all the sessions, however long that takes.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import statistics
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import agentstore
from agentstore import RetentionPolicy
from agentstore.engine.connection import Connection
from agentstore.retention.pacing import BOUND, SHARE, Pace
from agentstore.retention.rules import RetentionRule
from benchmarks.databases import DIALECTS, Databases
from benchmarks.retention_seed import seed_old

WRITERS = 4
PAUSE = 0.02
"""Seconds between two saves of a writer."""
MESSAGES = 2
POLICY = RetentionPolicy((RetentionRule("old", "delete", timedelta(days=30)),))


def measure(
    url: str, sessions: int, *, seconds: float, alone_for: float = 5.0, share: float = SHARE
) -> dict[str, Any]:
    """Fill a store, bring it under a policy, and measure the saves beside it.

    Args:
        url: an empty, migrated database.
        sessions: how many old sessions there are, of `MESSAGES` messages each.
        seconds: how long the policy is applied, at most; infinite for to the end.
        alone_for: seconds that the writers are alone, then three times as long beside the run,
            before the next turn.
        share: of the time, that the run may take.
    """
    began = time.perf_counter()
    seed_old(url, sessions, MESSAGES)
    seeded = time.perf_counter() - began
    alone: list[float] = []
    beside: list[float] = []
    ratios: list[float] = []
    batches: list[tuple[float, float]] = []
    deleted, took, is_finished = 0, 0.0, False
    spawning = multiprocessing.get_context("spawn")
    with (
        agentstore.connect(url) as store,
        ProcessPoolExecutor(1, mp_context=spawning) as process,
    ):
        live = [store.create_session() for _ in range(WRITERS)]
        _apply(process, url, 0.0, share)  # so that the process is there
        while not is_finished and took < seconds:
            alone += (before := _saves(store, live, lambda: time.sleep(alone_for)))
            began = time.perf_counter()
            found: dict[str, Any] = {}
            most = min(3 * alone_for, seconds - took)
            during = _saves(
                store,
                live,
                lambda: found.update(_apply(process, url, most, share)),  # noqa: B023
            )
            took += time.perf_counter() - began
            beside += during
            ratios.append(_percentile(during, 99) / _percentile(before, 99))
            deleted += found["deleted"]
            batches += found["batches"]
            is_finished = found["finished"]
        assert store.count_sessions() == len(live) + sessions - deleted
    locks = [took for took, _ in batches]
    return {
        "sessions": sessions,
        "deleted": deleted,
        "seconds": round(took, 1),
        "seconds_of_seeding": round(seeded, 1),
        "deleted_a_second": round(deleted / took),
        "saves_alone": len(alone),
        "saves_beside": len(beside),
        "p50_alone_ms": _percentile(alone, 50),
        "p50_beside_ms": _percentile(beside, 50),
        "p99_alone_ms": _percentile(alone, 99),
        "p99_beside_ms": _percentile(beside, 99),
        "longest_alone_ms": round(max(alone) * 1000, 1),
        "longest_beside_ms": round(max(beside) * 1000, 1),
        "p99_ratio": round(_percentile(beside, 99) / _percentile(alone, 99), 2),
        "p99_ratio_median_of_turns": round(statistics.median(ratios), 2),
        "batches": len(batches),
        "median_lock_ms": round(statistics.median(locks) * 1000, 1),
        "p99_lock_ms": _percentile(locks, 99),
        "longest_lock_ms": round(max(locks) * 1000, 1),
        "longest_before_commit_ms": round(max(took - commit for took, commit in batches) * 1000, 1),
        "bound_ms": round(BOUND * 1000, 1),
        "over_the_bound": sum(took > BOUND for took in locks),
        "over_it_before_commit": sum(took - commit > BOUND for took, commit in batches),
    }


def _apply(process: Executor, url: str, seconds: float, share: float) -> dict[str, Any]:
    return process.submit(apply_for, url, seconds, share).result()


def apply_for(url: str, seconds: float, share: float) -> dict[str, Any]:
    """Apply the policy for some seconds: what was deleted, and how long each transaction was open,
    and was being committed.

    Args:
        url: the database.
        seconds: when no further batch begins.
        share: of the time, that the transactions may take.
    """
    batches: list[tuple[float, float]] = []
    learn, commit = Pace.learn, Connection.commit
    committing = 0.0

    def timed(connection: Connection) -> None:
        nonlocal committing
        began = time.perf_counter()
        commit(connection)
        committing = time.perf_counter() - began

    def noted(pace: Pace, rows: int, took: float, *, writers_queue: bool) -> float:
        batches.append((took, committing))
        return learn(pace, rows, took, writers_queue=writers_queue)

    with (
        patch.object(Connection, "commit", timed),
        patch.object(Pace, "learn", noted),
        agentstore.connect(url) as store,
    ):
        report = store.apply_retention(POLICY, max_seconds=seconds, share=share)
    return {
        "deleted": report.rules[0].sessions,
        "finished": report.finished,
        "batches": batches,
    }


def _saves(
    store: agentstore.Storage, sessions: Iterable[str], during: Callable[[], object]
) -> list[float]:
    """How long each save took that was made while something else was done."""
    stop = threading.Event()
    taken: list[float] = []

    def write(session_id: str) -> None:
        while not stop.wait(PAUSE):
            began = time.perf_counter()
            store.save_user_message(session_id, "Where is my order?")
            taken.append(time.perf_counter() - began)

    writers = [threading.Thread(target=write, args=(session_id,)) for session_id in sessions]
    for writer in writers:
        writer.start()
    try:
        during()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    return taken


def _percentile(values: list[float], percent: int) -> float:
    """In milliseconds."""
    return round(statistics.quantiles(values, n=100)[percent - 1] * 1000, 2)


def main() -> None:
    """Measure the dialects that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60.0, help="that the policy is applied")
    parser.add_argument("--to-the-end", action="store_true", help="all sessions, and no limit")
    parser.add_argument("--share", type=float, default=SHARE)
    parser.add_argument("--dialects", nargs="+", choices=DIALECTS, default=list(DIALECTS))
    options = parser.parse_args()
    seconds = math.inf if options.to_the_end else options.seconds
    with Databases() as databases:
        for dialect in options.dialects:
            url = databases.new(dialect, migrated=True)
            figures = measure(url, options.sessions, seconds=seconds, share=options.share)
            databases.drop(url)
            print(json.dumps({"dialect": dialect, **figures}), flush=True)


if __name__ == "__main__":
    main()
