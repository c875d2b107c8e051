"""What calls cost when the database is a network away: ``python -m benchmarks.latency [--quick]``.

All contenders go through one proxy that holds up each direction, and take turns. What a network
adds to a call is its round trips, each as long as the network makes it, and nothing else: each
cell has the round trips that a call's time is worth, beside milliseconds at each latency. The
results go to ``benchmarks/results/latency.json`` and ``latency.md``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from agentstore.testing import MariaDBServer
from benchmarks.contender import NotServed
from benchmarks.contenders import is_ours, load_contenders
from benchmarks.databases import Databases
from benchmarks.delaying import DelayingProxy
from benchmarks.report import RESULTS, TITLES, save_results, table
from benchmarks.run import machine, takes_part
from benchmarks.workloads import (
    QUICK,
    AppendTurn,
    AppendTurnAtOnce,
    ListSessions,
    LoadAll,
    Opponent,
    Sizes,
    Workload,
)

DIALECTS = ("postgresql", "mysql")
LATENCIES = (0.0, 0.0005, 0.002)
"""Seconds that the proxy adds to a round trip; by the first one sees what is not the network's."""
SIZES = replace(QUICK, rounds=12, turns_a_round=2, history=100, fill_seconds=60.0)

Cell = dict[str, Any]


def run(dialects: Sequence[str], sizes: Sizes, *, peers: bool) -> dict[str, Any]:
    """Measure; medians of a call's seconds, by dialect, workload, contender and latency.

    Args:
        dialects: which.
        sizes: how much.
        peers: whether the libraries of others take part.
    """
    results: dict[str, Any] = {"machine": machine(), "latencies": LATENCIES, "dialects": {}}
    with Databases() as databases:
        for dialect in dialects:
            results["dialects"][dialect] = _run_dialect(databases, dialect, sizes, peers=peers)
    return results


def _run_dialect(
    databases: Databases, dialect: str, sizes: Sizes, *, peers: bool
) -> dict[str, Any]:
    classes, _ = load_contenders(dialect, peers=peers)
    with ExitStack() as cleanup:
        # To the server: a database of each contender is one of its URLs.
        proxy = cleanup.enter_context(DelayingProxy(databases.admin_url(dialect)))
        opponents = []
        for each in classes:
            url = databases.new(dialect, migrated=not each.own_tables)
            cleanup.callback(databases.drop, url)
            name = url.rpartition("/")[2]
            opponents.append(Opponent(each(_with_database(proxy.url, name))))
            cleanup.callback(opponents[-1].contender.close)
        trips = {}
        for latency in LATENCIES:
            proxy.set_round_trip(latency)
            trips[latency] = _round_trip(dialect, proxy.url)
        workloads = {}
        for workload in (
            AppendTurn(sizes),
            AppendTurnAtOnce(sizes),
            LoadAll(sizes),
            ListSessions(sizes),
        ):
            workloads[workload.key] = {
                "title": workload.title,
                "contenders": _run_workload(databases, dialect, workload, opponents, proxy),
            }
            print(f"{dialect}: {workload.title}", flush=True)
    return {
        "server": databases.version(dialect),
        "round_trip": [trips[latency] for latency in LATENCIES],
        "workloads": workloads,
    }


def _run_workload(
    databases: Databases,
    dialect: str,
    workload: Workload,
    opponents: Sequence[Opponent],
    proxy: DelayingProxy,
) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    ready = []
    proxy.set_round_trip(0)
    for opponent in opponents:
        name = opponent.contender.name
        if not takes_part(opponent.contender, workload):
            continue
        try:
            with databases.quick_commits(dialect):
                workload.prepare(opponent)
            cells[name] = {}
            ready.append(opponent)
        except NotServed as reason:
            cells[name] = {"not_served": str(reason)}
        except Exception as error:
            cells[name] = {"failed": f"{type(error).__name__}: {error}"[:300]}
    taken: dict[str, list[list[float]]] = {each.contender.name: [] for each in ready}
    for number in range(workload.rounds):
        start = number % max(1, len(ready))
        for opponent in ready[start:] + ready[:start]:
            taken[opponent.contender.name].append(
                [_measure(workload, opponent, proxy, latency) for latency in LATENCIES]
            )
    for name, rounds in taken.items():
        cells[name]["seconds"] = [statistics.median(column) for column in zip(*rounds, strict=True)]
        # Of what was measured one after the other, lest it be what else the machine did.
        cells[name]["added"] = statistics.median(each[-1] - each[0] for each in rounds)
    return cells


