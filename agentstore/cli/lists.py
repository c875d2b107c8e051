"""sessions, messages and tools: lists of what is in a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar

import click

from agentstore.cli.chosen_sessions import ChosenSessions
from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.filters import session_filters
from agentstore.cli.finding import session_id_of
from agentstore.cli.moments import MOMENT
from agentstore.cli.output import local_time, note, write_json, write_table
from agentstore.cli.scope import scope_options
from agentstore.cli.wording import content_of, one_line, result_of, state_of
from agentstore.errors import InvalidInputError
from agentstore.model.preparing import ROLES
from agentstore.model.values import MAX_NAME_LENGTH, MAX_RESPONSE_TYPE_LENGTH, check_name
from agentstore.records import Message, Session, ToolCall
from agentstore.shapes import Order, OrderBy
from agentstore.transfer.json_text import compact

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Record = TypeVar("_Record", Session, Message, ToolCall)

_limit_option = click.option(
    "--limit", type=click.IntRange(0), default=50, show_default=True, help="At most."
)
_order_option = click.option(
    "--order",
    type=click.Choice(["asc", "desc"]),
    default="desc",
    show_default=True,
    help="asc: the oldest first.",
)


def _name_option(
    name: str,
    words: str,
    *,
    parameter: str | None = None,
    metavar: str = "NAME",
    least: int = 1,
    most: int = MAX_NAME_LENGTH,
) -> Callable[[_Function], _Function]:
    """An option that is a name of so many characters."""

    def check(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
        try:
            return None if given is None else check_name(given, name, least=least, most=most)
        except InvalidInputError as exc:
            raise click.UsageError(str(exc)) from exc

    names = [name] if parameter is None else [name, parameter]
    return click.option(*names, metavar=metavar, callback=check, help=words)


def _of_session_and_time(function: _Function) -> _Function:
    for option in (
        click.option("--before", type=MOMENT, metavar="TIME", help="Only those until this time."),
        click.option(
            "--after", type=MOMENT, metavar="TIME", help="Only those since: 2026-01-31, or 12h."
        ),
        click.option("--session", metavar="ID", help="Only those of this session."),
    ):
        function = option(function)
    return function


@click.command()
@session_filters
@click.option("--trashed", is_flag=True, help="Those in the trash, and no others.")
@click.option("--without-tenant", is_flag=True, help="Only those that belong to no tenant.")
@click.option(
    "--order-by",
    type=click.Choice(["created_at", "last_message_at"]),
    default="created_at",
    show_default=True,
    help="The time by which they are sorted.",
)
@_order_option
@_limit_option
@click.option(
    "--page-token", metavar="TOKEN", help="Go on where the list before ended, which told it."
)
@json_option
@database_option
def sessions(
    database: Database,
    *,
    chosen: ChosenSessions,
    trashed: bool,
    without_tenant: bool,
    order_by: OrderBy,
    order: Order,
    limit: int,
    page_token: str | None,
    as_json: bool,
) -> None:
    """List sessions, the newest first; with --json one object a line."""
    chosen = chosen.with_filters(trashed=trashed, without_tenant=without_tenant)
    with database.connect() as store:
        # Of no rows a page has no token to tell: one is asked for all the same.
        page = chosen.page(
            store, order_by=order_by, order=order, limit=max(limit, 1), token=page_token
        )
    _show(
        page.items[:limit],
        ("session", "state", "created", "updated", "metadata"),
        lambda session: (
            session.id,
            state_of(session),
            local_time(session.created_at),
            local_time(session.updated_at),
            compact(session.metadata),
        ),
        as_json=as_json,
    )
    if not page.items:
        note("no sessions")
    elif page.next_page_token is not None or len(page.items) > limit:
        token = f", and --page-token {page.next_page_token} goes on" if limit else ""
        note(f"there are more than {limit}: --limit shows more{token}")


@click.command()
@_of_session_and_time
@click.option("--role", type=click.Choice(ROLES), help="Only those of this role.")
@_name_option(
    "--response-type",
    "Only answers of this type.",
    metavar="TYPE",
    least=0,
    most=MAX_RESPONSE_TYPE_LENGTH,
)
@_name_option("--tool", "Only those that call this tool.")
@click.option(
    "--contains",
    metavar="TEXT",
    help="Only those with TEXT in them, or in their calls; reads what the others leave.",
)
@_order_option
@_limit_option
@scope_options
@json_option
@database_option
def messages(
    database: Database,
    *,
    session: str | None,
    tool: str | None,
    contains: str | None,
    order: Order,
    limit: int,
    as_json: bool,
    **filters: Any,
) -> None:
    """List messages, the newest first; with --json one object a line, tool calls included."""
    with database.connect() as store:
        if session is not None:
            filters["session_id"] = session_id_of(store, session)
        batch = min(limit + 1, 500)
        found: Iterable[Message] = store.iter_messages(**filters, order=order, batch_size=batch)
        if tool is not None:
            found = (m for m in found if any(call.tool_name == tool for call in m.tool_calls))
        if contains is not None:
            found = (m for m in found if _has(m, contains))
        listed = list(islice(found, limit + 1))
    _show(
        listed[:limit],
        ("session", "#", "time", "who", "what"),
        lambda message: (
            message.session_id,
            str(message.position),
            local_time(message.timestamp),
            message.role,
            one_line(content_of(message)),
        ),
        as_json=as_json,
    )
    _note_end("messages", listed, limit)


@click.command()
@_of_session_and_time
@_name_option("--tool", "Only calls of this tool.", parameter="tool_name")
@click.option(
    "--succeeded/--failed", "success", default=None, help="Only those whose result says so."
)
@click.option(
    "--pending/--done", default=None, help="Only those without a result, or those with one."
)
@_order_option
@_limit_option
@scope_options
@json_option
@database_option
def tools(
    database: Database,
    *,
    session: str | None,
    limit: int,
    as_json: bool,
    **filters: Any,
) -> None:
    """List tool calls, the newest first; with --json one object a line."""
    with database.connect() as store:
        if session is not None:
            filters["session_id"] = session_id_of(store, session)
        listed = store.query_tool_calls(**filters, limit=limit + 1)
    _show(
        listed[:limit],
        ("session", "time", "tool", "arguments", "result"),
        lambda call: (
            call.session_id,
            local_time(call.timestamp),
            call.tool_name,
            one_line(compact(call.arguments)),
            one_line(result_of(call)),
        ),
        as_json=as_json,
    )
    _note_end("tool calls", listed, limit)


def _show(
    records: Sequence[_Record],
    columns: Sequence[str],
    cells_of: Callable[[_Record], Sequence[str]],
    *,
    as_json: bool,
) -> None:
    """Records as JSON, one a line, or as a table."""
    if as_json:
        for record in records:
            write_json(record.to_dict())
    else:
        write_table(columns, map(cells_of, records))


def _has(message: Message, text: str) -> bool:
    """Whether a text is in a message, or in what its calls were given and gave."""
    return text in content_of(message, full=True) or any(
        text in call.tool_name or text in compact(call.arguments) or text in result_of(call)
        for call in message.tool_calls
    )


def _note_end(what: str, listed: list[Any], limit: int) -> None:
    if not listed:
        note(f"no {what}")
    elif len(listed) > limit:
        note(f"there are more than {limit}: --limit shows more")
