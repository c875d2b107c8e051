"""Where the time goes: ``python -m benchmarks.profiling --dialect postgresql append load``.

For agentstore and raw side by side: processor time of the client a call, and of the server's
process that serves it, which noise on the machine hardly touches; then what agentstore's
client spends it on (cProfile).
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import os
import pstats
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks.contenders import is_ours, load_contenders
from benchmarks.databases import DIALECTS, Databases
from benchmarks.workloads import (
    QUICK,
    AppendTurn,
    AppendTurnAtOnce,
    Import,
    ListSessions,
    LoadAll,
    LoadRecent,
    Opponent,
    Workload,
)

WORKLOADS: dict[str, Callable[[], Workload]] = {
    "append": lambda: AppendTurn(QUICK),
    "append_at_once": lambda: AppendTurnAtOnce(QUICK),
    "load": lambda: LoadAll(QUICK),
    "recent": lambda: LoadRecent(QUICK, 1_000),
    "list": lambda: ListSessions(replace(QUICK, sessions=2_000)),
    "import": lambda: Import(QUICK),
}
_CALLS_A_MEASUREMENT = {"append": 5, "append_at_once": 5, "load": 2, "recent": 4, "list": 4}
_TICK = 1 / os.sysconf("SC_CLK_TCK")


def profile(dialect: str, keys: Sequence[str], *, rounds: int, functions: int) -> None:
    """Print what each workload costs, and the costliest functions.

    Args:
        dialect: which.
        keys: the workloads.
        rounds: how often each is measured.
        functions: how many functions are shown.
    """
    classes, _ = load_contenders(dialect, peers=False)
    with Databases() as databases, ExitStack() as stack:
        opponents = []
        for each in classes:
            contender = each(databases.new(dialect, migrated=True))
            stack.callback(contender.close)
            opponents.append(Opponent(contender))
        for key in keys:
            print(f"\n{dialect} {key}: microseconds a {WORKLOADS[key]().unit}")
            _compare(databases, dialect, key, opponents, rounds)
            if functions:
                ours = next(o for o in opponents if is_ours(o.contender.name))
                _show_functions(key, ours, rounds, functions)


def _compare(
    databases: Databases, dialect: str, key: str, opponents: Sequence[Opponent], rounds: int
) -> None:
    workload = WORKLOADS[key]()
    for opponent in opponents:
        with databases.quick_commits(dialect):
            workload.prepare(opponent)
        databases.settle(opponent.contender.url)
    gc.collect()
    client: dict[str, list[float]] = {o.contender.name: [] for o in opponents}
    wall: dict[str, list[float]] = {o.contender.name: [] for o in opponents}
    server: dict[str, float] = {o.contender.name: 0.0 for o in opponents}
    calls = _CALLS_A_MEASUREMENT.get(key, 1_000)
    # Durability is the same for all; without its waits, more rounds fit into the time.
    with databases.quick_commits(dialect):
        for _ in range(rounds):
            for opponent in opponents:
                name = opponent.contender.name
                before, used = _server_seconds(databases, dialect), time.process_time()
                wall[name].append(workload.measure(opponent))
                client[name].append((time.process_time() - used) / calls)
                server[name] += (_server_seconds(databases, dialect) - before) / calls
    for name, seconds in client.items():
        print(
            f"  {name:26} client {statistics.median(seconds) * 1e6:8.0f}"
            f"  server {server[name] / rounds * 1e6:8.0f}"
            f"  wall, no fsync {statistics.median(wall[name]) * 1e6:8.0f}"
        )


def _show_functions(key: str, opponent: Opponent, rounds: int, count: int) -> None:
    workload = WORKLOADS[key]()
    workload.prepare(opponent)
    profiler = cProfile.Profile(time.thread_time)  # so that waiting is not counted
    profiler.enable()
    for _ in range(rounds):
        workload.measure(opponent)
    profiler.disable()
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(count)


def _server_seconds(databases: Databases, dialect: str) -> float:
    """Processor time of a server and its children so far; 0 for SQLite."""
    if dialect == "sqlite":
        return 0.0
    root = databases.server(dialect).pid
    seconds = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
            command = path.with_name("cmdline").read_bytes()  # PostgreSQL: of which database
        except OSError:
            continue
        if int(path.parent.name) == root or (int(fields[1]) == root and b"bench" in command):
            seconds += (int(fields[11]) + int(fields[12])) * _TICK
    return seconds


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiling", description=__doc__)
    parser.add_argument("workload", nargs="*", help=f"of {', '.join(WORKLOADS)}; all where none")
    parser.add_argument("--dialect", choices=DIALECTS, default="postgresql")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--functions", type=int, default=0, help="how many to show")
    given = parser.parse_args()
    if unknown := set(given.workload) - set(WORKLOADS):
        parser.error(f"unknown workload {', '.join(sorted(unknown))}")
    profile(
        given.dialect,
        given.workload or list(WORKLOADS),
        rounds=given.rounds,
        functions=given.functions,
    )


if __name__ == "__main__":
    main()
