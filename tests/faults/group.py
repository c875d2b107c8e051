"""A MySQL group: three servers of Group Replication, one of them the primary, on loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from several_hosts import of_hosts

from agentstore.testing import ServerError
from agentstore.testing.server import PASSWORD, USER, _free_port
from agentstore.testing.servers import MySQLServer

_PATIENCE = 120.0
_OWN_STATE = """
SELECT member_state FROM performance_schema.replication_group_members
WHERE member_id = @@server_uuid
"""
_ONLINE = """
SELECT member_port, member_role FROM performance_schema.replication_group_members
WHERE member_state = 'ONLINE'
"""


class GroupMember(MySQLServer):
    """One server, which keeps what it has committed when its process is killed.

    Args:
        group: the group's name, a UUID.
        number: which member it is, from 1.
        seeds: the group's own ports, of this member first.
    """

    def __init__(self, group: str, number: int, seeds: list[int]) -> None:
        super().__init__(durable=False)
        self._group = group
        self._number = number
        self._seeds = seeds

    def _write_first_start(self, folder: Path) -> None:
        super()._write_first_start(folder)
        first_start = folder / "first_start.sql"
        # Each member makes the account itself: in the binary log it would be a transaction that
        # the others do not have, and no such server is let in.
        first_start.write_text(f"SET sql_log_bin = 0;\n{first_start.read_text()}")

    def _command(self, folder: Path) -> list[str]:
        own, *others = self._seeds
        seeds = ",".join(f"127.0.0.1:{port}" for port in [own, *others])
        return [
            *(part for part in super()._command(folder) if part != "--skip-log-bin"),
            f"--log-bin={folder / 'data' / 'binlog'}",
            f"--server-id={self._number}",
            "--gtid-mode=ON",
            "--enforce-gtid-consistency=ON",
            # Given to the kernel at each commit, which a killed process does not take along.
            "--sync-binlog=0",
            "--innodb-flush-log-at-trx-commit=2",
            "--report-host=127.0.0.1",
            "--plugin-load-add=group_replication.so",
            f"--loose-group-replication-group-name={self._group}",
            f"--loose-group-replication-local-address=127.0.0.1:{own}",
            f"--loose-group-replication-group-seeds={seeds}",
            "--loose-group-replication-start-on-boot=OFF",
            "--loose-group-replication-single-primary-mode=ON",
            "--loose-group-replication-recovery-get-public-key=ON",
            # A member that has not answered for five seconds is out, and at once.
            "--loose-group-replication-member-expel-timeout=0",
            "--loose-group-replication-autorejoin-tries=0",
        ]

    def begin_group(self) -> None:
        """Be the first, and the primary."""
        self.execute("SET GLOBAL group_replication_bootstrap_group = ON")
        self.join_group()
        self.execute("SET GLOBAL group_replication_bootstrap_group = OFF")

    def join_group(self) -> None:
        """Join the others; returns when this one is in step with them."""
        self.execute(f"START GROUP_REPLICATION USER = '{USER}', PASSWORD = '{PASSWORD}'")
        self.wait_for_state("ONLINE")

    def leave_group(self) -> None:
        """Take no part any more, whatever has become of it."""
        self.execute("STOP GROUP_REPLICATION")

    def wait_for_state(self, wanted: str) -> None:
        """Return when it is in a state, by its own account."""
        deadline = time.monotonic() + _PATIENCE
        while (state := self.execute(_OWN_STATE)) != [(wanted,)]:
            if time.monotonic() > deadline:
                raise ServerError(f"{self} is {state}, not {wanted}")
            time.sleep(0.1)

    def members_online(self) -> dict[int, str]:
        """The port and role of each member that is in step, as this one sees it."""
        return dict(self.execute(_ONLINE))

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement on this server."""
        with contextlib.closing(self._connect(self.url("mysql"))) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            return list(cursor.fetchall())


class ReplicationGroup:
    """Three members, of which the first begins as the primary. A context manager."""

    def __init__(self) -> None:
        name = str(uuid.uuid4())
        ports = [_free_port() for _ in range(3)]
        self.members = [
            GroupMember(name, number + 1, ports[number:] + ports[:number]) for number in range(3)
        ]

    def __enter__(self) -> ReplicationGroup:
        try:
            for member in self.members:
                member.start()
            self.members[0].begin_group()
            for member in self.members[1:]:
                member.join_group()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        for member in self.members:
            self.thaw(member)
            member.kill9()  # quicker than a clean end
            member.stop()

    def url(self, database: str, *, first: int = 0) -> str:
        """A URL of all members.

        Args:
            database: the database.
            first: the number of the member that comes first; the others follow in turn.
        """
        members = self.members[first:] + self.members[:first]
        return of_hosts(members[0].url(database), *(each.port for each in members))

    @property
    def primary(self) -> GroupMember:
        """The member that takes writes, once two agree on it: one that was frozen may not know."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            votes = Counter(
                port
                for online in self._views()
                for port, role in online.items()
                if role == "PRIMARY"
            )
            for member in self.members:
                if votes[member.port] > 1:
                    return member
            time.sleep(0.1)
        raise ServerError("the group has no primary")

    def _views(self) -> Iterator[dict[int, str]]:
        """What each member that runs and is not frozen says of the group."""
        for member in self.members:
            if member.is_running() and not self._is_frozen(member):
                with contextlib.suppress(Exception):
                    yield member.members_online()

    def freeze(self, member: GroupMember) -> None:
        """Stop a member's process in the middle of what it does; its sockets stay open."""
        assert member.pid is not None
        os.kill(member.pid, signal.SIGSTOP)

    def thaw(self, member: GroupMember) -> None:
        """Let it go on, if it runs at all."""
        if member.pid is not None:
            os.kill(member.pid, signal.SIGCONT)

    def switch_primary(self) -> GroupMember:
        """Make another member the primary, as an administrator does; the new one."""
        old = self.primary
        new = next(each for each in self.members if each is not old and each.is_running())
        [(member_id,)] = new.execute("SELECT @@server_uuid")
        old.execute(f"SELECT group_replication_set_as_primary('{member_id}')")
        return new

    def heal(self) -> None:
        """Have all members alive and in step."""
        for member in self.members:
            self.thaw(member)
            if not member.is_running():
                member.restart()
        for member in self.members:
            # What was frozen takes itself for a member until it hears from the others.
            if member.port not in self.primary.members_online():
                with contextlib.suppress(Exception):
                    member.leave_group()
                member.join_group()

    @staticmethod
    def _is_frozen(member: GroupMember) -> bool:
        stat = Path(f"/proc/{member.pid}/stat").read_text(encoding="utf-8")
        return stat.rpartition(")")[2].split()[0] == "T"
