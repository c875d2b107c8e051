"""Many threads over one pool, and many processes: ``python -m benchmarks.load [--quick]``.

Each thread saves turns at once to a session of its own, as fast as it can, for some seconds;
agentstore and raw take turns, both with a pool of so many connections. A row says how many turns a
second that makes, what a turn took in the median and in the slowest hundredth (waiting for a
connection included), and how many turns the slowest thread saved by what the mean one did. The
results go to ``benchmarks/results/load.json`` and ``load.md``.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import queue
import statistics
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import agentstore
from benchmarks.contenders import load_contenders
from benchmarks.databases import DIALECTS, Databases
from benchmarks.ours import new_messages
from benchmarks.raw import RawContender
from benchmarks.report import RESULTS, TITLES, save_results, table
from benchmarks.run import machine
from benchmarks.samples import SampleTurn, make_turns

POOL = 10
"""Connections of a process."""


@dataclass(frozen=True)
class Load:
    """So many processes, each of so many threads over a pool of its own."""

    processes: int
    threads: int

    @property
    def title(self) -> str:
        """Its name in the tables."""
        if self.processes == 1:
            return f"{self.threads} threads"
        return f"{self.processes} processes of {self.threads} threads"


LOADS = (Load(1, 64), Load(1, 200), Load(8, 8))


class Saver(ABC):
    """Saves turns over a pool; threads share it."""

    @abstractmethod
    def create(self, session_id: str) -> None:
        """Create a session."""

    @abstractmethod
    def save(self, session_id: str, turn: SampleTurn) -> None:
        """Save a turn in one transaction."""

    @abstractmethod
    def close(self) -> None:
        """Give back all connections."""


class OurSaver(Saver):
    """agentstore."""

    def __init__(self, url: str) -> None:
        self._store = agentstore.connect(url, pool_size=POOL, pool_timeout=120)

    def create(self, session_id: str) -> None:
        self._store.create_session(id=session_id)

    def save(self, session_id: str, turn: SampleTurn) -> None:
        self._store.save_messages(session_id, new_messages(turn))

    def close(self) -> None:
        self._store.close()


class RawSaver(Saver):
    """Hand-written statements on connections that lie in a queue."""

    def __init__(self, contender_class: type[RawContender], url: str) -> None:
        self._contender = contender_class(url)
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._connections = [self._contender.connect() for _ in range(POOL)]
        for connection in self._connections:
            self._idle.put(connection)

    def create(self, session_id: str) -> None:
        self._lend(self._contender.create_session, session_id, "another user")

    def save(self, session_id: str, turn: SampleTurn) -> None:
        self._lend(self._contender.append_turn_at_once, session_id, turn)

    def _lend(self, call: Any, *arguments: Any) -> None:
        connection = self._idle.get()
        try:
            self._contender._local.connection = connection
            call(*arguments)
        finally:
            self._idle.put(connection)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
        self._contender.close()


def savers(dialect: str) -> dict[str, Any]:
    """What makes a contender from a URL, by its name: agentstore, and the best of raw."""
    classes, _ = load_contenders(dialect, peers=False)
    raw: Any = [each for each in classes if issubclass(each, RawContender)][-1]
    return {"raw": partial(RawSaver, raw), "agentstore": OurSaver}


def run(
    dialects: Sequence[str], loads: Sequence[Load], *, rounds: int, seconds: float
) -> dict[str, Any]:
    """Measure; figures of each round, by dialect, load and contender.

    Args:
        dialects: which.
        loads: under which loads.
        rounds: how often, the contenders taking turns.
        seconds: how long each time.
    """
    results: dict[str, Any] = {"machine": machine(), "pool": POOL, "dialects": {}}
    with Databases() as databases:
        for dialect in dialects:
            measured: dict[str, Any] = {}
            results["dialects"][dialect] = {
                "server": databases.version(dialect),
                "loads": measured,
            }
            for load in loads:
                rows: dict[str, list[dict[str, float]]] = {name: [] for name in savers(dialect)}
                for number in range(rounds):
                    order = list(rows) if number % 2 else list(rows)[::-1]
                    for name in order:
                        url = databases.new(dialect, migrated=True)
                        rows[name].append(_round(dialect, name, url, load, seconds))
                        databases.drop(url)
                measured[load.title] = rows
                print(f"{dialect}: {load.title}: {_medians(rows)}", flush=True)
    return results


def _round(dialect: str, name: str, url: str, load: Load, seconds: float) -> dict[str, float]:
    if load.processes == 1:
        taken = _work(dialect, name, url, load.threads, seconds=seconds)
    else:
        context = multiprocessing.get_context("spawn")
        with ExitStack() as cleanup:
            manager = cleanup.enter_context(context.Manager())
            ready = manager.Barrier(load.processes)
            pool = cleanup.enter_context(ProcessPoolExecutor(load.processes, context))
            work = partial(_work, dialect, name, url, load.threads, seconds=seconds)
            futures = [pool.submit(work, ready=ready) for _ in range(load.processes)]
            taken = [thread for future in futures for thread in future.result()]
    every = sorted(itertools.chain.from_iterable(taken))
    counts = [len(thread) for thread in taken]
    return {
        "rate": len(every) / seconds,
        "p50": every[len(every) // 2],
        "p99": every[len(every) * 99 // 100],
        "slowest": min(counts) / statistics.mean(counts),
    }


def _work(
    dialect: str, name: str, url: str, threads: int, *, seconds: float, ready: Any = None
) -> list[list[float]]:
    """What each thread's turns took, in seconds, in this process."""
    saver: Saver = savers(dialect)[name](url)
    turns = make_turns(50)
    started = threading.Barrier(threads)
    pid = multiprocessing.current_process().pid

    def save(number: int) -> list[float]:
        session_id = f"{pid}-{number}"
        saver.create(session_id)
        saver.save(session_id, turns[0])
        if started.wait() == 0 and ready is not None:
            ready.wait()
        started.wait()
        taken = []
        ends_at = time.perf_counter() + seconds
        for turn in itertools.cycle(turns):
            before = time.perf_counter()
            if before >= ends_at:
                break
            saver.save(session_id, turn)
            taken.append(time.perf_counter() - before)
        return taken

    try:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(save, range(threads)))
    finally:
        saver.close()


