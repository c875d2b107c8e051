"""What each index and column costs a turn: ``python -m benchmarks.lean [--turns N] [--rounds N]``.

A turn is what a user said and what the agent answered with two tool calls, in one transaction. It
is written by hand (``raw``) into tables that lack one index each, in turns, so that what else the
machine does falls on all alike; and by agentstore and others, against the floor of lean tables. The
bytes of log and disk are exact where nobody else writes to the servers, which are started for this.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.contender import Contender
from benchmarks.contenders import load_contenders
from benchmarks.databases import DIALECTS, Databases
from benchmarks.lean_tables import FOREIGN_KEYS, LEAN, LeanTables
from benchmarks.samples import make_turns

RESULTS = Path(__file__).parent / "results"
RAW = {"sqlite": "raw", "postgresql": "raw", "mysql": "raw, one batch"}
"""The best hand-written way to save a turn."""

COMPARED = ("agentstore", "OpenAI Agents SQLiteSession", "langchain-postgres")
FULL = "all of it"
FLOOR = "keys only"
TURNS_A_ROUND = 20
SESSIONS = 100
"""Among which the turns go round whose bytes are counted."""

Figures = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print tables and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=4000, help="for the bytes, of each table")
    parser.add_argument("--rounds", type=int, default=60, help="of 20 turns, for the time")
    parser.add_argument("--dialect", choices=DIALECTS, action="append")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--output", type=Path, default=RESULTS / "lean.json")
    given = parser.parse_args(arguments)
    results: Figures = {"turns": given.turns, "rounds": given.rounds, "dialects": {}}
    with Databases() as databases:
        for dialect in given.dialect or DIALECTS:
            figures = measure(databases, dialect, given.turns, given.rounds, not given.no_peers)
            results["dialects"][databases.version(dialect)] = figures
            print(f"\n{databases.version(dialect)}\n\n{table(figures)}", flush=True)
    given.output.write_text(json.dumps(results, indent=1) + "\n")


def measure(databases: Databases, dialect: str, turns: int, rounds: int, peers: bool) -> Figures:
    """The bytes and the time of a turn, in each set of tables and by each contender."""
    classes, _ = load_contenders(dialect, peers=peers)
    named = {each.name: each for each in classes}
    raw = named[RAW[dialect]]
    url = databases.new(dialect, migrated=True)
    indexes = sorted(LEAN[dialect](url).indexes())
    databases.drop(url)
    missing: dict[str, list[str]] = {
        FULL: [],
        FLOOR: [FOREIGN_KEYS, *indexes],
        **{f"without {name}": [name] for name in (*indexes, FOREIGN_KEYS)},
    }
    racers: dict[str, tuple[Contender, str]] = {}
    bytes_of: Figures = {}
    columns: dict[str, float] = {}
    for name, dropped in missing.items():
        with stripped(databases, dialect, dropped) as lean:
            contender = opened(raw, lean.url, dropped)
            bytes_of[name] = bytes_a_turn(databases, dialect, lean, contender, turns)
            if name == FULL:
                columns = lean.column_bytes()
            contender.close()
    try:
        for name, dropped in missing.items():
            url = databases.new(dialect, migrated=True)
            LEAN[dialect](url).drop(dropped)
            racers[name] = started(opened(raw, url, dropped))
        for name in COMPARED:
            if name in named:
                url = databases.new(dialect, migrated=not named[name].own_tables)
                racers[name] = started(named[name](url))
        seconds = race(racers, rounds)
    finally:
        for contender, _ in racers.values():
            contender.close()
    return {"bytes": bytes_of, "seconds": seconds, "columns": columns}


@contextmanager
def stripped(databases: Databases, dialect: str, dropped: Sequence[str]) -> Iterator[LeanTables]:
    """A new database without some indexes; gone afterwards."""
    url = databases.new(dialect, migrated=True)
    lean = LEAN[dialect](url)
    lean.drop(dropped)
    yield lean
    databases.drop(url)


def opened(raw: type[Contender], url: str, dropped: Sequence[str]) -> Any:
    """The hand-written contender; SQLite drops no foreign key, and is told to look at none."""
    contender: Any = raw(url)
    if FOREIGN_KEYS in dropped and url.startswith("sqlite:"):
        contender.connection.execute("PRAGMA foreign_keys = OFF")
    return contender


def started(contender: Contender) -> tuple[Contender, str]:
    """A contender and its session, with what has to be prepared."""
    session_id = str(uuid.uuid4())
    contender.create_session(session_id, "ada")
    for turn in make_turns(10):
        contender.append_turn_at_once(session_id, turn)
    return contender, session_id


def bytes_a_turn(
    databases: Databases, dialect: str, lean: LeanTables, contender: Any, turns: int
) -> dict[str, float]:
    """The bytes that a turn takes of the log and of the disk."""
    if dialect == "sqlite":
        contender.connection.execute("PRAGMA wal_autocheckpoint = 0")
        contender.connection.execute("PRAGMA synchronous = OFF")
    session_ids = [started(contender)[1] for _ in range(SESSIONS)]
    with databases.quick_commits(dialect):
        size, log = lean.size(), lean.log_position()
        for session_id, turn in zip(itertools.cycle(session_ids), make_turns(turns), strict=False):
            contender.append_turn_at_once(session_id, turn)
        log = lean.log_position() - log
        return {"log": log / turns, "disk": (lean.size() - size) / turns}


def race(racers: dict[str, tuple[Contender, str]], rounds: int) -> dict[str, float]:
    """The median of the seconds of a turn, all taking turns."""
    taken: dict[str, list[float]] = {name: [] for name in racers}
    turns = make_turns(TURNS_A_ROUND)
    for _ in range(rounds):
        for name, (contender, session_id) in racers.items():
            began = time.perf_counter()
            for turn in turns:
                contender.append_turn_at_once(session_id, turn)
            taken[name].append((time.perf_counter() - began) / len(turns))
    return {name: statistics.median(values) for name, values in taken.items()}


def table(figures: Figures) -> str:
    """The figures of a dialect as tables."""
    floor = figures["seconds"][FLOOR]
    full = figures["bytes"][FULL]
    lines = [
        "| tables | microseconds | of the floor | log, bytes | disk, bytes | costs: log, disk |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, seconds in figures["seconds"].items():
        own = figures["bytes"].get(name)
        cells = f"| {name} | {seconds * 1e6:,.0f} | {seconds / floor:.2f} |"
        if own is None:
            lines.append(f"{cells} | | |")
            continue
        cost = f"{full['log'] - own['log']:,.0f}, {full['disk'] - own['disk']:,.0f}"
        lines.append(f"{cells} {own['log']:,.0f} | {own['disk']:,.0f} | {cost} |")
    lines += ["", "| column | bytes a row |", "| --- | ---: |"]
    lines += [f"| {name} | {mean:,.1f} |" for name, mean in figures["columns"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
