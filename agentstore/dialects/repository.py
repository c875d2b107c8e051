"""What a dialect supplies, on one page: `Repository` is the class to derive from.

It must supply

* the facts: `dialect`, `paramstyle`, `driver_parameters`, `driver_module`, `migrator_backend`;
* the files: `sql_path` (its statements: those of ours that say no ``Differs:``, under the same
  names, with the same parameters, blocks and results) and `migrations_path`;
* the driver: `connect` and `wrap`, which make a `agentstore.connections.Connection` (its abstract
  methods are what an open connection must do), and `connect_driver`, which migrates.

It may override what differs: `forks_unconnected`, `check_url`, `is_private`, `pool_size`,
`connection_lifetime`; and an operation of `agentstore.operations` where the database has a better
way. The folders of extensions among its statements may be left out: who asks for one is refused.

CONTRIBUTING.md shows a whole one, and the conformance suite proves it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from agentstore import assets
from agentstore.dialects.url import DatabaseURL, parameter_named
from agentstore.dialects.url_hints import hint_for
from agentstore.engine.batch import NO_PARAMETERS
from agentstore.engine.bound import BoundExecutor
from agentstore.engine.connection import Connection
from agentstore.engine.observing import Observation, Observer, opening_for
from agentstore.engine.pool import Pool
from agentstore.engine.pooled import PooledExecutor
from agentstore.engine.scope import TENANT_BLOCK, Scope, ScopedExecutor
from agentstore.errors import ConfigurationError, SchemaError, StorageError
from agentstore.operations.confirmations import ConfirmationOperations
from agentstore.operations.erasing import ErasureOperations
from agentstore.operations.keeping import KeepingOperations
from agentstore.operations.messages import MessageOperations
from agentstore.operations.retaining import RetentionOperations
from agentstore.operations.scoping import statements_without_scope
from agentstore.operations.session_lists import SessionListOperations
from agentstore.operations.tool_calls import ToolCallOperations
from agentstore.records import SchemaStatus
from agentstore.schema import applying
from agentstore.statements import StatementLibrary, library

if TYPE_CHECKING:
    from agentstore.schema.backend import MigratorBackend

T = TypeVar("T", bound="Repository")

MIGRATION_TIMEOUT = 600.0
"""Seconds that a migrator waits for another one, or for a lock on a table of ours."""


_LIVENESS_GRACE = 0.02
"""Seconds after its last use in which a connection is taken to live: a liveness check lets go of
the interpreter's lock, for which others of many threads wait. A retry mends what is wrong."""


