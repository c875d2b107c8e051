"""What commands print: tables for people, plain lines for pipes, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timezone

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from agentstore.records import JSONValue
from agentstore.transfer.json_text import encoded

_GAP = 2
_LAST_WIDTH = 16
_MIDDLE_WIDTHS = (24, 11)
"""The most that a column in the middle takes; the second in a narrow terminal, still a date."""

_JOINERS = frozenset("\u200c\u200d")
"""Not printable by themselves, but parts of emoji and of words in several scripts."""


def write_json(value: JSONValue) -> None:
    """A JSON document on a line of its own."""
    sys.stdout.flush()
    sys.stdout.buffer.write(json_line(value, for_terminal=is_terminal()))


def json_line(value: JSONValue, *, for_terminal: bool) -> bytes:
    """A JSON document and the end of its line.

    Args:
        value: the document.
        for_terminal: whether a terminal shows it: what would move its cursor, change its colours
            or turn the direction of text is escaped then. It is the same document.
    """
    line = encoded(value)
    if for_terminal:
        text = line.decode()
        if not text.isprintable():
            line = "".join(map(_json_visible, text)).encode()
    return line + b"\n"


def _json_visible(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    return json.dumps(character)[1:-1].replace("\x7f", "\\u007f")


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


def is_followed() -> bool:
    """Whether a person sees what stderr says of progress."""
    return sys.stderr.isatty()


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows under their columns: shortened to fit a terminal, whole and tab-separated in a pipe.

    Args:
        columns: their names. The first is never shortened, since it is what other commands
            take; the last has what room the others leave.
        rows: texts, as many as there are columns.
    """
    if not is_terminal():
        write_line("\t".join(columns))
        for row in rows:
            write_line("\t".join(visible(cell) for cell in row))
        return
    texts = [[Text(visible(cell)) for cell in row] for row in rows]
    widths = [
        max(len(column), *(row[number].cell_len for row in texts), 0)
        for number, column in enumerate(columns)
    ]
    terminal = Console().width
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column, width in zip(columns, _fitting(widths, terminal), strict=True):
        table.add_column(column, no_wrap=True, overflow="ellipsis", width=width)
    for texts_of_row in texts:
        table.add_row(*texts_of_row)
    # Wider than the terminal only where the first column alone fills it.
    Console(width=max(terminal, sum(widths) + _GAP * len(widths))).print(table)


def _fitting(widths: Sequence[int], terminal: int) -> list[int]:
    """Widths of columns that fit a terminal, if it is not all too narrow."""
    for most in _MIDDLE_WIDTHS:
        fitting = [widths[0], *(min(width, most) for width in widths[1:-1])]
        room = terminal - sum(fitting) - _GAP * len(fitting)
        if room >= min(widths[-1], _LAST_WIDTH):
            break
    return [*fitting, max(min(room, widths[-1]), 1)]


def visible(text: str) -> str:
    """The text on one line, with what would move a terminal's cursor or colours escaped."""
    return "".join(
        character
        if character.isprintable() or character in _JOINERS
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def counted(number: int, noun: str) -> str:
    """``1 message``, ``2 messages``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def local_time(moment: datetime) -> str:
    """A time as a person reads it on a terminal; in a pipe, ISO 8601 in UTC."""
    if is_terminal():
        # At either end of time the place's own may be out of what there are dates for.
        with suppress(OverflowError):
            moment = moment.astimezone()
        return moment.strftime("%Y-%m-%d %H:%M:%S")
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
        *columns, console=console, transient=True, disable=hidden or not is_followed()
    ) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)