def _medians(rows: Mapping[str, Sequence[Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    return {
        name: {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
        for name, rounds in rows.items()
    }


def markdown(results: Mapping[str, Any]) -> str:
    """The table of a run."""
    about = results["machine"]
    rows = [["", "", "", "turns a second", "median, ms", "99th of 100, ms", "slowest thread"]]
    for dialect, measured in results["dialects"].items():
        for title, by_name in measured["loads"].items():
            for name, each in _medians(by_name).items():
                rows.append(
                    [
                        *(TITLES[dialect], title, f"**{name}**" if name != "raw" else name),
                        f"{each['rate']:,.0f}",
                        *(f"{each[key] * 1000:.1f}" for key in ("p50", "p99")),
                        f"{each['slowest']:.2f}",
                    ]
                )
    lines = [
        "# Many threads, and many processes",
        "",
        f"Each thread saves turns to a session of its own over a pool of {results['pool']} "
        "connections a process; raw has the same pool. Medians of the rounds; the slowest thread's "
        "turns are told by those of the mean one. "
        f"{about['time']}, Python {about['python']}, {about['cores']} cores. "
        "`python -m benchmarks.load` measures it again.",
        "",
        *table(rows),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, to try it")
    parser.add_argument("--dialect", action="append", choices=DIALECTS)
    parser.add_argument("--output", type=Path, default=RESULTS, help="the folder to write to")
    given = parser.parse_args(arguments)
    rounds, seconds = (1, 1.0) if given.quick else (5, 4.0)
    results = run(given.dialect or DIALECTS, LOADS, rounds=rounds, seconds=seconds)
    save_results(given.output, "load", results, markdown(results))


if __name__ == "__main__":
    main()
