"""``make test-matrix``: the tests on the versions that people run, and the tables of results.

    make test-matrix                          # all of it: some two hours on two cores
    make test-matrix MATRIX_ARGS="--cells newest --parts plans --databases postgresql"
    make test-matrix MATRIX_ARGS="--tables"   # only writes the tables anew

A run of a part of a cell on a kind of database takes the place of the one before in results.json,
from which the tables of README.md and docs/versions.md are made. What cannot be had is a line of
the table that says so.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import datetime, timezone

from cells import CELLS, PARTS, Cell
from environments import Environment, make_environment
from results import Run, keep, load
from running import KINDS, run_part
from table import CHECKOUT, long_table, pages, written

from agentstore.testing import ServerError


def main() -> int:
    """Run what the arguments choose; 1 where something failed or could not be had."""
    parser = argparse.ArgumentParser(prog="make test-matrix")
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=[])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tables", action="store_true", help="run nothing")
    chosen = parser.parse_args()
    runs: list[Run] = []
    if not chosen.tables:
        for name in chosen.cells:
            runs += _run_cell(CELLS[name], chosen)
    for page in pages():
        (CHECKOUT / page).write_text(written(page, load()), encoding="utf-8")
    for line in long_table(runs):
        print(line)
    for run in runs:
        for failure in run.failures:
            print(f"failed in {run.cell}, {run.part}: {failure}")
    return int(any(run.failures or run.lacks for run in runs))


def _run_cell(cell: Cell, chosen: argparse.Namespace) -> list[Run]:
    runs: list[Run] = []
    environment = _environment(cell)
    for part in (PARTS[name] for name in chosen.parts):
        if part.cells and cell.name not in part.cells:
            continue
        if isinstance(environment, Environment):
            found = run_part(
                cell, part, environment, kinds=chosen.databases, workers=chosen.workers
            )
        else:
            today = datetime.now(timezone.utc).date().isoformat()
            found = [Run(cell.name, part.name, "", today, f"{cell.python}", lacks=environment)]
        keep(found)
        runs += found
    return runs


def _environment(cell: Cell) -> Environment | str:
    """A cell's environment, or why there is none."""
    try:
        return make_environment(cell)
    except (ServerError, subprocess.CalledProcessError) as error:
        print(f"{cell.name}: NO PYTHON {cell.python}: {error}", file=sys.stderr)
        return f"Python {cell.python} could not be had"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ServerError as error:
        sys.exit(f"{error}: nothing of it is kept")
