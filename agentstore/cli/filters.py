"""The options that choose sessions, shared by the commands that list them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

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
    """``--active/--closed`` and ``--metadata``, as ``active`` and ``metadata``."""
    for option in (
        metadata_option,
        click.option("--active/--closed", default=None, help="Only active, or only closed ones."),
    ):
        function = option(function)
    return function
