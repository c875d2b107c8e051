"""Files of conversations: JSON lines, a JSON list, or values behind each other, read one by one."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from agentstore.errors import InvalidInputError
from agentstore.records import JSONValue
from agentstore.transfer.json_values import JSONValues, Value
from agentstore.transfer.sources import Source
from agentstore.transfer.text_stream import TextStream


@dataclass(frozen=True)
class Item:
    """One conversation, or part of one, as it stands in a file.

    Attributes:
        value: the parsed JSON, None where it could not be parsed.
        error: why not, else None.
        line: the line it begins on, counted from 1.
        bytes_read: how much of all files was read so far.
        source: the file's name, empty where there is only one.
        sequence: the same for items that may be parts of one conversation.
    """

    value: JSONValue
    error: str | None
    line: int | None
    bytes_read: int
    source: str = ""
    sequence: tuple[str, int] = ("", 0)


def read_items(file: BinaryIO) -> Iterator[Item]:
    """What is in a file, in order: the items of a list, and other values as they are.

    A list of nothing is nothing where it is alone, and else a conversation without messages.
    """
    yield from _items(Source("", file, lambda: _position(file)))


def read_sources(
    sources: Iterable[Source], empty: Callable[[str], None] = lambda name: None
) -> Iterator[Item]:
    """What is in files; of one that cannot be read, an item that says why.

    Args:
        sources: the files.
        empty: called with the name of each file that has nothing in it.
    """
    for source in sources:
        yield from _items_or_error(source, empty)


def _items_or_error(source: Source, empty: Callable[[str], None]) -> Iterator[Item]:
    has_items = False
    try:
        for item in _items(source):
            has_items = True
            yield item
    except InvalidInputError as exc:
        yield Item(None, str(exc), None, source.position(), source.name)
    else:
        if not has_items:
            empty(source.name)


def _items(source: Source) -> Iterator[Item]:
    values = iter(JSONValues(TextStream(source.file)))
    alone = next(values, None)
    if alone is None:
        return
    if alone.is_list:
        second = next(values, None)
        if second is None:
            return
        yield _item(source, alone)
        alone = second
    yield _item(source, alone)
    for value in values:
        yield _item(source, value)


def _item(source: Source, value: Value) -> Item:
    sequence = (source.name, value.sequence)
    return Item(value.value, value.error, value.line, source.position(), source.name, sequence)


def _position(file: BinaryIO) -> int:
    try:
        return file.tell()
    except OSError:
        return 0


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of ``path`` at the end, or leaves it as it was.

    What is no regular file (a pipe, /dev/stdout) is written as it is. A new file is its owner's
    alone (mode 0600) from its first byte; the mode of one that is replaced stays.
    """
    # Asked of the path itself: a pipe in /dev/fd is a link to what no path leads to.
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    target = Path(os.path.realpath(path))
    # Made anew, under a name that nobody can foresee, and never what a link leads to.
    descriptor, temporary = tempfile.mkstemp(".tmp", f".{target.name[:100]}.", target.parent)
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
