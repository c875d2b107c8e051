"""import and export: the conversations of other programs, in their forms."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from agentstore.cli.chosen_sessions import ChosenSessions
from agentstore.cli.database import Database, database_option, json_option
from agentstore.cli.filters import session_filters
from agentstore.cli.finding import session_id_of
from agentstore.cli.output import (
    counted,
    is_terminal,
    json_line,
    note,
    progress_bar,
    visible,
    write_json,
    write_line,
)
from agentstore.cli.scope import owner_options
from agentstore.records import Session
from agentstore.storage import Storage
from agentstore.transfer.conversation_files import Item, replacing
from agentstore.transfer.exporting import export_sessions
from agentstore.transfer.forms.registry import BY_NAME
from agentstore.transfer.importing import ConversationError, ImportSummary
from agentstore.transfer.reading import ImportOptions
from agentstore.transfer.reading_process import Remarks, import_files
from agentstore.transfer.sources import total_size

_LISTED = 20
"""So many of the files that were not read are named."""


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True), metavar="FILE…"
)
@click.option(
    "--form",
    type=click.Choice(sorted(BY_NAME)),
    metavar="NAME",
    help=f"Their form, where it is not to be found out: {', '.join(sorted(BY_NAME))}.",
)
@click.option(
    "--messages-key",
    metavar="PATH",
    help="Where an object has its messages, where no form is known: body.messages, say.",
)
@click.option(
    "--id-key",
    metavar="PATH",
    help="Where a conversation has its id: it becomes the session's, and a conversation that has "
    "grown since the last import goes on in its session.",
)
@click.option("--strict", is_flag=True, help="Refuse a conversation that is not all understood.")
@click.option(
    "--keep-going", is_flag=True, help="Leave out what cannot be imported, list it, and exit 1."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be imported.")
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Conversations in a transaction.",
)
@owner_options
@json_option
@database_option
def import_command(
    database: Database, *, files: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """Import the conversations in FILEs (- for stdin), folders, and gzip or zip archives.

    A file is JSON lines, a JSON list, or JSON values behind each other; whose form it is in, is
    found out. What of it is not understood is said at the end. What was imported before is
    skipped, so an import that was interrupted can be run again. With --tenant and --user the
    conversations become theirs.

    It is for other programs' conversations: what a form has no place for (ids, a closed session,
    a pending confirmation) does not move. dump and restore move a store.
    """
    remarks = Remarks()
    seen = 0

    def note_item(item: Item) -> None:
        nonlocal seen
        seen += 1
        advance(item.bytes_read)

    with database.connect() as store, progress_bar("importing", total_size(files)) as advance:
        try:
            summary = import_files(
                store,
                files,
                ImportOptions(**options),
                remarks,
                url=database.url,
                progress=note_item,
            )
        except ConversationError as exc:
            _note_remarks(exc.summary, remarks.others)
            note(f"before it: {_in_words(exc.summary, options['dry_run'])}")
            raise
        except KeyboardInterrupt:
            if not options["dry_run"]:
                # The last may have been committed just before.
                note(f"in so far: {counted(seen, 'conversation')} at least; run it again to go on")
            raise
    for name in remarks.empty:
        note(f"there is nothing in {visible(name or files[0])}")
    _note_remarks(summary, remarks.others)
    if as_json:
        write_json(_as_json(summary))
    else:
        write_line(_in_words(summary, options["dry_run"]))
    if summary.left_out:
        raise click.exceptions.Exit(1)


@click.command("export")
@click.argument("sessions", nargs=-1, metavar="[SESSION…]")
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
    sessions: tuple[str, ...],
    output: Path,
    chosen: ChosenSessions,
    as_json: bool,
) -> None:
    """Export conversations in OpenAI chat-completions form, one a line, the oldest first.

    Without a SESSION (an id, or a beginning of one) all that the filters choose are exported.

    What was imported in this form comes out as it went in: the session's metadata keys, and
    "messages". Ids, times, closed sessions and pending confirmations are not in the form:
    dump and restore move a store with nothing lost. --json reports on an export to a FILE.
    """
    to_stdout = str(output) == "-"
    target = nullcontext(sys.stdout.buffer) if to_stdout else replacing(output)
    count = 0
    with database.connect() as store, target as file:
        found, total = _to_export(store, sessions, chosen)
        # A bar would run through the conversations where both go to one terminal.
        with progress_bar("exporting", total, hidden=to_stdout and is_terminal()) as advance:
            for conversation in export_sessions(store, found):
                file.write(json_line(conversation, for_terminal=to_stdout and is_terminal()))
                count += 1
                advance(count)
        file.flush()
    if to_stdout:
        if not count:
            note("no conversations")
        return
    if as_json:
        write_json({"conversations": count, "file": str(output)})
    else:
        write_line(f"exported {counted(count, 'conversation')} to {output}")


def _to_export(
    store: Storage, given: tuple[str, ...], chosen: ChosenSessions
) -> tuple[Iterator[Session], int]:
    """The sessions to export, and how many they are."""
    if not given:
        return chosen.oldest_first(store), chosen.count(store)
    if chosen.is_narrow:
        raise click.UsageError("name each SESSION, or choose by options: not both")
    ids = list(dict.fromkeys(session_id_of(store, each) for each in given))
    named = (store.get_session(session_id) for session_id in ids)
    return (session for session in named if session is not None), len(ids)


def _note_remarks(summary: ImportSummary, others: list[str]) -> None:
    """A line for each thing that was not understood, passed over or left out."""
    for remark, count in sorted(summary.remarks.items()):
        note(f"not understood, {counted(count, 'time')}: {visible(remark)}")
    for what, count in sorted(summary.passed_over.items()):
        note(f"passed over, {counted(count, 'time')}: {visible(what)}")
    for name in others[:_LISTED]:
        note(f"not read: {visible(name)}")
    if len(others) > _LISTED:
        note(f"not read: {len(others) - _LISTED} more files")
    for left_out in summary.left_out:
        note(f"left out: {visible(' '.join(left_out.split()))}")


def _as_json(summary: ImportSummary) -> dict[str, Any]:
    return {
        "conversations": summary.conversations,
        "messages": summary.messages,
        "tool_calls": summary.tool_calls,
        "skipped": summary.skipped,
        "continued": summary.continued,
        "not_understood": dict(summary.remarks),
        "passed_over": dict(summary.passed_over),
        "left_out": list(summary.left_out),
    }


def _in_words(summary: ImportSummary, is_dry: bool) -> str:
    messages = counted(summary.messages, "message")
    calls = counted(summary.tool_calls, "tool call")
    done = "would import" if is_dry else "imported"
    words = [
        f"{done} {counted(summary.conversations, 'conversation')} ({messages}, {calls})",
        f"{summary.skipped} skipped, since they were there",
    ]
    if summary.continued:
        words.insert(1, f"{summary.continued} continued")
    if summary.left_out:
        words.append(f"{len(summary.left_out)} left out")
    return "; ".join(words)
