"""sessions and show: what is in a store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.filters import session_filters
from agentstore.cli.output import (
    is_terminal,
    local_time,
    note,
    visible,
    write_json,
    write_line,
    write_table,
)
from agentstore.cli.scope import scope_options
from agentstore.records import JSONValue, Message, PendingConfirmation, Session, ToolCall
from agentstore.transfer.json_text import compact

# Time and role, the room that a terminal's line has left for a message's text.
_SHORTENED = 160


@click.command()
@session_filters
@click.option(
    "--order-by",
    type=click.Choice(["created_at", "last_message_at"]),
    default="created_at",
    show_default=True,
    help="The time by which they are sorted.",
)
@click.option("--limit", type=click.IntRange(0), default=50, show_default=True, help="At most.")
@json_option
@database_option
def sessions(
    database: Database,
    *,
    limit: int,
    order_by: str,
    filters: dict[str, Any],
    as_json: bool,
) -> None:
    """List sessions, the newest first; with --json one object a line."""
    with database.connect() as store:
        found = store.query_sessions(**filters, order_by=order_by, limit=limit + 1)
    shown = found[:limit]
    if as_json:
        for session in shown:
            write_json(session.to_dict())
    else:
        write_table(
            ("session", "state", "created", "updated", "metadata"),
            [
                (
                    session.id,
                    _state(session),
                    local_time(session.created_at),
                    local_time(session.updated_at),
                    compact(session.metadata),
                )
                for session in shown
            ],
        )
    if len(found) > limit:
        note(f"there are more than {limit}: --limit shows more")


@click.command()
@click.argument("session")
@click.option("--limit", type=click.IntRange(0), help="Only the last so many messages.")
@scope_options
@json_option
@database_option
def show(database: Database, *, session: str, limit: int | None, as_json: bool) -> None:
    """Show a session: its messages, tool calls and pending confirmation."""
    with database.connect() as store:
        found = store.get_session(session)
        if found is None:
            raise click.ClickException(f"there is no session {visible(session)}")
        messages = store.get_history(session, limit=limit)
        confirmation = store.get_pending_confirmation(session)
    if as_json:
        write_json(
            {
                **found.to_dict(),
                "messages": [message.to_dict() for message in messages],
                "pending_confirmation": confirmation.to_dict() if confirmation else None,
            }
        )
        return
    write_line(f"session {visible(found.id)} ({_state(found)})")
    write_line(f"created {local_time(found.created_at)}, updated {local_time(found.updated_at)}")
    write_line(f"metadata {visible(compact(found.metadata))}")
    write_table(
        ("#", "time", "who", "what"),
        [row for message in messages for row in _rows(message)],
    )
    if confirmation is not None:
        write_line(f"waits for a yes: {_confirmation(confirmation)}")


def _state(session: Session) -> str:
    return "active" if session.active else "closed"


def _rows(message: Message) -> Iterator[tuple[str, str, str, str]]:
    content = message.content if message.parts is None else compact(message.parts)
    kind = f" ({message.response_type})" if message.response_type else ""
    when = local_time(message.timestamp)
    yield str(message.position), when, f"{message.role}{kind}", _shortened(content)
    for call in message.tool_calls:
        yield f"{message.position}.{call.position}", local_time(call.timestamp), "call", _call(call)


def _call(call: ToolCall) -> str:
    asked = f"{call.tool_name}({_shortened(compact(call.arguments))})"
    if call.completed_at is None:
        return f"{asked} pending"
    return f"{asked} = {_shortened(_text(call.result))}"


def _confirmation(confirmation: PendingConfirmation) -> str:
    return visible(f"{confirmation.tool_name}({compact(confirmation.arguments)})")


def _text(value: JSONValue) -> str:
    return value if isinstance(value, str) else compact(value)


def _shortened(text: str) -> str:
    """The text as it is in a pipe; its beginning on a terminal."""
    if not is_terminal() or len(text) <= _SHORTENED:
        return text
    return f"{text[:_SHORTENED]}…"
