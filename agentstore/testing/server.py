"""A throwaway database server: a free port, a temporary folder, gone at the end.

`agentstore.testing.servers` has the three that there are.
"""

from __future__ import annotations

import abc
import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit, urlunsplit

from agentstore.testing.processes import PID_FILE, FolderGuard, kill_with_children
from agentstore.testing.programs import ServerError, find_or_install, find_program
from agentstore.testing.unpacked import UnpackedPackages

USER = "agent@store"
PASSWORD = "p@ss/w:rd%"

START_TIMEOUT = 60.0
STOP_TIMEOUT = 30.0


class ServerAddress:
    """A server that runs somewhere, known by a URL whose user may create databases.

    Args:
        base_url: as ``postgresql://user:password@host:port/postgres?sslmode=require``; its
            path is replaced by ``url()``, its query is kept.
        version: as the server states it, for the test run's summary.
    """

    def __init__(self, base_url: str, version: str = "") -> None:
        self.base_url = base_url
        self.version = version

    def __repr__(self) -> str:
        parts = urlsplit(self.base_url)
        return f"<{type(self).__name__} {parts.scheme} at {parts.hostname}:{parts.port}>"

    def url(self, database: str) -> str:
        """The URL of a database of this server, with its name percent-encoded."""
        return urlunsplit(urlsplit(self.base_url)._replace(path="/" + quote(database, safe="")))


