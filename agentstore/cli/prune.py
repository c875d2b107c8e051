"""prune: delete old sessions, in batches."""

from __future__ import annotations

from datetime import datetime

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.moments import read_age
from agentstore.cli.output import counted, progress_bar, write_json, write_line
from agentstore.cli.scope import scope_options


def _read_age(_: click.Context, __: click.Parameter, text: str) -> datetime:
    return read_age(text)


@click.command()
@click.option(
    "--older-than",
    "updated_before",
    callback=_read_age,
    required=True,
    metavar="AGE",
    help="Not updated for so long: 90s, 10m, 12h, 30d, 8w.",
)
@click.option("--include-active", is_flag=True, help="Active sessions too, not closed ones only.")
@click.option("--dry-run", is_flag=True, help="Only say how many there are, held ones too.")
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    default=500,
    show_default=True,
    help="Sessions between two steps of the progress bar.",
)
@scope_options
@json_option
@database_option
def prune(
    database: Database,
    *,
    updated_before: datetime,
    include_active: bool,
    dry_run: bool,
    batch_size: int,
    as_json: bool,
) -> None:
    """Delete closed sessions that were not updated for a while, the oldest first.

    It goes in small transactions at the pace of retention. What is in the trash or held stays.
    """
    with database.connect() as store:
        found = store.count_sessions(
            active=None if include_active else False, updated_before=updated_before
        )
        deleted = 0
        if not dry_run:
            with progress_bar("deleting", found) as advance:
                batch = batch_size
                while batch == batch_size:
                    batch = store.delete_sessions(
                        inactive_only=not include_active,
                        updated_before=updated_before,
                        limit=batch_size,
                    )
                    deleted += batch
                    advance(deleted)
    if as_json:
        write_json({"found": found, "deleted": deleted})
    elif dry_run:
        write_line(f"{counted(found, 'session')} would be deleted")
    else:
        write_line(f"deleted {counted(deleted, 'session')}")