def _measure(workload: Workload, opponent: Opponent, proxy: DelayingProxy, latency: float) -> float:
    proxy.set_round_trip(latency)
    return workload.measure(opponent)


def _with_database(url: str, name: str) -> str:
    """A server's URL with another database in it."""
    path, question_mark, query = url.partition("?")
    return f"{path.rpartition('/')[0]}/{name}{question_mark}{query}"


def _round_trip(dialect: str, url: str) -> float:
    """The median of the seconds that the least of statements takes."""
    connect: Any = psycopg.connect if dialect == "postgresql" else MariaDBServer._connect
    with closing(connect(url)) as connection:
        cursor = connection.cursor()
        taken = []
        for _ in range(40):
            started = time.perf_counter()
            cursor.execute("SELECT 1")
            cursor.fetchall()
            taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def round_trips(measured: Mapping[str, Any], cell: Cell) -> float:
    """How many round trips are worth what the greatest latency adds to a call."""
    trips = measured["round_trip"]
    worth: float = cell["added"] / (trips[-1] - trips[0])
    return worth


def markdown(results: Mapping[str, Any]) -> str:
    """The tables of a run."""
    about = results["machine"]
    told = " and ".join(f"{latency * 1000:g}" for latency in results["latencies"][1:])
    lines = [
        "# When the database is a network away",
        "",
        f"Milliseconds of a call (medians) where a proxy adds {told} ms to each round trip; before "
        "them the round trips that the time added by the longer one is worth. "
        f"{about['time']}, Python {about['python']}, {about['cores']} cores. "
        "`python -m benchmarks.latency` measures it again.",
    ]
    for dialect, measured in results["dialects"].items():
        trips = ", ".join(f"{seconds * 1000:.2f}" for seconds in measured["round_trip"])
        lines += [
            "",
            f"## {TITLES[dialect]} ({measured['server']})",
            "",
            f"`SELECT 1` takes {trips} ms without a delay and with each.",
            "",
        ]
        workloads = measured["workloads"].values()
        rows = [["", *(workload["title"] for workload in workloads)]]
        names = dict.fromkeys(name for each in workloads for name in each["contenders"])
        for name in names:
            cells = [_told(measured, each["contenders"].get(name)) for each in workloads]
            rows.append([f"**{name}**" if is_ours(name) else name, *cells])
        lines += table(rows)
    return "\n".join(lines) + "\n"


def _told(measured: Mapping[str, Any], cell: Cell | None) -> str:
    if cell is None:
        return ""
    if "seconds" not in cell:
        return "n/a" if "not_served" in cell else "failed"
    times = " and ".join(f"{seconds * 1000:.1f}" for seconds in cell["seconds"][1:])
    return f"{round_trips(measured, cell):.1f}: {times} ms"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, to try it")
    parser.add_argument("--no-peers", action="store_true", help="agentstore and raw alone")
    parser.add_argument("--dialect", action="append", choices=DIALECTS)
    parser.add_argument("--output", type=Path, default=RESULTS, help="the folder to write to")
    given = parser.parse_args(arguments)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what others have to say to their users
    sizes = replace(SIZES, rounds=3, history=20, sessions=100) if given.quick else SIZES
    results = run(given.dialect or DIALECTS, sizes, peers=not given.no_peers)
    save_results(given.output, "latency", results, markdown(results))


if __name__ == "__main__":
    main()
