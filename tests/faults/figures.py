"""The figures of the fault suite: what was promised, what was kept, what must be zero."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from itertools import chain

import pytest

PROPERTY = "fault figures"
"""The name under which a test's report carries its figures, from a worker too."""


@dataclass
class Figures:
    """Counts of one test, or of all.

    Attributes:
        acknowledged: calls that have returned.
        unavailable: calls that ended in UnavailableError or TransactionConflictError.
        kills, cuts, client_kills: faults made.
        lost: acknowledged, and not there.
        doubled: there more than once.
        torn: a message without its calls, or a part of a batch or block without the rest.
        gaps: positions that are missing or given out twice.
        wrong: answers that cannot be.
        errors: other exceptions than those that a caller may be told.
        late: calls beyond their deadline.
    """

    acknowledged: int = 0
    unavailable: int = 0
    kills: int = 0
    cuts: int = 0
    client_kills: int = 0
    lost: int = 0
    doubled: int = 0
    torn: int = 0
    gaps: int = 0
    wrong: int = 0
    errors: int = 0
    late: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        )

    def faults(self) -> dict[str, int]:
        """Those that must be zero and are not."""
        must_be_zero = ("lost", "doubled", "torn", "gaps", "wrong", "errors", "late")
        return {
            name: count for name, count in asdict(self).items() if name in must_be_zero and count
        }


def table(figures: dict[str, Figures]) -> list[str]:
    """The figures as lines of text, one dialect a column."""
    names = [f.name for f in fields(Figures)]
    width = max(12, *map(len, figures)) + 2
    lines = ["".ljust(14) + "".join(dialect.rjust(width) for dialect in sorted(figures))]
    for name in names:
        counts = (getattr(figures[dialect], name) for dialect in sorted(figures))
        label = name.replace("kills", "server kills") if name == "kills" else name
        lines.append(
            label.replace("_", " ").ljust(14) + "".join(f"{n:,}".rjust(width) for n in counts)
        )
    return lines


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the figures of all tests together."""
    totals: dict[str, Figures] = {}
    reports = chain(*(terminalreporter.getreports(kind) for kind in ("passed", "failed")))
    for name, value in chain(*(report.user_properties for report in reports)):
        if name == PROPERTY:
            dialect, counts = value
            totals[dialect] = totals.get(dialect, Figures()) + Figures(**counts)
    if totals:
        terminalreporter.section("fault suite")
        for line in table(totals):
            terminalreporter.line(line)
