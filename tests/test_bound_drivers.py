"""bind() of connections that are of the right driver, and of no use."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pymysql
import pytest

import agentstore
from agentstore import ConfigurationError, UnavailableError
from agentstore.dialects import url


def test_a_connection_that_was_not_made_yet() -> None:
    with pytest.raises(UnavailableError, match="not connected"):
        agentstore.bind(pymysql.Connection(defer_connect=True))


@pytest.mark.parametrize("backend", ["sqlite-file"], indirect=True)
@pytest.mark.parametrize("factory", [bytes, lambda text: text.decode("latin-1")])
def test_a_text_factory_is_put_aside(
    driver_connection: sqlite3.Connection, factory: Callable[[bytes], object]
) -> None:
    bound = agentstore.bind(driver_connection)
    bound.create_session(id="s")
    driver_connection.text_factory = factory
    bound.save_user_message("s", "\u00e9", id="m")
    with bound.transaction():
        [message] = bound.get_history("s")
    assert (message.id, message.content) == ("m", "\u00e9")
    assert driver_connection.text_factory is factory
    assert list(driver_connection.execute("SELECT 'x'")) == [(factory(b"x"),)]


@pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
def test_a_connection_that_gives_texts_as_bytes(database_url: str) -> None:
    parts = url.parse(database_url)
    [(host, port)] = parts.hosts
    with (
        pymysql.connect(
            host=host,
            port=port or 3306,
            user=parts.user,
            password=parts.password or "",
            database=parts.database,
            charset="utf8mb4",
            use_unicode=False,
        ) as connection,
        pytest.raises(ConfigurationError, match="use_unicode"),
    ):
        agentstore.bind(connection)
