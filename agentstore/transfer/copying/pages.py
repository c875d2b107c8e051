"""What travels: pages of rows, what has become of them, and checksums of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from agentstore.transfer.copying.tables import Key, Table, Values
from agentstore.transfer.copying.values import canonical, size_of

ROWS = 2000
CHARACTERS = 1_000_000
"""What a page has at most: it is written in one transaction. One long row is a page by itself."""

_BITS = 256


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a table."""

    table: Table
    rows: list[Values]


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not taken, or is not the same on both sides.

    Attributes:
        table: the table's name.
        key: the row's key.
        reason: what is the matter.
    """

    table: str
    key: Key
    reason: str

    def __str__(self) -> str:
        return f"{self.table} {'/'.join(map(str, self.key))}: {self.reason}"


@dataclass(slots=True)
class Checksum:
    """Of rows in whatever order: how many they are, and the sum of their digests.

    Two stores list their rows in orders of their own, so the order must not count.
    """

    count: int = 0
    total: int = 0

    def add(self, table: Table, rows: Iterable[Values]) -> None:
        """Take in some rows of a table."""
        for row in rows:
            digest = hashlib.sha256(canonical(table, row)).digest()
            self.total = (self.total + int.from_bytes(digest, "big")) % (1 << _BITS)
            self.count += 1

    def merge(self, other: Checksum) -> None:
        """Take in rows that another checksum is of."""
        self.total = (self.total + other.total) % (1 << _BITS)
        self.count += other.count

    @property
    def text(self) -> str:
        """The sum, in hexadecimal."""
        return f"{self.total:064x}"


@dataclass(slots=True)
class TableReport:
    """What has become of a table's rows.

    Attributes:
        read: what was read of the source.
        found: those of them that are in the target in the end, as they are there.
        stored: how many were stored now.
        present: how many were there already, and equal.
        refused: how many were not taken: another row is there, or its session was not taken.
    """

    read: Checksum = field(default_factory=Checksum)
    found: Checksum = field(default_factory=Checksum)
    stored: int = 0
    present: int = 0
    refused: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether all that was read is in the target, and equal."""
        return self.read == self.found


Reports = dict[str, TableReport]
"""Reports by the tables' names."""


def paged(table: Table, rows: Iterable[Values]) -> Iterator[Page]:
    """Rows in pages that are each small enough for one transaction."""
    page: list[Values] = []
    size = 0
    for row in rows:
        size_of_row = size_of(row)
        if page and (len(page) == ROWS or size + size_of_row > CHARACTERS):
            yield Page(table, page)
            page, size = [], 0
        page.append(row)
        size += size_of_row
    if page:
        yield Page(table, page)
