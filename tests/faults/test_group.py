"""A MySQL group: its primary is killed, frozen, and switched by an administrator."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from group import ReplicationGroup
from left_out import LOUD, WITHOUT_MYSQL
from settling import Account
from writers import LONG, Writers

from agentstore import Storage, UnavailableError

THREADS = 4
ROUNDS = 5 if LONG else 1
TURNS = 500 if LONG else 100
# A frozen server hears nothing: how long a caller waits for it is for the URL to say.
IMPATIENT = {"statement_timeout": 3.0, "connect_timeout": 3.0}

_numbers = itertools.count()


@pytest.fixture(scope="module")
def group() -> Iterator[ReplicationGroup]:
    if WITHOUT_MYSQL:
        pytest.skip(LOUD)
    with ReplicationGroup() as running:
        yield running


@pytest.fixture
def database(group: ReplicationGroup) -> str:
    """The name of an empty database, with all members alive."""
    group.heal()
    name = f"fault_{next(_numbers)}"
    group.primary.create_database(name)
    return name


@pytest.fixture
def store(group: ReplicationGroup, database: str, connect: Callable[..., Storage]) -> Storage:
    """A migrated store whose URL names all members."""
    made = connect(group.url(database), **IMPATIENT)
    made.migrate()
    return made


def test_a_secondary_is_named_first(
    group: ReplicationGroup, database: str, store: Storage, connect: Callable[..., Storage]
) -> None:
    primary = group.members.index(group.primary)
    other = connect(group.url(database, first=(primary + 1) % 3), retry_timeout=0)
    session_id = other.create_session()
    other.save_user_message(session_id, "x")
    assert store.get_message_count(session_id) == 1


def test_whoever_wants_a_secondary_names_it_alone(
    group: ReplicationGroup, database: str, store: Storage, connect: Callable[..., Storage]
) -> None:
    secondary = next(each for each in group.members if each is not group.primary)
    reader = connect(secondary.url(database), retry_timeout=0)
    reader.ping()
    with pytest.raises(UnavailableError, match="read-only"):
        reader.create_session()


def test_the_primary_is_killed(group: ReplicationGroup, store: Storage, account: Account) -> None:
    session_ids = [store.create_session() for _ in range(2)]
    with Writers([store], session_ids, threads=THREADS) as writers:
        for _ in range(ROUNDS):
            group.heal()
            writers.wait_for(TURNS)
            group.primary.kill9()
            writers.wait_for(TURNS)
    writers.settle(store, account, "group", kills=ROUNDS)


def test_the_primary_is_frozen(group: ReplicationGroup, store: Storage, account: Account) -> None:
    session_ids = [store.create_session() for _ in range(2)]
    with Writers([store], session_ids, threads=THREADS) as writers:
        for _ in range(ROUNDS):
            group.heal()
            writers.wait_for(TURNS)
            frozen = group.primary
            group.freeze(frozen)
            writers.wait_for(TURNS)
            # What had arrived there is carried out now, or rather is not.
            group.thaw(frozen)
            writers.wait_for(TURNS)
    writers.settle(store, account, "group")


def test_the_primary_is_switched(group: ReplicationGroup, store: Storage, account: Account) -> None:
    session_ids = [store.create_session() for _ in range(2)]
    with Writers([store], session_ids, threads=THREADS) as writers:
        for _ in range(2 * ROUNDS):
            writers.wait_for(TURNS)
            group.switch_primary()
            writers.wait_for(TURNS)
    writers.settle(store, account, "group")
