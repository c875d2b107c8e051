"""Draws cost against the length of the session, for a light page and for a dark one."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TEXT = "#7d8590"
"""Between black and white, as the background is the page's."""
WIDTH, HEIGHT, DOTS = 8.3, 6.0, 200
"""Inches and dots an inch: README shows 830 pixels, screens have twice as many."""

LIBRARIES = {
    "agentstore": ("agentstore", "#e8590c"),
    "raw": ("raw, by hand", TEXT),
    "OpenAI Agents": ("OpenAI Agents", "#12a150"),
    "langchain": ("LangChain", "#8957e5"),
    "LangGraph": ("LangGraph", "#d6336c"),
    "Google ADK": ("Google ADK", "#b08800"),
    "Agno": ("Agno", "#1c8fd6"),
}
"""By how a contender's name begins: what the legend calls its library, and its one colour."""
VARIANTS = {"SQLAlchemySession": ("SQLAlchemy", "--"), "DeltaChannel": ("DeltaChannel", "--")}
"""By how a name ends: another way to use the same library, and its stroke."""
KINDS = {"append_to_": "append a turn", "recent_of_": "load the last 20"}


def plot(results: Mapping[str, Any], path: Path) -> bool:
    """Draw a run.

    Returns:
        False where matplotlib is not installed, or nothing is to be drawn.
    """
    try:
        import matplotlib  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
    except ImportError:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    from benchmarks.report import TITLES  # noqa: PLC0415

    dialects = results["dialects"]
    colours = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    style = {**dict.fromkeys(colours, TEXT), "font.size": 9, "axes.titlesize": 10}
    with pyplot.rc_context(style):
        figure, grid = pyplot.subplots(
            len(KINDS),
            len(dialects),
            figsize=(WIDTH, HEIGHT),
            sharex=True,
            sharey="row",
            squeeze=False,
        )
        drawn: dict[str, Any] = {}
        for column, (dialect, measured) in enumerate(dialects.items()):
            for row, (prefix, title) in enumerate(KINDS.items()):
                axes = grid[row][column]
                drawn |= _draw(axes, measured, prefix)
                axes.set_title(f"{TITLES[dialect]}: {title}")
                axes.grid(True, which="major", color=TEXT, alpha=0.25, linewidth=0.6)
                axes.spines[["top", "right"]].set_visible(False)
        _label(grid, drawn)
        figure.tight_layout(rect=(0, 0.08, 1, 1))
        if drawn:
            order = [name for name in _legend_order() if name in drawn]
            figure.legend(
                [drawn[name] for name in order], order, loc="lower center", ncol=5, frameon=False
            )
        figure.savefig(path, dpi=DOTS, transparent=True)
        pyplot.close(figure)
    return bool(drawn)


def _label(grid: Any, drawn: Mapping[str, Any]) -> None:
    for axes in grid[-1]:
        axes.set_xlabel("messages in the session")
    for row in grid:
        row[0].set_ylabel("cost, raw at the shortest = 1")
        for axes in row if drawn else ():
            axes.set_xscale("log")
            axes.set_yscale("log")


def look(name: str) -> tuple[str, str, str]:
    """What a contender's line is called in the legend, its colour and its stroke."""
    [(library, colour)] = [each for start, each in LIBRARIES.items() if name.startswith(start)] or [
        (name, TEXT)
    ]
    for end, (variant, stroke) in VARIANTS.items():
        if name.endswith(end):
            return f"{library}, {variant}", colour, stroke
    return library, colour, ":" if library.startswith("raw") else "-"


def _legend_order() -> list[str]:
    names = []
    for library, _ in LIBRARIES.values():
        names += [library, *(f"{library}, {variant}" for variant, _ in VARIANTS.values())]
    return names


def _draw(axes: Any, measured: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Draw the lines of a panel; returns one of each by its name in the legend."""
    from benchmarks.report import floor, size_of  # noqa: PLC0415

    workloads = {
        size_of(key): workload["contenders"]
        for key, workload in measured["workloads"].items()
        if key.startswith(prefix)
    }
    lines: dict[str, Any] = {}
    unit = floor(workloads[min(workloads)]) if workloads else None
    names = dict.fromkeys(name for cells in workloads.values() for name in cells)
    for name in names:
        if name == "raw" and "raw, one batch" in names:
            continue  # the better of the two is the floor
        points = [
            (size, statistics.median(cells[name]["seconds"]) / unit)
            for size, cells in sorted(workloads.items())
            if unit and cells.get(name, {}).get("seconds")
        ]
        if points:
            label, colour, stroke = look(name)
            ours = label in ("agentstore", "raw, by hand")
            [lines[label]] = axes.plot(
                *zip(*points, strict=True),
                stroke,
                color=colour,
                marker="o",
                markersize=4 if ours else 3,
                linewidth=2.4 if ours else 1.3,
                zorder=3 if ours else 2,
            )
    return lines
