"""PostgreSQL: statements find what pg_catalog has, whatever others may have made in the schema.

A role that may create in the schema can make an operator or a function of a name that a statement
has, for the very types of its operands; it would run with the application's rights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, product
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

import agentstore
from agentstore.assets import sql_path
from agentstore.dialects.postgresql.exchange import _numbered
from agentstore.dialects.registry import load_statements
from agentstore.statements import Statement, StatementLibrary

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)

FOREIGN = [sql_path("prisma/postgresql"), sql_path("movers/postgresql")]
"""What reads other programs' tables."""

LIBRARIES = {
    "ours": load_statements("postgresql"),
    "of import-prisma": StatementLibrary(sql_path("prisma/postgresql"), paramstyle="pyformat"),
}
OPERATORS = ("=", "<>", "<", ">", "<=", ">=", "||", "+", "-", "*", "~~", "->", "->>", "&")
TYPES = (
    *("varchar", "text", "bpchar", "varchar[]", "text[]", "json", "int", "smallint", "bigint"),
    *("numeric", "bytea", "timestamp"),
)
PRISMA = """
    CREATE TABLE agent_sessions (
        id text PRIMARY KEY, "createdAt" timestamp, "updatedAt" timestamp, active boolean,
        metadata jsonb
    );
    CREATE TABLE agent_messages (
        id text PRIMARY KEY, "sessionId" text, role text, content text, timestamp timestamp,
        "responseType" text, metadata jsonb
    );
    CREATE TABLE agent_tool_calls (
        id text PRIMARY KEY, "messageId" text, "toolName" text, arguments jsonb, result jsonb,
        timestamp timestamp
    );
    CREATE TABLE agent_pending_confirmations (
        id text PRIMARY KEY, "sessionId" text, "toolName" text, arguments jsonb, "userMessage" text,
        timestamp timestamp
    )
"""
"""The tables of the TypeScript original."""

_WORDS = """
    and any array as cast coalesce conflict except exists extract filter from greatest in interval
    into least not nullif operator or over row select then values where with
"""
SYNTAX = frozenset(_WORDS.split())
"""What stands before a parenthesis and is no function that is looked up."""


def variants(statement: Statement) -> Iterator[str]:
    blocks = sorted(statement.blocks)
    for chosen in {frozenset(), frozenset(blocks), *(frozenset({block}) for block in blocks)}:
        yield statement.render(chosen)


def prepare(connection: psycopg.Connection[Any], text: str) -> str:
    """What the server says when it parses a text; '' where it is right."""
    query, _ = _numbered(text)
    result = connection.pgconn.prepare(b"", query)
    return result.error_message.decode() if result.status == 7 else ""


def has_several_arguments(text: str) -> bool:
    depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0 or (character == "," and depth == 0):
            return depth == 0
    return False


FUNCTIONS = sorted(
    {
        name
        for library in LIBRARIES.values()
        for statement in library.values()
        for name in re.findall(
            r"pg_catalog\.(\w+)\(", statement.render(frozenset(statement.blocks))
        )
    }
)
"""What our statements call."""


@pytest.fixture
def evil_url(database_url: str) -> Iterator[str]:
    """A migrated database in whose schema a role has made operators and functions for our types.

    The role may create in the schema, as everybody may before PostgreSQL 15, and has no other
    right. What it makes gives points, which no statement can use: where one is found, the
    statement is refused.
    """
    role = sql.Identifier(f"evil_{urlsplit(database_url).path[1:]}")
    gives_points = "RETURNS point LANGUAGE sql AS 'SELECT point(0, 0)'"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(PRISMA)
        connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        connection.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(role))
        connection.execute(sql.SQL("SET ROLE {}").format(role))
        for number, (name, left, right) in enumerate(product(OPERATORS, TYPES, TYPES)):
            function = sql.Identifier(f"evil_{number}")
            connection.execute(
                sql.SQL(f"CREATE FUNCTION {{}}({{}}, {{}}) {gives_points}").format(
                    function, sql.SQL(left), sql.SQL(right)
                )
            )
            connection.execute(
                sql.SQL("CREATE OPERATOR {} (LEFTARG = {}, RIGHTARG = {}, FUNCTION = {})").format(
                    sql.SQL(name), sql.SQL(left), sql.SQL(right), function
                )
            )
        for name, argument in product(FUNCTIONS, TYPES):
            connection.execute(
                sql.SQL(f"CREATE FUNCTION public.{{}}({{}}) {gives_points}").format(
                    sql.Identifier(name), sql.SQL(argument)
                )
            )
    yield database_url
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.mark.parametrize("is_set", [True, False], ids=["ours", "the caller's"])
def test_no_operator_of_another_is_found(database_url: str, evil_url: str, *, is_set: bool) -> None:
    """In any statement, with the search_path of our connections and with the default one."""
    path = "pg_catalog, public, pg_temp" if is_set else '"$user", public'
    found = []
    with psycopg.connect(evil_url, autocommit=True) as connection:
        connection.execute("SELECT set_config('search_path', %s, false)", [path])
        assert "point" in prepare(connection, "SELECT 1 WHERE 'a'::varchar = 'b'::varchar")
        assert "point" in prepare(connection, "SELECT 1 WHERE round('1'::varchar) > 0")
        for library in LIBRARIES.values():
            for name, statement in library.items():
                found += [
                    f"{name}: {error}"
                    for text in variants(statement)
                    if (error := prepare(connection, text))
                ]
    assert found == [], "\n".join(found)


