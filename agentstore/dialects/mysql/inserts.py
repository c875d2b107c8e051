"""An INSERT of one row, for many rows."""

from __future__ import annotations

import re
from functools import cache

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
