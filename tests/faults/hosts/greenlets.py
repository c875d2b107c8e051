"""Greenlets on one store, in a process of its own: some are given up on in the middle of calls."""

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402 - gevent patches before anything else is imported
import json
import random
import sys
from pathlib import Path

import gevent
from workload import ALL, Client, Writer

import agentstore


class Greenlet(Writer):
    """A writer whose calls may be given up on."""

    lets_through = (gevent.Timeout,)


def work(name: str) -> int:
    """Make calls of each kind, some under a limit; how many were given up."""
    chance = random.Random(name)
    writer = Greenlet(Client(task["url"], name, Path(task["folder"], f"{name}.log")), store, name)
    writer.create_own()
    given_up = 0
    for turn in range(task["turns"]):
        limit = chance.uniform(0, 0.02) if chance.random() < 0.3 else None
        with gevent.Timeout(limit, False):
            writer.do(ALL[turn % len(ALL)], turn)
            continue
        given_up += 1
    return given_up


task = json.load(sys.stdin)
with agentstore.connect(task["url"], pool_size=3, pool_timeout=60) as store:
    greenlets = [gevent.spawn(work, f"g{number}") for number in range(8)]
    gevent.joinall(greenlets, raise_error=True)
    # The next call of the thread takes back what was cut off.
    store.ping()
    assert store.stats().in_use == 0, store.stats()
print(sum(greenlet.value for greenlet in greenlets))