class Server(abc.ABC):
    """A throwaway server process: ``start()``, ``kill9()``, ``restart()``, ``stop()``.

    Args:
        durable: False trades safety on a crash for speed, and puts the data in memory
            (/dev/shm) where there is room and TMPDIR does not say otherwise.
        extra_arguments: further arguments of the server's command line.

    Attributes:
        port: its port on 127.0.0.1, the same through every restart.
        version: what the server calls itself, as ``PostgreSQL 15.18``.
        folder: its data and its log, until ``stop()``.
    """

    name: ClassVar[str]
    # Which environment variable may name a running server, to be used instead?
    url_variable: ClassVar[str]
    # Which environment variable may name a Debian suite, whose version runs in the machine's place?
    suite_variable: ClassVar[str | None] = None
    # Which Debian package brings the server's programs?
    debian_package: ClassVar[str]
    # Where does that package put them, and which of them start each other?
    package_folders: ClassVar[Sequence[str]] = ("usr/*bin",)
    launched_programs: ClassVar[Sequence[str]] = ()
    # Where are they, if not in PATH?
    program_folders: ClassVar[Sequence[str]]
    # Which accounts may it run as when we are root, best first?
    accounts: ClassVar[Sequence[str]]
    # Which URL scheme and which database does a first connection take?
    scheme: ClassVar[str]
    first_database: ClassVar[str]
    # Which signal asks for a quick and clean end, with clients still connected?
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, *, durable: bool = True, extra_arguments: Sequence[str] = ()) -> None:
        self.durable = durable
        self.extra_arguments = list(extra_arguments)
        self.port = 0
        self.version = ""
        self.folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: FolderGuard | None = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.version or 'not started'} on port {self.port}>"

    @property
    def address(self) -> ServerAddress:
        """Where it is, in a form that can be handed to another process."""
        return ServerAddress(self.url(self.first_database), self.version)

    def url(self, database: str) -> str:
        """The URL of a database of this server, percent-encoded where it has to be."""
        user, password = quote(USER, safe=""), quote(PASSWORD, safe="")
        return f"{self.scheme}://{user}:{password}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    @classmethod
    def unpacked(cls) -> UnpackedPackages | None:
        """The packages of another suite that its programs come from; None: the machine's own."""
        suite = os.environ.get(cls.suite_variable) if cls.suite_variable else None
        if not suite:
            return None
        return UnpackedPackages(
            cls.name,
            suite=suite,
            packages=[cls.debian_package],
            instead=f"Name a running {cls.name} in {cls.url_variable}.",
            folders=cls.package_folders,
            launched=cls.launched_programs,
        )

    @property
    def pid(self) -> int | None:
        """The process id of the server, None while it does not run."""
        return self._process.pid if self.is_running() and self._process else None

    def is_running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Makes the data folder if there is none, starts the server, waits until it answers.

        Raises:
            ServerError: it is not installed, or does not start; with the end of its log.
        """
        if self.is_running():
            return
        if self.folder is None:
            self._create()
        self._launch()

    def kill9(self) -> None:
        """Ends the server as a crash does: SIGKILL to each of its processes."""
        if self._process is not None and self.is_running():
            kill_with_children(self._process)

    def restart(self) -> None:
        """Starts it again on the same port and data, after a clean end if it still runs."""
        self._shut_down()
        self.start()

    def stop(self) -> None:
        """Ends the server and removes its folder. May be called twice."""
        self._shut_down()
        if self.folder is not None:
            self._clean_up_after_kill(self.folder)
            shutil.rmtree(self.folder)
            self.folder = None
        if self._guard is not None:
            self._guard.dismiss()
            self._guard = None

    @abc.abstractmethod
    def create_database(self, name: str) -> None:
        """Makes an empty database of this name."""

    @abc.abstractmethod
    def _initialise(self, folder: Path) -> None:
        """Fills ``folder / "data"``."""

    @abc.abstractmethod
    def _command(self, folder: Path) -> list[str]:
        """The command line of the server, in the foreground, logging to stderr."""

    @classmethod
    @abc.abstractmethod
    def read_version(cls, url: str) -> str:
        """What the server at a URL calls itself; the driver's error if it does not answer."""

    def _clean_up_after_kill(self, folder: Path) -> None:  # noqa: B027 - most leave nothing
        """Removes what a killed server left outside its folder."""

    def _create(self) -> None:
        self._resolved(self._command(Path())[:1])  # complain before anything is made
        parent = None if self.durable else _folder_in_memory()
        self.folder = Path(tempfile.mkdtemp(prefix=f"agentstore-{self.name.lower()}-", dir=parent))
        self._guard = FolderGuard(self.folder)
        try:
            self._give_to_account(self.folder)
            self._initialise(self.folder)
        except BaseException:
            self.stop()
            raise
        self.port = _free_port()

    def _launch(self) -> None:
        assert self.folder is not None
        log_path = self.folder / "server.log"
        with log_path.open("ab") as log:
            # A session of its own: Ctrl-C is for the test run, which then stops the server.
            self._process = subprocess.Popen(
                self._resolved(self._command(self.folder)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                **self._run_as(),
            )
        (self.folder / PID_FILE).write_text(f"{self._process.pid}\n")
        try:
            self._wait_until_it_answers(log_path)
        except BaseException:
            self.stop()
            raise

    def _wait_until_it_answers(self, log_path: Path) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while error := self._first_error():
            if not self.is_running() or time.monotonic() > deadline:
                log_end = log_path.read_text(encoding="utf-8", errors="replace")[-4000:]
                raise ServerError(
                    f"{self.name} does not start ({error}). The end of its log:\n{log_end}"
                ) from error
            time.sleep(0.05)

    def _first_error(self) -> Exception | None:
        """What goes wrong with a first connection, None if it answers."""
        try:
            self.version = self.read_version(self.url(self.first_database))
        except ImportError:
            raise
        except Exception as error:  # the driver's own, and the driver may not be installed
            return error
        return None

    def _shut_down(self) -> None:
        if self._process is None:
            return
        if self.is_running():
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self.kill9()
        self._process.wait()
        self._process = None
        if self.folder is not None:
            (self.folder / PID_FILE).unlink(missing_ok=True)

    def _run(self, command: Sequence[str]) -> None:
        """Runs a set-up program to its end, as the server's account."""
        assert self.folder is not None
        done = subprocess.run(
            self._resolved(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            check=False,
            **self._run_as(),
        )
        if done.returncode:
            output = done.stdout.decode(errors="replace")[-4000:]
            raise ServerError(f"{command[0]} of {self.name} failed with:\n{output}")

    def _account(self) -> pwd.struct_passwd | None:
        """The account to run as; None when we are an ordinary user ourselves."""
        if os.geteuid() != 0:
            return None
        for name in self.accounts:
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise ServerError(f"{self.name} needs one of the accounts {', '.join(self.accounts)}")

    def _run_as(self) -> dict[str, Any]:
        account = self._account()
        if account is None:
            return {}
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _give_to_account(self, path: Path) -> None:
        account = self._account()
        if account is not None:
            os.chown(path, account.pw_uid, account.pw_gid)

    def _resolved(self, command: Sequence[str]) -> list[str]:
        unpacked = self.unpacked()
        if unpacked is not None:
            return [*unpacked.command(command[0]), *command[1:]]
        return [self._program(command[0]), *command[1:]]

    def _has_program(self, name: str) -> bool:
        if self.unpacked() is not None:
            return True
        return find_program(name, self.program_folders) is not None

    def _program(self, name: str) -> str:
        return find_or_install(
            name,
            self.program_folders,
            package=self.debian_package,
            instead=f"name a running {self.name} in {self.url_variable}",
        )


def _folder_in_memory() -> str | None:
    """Where files cost no disk access, if there is room: a database a test is many files."""
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK | os.X_OK):
        return None
    return str(memory) if shutil.disk_usage(memory).free > 2 * 1024**3 else None


def _free_port() -> int:
    # Below the range the kernel gives to outgoing connections, so that none of them sits on
    # the port between a kill and a restart.
    for port in random.sample(range(15000, 32000), 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise ServerError("no free port on 127.0.0.1")
