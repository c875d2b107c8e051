"""The GRANTs of docs/sql-review.md are enough, and none of them is too many."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pymysql
import pytest
from backends import BACKENDS
from plan_readers import MySQLPlans, PlanReader, PostgreSQLPlans
from role_databases import APPLICATION, DIALECTS, MIGRATIONS, RoleBackend
from schema_databases import SchemaDatabase
from sql_review_facts import LOCK_READERS
from statement_access import in_order, privileges
from statement_files import samples

import agentstore
from agentstore.dialects.registry import load_statements
from agentstore.retention.rules import RetentionRule
from agentstore.statements import Statement
from agentstore.testing.suite import TestStateful  # noqa: F401 - run by the application's role

_GRANT = re.compile(r"GRANT (?P<privileges>[A-Z, ]+) ON (?P<object>.+) TO (?P<role>\S+);")
_DENIALS = frozenset({1044, 1045, 1142, 1143})


@pytest.fixture(scope="module", params=list(DIALECTS))
def backend(request: pytest.FixtureRequest) -> Iterator[RoleBackend]:
    """Stores are the application role's, and databases are migrated by the migrations' role."""
    made = RoleBackend(BACKENDS[request.param](request))
    yield made
    made.close()


def _is_denial(error: BaseException | None) -> bool:
    if isinstance(error, pymysql.err.OperationalError):
        return error.args[0] in _DENIALS
    return isinstance(error, psycopg.errors.InsufficientPrivilege) or (
        isinstance(error, psycopg.OperationalError) and "permission denied" in str(error)
    )


def _single_grants(backend: RoleBackend, url: str, role: str) -> list[tuple[str, str, str]]:
    """Each privilege that a role is granted: what, on what, to whom."""
    found = []
    for grant in backend.grants(url):
        match = _GRANT.fullmatch(grant)
        assert match, grant
        if role in match["role"]:
            found += [(what, match["object"], match["role"]) for what in match[1].split(", ")]
    assert found
    return found


def test_every_statement_runs(backend: RoleBackend, database_url: str) -> None:
    with (
        closing(backend.open_connection(database_url)) as connection,
        closing(backend.open_connection(backend.url_of(database_url, ""))) as observer,
    ):
        reader = LOCK_READERS[backend.dialect](connection, observer)
        for statement in load_statements(backend.dialect).values():
            if statement.rows:
                reader.locks(statement)


def test_the_whole_interface_works(database_url: str, store: agentstore.Storage) -> None:
    assert f"//{APPLICATION}_" in database_url
    session_id = store.create_session(metadata={"user_id": "1"}, system_message="Be kind.")
    store.update_session(session_id, title="A refund", archived=True, pinned=True)
    store.reassign_session(session_id, user_id="ann")
    assert store.assign_sessions(tenant_id="acme") == 1
    assert store.fill() == 0
    assert store.scoped(tenant_id="acme").query_sessions() == store.page_sessions().items
    assert store.page_messages().items == store.query_messages()
    assert store.trash_session(session_id)
    assert store.restore_session(session_id)
    assert store.get_or_create_session(session_id) == store.get_session(session_id)
    store.update_session_metadata(session_id, {"plan": "pro"}, remove=["user_id"])
    message_id = store.save_user_message(session_id, "Hello", id="own")
    assert store.save_user_message(session_id, "Hello", id="own") == message_id
    calls = [{"tool_name": "search", "arguments": {}}, {"tool_name": "refund", "arguments": {}}]
    answer_id = store.save_assistant_message(
        session_id, {"type": "execute", "message": "Done.", "tool_calls": calls}
    )
    store.save_system_message(session_id, "Be brief.")
    store.save_tool_message(session_id, "Found.")
    store.save_messages(session_id, [agentstore.NewMessage("user", str(n)) for n in range(9)])
    call, other = store.get_tool_calls_for_message(answer_id)
    store.save_tool_result(call.id, {"success": True})
    assert store.query_tool_calls(session_id=session_id, pending=True) == [other]
    assert len(store.query_tool_calls()) == 2
    assert len(store.get_history(session_id)) == store.get_message_count(session_id) == 14
    assert len(store.get_history(session_id, limit=3)) == 3
    message = store.get_message(message_id)
    assert message is not None
    assert message.content == "Hello"
    assert len(store.query_messages(role="user")) == store.count_messages(role="user") == 10
    assert len(list(store.iter_messages(session_id=session_id))) == 14
    assert store.query_sessions(metadata={"plan": "pro"}) == list(store.iter_sessions())
    assert store.count_sessions(metadata={"plan": "pro"}) == store.count_sessions() == 1
    store.save_pending_confirmation(
        session_id, {"tool_name": "refund", "arguments": {}, "user_message": "Refund it?"}
    )
    assert store.get_pending_confirmation(session_id) == store.take_pending_confirmation(session_id)
    store.clear_pending_confirmation(session_id)
    with store.transaction(), store.transaction():
        store.delete_message(message_id)
    store.delete_session_messages(session_id)
    store.close_session(session_id)
    store.reopen_session(session_id)
    store.close_session(session_id)
    store.ping()
    assert not store.schema_status().pending
    assert store.delete_sessions(updated_before=datetime(9999, 1, 1, tzinfo=timezone.utc)) == 1
    store.delete_session(store.create_session())
    assert store.erase_message(store.save_user_message(store.create_session(user_id="ann"), "hi"))
    _hold_and_erase(store)


def _hold_and_erase(store: agentstore.Storage) -> None:
    hold_id = store.place_hold(reason="a lawsuit", user_id="ann")
    assert [hold.id for hold in store.query_holds()] == [hold_id]
    assert store.release_hold(hold_id)
    assert store.erase_user("ann") == store.query_erasure_receipts()[0]
    rules = (
        RetentionRule("bin", "delete", timedelta(), state="trashed"),
        RetentionRule("pro", "keep", entries=frozenset({'["plan","pro"]'})),
        RetentionRule("rest", "trash", timedelta()),
    )
    policy = agentstore.RetentionPolicy(rules)
    store.create_session()
    assert store.plan_retention(policy).rules[2].sessions == 1
    assert store.apply_retention(policy).rules[2].sessions == 1
    assert store.apply_retention(policy).rules[0].sessions == 1


def test_without_adapters_the_first_part_is_enough(backend: RoleBackend) -> None:
    url = backend.new_database()
    with agentstore.connect(backend.url_of(url, MIGRATIONS)) as store:
        store.migrate()
    backend.grant_application(url, only_first_part=True)
    with agentstore.connect(url) as store:
        test_the_whole_interface_works(url, store)
    backend.drop_database(url)


def test_the_whole_interface_is_called_above() -> None:
    walk = inspect.getsource(test_the_whole_interface_works) + inspect.getsource(_hold_and_erase)
    methods = {
        name for name in dir(agentstore.Storage) if callable(getattr(agentstore.Storage, name))
    }
    called = set(re.findall(r"store\.(\w+)\(", walk))
    assert {name for name in methods if not name.startswith("_")} - called == {
        "close",
        "disconnect",
        "extension",
        "migrate",
        "run_in_transaction",
        "stats",
    }


def test_the_application_cannot_make_a_table(backend: RoleBackend, database_url: str) -> None:
    with closing(backend.open_connection(database_url)) as connection:
        for ddl in ("CREATE TABLE t (i int)", "DROP TABLE agentstore_messages"):
            with pytest.raises((psycopg.Error, pymysql.Error)) as caught:
                connection.cursor().execute(ddl)
            assert _is_denial(caught.value)
            connection.rollback()


def test_each_grant_of_the_application_is_needed(backend: RoleBackend, database_url: str) -> None:
    statements = [s for s in load_statements(backend.dialect).values() if s.rows]
    with closing(backend.open_connection(database_url)) as connection:
        reader: PlanReader
        if backend.dialect == "postgresql":
            connection.autocommit = True
            reader = PostgreSQLPlans(connection)
        else:
            reader = MySQLPlans(connection)
        for what, where, whom in _single_grants(backend, database_url, APPLICATION):
            if what in ("CONNECT", "USAGE"):
                continue
            table = re.split(r"[.`]", where)[-1]
            backend.run(database_url, f"REVOKE {what} ON {where} FROM {whom}")
            denied = [
                statement.name
                for statement in statements
                if what in privileges(statement).get(table, ()) and _is_denied(reader, statement)
            ]
            assert denied, f"{what} on {table} is not needed"
            backend.run(database_url, f"GRANT {what} ON {where} TO {whom}")


def test_a_statement_needs_what_the_document_says_of_it(
    backend: RoleBackend, database_url: str
) -> None:
    if backend.dialect == "mysql":
        return  # MariaDB and MySQL differ in what a lock takes
    statements = [s for s in load_statements(backend.dialect).values() if s.rows]
    [role] = {whom for _, _, whom in _single_grants(backend, database_url, APPLICATION)}
    with (
        closing(backend.open_connection(database_url)) as connection,
        closing(backend.open_connection(backend.url_of(database_url, ""))) as administrator,
    ):
        connection.autocommit = administrator.autocommit = True
        reader = PostgreSQLPlans(connection)
        for statement in statements:
            revoke = f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
            administrator.execute(revoke.encode())
            for table, some in privileges(statement).items():
                grant = f"GRANT {in_order(some)} ON {table} TO {role}"
                administrator.execute(grant.encode())
            assert not _is_denied(reader, statement), statement.name


def _is_denied(reader: PlanReader, statement: Statement) -> bool:
    """Whether a privilege is missing to explain a statement, which takes what running it does."""
    blocks = frozenset(statement.blocks)
    taken = statement.parameters_of(blocks)
    values = {name: value for name, value in samples(statement).items() if name in taken}
    try:
        reader.explain(statement.render(blocks), values)
    except (psycopg.Error, pymysql.Error) as error:
        if not _is_denial(error):
            raise
        return True
    return False


def _migrate_by_role(backend: RoleBackend, url: str) -> None:
    """Migrate, and find nothing to do, as at the next deployment."""
    for _ in range(2):
        with agentstore.connect(backend.url_of(url, MIGRATIONS)) as store:
            store.migrate()


def test_each_grant_of_the_migrations_is_needed(backend: RoleBackend) -> None:
    url = backend.new_database()
    wanted = _single_grants(backend, url, MIGRATIONS)
    for place, (what, where, _) in enumerate(wanted):
        if what == "CREATE" and "_" in where.rpartition(".")[2] and backend.dialect == "mysql":
            # MySQL grants nothing on a table to come without it.
            continue
        if what == "ALTER" and "agentstore_sessions" not in where:
            # Migration 0018 alters all tables alike.
            continue
        url = backend.new_database()
        what, where, whom = _single_grants(backend, url, MIGRATIONS)[place]  # noqa: PLW2901
        backend.run(url, f"REVOKE {what} ON {where} FROM {whom}")
        with pytest.raises(agentstore.StorageError) as caught:  # noqa: PT012 - which one matters
            _migrate_by_role(backend, url)
            pytest.fail(f"{what} on {where} is not needed")
        cause = caught.value.__cause__
        # Without USAGE PostgreSQL says that there is no schema.
        assert _is_denial(cause) or isinstance(cause, psycopg.errors.InvalidSchemaName), cause


@pytest.mark.parametrize("role", [APPLICATION, MIGRATIONS])
def test_without_connect_and_usage_nothing_goes(backend: RoleBackend, role: str) -> None:
    if backend.dialect == "mysql":
        return
    for what in ("CONNECT", "USAGE"):
        url = backend.migrated_database()
        [(_, where, whom)] = [g for g in _single_grants(backend, url, role) if g[0] == what]
        backend.run(url, f"REVOKE {what} ON {where} FROM {whom}")
        with (
            pytest.raises(agentstore.StorageError),
            agentstore.connect(backend.url_of(url, role)) as store,
        ):
            store.query_sessions()


def test_yoyo_applies_and_rolls_back(backend: RoleBackend) -> None:
    url = backend.new_database()
    database = SchemaDatabase(backend.url_of(url, MIGRATIONS))
    scheme = "mariadb" if backend.dialect == "mysql" else "postgresql+psycopg"
    with database.start_yoyo("apply", scheme=scheme) as process:
        output, _ = process.communicate()
        assert process.returncode == 0, output
    assert database.applied() == database.names
    backend.grant_rollback(url)
    with database.start_yoyo("rollback", "--all", scheme=scheme) as process:
        output, _ = process.communicate()
        assert process.returncode == 0, output
    assert database.applied() == []


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach; pytest's own are closed to all but one."""
    with TemporaryDirectory(prefix="agentstore-rights-") as name:
        yield Path(name)


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "call", "is_allowed"),
    [
        (0o777, 0o666, "save_user_message('s1', 'Hello')", True),
        (0o777, 0o444, "save_user_message('s1', 'Hello')", False),
        (0o555, 0o666, "save_user_message('s1', 'Hello')", False),
        (0o555, 0o666, "get_history('s1')", True),
    ],
)
def test_sqlite_needs_the_file_and_its_folder(
    open_folder: Path, folder_mode: int, file_mode: int, call: str, is_allowed: bool
) -> None:
    url, file = f"sqlite:///{open_folder}/s.db", open_folder / "s.db"
    with agentstore.connect(url) as store:
        store.migrate()
        store.create_session(id="s1")
    open_folder.chmod(folder_mode)
    file.chmod(file_mode)
    try:
        run = subprocess.run(
            [sys.executable, "-c", _CALL.format(call), url],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        open_folder.chmod(0o700)
    assert (run.returncode, run.stderr[:8]) == ((0, "") if is_allowed else (1, "refused:"))


# By nobody, where we are root, whom no mode holds up.
_CALL = """
import os, sys
import agentstore
import agentstore.dialects.sqlite.repository  # before the rights to read it are gone
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
try:
    with agentstore.connect(sys.argv[1]) as store:
        store.{}
except agentstore.StorageError as error:
    sys.exit("refused: " + str(error))
"""
