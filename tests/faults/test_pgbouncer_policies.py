"""Row-level security through PgBouncer: what docs/security.md says of poolers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from pgbouncer import SERVER_CONNECTIONS, PgBouncer, PgBouncerBackend
from psycopg import sql
from test_row_level_security import PASSWORD, printed

import agentstore
from agentstore import ConfigurationError
from agentstore.testing import ServerAddress

MODES = ["session", "transaction"]
TENANTS = ["acme", "umbrella"]
APPLICATION = f"application of {os.getpid()}"
TURNS = 20


@pytest.fixture(scope="module", params=MODES)
def pooler(request: pytest.FixtureRequest, postgres_server: ServerAddress) -> Iterator[PgBouncer]:
    running = PgBouncer(postgres_server, request.param)
    with running:
        yield running


@pytest.fixture(scope="module")
def url(postgres_server: ServerAddress, pooler: PgBouncer) -> Iterator[str]:
    """A database whose tenants have a role each, and the application one that may become either."""
    backend = PgBouncerBackend(postgres_server, pooler)
    url = backend.migrated_database()
    roles = [*map(role_of, TENANTS), APPLICATION]
    with closing(psycopg.connect(pooler.around(url), autocommit=True)) as owner:
        for role in roles:
            create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            owner.execute(create.format(sql.Identifier(role), sql.Literal(PASSWORD)))
            pooler.admit(role, PASSWORD)
        for tenant in TENANTS:
            owner.execute(printed("--tenant", tenant, "--role", role_of(tenant)))
            grant = sql.SQL("GRANT {} TO {}")
            owner.execute(
                grant.format(sql.Identifier(role_of(tenant)), sql.Identifier(APPLICATION))
            )
        owner.execute(printed("--whole-store-role", "--role", APPLICATION))
        tables = sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}")
        owner.execute(tables.format(sql.Identifier(APPLICATION)))
        yield url
        for role in roles:
            owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    backend.drop_database(url)
    backend.close()


@pytest.fixture
def _said(url: str, pooler: PgBouncer) -> Iterator[None]:
    """Each tenant has a session."""
    with agentstore.connect(pooler.around(url)) as store:
        for tenant in TENANTS:
            store.create_session(id=f"of {tenant}", tenant_id=tenant)
        yield
        for session in list(store.iter_sessions()):
            store.delete_session(session.id)


def role_of(tenant: str) -> str:
    """Roles are the whole server's, which others may use meanwhile."""
    return f"{tenant} of {os.getpid()}"


def as_role(url: str, role: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{PASSWORD}@{place}"))


def seen_by(connection: psycopg.Connection) -> set[str]:
    rows = connection.execute("SELECT tenant_id FROM agentstore_sessions").fetchall()
    return {row[0] for row in rows}


@pytest.mark.usefixtures("_said")
def test_who_logs_in_as_the_tenant_s_role_keeps_to_it(url: str) -> None:
    """In both modes, also while the other tenant's clients come and go."""

    def work(tenant: str) -> None:
        for turn in range(TURNS):
            with agentstore.connect(as_role(url, role_of(tenant)), pool_size=1) as store:
                assert {session.tenant_id for session in store.iter_sessions()} == {tenant}
                own = store.scoped(tenant_id=tenant)
                with store.transaction():
                    session = own.create_session(id=f"{turn} of {tenant}")
                    own.save_user_message(session, "Hello")
                assert store.get_message_count(session) == 1

    with ThreadPoolExecutor(len(TENANTS)) as threads:
        for done in [threads.submit(work, tenant) for tenant in TENANTS]:
            done.result()


@pytest.mark.usefixtures("_said")
def test_a_role_that_is_set_stays_in_transaction_mode(url: str, pooler: PgBouncer) -> None:
    """For whoever comes next; in session mode the connection is reset between clients."""
    application = as_role(url, APPLICATION)
    for _ in range(SERVER_CONNECTIONS):
        with closing(psycopg.connect(application, autocommit=True)) as connection:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role_of("acme"))))
            assert seen_by(connection) == {"acme"}
    with closing(psycopg.connect(application, autocommit=True)) as next_one:
        stays = pooler._pool_mode == "transaction"
        assert seen_by(next_one) == ({"acme"} if stays else set(TENANTS))
        next_one.execute("RESET ROLE")


@pytest.mark.usefixtures("_said")
def test_a_role_for_a_transaction_ends_with_it(url: str) -> None:
    """What an application with one login does: SET LOCAL ROLE, and bind."""
    with closing(psycopg.connect(as_role(url, APPLICATION), prepare_threshold=None)) as connection:
        for tenant in TENANTS:
            with connection.transaction():
                role = sql.Identifier(role_of(tenant))
                connection.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
                bound = agentstore.bind(connection)
                assert [session.tenant_id for session in bound.iter_sessions()] == [tenant]
                bound.scoped(tenant_id=tenant).save_user_message(f"of {tenant}", "Hello")
                assert bound.get_session(f"of {TENANTS[tenant == TENANTS[0]]}") is None
        with connection.transaction():
            assert seen_by(connection) == set(TENANTS)


def test_a_role_in_the_url_s_options_is_refused(url: str, pooler: PgBouncer) -> None:
    """It is a startup parameter, which PgBouncer does not hand on: nobody gets another's."""
    options = "-c role=" + role_of("acme").replace(" ", "\\ ")
    asked = as_role(url, APPLICATION) + f"?options={quote(options)}"
    with agentstore.connect(pooler.around(asked)) as direct:
        direct.ping()
    with agentstore.connect(asked) as store, pytest.raises(ConfigurationError):
        store.ping()
