"""The options that choose sessions, shared by the commands that list them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from itertools import product
from typing import Any, TypeVar

import click

from agentstore.cli.chosen_sessions import ChosenSessions
from agentstore.cli.moments import MOMENT
from agentstore.cli.scope import chosen_scope, list_scope_options
from agentstore.transfer.json_text import parse

_Function = TypeVar("_Function", bound=Callable[..., Any])

_MOST_CHOICES = 64
"""So many lists are read beside each other, at most."""


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"{text!r} is not KEY=VALUE")
        if key in pairs:
            raise click.BadParameter(f"{key!r} is given twice")
        pairs[key] = value
    return pairs


def _values(text: str) -> list[Any]:
    """What a bare value may have been saved as: what it is as JSON, and its text."""
    try:
        parsed = parse(text)
    except ValueError:
        return [text]
    return [parsed] if isinstance(parsed, str) else [parsed, text]


def _read_metadata(
    ctx: click.Context, _: click.Parameter, texts: tuple[str, ...]
) -> list[Mapping[str, Any]]:
    """The mappings of which a session's metadata has one: ``[{}]`` where all will do."""
    pairs = _pairs(texts)
    choices: list[Mapping[str, Any]] = [
        dict(zip(pairs, values, strict=True))
        for values in product(*(_values(text) for text in pairs.values()))
    ]
    if len(choices) > _MOST_CHOICES:
        raise click.BadParameter("too many values that may be text or not: use --metadata-json")
    return choices


def _read_exact_metadata(
    _: click.Context, __: click.Parameter, texts: tuple[str, ...]
) -> Mapping[str, Any]:
    return {key: _parsed(text) for key, text in _pairs(texts).items()}


def _parsed(text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not JSON (a text stands in quotes)") from None


def metadata_options(function: _Function) -> _Function:
    """``--metadata`` and ``--metadata-json``, as ``metadata``: a list of mappings, one of which
    a session's metadata has; ``[{}]`` where all will do."""

    @wraps(function)
    def command(
        *arguments: Any,
        metadata: list[Mapping[str, Any]],
        metadata_json: Mapping[str, Any],
        **options: Any,
    ) -> Any:
        if twice := sorted(metadata[0].keys() & metadata_json.keys()):
            raise click.UsageError(f"{twice[0]!r} is given as --metadata and as --metadata-json")
        choices = [{**choice, **metadata_json} for choice in metadata]
        return function(*arguments, metadata=choices, **options)

    for option in (
        click.option(
            "--metadata-json",
            metavar="KEY=JSON",
            multiple=True,
            callback=_read_exact_metadata,
            help='The same for exactly this value: 123 is a number, and "123" a text.',
        ),
        click.option(
            "--metadata",
            metavar="KEY=VALUE",
            multiple=True,
            callback=_read_metadata,
            help="Only sessions whose metadata has this; 123 finds the number and the text. "
            "Repeatable.",
        ),
    ):
        command = option(command)
    return command  # type: ignore[return-value]


def session_filters(function: _Function) -> _Function:
    """The options that choose sessions; the command gets them as ``chosen``."""

    @wraps(function)
    @click.pass_context
    def command(
        ctx: click.Context,
        /,
        *arguments: Any,
        metadata: list[Mapping[str, Any]],
        **options: Any,
    ) -> Any:
        filters = {name: options.pop(name) for name in _FILTERS}
        filters["user_id"] = chosen_scope(ctx).take_user_filter()
        return function(*arguments, chosen=ChosenSessions(filters, metadata), **options)

    for option in (
        *(
            click.option(f"--{name}-{side}", type=MOMENT, metavar="TIME", help=words)
            for name, side, words in (
                ("updated", "before", "Only those updated at this time or earlier."),
                ("updated", "after", "Only those updated at this time or later."),
                ("created", "before", "Only those created at this time or earlier."),
                ("created", "after", "Only those created at this time (2026-01-31, 30d) or later."),
            )
        ),
        metadata_options,
        click.option(
            "--pinned/--not-pinned", default=None, help="Only pinned ones, or only those not."
        ),
        click.option(
            "--archived/--not-archived",
            default=None,
            help="Only archived ones, or only those that are not.",
        ),
        click.option("--active/--closed", default=None, help="Only active, or only closed ones."),
        list_scope_options,
    ):
        command = option(command)
    return command  # type: ignore[return-value]


_FILTERS = (
    "active",
    "archived",
    "pinned",
    "created_after",
    "created_before",
    "updated_after",
    "updated_before",
)
