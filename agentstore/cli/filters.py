"""The options that choose sessions, shared by the commands that list them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from agentstore.cli.scope import chosen_scope, scope_options
from agentstore.transfer.json_text import parse

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _read_metadata(
    _: click.Context, __: click.Parameter, pairs: tuple[str, ...]
) -> dict[str, Any] | None:
    metadata: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"{pair!r} is not KEY=VALUE")
        if key in metadata:
            raise click.BadParameter(f"{key!r} is given twice")
        try:
            metadata[key] = parse(text)
        except ValueError:
            metadata[key] = text
    return metadata or None


metadata_option = click.option(
    "--metadata",
    metavar="KEY=VALUE",
    multiple=True,
    callback=_read_metadata,
    help="Only sessions whose metadata has this; VALUE is JSON, or else text. Repeatable.",
)


def session_filters(function: _Function) -> _Function:
    """The options that choose sessions; the command gets them as ``filters`` of a call.

    They are ``--tenant`` and ``--user``, ``--active/--closed``, ``--archived/--not-archived`` and
    ``--metadata``.
    """

    @wraps(function)
    @click.pass_context
    def command(
        ctx: click.Context,
        /,
        *arguments: Any,
        active: bool | None,
        archived: bool | None,
        metadata: dict[str, Any] | None,
        **options: Any,
    ) -> Any:
        filters = {
            "active": active,
            "archived": archived,
            "metadata": metadata,
            "user_id": chosen_scope(ctx).take_user_filter(),
        }
        return function(*arguments, filters=filters, **options)

    for option in (
        metadata_option,
        click.option(
            "--archived/--not-archived",
            default=None,
            help="Only archived ones, or only those that are not.",
        ),
        click.option("--active/--closed", default=None, help="Only active, or only closed ones."),
        scope_options,
    ):
        command = option(command)
    return command  # type: ignore[return-value]
