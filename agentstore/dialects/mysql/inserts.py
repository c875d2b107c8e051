"""An INSERT of one row, for many rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from agentstore.dialects.mysql.packets import SURELY_SHORT
from agentstore.engine.batch import Parameters

_CHARACTERS_AN_INSERT = SURELY_SHORT - 10_000
"""What goes in one insert of many rows: whatever the characters, every server takes it."""

_INSERT_OF_ROWS = re.compile(
    r"(?P<head>.+?\bVALUES )(?P<row>\((?:[^()]|\([^()]*\))*\))(?P<tail>.*)",
    re.IGNORECASE | re.DOTALL,
)


@cache
def many_rows(text: str) -> tuple[str, str, str]:
    """An INSERT … VALUES around its row, which may then be there many times."""
    insert = _INSERT_OF_ROWS.fullmatch(text)
    if insert is None:
        raise ValueError(f"this is no INSERT of rows: {text}")
    head, row, tail = insert.groups()
    return head % (), row, tail % ()


def inserts_of(
    text: str, parameters: Sequence[Parameters], bound: Callable[[str, Parameters], str]
) -> Iterator[str]:
    """An INSERT of one row as inserts of many: as few as every server takes.

    Args:
        text: the INSERT.
        parameters: those of each row.
        bound: puts the values in a row's text.
    """
    head, row, tail = many_rows(text)
    rows: list[str] = []
    size = 0
    for values in parameters:
        bound_row = bound(row, values)
        if rows and size + len(bound_row) > _CHARACTERS_AN_INSERT:
            yield f"{head}{','.join(rows)}{tail}"
            rows, size = [], 0
        rows.append(bound_row)
        size += len(bound_row)
    if rows:
        yield f"{head}{','.join(rows)}{tail}"
