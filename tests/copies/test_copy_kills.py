"""A copy that is killed at any moment and started again has all, and nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from backends import SHARED
from copy_samples import all_rows, fill

import agentstore
from agentstore.transfer.copying import copy_rows, open_source, pages

KILLED = """
import os, signal, sys
import agentstore
from agentstore.engine.connection import Connection
from agentstore.transfer.copying import copy_rows, open_source, pages

pages.ROWS = 5
countdown = int(sys.argv[3])

# Before any statement of a transaction, on either side.
def dying(self, *arguments, call=Connection._guarded, **options):
    global countdown
    if self.is_in_block:
        countdown -= 1
        if countdown < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return call(self, *arguments, **options)

Connection._guarded = dying
with agentstore.connect(sys.argv[1]) as source, agentstore.connect(sys.argv[2]) as target:
    copy_rows(open_source(source), target)
"""


@pytest.mark.parametrize("name", SHARED)
def test_killed_and_started_again(
    name: str, new_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source_url, target_url = new_url("sqlite-file"), new_url(name)
    with agentstore.connect(source_url) as source, agentstore.connect(target_url) as target:
        fill(source, conversations=8)
        seen = set()
        for statements in (3, 11, 25, 50):
            command = [sys.executable, "-c", KILLED, source_url, target_url, str(statements)]
            assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
            seen.add(sum(map(len, all_rows(target).values())))
        assert len(seen) > 1
        monkeypatch.setattr(pages, "ROWS", 5)
        reports = copy_rows(open_source(source), target)
        assert sum(report.present for report in reports.values()) >= max(seen)
        assert not any(report.refused for report in reports.values())
        assert all(report.is_equal for report in reports.values())
        assert all_rows(target) == all_rows(source)


@pytest.mark.parametrize("name", SHARED)
def test_the_command_is_killed_at_random_moments(
    name: str, new_url: Callable[[str], str], tmp_path: Path
) -> None:
    source_url, target_url = new_url("sqlite-file"), new_url(name)
    command = [sys.executable, "-m", "agentstore", "copy", source_url, target_url]
    with agentstore.connect(source_url) as source, agentstore.connect(target_url) as target:
        fill(source, conversations=150)
        for _ in range(4):
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as running:
                time.sleep(random.uniform(0.3, 1.5))
                os.kill(running.pid, signal.SIGKILL)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert all_rows(target) == all_rows(source)


@pytest.mark.parametrize("name", SHARED)
def test_two_copies_at_once(name: str, new_url: Callable[[str], str]) -> None:
    source_url, target_url = new_url("sqlite-file"), new_url(name)

    def copy() -> int:
        with agentstore.connect(source_url) as source, agentstore.connect(target_url) as target:
            reports = copy_rows(open_source(source), target)
            assert all(report.is_equal for report in reports.values())
            return sum(report.stored for report in reports.values())

    with agentstore.connect(source_url) as source, agentstore.connect(target_url) as target:
        fill(source, conversations=100)
        with ThreadPoolExecutor(2) as threads:
            stored = sum(future.result() for future in [threads.submit(copy) for _ in range(2)])
        assert all_rows(target) == all_rows(source)
        assert stored == sum(map(len, all_rows(source).values()))
