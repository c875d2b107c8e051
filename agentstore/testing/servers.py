"""Throwaway PostgreSQL, MariaDB and MySQL servers.

    with PostgresServer() as server:
        server.create_database("shop")
        store = agentstore.connect(server.url("shop"))

They are durable as a production server is, so that a test may ``kill9()`` one and
``restart()`` it on the same port and data; ``durable=False`` is for tests that only want speed.
The user and the password need percent-encoding in a URL, and the servers' time zone and
(MariaDB, MySQL) character set are not what agentstore stores in: what works here does not lean on
a server's defaults.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from agentstore.testing.programs import ServerError
from agentstore.testing.server import PASSWORD, USER, Server
from agentstore.testing.unpacked import CACHE_VARIABLE, UnpackedPackages


class PostgresServer(Server):
    """A throwaway PostgreSQL with password authentication, TCP only."""

    name = "PostgreSQL"
    url_variable = "AGENTSTORE_TEST_POSTGRES_URL"
    suite_variable = "AGENTSTORE_TEST_POSTGRES_SUITE"
    debian_package = "postgresql"
    package_folders = ("usr/lib/postgresql/*/bin",)
    launched_programs = ("initdb", "postgres")
    program_folders = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
    accounts = ("postgres", "nobody")
    scheme = "postgresql"
    first_database = "postgres"
    stop_signal = signal.SIGINT

    def _program(self, name: str) -> str:
        # All from one folder: initdb and postgres must be of the same version.
        beside = Path(super()._program("initdb")).resolve().with_name(name)
        return str(beside) if beside.exists() else super()._program(name)

    def create_database(self, name: str) -> None:
        from psycopg import sql  # noqa: PLC0415 - an optional driver

        with self._connect(self.url(self.first_database)) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    @classmethod
    def read_version(cls, url: str) -> str:
        with cls._connect(url) as connection:
            version: str = connection.info.parameter_status("server_version")
        return f"PostgreSQL {version.partition(' ')[0]}"

    @staticmethod
    def _connect(url: str) -> Any:
        import psycopg  # noqa: PLC0415 - an optional driver

        return psycopg.connect(url, autocommit=True, connect_timeout=10)

    def _initialise(self, folder: Path) -> None:
        password_file = folder / "password"
        password_file.write_text(PASSWORD)
        password_file.chmod(0o600)
        self._give_to_account(password_file)
        self._run([
            "initdb",
            f"--pgdata={folder / 'data'}",
            f"--username={USER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ])  # fmt: skip
        password_file.unlink()

    def _command(self, folder: Path) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            # In the data folder, not in /dev/shm, where kill9() would leave it.
            "dynamic_shared_memory_type": "mmap",
            "shared_buffers": "64MB",
            "max_connections": "200",
            "timezone": "Asia/Kolkata",
        }
        if not self.durable:
            settings |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "wal_level": "minimal",
                "max_wal_senders": "0",
                "max_wal_size": "128MB",
                # It would sit in template databases and slow down copies of them.
                "autovacuum": "off",
            }
        command = ["postgres", "-D", str(folder / "data"), "-p", str(self.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command + self.extra_arguments

    def _clean_up_after_kill(self, folder: Path) -> None:
        # A clean end removes this file; a killed server leaves it, naming its memory segment.
        pid_file = folder / "data" / "postmaster.pid"
        with contextlib.suppress(OSError, IndexError):
            segment = pid_file.read_text().splitlines()[6].split()[1]
            subprocess.run(["ipcrm", "-m", segment], check=False, capture_output=True)


class InnoDBServer(Server):
    """What MariaDB and MySQL have in common: TCP, databases that are latin1 by default."""

    accounts = ("mysql", "nobody")
    scheme = "mysql"
    first_database = "mysql"
    stop_signal = signal.SIGTERM

    def create_database(self, name: str) -> None:
        quoted = name.replace("`", "``")
        with contextlib.closing(self._connect(self.url(self.first_database))) as connection:
            connection.cursor().execute(f"CREATE DATABASE `{quoted}`")

    @classmethod
    def read_version(cls, url: str) -> str:
        with contextlib.closing(cls._connect(url)) as connection:
            version: str = connection.get_server_info()
        product = "MariaDB" if "MariaDB" in version else "MySQL"
        return f"{product} {version.removeprefix('5.5.5-').partition('-')[0]}"

    @staticmethod
    def _connect(url: str) -> Any:
        import pymysql  # noqa: PLC0415 - an optional driver

        parts = urlsplit(url)
        return pymysql.connect(
            host=parts.hostname,
            port=parts.port or 3306,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=10,
        )

    def _write_first_start(self, folder: Path) -> None:
        """Write what each start runs: it makes our account, the only one."""
        first_start = folder / "first_start.sql"
        account = f"'{USER}'@'%'"
        first_start.write_text(
            f"CREATE USER IF NOT EXISTS {account} IDENTIFIED BY '{PASSWORD}';\n"
            f"GRANT ALL ON *.* TO {account} WITH GRANT OPTION;\n"
            "DROP USER IF EXISTS 'root'@'localhost', ''@'localhost';\n"
        )
        first_start.chmod(0o600)
        self._give_to_account(first_start)

    def _places(self) -> list[str]:
        """Where it finds what its package brings, where that is not where it was built for."""
        unpacked = self.unpacked()
        if unpacked is None:
            return []
        root = unpacked.made()
        [charsets] = root.glob("usr/share/*/charsets")
        return [
            f"--basedir={root / 'usr'}",
            f"--lc-messages-dir={charsets.parent}",
            f"--character-sets-dir={charsets}",
            f"--plugin-dir={root / 'usr/lib/mysql/plugin'}",
        ]

    def _settings(self, folder: Path) -> list[str]:
        """The arguments that both know."""
        settings = [
            f"--datadir={folder / 'data'}",
            f"--tmpdir={folder}",
            f"--socket={folder / 'socket'}",
            f"--pid-file={folder / 'pid'}",
            f"--init-file={folder / 'first_start.sql'}",
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--character-set-server=latin1",
            "--collation-server=latin1_swedish_ci",
            "--default-time-zone=+05:30",
            "--max-connections=200",
            "--innodb-buffer-pool-size=64M",
        ]
        if not self.durable:
            settings += [
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-flush-method=nosync",
                "--innodb-doublewrite=0",
                "--innodb-stats-persistent=0",
            ]
        return settings


class MariaDBServer(InnoDBServer):
    """A throwaway MariaDB, as the machine's suite has it."""

    name = "MariaDB"
    url_variable = "AGENTSTORE_TEST_MYSQL_URL"
    suite_variable = "AGENTSTORE_TEST_MARIADB_SUITE"
    debian_package = "mariadb-server"
    launched_programs = ("mariadbd", "my_print_defaults", "resolveip")
    program_folders = ("/usr/sbin", "/usr/libexec", "/usr/local/mysql/bin")

    def _initialise(self, folder: Path) -> None:
        self._run([
            "mariadb-install-db" if self._has_program("mariadb-install-db") else "mysql_install_db",
            "--no-defaults",
            *self._places()[:1],
            f"--datadir={folder / 'data'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
        ])  # fmt: skip
        self._write_first_start(folder)

    def _command(self, folder: Path) -> list[str]:
        return [
            "mariadbd" if self._has_program("mariadbd") else "mysqld",
            "--no-defaults",
            *self._places(),
            *self._settings(folder),
            "--innodb-log-file-size=32M",
            *self.extra_arguments,
        ]


