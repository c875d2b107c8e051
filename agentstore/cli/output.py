"""What commands print: tables for people, plain lines for pipes, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from agentstore.records import JSONValue
from agentstore.transfer.json_text import compact

_JOINERS = frozenset("\u200c\u200d")
"""Not printable by themselves, but parts of emoji and of words in several scripts."""


def write_json(value: JSONValue) -> None:
    """A JSON document on a line of its own."""
    text = compact(value)
    try:
        line = text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        line = text.encode("ascii", "backslashreplace")
    write_bytes(line + b"\n")


def write_bytes(line: bytes) -> None:
    """Bytes as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(line)


def write_line(text: str) -> None:
    """A line of text that the terminal or the pipe can take."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding))


def note(text: str) -> None:
    """A line for the person at the terminal, on stderr, out of the data's way."""
    click.echo(text, err=True)


def is_terminal() -> bool:
    """Whether a person reads stdout."""
    return sys.stdout.isatty()


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows under their columns: shortened to fit a terminal, whole and tab-separated in a pipe.

    Args:
        columns: their names; the last one is the one that is shortened.
        rows: texts, as many as there are columns.
    """
    if not is_terminal():
        write_line("\t".join(columns))
        for row in rows:
            write_line("\t".join(visible(cell) for cell in row))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns[:-1]:
        table.add_column(column, no_wrap=True)
    table.add_column(columns[-1], no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    Console().print(table)


def visible(text: str) -> str:
    """The text on one line, with what would move a terminal's cursor or colours escaped."""
    return "".join(
        character
        if character.isprintable() or character in _JOINERS
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def local_time(moment: datetime) -> str:
    """A time as a person reads it on a terminal; in a pipe, ISO 8601 in UTC."""
    if is_terminal():
        return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return moment.astimezone(timezone.utc).isoformat()


@contextmanager
def progress_bar(
    what: str, total: int | None, *, hidden: bool = False
) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, only where that is a terminal.

    Args:
        what: what is being done.
        total: how much there is to do; None where nobody knows.
        hidden: show none, whatever stderr is.

    Yields:
        A function that takes how much is done by now.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=hidden or not sys.stderr.isatty()
    ) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)
