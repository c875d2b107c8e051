"""Whose sessions a command works on: ``--tenant``, ``--user``, and AGENTSTORE_TENANT.

A command that takes these works on the scoped store that ``Database.connect`` gives it. One that
works on whole stores asks for ``Database.connect_whole``, which AGENTSTORE_TENANT refuses.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from agentstore.errors import InvalidInputError
from agentstore.model.values import check_id
from agentstore.storage import Storage

TENANT_VARIABLE = "AGENTSTORE_TENANT"

_KEY = "agentstore.scope"
_ONLY_THE_TENANTS = f"Only this tenant's sessions; where {TENANT_VARIABLE} is set, only its own."

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass
class Chosen:
    """The tenant and the user that a command line names."""

    tenant_id: str | None = None
    user_id: str | None = None

    def scoped(self, store: Storage) -> Storage:
        """The store, for the tenant and the user alone.

        Raises:
            click.UsageError: the environment has another tenant than is named; there is a user
                and no tenant.
        """
        tenant_id = self.tenant()
        if tenant_id is not None:
            return store.scoped(tenant_id=tenant_id, user_id=self.user_id)
        if self.user_id is not None:
            raise click.UsageError("--user needs a --tenant here")
        return store

    def take_user_filter(self) -> str | None:
        """The user whose sessions a list shows of all tenants; None where a tenant is chosen."""
        if self.tenant() is not None:
            return None
        user_id, self.user_id = self.user_id, None
        return user_id

    def tenant(self) -> str | None:
        """The tenant that is chosen, or the only one that the environment allows; None for all.

        Raises:
            click.UsageError: as `scoped`.
        """
        allowed = _tenant_of_environment()
        if allowed is None:
            return self.tenant_id
        if self.tenant_id not in {None, allowed}:
            raise click.UsageError(f"--tenant: {TENANT_VARIABLE} allows its own tenant alone")
        return allowed


def chosen_scope(ctx: click.Context) -> Chosen:
    """What the command line of a command names; the same object each time."""
    chosen: Chosen = ctx.meta.setdefault(_KEY, Chosen())
    return chosen


def refuse_in_tenants_shell(command: str) -> None:
    """End a command that works on whole stores where the environment allows one tenant alone.

    Raises:
        click.UsageError: it does.
    """
    if _tenant_of_environment() is not None:
        raise click.UsageError(
            f"{command} works on whole stores: it is refused where {TENANT_VARIABLE} is set"
        )


def tenant_option(function: _Function) -> _Function:
    """``--tenant`` alone, of a command that is refused on a store scoped to a user."""
    return _option("tenant", _ONLY_THE_TENANTS)(function)


def scope_options(function: _Function) -> _Function:
    """``--tenant`` and ``--user`` of a command that ``Database.connect`` gives a scoped store."""
    option = _option("user", "Only this user's sessions; needs a tenant.")
    return tenant_option(option(function))


def list_scope_options(function: _Function) -> _Function:
    """The same of a list, which `Chosen.take_user_filter` lets have a user's of all tenants."""
    option = _option("user", "Only this user's sessions.")
    return tenant_option(option(function))


def owner_options(function: _Function) -> _Function:
    """The same of a command that brings sessions along."""
    words = f"Give the sessions to this tenant; where {TENANT_VARIABLE} is set, only to its own."
    tenant = _option("tenant", words)
    return tenant(_option("user", "Give them to this user; needs a tenant.")(function))


def _option(name: str, words: str) -> Callable[[_Function], _Function]:
    return click.option(
        f"--{name}", metavar="ID", callback=_remember, expose_value=False, help=words
    )


def _remember(ctx: click.Context, parameter: click.Parameter, given: str | None) -> None:
    if given is not None:
        chosen = chosen_scope(ctx)
        setattr(chosen, f"{parameter.name}_id", checked_id(given, f"--{parameter.name}"))
        chosen.tenant()  # before anything else is opened


def _tenant_of_environment() -> str | None:
    """The tenant that the environment allows; None where it allows all.

    Raises:
        click.UsageError: it is no tenant's id. An empty one is not taken for none: a shell whose
            tenant was forgotten would see all.
    """
    given = os.environ.get(TENANT_VARIABLE)
    return None if given is None else checked_id(given, TENANT_VARIABLE)


def checked_id(given: str, name: str) -> str:
    """An id that the command line or the environment gives.

    Raises:
        click.UsageError: it is none.
    """
    try:
        return check_id(given, name)
    except InvalidInputError as exc:
        raise click.UsageError(str(exc)) from exc
