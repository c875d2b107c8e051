"""A PostgreSQL URL with several hosts: calls move to the standby that has become the primary."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from settling import Account
from several_hosts import of_hosts
from standby import ReplicatedServer
from writers import LONG, Writers

import agentstore
from agentstore import ConfigurationError, Storage, UnavailableError
from agentstore.testing import Proxy

THREADS = 8
FAILOVERS = 10 if LONG else 1
TURNS_BETWEEN = 300 if LONG else 150
READ_WRITE = "target_session_attrs=read-write"
# A server that lives, and never hears that its client is gone, keeps an open transaction's locks
# for hours: how long is for whoever runs it to say.
GIVE_UP_IDLE = "options=-c%20idle_in_transaction_session_timeout%3D2000"

_numbers = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[ReplicatedServer]:
    with ReplicatedServer() as running:
        yield running


@pytest.fixture
def url(server: ReplicatedServer) -> str:
    """The URL of a migrated database that names both servers; the standby follows."""
    if not server.standby.is_running():
        server.rebuild_standby()
    name = f"fault_{next(_numbers)}"
    server.primary.create_database(name)
    with agentstore.connect(server.primary.url(name)) as direct:
        direct.migrate()
    return server.url(name)


class TestHosts:
    def test_the_standby_is_named_first(
        self, server: ReplicatedServer, url: str, connect: Callable[..., Storage]
    ) -> None:
        store = connect(of_hosts(url, server.standby.port, server.primary.port), retry_timeout=0)
        session_id = store.create_session()
        store.save_user_message(session_id, "x")
        assert store.get_message_count(session_id) == 1

    def test_whoever_wants_a_standby_says_so(
        self, server: ReplicatedServer, url: str, connect: Callable[..., Storage]
    ) -> None:
        store = connect(f"{url}?target_session_attrs=standby", retry_timeout=0)
        store.ping()
        with pytest.raises(UnavailableError, match="read-only"):
            store.create_session()

    def test_a_silent_host_is_passed_over(
        self, server: ReplicatedServer, url: str, connect: Callable[..., Storage]
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            hosts = [silent.getsockname()[1], server.primary.port]
            store = connect(of_hosts(url, *hosts), connect_timeout=2, retry_timeout=0)
            session_id = store.create_session()
            assert store.get_session(session_id)

    def test_a_host_falls_silent(
        self,
        server: ReplicatedServer,
        url: str,
        connect: Callable[..., Storage],
        account: Account,
    ) -> None:
        with Proxy(server.primary.url(urlsplit(url).path[1:])) as proxy:
            hosts = [urlsplit(proxy.url).port or 0, server.primary.port]
            store = connect(f"{of_hosts(url, *hosts)}?{GIVE_UP_IDLE}", statement_timeout=3)
            session_id = store.create_session()
            with Writers([store], [session_id], threads=4) as writers:
                writers.wait_for(20)
                proxy.black_hole()
                writers.wait_for(20)
            writers.settle(store, account, "standby")

    def test_all_hosts_are_silent(self, url: str, connect: Callable[..., Storage]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            store = connect(of_hosts(url, *[silent.getsockname()[1]] * 3), connect_timeout=1)
            with pytest.raises(UnavailableError):
                store.ping()

    def test_no_host_lets_us_in(self, url: str, connect: Callable[..., Storage]) -> None:
        with pytest.raises(ConfigurationError):
            connect(f"{url}_missing").ping()


class TestFailover:
    @pytest.mark.parametrize("query", ["", f"?{READ_WRITE}"])
    def test_no_acknowledged_turn_is_lost(
        self,
        server: ReplicatedServer,
        url: str,
        connect: Callable[..., Storage],
        account: Account,
        query: str,
    ) -> None:
        store = connect(url + query)
        session_ids = [store.create_session() for _ in range(2)]
        with Writers([store], session_ids, threads=THREADS) as writers:
            for _ in range(FAILOVERS):
                if not server.standby.is_running():
                    server.rebuild_standby()
                writers.wait_for(TURNS_BETWEEN)
                server.fail_over()
                writers.wait_for(TURNS_BETWEEN)
        writers.settle(store, account, "standby", kills=FAILOVERS)

    def test_a_write_that_meets_a_standby_waits_for_its_promotion(
        self, server: ReplicatedServer, url: str, connect: Callable[..., Storage]
    ) -> None:
        session_id = connect(url).create_session()
        standby_url = server.standby.url(urlsplit(url).path[1:])
        reader, newcomer = connect(standby_url), connect(f"{standby_url}?{READ_WRITE}")
        while reader.get_session(session_id) is None:
            time.sleep(0.05)  # its copy has not arrived
        with ThreadPoolExecutor() as threads:
            saved = [
                threads.submit(store.save_user_message, session_id, "x", id=name)
                for name, store in (("reader", reader), ("newcomer", newcomer))
            ]
            while "read-only transaction" not in server.standby.log():
                assert not any(call.done() for call in saved)
                time.sleep(0.05)
            server.fail_over()
            assert [call.result() for call in saved] == ["reader", "newcomer"]
        assert {found.id for found in reader.get_history(session_id)} == {"reader", "newcomer"}
