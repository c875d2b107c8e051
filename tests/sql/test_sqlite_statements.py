"""SQLite before 3.35, as RHEL 9 has it, knows no RETURNING: turns are saved there all the same.

And what many rows are bound by, which is no name; and which index serves, whatever SQLite believes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from plan_readers import SQLitePlans
from statement_files import samples

import agentstore
from agentstore import NewMessage, SessionNotFoundError
from agentstore.dialects.registry import load_statements
from agentstore.dialects.sqlite import repository as sqlite
from agentstore.dialects.sqlite.connection import _by_position
from agentstore.statements import Statement


@pytest.mark.parametrize("knows_returning", [True, False])
def test_turns_take_one_position_after_the_other(
    monkeypatch: pytest.MonkeyPatch, knows_returning: bool
) -> None:
    monkeypatch.setattr(sqlite, "_KNOWS_RETURNING", knows_returning)
    with agentstore.connect("sqlite://") as store:
        session_id = store.create_session()
        store.save_user_message(session_id, "0")
        store.save_messages(session_id, [NewMessage("user", "1"), NewMessage("user", "2")])
        with pytest.raises(SessionNotFoundError):
            store.save_user_message("nobody", "3")
        store.save_user_message(session_id, "3")
        history = store.get_history(session_id)
    assert [(message.position, message.content) for message in history] == [
        (position, str(position)) for position in range(4)
    ]


def test_both_statements_are_the_same_but_for_the_answer() -> None:
    statements = load_statements("sqlite")
    reserve, take = (
        statements[f"messages/{name}_positions"].render().partition("*/ ")[2]
        for name in ("reserve", "take")
    )
    assert take == f"{reserve} RETURNING next_position - :count AS first_position"


def test_values_are_bound_by_position() -> None:
    text, values_of = _by_position("VALUES (:part2, :part1, :part2)")
    assert text == "VALUES (?, ?, ?)"
    assert values_of is not None
    assert values_of({"a": "xyz", "part1": 1, "part2": 2, "more": 3}) == (2, 1, 2)


@pytest.mark.parametrize("text", ["BEGIN IMMEDIATE", "VALUES (:a)"])
def test_one_name_is_bound_as_it_is(text: str) -> None:
    assert _by_position(text) == (text, None)


def test_positions_are_those_of_the_names_and_change_no_plan(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with agentstore.connect(f"sqlite:///{file}") as store:
        store.migrate()
    with closing(sqlite3.connect(file)) as connection:
        for statement in load_statements("sqlite").values():
            values = samples(statement)
            for blocks in _few_blocks(statement):
                text = statement.render(blocks)
                positional, values_of = _by_position(text)
                if values_of is None:
                    continue
                recording = _Recording(values)
                plan = f"EXPLAIN QUERY PLAN {positional}"
                by_position = connection.execute(plan, values_of(recording)).fetchall()
                assert recording.read == statement.parameters_of(blocks), statement.name
                by_name = connection.execute(f"EXPLAIN QUERY PLAN {text}", values).fetchall()
                assert by_position == by_name, statement.name


class _Recording(dict[str, Any]):
    """Values, and the names of those that were asked for."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)


def test_no_statistics_lead_a_statement_astray(tmp_path: Path) -> None:
    """Versions of SQLite guess differently: this one believes that any index finds but a row."""
    file = tmp_path / "store.db"
    with agentstore.connect(f"sqlite:///{file}") as store:
        store.migrate()
    with closing(sqlite3.connect(file)) as connection:
        _mislead(connection)
    wrong = []
    with closing(sqlite3.connect(file)) as connection:
        reader = SQLitePlans(connection)
        for statement in load_statements("sqlite").values():
            if "none:" in statement.index:
                continue
            for blocks in _few_blocks(statement):
                plan = reader.explain(statement.render(blocks), samples(statement))
                wrong += [
                    f"{statement.name} uses {access.index} ({sorted(blocks)})"
                    for access in plan.accesses
                    if access.index not in statement.index
                ]
    assert not wrong, f"{len(wrong)} plans are wrong, the first: {wrong[0]}"


def _few_blocks(statement: Statement) -> Iterator[frozenset[str]]:
    counts = range(min(4, len(statement.blocks) + 1))
    for count in counts:
        yield from map(frozenset, combinations(statement.blocks, count))


def _mislead(connection: sqlite3.Connection) -> None:
    """Statistics of which only a primary key's look bad."""
    connection.execute("ANALYZE")
    connection.execute("DELETE FROM sqlite_stat1")
    connection.execute(
        """
        INSERT INTO sqlite_stat1 (tbl, idx, stat)
        SELECT i.tbl_name, i.name, '1000000' || replace(hex(zeroblob(count(*))), '00', ' 1')
        FROM sqlite_master AS i, pragma_index_info(i.name)
        WHERE i.type = 'index' AND i.tbl_name LIKE 'agentstore%'
        GROUP BY i.name
        """
    )
    # A table without row ids is its primary key's index.
    connection.execute(
        """
        INSERT INTO sqlite_stat1 (tbl, idx, stat)
        SELECT
            t.name, t.name,
            '1000000' || replace(hex(zeroblob(count(*) - 1)), '00', ' 1000000') || ' 1'
        FROM sqlite_master AS t, pragma_table_info(t.name) AS c
        WHERE t.type = 'table' AND t.sql LIKE '%WITHOUT ROWID%' AND c.pk > 0
        GROUP BY t.name
        """
    )
    connection.commit()