class MySQLServer(InnoDBServer):
    """A throwaway MySQL: the newest that Debian has, as no stable suite has one at all."""

    name = "MySQL"
    url_variable = "AGENTSTORE_TEST_MYSQL8_URL"
    packages = UnpackedPackages(
        name,
        suite="sid",
        packages=("mysql-server-core", "mysql-client-core"),
        instead=(
            f"Name a running {name}, 8.0 or later, in {url_variable}; or go on without, which "
            "proves less, with AGENTSTORE_TEST_MYSQL=none."
        ),
    )

    @classmethod
    def unpacked(cls) -> UnpackedPackages:
        return cls.packages

    def _initialise(self, folder: Path) -> None:
        data = f"--datadir={folder / 'data'}"
        try:
            self._run(["mysqld", *self._start(), "--initialize-insecure", data])
        except PermissionError as error:
            raise ServerError(
                f"{error}: the account that {self.name} runs as cannot reach "
                f"{self.packages.folder}; {CACHE_VARIABLE} names another folder"
            ) from error
        self._write_first_start(folder)

    def _command(self, folder: Path) -> list[str]:
        command = ["mysqld", *self._start(), *self._settings(folder), "--mysqlx=OFF"]
        command += ["--innodb-redo-log-capacity=64M"]
        if not self.durable:
            # It only says which clients there are.
            command += ["--performance-schema-instrument=%=OFF"]
        return command + self.extra_arguments

    def _start(self) -> list[str]:
        return ["--no-defaults", *self._places(), "--secure-file-priv=NULL"]
