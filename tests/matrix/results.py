"""What the runs of the matrix have found, kept in a file: the last run of each part of a cell."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

KEPT = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Counts:
    """Of tests."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )


@dataclass(frozen=True)
class Run:
    """A part of the tests in a cell, on one kind of database.

    Attributes:
        cell, part: their names.
        kind: of database, as ``postgresql``; ``""``: the tests that have none.
        date: the day, in UTC.
        python: its version and who brings it; or the version that could not be had.
        database: as it states its version, as ``PostgreSQL 17.12``.
        driver: its name and version.
        counts: of the tests.
        failures: the tests that failed.
        lacks: why nothing was run; empty: it was.
    """

    cell: str
    part: str
    kind: str
    date: str
    python: str
    database: str = ""
    driver: str = ""
    counts: Counts = field(default_factory=Counts)
    failures: list[str] = field(default_factory=list)
    lacks: str = ""


def load(path: Path = KEPT) -> list[Run]:
    """The runs of the file, none where there is none."""
    if not path.exists():
        return []
    return [
        Run(**{**run, "counts": Counts(**run["counts"])})
        for run in json.loads(path.read_text(encoding="utf-8"))
    ]


def keep(runs: Iterable[Run], path: Path = KEPT) -> None:
    """Write runs to the file, each in the place of an older one of its cell, part and kind."""
    kept = {(run.cell, run.part, run.kind): run for run in [*load(path), *runs]}
    text = json.dumps([asdict(run) for _, run in sorted(kept.items())], indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")
