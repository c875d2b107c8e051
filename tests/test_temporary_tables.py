"""A temporary table of our name, on a connection of the caller's: theirs to know of.

Only who has the connection can make one on it. It stands before ours; what lacks our columns is
refused, and where the database can find ours first, the caller can have it so.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from backends import SHARED

import agentstore
from agentstore import SchemaError, Storage
from agentstore.testing import Backend

shared = pytest.mark.parametrize("backend", SHARED, indirect=True)

MAKE = "CREATE TEMPORARY TABLE agentstore_sessions (id varchar(191))"


def run(connection: Any, text: str) -> list[Any]:
    """What a statement gives on the caller's own connection."""
    cursor = connection.cursor()
    cursor.execute(text)
    return list(cursor.fetchall()) if cursor.description else []


@shared
def test_one_without_our_columns_is_refused(store: Storage, driver_connection: Any) -> None:
    session_id = store.create_session()
    run(driver_connection, MAKE)
    with pytest.raises(SchemaError):
        agentstore.bind(driver_connection).get_session(session_id)
    driver_connection.rollback()


@shared
def test_a_pool_never_meets_it(store: Storage, driver_connection: Any) -> None:
    run(driver_connection, MAKE)
    session_id = store.create_session()
    assert store.get_session(session_id) is not None


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_postgresql_finds_ours_first_where_it_is_told_so(
    store: Storage, driver_connection: Any
) -> None:
    session_id = store.create_session()
    run(driver_connection, MAKE)
    run(driver_connection, "SET search_path = public, pg_temp")
    assert agentstore.bind(driver_connection).get_session(session_id) is not None


@pytest.mark.parametrize("backend", ["mariadb", "mysql"], indirect=True)
def test_mysql_takes_it_even_for_a_qualified_name(
    backend: Backend, database_url: str, store: Storage, driver_connection: Any
) -> None:
    """So that no statement of ours could be written to find the other."""
    store.create_session()
    run(driver_connection, MAKE)
    database = urlsplit(database_url).path[1:]
    rows = run(driver_connection, f"SELECT id FROM `{database}`.agentstore_sessions")  # noqa: S608
    assert rows == []
