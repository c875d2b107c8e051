"""fill: what sessions lack that older code made."""

from __future__ import annotations

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.output import counted, note, progress_bar, write_json, write_line


@click.command()
@json_option
@database_option
def fill(database: Database, *, as_json: bool) -> None:
    """Fill in what the sessions of older code lack, once that code runs no more.

    It sets last_message_at, by which lists are sorted, and makes the sessions of LangGraph's
    threads. It goes in batches, each a transaction; what was filled stays so: interrupted, it can
    be run again and goes on.
    """
    filled = 0
    with database.connect_whole() as store, progress_bar("filling", None) as advance:

        def note_progress(by_now: int) -> None:
            nonlocal filled
            filled = by_now
            advance(by_now)

        try:
            store.fill(progress=note_progress)
        except BaseException:
            if filled:
                note(f"before it: filled {counted(filled, 'session')}; run it again to go on")
            raise
    if as_json:
        write_json({"filled": filled})
    else:
        write_line(f"filled {counted(filled, 'session')}")
