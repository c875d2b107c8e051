"""The ``--database`` option, before or behind a command's name, and the store it leads to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click

import agentstore
from agentstore.cli.scope import chosen_scope, refuse_in_tenants_shell
from agentstore.dialects.registry import dialect_of
from agentstore.errors import ConfigurationError

DATABASE_HELP = (
    "The database; else DATABASE_URL is used, which a URL with a password belongs in: others can "
    "read a command line (ps)."
)

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass
class Database:
    """The URL that was given; its repr shows none of it."""

    url: str | None

    def __repr__(self) -> str:
        return "Database(…)"

    @contextmanager
    def connect(self) -> Iterator[agentstore.Storage]:
        """The store, not connected yet, for the tenant and the user that were chosen alone.

        Raises:
            click.UsageError: no URL was given, or one that cannot be used; another tenant than
                the environment's.
            ConfigurationError: the database is a file, and not there; its dialect has no scopes.
        """
        chosen = chosen_scope(click.get_current_context())
        with self._connect(creates=False) as whole:  # to close a scoped store closes no connection
            yield chosen.scoped(whole)

    def connect_whole(self, *, creates: bool = False) -> agentstore.Storage:
        """The store, not connected yet, for a command that works on all tenants' sessions.

        Args:
            creates: whether the command may make the database, where that is a file.

        Raises:
            click.UsageError: as `connect`; and where the environment allows one tenant alone.
            ConfigurationError: the database is a file, and not there.
        """
        refuse_in_tenants_shell(str(click.get_current_context().info_name))
        return self._connect(creates=creates)

    def _connect(self, *, creates: bool) -> agentstore.Storage:
        try:
            store = agentstore.connect(self.url)
        except ConfigurationError as exc:
            raise click.UsageError(" ".join(str(exc).split())) from exc
        if not creates:
            store._repository.check_exists()
        return store

    def dialect(self) -> str:
        """The dialect that serves the URL.

        Raises:
            click.UsageError: as ``connect``.
        """
        url = self.url or os.environ.get("DATABASE_URL")
        if not url:
            raise click.UsageError(
                "no --dialect, no --database, and the environment has no DATABASE_URL"
            )
        try:
            return dialect_of(url)
        except ConfigurationError as exc:
            raise click.UsageError(" ".join(str(exc).split())) from exc


def database_option(function: _Function) -> _Function:
    """``--database`` behind the name of a command that takes the context's ``Database``."""

    def remember(ctx: click.Context, _: click.Parameter, url: str | None) -> None:
        if url is not None:
            ctx.obj = Database(url)

    option = click.option(
        "--database",
        metavar="URL",
        help=DATABASE_HELP,
        callback=remember,
        expose_value=False,
    )
    return option(click.pass_obj(function))  # type: ignore[return-value]


json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
