"""What the first use of a store says where the URL is wrong or the server is away."""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import stat
import traceback
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from backends import NETWORKED

import agentstore
from agentstore import ConfigurationError, DatabaseError, SchemaError, UnavailableError
from agentstore.connections import Connection
from agentstore.testing import Backend

SECRET = "hunter2/with:odd@signs"
over_the_network = pytest.mark.parametrize("backend", NETWORKED, indirect=True)


def changed(url: str, **parts: str) -> str:
    """A URL with another user, password, port or path in it."""
    given = urlsplit(url)
    user = parts.get("user", given.username)
    password = parts.get("password", given.password)
    port = parts.get("port", given.port)
    location = f"{user}:{password}@{given.hostname}:{port}"
    path = parts.get("path", given.path)
    return urlunsplit((given.scheme, location, path, parts.get("query", given.query), ""))


def everything_said(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error)


@over_the_network
def test_a_wrong_password(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = changed(database_url, password=quote(SECRET, safe=""))
    with agentstore.connect(url) as store, pytest.raises(ConfigurationError) as caught:
        store.create_session()
    for text in (everything_said(caught.value), caplog.text, repr(store)):
        assert "hunter2" not in text


@over_the_network
def test_an_unknown_database(database_url: str) -> None:
    with (
        agentstore.connect(changed(database_url, path="/no_such_database")) as store,
        pytest.raises(ConfigurationError, match="no_such_database"),
    ):
        store.ping()


@over_the_network
def test_nobody_listens(database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = changed(database_url, port=str(taken.getsockname()[1]))
        with agentstore.connect(url) as store:
            for call in (store.ping, store.create_session, store.migrate):
                with pytest.raises(UnavailableError):
                    call()


@over_the_network
def test_nobody_answers(database_url: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = changed(database_url, port=str(silent.getsockname()[1]))
        with (
            agentstore.connect(url, connect_timeout=1) as store,
            pytest.raises(UnavailableError),
        ):
            store.ping()


def test_no_tables(empty_database_url: str, backend: Backend) -> None:
    if backend.private:
        return
    with agentstore.connect(empty_database_url) as store:
        with pytest.raises(SchemaError, match="agentstore migrate"):
            store.create_session()
        assert store.schema_status().applied == []
        store.migrate()
        assert store.create_session()


@over_the_network
def test_the_driver_gets_its_parameters(database_url: str) -> None:
    name = "application_name" if database_url.startswith("postgres") else "init_command"
    value = "billing" if database_url.startswith("postgres") else "SET @agentstore_test = 'billing'"
    query = {"postgresql": "SHOW application_name", "mysql": "SELECT @agentstore_test"}
    url = changed(database_url, query=f"{name}={quote(value)}")
    with agentstore.connect(url) as store:
        store.ping()

        def ask(connection: Connection) -> str:
            cursor = connection.driver_connection.cursor()
            cursor.execute(query[store.dialect])
            return str(cursor.fetchone()[0])

        assert store._repository.executor.read(ask) == "billing"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with (
        agentstore.connect(f"sqlite:///{tmp_path}/no/such/folder.db") as store,
        pytest.raises(ConfigurationError),
    ):
        store.ping()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("Buy milk, and more of it than this line holds.\n" * 99)
    with (
        agentstore.connect(f"sqlite:///{tmp_path}/notes.db") as store,
        pytest.raises(ConfigurationError),
    ):
        store.create_session()


def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    with agentstore.connect(url) as store:
        store.migrate()
        store.create_session(id="s")
    # root may write anything, so the database itself is opened read-only there.
    (tmp_path / "kept.db").chmod(stat.S_IRUSR)
    with agentstore.connect(f"{url}?mode=ro") as store:
        assert store.get_session("s") is not None
        with pytest.raises(DatabaseError) as caught:
            store.save_user_message("s", "x")
        assert isinstance(caught.value.__cause__, sqlite3.Error)


def test_percent_encoding_in_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "odd %20 #? ünïcode"
    folder.mkdir()
    with agentstore.connect(f"sqlite:///{quote(os.fspath(folder))}/a%3Fb.db") as store:
        store.migrate()
        store.create_session(id="s")
    assert (folder / "a?b.db").is_file()
