"""import and export: conversations in the OpenAI chat-completions form."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import click

from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.filters import session_filters
from agentstore.cli.output import counted, is_terminal, note, progress_bar, write_json, write_line
from agentstore.transfer.conversation_files import read_items, replacing
from agentstore.transfer.exporting import export_conversations
from agentstore.transfer.importing import (
    ConversationError,
    ImportSummary,
    import_conversations,
)
from agentstore.transfer.json_text import encoded


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Conversations in a transaction.",
)
@json_option
@database_option
def import_command(database: Database, *, file: BinaryIO, batch_size: int, as_json: bool) -> None:
    """Import the conversations in FILE (- for stdin), in OpenAI chat-completions form.

    FILE is a JSON list or JSON lines; its items are lists of messages, or objects with one
    under "messages" or "traj", whose other keys become the session's metadata. What was
    imported before is skipped, so an import that was interrupted can be run again.
    """
    with database.connect() as store, progress_bar("importing", _size(file)) as advance:
        try:
            summary = import_conversations(
                store,
                read_items(file),
                batch_size=batch_size,
                progress=lambda item: advance(item.bytes_read),
            )
        except ConversationError as exc:
            note(f"before it: {_in_words(exc.summary)}")
            raise
    if as_json:
        write_json(
            {
                "conversations": summary.conversations,
                "messages": summary.messages,
                "tool_calls": summary.tool_calls,
                "skipped": summary.skipped,
            }
        )
    else:
        write_line(_in_words(summary))


@click.command("export")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    metavar="FILE",
    help="Where to; FILE changes only when all is written. [default: stdout]",
)
@session_filters
@json_option
@database_option
def export_command(
    database: Database,
    *,
    output: Path,
    active: bool | None,
    metadata: dict[str, Any] | None,
    as_json: bool,
) -> None:
    """Export conversations in OpenAI chat-completions form, one a line, the oldest first.

    What was imported comes out as it went in: the session's metadata keys, and "messages".
    --json reports on an export to a FILE.
    """
    to_stdout = str(output) == "-"
    target = nullcontext(sys.stdout.buffer) if to_stdout else replacing(output)
    count = 0
    with database.connect() as store, target as file:
        total = None if to_stdout else store.count_sessions(active=active, metadata=metadata)
        # A bar would run through the conversations where both go to one terminal.
        with progress_bar("exporting", total, hidden=to_stdout and is_terminal()) as advance:
            for conversation in export_conversations(store, active=active, metadata=metadata):
                file.write(encoded(conversation) + b"\n")
                count += 1
                advance(count)
        file.flush()
    if to_stdout:
        return
    if as_json:
        write_json({"conversations": count, "file": str(output)})
    else:
        write_line(f"exported {counted(count, 'conversation')} to {output}")


def _in_words(summary: ImportSummary) -> str:
    messages = counted(summary.messages, "message")
    calls = counted(summary.tool_calls, "tool call")
    return (
        f"imported {counted(summary.conversations, 'conversation')} ({messages}, {calls}); "
        f"{summary.skipped} skipped, since they were there"
    )


def _size(file: BinaryIO) -> int | None:
    """How long a regular file is; None for a pipe."""
    try:
        status = os.fstat(file.fileno())
    except (OSError, AttributeError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
