"""Tables and a plot of what was measured: ``python -m benchmarks.report results/bench.json``."""

from __future__ import annotations

import argparse
import json
import re
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contenders import is_ours, is_raw
from benchmarks.plot import plot

RESULTS = Path(__file__).parent / "results"

TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MySQL / MariaDB"}

Cells = Mapping[str, Mapping[str, Any]]


def floor(cells: Cells) -> float | None:
    """The median of the fastest hand-written contender in a workload."""
    medians = [
        statistics.median(cell["seconds"])
        for name, cell in cells.items()
        if is_raw(name) and cell["seconds"]
    ]
    return min(medians, default=None)


def ratio(cells: Cells, name: str) -> float | None:
    """A contender's median by that of raw; None where either is missing."""
    lowest = floor(cells)
    seconds = cells.get(name, {}).get("seconds")
    return statistics.median(seconds) / lowest if seconds and lowest else None


def markdown(results: Mapping[str, Any]) -> str:
    """All tables of a run."""
    machine = results["machine"]
    lines = [
        "# agentstore beside the bare driver and beside others",
        "",
        "Each cell is a cost: the median, divided by that of the best hand-written statements on "
        "the bare driver (`raw`) in the same run, the contenders taking turns; less is better. "
        "All of it is durable work.",
        "",
        f"{machine['time']}, Python {machine['python']}, {machine['system']}, "
        f"{machine['cores']} cores. `make bench` measures it again.",
    ]
    for dialect, measured in results["dialects"].items():
        lines += ["", f"## {TITLES[dialect]} ({measured['server']})", ""]
        lines += _ratios(measured)
        lines += ["", "Statements (and round trips) of one call:", ""]
        lines += _counts(measured)
    return "\n".join(lines) + "\n"


def _ratios(measured: Mapping[str, Any]) -> list[str]:
    notes = _Notes()
    workloads = {
        key: workload
        for key, workload in measured["workloads"].items()
        if not key.startswith(("append_to_", "recent_of_")) or key == longest(measured)
    }
    names = _names(measured)
    rows = [["", *(workload["title"] for workload in workloads.values())]]
    for name in names:
        note = measured["notes"].get(name)
        title = f"**{name}**" if is_ours(name) else name
        cells = [_cell(workload["contenders"], name, notes) for workload in workloads.values()]
        rows.append([title + (notes.mark(note) if note else ""), *cells])
    lines = table(rows)
    for name, reason in measured["missing"].items():
        notes.add(f"{name} did not take part: {reason}")
    return lines + notes.lines()


def _cell(cells: Cells, name: str, notes: _Notes) -> str:
    cell = cells.get(name)
    if cell is None:
        return ""
    if "not_served" in cell:
        return "n/a" + notes.mark(cell["not_served"])
    if "failed" in cell:
        return "failed" + notes.mark(cell["failed"])
    value = ratio(cells, name)
    text = "?" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"
    if cell.get("refused_turns"):
        share = f"{cell['refused_turns']} of {cell['turns']} turns refused"
        text += f", {share}" + notes.mark("; ".join(cell["refusals"]))
    if cell.get("lost_messages"):
        text += f", **{cell['lost_messages']} of {2 * cell['turns']} messages lost**"
    return text


def _counts(measured: Mapping[str, Any]) -> list[str]:
    counts = measured["counts"]
    keys = ["append", "append_at_once", "load", longest(measured), "list"]
    titles = [measured["workloads"].get(key, {}).get("title", key) for key in keys]
    rows = [["", *titles]]
    for name in _names(measured):
        row = [f"**{name}**" if is_ours(name) else name]
        for key in keys:
            counted = counts.get(name, {}).get(key)
            if counted is None:
                row.append("n/a")
                continue
            trips = counted["round_trips"]
            row.append(f"{counted['statements']:g}" + ("" if trips is None else f" ({trips:g})"))
        rows.append(row)
    return table(rows)


def _names(measured: Mapping[str, Any]) -> list[str]:
    names: dict[str, None] = dict.fromkeys(measured["counts"])
    for workload in measured["workloads"].values():
        names |= dict.fromkeys(workload["contenders"])
    return list(names)


def longest(measured: Mapping[str, Any]) -> str:
    """The key of the workload that loads the end of the longest history."""
    keys = [key for key in measured["workloads"] if key.startswith("recent_of_")]
    return max(keys, key=size_of, default="recent")


def size_of(key: str) -> int:
    """How many messages the session of a plotted workload has."""
    return int(key.rpartition("_")[2])


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table, whose first row is its head."""
    head, *body = rows
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " --- |" * (len(head) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in body]


class _Notes:
    """Numbered notes under a table."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._unmarked: list[str] = []

    def mark(self, text: str) -> str:
        """The mark of a note; the same for the same text."""
        plain = re.sub(r"\s+", " ", text).replace("|", "/").strip()
        return f" [{self._numbers.setdefault(plain, len(self._numbers) + 1)}]"

    def add(self, text: str) -> None:
        """A note without a place in the table."""
        self._unmarked.append(text)

    def lines(self) -> list[str]:
        """The notes."""
        numbered = [f"[{number}] {text}  " for text, number in self._numbers.items()]
        lines = numbered + [f"{text}  " for text in self._unmarked]
        return ["", *lines] if lines else []


def save_results(folder: Path, name: str, results: Mapping[str, Any], text: str) -> None:
    """Write what a run has measured, as JSON and as the page that is made from it; say where.

    Args:
        folder: where to; it is made where it is missing.
        name: of both files.
        results: what was measured.
        text: the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(results, indent=1) + "\n")
    page = folder / f"{name}.md"
    page.write_text(text)
    print(f"see {page}")


def write(path: Path) -> None:
    """Write the tables and the plot beside a run's JSON."""
    results = json.loads(path.read_text(encoding="utf-8"))
    text = markdown(results)
    if plot(results, path.with_suffix(".png")):
        text += f"\n![Cost against the length of the session]({path.with_suffix('.png').name})\n"
    path.with_suffix(".md").write_text(text)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("results", nargs="?", type=Path, default=RESULTS / "bench.json")
    write(parser.parse_args().results)


if __name__ == "__main__":
    main()
