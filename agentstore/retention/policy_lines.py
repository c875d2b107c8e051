"""On which line of a policy a rule or a key stands: the standard library's TOML does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from agentstore.retention.toml_text import load_toml

_STRING = r"\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'"
_LONG_STRING = r"\"\"\"(?:\\.|(?!\"\"\").)*\"{3,5}|'''(?:(?!''').)*'{3,5}"
_COMMENT = r"#[^\n]*"
_SPACE = re.compile(rf"(?:\s|{_COMMENT})*")
_HEADER = re.compile(rf"(\[\[?)((?:{_STRING}|[^\]\"'])*)\]\]?")
_KEY = re.compile(rf"((?:{_STRING}|[^=\"'])*)=")
_IN_VALUE = re.compile(rf"{_LONG_STRING}|{_STRING}|{_COMMENT}|[\[\]{{}}\n]", re.DOTALL)


class _Statement(NamedTuple):
    """A key or a table's header.

    Attributes:
        line: where it begins, from 1.
        mark: ``[`` or ``[[`` of a header; '' of a key.
        path: the key's parts.
    """

    line: int
    mark: str
    path: tuple[str, ...]


def line_of_rule(text: str, number: int) -> int | None:
    """The line of a rule's ``[[rule]]``; None where it is written in another way.

    Args:
        text: the policy, which is TOML.
        number: the rule's number, from 0.
    """
    lines = [statement.line for statement in _statements(text) if _begins_rule(statement)]
    return lines[number] if number < len(lines) else None


def line_of_key(text: str, number: int | None, key: str) -> int | None:
    """The line of a key; None where it is not found.

    Args:
        text: the policy, which is TOML.
        number: the number of the rule that has it, from 0; None for a key of the policy's own.
        key: the key.
    """
    rule = -1
    table: tuple[str, ...] = ()
    for statement in _statements(text):
        if statement.mark:
            rule += _begins_rule(statement)
            table = statement.path
            path = table
        else:
            path = (*table, *statement.path)
        if number is None and path[0] == key:
            return statement.line
        if number is not None and rule == number and path[:2] == ("rule", key):
            return statement.line
    return None


def _begins_rule(statement: _Statement) -> bool:
    return statement.mark == "[[" and statement.path == ("rule",)


def _statements(text: str) -> Iterator[_Statement]:
    line = 1
    at = _end(_SPACE.match(text))
    counted = 0
    while at < len(text):
        line += text.count("\n", counted, at)
        counted = at
        header = _HEADER.match(text, at)
        found = header or _KEY.match(text, at)
        if found is None:
            return
        mark = found[1] if header else ""
        yield _Statement(line, mark, _path(found[2] if header else found[1]))
        at = found.end() if header else _end_of_value(text, found.end())
        at = _end(_SPACE.match(text, at))


def _path(key: str) -> tuple[str, ...]:
    """The parts of a dotted key, which may be quoted."""
    parts = []
    value = load_toml(f"{key.strip()} = 0")
    while isinstance(value, dict):
        [(part, value)] = value.items()
        parts.append(part)
    return tuple(parts)


def _end_of_value(text: str, at: int) -> int:
    depth = 0
    for found in _IN_VALUE.finditer(text, at):
        if found[0] in {"[", "{"}:
            depth += 1
        elif found[0] in {"]", "}"}:
            depth -= 1
        elif found[0] == "\n" and not depth:
            return found.end()
    return len(text)


def _end(found: re.Match[str] | None) -> int:
    assert found is not None  # it matches nothing too
    return found.end()
