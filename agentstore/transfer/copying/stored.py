"""The rows of a store's tables, read and written by the statements in ``sql/DIALECT/copies``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agentstore.model.metadata_index import metadata_entries
from agentstore.model.values import load_json
from agentstore.statements import NO_BLOCKS
from agentstore.storage import Storage
from agentstore.transfer.copying.tables import (
    SESSIONS,
    TEXT,
    TIME,
    Key,
    Table,
    Values,
)
from agentstore.transfer.copying.values import read_row, write_row

METADATA_INDEX = Table(
    "session_metadata", {"session_id": TEXT, "entry": TEXT, "created_at": TIME}, key_length=2
)
"""Made anew of the sessions' metadata, so that it is the target's own, of whatever version."""


class StoredRows:
    """A store's tables, as a copy sees them.

    Args:
        store: the store.

    Raises:
        ConfigurationError: its dialect does not have the statements.
    """

    def __init__(self, store: Storage) -> None:
        self._extension = store.extension("copies")

    def read_after(self, table: Table, after: Key, limit: int) -> list[Values]:
        """The next rows in the order of the key.

        Args:
            table: the table.
            after: the key of the row before.
            limit: how many at most.
        """
        parameters = {f"after_{name}": value for name, value in zip(table.key, after, strict=True)}
        rows = self._extension.read(f"read_{table.name}", {**parameters, "limit": limit})
        return [read_row(table, row) for row in rows]

    def count(self) -> int:
        """How many rows all tables have; all of them are counted."""
        return sum(int(row[0]) for row in self._extension.read("count_rows", {}))

    def find(
        self, table: Table, keys: Sequence[Key], blocks: frozenset[str] = NO_BLOCKS
    ) -> dict[Key, Values]:
        """Those rows that have some keys, by key, in the order of the keys.

        Args:
            table: the table.
            keys: the keys.
            blocks: the table's ``source_blocks``, for what a copy takes.
        """
        if not keys:
            return {}
        text = json.dumps(keys, ensure_ascii=False, separators=(",", ":"))
        found = {}
        for row in self._extension.read(f"find_{table.name}", {"keys": text}, blocks):
            values = read_row(table, row)
            found[table.key_of(values)] = values
        return {key: found[key] for key in keys if key in found}

    def insert(
        self,
        table: Table,
        rows: Sequence[Values],
        named: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Store rows; of sessions, with the index of their metadata. For a transaction().

        Args:
            table: the table.
            rows: the rows.
            named: what `named` makes of them, where that was done before.

        Raises:
            DatabaseError: a row of that key is there.
        """
        self.insert_named(table, self.named(table, rows) if named is None else named)
        if table is SESSIONS:
            entries = [entry for row in rows for entry in _entries(row)]
            self.insert_named(METADATA_INDEX, self.named(METADATA_INDEX, entries))

    def named(self, table: Table, rows: Sequence[Values]) -> list[dict[str, Any]]:
        """Rows as parameters, by column; the database is not asked for anything."""
        time = self._extension.time
        return [write_row(table, row, time) for row in rows]

    def insert_named(self, table: Table, named: Sequence[Mapping[str, Any]]) -> None:
        """Store rows that are parameters already, by column, as `values.write_row` makes them.

        Raises:
            DatabaseError: a row of that key is there.
        """
        if not named:
            return
        if self._extension.has(f"put_{table.name}"):
            columns = {f"{name}_list": [row[name] for row in named] for name in table.columns}
            self._extension.write([self._extension.step(f"put_{table.name}", columns)])
            return
        self._extension.write([self._extension.step(f"insert_{table.name}", named)])


def _entries(session: Values) -> Iterator[Values]:
    """What a session is found by, as rows of the index."""
    named = SESSIONS.named(session)
    for entry in metadata_entries(load_json(str(named["metadata"]))):
        yield (named["id"], entry, named["created_at"])
