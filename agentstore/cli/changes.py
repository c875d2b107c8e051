"""close, reopen and delete: what becomes of sessions that are named."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.finding import session_id_of
from agentstore.cli.output import counted, visible, write_json, write_line
from agentstore.cli.scope import scope_options
from agentstore.storage import Storage

_sessions_argument = click.argument("sessions", nargs=-1, required=True, metavar="SESSION…")


def _change(
    database: Database,
    given: tuple[str, ...],
    change: Callable[[Storage, str], bool],
    done: str,
    *,
    as_json: bool,
    trashed: bool = False,
    confirm: Callable[[list[str]], None] = lambda found: None,
) -> None:
    """Change sessions one after the other; none where one of them is not there."""
    with database.connect() as store:
        found = [session_id_of(store, session, trashed=trashed) for session in given]
        confirm(found)
        changed = []
        for session in dict.fromkeys(found):
            if not change(store, session):
                raise click.ClickException(f"there is no session {visible(session)} any more")
            changed.append(session)
            if not as_json:
                write_line(f"{done} {visible(session)}")
    if as_json:
        write_json({done: changed})


@click.command()
@_sessions_argument
@scope_options
@json_option
@database_option
def close(database: Database, *, sessions: tuple[str, ...], as_json: bool) -> None:
    """Close each SESSION: an id, or a beginning of one that no other has."""
    _change(database, sessions, Storage.close_session, "closed", as_json=as_json)


@click.command()
@_sessions_argument
@scope_options
@json_option
@database_option
def reopen(database: Database, *, sessions: tuple[str, ...], as_json: bool) -> None:
    """Reopen each closed SESSION: an id, or a beginning of one that no other has."""
    _change(database, sessions, Storage.reopen_session, "reopened", as_json=as_json)


@click.command()
@_sessions_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@scope_options
@json_option
@database_option
def delete(database: Database, *, sessions: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Delete each SESSION with all that hangs on it, in the trash or not; it asks first.

    SESSION is an id, or a beginning of one that no other has. What a hold keeps is not deleted.
    """

    def confirm(found: list[str]) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError("delete asks before it deletes: --yes where nobody answers")
        names = ", ".join(map(visible, found))
        click.confirm(
            f"delete {counted(len(found), 'session')} ({names}) for good?", abort=True, err=True
        )

    _change(
        database,
        sessions,
        Storage.delete_session,
        "deleted",
        as_json=as_json,
        trashed=True,
        confirm=confirm,
    )
