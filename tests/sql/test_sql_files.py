"""The three folders of statements, and of migrations, say the same thing; nothing drifts apart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from statement_files import DIALECTS, EXPLAINED, samples

import agentstore
from agentstore.assets import migrations_path
from agentstore.connections import Connection
from agentstore.dialects.registry import load_statements
from agentstore.schema.files import migration_names
from agentstore.statements import Statement
from agentstore.transfer.copying.stored import METADATA_INDEX
from agentstore.transfer.copying.tables import TABLES

CHECKOUT = Path(__file__).parents[2]
LIBRARIES = {dialect: load_statements(dialect) for dialect in DIALECTS}
NAMES = sorted(set().union(*LIBRARIES.values()))
SHARED = [name for name in NAMES if all(name in library for library in LIBRARIES.values())]
READING = [
    name
    for name in SHARED
    if name.partition("/")[0] in EXPLAINED
    and LIBRARIES["sqlite"][name].render().startswith("SELECT")
]
SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (CHECKOUT / "agentstore").rglob("*.py")
    if "testing" not in path.parts
)
OF_NO_SESSION = ("agentstore_adk", "agentstore_hold", "agentstore_erasure")
"""Tables that are not sharded by session, and whose indexes may serve what is yet to come."""
TABLE_STATEMENTS = sorted(
    {path.name for d in DIALECTS for path in migrations_path(d).glob("*.sql")}
)


def versions(name: str) -> list[Statement]:
    return [library[name] for library in LIBRARIES.values() if name in library]


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_is_in_every_dialect_or_says_why_not(name: str) -> None:
    found = versions(name)
    if len(found) < len(DIALECTS):
        assert all(statement.differs for statement in found)


@pytest.mark.parametrize("name", SHARED)
def test_shared_statements_take_and_return_the_same(name: str) -> None:
    first, *others = versions(name)
    for other in others:
        assert other.parameters == first.parameters
        assert sorted(other.blocks) == sorted(first.blocks)
        assert other.returns == first.returns
        for block in first.blocks:
            assert other.parameters_of(frozenset({block})) == first.parameters_of(
                frozenset({block})
            )


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_of_the_header_are_bounded_by_its_parameters(name: str) -> None:
    rows = {statement.rows for statement in versions(name)}
    assert len(rows) == 1
    for statement in versions(name):
        assert set(re.findall(r":([a-z_]+)", statement.rows)) <= statement.parameters
        if not name.startswith(("connection/", "transactions/")):
            assert statement.rows


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_of_a_page_count_what_a_scope_leaves_out(name: str) -> None:
    for statement in versions(name):
        is_page = re.match(r"reads at most :limit(?! \w+ of :(session|thread)_id)", statement.rows)
        if is_page and "scope" in statement.blocks:
            assert re.search(r"\b(scope|filters|another)\b", statement.rows), statement.path


def test_every_file_is_used_and_every_name_is_a_file() -> None:
    used = set(re.findall(r"\"([a-z_]+/[a-z_]+)\"", SOURCE))
    # Names that are put together of a method's name and an order.
    for folder, stem in re.findall(r"f\"([a-z_]+)/\{name\}(_\{page\.order\})?\"", SOURCE):
        for base in re.findall(r"\"((?:query|count)_[a-z_]+)\"", SOURCE):
            used |= {f"{folder}/{base}{order}" for order in (("_asc", "_desc") if stem else ("",))}
    # Those of an extension stand in the module that opens it, without their folder; or in the
    # package of the folder's name.
    for path in (CHECKOUT / "agentstore").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        folders = re.findall(r"\.extension\(\"([a-z_]+)\"\)", text)
        if path.parent.name in folders:
            text = "\n".join(each.read_text(encoding="utf-8") for each in path.parent.glob("*.py"))
        for folder in folders:
            used |= {f"{folder}/{name}" for name in re.findall(r"\"([a-z_]+)\"", text)}
    used |= {name for name in NAMES if "/delete_of_sessions" in name}
    # A copy has the same statements for each table that it describes.
    for table in (*TABLES, METADATA_INDEX):
        used |= {f"copies/{verb}_{table.name}" for verb in ("read", "find", "insert", "put")}
    by_files = (
        "/find_sessions_to_make",
        "/find_copies",
        "/count_of_sessions",
        "/bytes_of_sessions",
        "_of_user",
    )
    used |= {name for name in NAMES if name.endswith(by_files)}
    assert set(NAMES) <= used
    ours = {name.partition("/")[0] for name in NAMES} - {"schema"}
    literal = set(re.findall(r"\"([a-z_]+/[a-z_]+)\"", SOURCE))
    assert {name for name in literal if name.partition("/")[0] in ours} <= set(NAMES)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_pairs_differ_in_their_direction_only(dialect: str) -> None:
    library = LIBRARIES[dialect]
    pairs = [name for name in library if name.endswith("_asc")]
    assert pairs
    for name in pairs:
        rising, falling = library[name], library[name.removesuffix("asc") + "desc"]
        every = frozenset(rising.blocks)
        turned = rising.render(every).replace(name, falling.name)
        straight = falling.render(frozenset(falling.blocks))
        direction = re.compile(" (ASC|DESC)|[<>]")
        assert direction.sub("", turned) == direction.sub("", straight)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_count_filters_as_its_query_does(dialect: str) -> None:
    library = LIBRARIES[dialect]
    for count, query in (
        ("sessions/count_sessions", "sessions/query_sessions_asc"),
        ("sessions/count_sessions_by_metadata", "sessions/query_sessions_by_metadata_asc"),
        ("messages/count_messages", "messages/query_messages_asc"),
        ("messages/count_messages_in_session", "messages/query_messages_in_session_asc"),
    ):
        assert set(library[count].blocks) == set(library[query].blocks) - {"after_key"}


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
def test_texts_are_short_enough_for_the_driver_to_keep(dialect: str) -> None:
    for statement in LIBRARIES[dialect].values():
        text = statement.render(frozenset(statement.blocks))
        # psycopg caches no longer ones, and none of more parameters (facts.md).
        assert len(text.encode()) <= 4096, statement.name
        assert text.count("%(") <= 50, statement.name


def written_columns(name: str) -> list[str]:
    """The result columns that a statement's file for SQLite names."""
    text = re.sub(r"/\*.*?\*/", "", LIBRARIES["sqlite"][name].render())
    while "(" in text:
        text = re.sub(r"\([^()]*\)", "", text)
    listed = text.partition("SELECT ")[2].partition(" FROM ")[0]
    return [re.split(r"[ .]", item.strip())[-1] for item in listed.split(",")]


