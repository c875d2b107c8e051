"""The JSON values of a text, one after the other, in memory that holds one of them.

A text is one value, or several behind each other: on lines of their own, or as pretty as they like.
Lists at the top are gone into, so that a list of a million conversations is no longer than one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentstore.records import JSONValue
from agentstore.transfer.json_text import DECODER, LENIENT_DECODER, problem_of
from agentstore.transfer.text_stream import TextStream

_BLANKS = re.compile(r"[ \t\r\n\x1e]*")
_NEXT_VALUE = re.compile(r"\n(?=[\[{])")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")

_MARGIN = 16
"""An error so close to the end of what was read may be none, once more is read."""


@dataclass(frozen=True)
class Value:
    """A value as it stands in a text.

    Attributes:
        value: what it is, None where it could not be read.
        error: why not, else None.
        line: the line it begins on, counted from 1.
        sequence: the same for the values of one list, and for those that are in none.
        is_list: whether it is a whole list at the top, which is so of an empty one only.
    """

    value: JSONValue
    error: str | None
    line: int
    sequence: int
    is_list: bool = False


class _Broken(Exception):
    """A value that could not be read; ``can_go_on`` says whether its end is known."""

    def __init__(self, message: str, can_go_on: bool) -> None:
        super().__init__(message)
        self.can_go_on = can_go_on


class JSONValues:
    """The values of a text."""

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._text = ""
        self._at = 0
        self._line = 1
        self._column = 0
        """How many characters of the line were dropped in front of the text."""
        self._is_whole = False
        self._lists = 0

    def __iter__(self) -> Iterator[Value]:
        while self._skip_blanks():
            if self._text[self._at] == "[":
                yield from self._list()
                continue
            line = self._line
            value, error, _ = self._read()
            yield Value(value, error, line, 0)
            if error is not None:
                self._skip_broken()

    def _list(self) -> Iterator[Value]:
        """The items of a list; where one of them is broken, those that begin a line behind it."""
        self._lists += 1
        sequence, first_line = self._lists, self._line
        self._move(self._at + 1)
        is_first = True
        while True:
            if not self._skip_blanks():
                yield Value(None, "not JSON (the list has no end)", self._line, sequence)
                return
            mark = self._text[self._at]
            if mark == "]":
                self._move(self._at + 1)
                if is_first:
                    yield Value([], None, first_line, sequence, is_list=True)
                return
            if not is_first and mark == ",":
                self._move(self._at + 1)
                self._skip_blanks()
            elif not is_first:
                yield Value(None, self._expected(","), self._line, sequence)
                self._skip_broken()
                return
            is_first = False
            line = self._line
            value, error, can_go_on = self._read()
            yield Value(value, error, line, sequence)
            if not can_go_on:
                self._skip_broken()
                if line == first_line:
                    return
                is_first = True

    def _read(self) -> tuple[JSONValue, str | None, bool]:
        """The value that begins here, what is wrong with it, and whether it is behind us."""
        try:
            value, end = self._decode(DECODER)
            if self._stream.is_damaged:
                self._refuse_damage(end)
        except _Broken as exc:
            return None, str(exc), exc.can_go_on
        self._move(end)
        return value, None, True

    def _decode(self, decoder: json.JSONDecoder) -> tuple[JSONValue, int]:
        """The value that begins here, and where it ends; more is read while there is no end.

        What is read doubles each time, so that all attempts together take no longer than two.
        """
        has_line = False
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as exc:
                unfinished = exc.msg.startswith("Unterminated string")
                if not self._is_whole and (unfinished or exc.pos >= len(self._text) - _MARGIN):
                    has_line = self._read_more(has_line)
                    continue
                if self._stream.is_damaged:
                    self._refuse_damage(exc.pos + 1)
                raise _Broken(self._not_json(exc), False) from exc
            except RecursionError as exc:
                raise _Broken("nested too deeply", False) from exc
            except ValueError:
                return self._refuse()
            # A number may go on.
            if end == len(self._text) and not self._is_whole and isinstance(value, (int, float)):
                has_line = self._read_more(has_line)
                continue
            return value, end

    def _refuse(self) -> tuple[JSONValue, int]:
        """Say what is wrong with a value that is JSON to others, and go behind it."""
        value, end = self._decode(LENIENT_DECODER)
        self._move(end)
        raise _Broken(problem_of(value), True)

    def _refuse_damage(self, end: int) -> None:
        found = _ESCAPED_BYTE.search(self._text, self._at, end)
        if found is not None:
            raise _Broken(f"not UTF-8 (column {self._column_of(found.start())})", False)

    def _not_json(self, exc: json.JSONDecodeError) -> str:
        lines = self._text.count("\n", self._at, exc.pos)
        where = f"column {self._column_of(exc.pos)}"
        if lines:
            where = f"line {self._line + lines}, {where}"
        return f"not JSON ({exc.msg}, {where})"

    def _expected(self, mark: str) -> str:
        return f"not JSON (Expecting '{mark}' delimiter, column {self._column_of(self._at)})"

    def _column_of(self, position: int) -> int:
        line_start = self._text.rfind("\n", 0, position) + 1
        return position - line_start + 1 + (self._column if line_start == 0 else 0)

    def _skip_blanks(self) -> bool:
        """Go to the next value; False where there is none."""
        while True:
            found = _BLANKS.match(self._text, self._at)
            assert found is not None
            self._move(found.end())
            if self._at < len(self._text):
                return True
            if self._is_whole:
                return False
            self._read_more(True)

    def _skip_broken(self) -> None:
        """Go to the next line that begins like a value."""
        while True:
            found = _NEXT_VALUE.search(self._text, self._at)
            if found is not None:
                self._move(found.end())
                return
            # The last character may be the end of the line before it.
            self._move(max(self._at, len(self._text) - 1))
            if self._is_whole:
                self._move(len(self._text))
                return
            self._read_more(True)

    def _move(self, position: int) -> None:
        self._line += self._text.count("\n", self._at, position)
        self._at = position

    def _read_more(self, has_line: bool) -> bool:
        """Read as much again as there is; at first, no more than to the end of a line.

        Returns:
            Whether the end of a line has come by now: what a pipe has may be all for a while.
        """
        line_start = self._text.rfind("\n", 0, self._at) + 1
        self._column = self._at - line_start + (self._column if line_start == 0 else 0)
        pieces = [self._text[self._at :]]
        self._at = 0
        least = size = len(pieces[0])
        while size < 2 * least or size == least:
            piece = self._stream.read()
            if piece is None:
                self._is_whole = True
                break
            pieces.append(piece)
            size += len(piece)
            if not has_line and "\n" in piece:
                has_line = True
                break
            if least == 0 and piece:
                break
        self._text = "".join(pieces)
        return has_line