def test_every_function_is_named_with_its_schema(backend: Any) -> None:
    """A function for the very types of its arguments would be found before pg_catalog's."""
    bare = []
    for path in sorted(
        chain(*(folder.rglob("*.sql") for folder in [*FOREIGN, sql_path("postgresql")]))
    ):
        text = re.sub(r"--.*|/\*.*?\*/|'(?:[^']|'')*'", "", path.read_text(encoding="utf-8"))
        bare += [
            f"{path.name}: {match[1]}"
            for match in re.finditer(r"(?<![.\w])(\w+)\(", text)
            if match[1].lower() not in SYNTAX
            # Of several arrays it is syntax, and always PostgreSQL's own.
            and not (match[1] == "unnest" and has_several_arguments(text[match.end() :]))
        ]
    assert bare == []


def test_every_operator_on_tables_of_others_is_named_with_its_schema(backend: Any) -> None:
    """Their tables' types are not ours to know, so that each operator may meet another's."""
    bare = []
    for path in sorted(chain(*(folder.rglob("*.sql") for folder in FOREIGN))):
        text = re.sub(r"--.*|/\*.*?\*/|'(?:[^']|'')*'", "", path.read_text(encoding="utf-8"))
        text = re.sub(r"OPERATOR \(pg_catalog\.[^)]+\)|\(\*\)|::|-(?=\d)", "", text)
        bare += [f"{path.name}: {match[0]}" for match in re.finditer(r"[-+*/<>=~!@#%^&|`?]+", text)]
    assert bare == []


def test_a_whole_store_runs_nothing_of_another(database_url: str) -> None:
    """An operator that does its work, and takes note of who ran it."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE ran (who text)")
        connection.execute(
            "CREATE FUNCTION evil(varchar, varchar) RETURNS boolean LANGUAGE sql AS "
            "'INSERT INTO ran SELECT current_user; SELECT $1::text = $2::text'"
        )
        connection.execute(
            "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = evil)"
        )
        connection.execute(
            "CREATE FUNCTION unnest(text[]) RETURNS SETOF text LANGUAGE sql AS "
            "'INSERT INTO ran SELECT current_user; SELECT pg_catalog.unnest($1)'"
        )
        with agentstore.connect(database_url) as store:
            session_id = store.create_session(metadata={"user_id": "123"}, system_message="x")
            store.save_user_message(session_id, "hello", id="own")
            store.save_assistant_message(
                session_id,
                {"type": "t", "message": "m", "tool_calls": [{"tool_name": "f", "arguments": 1}]},
            )
            store.update_session_metadata(session_id, {"user_id": "124"})
            assert len(store.get_history(session_id)) == 3
            assert store.query_sessions(metadata={"user_id": "124"})
            assert store.query_tool_calls(session_id=session_id)
            assert store.delete_session(session_id)
        assert connection.execute("SELECT * FROM ran").fetchall() == []
        connection.execute("SELECT 1 WHERE 'a'::varchar = 'b'::varchar")
        assert connection.execute("SELECT * FROM ran").fetchall() != []


def test_a_temporary_table_is_found_last(database_url: str) -> None:
    """One that stands before ours only where a caller's own connection has it."""
    with agentstore.connect(database_url, pool_size=1) as store:
        session_id = store.create_session()
        with store.transaction():
            store._repository.executor.write(
                lambda connection: connection.driver_connection.pgconn.exec_(
                    b"CREATE TEMPORARY TABLE agentstore_sessions (id text)"
                )
            )
            assert store.get_session(session_id) is not None


@pytest.mark.parametrize("query", ["", "schema=sch%22ema"])
def test_the_path_of_a_connection(database_url: str, query: str) -> None:
    """pg_catalog first, pg_temp last."""
    separator = "&" if "?" in database_url else "?"
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute('CREATE SCHEMA "sch""ema"')
    with agentstore.connect(f"{database_url}{separator}{query}") as store:
        store.migrate()
        path = store._repository.executor.read(
            lambda connection: connection.driver_connection.pgconn.exec_(b"SHOW search_path")
        ).get_value(0, 0)
        assert path.startswith(b"pg_catalog, ")
        assert path.endswith(b", pg_temp")
        assert (b'"sch""ema"' in path) is bool(query)
        assert store.create_session()
