"""Files of conversations: a JSON list, or JSON lines, read one line at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from agentstore.errors import InvalidInputError
from agentstore.records import JSONValue
from agentstore.transfer.json_text import parse

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Item:
    """One conversation as it stands in a file.

    Attributes:
        value: the parsed JSON, None where it could not be parsed.
        error: why not, else None.
        line: the line it is on, counted from 1; None in a JSON list.
        bytes_read: how much of the file was read so far.
    """

    value: JSONValue
    error: str | None
    line: int | None
    bytes_read: int


def read_items(file: BinaryIO) -> Iterator[Item]:
    """The conversations of a file, in order; after one with an error there are no more.

    A file whose first line is JSON by itself, with more lines behind it, is JSON lines: only one
    line is held in memory. Any other file is read whole: a list of conversations, or one alone.

    Raises:
        InvalidInputError: a file of the latter kind is not JSON.
    """
    lines = _Lines(file)
    first = lines.next()
    if first is None:
        return
    number, line = first
    value, error = _parse(line)
    second = lines.next() if error is None else None
    if second is None:
        text = line if error is None else line + file.read()
        yield from _read_whole(text, number)
        return
    yield Item(value, None, number, lines.bytes_read)
    following: tuple[int, bytes] | None = second
    while following is not None and error is None:
        number, line = following
        value, error = _parse(line)
        yield Item(value, error, number, lines.bytes_read)
        following = lines.next()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of ``path`` at the end, or leaves it as it was.

    What is no regular file (a pipe, /dev/stdout) is written as it is.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


class _Lines:
    """The lines of a file that are not blank, with their numbers."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = iter(file)
        self._number = 0
        self.bytes_read = 0

    def next(self) -> tuple[int, bytes] | None:
        for line in self._lines:
            self._number += 1
            self.bytes_read += len(line)
            text = line.removeprefix(_BYTE_ORDER_MARK) if self._number == 1 else line
            if text.strip():
                return self._number, text
        return None


def _parse(text: bytes) -> tuple[JSONValue, str | None]:
    """The value of a line, and what is wrong with it."""
    try:
        return parse(text.decode()), None
    except UnicodeDecodeError as exc:
        return None, f"not UTF-8 (column {exc.start + 1})"
    except json.JSONDecodeError as exc:
        return None, f"not JSON ({exc.msg}, column {exc.colno})"
    except ValueError as exc:
        return None, str(exc)


def _read_whole(text: bytes, first_line: int) -> Iterator[Item]:
    try:
        value = parse(text.decode())
    except json.JSONDecodeError as exc:
        line = first_line - 1 + exc.lineno
        problem = f"not JSON ({exc.msg}, line {line}, column {exc.colno})"
        raise InvalidInputError(f"the file is {problem}") from exc
    except UnicodeDecodeError as exc:
        raise InvalidInputError(f"the file is not UTF-8 (byte {exc.start + 1})") from exc
    except ValueError as exc:
        raise InvalidInputError(f"the file cannot be read: {exc}") from exc
    if not _is_list_of_conversations(value):
        yield Item(value, None, first_line, len(text))
        return
    for number, item in enumerate(value, 1):
        yield Item(item, None, None, len(text) * number // len(value))


def _is_list_of_conversations(value: JSONValue) -> bool:
    """Whether a JSON document holds conversations, rather than being one: messages have roles."""
    return isinstance(value, list) and not (
        value and all(isinstance(item, dict) and "role" in item for item in value)
    )
