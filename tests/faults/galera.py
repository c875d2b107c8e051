"""A three-node Galera cluster of MariaDB servers on the loopback interface."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from several_hosts import of_hosts

from agentstore.testing import MariaDBServer, ServerError
from agentstore.testing.programs import _apt_install, find_or_install
from agentstore.testing.server import _free_port

_LIBRARIES = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so")


class GaleraNode(MariaDBServer):
    """One node. It may lose a second when it is killed: the others have what it had.

    Args:
        cluster: the replication ports of the nodes it may join; none to begin a cluster.
    """

    def __init__(self, cluster: list[int]) -> None:
        super().__init__(durable=False)
        self.replication_port = _free_port()
        self._cluster = cluster
        self._transfer_ports = (_free_port(), _free_port())

    def join(self, cluster: list[int]) -> None:
        """Join these nodes when it starts (again)."""
        self._cluster = cluster

    @classmethod
    def read_version(cls, url: str) -> str:
        with contextlib.closing(cls._connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW STATUS LIKE 'wsrep_local_state_comment'")
            [(_, state)] = cursor.fetchall()
        if state != "Synced":
            raise ServerError(f"the node is {state}")
        return super().read_version(url)

    def _initialise(self, folder: Path) -> None:
        find_or_install("rsync", ("/usr/bin",), package="rsync", instead="put it in PATH")
        if self._cluster:
            self._make_folder(folder / "data")  # the state transfer brings all
        else:
            super()._initialise(folder)

    def _command(self, folder: Path) -> list[str]:
        incremental, whole = self._transfer_ports
        provider_options = {
            "gmcast.listen_addr": f"tcp://127.0.0.1:{self.replication_port}",
            "ist.recv_addr": f"127.0.0.1:{incremental}",
            "gcache.size": "16M",
        }
        command = super()._command(folder)
        if self._cluster:
            command = [part for part in command if not part.startswith("--init-file=")]
        else:
            command.append("--wsrep-new-cluster")
        addresses = ",".join(f"127.0.0.1:{port}" for port in self._cluster)
        return [
            *command,
            "--wsrep-on=ON",
            f"--wsrep-provider={self._library()}",
            "--wsrep-provider-options="
            + ";".join(f"{name}={value}" for name, value in provider_options.items()),
            f"--wsrep-cluster-address=gcomm://{addresses}",
            f"--wsrep-node-address=127.0.0.1:{self.replication_port}",
            "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address=127.0.0.1:{whole}",
            "--binlog-format=ROW",
            "--innodb-autoinc-lock-mode=2",
        ]

    @staticmethod
    def _library() -> str:
        if not any(map(os.path.exists, _LIBRARIES)):
            _apt_install("galera-4")
        return next(filter(os.path.exists, _LIBRARIES))

    def _make_folder(self, path: Path) -> None:
        path.mkdir()
        self._give_to_account(path)


class GaleraCluster:
    """Three nodes that replicate to each other. A context manager."""

    def __init__(self) -> None:
        self.nodes: list[GaleraNode] = []

    def __enter__(self) -> GaleraCluster:
        try:
            for _ in range(3):
                self.nodes.append(GaleraNode([node.replication_port for node in self.nodes]))
                self.nodes[-1].start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        for node in self.nodes:
            node.kill9()  # quicker than a clean end
            node.stop()

    def url(self, database: str, *, first: int = 0) -> str:
        """A URL of all nodes.

        Args:
            database: the database.
            first: the number of the node that comes first; the others follow in turn.
        """
        nodes = self.nodes[first:] + self.nodes[:first]
        return of_hosts(nodes[0].url(database), *(each.port for each in nodes))

    def kill9(self, number: int) -> None:
        """Kill a node; the other two go on."""
        self.nodes[number].kill9()

    def rejoin(self, number: int) -> None:
        """Start a node that was killed; returns when it is in step with the others."""
        self.nodes[number].join([node.replication_port for node in self.nodes if node.is_running()])
        self.nodes[number].restart()

    def status(self, number: int, name: str) -> str:
        """A status variable of a node."""
        [(_, value)] = self.execute(number, f"SHOW STATUS LIKE '{name}'")
        return str(value)

    def execute(self, number: int, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement on a node."""
        url = self.nodes[number].url("mysql")
        with contextlib.closing(MariaDBServer._connect(url)) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            return list(cursor.fetchall())
