"""Refusals and outages at MySQL's log-in, told apart by their numbers."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pymysql
import pytest
from pymysql import err

import agentstore
from agentstore import ConfigurationError, StorageError, UnavailableError
from agentstore.dialects.mysql.driver import BoundedConnection
from agentstore.testing import Backend

pytestmark = pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)

NAME = f"agentstore_login_{os.getpid()}"


@pytest.fixture
def admin(backend: Backend, database_url: str) -> Iterator[Any]:
    connection: pymysql.Connection[Any] = backend.open_connection(database_url)
    with closing(connection), connection.cursor() as cursor:
        yield cursor
        cursor.execute(f"DROP USER IF EXISTS {NAME}")


def error_of(url: str) -> StorageError:
    """What every first call fails with, at once."""
    errors = []
    began = time.monotonic()
    with agentstore.connect(url, retry_timeout=20) as store:
        for call in (lambda: store.save_user_message("s", "x"), store.ping, store.migrate):
            with pytest.raises(StorageError) as caught:
                call()
            errors.append(caught.value)
    assert len({type(error) for error in errors}) == 1, errors
    assert time.monotonic() - began < 10
    return errors[0]


def as_user(url: str, password: str = "secret") -> str:
    parts = urlsplit(url)
    return f"mysql://{NAME}:{password}@{parts.hostname}:{parts.port}{parts.path}"


@pytest.mark.parametrize(
    ("made", "number"),
    [
        (None, 1045),
        ("IDENTIFIED BY 'another'", 1045),
        ("IDENTIFIED BY 'secret' ACCOUNT LOCK", 4151),
        ("IDENTIFIED BY 'secret' PASSWORD EXPIRE", 1862),
        ("IDENTIFIED BY 'secret' REQUIRE X509", 1045),
        ("IDENTIFIED BY 'secret'", 1044),
    ],
)
def test_refusals(
    backend: Backend, admin: Any, database_url: str, made: str | None, number: int
) -> None:
    if made is not None:
        admin.execute(f"CREATE USER {NAME} {made}")
    error = error_of(as_user(database_url))
    assert type(error) is ConfigurationError, error
    if backend.name == "mysql":
        number = {4151: 3118}.get(number, number)
    assert str(number) in str(error) or number == 1862
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (err.OperationalError(3118, "Access denied. Account is locked."), ConfigurationError),
        (err.OperationalError(1862, "Your password has expired."), ConfigurationError),
        (err.OperationalError(3159, "Connections using insecure transport"), ConfigurationError),
        (err.OperationalError(9999, "A refusal of a later version"), ConfigurationError),
        (err.OperationalError(1040, "Too many connections"), UnavailableError),
        (err.OperationalError(1135, "Can't create a new thread"), UnavailableError),
        (err.OperationalError(1053, "Server shutdown in progress"), UnavailableError),
        (err.OperationalError(2003, "Can't connect"), UnavailableError),
        (AttributeError("'NoneType' object has no attribute 'settimeout'"), ConfigurationError),
        (IndexError("index out of range"), ConfigurationError),
    ],
)
def test_what_the_driver_raises(
    database_url: str, monkeypatch: pytest.MonkeyPatch, raised: Exception, expected: type
) -> None:
    def connect(_: object) -> None:
        raise raised

    monkeypatch.setattr(BoundedConnection, "connect", connect)
    with agentstore.connect(database_url, retry_timeout=0) as store:
        for call in (store.ping, store.migrate):
            with pytest.raises(StorageError) as caught:
                call()
            assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            "'cryptography' package is required for sha256_password or caching_sha2_password",
            r'pip install "PyMySQL\[rsa\]"',
        ),
        (
            "'pynacl' package is required for ed25519_password auth method",
            r'pip install "PyMySQL\[ed25519\]"',
        ),
    ],
)
def test_a_package_that_lacks(
    database_url: str, monkeypatch: pytest.MonkeyPatch, text: str, command: str
) -> None:
    def connect(_: object) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(BoundedConnection, "connect", connect)
    with (
        agentstore.connect(database_url) as store,
        pytest.raises(ConfigurationError, match=command),
    ):
        store.ping()


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), ConfigurationError),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), ConfigurationError),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), UnavailableError),
        (ConnectionResetError(104, "reset by peer"), UnavailableError),
    ],
)
def test_tls(
    database_url: str, monkeypatch: pytest.MonkeyPatch, cause: OSError, expected: type
) -> None:
    def begin(_: object) -> None:
        vars(cause)["verify_message"] = "self-signed certificate"  # as OpenSSL's own have
        raise cause

    monkeypatch.setattr(BoundedConnection, "_request_authentication", begin)
    with (
        agentstore.connect(database_url, retry_timeout=0) as store,
        pytest.raises(StorageError) as caught,
    ):
        store.ping()
    assert type(caught.value) is expected


@pytest.mark.parametrize("text", ["no section\n", "[client\n", "\x00\xff"])
def test_a_file_of_options_that_cannot_be_read(
    database_url: str, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "my.cnf"
    file.write_text(text, encoding="latin-1")
    url = f"{database_url}?read_default_file={file}"
    with agentstore.connect(url) as store, pytest.raises(ConfigurationError):
        store.ping()


def test_a_url_whose_command_names_the_database(database_url: str) -> None:
    """Or does not: that is told as for any URL without a database."""
    server, _, name = database_url.rpartition("/")
    with agentstore.connect(f"{server}/?init_command=USE {name}") as store:
        store.create_session()
    with (
        agentstore.connect(f"{server}/?init_command=SELECT 1") as store,
        pytest.raises(ConfigurationError, match="1046"),
    ):
        store.create_session()


def test_a_session_that_may_only_read(admin: Any, database_url: str) -> None:
    with (
        agentstore.connect(
            f"{database_url}?init_command=SET+SESSION+TRANSACTION+READ+ONLY"
        ) as store,
        pytest.raises(ConfigurationError, match="1792"),
    ):
        store.create_session()
