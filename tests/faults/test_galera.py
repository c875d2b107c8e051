"""A Galera cluster: writers on all nodes, a node that dies, a node that is cut off."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from galera import GaleraCluster
from settling import Account
from writers import LONG, Writers

from agentstore import Storage
from agentstore.testing import Proxy

NODES = 3
THREADS = 6
KILLS = 10 if LONG else 1
TURNS = 1500 if LONG else 150

_numbers = itertools.count()


@pytest.fixture(scope="module")
def cluster() -> Iterator[GaleraCluster]:
    with GaleraCluster() as running:
        yield running


@pytest.fixture
def database(cluster: GaleraCluster) -> str:
    """The name of an empty database, with all nodes alive."""
    for number, node in enumerate(cluster.nodes):
        if not node.is_running():
            cluster.rejoin(number)
    name = f"fault_{next(_numbers)}"
    cluster.nodes[0].create_database(name)
    return name


@pytest.fixture
def stores(cluster: GaleraCluster, database: str, connect: Callable[..., Storage]) -> list[Storage]:
    """A store for each node: the node is the first host of its URL."""
    made = [connect(cluster.url(database, first=number)) for number in range(NODES)]
    made[0].migrate()
    return made


def test_writers_on_all_nodes(stores: list[Storage], account: Account) -> None:
    session_id = stores[0].create_session()
    # So many that nodes undo each other's transactions at every moment that there is.
    with Writers(stores, [session_id], threads=2 * THREADS) as writers:
        writers.wait_for(4 * TURNS)
    for store in stores:
        writers.settle(store, account, "galera")


def test_what_was_acknowledged_is_read_on_another_node(
    stores: list[Storage], account: Account
) -> None:
    session_ids = [stores[0].create_session() for _ in range(6)]
    others = stores[1:] + stores[:1]
    with Writers(stores, session_ids, threads=3, readers=others) as writers:
        writers.wait_for(TURNS)
    writers.settle(stores[0], account, "galera")


def test_a_call_finds_what_was_just_written_on_another_node(stores: list[Storage]) -> None:
    first, second, third = stores
    calls = [{"tool_name": "t", "arguments": {}, "id": "c"}]
    response = {"type": "x", "message": "a", "tool_calls": calls}
    for number in range(TURNS // 3):
        session_id = first.create_session()
        response["tool_calls"] = [{"tool_name": "t", "arguments": {}, "id": f"c{number}"}]
        second.save_assistant_message(session_id, response)
        assert third.save_tool_result(f"c{number}", {"success": True})
        first.save_pending_confirmation(session_id, {"tool_name": "t", "arguments": {}})
        assert second.take_pending_confirmation(session_id)
        assert third.close_session(session_id)
        assert first.delete_session(session_id)
        assert second.get_session(session_id) is None


def test_a_node_falls_silent(
    cluster: GaleraCluster,
    database: str,
    stores: list[Storage],
    connect: Callable[..., Storage],
    account: Account,
) -> None:
    with Proxy(cluster.nodes[0].url(database)) as proxy:
        others = cluster.url(database, first=1).partition("@")[2]
        store = connect(f"{proxy.url.rpartition('/')[0]},{others}", statement_timeout=3)
        session_id = store.create_session()
        with Writers([store], [session_id], threads=4) as writers:
            writers.wait_for(20)
            proxy.black_hole()
            writers.wait_for(20)
    writers.settle(stores[1], account, "galera")


def test_migrating_on_two_nodes_at_once(
    cluster: GaleraCluster, database: str, connect: Callable[..., Storage]
) -> None:
    made = [connect(cluster.url(database, first=number)) for number in range(NODES)]
    with ThreadPoolExecutor(NODES) as threads:
        applied = list(threads.map(Storage.migrate, made))
    for store in made:
        assert not store.schema_status().pending
    assert sorted(itertools.chain(*applied)) == made[0].schema_status().applied
    made[0].save_user_message(made[1].create_session(), "x")


def test_a_node_is_cut_off(
    cluster: GaleraCluster,
    database: str,
    stores: list[Storage],
    connect: Callable[..., Storage],
    account: Account,
) -> None:
    session_ids = [stores[0].create_session() for _ in range(2)]
    with Writers(stores, session_ids, threads=THREADS) as writers:
        writers.wait_for(TURNS)
        cluster.execute(0, "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'")
        while cluster.status(0, "wsrep_cluster_status") == "Primary":
            time.sleep(0.1)
        writers.wait_for(TURNS)
        # Who connects now is let in by the node, and refused any work (error 1047).
        late = connect(cluster.url(database), retry_timeout=0)
        late.save_user_message(late.create_session(), "x")
    cluster.kill9(0)
    writers.settle(stores[1], account, "galera")


def test_a_node_is_killed(cluster: GaleraCluster, stores: list[Storage], account: Account) -> None:
    session_ids = [stores[0].create_session() for _ in range(2)]
    with Writers(stores, session_ids, threads=THREADS) as writers:
        for kill in range(KILLS):
            writers.wait_for(TURNS)
            cluster.kill9(kill % NODES)
            writers.wait_for(TURNS)
            if kill + 1 < KILLS:
                cluster.rejoin(kill % NODES)
    writers.settle(stores[1], account, "galera", kills=KILLS)
