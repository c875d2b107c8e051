"""PgBouncer in transaction mode: a plain URL works, and nothing reaches the next client."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from pgbouncer import SERVER_CONNECTIONS, PgBouncer
from settling import Account
from standby import KillableServer
from writers import LONG, Writers

import agentstore
from agentstore import ConfigurationError, Storage, TransactionConflictError
from agentstore.dialects.postgresql.connection import PostgreSQLConnection
from agentstore.dialects.postgresql.repository import PostgreSQLRepository

THREADS = 16
DEATHS = 20 if LONG else 3
TURNS_BETWEEN = 200 if LONG else 100

_numbers = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[KillableServer]:
    running = KillableServer()
    with running:
        yield running
        running.kill9()  # quicker than a clean end


@pytest.fixture(scope="module")
def pgbouncer(server: KillableServer) -> Iterator[PgBouncer]:
    running = PgBouncer(server.address)
    with running:
        yield running


@pytest.fixture
def empty_url(pgbouncer: PgBouncer) -> str:
    """The URL of an empty database, through PgBouncer."""
    name = f"fault_{next(_numbers)}"
    pgbouncer.create_database(name)
    return pgbouncer.url(name)


@pytest.fixture
def url(empty_url: str, pgbouncer: PgBouncer) -> str:
    """The URL of a migrated database, through PgBouncer."""
    migrate(pgbouncer, empty_url)
    return empty_url


def migrate(pgbouncer: PgBouncer, url: str) -> None:
    """Migrate over a direct connection."""
    with agentstore.connect(pgbouncer.around(url)) as direct:
        direct.migrate()


@contextmanager
def every_server_connection(url: str) -> Iterator[list[psycopg.Connection]]:
    """Connections of another client's, in transactions that take each server connection."""
    with ExitStack() as stack:
        clients = [
            stack.enter_context(psycopg.connect(url, prepare_threshold=None))
            for _ in range(SERVER_CONNECTIONS)
        ]
        backends = {client.execute("SELECT pg_backend_pid()").fetchone() for client in clients}
        assert len(backends) == SERVER_CONNECTIONS
        yield clients


def prepared_statements(url: str) -> int:
    """How many statements are prepared on the server connections together."""
    counted = 0
    with every_server_connection(url) as clients:
        for client in clients:
            [count] = client.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() or [
                0
            ]
            counted += count
    return counted


def settings(client: psycopg.Connection) -> dict[str, str]:
    """All settings that a client finds, but the name that PgBouncer itself passes on."""
    found: dict[str, str] = dict(client.execute("SELECT name, setting FROM pg_settings").fetchall())
    del found["application_name"]
    return found


def use(store: Storage) -> None:
    """Make each kind of use of a store, often enough for psycopg to prepare it."""
    for _ in range(8):
        session_id = store.create_session(metadata={"user": "ann"}, system_message="s")
        store.save_user_message(session_id, "q")
        calls = [{"tool_name": "t", "arguments": {}}]
        store.save_assistant_message(session_id, {"type": "x", "message": "a", "tool_calls": calls})
        store.update_session_metadata(session_id, {"more": 1})
        with store.transaction():
            store.save_user_message(session_id, "q")
            with pytest.raises(agentstore.SessionNotFoundError):
                store.save_user_message("nobody", "q")
        assert [message.content for message in store.get_history(session_id)] == [
            "s",
            "q",
            "a",
            "q",
        ]
        store.query_sessions(metadata={"user": "ann"})
        with pytest.raises(agentstore.SessionExistsError):
            store.create_session(id=session_id)
        store.close_session(session_id)
    store.ping()


class TestSharedConnections:
    def test_no_statement_is_prepared(self, url: str, connect: Callable[..., Storage]) -> None:
        use(connect(url))
        assert prepared_statements(url) == 0

    @pytest.mark.parametrize("schema", ["", "?schema=conversations"])
    def test_nothing_is_left_for_the_next_client(
        self,
        empty_url: str,
        pgbouncer: PgBouncer,
        connect: Callable[..., Storage],
        schema: str,
    ) -> None:
        migrate(pgbouncer, empty_url + schema)
        use(connect(empty_url + schema, statement_timeout=7))
        with psycopg.connect(pgbouncer.around(empty_url)) as fresh:
            wanted = settings(fresh)
        with every_server_connection(empty_url) as clients:
            for client in clients:
                assert settings(client).items() ^ wanted.items() == set()

    def test_stores_of_two_schemas(
        self,
        empty_url: str,
        pgbouncer: PgBouncer,
        connect: Callable[..., Storage],
        account: Account,
    ) -> None:
        stores = []
        for schema in ("odd%20%22name%22", "other"):
            migrate(pgbouncer, f"{empty_url}?schema={schema}")
            stores.append(connect(f"{empty_url}?schema={schema}", pool_size=4))
            stores[-1].create_session(id="s")
        with (
            Writers(stores[:1], ["s"], threads=4) as odd,
            Writers(stores[1:], ["s"], threads=4) as other,
        ):
            odd.wait_for(100)
            other.wait_for(100)
        odd.settle(stores[0], account, "pgbouncer")
        other.settle(stores[1], account, "pgbouncer")

    def test_a_parameter_that_it_refuses(self, url: str, connect: Callable[..., Storage]) -> None:
        store = connect(f"{url}?options=-c%20statement_timeout%3D1000")
        with pytest.raises(ConfigurationError, match="options"):
            store.ping()

    def test_migrating_through_it(self, empty_url: str, connect: Callable[..., Storage]) -> None:
        # A direct connection is better: this takes two of the pool's, for as long as it runs.
        store = connect(empty_url)
        assert store.migrate()
        assert store.migrate() == []
        use(store)


