"""A Celery application whose store is opened, and used, before its worker forks."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from workload import ALL, Client, Writer

import agentstore

FOLDER = Path(os.environ["FOLDER"])
URL = os.environ["STORE_URL"]

app = Celery("tasks", broker="filesystem://", backend=f"file://{FOLDER / 'results'}")
app.conf.broker_transport_options = {
    name: str(FOLDER / "queue")
    for name in ("data_folder_in", "data_folder_out", "control_folder", "processed_folder")
}
app.conf.worker_hijack_root_logger = False

store = agentstore.connect(URL, pool_size=2)
store.ping()


class Worker(Writer):
    """One that does not take the time limit for an answer."""

    lets_through = (SoftTimeLimitExceeded,)


@app.task
def work(name: str, turns: int) -> int:
    """Make calls of each kind, once another process works too; the process's number."""
    wait_for_another()
    writer = Worker(Client(URL, name, FOLDER / f"{name}.log"), store, name)
    writer.create_own()
    for turn in range(turns):
        writer.do(ALL[turn % len(ALL)], turn)
    return os.getpid()


def wait_for_another() -> None:
    """Return when two processes have come here: one alone might do everything meanwhile."""
    (FOLDER / f"{os.getpid()}.here").touch()
    deadline = time.monotonic() + 60
    while len(list(FOLDER.glob("*.here"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)


@app.task(soft_time_limit=1)
def work_for_too_long(name: str) -> Any:
    """Make calls until the time limit ends it; the errors of those after it, in the same worker."""
    writer = Worker(Client(URL, name, FOLDER / f"{name}.log"), store, name)
    turn = 0
    try:
        writer.create_own()
        while turn < 1_000_000:
            writer.do(ALL[turn % len(ALL)], turn)
            turn += 1
    except SoftTimeLimitExceeded:
        writer.create_own()
        return [writer.do(operation, 1_000_000 + n).error for n, operation in enumerate(ALL)]
    return "there was no limit"