@pytest.mark.parametrize("name", READING)
def test_results_have_the_columns_that_are_written(name: str, store: agentstore.Storage) -> None:
    statement = LIBRARIES[store.dialect][name]
    blocks = frozenset(statement.blocks)
    taken = statement.parameters_of(blocks)
    parameters = {key: value for key, value in samples(statement).items() if key in taken}

    def columns(connection: Connection) -> list[str]:
        cursor = connection.driver_connection.cursor()
        cursor.execute(statement.render(blocks), parameters)
        names = [column[0] for column in cursor.description]
        cursor.fetchall()
        cursor.close()
        return names

    assert store._repository.executor.read(columns) == written_columns(name)


def test_the_indexes_of_the_headers_exist(store: agentstore.Storage) -> None:
    library = LIBRARIES[store.dialect]
    ddl = "\n".join(
        path.read_text(encoding="utf-8") for path in migrations_path(store.dialect).glob("*.sql")
    )
    for statement in library.values():
        for name in re.findall(r"\bagentstore_\w+", statement.index):
            assert re.search(rf"\b{name}\b", ddl), (statement.name, name)
        if not statement.name.startswith(("connection/", "transactions/", "schema/")):
            assert "agentstore_" in statement.index or statement.index.startswith("none:")


def test_migrations_are_the_same_in_each_dialect() -> None:
    for dialect in DIALECTS:
        names = {path.name for path in migrations_path(dialect).glob("*.sql")}
        assert names == set(TABLE_STATEMENTS)
        for name in names:
            assert name.endswith(".rollback.sql") or f"{name[:-4]}.rollback.sql" in names
            assert re.match(r"\d{4}_[a-z_]+(\.rollback)?\.sql", name)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tables_are_ours_and_foreign_ones_are_not_overlooked(dialect: str) -> None:
    for path in migrations_path(dialect).glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        assert "IF NOT EXISTS" not in text.upper()
        assert all(
            table.startswith("agentstore_")
            for table in re.findall(r"(?:CREATE|DROP|ALTER) TABLE (\w+)", text)
        )


