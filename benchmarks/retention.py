"""What writers feel of a retention run beside them: ``python -m benchmarks.retention``.

A store is filled, most of it old. Some threads save turns at a steady pace to sessions that stay,
first alone and then beside ``apply_retention``; what counts is the ratio of the 99th percentiles,
and the longest batch, which is the longest that a lock of it is held. Figures go to stdout as JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import agentstore
from agentstore import RetentionPolicy
from agentstore.retention.rules import RetentionRule
from benchmarks.databases import DIALECTS, Databases
from benchmarks.scale_seed import Shape, seed

WRITERS = 4
PAUSE = 0.02
"""Seconds between two saves of a writer."""
MESSAGES = 10
ALONE = 20.0
"""Seconds that the writers are measured without a run beside them."""
POLICY = RetentionPolicy((RetentionRule("old", "delete", timedelta(days=30)),))


def measure(url: str, sessions: int, seconds: float = ALONE) -> dict[str, Any]:
    """Fill a store, bring it under a policy, and measure the saves beside it.

    Args:
        url: an empty, migrated database.
        sessions: how many old sessions there are, of `MESSAGES` messages each.
        seconds: how long the writers are measured alone.
    """
    seed(url, Shape(sessions * MESSAGES, sessions, MESSAGES))
    with agentstore.connect(url) as store:
        store.fill()
        live = [store.create_session() for _ in range(WRITERS)]
        alone = _saves(store, live, lambda: time.sleep(seconds))
        batches: list[float] = []
        operations: Any = store._repository
        act = operations._act

        def timed(*arguments: Any) -> Any:
            began = time.perf_counter()
            try:
                return act(*arguments)
            finally:
                batches.append(time.perf_counter() - began)

        operations._act = timed
        began = time.perf_counter()
        beside = _saves(store, live, lambda: store.apply_retention(POLICY))
        took = time.perf_counter() - began
        assert store.count_sessions() == len(live)
    return {
        "sessions": sessions,
        "seconds": round(took, 1),
        "saves_alone": len(alone),
        "saves_beside": len(beside),
        "p50_alone_ms": _percentile(alone, 50),
        "p50_beside_ms": _percentile(beside, 50),
        "p99_alone_ms": _percentile(alone, 99),
        "p99_beside_ms": _percentile(beside, 99),
        "p99_ratio": round(_percentile(beside, 99) / _percentile(alone, 99), 2),
        "longest_batch_ms": round(max(batches) * 1000, 1),
        "median_batch_ms": round(statistics.median(batches) * 1000, 1),
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
    parser.add_argument("--dialects", nargs="+", choices=DIALECTS, default=list(DIALECTS))
    options = parser.parse_args()
    with Databases() as databases:
        for dialect in options.dialects:
            figures = measure(databases.new(dialect, migrated=True), options.sessions)
            print(json.dumps({"dialect": dialect, **figures}), flush=True)


if __name__ == "__main__":
    main()
