"""The policies that agentstore rls prints: a tenant's role reaches its tenant's rows alone.

What docs/security.md says of them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

import agentstore
from agentstore import NewMessage
from agentstore.cli.app import cli
from agentstore.testing import Backend
from agentstore.transfer.copying import Selection, dump_rows
from agentstore.transfer.copying.tables import TABLES

POSTGRESQL = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
TENANT = 'O\'Hara \\ "und" 日本'
PASSWORD = "of-the-test"
ROLE = f'rls "{os.getpid()}" of {os.environ.get("PYTEST_XDIST_WORKER", "main")}'
ALL_ROLE = f"{ROLE} all"


def printed(*arguments: str, url: str = "postgresql://host/db") -> str:
    result = CliRunner().invoke(cli, ["rls", *arguments], env={"DATABASE_URL": url})
    assert result.exit_code == 0, result.output
    return result.stdout


def url_of(url: str, role: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    quoted = role.replace(" ", "%20").replace('"', "%22")
    return urlunsplit(parts._replace(netloc=f"{quoted}:{PASSWORD}@{host}"))


@pytest.fixture
def tenants_url(backend: Backend, database_url: str) -> Iterator[str]:
    """The URL of the tenant's role, on a database with the policies."""
    with closing(backend.open_connection(database_url)) as admin:
        admin.autocommit = True
        for role in (ROLE, ALL_ROLE):
            create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            admin.execute(create.format(sql.Identifier(role), sql.Literal(PASSWORD)))
        try:
            for _ in range(2):  # it may be run again
                admin.execute(printed("--tenant", TENANT, "--role", ROLE))
                admin.execute(printed("--whole-store-role", "--role", ALL_ROLE))
            tables = sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}")
            admin.execute(tables.format(sql.Identifier(ALL_ROLE)))
            yield url_of(database_url, ROLE)
        finally:
            for role in (ROLE, ALL_ROLE):
                for text in ("DROP OWNED BY {}", "DROP ROLE {}"):
                    admin.execute(sql.SQL(text).format(sql.Identifier(role)))


def fill(store: agentstore.Storage, session_id: str) -> None:
    """A session with all that hangs on one."""
    store.create_session(id=session_id, metadata={"k": 1})
    calls = [{"id": f"call of {session_id}", "tool_name": "search", "arguments": {}}]
    message = NewMessage("assistant", "Hello", id=f"message of {session_id}", tool_calls=calls)
    store.save_messages(session_id, [message])
    confirmation = {"tool_name": "refund", "arguments": {}, "user_message": "Refund?"}
    store.save_pending_confirmation(session_id, confirmation)


def rows_of(store: agentstore.Storage, tenant_id: str | None = None) -> bytes:
    file = io.BytesIO()
    dump_rows(store, file, Selection(tenant_id=tenant_id))
    return file.getvalue()


