"""Refusals and outages at the log-in, told apart by their codes, in whatever language."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest

import agentstore
from agentstore import ConfigurationError, StorageError, UnavailableError
from agentstore.dialects.postgresql import opening
from agentstore.testing import Backend

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)

NAME = f"agentstore_login_{os.getpid()}"


@pytest.fixture
def has_codes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if not request.param:
        monkeypatch.setattr(opening, "_verbosity_function", lambda: None)
    return bool(request.param)


@pytest.fixture
def admin(backend: Backend, database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with closing(backend.open_connection(database_url)) as connection:
        connection.autocommit = True
        yield connection
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
        connection.execute(f"DROP ROLE IF EXISTS {NAME}")


def error_of(url: str, **options: Any) -> StorageError:
    """What the first call fails with, at once."""
    began = time.monotonic()
    with agentstore.connect(url, retry_timeout=20, **options) as store:
        with pytest.raises(StorageError) as caught:
            store.get_session("s")
        with pytest.raises(StorageError) as migration:
            store.migrate()
    if isinstance(caught.value, ConfigurationError):
        assert time.monotonic() - began < 10
    assert type(migration.value) is type(caught.value)
    return caught.value


def as_role(url: str, *, database: str | None = None, query: str = "") -> str:
    parts = urlsplit(url)
    path = parts.path if database is None else f"/{database}"
    return f"postgresql://{NAME}:secret@{parts.hostname}:{parts.port}{path}{query}"


@pytest.mark.parametrize("has_codes", [True, False], indirect=True)
@pytest.mark.parametrize(
    ("made", "query"),
    [
        (None, ""),
        ("NOLOGIN PASSWORD 'secret'", ""),
        ("LOGIN PASSWORD 'another'", ""),
        ("LOGIN PASSWORD 'secret' VALID UNTIL '2001-01-01'", ""),
        ("LOGIN PASSWORD 'secret'", "?options=" + quote("-c nonsense=1")),
        ("LOGIN PASSWORD 'secret'", "?options=" + quote("-c work_mem=nonsense")),
        ("LOGIN PASSWORD 'secret'", "?sslmode=nonsense"),
        ("LOGIN PASSWORD 'secret'", "?target_session_attrs=nonsense"),
    ],
)
def test_refusals(
    admin: psycopg.Connection[Any],
    database_url: str,
    made: str | None,
    query: str,
    has_codes: bool,
) -> None:
    if made is not None:
        admin.execute(f"CREATE ROLE {NAME} {made}".encode())
    error = error_of(as_role(database_url, query=query))
    if not has_codes and "options" in query:
        return  # the text alone does not tell
    assert type(error) is ConfigurationError, error
    assert "secret" not in str(error)


@pytest.mark.parametrize("has_codes", [True, False], indirect=True)
def test_databases_that_let_nobody_in(
    admin: psycopg.Connection[Any], database_url: str, has_codes: bool
) -> None:
    admin.execute(f"CREATE ROLE {NAME} LOGIN PASSWORD 'secret'")
    assert type(error_of(as_role(database_url, database="nowhere"))) is ConfigurationError
    admin.execute(f"CREATE DATABASE {NAME}")
    admin.execute(f"REVOKE CONNECT ON DATABASE {NAME} FROM PUBLIC")
    assert type(error_of(as_role(database_url, database=NAME))) is ConfigurationError
    if has_codes:
        admin.execute(f"GRANT CONNECT ON DATABASE {NAME} TO PUBLIC")
        admin.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false")
        assert type(error_of(as_role(database_url, database=NAME))) is ConfigurationError


def test_a_role_with_too_many_connections_waits(
    admin: psycopg.Connection[Any], database_url: str
) -> None:
    admin.execute(f"CREATE ROLE {NAME} LOGIN PASSWORD 'secret' CONNECTION LIMIT 0")
    with (
        agentstore.connect(as_role(database_url), retry_timeout=0.5) as store,
        pytest.raises(UnavailableError, match="53300"),
    ):
        store.ping()


@contextmanager
def server_that_says(*fields: tuple[str, str]) -> Iterator[str]:
    """A server whose only word to each newcomer is an error."""
    body = b"".join(kind.encode() + text.encode() + b"\0" for kind, text in fields) + b"\0"
    packet = b"E" + (len(body) + 4).to_bytes(4, "big") + body
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.recv(1000)
                    client.sendall(packet)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"postgresql://u:secret@127.0.0.1:{server.getsockname()[1]}/d?sslmode=disable&gssencmode=disable"
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("28000", ConfigurationError),
        ("28P01", ConfigurationError),
        ("3D000", ConfigurationError),
        ("42501", ConfigurationError),
        ("42704", ConfigurationError),
        ("55000", ConfigurationError),
        ("57P03", UnavailableError),
        ("57P01", UnavailableError),
        ("53300", UnavailableError),
        ("53200", UnavailableError),
        ("XX000", UnavailableError),
    ],
)
@pytest.mark.parametrize(
    ("severity", "text"),
    [
        ("FATAL", "Passwort-Authentifizierung für Benutzer »u« fehlgeschlagen"),
        ("致命的エラー", 'ユーザー"u"のパスワード認証に失敗しました'),
        ("ВАЖНО", 'пользователь "u" не прошёл проверку подлинности'),
    ],
)
def test_in_every_language(
    database_url: str, code: str, expected: type[StorageError], severity: str, text: str
) -> None:
    fields = (("S", severity), ("V", "FATAL"), ("C", code), ("M", text))
    with (
        server_that_says(*fields) as url,
        agentstore.connect(url, retry_timeout=0) as store,
        pytest.raises(StorageError, match=code) as caught,
    ):
        store.ping()
    assert type(caught.value) is expected


def test_a_setting_that_forbids_writes(
    admin: psycopg.Connection[Any], backend: Backend, database_url: str
) -> None:
    with agentstore.connect(database_url) as store:
        store.create_session(id="s")
    name = urlsplit(database_url).path[1:]
    admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
    with agentstore.connect(database_url, retry_timeout=20) as store:
        for _ in range(2):
            with pytest.raises(ConfigurationError, match="default_transaction_read_only is on"):
                store.save_user_message("s", "Hello")
        with (
            pytest.raises(ConfigurationError, match="default_transaction_read_only is on"),
            store.transaction(),
        ):
            store.save_user_message("s", "Hello")
        assert store.get_history("s") == []
        admin.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only'.encode())
        with suppress(ConfigurationError):
            store.save_user_message("s", "on a connection from before")
        store.save_user_message("s", "Hello")
