"""README's table of a run: ``python -m benchmarks.readme_table [--write]``."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.contenders import is_ours, is_raw
from benchmarks.report import RESULTS, TITLES, Cells, longest, ratio

README = Path(__file__).parent.parent / "README.md"
NAMES = {
    "OpenAI Agents SQLiteSession": "OpenAI Agents, SQLite",
    "OpenAI Agents SQLAlchemySession": "OpenAI Agents, SQLAlchemy",
    "Google ADK DatabaseSessionService": "Google ADK",
}
_FIRST = ("append", "append_at_once", "load")
_THEN = ("list", "many_sessions", "one_session", "import", "export")
_DATABASES = {**TITLES, "mysql": "MariaDB"}
_TABLE = re.compile(r"\| \|[^\n]*\| best other \|.*\n(?:\|.*\n)+")
_DATE = re.compile(r"(in the same run|durable work in the same run) \(\d{4}-\d\d-\d\d[^)]*\)")


def lines(results: Mapping[str, Any]) -> list[str]:
    """The table's lines: our cost beside that of the best other, by workload and database."""
    dialects = results["dialects"]
    head = " | ".join(f"{_DATABASES[dialect]} | best other" for dialect in dialects)
    table = [f"| | {head} |", "| --- |" + " ---: | --- |" * len(dialects)]
    first = next(iter(dialects.values()))
    for key in (*_FIRST, longest(first), *_THEN):
        if key not in first["workloads"]:
            continue
        title = first["workloads"][key]["title"].replace(
            "append a turn at once", "the same by one `save_messages`"
        )
        cells = []
        for measured in dialects.values():
            contenders = measured["workloads"][key]["contenders"]
            ours = ratio(contenders, "agentstore")
            cells.append("none" if ours is None else f"**{ours:.2f}**")
            cells.append(_best_other(contenders))
        table.append(f"| {title} | " + " | ".join(cells) + " |")
    return table


def _best_other(cells: Cells) -> str:
    """The cheapest library that did the job: nothing refused, nothing lost."""
    done = [
        (value, name)
        for name, cell in cells.items()
        if not (is_raw(name) or is_ours(name) or "failed" in cell)
        and not (cell.get("refused_turns") or cell.get("lost_messages"))
        and (value := ratio(cells, name)) is not None
    ]
    if not done:
        return "none"
    value, name = min(done)
    return f"{value:.2f} {_short(name)}"


def _short(name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    library, _, variant = name.partition(", ")
    return ", ".join([library.partition(" ")[0], *([variant] if variant else [])])


def write(results: Mapping[str, Any], path: Path = README) -> None:
    """Put a run's table, and its date, in the place of the one that README has.

    Raises:
        ValueError: README has no such table.
    """
    text = path.read_text(encoding="utf-8")
    table = "\n".join(lines(results)) + "\n"
    text, found = _TABLE.subn(lambda match: table, text, count=1)
    if not found:
        raise ValueError(f"{path} has no table of what calls cost")
    date = results["machine"]["time"].partition("T")[0]
    path.write_text(_DATE.sub(rf"\1 ({date})", text, count=1), encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readme_table", description=__doc__)
    parser.add_argument("results", nargs="?", type=Path, default=RESULTS / "bench.json")
    parser.add_argument("--write", action="store_true", help="into README")
    given = parser.parse_args()
    results = json.loads(given.results.read_text(encoding="utf-8"))
    print("\n".join(lines(results)))
    if given.write:
        write(results)


if __name__ == "__main__":
    main()