def test_mysql_states_what_a_server_might_have_otherwise() -> None:
    for path in migrations_path("mysql").glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("-- transactional: false\n")
        if "CREATE TABLE" in text:
            assert "ENGINE = InnoDB" in text
            assert "CHARACTER SET utf8mb4" in text
            assert f"COMMENT = 'agentstore {path.name[:4]}" in text
            assert re.search(r"COLLATE (utf8mb4_bin|binary)", text)


def test_postgresql_can_be_sharded_by_session() -> None:
    for path in migrations_path("postgresql").glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        shard = "id" if "CREATE TABLE agentstore_sessions " in text else "session_id|thread_id"
        for columns in re.findall(r"(?:PRIMARY KEY|UNIQUE) \(([^)]*)\)", text):
            if not any(table in text for table in OF_NO_SESSION):
                assert re.search(rf"\b({shard})\b", columns), (path.name, columns)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_index_serves_a_statement(dialect: str) -> None:
    named = set(
        re.findall(r"\bagentstore_\w+", " ".join(s.index for s in LIBRARIES[dialect].values()))
    )
    there: dict[str, str] = {}
    for name in migration_names(migrations_path(dialect)):
        text = (migrations_path(dialect) / f"{name}.sql").read_text(encoding="utf-8")
        for verb, index in re.findall(
            r"\b(CREATE |ADD |DROP )?(?:INDEX|KEY) (agentstore_\w+)", text
        ):
            there.pop(index, None)
            if verb != "DROP " and not any(table in text for table in OF_NO_SESSION):
                there[index] = name
    assert {index: name for index, name in there.items() if index not in named} == {}


@pytest.mark.parametrize("backend", ["sqlite-file", "postgresql"], indirect=True)
def test_an_index_leads_each_foreign_key(store: agentstore.Storage, driver_connection: Any) -> None:
    """Else a delete reads the whole table behind it. (InnoDB itself insists on an index.)"""
    if store.dialect == "postgresql":
        keys = driver_connection.execute(
            "SELECT conrelid::regclass::text, conkey FROM pg_constraint WHERE contype = 'f'"
        ).fetchall()
        indexes = driver_connection.execute(
            "SELECT indrelid::regclass::text, indkey::int2[] FROM pg_index"
        ).fetchall()
        # An int2vector counts from 0; as a list it is one all the same.
        leading = [(table, list(columns)) for table, columns in indexes]
    else:
        keys, leading = [], []
        tables = driver_connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            references: dict[int, list[str]] = {}
            for row in driver_connection.execute(f"PRAGMA foreign_key_list({table})"):
                references.setdefault(row[0], []).append(row[3])
            keys += [(table, columns) for columns in references.values()]
            for row in driver_connection.execute(f"PRAGMA index_list({table})").fetchall():
                info = driver_connection.execute(f"PRAGMA index_info({row[1]})").fetchall()
                leading.append((table, [column[2] for column in info]))
    assert len(keys) >= 4
    for table, columns in keys:
        assert any(
            table == other and index[: len(columns)] == columns for other, index in leading
        ), (table, columns)
