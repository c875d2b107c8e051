"""A PostgreSQL primary and its streaming standby, which takes its place when it dies."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
from several_hosts import of_hosts

from agentstore.testing import PostgresServer
from agentstore.testing.server import PASSWORD, USER

_PATIENCE = 60.0


class KillableServer(PostgresServer):
    """A PostgreSQL in memory: what it acknowledged outlives its processes, not the machine."""

    def __init__(self) -> None:
        settings = {"synchronous_commit": "on", "wal_level": "replica", "max_wal_senders": "10"}
        arguments = [part for name in settings for part in ("-c", f"{name}={settings[name]}")]
        super().__init__(durable=False, extra_arguments=arguments)


class StandbyServer(KillableServer):
    """A streaming standby: a copy of a running server that follows it.

    Args:
        primary: the server that it follows.
        port: the port that it has to have; 0 for any.
    """

    def __init__(self, primary: KillableServer, port: int = 0) -> None:
        super().__init__()
        self._primary = primary
        self._wanted_port = port

    def promote(self) -> None:
        """Make it a primary; returns when it takes writes."""
        self._run(["pg_ctl", "promote", "-w", "-D", f"{self.folder}/data"])

    def log(self) -> str:
        """All that it has logged."""
        return Path(f"{self.folder}/server.log").read_text(encoding="utf-8", errors="replace")

    def _create(self) -> None:
        super()._create()
        self.port = self._wanted_port or self.port

    def _initialise(self, folder: Path) -> None:
        password_file = folder / "pgpass"
        password_file.touch(mode=0o600)
        password = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
        password_file.write_text(f"127.0.0.1:{self._primary.port}:*:{USER}:{password}\n")
        self._give_to_account(password_file)
        self._run([
            "pg_basebackup",
            f"--pgdata={folder / 'data'}",
            f"--dbname=host=127.0.0.1 port={self._primary.port} user={USER} "
            f"passfile={password_file} application_name=standby",
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
        ])  # fmt: skip


class ReplicatedServer:
    """A primary and a standby with synchronous replication. A context manager.

    Attributes:
        primary: the server that takes writes.
        standby: the one that follows it.
    """

    primary: KillableServer
    standby: StandbyServer

    def __enter__(self) -> ReplicatedServer:
        self.primary = KillableServer()
        self.primary.start()
        self._ports = [self.primary.port]
        try:
            self._follow(0)
        except BaseException:
            self.primary.stop()
            raise
        self._ports.append(self.standby.port)
        return self

    def __exit__(self, *exception: object) -> None:
        for server in (self.primary, self.standby):
            server.kill9()  # quicker than a clean end
            server.stop()

    def url(self, database: str) -> str:
        """The URL that names both servers, always in the same order."""
        return of_hosts(self.primary.url(database), *self._ports)

    def fail_over(self) -> None:
        """Kill the primary and promote the standby."""
        self.primary.kill9()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary

    def rebuild_standby(self) -> None:
        """Let the dead server come back at its port, as a copy of the other that follows it."""
        self.standby.stop()
        self._follow(self.standby.port)

    def _follow(self, port: int) -> None:
        self.standby = StandbyServer(self.primary, port)
        self.standby.start()
        with psycopg.connect(self.primary.url("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            connection.execute("SELECT pg_reload_conf()")
            deadline = time.monotonic() + _PATIENCE
            while not self._is_synchronous(connection):
                assert time.monotonic() < deadline, "the standby does not follow"
                time.sleep(0.05)

    @staticmethod
    def _is_synchronous(connection: psycopg.Connection) -> bool:
        query = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
        return connection.execute(query).fetchone() is not None