class TestUndetected:
    """A pooler that looks like the server itself, and refuses what was prepared elsewhere."""

    @pytest.fixture(autouse=True)
    def refusals(self, monkeypatch: pytest.MonkeyPatch) -> list[PostgreSQLRepository]:
        """Hides the pooler; filled with the repositories that were refused something."""
        refused: list[PostgreSQLRepository] = []
        noticed = PostgreSQLRepository._stop_preparing

        def notice(repository: PostgreSQLRepository) -> None:
            refused.append(repository)
            noticed(repository)

        never = property(lambda connection: False, lambda connection, value: None)
        monkeypatch.setattr(PostgreSQLConnection, "is_pooled", never, raising=False)
        monkeypatch.setattr(PostgreSQLRepository, "_stop_preparing", notice)
        return refused

    def test_writes_take_effect_once(
        self,
        refusals: list[PostgreSQLRepository],
        url: str,
        connect: Callable[..., Storage],
        account: Account,
    ) -> None:
        store = connect(url, pool_size=THREADS)
        session_ids = [store.create_session() for _ in range(3)]
        with Writers([store], session_ids, threads=THREADS) as writers:
            writers.wait_for(400)
        writers.settle(store, account, "pgbouncer")
        assert refusals

    def test_a_refusal_in_a_transaction_asks_to_run_it_again(
        self, url: str, connect: Callable[..., Storage]
    ) -> None:
        store = connect(url, pool_size=1)
        session_id = store.create_session()
        with store.transaction():
            for number in range(8):
                store.save_user_message(session_id, f"{number}")
        with pytest.raises(TransactionConflictError), store.transaction():  # noqa: PT012
            store.save_user_message(session_id, "undone")
            _discard_prepared(store)
            store.save_user_message(session_id, "8")
        with store.transaction():
            store.save_user_message(session_id, "8")
        assert [message.content for message in store.get_history(session_id)] == list("012345678")

    def test_a_refusal_of_what_comes_first_in_a_transaction_is_not_seen(
        self, url: str, connect: Callable[..., Storage]
    ) -> None:
        store = connect(url, pool_size=1)
        session_id = store.create_session()
        with store.transaction():
            for number in range(8):
                store.save_user_message(session_id, f"{number}")
        with store.transaction():
            _discard_prepared(store)
            store.save_user_message(session_id, "8")
        assert [message.content for message in store.get_history(session_id)] == list("012345678")

    def test_no_statement_is_taken_for_another(
        self, url: str, connect: Callable[..., Storage]
    ) -> None:
        looking, deleting = connect(url, pool_size=1), connect(url, pool_size=1)
        session_id = looking.create_session()
        deleting.ping()
        with every_server_connection(url) as [first, second]:
            first.rollback()
            for _ in range(10):
                assert looking.get_session(session_id)
            first.execute("SELECT 1")
            second.rollback()
            for _ in range(10):
                assert not deleting.delete_session("nobody")
            assert looking.get_session(session_id)
            assert looking.get_session(session_id)

    def test_done_without_from_the_start(self, url: str, connect: Callable[..., Storage]) -> None:
        use(connect(f"{url}?prepared_statements=false"))
        assert prepared_statements(url) == 0


def _discard_prepared(store: Storage) -> None:
    """What a transaction finds that begins on another server connection than the last."""
    executor: Any = store._repository.executor
    executor._open.get().connection.driver_connection.pgconn.exec_(b"DEALLOCATE ALL")


class TestDeaths:
    @pytest.fixture
    def store(self, url: str, connect: Callable[..., Storage]) -> Storage:
        return connect(url, pool_size=THREADS)

    def test_pgbouncer_dies(self, store: Storage, pgbouncer: PgBouncer, account: Account) -> None:
        session_ids = [store.create_session() for _ in range(3)]
        with Writers([store], session_ids, threads=THREADS) as writers:
            for _ in range(DEATHS):
                writers.wait_for(TURNS_BETWEEN)
                pgbouncer.kill9()
                pgbouncer.restart()
            writers.wait_for(TURNS_BETWEEN)
        writers.settle(store, account, "pgbouncer", kills=DEATHS)

    def test_the_server_behind_dies(
        self, store: Storage, server: KillableServer, account: Account
    ) -> None:
        session_ids = [store.create_session() for _ in range(3)]
        with Writers([store], session_ids, threads=THREADS) as writers:
            for _ in range(DEATHS):
                writers.wait_for(TURNS_BETWEEN)
                server.kill9()
                server.restart()
            writers.wait_for(TURNS_BETWEEN)
        writers.settle(store, account, "pgbouncer", kills=DEATHS)

    def test_server_connections_are_ended(
        self, store: Storage, server: KillableServer, account: Account
    ) -> None:
        session_ids = [store.create_session() for _ in range(3)]
        with Writers([store], session_ids, threads=THREADS) as writers:
            for _ in range(DEATHS * 5):
                writers.wait_for(TURNS_BETWEEN // 5)
                with psycopg.connect(server.url("postgres")) as admin:
                    admin.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname LIKE 'fault_%'"
                    )
            writers.wait_for(TURNS_BETWEEN)
        writers.settle(store, account, "pgbouncer")
