"""JSON that nests deeper than the stack of the caller has room for."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from agentstore.records import JSONValue

T = TypeVar("T")

_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_skip_space = re.compile(r"[ \t\n\r]*").match


def on_an_empty_stack(function: Callable[[Any], T], argument: Any) -> T:
    """Call where the stack is empty: 500 levels have room there.

    Raises:
        RecursionError: even that stack is too small.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            results.append(function(argument))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    if errors:
        raise errors.pop()
    return results[0]


def load_deep(text: str) -> JSONValue:
    """The value of a JSON text, however deep it nests and wherever it is called.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return on_an_empty_stack(json.loads, text)
    except RecursionError:
        return _load_without_recursion(text)


def _load_without_recursion(text: str) -> JSONValue:
    reader = _Reader(text)
    whole: list[Any] = []
    container: Any = whole
    key = ""
    outside: list[tuple[Any, str]] = []
    while True:
        is_entered = False
        if reader.next() in ("[", "{"):
            value: Any = [] if reader.take("[{") == "[" else {}
            is_entered = reader.next() not in ("]", "}")
        else:
            value = reader.scalar()
        if isinstance(container, dict):
            container[key] = value
        else:
            container.append(value)
        if is_entered:
            outside.append((container, key))
            container = value
        elif isinstance(value, (list, dict)):
            reader.take("]" if isinstance(value, list) else "}")
        while not is_entered and container is not whole:
            if reader.take(",}" if isinstance(container, dict) else ",]") == ",":
                break
            container, key = outside.pop()
        if container is whole:
            reader.end()
            return whole[0]
        if isinstance(container, dict):
            key = reader.key()


class _Reader:
    """Reads a text's tokens."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def next(self) -> str:
        """The next character that is no space; '' at the end."""
        space = _skip_space(self._text, self._at)
        self._at = self._at if space is None else space.end()
        return self._text[self._at : self._at + 1]

    def take(self, wanted: str) -> str:
        """Go past the next character, which is one of these."""
        found = self.next()
        if not found or found not in wanted:
            raise self._wrong()
        self._at += 1
        return found

    def scalar(self) -> Any:
        """A text, a number, true, false or null."""
        try:
            value, self._at = _scan(self._text, self._at)
        except StopIteration:
            raise self._wrong() from None
        return value

    def key(self) -> str:
        """A key and its colon."""
        if self.next() != '"':
            raise self._wrong()
        key: str = self.scalar()
        self.take(":")
        return key

    def end(self) -> None:
        """Nothing but space is left."""
        if self.next():
            raise self._wrong()

    def _wrong(self) -> json.JSONDecodeError:
        return json.JSONDecodeError("no JSON", self._text, self._at)
