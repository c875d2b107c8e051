"""The loader of the SQL files: what it sends, and what it refuses to load."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentstore import ConfigurationError
from agentstore.dialects.registry import load_statements
from agentstore.statements import Statement, StatementLibrary, parse

HEADER = (
    "-- Find things.\n-- More of it.\n-- Runs: often\n-- Index: things_pkey\n"
    "-- Rows: at most :limit\n-- Returns: many\n"
)
BODY = """SELECT t.id
FROM things AS t
WHERE
    t.name LIKE '%--/*;' -- not a comment of ours
"""
GOOD = (
    HEADER
    + """SELECT t.id, '100%' AS share
FROM things AS t
-- a comment of ours
WHERE
    t.name = /* :name */ 'it''s'
-- @if size
    AND t.size > /* :size */ -1.5
-- @end
-- @if kind
    AND t.kind = /*:kind*/NULL
-- @end
LIMIT /* :limit */ 10;
"""
)


def read(tmp_path: Path, text: str, paramstyle: str = "named") -> Statement:
    path = tmp_path / "find.sql"
    path.write_text(text, encoding="utf-8")
    return parse(path, "things/find", paramstyle)


def test_the_header_is_read(tmp_path: Path) -> None:
    statement = read(tmp_path, GOOD)
    assert statement.purpose == "Find things. More of it."
    assert (statement.runs, statement.index, statement.returns) == ("often", "things_pkey", "many")
    assert statement.rows == "at most :limit"
    assert statement.blocks == ("size", "kind")
    assert statement.parameters == {"name", "size", "kind", "limit"}
    assert statement.parameters_of(frozenset({"size"})) == {"name", "size", "limit"}


def test_blocks_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    statement = read(tmp_path, GOOD)
    assert statement.render() == (
        "SELECT /* agentstore things/find */ t.id, '100%' AS share FROM things AS t "
        "WHERE t.name = :name LIMIT :limit"
    )
    assert statement.render(frozenset({"size"})).endswith("AND t.size > :size LIMIT :limit")


def test_each_driver_gets_its_placeholders(tmp_path: Path) -> None:
    text = read(tmp_path, GOOD, "pyformat").render(frozenset({"size", "kind"}))
    assert "'100%%' AS share" in text
    assert "t.name = %(name)s AND t.size > %(size)s AND t.kind = %(kind)s" in text


def test_an_unknown_block_is_loud(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="colour"):
        read(tmp_path, GOOD).render(frozenset({"colour"}))


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (BODY + ";", "header"),
        (HEADER.replace("-- Index: things_pkey\n", "") + "SELECT 1;", "header"),
        (HEADER.replace("many", "some") + "SELECT 1;", "Returns"),
        (HEADER, "end in ;"),
        (HEADER + "SELECT 1", "end in ;"),
        (HEADER + ";", "no statement"),
        (HEADER + "SELECT 1; SELECT 2;", "';'"),
        (HEADER + "SELECT /* hint */ 1;", "'/\\*'"),
        (HEADER + "SELECT /* :name */ name;", "'/\\*'"),
        (HEADER + "SELECT /* :name */ 'back\\slash';", "'/\\*'"),
        (HEADER + "SELECT 1 -- one\n;", "'--'"),
        (HEADER + "-- @if a\nSELECT 1;", "has no end"),
        (HEADER + "SELECT 1\n-- @end\n;", "@end"),
        (HEADER + "SELECT\n-- @if a\n-- @if b\n1\n-- @end\n-- @end\n;", "@if b"),
        (HEADER + "SELECT\n-- @if a or b\n1\n-- @end\n;", "@if a or b"),
    ],
)
def test_what_breaks_the_grammar_is_not_loaded(tmp_path: Path, text: str, about: str) -> None:
    with pytest.raises(ConfigurationError, match=about) as caught:
        read(tmp_path, text)
    assert "find.sql" in str(caught.value)


def test_an_empty_folder_is_not_a_library(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        StatementLibrary(tmp_path, paramstyle="named")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_the_savepoint_is_numbered(dialect: str) -> None:
    statement = load_statements(dialect)["transactions/savepoint"]
    assert "agentstore_savepoint_12" in statement.numbered(12)
    assert statement.numbered(1) == statement.render()
