"""bind() of connections that are of the right driver, and of no use."""

from __future__ import annotations

import pymysql
import pytest

import agentstore
from agentstore import ConfigurationError, UnavailableError
from agentstore.dialects import url


def test_a_connection_that_was_not_made_yet() -> None:
    with pytest.raises(UnavailableError, match="not connected"):
        agentstore.bind(pymysql.Connection(defer_connect=True))


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
