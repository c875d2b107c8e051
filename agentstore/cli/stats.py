"""stats: how much a store holds, by day, role, tool and user."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path

import click
from rich.bar import Bar
from rich.console import Console
from rich.table import Table

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import is_terminal, write_json, write_line, write_table
from agentstore.cli.scope import scope_options
from agentstore.figures import Figures, read_figures

_BAR_WIDTH = 40


@click.command()
@click.option(
    "--days",
    type=click.IntRange(1, 36_500),
    default=30,
    show_default=True,
    help="Only the last so many days (UTC).",
)
@click.option(
    "--png",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help='Draw the days into FILE; needs matplotlib: pip install "agentstore[plot]".',
)
@scope_options
@json_option
@database_option
def stats(database: Database, *, days: int, png: Path | None, as_json: bool) -> None:
    """Count sessions, messages and tool calls: by day, role, tool and user.

    What is in the trash does not count. It reads everything of these days.
    """
    if png is not None and find_spec("matplotlib") is None:
        raise click.UsageError('--png needs matplotlib: pip install "agentstore[plot]"')
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.connect() as store:
        figures = read_figures(store, after=today - timedelta(days=days - 1))
    if png is not None:
        _draw(figures, png)
    if as_json:
        write_json(figures.to_dict())
        return
    _write_days(figures)
    for columns, rows in _tables(figures):
        write_line("")
        write_table(columns, rows)


def _write_days(figures: Figures) -> None:
    columns = ("day", "sessions", "messages", "calls")
    by_day = (figures.sessions_by_day, figures.messages_by_day, figures.calls_by_day)
    rows = [(day, [counts.get(day, 0) for counts in by_day]) for day in figures.days]
    if not is_terminal():
        write_table(columns, [(day, *map(str, counts)) for day, counts in rows])
        return
    most = max((messages for _, (_, messages, _) in rows), default=0)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="left" if column == "day" else "right", no_wrap=True)
    width = max(min(_BAR_WIDTH, Console().width - 42), 5)
    table.add_column("messages", width=width)
    for day, counts in rows:
        bar = Bar(max(most, 1), 0, counts[1], width=width, color="cyan")
        table.add_row(day, *(f"{count:,}" for count in counts), bar)
    Console().print(table)


def _tables(figures: Figures) -> list[tuple[Sequence[str], list[Sequence[str]]]]:
    """What stands below the days, but for what is empty."""
    found: list[tuple[Sequence[str], list[Sequence[str]]]] = [
        (
            ("role", "messages"),
            [(role, str(count)) for role, count in figures.messages_by_role.items()],
        ),
        (
            ("tool", "calls", "failed", "pending"),
            [
                (name, str(calls), str(failed), str(pending))
                for name, (calls, failed, pending) in figures.calls_by_tool.items()
            ],
        ),
        (
            ("user", "tenant", "sessions", "messages"),
            [
                (user or "-", tenant or "-", str(sessions), str(messages))
                for tenant, user, sessions, messages in figures.users
            ],
        ),
    ]
    return [(columns, rows) for columns, rows in found if rows]


def _draw(figures: Figures, path: Path) -> None:
    """Draw what was on each day, without a display."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import

    figure = Figure(figsize=(9, 6), layout="constrained")
    panels = figure.subplots(3, 1, sharex=True)
    for panel, (name, counts) in zip(
        panels,
        (
            ("sessions", figures.sessions_by_day),
            ("messages", figures.messages_by_day),
            ("tool calls", figures.calls_by_day),
        ),
        strict=True,
    ):
        panel.bar(figures.days, [counts.get(day, 0) for day in figures.days], color="#4477aa")
        panel.set_ylabel(name)
        panel.spines[["top", "right"]].set_visible(False)
    panels[-1].tick_params(axis="x", rotation=60)
    # One name in ten stays readable where there are many days.
    step = max(len(figures.days) // 10, 1)
    panels[-1].set_xticks(range(0, len(figures.days), step), figures.days[::step])
    figure.savefig(path, format="png", dpi=144)
