"""The tables of README.md and docs/versions.md, from the runs that are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from cells import CELLS, PARTS
from results import Run

CHECKOUT = Path(__file__).parents[2]
PAGES = {"README.md": "short", "docs/versions.md": "long"}
_BEGIN, _END = "<!-- made by make test-matrix -->", "<!-- to here -->"
_ORDER = ("sqlite", "postgresql", "mariadb", "mysql", "")


def pages() -> list[str]:
    """Those of PAGES that have a place for the table."""
    return [page for page in PAGES if _BEGIN in (CHECKOUT / page).read_text(encoding="utf-8")]


def written(page: str, runs: list[Run]) -> str:
    """A page with its table as the runs have it.

    Args:
        page: from the checkout.
        runs: all that are kept.
    """
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    before, _, rest = text.partition(f"{_BEGIN}\n")
    after = rest.partition(f"{_END}\n")[2]
    lines = long_table(runs) if PAGES[page] == "long" else short_table(runs)
    return "\n".join([f"{before}{_BEGIN}", *lines, f"{_END}\n{after}"])


def long_table(runs: Iterable[Run]) -> Iterator[str]:
    """A row for each database of each cell: passed, failed and skipped of each part."""
    yield _row("cell", "database", "Python", "driver", *PARTS, "run")
    yield _row("---", "---", "---", "---", *["---:"] * len(PARTS), "---")
    cells = list(CELLS)

    def place(run: Run) -> tuple[int, int, str]:
        return cells.index(run.cell), _ORDER.index(run.kind), run.database

    by_place = groupby(sorted(runs, key=place), key=place)
    for some in (list(group) for _, group in by_place):
        first, found = some[0], {run.part: run for run in some}
        yield _row(
            first.cell,
            f"**NOT RUN: {first.lacks}**" if first.lacks else first.database or "none",
            ", ".join(dict.fromkeys(run.python for run in some)),
            first.driver,
            *(_counted(found.get(name)) for name in PARTS),
            _days(some),
        )


def short_table(runs: Iterable[Run]) -> Iterator[str]:
    """A row for each kind of database: its versions, what has passed on them, and with what."""
    yield _row("database", "driver", "Python", "passed", "run")
    yield _row(*["---"] * 5)
    proven = [run for run in runs if run.kind and not run.lacks]
    for some in ([run for run in proven if run.kind == kind] for kind in _ORDER):
        if some:
            yield _row(
                _with_versions(run.database for run in some),
                _with_versions(run.driver for run in some),
                _with_versions(".".join(run.python.split(".")[:2]) for run in some),
                ", ".join(_in_words(name, some) for name in PARTS if _of(name, some)),
                _days(some),
            )


def _of(part: str, runs: Iterable[Run]) -> list[Run]:
    return [run for run in runs if run.part == part]


def _in_words(part: str, runs: Iterable[Run]) -> str:
    """A part, with the versions that it ran on where these are not all, and what failed."""
    some = _of(part, runs)
    versions = {run.database for run in some}
    are_all = versions == {run.database for run in runs}
    words = part if are_all else f"{part} ({_versions(versions)})"
    failed = sum(run.counts.failed for run in some)
    return f"{words} but for {failed}" if failed else words


def _with_versions(names: Iterable[str]) -> str:
    """``PostgreSQL 15.18`` and ``PostgreSQL 17.12`` in one."""
    sorted_ = sorted(set(names), key=_numbers)
    return ", ".join([sorted_[0], *(name.split()[-1] for name in sorted_[1:])])


def _versions(names: Iterable[str]) -> str:
    return ", ".join(name.split()[-1] for name in sorted(names, key=_numbers))


def _counted(run: Run | None) -> str:
    if run is None or run.lacks:
        return ""
    failed = f"**{run.counts.failed}**" if run.counts.failed else "0"
    return f"{run.counts.passed} / {failed} / {run.counts.skipped}"


def _days(runs: Iterable[Run]) -> str:
    """The first and the last day of runs, or their only one."""
    dates = sorted(run.date for run in runs)
    return " to ".join(dict.fromkeys([dates[0], dates[-1]]))


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
