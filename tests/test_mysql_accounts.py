"""Ways to log in to MySQL and MariaDB, on the servers themselves: what works, or what mends it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pymysql
import pymysql._auth
import pytest
from left_out import LOUD, WITHOUT_MYSQL
from rogue_servers import make_certificate

import agentstore
from agentstore import ConfigurationError
from agentstore.testing import MariaDBServer, MySQLServer, Server
from agentstore.testing.server import PASSWORD as ADMINS
from agentstore.testing.server import USER

PASSWORD = "secret+ & more"
DATABASE = "accounts"

_numbers = count()


class Accounts:
    """A server with TLS, whose certificate nobody but the test knows.

    Attributes:
        authority: the file that has signed it.
    """

    def __init__(self, server: Server, authority: Path) -> None:
        self.server = server
        self.authority = authority
        self.is_mysql = isinstance(server, MySQLServer)

    def run(self, *statements: str) -> None:
        """As the administrator."""
        admin = pymysql.connect(
            host="127.0.0.1",
            port=self.server.port,
            user=USER,
            password=ADMINS,
            autocommit=True,
            ssl={"ca": str(self.authority), "check_hostname": False},
        )
        with closing(admin), admin.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def url(self, made: str, query: str = "") -> str:
        """A new account's URL; `made` is what follows its name in CREATE USER."""
        name = f"someone_{next(_numbers)}"
        self.run(f"CREATE USER {name} {made}", f"GRANT ALL ON {DATABASE}.* TO {name}")
        return self.url_of(name, query)

    def url_of(self, name: str, query: str = "") -> str:
        """An account's URL."""
        password = quote(PASSWORD, safe="")
        return f"mysql://{name}:{password}@127.0.0.1:{self.server.port}/{DATABASE}?{query}"


@pytest.fixture(scope="module", params=[MariaDBServer, MySQLServer], ids=["mariadb", "mysql"])
def accounts(request: pytest.FixtureRequest) -> Iterator[Accounts]:
    """A server of each kind."""
    if request.param is MySQLServer and WITHOUT_MYSQL:
        pytest.skip(LOUD)
    server: Server = request.param(durable=False)
    with TemporaryDirectory(prefix="agentstore-tls-") as folder:
        # pytest's own folders are closed to the account that the server runs as.
        Path(folder).chmod(0o755)
        certificate = make_certificate(Path(folder), "server")
        certificate.chmod(0o644)
        server.extra_arguments += [f"--ssl-cert={certificate}", f"--ssl-key={certificate}"]
        with server:
            made = Accounts(server, certificate)
            made.run(f"CREATE DATABASE {DATABASE}")
            yield made


def works(url: str) -> None:
    with agentstore.connect(url, retry_timeout=0) as store:
        store.ping()


def refusal(url: str) -> str:
    """The error of the first call, which is of the configuration and has no password in it."""
    with agentstore.connect(url, retry_timeout=0) as store:
        with pytest.raises(ConfigurationError) as caught:
            store.ping()
        with pytest.raises(ConfigurationError):
            store.migrate()
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("query", ["", "ssl_ca={authority}", "ssl_disabled=true"])
def test_the_servers_own_method(accounts: Accounts, query: str) -> None:
    """Of MySQL caching_sha2_password: over TLS, verified or not, and without."""
    query = query.format(authority=accounts.authority)
    works(accounts.url(f"IDENTIFIED BY '{PASSWORD}'", query))


def test_another_authority_is_refused(accounts: Accounts, tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "other")
    assert "ssl_ca=FILE" in refusal(accounts.url(f"IDENTIFIED BY '{PASSWORD}'", f"ssl_ca={other}"))


def test_without_cryptography(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """caching_sha2_password needs it without TLS alone: the error names the package, and TLS."""
    monkeypatch.setattr(pymysql._auth, "_have_cryptography", False)
    works(accounts.url(f"IDENTIFIED BY '{PASSWORD}'"))
    plain = accounts.url(f"IDENTIFIED BY '{PASSWORD}'", "ssl_disabled=true")
    if accounts.is_mysql:
        error = refusal(plain)
        assert 'pip install "PyMySQL[rsa]"' in error
        assert "ssl_disabled" in error
    else:
        works(plain)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("PASSWORD EXPIRE", "ALTER USER … IDENTIFIED BY"),
        ("ACCOUNT LOCK", "ALTER USER … ACCOUNT UNLOCK"),
    ],
)
def test_an_account_that_may_not(accounts: Accounts, made: str, words: str) -> None:
    """Expired or locked: the error says what mends it."""
    assert words in refusal(accounts.url(f"IDENTIFIED BY '{PASSWORD}' {made}"))


def test_tls_that_the_server_demands(accounts: Accounts) -> None:
    url = accounts.url(f"IDENTIFIED BY '{PASSWORD}'")
    accounts.run("SET GLOBAL require_secure_transport = ON")
    try:
        works(url)
        error = refusal(f"{url}ssl_disabled=true")
    finally:
        accounts.run("SET GLOBAL require_secure_transport = OFF")
    # MariaDB before 11 says no more than that access is denied.
    assert "leave ssl_disabled out" in error or (not accounts.is_mysql and "1045" in error)


def test_a_driver_that_does_not_encrypt_by_itself(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyMySQL before 1.2: what the server offers is used all the same."""
    url = accounts.url(f"IDENTIFIED BY '{PASSWORD}' REQUIRE SSL")
    monkeypatch.setattr(pymysql.connections, "SSL_ENABLED", False)
    works(url)
    assert "1045" in refusal(f"{url}ssl_disabled=true")


def test_an_account_of_a_method_that_is_gone(accounts: Accounts) -> None:
    """MySQL 9 has no mysql_native_password: an account kept from before gets the mend."""
    if not accounts.is_mysql:
        return works(accounts.url(f"IDENTIFIED VIA mysql_native_password USING {_HASHED}"))
    url = accounts.url(f"IDENTIFIED BY '{PASSWORD}'")
    name = url.partition("//")[2].partition(":")[0]
    accounts.run(
        f"UPDATE mysql.user SET plugin = 'mysql_native_password' WHERE user = '{name}'",  # noqa: S608
        "FLUSH PRIVILEGES",
    )
    assert "IDENTIFIED WITH caching_sha2_password" in refusal(url)
    return None


@pytest.mark.parametrize("accounts", [MySQLServer], ids=["mysql"], indirect=True)
@pytest.mark.parametrize("query", ["", "ssl_disabled=true"])
def test_sha256_password(accounts: Accounts, query: str) -> None:
    """MySQL's method of before; 9.7 still has it."""
    works(accounts.url(f"IDENTIFIED WITH sha256_password BY '{PASSWORD}'", query))


@pytest.mark.parametrize("accounts", [MariaDBServer], ids=["mariadb"], indirect=True)
def test_ed25519(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """MariaDB's: with PyNaCl it works, and without, the error names the package."""
    accounts.run("INSTALL SONAME 'auth_ed25519'")
    url = accounts.url(f"IDENTIFIED VIA ed25519 USING {_HASHED}")
    works(url)
    works(f"{url}ssl_disabled=true")
    monkeypatch.setattr(pymysql._auth, "_nacl_bindings", False)
    monkeypatch.setitem(sys.modules, "nacl", None)
    assert 'pip install "PyMySQL[ed25519]"' in refusal(url)


_HASHED = f"PASSWORD('{PASSWORD}')"
