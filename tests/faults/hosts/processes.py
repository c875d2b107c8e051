"""What a worker of multiprocessing does, however it was started."""

from __future__ import annotations

import os
from pathlib import Path

from workload import ALL, Client, Writer

import agentstore

inherited: list[agentstore.Storage] = []
"""The parent's store, where there is one."""


def work(url: str, folder: str, name: str, turns: int) -> int:
    """Make calls of each kind, on the inherited store or its own; the process's number."""
    store = inherited[0] if inherited else agentstore.connect(url, pool_size=2)
    writer = Writer(Client(url, name, Path(folder, f"{name}.log")), store, name)
    writer.create_own()
    for turn in range(turns):
        writer.do(ALL[turn % len(ALL)], turn)
    return os.getpid()