class Repository(
    SessionListOperations,
    KeepingOperations,
    RetentionOperations,
    ErasureOperations,
    MessageOperations,
    ToolCallOperations,
    ConfirmationOperations,
    ABC,
):
    """What ``agentstore.register_dialect`` takes: subclass it, and say what differs.

    The operations on conversations are inherited; what follows is how they come to a database.
    """

    dialect: ClassVar[str]
    """What is the dialect called?"""

    paramstyle: ClassVar[str]
    """How does its driver mark parameters (PEP 249): 'named' or 'pyformat'?"""

    driver_parameters: ClassVar[frozenset[str]]
    """Which parameters of a URL reach the driver?"""

    driver_module: ClassVar[str]
    """Which package do its driver's connections come from, for ``agentstore.bind``?"""

    migrator_backend: ClassVar[type[MigratorBackend] | str]
    """Which class migrates it? Itself, or ``module:Class``, which is imported when it is needed:
    only a migrator should pay for importing yoyo."""

    forks_unconnected: ClassVar[bool] = False
    """Must no connection be open while the process forks?"""

    @classmethod
    def sql_path(cls) -> Path:
        """The folder of its statements; a third party's is its own."""
        return assets.sql_path(cls.dialect)

    @classmethod
    def migrations_path(cls) -> Path:
        """The folder of its yoyo migrations; a third party's is its own."""
        return assets.migrations_path(cls.dialect)

    @classmethod
    def statement_library(cls) -> StatementLibrary:
        """Its statements, read once a process."""
        return library(cls.sql_path(), cls.paramstyle)

    def __init__(
        self,
        *,
        url: DatabaseURL | None = None,
        bound: Any = None,
        observer: Observer | None = None,
    ) -> None:
        """A repository on a pool of its own, or on a connection of the caller's.

        Nothing is connected before it is used.

        Args:
            url: where the database is.
            bound: the caller's open driver connection, in place of a URL.
            observer: told of each round trip (`agentstore.connect`).

        Raises:
            ConfigurationError: the URL has something that the dialect does not know.
        """
        self.url = url
        if url is None:
            self.observation = Observation()
            connection = self.wrap(bound)
            connection.observation = self.observation
            super().__init__(BoundExecutor(connection))
            return
        self._check_query(url)
        self.check_url(url)
        self.url = url = self.resolved(url)
        self.observation = Observation(url.options.slow_statement)
        if observer is not None:
            self.observation.add(observer)
        super().__init__(
            PooledExecutor(
                lambda: self._make_pool(url),
                retry_timeout=url.options.retry_timeout,
                # What is left is for cancelling the last statement.
                call_limit=url.options.call_limit - url.options.cancel_limit,
                survives_fork=not self.is_private(url),
                forks_unconnected=self.forks_unconnected and not self.is_private(url),
                on_unsafe_fork=lambda: self.on_unsafe_fork(url),
            )
        )

    def _make_pool(self, url: DatabaseURL) -> Pool:
        return Pool(
            lambda: self._connect_observed(url),
            size=self.pool_size(url),
            timeout=url.options.pool_timeout,
            max_lifetime=self.connection_lifetime(url),
            # Without retries, a liveness check is all that finds a connection dead.
            liveness_grace=_LIVENESS_GRACE if url.options.retry_timeout else 0.0,
        )

    def _connect_observed(self, url: DatabaseURL) -> Connection:
        with opening_for(self.observation):
            return self.connect(url)

    def _check_query(self, url: DatabaseURL) -> None:
        unknown = sorted(set(url.query) - self.driver_parameters)
        if unknown:
            raise ConfigurationError(
                f"{parameter_named(unknown[0], url.query)} in the database URL is unknown"
                f"{hint_for(unknown[0], self.dialect)}; known are "
                + ", ".join(sorted(self.driver_parameters | url.options.names()))
            )

    @classmethod
    def check_url(cls, url: DatabaseURL) -> None:
        """Refuse a URL that cannot be this dialect's.

        Raises:
            ConfigurationError: it says what is wrong.
        """

    @classmethod
    def resolved(cls, url: DatabaseURL) -> DatabaseURL:
        """A URL that means the same database wherever the process goes.

        Raises:
            ConfigurationError: it means none any more.
        """
        return url

    @classmethod
    def is_private(cls, url: DatabaseURL) -> bool:
        """Whether the database lives in this process, reachable by this store alone."""
        return False

    @classmethod
    def on_unsafe_fork(cls, url: DatabaseURL) -> None:
        """Refuse a database in a forked child, as the parent had a connection in use.

        Called where `forks_unconnected` says that none must be.
        """

    def pool_size(self, url: DatabaseURL) -> int:
        """How many connections there may be."""
        return url.options.pool_size

    def connection_lifetime(self, url: DatabaseURL) -> float:
        """Seconds after which a connection is replaced."""
        return url.options.max_lifetime

    @abstractmethod
    def connect(self, url: DatabaseURL) -> Connection:
        """Open a connection that is ready for use."""

    @classmethod
    @abstractmethod
    def wrap(cls, driver_connection: Any) -> Connection:
        """A connection over one of the caller's."""

    @classmethod
    @abstractmethod
    def connect_driver(cls, url: DatabaseURL) -> Any:
        """Open a bare driver connection for migrations, with no limit on a statement."""

    @classmethod
    def migrator_class(cls) -> type[MigratorBackend]:
        """The class that migrates the dialect, imported.

        Raises:
            ConfigurationError: the dialect has none.
        """
        named = getattr(cls, "migrator_backend", None)
        if named is None:
            raise ConfigurationError(
                f"the dialect {cls.dialect!r} has no migrator_backend: "
                "its repository class must name one"
            )
        if isinstance(named, str):
            module, _, name = named.partition(":")
            named = getattr(import_module(module), name)
        found: type[MigratorBackend] = named
        return found

    def check_exists(self) -> None:
        """Refuse a database that connecting would make, where it should be there.

        Raises:
            ConfigurationError: it is not there.
        """

    def scoped(self: T, scope: Scope) -> T:
        """The same repository for one scope: its executor, in the scope.

        Raises:
            ConfigurationError: the dialect's statements lack the blocks for it.
        """
        lacking = statements_without_scope(self.statement_library())
        if lacking:
            raise ConfigurationError(
                f"the dialect {self.dialect} cannot be scoped: {lacking[0]}.sql and "
                f"{len(lacking) - 1} others have no block {TENANT_BLOCK}"
            )
        view = copy(self)
        view.scope = scope
        # Of a scoped repository, too: that is how closing it closes what came from it.
        view.executor = ScopedExecutor(self.executor, scope, self.statement_library())
        return view

    def ping(self) -> None:
        """One round trip, without a retry."""
        self.executor.once(lambda connection: connection.rows("connection/ping", NO_PARAMETERS))

    def migrate(self) -> list[str]:
        """Apply the migrations that the database lacks; says which these were."""
        url = self._url_to_migrate()
        return applying.migrate(
            lambda: self.connect_driver(url),
            self.migrations_path(),
            backend_class=self.migrator_class(),
            timeout=MIGRATION_TIMEOUT,
            schema=url.query.get("schema"),
        )

    def schema_status(self) -> SchemaStatus:
        """Which migrations the database has."""
        try:
            rows = self.executor.read(
                lambda connection: connection.rows("schema/applied_migrations"), undoable=True
            )
        except SchemaError:
            rows = []
        return applying.compare(self.migrations_path(), [row[0] for row in rows])

    def _url_to_migrate(self) -> DatabaseURL:
        """The URL, where what is open here is not in a migrator's way.

        Raises:
            StorageError: the store is closed, its data is the parent process's, or a transaction()
                is open here, for which the migrator's own connection would wait in vain.
            ConfigurationError: the store has no URL.
        """
        self.executor.check_open()
        url = self._own_url()
        if self.executor.in_transaction():
            raise StorageError(
                "migrate() has a connection and transactions of its own: "
                "it cannot be called inside transaction()"
            )
        return url

    def _own_url(self) -> DatabaseURL:
        if self.url is None:
            raise ConfigurationError(
                "a bound store has no connection of its own to migrate with: "
                "use `agentstore migrate`, yoyo apply or a store from agentstore.connect"
            )
        return self.url

    def close(self) -> None:
        """Close the connections of the repository's own."""
        self.executor.close()
