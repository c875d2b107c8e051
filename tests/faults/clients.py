"""Client processes of the fault suite: real ones, that can be killed, and quick to start.

A nursery is one process that has imported everything; it forks a client for each line that it
reads, before it has ever opened a store itself.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path

from workload import Client

import agentstore

WAIT = 120.0


class ClientProcess:
    """A client that runs on its own."""

    def __init__(self, pid: int, client: Client) -> None:
        self.pid = pid
        self.client = client

    def is_running(self) -> bool:
        """Whether it is there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill9(self) -> bool:
        """End it at once; False where it had ended by itself."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.wait()
        return True

    def wait(self) -> None:
        """Return when it has ended.

        Raises:
            AssertionError: it does not.
        """
        deadline = time.monotonic() + WAIT
        while self.is_running():
            assert time.monotonic() < deadline, f"{self.client.writer} hangs"
            time.sleep(0.005)


class Nursery:
    """Starts clients. A context manager, that ends those which still run."""

    def __init__(self) -> None:
        self._clients: list[ClientProcess] = []
        checkout = Path(agentstore.__file__).parent.parent
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *exception: object) -> None:
        for client in self._clients:
            client.kill9()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=WAIT)
        self._process.stdout.close()

    def start(self, client: Client) -> ClientProcess:
        """Start a client; returns when its process is there."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(dataclasses.asdict(client), default=str) + "\n")
        self._process.stdin.flush()
        started = ClientProcess(int(self._process.stdout.readline()), client)
        self._clients.append(started)
        return started


def _serve() -> None:
    # Ended children vanish by themselves.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _be_client(json.loads(line))
        print(pid, flush=True)


def _be_client(fields: dict[str, object]) -> None:
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        client = Client(**fields)  # type: ignore[arg-type]
        client.log = Path(client.log)
        client.stop = client.stop and Path(client.stop)
        client.run()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    for dialect in ("mysql", "postgresql", "sqlite"):
        import_module(f"agentstore.dialects.{dialect}.repository")
    _serve()
