"""show: one session, whole."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click
from rich.console import Console

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.finding import session_id_of
from agentstore.cli.output import (
    is_terminal,
    local_time,
    visible,
    write_json,
    write_line,
    write_table,
)
from agentstore.cli.scope import scope_options
from agentstore.cli.wording import call_of, content_of, one_line, state_of
from agentstore.records import Message, PendingConfirmation, Session
from agentstore.transfer.json_text import compact


@click.command()
@click.argument("session", metavar="SESSION")
@click.option("--limit", type=click.IntRange(0), help="Only the last so many messages.")
@click.option("--short", is_flag=True, help="A line a message, as in a pipe.")
@click.option("--full", is_flag=True, help="Images and other parts whole, as JSON.")
@click.option("--trashed", is_flag=True, help="It may be in the trash.")
@scope_options
@json_option
@database_option
def show(
    database: Database,
    *,
    session: str,
    limit: int | None,
    short: bool,
    full: bool,
    trashed: bool,
    as_json: bool,
) -> None:
    """Show SESSION: its messages, tool calls and pending confirmation.

    SESSION is an id, or a beginning of one that no other has. A terminal gets whole messages,
    through a pager where they are long ($PAGER); a pipe a line a message.
    """
    with database.connect() as store:
        session = session_id_of(store, session, trashed=trashed)
        found = store.get_session(session, trashed=trashed)
        if found is None:
            raise click.ClickException(f"there is no session {visible(session)}")
        messages = store.get_history(session, limit=limit, trashed=trashed)
        confirmation = store.get_pending_confirmation(session)
    if as_json:
        write_json(
            {
                **found.to_dict(),
                "messages": [message.to_dict() for message in messages],
                "pending_confirmation": confirmation.to_dict() if confirmation else None,
            }
        )
    elif short or not is_terminal():
        _write_short(found, messages, confirmation, full=full)
    else:
        _page(list(_whole(found, messages, confirmation, full=full)))


def _head(session: Session) -> Iterator[str]:
    yield f"session {visible(session.id)} ({state_of(session)})"
    if session.title is not None:
        yield f"title {visible(session.title)}"
    yield f"created {local_time(session.created_at)}, updated {local_time(session.updated_at)}"
    yield f"metadata {visible(compact(session.metadata))}"


def _end(confirmation: PendingConfirmation | None) -> Iterator[str]:
    if confirmation is not None:
        asked = f"{confirmation.tool_name}({compact(confirmation.arguments)})"
        yield f"waits for a yes: {visible(asked)}"


def _who(message: Message) -> str:
    return f"{message.role} ({message.response_type})" if message.response_type else message.role


def _write_short(
    session: Session,
    messages: list[Message],
    confirmation: PendingConfirmation | None,
    *,
    full: bool,
) -> None:
    for line in _head(session):
        write_line(line)
    rows = []
    for message in messages:
        when = local_time(message.timestamp)
        text = one_line(content_of(message, full=full))
        rows.append((str(message.position), when, _who(message), text))
        rows += [
            (
                f"{message.position}.{call.position}",
                local_time(call.timestamp),
                "call",
                one_line(call_of(call)),
            )
            for call in message.tool_calls
        ]
    write_table(("#", "time", "who", "what"), rows)
    for line in _end(confirmation):
        write_line(line)


def _whole(
    session: Session,
    messages: list[Message],
    confirmation: PendingConfirmation | None,
    *,
    full: bool,
) -> Iterator[str]:
    """The lines for a terminal: what is longer than one is broken between words."""
    width = max(Console().width, 20)
    yield from _head(session)
    for message in messages:
        yield ""
        head = f"#{message.position} {_who(message)}"
        when = local_time(message.timestamp)
        yield click.style(
            f"{visible(head)}{when:>{max(width - len(head), len(when) + 1)}}", bold=True
        )
        for line in content_of(message, full=full).splitlines():
            yield from _broken(visible(line), width)
        for call in message.tool_calls:
            yield from _broken(visible(f"→ {call_of(call)}"), width, "  ")
    end = list(_end(confirmation))
    yield from ["", *end] if end else []


def _broken(line: str, width: int, indent: str = "") -> list[str]:
    wrapped = textwrap.wrap(
        line,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        drop_whitespace=False,
        replace_whitespace=False,
    )
    return wrapped or [""]


def _page(lines: list[str]) -> None:
    """Write lines; through a pager where a terminal does not hold them all."""
    if len(lines) < Console().height:
        for line in lines:
            click.echo(line)
    else:
        click.echo_via_pager("\n".join(lines) + "\n")
