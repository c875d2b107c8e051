"""Hosts that fork, start processes or switch greenlets: what they were told is what is there."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from backends import NETWORKED
from figures import Figures
from form import SHARED, Form
from settling import Account
from workload import create_shared

import agentstore
from agentstore import Storage
from agentstore.testing import Backend

HERE = Path(__file__).parent
CHECKOUT = Path(agentstore.__file__).parent.parent
PATH = os.pathsep.join(map(str, [HERE / "hosts", HERE, CHECKOUT]))
WORKERS = 3


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hosts' modules can be imported, in processes that are started too."""
    monkeypatch.syspath_prepend(str(HERE / "hosts"))


@SHARED
@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
@pytest.mark.usefixtures("hosts")
def test_multiprocessing(
    database_url: str, store: Storage, account: Account, form: Form, method: str
) -> None:
    """A pool of processes, beside the parent, which has used its store before and goes on."""
    processes = import_module("processes")
    create_shared(database_url)
    store.ping()
    if method == "fork":
        processes.inherited[:] = [store]
    turns = form.requests // 2
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that threads are running
            with ProcessPoolExecutor(WORKERS, multiprocessing.get_context(method)) as pool:
                made = [
                    pool.submit(processes.work, database_url, str(account.folder), f"c{n}", turns)
                    for n in range(WORKERS + 1)
                ]
                processes.inherited[:] = [store]
                numbers = {processes.work(database_url, str(account.folder), "p", turns)}
                numbers |= {each.result(timeout=form.patience) for each in made}
    finally:
        processes.inherited.clear()
    assert len(numbers) > 1
    figures = account.settle(database_url, Figures())
    assert figures.acknowledged == turns * (WORKERS + 2)


def environment(url: str, folder: Path) -> dict[str, str]:
    """That of Celery's processes."""
    return {**os.environ, "STORE_URL": url, "FOLDER": str(folder), "PYTHONPATH": PATH}


@contextmanager
def celery_worker(folder: Path, url: str) -> Iterator[None]:
    """A worker of Celery's that forks."""
    command = [sys.executable, "-m", "celery", "-A", "tasks", "worker", "--pool", "prefork"]
    command += ["--concurrency", str(WORKERS), "--without-gossip", "--without-mingle"]
    command += ["--loglevel", "INFO"]
    with (folder / "worker.txt").open("w", encoding="utf-8") as log:
        worker = subprocess.Popen(
            command, env=environment(url, folder), cwd=folder, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            worker.terminate()
            try:
                worker.wait(60)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


ASKING = """
import sys, tasks
turns, patience = map(int, sys.argv[1:])
made = [tasks.work.delay(f"t{n}", turns) for n in range(6)] + [
    tasks.work_for_too_long.delay(f"l{n}") for n in range(2)]
print("asked", flush=True)
numbers = {each.get(timeout=patience) for each in made[:6]}
assert len(numbers) > 1, numbers
for each in made[6:]:
    assert each.get(timeout=patience) == [""] * 10, each.get()
print("done")
"""


@SHARED
def test_celery(database_url: str, account: Account, form: Form, tmp_path: Path) -> None:
    """A prefork worker, with soft time limits in the middle of calls."""
    pytest.importorskip("celery")
    create_shared(database_url)
    for name in ("queue", "results"):
        (tmp_path / name).mkdir()
    turns = form.requests // 3
    said = tmp_path / "asking.txt"
    with said.open("w", encoding="utf-8") as log:
        asking = subprocess.Popen(
            [sys.executable, "-c", ASKING, str(turns), str(int(form.patience))],
            env=environment(database_url, tmp_path),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        # The broker of files reads one that is still being written: all is asked before it reads.
        assert asking.stdout is not None
        if asking.stdout.readline() == "asked\n":
            with celery_worker(tmp_path, database_url):
                answer = asking.communicate(timeout=form.patience)[0]
        else:
            answer = "nothing was asked"
    except subprocess.TimeoutExpired:
        answer = "no answer"
    finally:
        asking.kill()
        asking.wait()
    assert (answer, asking.returncode) == ("done\n", 0), outputs(said, tmp_path / "worker.txt")
    assert account.settle(database_url, Figures()).acknowledged > 6 * turns


def outputs(*logs: Path) -> str:
    """What processes have said, for the message of a failure."""
    return "\n".join(
        f"{log.name}:\n{log.read_text(encoding='utf-8')[-20_000:]}" for log in logs if log.exists()
    )


@SHARED
def test_gevent(backend: Backend, database_url: str, account: Account, form: Form) -> None:
    """Greenlets, of which some are given up on in the middle of a call."""
    pytest.importorskip("gevent")
    create_shared(database_url)
    task = {"url": database_url, "folder": str(account.folder), "turns": form.requests}
    run = subprocess.run(
        [sys.executable, str(HERE / "hosts" / "greenlets.py")],
        input=json.dumps(task),
        env={**os.environ, "PYTHONPATH": PATH},
        capture_output=True,
        text=True,
        check=False,
        timeout=form.patience,
    )
    assert run.returncode == 0, run.stderr
    assert account.settle(database_url, Figures()).acknowledged > 2 * form.requests
    if backend.name in NETWORKED:  # nothing else runs while SQLite works
        assert int(run.stdout) > 0
