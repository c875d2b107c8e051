"""How a store is opened: on a DATABASE_URL, or on a connection of the caller's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, overload

from agentstore.dialects import registry
from agentstore.dialects.url import has_empty_path, parse
from agentstore.engine.observing import Observer
from agentstore.errors import ConfigurationError
from agentstore.shapes import DriverConnection
from agentstore.storage import Storage

if TYPE_CHECKING:
    import sqlite3

    import psycopg
    import pymysql

ENVIRONMENT_VARIABLE = "DATABASE_URL"


def connect(
    url: str | None = None,
    *,
    pool_size: int | None = None,
    pool_timeout: float | None = None,
    max_lifetime: float | None = None,
    connect_timeout: float | None = None,
    statement_timeout: float | None = None,
    retry_timeout: float | None = None,
    prepared_statements: bool | None = None,
    slow_statement: float | None = None,
    observer: Observer | None = None,
) -> Storage:
    """Open a store. Nothing is connected before the first call that needs it.

    Args:
        url: the database's URL; the environment's DATABASE_URL where None. Schemes:
            ``sqlite://`` (memory), ``sqlite:///relative.db``, ``sqlite:////absolute.db``,
            ``postgresql://``, ``postgres://``, ``postgresql+psycopg://``, ``mysql://``,
            ``mariadb://``, ``mysql+pymysql://``, ``mariadb+pymysql://``. Percent-encode what
            is special in user, password and path. Options may stand in its query, and so may
            parameters of the driver.
        pool_size: connections at most (10).
        pool_timeout: seconds to wait for a free one (10).
        max_lifetime: seconds after which a connection is replaced (3600).
        connect_timeout: seconds to wait for the server to accept a connection (5).
        statement_timeout: seconds that one statement may take (30).
        retry_timeout: seconds during which a failed call is tried again (30).
        prepared_statements: False where a pooler refuses them (True).
        slow_statement: seconds from which a statement is logged as a warning (never).
        observer: called with a `StatementEvent` once a round trip, when the call that made it
            holds no connection any more. What it raises is logged and dropped, and what it
            calls of the store is not observed. Not in the URL.

    Raises:
        ConfigurationError: no URL, or one that cannot be served.
    """
    if observer is not None and not callable(observer):
        raise ConfigurationError("observer is called with a StatementEvent, and is no function")
    if url is None:
        url = os.environ.get(ENVIRONMENT_VARIABLE)
        if not url:
            raise ConfigurationError(
                f"no database URL: pass one, or set {ENVIRONMENT_VARIABLE} in the environment"
            )
    given = {
        "pool_size": pool_size,
        "pool_timeout": pool_timeout,
        "max_lifetime": max_lifetime,
        "connect_timeout": connect_timeout,
        "statement_timeout": statement_timeout,
        "retry_timeout": retry_timeout,
        "prepared_statements": prepared_statements,
        "slow_statement": slow_statement,
    }
    parsed = parse(url, {name: value for name, value in given.items() if value is not None})
    repository_class = registry.repository_class(parsed.scheme)
    if has_empty_path(url) and repository_class.dialect == "sqlite":
        raise ConfigurationError("sqlite:/// lacks a path; a database in memory is sqlite://")
    return Storage(repository_class(url=parsed, observer=observer))


@overload
def bind(connection: sqlite3.Connection) -> Storage: ...
@overload
def bind(connection: psycopg.Connection[Any]) -> Storage: ...
@overload
def bind(connection: pymysql.Connection[Any]) -> Storage: ...
@overload
def bind(connection: DriverConnection) -> Storage: ...
def bind(connection: Any) -> Storage:
    """A store on an open driver connection of the caller's, inside its transaction.

    It never commits, rolls back or closes the connection, retries nothing, and leaves its
    settings as they are; what it has to undo, it undoes by a savepoint. A write on a
    connection in autocommit with no transaction begun is refused (StorageError). So is, on
    PostgreSQL, a save with an id of the caller's own in a transaction that is REPEATABLE READ or
    SERIALIZABLE: it cannot see whether another has saved the same id meanwhile.

    Args:
        connection: a psycopg.Connection, pymysql.Connection or sqlite3.Connection.

    Raises:
        ConfigurationError: no dialect works on such a connection.
        UnavailableError: it is closed; with sqlite3 the first call says so.
    """
    return Storage(registry.repository_class_for(connection)(bound=connection))
