"""Measures all contenders side by side: ``python -m benchmarks.run [--quick]``.

Within a run the contenders take turns, so that what else the machine does falls on all alike;
what counts is the ratio of a contender's median to that of ``raw``. The results are JSON in
``benchmarks/results/``; ``benchmarks.report`` makes tables and a plot of them.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks import readme_table, report
from benchmarks.contender import Contender, NotServed
from benchmarks.contenders import load_contenders
from benchmarks.counting import count_calls
from benchmarks.databases import DIALECTS, Databases
from benchmarks.workloads import (
    FULL,
    QUICK,
    TINY,
    Opponent,
    Sizes,
    Workload,
    everyday_workloads,
    transfer_workloads,
)

RESULTS = Path(__file__).parent / "results"

Cell = dict[str, Any]


def run(
    dialects: Sequence[str],
    sizes: Sizes,
    *,
    peers: bool,
    only: Sequence[str] = (),
    contenders: Sequence[str] = (),
) -> dict[str, Any]:
    """Measure; see ``benchmarks/results/`` for what comes back.

    Args:
        dialects: which.
        sizes: how much.
        peers: whether the libraries of others take part.
        only: the keys of workloads; all where empty.
        contenders: names of contenders (raw takes part anyway); all where empty.
    """
    results: dict[str, Any] = {"machine": machine(), "sizes": vars(sizes), "dialects": {}}
    with Databases() as databases:
        for dialect in dialects:
            classes, missing = load_contenders(dialect, peers=peers)
            if contenders:
                wanted = {*contenders, "raw", "raw, one batch"}
                classes = [each for each in classes if each.name in wanted]
            results["dialects"][dialect] = {
                "server": databases.version(dialect),
                "missing": missing,
                "notes": {each.name: each.note for each in classes if each.note},
                "workloads": {},
                "counts": {
                    each.name: _counted(databases, dialect, each, sizes) for each in classes
                },
            }
            for workloads in (everyday_workloads(sizes), transfer_workloads(sizes)):
                chosen = [each for each in workloads if not only or each.key in only]
                if not chosen:
                    continue
                measured = _run_group(databases, dialect, classes, chosen)
                results["dialects"][dialect]["workloads"].update(measured)
    return results


def _run_group(
    databases: Databases,
    dialect: str,
    classes: Sequence[type[Contender]],
    workloads: Sequence[Workload],
) -> dict[str, Any]:
    """Measure workloads, each contender on a database of its own."""
    urls = [databases.new(dialect, migrated=not each.own_tables) for each in classes]
    opponents = [Opponent(each(url)) for each, url in zip(classes, urls, strict=True)]
    measured = {}
    try:
        for workload in workloads:
            started = time.monotonic()
            cells = _run_workload(databases, dialect, workload, opponents)
            measured[workload.key] = {
                "title": workload.title,
                "unit": workload.unit,
                "contenders": cells,
            }
            _say(dialect, workload, cells, time.monotonic() - started)
    finally:
        for opponent in opponents:
            opponent.contender.close()
        for url in urls:
            databases.drop(url)
    return measured


def _run_workload(
    databases: Databases, dialect: str, workload: Workload, opponents: Sequence[Opponent]
) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    ready: list[Opponent] = []
    for opponent in opponents:
        name = opponent.contender.name
        if not takes_part(opponent.contender, workload):
            continue
        cells[name] = {"seconds": []}
        try:
            with databases.quick_commits(dialect):
                workload.prepare(opponent)
            databases.settle(opponent.contender.url)
            ready.append(opponent)
        except NotServed as reason:
            cells[name]["not_served"] = str(reason)
        except Exception as error:
            cells[name]["failed"] = f"{type(error).__name__}: {error}"[:300]
    gc.collect()
    gc.freeze()  # the modules of all peers are not to be looked through meanwhile
    spent = dict.fromkeys((id(opponent) for opponent in ready), 0.0)
    for number in range(workload.rounds):
        start = number % max(1, len(ready))
        for opponent in ready[start:] + ready[:start]:
            cell = cells[opponent.contender.name]
            if "failed" in cell or spent[id(opponent)] > workload.sizes.slow_seconds:
                continue
            before = time.perf_counter()
            try:
                cell["seconds"].append(workload.measure(opponent))
            except Exception as error:
                cell["failed"] = f"{type(error).__name__}: {error}"[:300]
            spent[id(opponent)] += time.perf_counter() - before
    gc.unfreeze()
    for opponent in ready:
        cell = cells[opponent.contender.name]
        cell.update({} if "failed" in cell else workload.outcome(opponent))
    return cells


def takes_part(contender: Contender, workload: Workload) -> bool:
    """Whether a contender is measured in a workload."""
    if contender.workloads is None or workload.key in contender.workloads:
        return True
    # The plot's workloads are the same at other sizes.
    return workload.key.startswith("append_to_") and "append" in contender.workloads


def _counted(
    databases: Databases, dialect: str, contender_class: type[Contender], sizes: Sizes
) -> dict[str, Any]:
    try:
        counts = count_calls(databases, dialect, contender_class, sizes)
        own = contender_class.workloads
        return {key: count for key, count in counts.items() if own is None or key in own}
    except Exception as error:
        print(f"{dialect} {contender_class.name}: not counted: {error!r}", file=sys.stderr)
        return {}


def _say(dialect: str, workload: Workload, cells: dict[str, Cell], seconds: float) -> None:
    floor = report.floor(cells)
    told = []
    for name, cell in cells.items():
        if cell["seconds"] and floor:
            told.append(f"{name} {statistics.median(cell['seconds']) / floor:.2f}")
        else:
            told.append(f"{name} {cell.get('not_served') or cell.get('failed') or '?'}")
        if cell.get("refused_turns") or cell.get("lost_messages"):
            told[-1] += f" (refused {cell['refused_turns']}, lost {cell['lost_messages']})"
    print(f"{dialect}: {workload.title} [{seconds:.0f} s]: {'; '.join(told)}", flush=True)


def machine() -> dict[str, Any]:
    """When and where a run is."""
    return {
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, two minutes")
    parser.add_argument("--tiny", action="store_true", help="only to see that it runs")
    parser.add_argument("--no-peers", action="store_true", help="agentstore and raw alone")
    parser.add_argument("--dialect", action="append", choices=DIALECTS)
    parser.add_argument("--workload", action="append", default=[], help="its key in the results")
    parser.add_argument("--contender", action="append", default=[], help="its name in the tables")
    parser.add_argument("--write-readme", action="store_true", help="put the table into README")
    parser.add_argument("--output", type=Path, default=RESULTS, help="the folder to write to")
    given = parser.parse_args(arguments)
    # What the libraries of others have to say to their users is not for us.
    warnings.simplefilter("ignore")
    sizes = TINY if given.tiny else QUICK if given.quick else FULL
    results = run(
        given.dialect or DIALECTS,
        sizes,
        peers=not given.no_peers,
        only=given.workload,
        contenders=given.contender,
    )
    given.output.mkdir(parents=True, exist_ok=True)
    path = given.output / "bench.json"
    path.write_text(json.dumps(results, indent=1) + "\n")
    report.write(path)
    if not given.contender:
        print("\n".join(readme_table.lines(results)))
        if given.write_readme:
            readme_table.write(results)
    print(f"see {path.with_suffix('.md')}")


if __name__ == "__main__":
    main()
