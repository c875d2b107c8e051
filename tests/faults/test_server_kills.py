"""Servers that are killed with -9 and restarted under writers: nothing acknowledged is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clients import ClientProcess, Nursery
from figures import Figures
from form import Form
from settling import Account
from workload import create_shared, read_log

from agentstore.testing import Server

OPTIONS = {"pool_size": 3, "connect_timeout": 2, "statement_timeout": 5, "retry_timeout": 60}


@pytest.fixture
def writers(
    own_database: str, nursery: Nursery, account: Account, tmp_path: Path
) -> Iterator[list[ClientProcess]]:
    """Client processes at work on ``own_database``; told to stop at the end."""
    stop = tmp_path / "stop"
    create_shared(own_database)
    started = [
        nursery.start(account.client(own_database, f"w{n}", options=OPTIONS, threads=2, stop=stop))
        for n in range(2)
    ]
    # A store that has never reached its server does not wait for it.
    while any(len(read_log(writer.client.log)) < 2 for writer in started):
        assert all(writer.is_running() for writer in started)
        time.sleep(0.01)
    yield started
    stop.touch()


def end(writers: list[ClientProcess]) -> None:
    """Let some writers finish the call that they are in."""
    for writer in writers:
        assert writer.client.stop is not None
        writer.client.stop.touch()
    for writer in writers:
        writer.wait()


def test_killed_servers(
    own_server: Server,
    own_database: str,
    writers: list[ClientProcess],
    account: Account,
    form: Form,
) -> None:
    chance = random.Random(own_server.name)
    for _ in range(form.server_kills):
        time.sleep(chance.uniform(0.2, 1.2))
        own_server.kill9()
        time.sleep(chance.uniform(0.0, 0.3))
        own_server.start()
    time.sleep(0.5)
    end(writers)
    figures = account.settle(own_database, Figures(kills=form.server_kills), **OPTIONS)
    assert figures.acknowledged > form.server_kills
    # The server was back in time each time.
    assert figures.unavailable == 0


def test_restarted_servers(
    own_server: Server, own_database: str, writers: list[ClientProcess], account: Account
) -> None:
    """A clean end has messages of its own for those who are in the middle of a call."""
    for _ in range(2):
        time.sleep(0.4)
        own_server.restart()
    time.sleep(0.3)
    end(writers)
    assert account.settle(own_database, Figures(), **OPTIONS).unavailable == 0
