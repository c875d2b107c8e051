"""What lets a store be spread by session: its keys, and what a turn's statements ask for."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from statement_files import DIALECTS

import agentstore
from agentstore.dialects.registry import load_statements

PAGE = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text(encoding="utf-8")

SESSION_KEYS = {"session_id", "thread_id"}
"""A session's id by its names: a thread of LangGraph is a session."""

TURN = {
    "messages/import_turns",
    "messages/insert_message",
    "messages/insert_messages",
    "messages/reserve_positions",
    "messages/save_turn",
    "messages/save_turns",
    "messages/take_positions",
    "messages/get_history",
    "messages/get_recent_history",
    "tool_calls/insert_tool_calls",
    "tool_calls/insert_turn_tool_calls",
    "confirmations/save_pending_confirmation",
    "confirmations/take_pending_confirmation",
}
"""What saving and reading a turn sends, in one dialect or another."""


def named(heading: str) -> set[str]:
    """What a list of the page names in code, the first of each line."""
    section = PAGE.partition(f"### {heading}\n")[2].partition("\n#")[0]
    return set(re.findall(r"^- `(agentstore_[^`]+)`", section, re.MULTILINE))


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A migrated database, of which SQLite tells the keys; those of the others have the same."""
    path = tmp_path_factory.mktemp("sharding") / "store.db"
    with agentstore.connect(f"sqlite:///{path}") as store:
        store.migrate()
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def tables(schema: sqlite3.Connection) -> list[str]:
    rows = schema.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'agentstore\\_%' "
        "ESCAPE '\\' ORDER BY name"
    )
    return [name for [name] in rows]


def unique_keys(schema: sqlite3.Connection, table: str) -> Iterator[list[str]]:
    for _, index, is_unique, *_ in schema.execute(f"PRAGMA index_list({table})").fetchall():
        if is_unique:
            yield [name for _, _, name in schema.execute(f"PRAGMA index_info({index})")]


def test_keys_have_the_session_or_are_named(schema: sqlite3.Connection) -> None:
    """Citus and Vitess keep a key in one shard alone, so it has to say which."""
    without = set()
    for table in tables(schema):
        if table == "agentstore_sessions":
            assert list(unique_keys(schema, table)) == [["id"]]
        elif table not in named("Reference tables"):
            for key in unique_keys(schema, table):
                if not SESSION_KEYS & set(key):
                    without.add(f"{table}({', '.join(key)})")
    assert without == named("Keys over all shards")


def test_reference_tables_know_no_session(schema: sqlite3.Connection) -> None:
    for table in named("Reference tables"):
        for key in unique_keys(schema, table):
            assert not SESSION_KEYS & set(key), table


def test_foreign_keys_have_the_session(schema: sqlite3.Connection) -> None:
    for table in tables(schema):
        keys: dict[int, set[str]] = {}
        for number, _, _, column, *_ in schema.execute(f"PRAGMA foreign_key_list({table})"):
            keys.setdefault(number, set()).add(column)
        for columns in keys.values():
            assert SESSION_KEYS & columns, table


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_statement_of_a_turn_has_one_session(dialect: str) -> None:
    statements = load_statements(dialect)
    sent = TURN & set(statements)
    assert len(sent) > len(TURN) / 2
    for name in sent:
        assert "session_id" in statements[name].parameters, name