@POSTGRESQL
def test_sql_by_hand_reaches_the_tenant_s_rows_alone(
    store: agentstore.Storage, tenants_url: str
) -> None:
    fill(store.scoped(tenant_id="other"), "theirs")
    store.scoped(tenant_id="other").place_hold(reason="a lawsuit", user_id="ann")
    with psycopg.connect(tenants_url, autocommit=True) as connection:
        names = ["agentstore_session_metadata", *(f"agentstore_{table.name}" for table in TABLES)]
        for name in names:
            select = sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))
            assert connection.execute(select).fetchall() == [], name
        theirs = rows_of(store)
        for text in (
            "UPDATE agentstore_sessions SET title = 'mine'",
            "UPDATE agentstore_messages SET content = 'mine'",
            "DELETE FROM agentstore_messages",
            "DELETE FROM agentstore_sessions",
        ):
            assert connection.execute(text).rowcount == 0
        for text in (
            "INSERT INTO agentstore_sessions (id, created_at, updated_at, active, next_position,"
            " metadata, tenant_id) VALUES ('new', now(), now(), true, 0, '{}', 'other')",
            "INSERT INTO agentstore_session_metadata (session_id, entry, created_at)"
            " VALUES ('theirs', '[\"k\",2]', now())",
            "INSERT INTO agentstore_adk_states (app_key, user_key, name_key, entry)"
            " VALUES ('[\"other\",\"shop\"]', '', 'x', '[]')",
            "ALTER TABLE agentstore_sessions DISABLE ROW LEVEL SECURITY",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(text)
        assert rows_of(store) == theirs


@POSTGRESQL
def test_the_library_works_as_the_tenant_s_role(
    store: agentstore.Storage, tenants_url: str
) -> None:
    fill(store.scoped(tenant_id="other"), "theirs")
    theirs = rows_of(store, "other")
    with agentstore.connect(tenants_url) as connected:
        own = connected.scoped(tenant_id=TENANT, user_id="ann")
        fill(own, "mine")
        assert own.query_sessions(metadata={"k": 1}) == connected.query_sessions()
        assert own.update_session_metadata("mine", {"k": 2})
        assert own.update_session("mine", title="x", archived=True)
        assert own.save_tool_result("call of mine", {"success": True})
        assert own.take_pending_confirmation("mine") is not None
        assert own.trash_session("mine")
        assert own.restore_session("mine")
        assert connected.get_session("theirs") is None
        with pytest.raises(agentstore.SessionExistsError):
            own.create_session(id="theirs")  # an id of a session is one in the whole table
        own.save_user_message("mine", "Hi", id="message of theirs")  # a message's is the tenant's
        hold = connected.scoped(tenant_id=TENANT).place_hold(reason="r", session_id="mine")
        with pytest.raises(agentstore.HeldError):
            own.delete_session("mine")
        assert connected.scoped(tenant_id=TENANT).release_hold(hold)
        assert own.delete_session("mine")
    assert rows_of(store, "other") == theirs


@POSTGRESQL
def test_a_hold_on_a_user_of_every_tenant_holds(
    store: agentstore.Storage, tenants_url: str
) -> None:
    store.place_hold(reason="a lawsuit", user_id="ann")
    with agentstore.connect(tenants_url) as connected:
        own = connected.scoped(tenant_id=TENANT, user_id="ann")
        fill(own, "mine")
        with pytest.raises(agentstore.HeldError):
            own.delete_session("mine")


@POSTGRESQL
@pytest.mark.usefixtures("tenants_url")
def test_the_whole_store_s_role_sees_all(store: agentstore.Storage, database_url: str) -> None:
    fill(store.scoped(tenant_id="other"), "theirs")
    with agentstore.connect(url_of(database_url, ALL_ROLE)) as whole:
        assert rows_of(whole) == rows_of(store)
        fill(whole.scoped(tenant_id=TENANT), "ours")
        assert whole.count_sessions() == 2


def test_what_cannot_be_printed() -> None:
    for arguments, url in (
        (["--role", "r"], "postgresql://host/db"),
        (["--role", "r", "--tenant", "t", "--whole-store-role"], "postgresql://host/db"),
        (["--role", "", "--tenant", "t"], "postgresql://host/db"),
        (["--role", "ü" * 24, "--tenant", "t"], "postgresql://host/db"),
        (["--role", "r\n", "--tenant", "t"], "postgresql://host/db"),
        (["--role", "r", "--tenant", " t"], "postgresql://host/db"),
        (["--role", "r", "--tenant", "t"], "sqlite://"),
    ):
        result = CliRunner().invoke(cli, ["rls", *arguments], env={"DATABASE_URL": url})
        assert result.exit_code == 2, arguments


def test_names_are_quoted() -> None:
    text = printed("--tenant", "a'b", "--role", 'r"x', "--schema", "S p", url="")
    assert "tenant_id = 'a''b'" in text
    assert 'TO "r""x"' in text
    assert 'SET LOCAL search_path = "S p", pg_catalog' in text
    assert '"s2".agentstore_sessions' in printed(
        "--whole-store-role", "--role", "r", url="postgresql://host/db?schema=s2"
    )
