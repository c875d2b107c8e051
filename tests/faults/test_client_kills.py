"""Clients that are killed with -9 in the middle of their calls: whole turns or none."""

from __future__ import annotations

import random
import time
from pathlib import Path

from clients import ClientProcess, Nursery
from figures import Figures
from form import SHARED, Form
from settling import Account
from workload import create_shared

from agentstore.testing import Backend

AT_ONCE = 3


@SHARED
def test_killed_clients(  # noqa: PLR0917
    backend: Backend,
    database_url: str,
    nursery: Nursery,
    account: Account,
    form: Form,
    tmp_path: Path,
) -> None:
    chance = random.Random(backend.name)
    stop = tmp_path / "stop"
    create_shared(database_url)

    def start(number: int) -> ClientProcess:
        client = account.client(
            database_url, f"w{number}", threads=2, stop=stop, options={"pool_size": 2}
        )
        return nursery.start(client)

    clients = [start(number) for number in range(AT_ONCE)]
    kills = 0
    while kills < form.client_kills:
        time.sleep(chance.uniform(0.02, 0.25))
        kills += clients.pop(chance.randrange(AT_ONCE)).kill9()
        clients.append(start(kills + AT_ONCE))
    time.sleep(2)  # those that live come to save something, on a busy machine too
    stop.touch()
    for client in clients:
        client.wait()
    figures = account.settle(database_url, Figures(client_kills=kills))
    assert figures.acknowledged > kills
    assert figures.unavailable == 0
